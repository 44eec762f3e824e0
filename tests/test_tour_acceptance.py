from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import DeliveryCase

TOUR_SECONDS = 180


@tagged("post_install", "-at_install")
class TestTourAcceptance(DeliveryCase, HttpCase):
    """The walk in the web client, on a desktop and on a phone that loses its network."""

    browser_size = "1366x768"

    def _use_phone(self):
        self.browser_size = "390x844"
        self.touch_enabled = True

    def _start(self, path, tour, login="delivery_user"):
        self.start_tour(path, tour, login=login, timeout=TOUR_SECONDS)

    def _walk_url(self, acceptance):
        return f"/odoo/customer-delivery-acceptances/{acceptance.id}/customer-delivery-walk"

    def test_generated_checked_walked_and_concluded(self):
        self.project_standard.delivery_party_ids.may_sign = True
        self.contact_a.name = "Contact A"
        self._create_requirement(
            project_id=self.project_standard.id,
            criterion_ids=[
                Command.create({"name": "A label comes out"}),
                Command.create(
                    {"name": "It comes quickly", "kind": "performance", "target": "≤ 3 s"}
                ),
            ],
        )
        acceptance = self._create_acceptance(
            project_id=self.project_standard.id,
            kind_id=self._acceptance_kind("fat").id,
            item_ids=[],
        )
        self._start(
            f"/odoo/customer-delivery-acceptances/{acceptance.id}",
            "customer_delivery_acceptance_desktop",
        )
        self.assertRecordValues(acceptance, [{"state": "concluded", "conclusion": "conditional"}])
        items = {item.name: item for item in acceptance.item_ids}
        self.assertEqual(items["It comes quickly"].customer_value, 1.8)
        self.assertEqual(items["A label comes out"].customer_partner_id, self.contact_a)
        self.assertIn("upside down", acceptance.issue_ids.name)

    def test_the_story_through_client_and_portal(self):
        """Prepared by us, two rounds with the customer, concluded, signed by both sides."""
        self.project_standard.user_id = self.delivery_user
        self.project_standard.delivery_party_ids.may_sign = True
        milestone = self.env["project.milestone"].create(
            {"name": "FAT", "project_id": self.project_standard.id}
        )
        self._create_requirement(
            project_id=self.project_standard.id,
            criterion_ids=[
                Command.create({"name": "A label comes out"}),
                Command.create({"name": "It is readable"}),
            ],
        )
        acceptance = self._create_acceptance(
            project_id=self.project_standard.id,
            kind_id=self._acceptance_kind("fat").id,
            milestone_id=milestone.id,
            item_ids=[],
        )
        ours = f"/odoo/customer-delivery-acceptances/{acceptance.id}"
        theirs = f"/my/acceptances/{acceptance.id}"
        customer = self.portal_a.login
        self._start(ours, "delivery_acceptance_story_prepare")
        self._use_phone()
        self._start("/my/delivery", "delivery_acceptance_story_first_round", customer)
        self.browser_size, self.touch_enabled = "1366x768", False
        self._start(ours, "delivery_acceptance_story_next_round")
        self._use_phone()
        self._start(theirs, "delivery_acceptance_story_second_round", customer)
        self.browser_size, self.touch_enabled = "1366x768", False
        self._start(ours, "delivery_acceptance_story_conclude")
        row = acceptance.signoff_round_id
        slot = row.slot_ids.filtered(lambda slot: slot.user_id == self.delivery_user)
        slot.with_user(self.delivery_user).action_decide("approve", row.snapshot_sha256)
        self._use_phone()
        self._start("/my/delivery", "delivery_acceptance_story_sign", customer)
        self.assertEqual((acceptance.state, acceptance.round), ("signed", 2))
        self.assertEqual(acceptance.conclusion, "conditional")
        self.assertEqual(row.decision_ids.mapped("method"), ["login", "login"])
        self.assertEqual(acceptance.open_issue_count, 1)
        milestone.is_reached = True
        self.assertNotIn("no signed", str(milestone.message_ids.mapped("body")))

    def test_walked_on_a_phone_with_a_lost_connection(self):
        acceptance = self._create_acceptance(
            item_ids=[
                Command.create({"name": "Prints labels"}),
                Command.create({"name": "Shown on a photo", "evidence_required": True}),
                Command.create({"name": "Prints a hundred labels"}),
                Command.create({"name": "Colour"}),
            ]
        )
        self._use_phone()
        self._start(self._walk_url(acceptance), "customer_delivery_acceptance_phone")
        items = acceptance.item_ids
        self.assertEqual(items.mapped("check_verdict"), ["pass", "pass", "fail", "na"])
        self.assertEqual(items.mapped("check_rev"), [1, 1, 1, 1])
        self._check_photos(items)
        self.assertEqual(items[2].check_note, "Jams after ten")
        self.assertEqual(items[3].check_note, "Half written")
        self.assertEqual(len(items.verdict_ids), 4)

    def _check_photos(self, items):
        """Each photo arrived, and arrived once, as the picture that the camera gave."""
        self.assertEqual([len(item.attachment_ids) for item in items], [0, 1, 1, 1])
        self.assertEqual(set(items.attachment_ids.mapped("mimetype")), {"image/jpeg"})

    def _give_to_the_customer(self, **values):
        """An acceptance of the light project that waits for its customer in the portal."""
        self.project_light.delivery_party_ids.may_accept = True
        acceptance = self._create_acceptance(name="Walked", **values)
        acceptance.action_submit()
        return acceptance

    def test_the_customer_walks_on_his_phone_with_a_lost_connection(self):
        acceptance = self._give_to_the_customer(
            item_ids=[
                Command.create({"name": "Prints labels"}),
                Command.create({"name": "Shown on a photo", "evidence_required": True}),
                Command.create({"name": "Prints a hundred labels"}),
                Command.create({"name": "Colour"}),
            ]
        )
        self._use_phone()
        self._start(
            "/my/delivery", "customer_delivery_acceptance_portal_phone", self.portal_a.login
        )
        items = acceptance.item_ids
        self.assertEqual(items.mapped("customer_verdict"), ["pass", "pass", "fail", "na"])
        self.assertEqual(items.mapped("customer_rev"), [1, 1, 1, 1])
        self.assertEqual(set(items.mapped("customer_via")), {"portal"})
        self.assertEqual(items.customer_partner_id, self.contact_a)
        self._check_photos(items)
        self.assertEqual(len(items.verdict_ids), 4)
        issue = acceptance.issue_ids
        self.assertIn("Jams after ten", issue.name)
        self.assertEqual(issue.before_attachment_ids, items[2].attachment_ids)

    def test_the_customer_answers_on_two_devices(self):
        acceptance = self._give_to_the_customer(
            item_ids=[
                Command.create({"name": "Prints labels"}),
                Command.create({"name": "Second"}),
            ]
        )
        self._use_phone()
        self._start(
            f"/my/acceptances/{acceptance.id}/walk",
            "customer_delivery_acceptance_portal_two_devices",
            self.portal_a.login,
        )
        answers = acceptance.item_ids[0].verdict_ids
        self.assertEqual(answers.mapped("verdict"), ["pass", "fail"])
        self.assertEqual(answers[0].note, "Good as it is")

    def test_an_issue_is_noted_on_the_phone_with_a_photo(self):
        self._use_phone()
        self._start("/odoo", "customer_delivery_quick_issue")
        issue = self.env["project.acceptance.issue"].search(
            [("project_id", "=", self.project_light.id)]
        )
        self.assertEqual((issue.name, issue.severity), ("Oil under press 4", "minor"))
        self.assertEqual(issue.reported_by_id, self.contact_a)
        self.assertEqual(issue.before_attachment_ids.mapped("mimetype"), ["image/jpeg"])

    def test_two_people_walk_the_same_list(self):
        acceptance = self._create_acceptance(
            item_ids=[
                Command.create({"name": "Prints labels"}),
                Command.create({"name": "Second"}),
            ]
        )
        item = acceptance.item_ids[0]
        self._start(self._walk_url(acceptance), "customer_delivery_acceptance_two_people")
        self.assertEqual(item.verdict_ids.mapped("verdict"), ["pass", "fail"])
