"""验收报告 and 遗留问题整改清单: what is printed before and after both sides have signed."""

from lxml import html

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .signoff_common import SignoffCase

REPORT = "customer_delivery.report_acceptance"
LIST = "customer_delivery.report_issue_list_acceptance"
SECTIONS = (
    "1 Basic facts",
    "2 Basis",
    "3 Scope and deliverables",
    "4 Method",
    "5 Course and rounds",
    "6 Results",
    "7 Changes carried out",
    "8 Remaining issues and dates",
    "9 Conclusion",
    "10 Warranty",
    "11 Signatures",
)


@tagged("post_install", "-at_install")
class TestAcceptancePapers(SignoffCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project_standard.user_id = cls.delivery_user
        cls.acceptance = cls._create_acceptance(
            project_id=cls.project_standard.id,
            kind_id=cls._acceptance_kind("final").id,
            place="Hall 3",
            item_ids=[
                Command.create({"name": "Prints labels"}),
                Command.create({"name": "Looks fine"}),
            ],
        ).with_user(cls.delivery_user)

    def _walk(self):
        for item in self.acceptance.item_ids:
            item.action_record_verdict("check", "pass")
        self.acceptance.action_submit()
        first, second = self.acceptance.item_ids
        first.action_record_verdict("customer", "pass", person_name="Ms Li")
        second.action_record_verdict("customer", "fail", note="Jams", person_name="Ms Li")
        self.acceptance.action_conclude("conditional", "As soon as it runs")

    def _sign_both(self):
        row = self._send(self.acceptance, self.delivery_user)
        self._decide(self._pending(row, self.delivery_user))
        self._sign(self._pending(row, self.contact_a))
        return row

    def _page(self, report, records, user=None):
        model = self.env["ir.actions.report"].with_user(user or self.delivery_user)
        return html.fromstring(model._render_qweb_html(report, records.ids)[0])

    def _text(self, page):
        return " ".join(page.text_content().split())

    def test_before_signing_it_has_all_sections_and_places_to_sign(self):
        self._walk()
        page = self._page(REPORT, self.acceptance)
        self.assertEqual(tuple(h2.text_content() for h2 in page.xpath("//h2")), SECTIONS)
        text = self._text(page)
        for word in ("Hall 3", "Passed with conditions", "Jams", self.acceptance.number):
            self.assertIn(word, text)
        self.assertTrue(page.xpath("//*[hasclass('o_stamp')]"))
        self.assertFalse(page.xpath("//*[hasclass('o_signed')]"))

    def test_before_there_is_a_checklist_it_is_printed_too(self):
        empty = self._create_acceptance(
            project_id=self.project_standard.id,
            item_ids=[],
            payment_name="Rest",
            payment_percent=30,
        )
        self.assertIn("Rest (30 %)", self._text(self._page(REPORT, empty)))

    def test_after_signing_it_is_what_was_signed_with_its_signatures(self):
        self._walk()
        row = self._sign_both()
        self.env["res.partner"].browse(self.contact_a.id).name = "Renamed"
        page = self._page(REPORT, self.acceptance)
        text = self._text(page)
        self.assertIn(row.snapshot_sha256[:4], text)
        self.assertEqual(len(page.xpath("//*[hasclass('o_signed')]//*[hasclass('o_ink')]")), 2)
        self.assertFalse(page.xpath("//*[hasclass('o_stamp')]"))
        # what happens to an issue afterwards is no part of what was signed
        issue = self.acceptance.issue_ids
        issue.action_fix("New roller")
        self.assertNotIn("New roller", self._text(self._page(REPORT, self.acceptance)))
        self.assertIn("New roller", self._text(self._page(LIST, self.acceptance)))

    def test_a_revoked_acceptance_says_so(self):
        self._walk()
        self._sign_both()
        self.acceptance.with_user(self.delivery_manager).action_revoke("Wrong list")
        self.assertIn("Wrong list", self._text(self._page(REPORT, self.acceptance)))

    def test_the_list_names_who_until_when_and_what_came_of_it(self):
        self._walk()
        issue = self.acceptance.issue_ids
        text = self._text(self._page(LIST, self.acceptance))
        for word in (issue.number, "Still open 1 / 1", issue.user_id.name):
            self.assertIn(word, text)
        selection = self._page("customer_delivery.report_issue_list", issue)
        self.assertIn(issue.number, self._text(selection))

    def test_without_issues_the_list_says_so(self):
        text = self._text(self._page(LIST, self.acceptance))
        self.assertIn("Nothing remains to be settled", text)

    def test_it_costs_no_query_per_issue(self):
        self._walk()
        report = self.env["report.customer_delivery.report_issue_list_acceptance"].with_user(
            self.delivery_user
        )
        self.env["project.acceptance.issue"].create(
            [
                {
                    "name": f"Issue {number}",
                    "project_id": self.project_standard.id,
                    "later_acceptance_id": self.acceptance.id,
                }
                for number in range(20)
            ]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(45):
            (paper,) = report._get_report_values(self.acceptance.ids)["papers"]
        self.assertEqual(paper["total"], 21)

    def test_customers_print_neither(self):
        for report in (REPORT, LIST):
            with self.assertRaises(AccessError):
                self._page(report, self.acceptance, self.portal_a)
