import base64

from odoo.exceptions import AccessError
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
