import json
from datetime import date
from io import BytesIO
from urllib.parse import quote

import openpyxl
from lxml import html

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .change_common import ChangeCase

REPORT = "customer_delivery.report_change_log"


class ChangeLogCase(ChangeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project.delivery_currency_id = cls.env.ref("base.EUR")
        cls.priced = cls._grant(agreed_days=5, agreed_amount=1000, billing="charged")
        cls.refused = cls._create_change(agreed_days=9, agreed_amount=900, billing="charged")
        cls._approve(cls.refused, "rejected")
        cls.free = cls._grant(agreed_days=3, billing="free")
        cls.dollars = cls._grant(
            agreed_days=1,
            agreed_amount=70,
            billing="charged",
            currency_id=cls.env.ref("base.USD").id,
        )
        cls.last = cls._grant(agreed_days=2, agreed_amount=500, billing="charged")
        cls.log = cls.priced | cls.refused | cls.free | cls.dollars | cls.last

    @classmethod
    def _grant(cls, **values):
        return cls._approve(cls._create_change(**values))

    def _write(self, projects):
        file = BytesIO()
        self.changes._write_log(file, projects)
        return openpyxl.load_workbook(file)


@tagged("post_install", "-at_install")
class TestChangeLog(ChangeLogCase):
    def test_days_add_up_and_money_adds_up_in_its_currency(self):
        self.assertEqual(self.log.mapped("cumulative_days"), [5, 5, 8, 9, 11])
        self.assertEqual(self.log.mapped("cumulative_amount"), [1000, 1000, 1000, 70, 1500])
        self.assertEqual(self.project.delivery_free_days, 3)

    def test_sums_do_not_depend_on_how_a_list_is_filtered(self):
        self.env.invalidate_all()
        self.assertEqual(self.last.cumulative_days, 11)
        self.priced.active = False
        self.env.invalidate_all()
        self.assertEqual(self.last.cumulative_days, 11)

    def test_another_project_adds_up_by_itself(self):
        self.project_strict.user_id = self.delivery_user
        other = self._grant(project_id=self.project_strict.id, agreed_days=4)
        self.assertEqual(other.cumulative_days, 4)

    def test_queries_do_not_grow_with_the_changes(self):
        def count(changes):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            changes.mapped("cumulative_amount")
            self.changes._prepare_log(self.project)
            return self.cr.sql_log_count - before

        count(self.log)
        few = count(self.log)
        for _each in range(10):
            self._create_change(agreed_days=1)
        self.assertEqual(count(self.changes.search([("project_id", "=", self.project.id)])), few)

    def test_the_workbook_says_what_the_screen_says(self):
        sheet = self._write(self.project).active
        rows = list(sheet.iter_rows(min_row=2, values_only=True))
        self.assertEqual([row[0] for row in rows[:5]], self.log.mapped("number"))
        self.assertEqual([row[7] for row in rows[:5]], [5, 5, 8, 9, 11])
        self.assertEqual([row[8] for row in rows[:5]], [1000, 1000, 1000, 70, 1500])
        self.assertEqual(rows[1][4], "Rejected")
        totals = {row[4]: row[5] or row[6] for row in rows[6:]}
        self.assertEqual(
            totals,
            {
                "Days granted": 11,
                "Of them free of charge": 3,
                "Amount granted, EUR": 1500,
                "Amount granted, USD": 70,
            },
        )

    def test_it_counts_from_the_baseline_and_names_the_milestones_moved(self):
        milestone = self.env["project.milestone"].create(
            {"name": "Go-live", "project_id": self.project.id, "deadline": "2031-03-01"}
        )
        change = self._create_change(
            self.confirmed, agreed_days=2.5, milestone_ids=[Command.set(milestone.ids)]
        )
        self._approve(self._assess(change))
        log = self.changes._prepare_log(self.project)
        self.assertEqual((log["baseline"].name, log["milestones"]), (False, []))
        for name, kind in (("V0.1", "internal"), ("V1.0", "customer"), ("V2.0", "customer")):
            baseline = self.project.action_publish_baseline(name, kind)
            if name == "V1.0":
                baseline.sudo()._signoff_set_state("approved")
        change.action_apply()
        change.action_finish()
        change.write({"actual_days": 4, "result": "partly"})
        log = self.changes._prepare_log(self.project)
        self.assertEqual(log["baseline"].name, "V1.0")
        self.assertEqual(log["milestones"], [("Go-live", 3, date(2031, 3, 4))])
        sheet = self._write(self.project).active
        rows = list(sheet.iter_rows(values_only=True))
        self.assertEqual(
            [row[12:15] for row in rows if row[0] == change.number], [(4, 0, "Partly effective")]
        )
        found = {row[4]: row for row in rows if row[4]}
        self.assertIn("V1.0", found["Counted from baseline"][2])
        self.assertEqual(found["Milestone moved"][2], "Go-live")
        model = self.env["ir.actions.report"].with_user(self.delivery_user)
        page = html.fromstring(model._render_qweb_html(REPORT, self.project.ids)[0])
        text = " ".join(page.text_content().split())
        for word in ("V1.0", "Go-live +3 days", "Partly effective"):
            self.assertIn(word, text)

    def test_the_share_of_the_contract_is_for_those_who_work_on_changes(self):
        self.project.delivery_contract_amount = 20000
        self.assertEqual(self.last.cumulative_percent, 7.5)
        self.assertEqual(self.dollars.cumulative_percent, 0, "another currency")
        with self.assertRaises(AccessError):
            self.last.with_user(self.auditor).read(["cumulative_percent"])

    def test_a_formula_typed_by_a_customer_stays_text(self):
        change = self._create_change(name='=HYPERLINK("http://x")')
        cells = [cell for cell in self._write(self.project).active["C"] if cell.value]
        self.assertEqual((cells[-1].value, cells[-1].data_type), (change.name, "s"))

    def test_the_paper_shows_all_columns_and_places_to_sign(self):
        model = self.env["ir.actions.report"].with_user(self.delivery_user)
        page = html.fromstring(model._render_qweb_html(REPORT, self.project.ids)[0])
        text = " ".join(page.text_content().split())
        for word in (
            *self.log.mapped("number"),
            "Rejected",
            "Days granted 11",
            "charge 3",
            "1,500",
        ):
            self.assertIn(word, text)
        self.assertEqual(len(page.xpath("//th[text()='Number']/../th")), 12)
        self.assertTrue(page.xpath("//*[hasclass('o_stamp')]"))

    def test_the_buttons_take_the_project_shown_or_those_selected(self):
        shown = self.changes.with_context(default_project_id=self.project.id)
        self.assertIn(quote(json.dumps(self.project.ids)), shown.action_export_log()["url"])
        self.assertIn(quote(json.dumps(self.project.ids)), self.last.action_export_log()["url"])
        self.assertEqual(self.last.action_print_log()["report_name"], REPORT)
        with self.assertRaisesRegex(UserError, "select changes"):
            self.changes.action_export_log()
        action = self.project.with_user(self.delivery_user).action_view_change_log()
        self.assertEqual(self.changes.search(action["domain"]), self.log[::-1])

    def test_customers_get_no_log(self):
        with self.assertRaises(AccessError):
            self.env["project.change"].with_user(self.portal_a)._write_log(BytesIO(), self.project)


@tagged("post_install", "-at_install")
class TestChangeLogDownload(ChangeLogCase, HttpCase):
    def _download(self, query):
        return self.url_open(f"/delivery/change_log.xlsx?{query}")

    def test_it_is_downloaded_as_a_workbook(self):
        self.authenticate(self.delivery_user.login, self.delivery_user.login)
        response = self._download(f"project_ids=[{self.project.id}]")
        self.assertEqual(response.status_code, 200)
        sheet = openpyxl.load_workbook(BytesIO(response.content)).active
        self.assertEqual(sheet["A2"].value, self.priced.number)
        self.assertEqual(self._download("project_ids=x").status_code, 400)
        self.assertEqual(self._download("project_ids=[0]").status_code, 404)
