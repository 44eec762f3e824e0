from lxml import html

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .change_common import ChangeCase
from .signoff_common import SignoffCase

REQUEST = "customer_delivery.report_change_request"
ASSESSMENT = "customer_delivery.report_change_assessment"
INTERNAL = "customer_delivery.report_change_assessment_internal"


@tagged("post_install", "-at_install")
class TestChangePaper(ChangeCase, SignoffCase):
    """What is printed of a change, and what of it never reaches the customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.change = cls._create_change(
            cls.confirmed,
            agreed_days=3,
            agreed_amount=900,
            billing="charged",
            requester_id=cls.contact_a.id,
        )
        cls.change.line_ids.name = "Print two labels"
        cls._assess(cls.change)
        cls.change.alternatives = "One wide label"
        row = cls.change.impact_ids.filtered(lambda row: not row.is_internal)[0]
        row.write(
            {
                "note": "One week later",
                "delta_days": 5,
                "delta_cost": 76543210,
                "delta_hours": 334455,
                "internal_note": "margin is thin",
            }
        )
        cls.change.notes = "<p>Do not tell them</p>"

    def _page(self, report, user=None, changes=None, **data):
        # whoever prints reads it all himself, not what others have read before
        self.env.flush_all()
        self.env.invalidate_all()
        model = self.env["ir.actions.report"].with_user(user or self.delivery_user)
        ids = (changes or self.change).ids
        return html.fromstring(model._render_qweb_html(report, ids, data=data)[0])

    def _text(self, report, user=None, **data):
        page = self._page(report, user, **data)
        for style in page.xpath("//style"):
            style.drop_tree()
        return " ".join(page.text_content().split())

    def _headings(self, report):
        return [each.text_content().strip() for each in self._page(report).xpath("//h2")]

    def _agree_all(self, row):
        while slots := self._pending(row):
            for slot in slots:
                if slot.partner_id == self.contact_a:
                    self._sign(slot)
                else:
                    self._decide(slot.with_user(slot.user_id), comment="Fits the plan")

    def test_the_request_has_its_sections_in_order(self):
        self.assertEqual(
            self._headings(REQUEST),
            [
                "Reason",
                "Content, before and after",
                "Expected impact",
                "Contract and price",
                "Approval",
                "Customer's confirmation",
                "Carrying out and verification",
            ],
        )
        text = self._text(REQUEST)
        for word in (
            self.change.number,
            self.contact_a.name,
            "In contract",
            "900.00",
            "The line runs two products.",
            "asks us to assess",
        ):
            self.assertIn(word, text)
        self.assertTrue(self._page(REQUEST).xpath("//ins[contains(., 'two labels')]"))

    def test_there_are_places_to_sign_until_it_is_signed(self):
        self.assertEqual(len(self._page(REQUEST).xpath("//*[hasclass('o_stamp')]")), 2)
        row = self._send(self.change, self.delivery_user)
        self._agree_all(row)
        page = self._page(REQUEST)
        self.assertFalse(page.xpath("//*[hasclass('o_stamp')]"))
        text = self._text(REQUEST)
        self.assertIn("Fits the plan", text)
        self.assertIn(self.contact_a.name, text)
        self.assertIn("Approved", text)

    def test_voided_signatures_are_not_shown_as_given(self):
        row = self._send(self.change, self.delivery_user)
        self._agree_all(row)
        row.with_user(self.delivery_manager).action_void("The wrong person signed")
        self.assertTrue(self._page(REQUEST).xpath("//*[hasclass('o_stamp')]"))

    def test_the_result_is_told_when_there_is_one(self):
        self._approve(self.change)
        self.change.action_apply()
        self.change.action_finish()
        self.change.write({"actual_days": 4, "result": "effective", "result_note": "Both print"})
        as_manager = self.change.with_user(self.delivery_manager)
        as_manager.check_ids.write({"verdict": "pass", "note": "Only just"})
        as_manager.action_close()
        text = self._text(REQUEST)
        for word in (
            "Both print",
            "Effective",
            self.delivery_manager.name,
            "4 (estimate 5, -20 %)",
            "It can be seen",
            "Passed",
            "Only just",
        ):
            self.assertIn(word, text)
        outside = self.env[f"report.{REQUEST}"].with_user(self.delivery_user)
        paper = outside._get_report_values(self.change.ids, {"outside": True})["papers"][0]
        self.assertEqual([check["note"] for check in paper["result"]["checks"]], [""])
        self.assertEqual([check["verdict"] for check in paper["result"]["checks"]], ["Passed"])

    def test_the_internal_copy_compares_what_it_took(self):
        self._approve(self.change)
        self.change.write({"actual_days": 4, "actual_cost": 80000000})
        text = self._text(INTERNAL)
        for word in ("Actual against estimate", "80,000,000", "-20.0 %", "+4.5 %"):
            self.assertIn(word, text)
        for report in (ASSESSMENT, REQUEST):
            self.assertNotIn("80,000,000", self._text(report))

    def test_the_assessment_for_the_customer_has_no_cost_and_nothing_internal(self):
        for report in (ASSESSMENT, REQUEST):
            text = self._text(report)
            for secret in (
                "76,543,210",
                "76543210",
                "margin is thin",
                "334455",
                "Do not tell them",
            ):
                self.assertNotIn(secret, text)
        text = self._text(ASSESSMENT)
        for word in ("One week later", "+5 days", "One wide label", "Print one label", "900.00"):
            self.assertIn(word, text)
        self.assertEqual(
            self._headings(ASSESSMENT),
            ["Impact", "What is affected", "Alternatives", "Conclusion"],
        )

    def test_the_internal_copy_says_what_it_costs(self):
        text = self._text(INTERNAL)
        for word in ("76,543,210", "margin is thin", "+334455 hours", "Internal copy"):
            self.assertIn(word, text)
        with self.assertRaises(AccessError):
            self._page(INTERNAL, self.project_user)

    def test_the_paper_is_in_the_language_of_the_project(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.project.delivery_lang = "zh_CN"
        page = self._page(REQUEST)
        self.assertEqual(page.xpath("//*[hasclass('o_delivery_paper')]/@lang"), ["zh-CN"])

    def test_customers_print_nothing(self):
        for report in (REQUEST, ASSESSMENT, INTERNAL):
            with self.subTest(report=report), self.assertRaises(AccessError):
                self.env[f"report.{report}"].with_user(self.portal_a)._get_report_values(
                    self.change.ids
                )

    def test_queries_do_not_grow_with_the_lines(self):
        def count(change):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._page(REQUEST, changes=change)
            return self.cr.sql_log_count - before

        many = self._create_change(
            *(
                self._create_agreed_requirement(project_id=self.project.id, name=f"Need {place}")
                for place in range(8)
            )
        )
        for place, line in enumerate(many.line_ids):
            line.name = f"Other need {place}"
        count(many)
        few = self._create_change(many.line_ids.requirement_id[0])
        few.line_ids.name = "Yet another"
        self.assertLessEqual(count(many), count(few) + 3)
