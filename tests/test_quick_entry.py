import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import DeliveryCase

KEY = "0d5f2c1e-7a64-4c7e-9a55-3c1f0a2b4c6d"
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@tagged("post_install", "-at_install")
class TestQuickEntry(DeliveryCase):
    """What a phone on site sends, once or more often."""

    def _requirements(self, user):
        return self.env["project.requirement"].with_user(user)

    def test_an_entry_sent_twice_is_one_requirement(self):
        requirements = self._requirements(self.delivery_user)
        values = {
            "text": "Bigger letters\nThe workers wear glasses",
            "client_key": KEY,
            "project_id": self.project_light.id,
            "requester_id": self.contact_a.id,
            "said_via": "site",
            "images": [{"name": "label.png", "datas": PIXEL}],
        }
        first = requirements.action_quick_entry(**values)
        second = requirements.action_quick_entry(**values)
        self.assertTrue(first["created"])
        self.assertEqual(second, {**first, "created": False})
        requirement = requirements.browse(first["id"])
        self.assertEqual(requirement.name, "Bigger letters")
        self.assertEqual(requirement.origin, "recorded")
        photos = self.env["ir.attachment"].search(
            [("res_model", "=", "project.requirement"), ("res_id", "=", requirement.id)]
        )
        self.assertEqual(photos.mapped("name"), ["label.png"])
        self.assertEqual(photos.raw, base64.b64decode(PIXEL))

    def _issues(self, user):
        return self.env["project.acceptance.issue"].with_user(user)

    def test_an_issue_sent_twice_is_one_issue_with_owner_date_photo_and_task(self):
        self.project_light.user_id = self.delivery_user
        values = {
            "text": "Oil under press 4",
            "client_key": KEY,
            "project_id": self.project_light.id,
            "requester_id": self.contact_a.id,
            "said_via": "site",
            "is_serious": True,
            "images": [{"name": "oil.png", "datas": PIXEL}],
        }
        issues = self._issues(self.delivery_user)
        first = issues.action_quick_entry(**values)
        self.assertEqual(issues.action_quick_entry(**values), {**first, "created": False})
        issue = issues.browse(first["id"])
        self.assertRecordValues(
            issue,
            [
                {
                    "name": "Oil under press 4",
                    "severity": "serious",
                    "user_id": self.delivery_user.id,
                    "reported_by_id": self.contact_a.id,
                    "said_via": "site",
                    "acceptance_id": False,
                    "origin": "other",
                }
            ],
        )
        self.assertTrue(issue.date_deadline)
        self.assertEqual(issue.before_attachment_ids.raw, base64.b64decode(PIXEL))
        self._drain_events()
        self.assertEqual(issue.task_id.user_ids, self.delivery_user)
        with self.assertRaises(UserError):
            self._issues(self.delivery_manager).action_quick_entry(**values)

    def test_an_issue_stands_where_it_was_found(self):
        """On the list that is being walked; after the final acceptance under warranty."""
        issues = self._issues(self.delivery_user)

        def note(number):
            entry = issues.action_quick_entry(
                "Broken", f"{KEY[:-2]}{number:02d}", project_id=self.project_light.id
            )
            return issues.browse(entry["id"])

        acceptance = self._create_acceptance(user_id=self.delivery_user.id)
        self.assertFalse(note(1).acceptance_id)
        acceptance.action_submit()
        found = note(2)
        self.assertEqual((found.acceptance_id, found.round), (acceptance, 1))
        acceptance.item_ids.action_record_verdict("customer", "pass", person_name="Ms Li")
        self.assertEqual(acceptance.proposal, "conditional")
        acceptance.action_conclude("conditional")
        acceptance._signoff_agree()
        acceptance._sign("2026-01-01")
        later = note(3)
        self.assertEqual((later.later_acceptance_id, later.origin), (acceptance, "warranty"))
        self.assertFalse(later.acceptance_id)

    def test_who_may_not_notes_no_issue(self):
        for user, project in (
            (self.project_user, self.project_light),
            (self.delivery_user, self.project_private),
            (self.delivery_user, self.project_other),
        ):
            with (
                self.subTest(user=user.login, project=project.name),
                mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule"),
                self.assertRaises(AccessError),
            ):
                self._issues(user).action_quick_entry("x", KEY, project_id=project.id)
        with self.assertRaises(UserError):
            self._issues(self.delivery_user).action_quick_entry(
                " ", KEY, project_id=self.project_light.id
            )

    def test_a_project_user_enters_nothing(self):
        with mute_logger("odoo.addons.base.models.ir_model"), self.assertRaises(AccessError):
            self._requirements(self.project_user).action_quick_entry(
                "x", KEY, project_id=self.project_light.id
            )

    def test_the_phone_offers_the_projects_one_may_see(self):
        offered = self._requirements(self.delivery_user).get_quick_entry_data()["projects"]
        ids = [project["id"] for project in offered]
        self.assertEqual(len(ids), len(set(ids)), offered)
        ids = set(ids)
        for project in offered:
            people = [person["id"] for person in project["people"]]
            self.assertEqual(len(people), len(set(people)), project)
        self.assertIn(self.project_light.id, ids)
        hidden = self.project_off | self.project_private | self.project_other
        self.assertFalse(ids & set(hidden.ids))

    def test_the_people_of_the_customer_are_offered_with_their_project(self):
        offered = self._requirements(self.delivery_user).get_quick_entry_data()["projects"]
        people = {
            project["id"]: [person["id"] for person in project["people"]] for project in offered
        }
        self.assertEqual(people[self.project_light.id], [self.contact_a.id, self.colleague_a.id])
        self.assertEqual(people[self.project_b.id], [self.contact_b.id])

    def test_the_ways_are_named_in_the_language_of_the_user(self):
        ways = self._requirements(self.delivery_user).get_quick_entry_data()["ways"]
        self.assertIn({"key": "site", "label": "On site"}, ways)
