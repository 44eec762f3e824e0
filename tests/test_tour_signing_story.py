"""The story of a signature on two phones: ours and the customer's, and what comes after."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import HttpCase, tagged

from .signoff_common import SignoffCase

# a browser on a busy machine is slow; a tour that hangs still ends
TOUR_SECONDS = 240
WEEKS_LATER = timedelta(days=21)


@tagged("post_install", "-at_install")
class TestTourSigningStory(SignoffCase, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project(
            name="Label printing",
            mode=cls.mode_light,
            partner_id=cls.customer_b.id,
            user_id=cls.delivery_user.id,
        )
        cls.manager_b = cls._create_party(
            cls.project, cls.contact_b, may_sign=True, title="Plant manager"
        )

    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].set_param("web.base.url", self.base_url())

    # === WHO DOES WHAT === #

    def _on_our_phone(self, path, tour):
        self.start_tour(path, tour, login="delivery_user", timeout=TOUR_SECONDS)
        self.env.invalidate_all()

    def _on_the_customers_phone(self, slot, tour):
        """Open what the QR code on our screen says, with the code that was read out."""
        share = self.env["signoff.slot.share"].search([("slot_id", "=", slot.id)], limit=1)
        self.assertRegex(share.code, r"^\d{6}$")
        path = share.link.removeprefix(self.base_url())
        self.authenticate(None, None)
        self.start_tour(f"{path}?tourcode={share.code}", tour, login=None, timeout=TOUR_SECONDS)
        self.env.invalidate_all()

    def _round(self):
        return self.env["signoff.round"].search([("project_id", "=", self.project.id)], limit=1)

    def _round_path(self, row):
        return f"/odoo/customer-delivery-rounds/{row.id}"

    def _requirements(self):
        return self.env["project.requirement"].search([("project_id", "=", self.project.id)])

    def _slip(self):
        reports = self.env["ir.actions.report"].with_user(self.delivery_user)
        report = "customer_delivery.report_confirmation_slip"
        return reports._render_qweb_html(report, self.project.ids)[0].decode()

    def _send_to_plant_manager(self, *names):
        for name in names:
            self._create_complete_requirement(name=name, project_id=self.project.id)
        project = self.project.with_user(self.delivery_user)
        return project.action_send_confirmation().sudo()

    # === THE STORY === #

    def test_ten_lines_are_pasted_sent_by_qr_signed_on_a_phone_and_printed(self):
        self._on_our_phone(f"/odoo/project.project/{self.project.id}", "delivery_story_send")
        row = self._round()
        self.assertEqual((len(self._requirements()), row.state), (10, "running"))

        self._on_the_customers_phone(row.slot_ids, "delivery_story_sign")
        decision = row.decision_ids
        self.assertEqual((row.state, decision.method), ("approved", "link"))
        self.assertEqual(set(self._requirements().mapped("stage_id.kind")), {"confirmed"})

        self._on_our_phone(self._round_path(row), "delivery_story_agreed")

        slip = self._slip()
        for text in (self.contact_b.name, "Plant manager", "Log in with the badge"):
            self.assertIn(text, slip)
        image = decision.identity_id.image.decode()
        self.assertIn(image, slip, "the drawn signature stands on the paper")
        self.assertNotIn("(company stamp)", slip, "there is nothing left to sign")

    def test_the_stamped_paper_comes_back_three_weeks_later(self):
        sent = fields.Datetime.now() - WEEKS_LATER
        with freeze_time(sent):
            row = self._send_to_plant_manager("Print the label", "Works without network")
            action = row.with_user(self.delivery_user).action_print_for_stamping()
        html = self.env["ir.actions.report"]._render_qweb_html(action["report_name"], row.ids)
        paper = html[0].decode()
        self.assertIn(f"{row.paper_code[:4]}-{row.paper_code[4:]}", paper)
        self.assertIn("data:image/png;base64,", paper, "the QR code that leads back here")

        self._on_our_phone(f"/delivery/paper/{row.paper_code}", "delivery_story_stamped")
        decision = row.decision_ids
        self.assertEqual((row.state, decision.method), ("approved", "paper"))
        self.assertEqual(decision.occurred_on, fields.Date.today() - timedelta(days=2))
        self.assertEqual(decision.recorded_at.date(), fields.Date.today())
        self.assertEqual(decision.entered_by, self.delivery_user.name)
        signature = decision.signature_ids
        self.assertEqual(signature.seal_kind, "contract")
        (kept,) = signature.attachment_ids
        self.assertEqual(kept.mimetype, "application/pdf")
        self.assertEqual(set(self._requirements().mapped("stage_id.kind")), {"confirmed"})
        slip = self._slip()
        self.assertIn("Contract seal", slip)
        self.assertIn("Date on the paper", slip)

    def test_the_signatory_has_left_and_his_successor_signs(self):
        first = self._send_to_plant_manager("Print the label")
        self._sign(first.slot_ids)
        second = self._send_to_plant_manager("Works without network")

        self._on_our_phone(self._round_path(second), "delivery_story_replace")
        slot = self._pending(second)
        self.assertEqual(slot.person_name, "Successor Sun")
        self.assertEqual(second.slot_ids.filtered(lambda each: each != slot).state, "void")
        self.assertFalse(self.manager_b.may_sign)

        self._on_the_customers_phone(slot, "delivery_story_sign")
        self.assertEqual(second.decision_ids.person_name, "Successor Sun")
        self.assertEqual(second.state, "approved")
        # what the former one signed stays, under his name
        signed = first.decision_ids
        self.assertEqual((first.state, signed.person_name), ("approved", self.contact_b.name))
        self.assertIn("Successor Sun", self._slip())

    def test_a_successor_who_refuses_to_sign_for_the_past_ends_nothing(self):
        first = self._send_to_plant_manager("Print the label")
        self._sign(first.slot_ids)
        old = self._send_to_plant_manager("Works without network")
        self._on_our_phone(self._round_path(old), "delivery_story_replace")
        self._on_the_customers_phone(self._pending(old), "delivery_story_refuse")
        self.assertEqual(old.state, "rejected")
        self.assertIn("I was not here then", old.end_reason)

        # nothing is lost: what was signed stays, the rest is open, and one of us is told
        kinds = {each.name: each.stage_id.kind for each in self._requirements()}
        self.assertEqual(kinds["Print the label"], "confirmed")
        self.assertNotEqual(kinds["Works without network"], "confirmed")
        self.assertEqual(first.state, "approved")
        self._drain_events()
        told = self.project.activity_ids | self.env["mail.activity"].search(
            [("user_id", "=", self.delivery_user.id)]
        )
        self.assertTrue(told.filtered(lambda activity: "I was not here" in (activity.note or "")))

        # a paper that his predecessor had signed turns up, dated before he left
        again = old._get_document().with_user(self.delivery_user)
        row = again.action_send_signoff().sudo()
        slot = self._pending(row)
        self.assertEqual(slot.person_name, "Successor Sun")
        slot.with_user(self.delivery_user).action_record(
            "approve", "paper", "2026-01-31", comment="Handed over with his desk"
        )
        self.assertEqual(set(self._requirements().mapped("stage_id.kind")), {"confirmed"})
