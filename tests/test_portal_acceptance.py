"""The customer's page of an acceptance and his walk, tried by who may and by who may not."""

import re

from odoo import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestPortalAcceptance(DeliveryCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project(name="Walked project", mode=cls.mode_light)
        cls.party = cls._create_party(cls.project, cls.contact_a, may_accept=True)
        cls.acceptance = cls._create_acceptance(
            project_id=cls.project.id,
            item_ids=[
                Command.create({"name": "Prints labels"}),
                Command.create({"name": "Looks fine"}),
            ],
        )
        for item in cls.acceptance.item_ids:
            item.action_record_verdict("check", "pass")
        cls.url = f"/my/acceptances/{cls.acceptance.id}"

    def _submit(self):
        self.acceptance.action_submit()
        self.env.flush_all()

    def _status(self, url, **data):
        with mute_logger("odoo.http"):
            return self.url_open(url, data=data or None, allow_redirects=False).status_code

    def _hidden(self, page):
        return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))

    def test_he_sees_it_when_it_is_given_to_him(self):
        self.authenticate(self.portal_a.login, self.portal_a.login)
        self.assertEqual(self._status(self.url), 404)
        self._submit()
        page = self.url_open(self.url)
        self.assertIn("Prints labels", page.text)
        self.assertIn(f'{self.url}/walk"', page.text)
        overview = self.url_open(f"/my/delivery/project/{self.project.id}").text
        self.assertIn(self.url, overview)

    def test_he_walks_it_and_each_answer_counts_once(self):
        self._submit()
        self.authenticate(self.portal_a.login, self.portal_a.login)
        form = self._hidden(self.url_open(f"{self.url}/walk/1"))
        for _twice in range(2):
            self.url_open(f"{self.url}/walk/1", data={**form, "verdict": "pass", "note": "Good"})
        first, second = self.acceptance._get_portal_items()
        self.assertRecordValues(
            first,
            [
                {
                    "customer_verdict": "pass",
                    "customer_note": "Good",
                    "customer_partner_id": self.contact_a.id,
                    "customer_via": "portal",
                    "customer_recorded_by_id": False,
                }
            ],
        )
        self.assertEqual(
            self.env["project.acceptance.verdict"].search_count(
                [("item_id", "=", first.id), ("side", "=", "customer")]
            ),
            1,
        )
        form = self._hidden(self.url_open(f"{self.url}/walk/2"))
        self.url_open(f"{self.url}/walk/2", data={**form, "verdict": "fail", "note": "Jams"})
        self.assertEqual(second.customer_verdict, "fail")
        self.assertIn("Jams", self.acceptance.issue_ids.name)

    def test_two_people_do_not_overwrite_each_other(self):
        self._submit()
        self.authenticate(self.portal_a.login, self.portal_a.login)
        form = self._hidden(self.url_open(f"{self.url}/walk/1"))
        item = self.acceptance._get_portal_items()[0]
        item.action_record_verdict("customer", "fail", person_name="Ms Li")
        page = self.url_open(f"{self.url}/walk/1", data={**form, "verdict": "pass"})
        self.assertIn("Ms Li has answered this meanwhile", page.text)
        self.assertEqual(item.customer_verdict, "fail")

    def test_what_is_wrong_is_said_and_nothing_typed_is_lost(self):
        self._submit()
        self.authenticate(self.portal_a.login, self.portal_a.login)
        form = self._hidden(self.url_open(f"{self.url}/walk/1"))
        page = self.url_open(f"{self.url}/walk/1", data={**form, "note": "Typed already"})
        self.assertIn("Please say whether it passes", page.text)
        self.assertIn("Typed already", page.text)

    def test_who_only_reads_does_not_check(self):
        self.party.may_accept = False
        self._submit()
        self.authenticate(self.portal_a.login, self.portal_a.login)
        page = self.url_open(self.url)
        self.assertEqual(page.status_code, 200)
        self.assertNotIn("/walk/", page.text)
        self.assertEqual(self._status(f"{self.url}/walk/1"), 404)

    def test_another_customer_is_refused_everywhere(self):
        self._submit()
        self.authenticate(self.portal_b.login, self.portal_b.login)
        for url in (self.url, f"{self.url}/walk/1"):
            self.assertEqual(self._status(url), 404)
        form = self._hidden(self.url_open("/my/delivery/wish/new"))
        self.assertEqual(self._status(f"{self.url}/walk/1", **form, verdict="pass"), 404)
        self.assertFalse(any(self.acceptance.item_ids.mapped("customer_verdict")))

    def test_after_the_conclusion_nobody_answers(self):
        self._submit()
        for item in self.acceptance.item_ids:
            item.action_record_verdict("customer", "pass", person_name="Ms Li")
        self.acceptance.action_conclude("pass", "")
        self.authenticate(self.portal_a.login, self.portal_a.login)
        self.assertEqual(self._status(f"{self.url}/walk/1"), 404)
        self.assertIn("Prints labels", self.url_open(self.url).text)
