import io
import json
from urllib.parse import parse_qs, urlsplit

import openpyxl

from odoo.exceptions import AccessError
from odoo.fields import Command, Domain
from odoo.tests import HttpCase, tagged

from odoo.addons.customer_delivery.core.register import COLUMNS

from .common import DeliveryCase


class RegisterCase(DeliveryCase):
    def _export(self, user, domain, **context):
        file = io.BytesIO()
        requirements = self.env["project.requirement"].with_user(user).with_context(**context)
        requirements._write_register(file, domain)
        sheet = openpyxl.load_workbook(io.BytesIO(file.getvalue())).worksheets[0]
        return [list(row) for row in sheet.iter_rows(values_only=True)]

    def _rows(self, user, domain, lang="en_US"):
        """Return the exported rows as dictionaries from column key to cell."""
        head, *rows = self._export(user, domain, lang=lang)
        keys = {column.headers[lang]: column.key for column in COLUMNS}
        return [dict(zip((keys[text] for text in head), row, strict=True)) for row in rows]


@tagged("post_install", "-at_install")
class TestRegister(RegisterCase):
    def test_a_row_says_what_the_requirement_says(self):
        requirement = self._create_complete_requirement(
            name="Print labels",
            description="<p>One</p><ul><li>two</li></ul>",
            customer_ref="W-1",
            date_deadline="2026-03-01",
            effort=4.5,
            indicator_ids=[
                Command.create({"name": "Time", "operator": "<=", "target": 2, "unit": "s"})
            ],
        )
        (row,) = self._rows(self.delivery_user, [("id", "=", requirement.id)])
        self.assertEqual(row["number"], requirement.number)
        self.assertEqual(row["title"], "Print labels")
        self.assertEqual(row["class"], "Must")
        self.assertEqual(row["stage"], "Open")
        self.assertEqual(row["description"], "One\n• two")
        self.assertEqual(row["criteria"], "[function] It can be seen | test")
        self.assertEqual(row["indicators"], "Time | <= | 2 | s")
        self.assertEqual(row["verification"], "Test")
        self.assertEqual(row["owner"], "delivery_user")
        self.assertEqual(row["requester"], self.contact_a.name)
        self.assertEqual(row["deadline"].date().isoformat(), "2026-03-01")
        self.assertEqual(row["effort"], 4.5)
        self.assertEqual(row["version"], requirement.version_number)

    def test_rows_stand_in_document_order(self):
        section = self.env["project.requirement.section"].create(
            {"name": "First", "project_id": self.project_light.id}
        )
        last = self._create_requirement(name="Without a section")
        first = self._create_requirement(name="In the section", section_id=section.id)
        rows = self._rows(self.delivery_user, [("id", "in", (last + first).ids)])
        self.assertEqual([row["title"] for row in rows], ["In the section", "Without a section"])
        self.assertEqual([row["section"] for row in rows], ["First", None])

    def test_headers_and_names_follow_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        must = self.env.ref("customer_delivery.project_requirement_priority_must")
        must.with_context(lang="zh_CN").name = "必须实现"
        requirement = self._create_requirement(priority_id=must.id)
        (row,) = self._rows(self.delivery_user, [("id", "=", requirement.id)], lang="zh_CN")
        self.assertEqual(row["class"], "必须实现")

    def test_a_formula_typed_by_a_customer_stays_text(self):
        requirement = self._create_requirement(
            name='=HYPERLINK("http://example.com","x")', customer_ref="+1+1"
        )
        file = io.BytesIO()
        self.env["project.requirement"].with_user(self.delivery_user)._write_register(
            file, [("id", "=", requirement.id)]
        )
        sheet = openpyxl.load_workbook(io.BytesIO(file.getvalue())).worksheets[0]
        cells = {cell.value: cell.data_type for cell in sheet[2]}
        self.assertEqual(cells['=HYPERLINK("http://example.com","x")'], "s")
        self.assertEqual(cells["+1+1"], "s")

    def test_only_what_the_reader_may_see_is_exported(self):
        mine = self._create_requirement(name="Mine")
        self._create_requirement(name="Private", project_id=self.project_private.id)
        self._create_requirement(name="Other", project_id=self.project_other.id)
        titles = [row["title"] for row in self._rows(self.delivery_user, Domain.TRUE)]
        self.assertIn(mine.name, titles)
        self.assertNotIn("Private", titles)
        self.assertNotIn("Other", titles)
        titles = [row["title"] for row in self._rows(self.other_user, Domain.TRUE)]
        self.assertIn("Other", titles)
        self.assertNotIn("Mine", titles)

    def test_an_auditor_exports_and_a_customer_does_not(self):
        requirement = self._create_requirement(name="Seen", portal_access="comment")
        rows = self._rows(self.auditor, [("id", "=", requirement.id)])
        self.assertEqual([row["title"] for row in rows], ["Seen"])
        with self.assertRaises(AccessError):
            self._export(self.portal_a, [("id", "=", requirement.id)])
        with self.assertRaises(AccessError):
            self._export(self.internal, [("id", "=", requirement.id)])

    def test_queries_do_not_grow_with_the_rows(self):
        requirements = self._create_requirement(name="One")
        for place in range(40):
            requirements += self._create_complete_requirement(name=f"Number {place}")
        self.env.flush_all()

        def queries(ids):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._export(self.delivery_user, [("id", "in", ids)])
            return self.cr.sql_log_count - before

        queries(requirements[:1].ids)
        self.assertEqual(queries(requirements.ids), queries(requirements[:1].ids))

    def test_the_action_of_a_list_carries_the_filter_or_the_selection(self):
        requirements = self._create_requirement() + self._create_requirement()
        requirements = requirements.with_user(self.delivery_user)
        action = requirements.action_export_register()
        domain = json.loads(parse_qs(urlsplit(action["url"]).query)["domain"][0])
        self.assertEqual(domain, [["id", "in", requirements.ids]])
        everything = [["project_id", "=", self.project_light.id]]
        action = requirements.with_context(active_domain=everything).action_export_register()
        domain = json.loads(parse_qs(urlsplit(action["url"]).query)["domain"][0])
        self.assertEqual(domain, everything)


@tagged("post_install", "-at_install")
class TestRegisterDownload(HttpCase, RegisterCase):
    def _download(self, login, query):
        self.authenticate(login, login)
        return self.url_open(f"/delivery/register.xlsx?{query}")

    def test_a_project_is_downloaded_as_a_workbook(self):
        requirement = self._create_requirement(name="In the file")
        response = self._download("delivery_user", f"project_id={self.project_light.id}")
        self.assertEqual(response.status_code, 200)
        self.assertIn("spreadsheetml", response.headers["Content-Type"])
        sheet = openpyxl.load_workbook(io.BytesIO(response.content)).worksheets[0]
        titles = [row[2] for row in sheet.iter_rows(values_only=True)]
        self.assertIn(requirement.name, titles)

    def test_project_and_filter_narrow_the_download(self):
        self._create_requirement(name="Wanted")
        self._create_requirement(name="Unwanted")
        self._create_requirement(name="Wanted", project_id=self.project_b.id)
        domain = '[["name","=","Wanted"]]'
        response = self._download(
            "delivery_user", f"project_id={self.project_light.id}&domain={domain}"
        )
        sheet = openpyxl.load_workbook(io.BytesIO(response.content)).worksheets[0]
        self.assertEqual(sheet.max_row, 2)

    def test_a_domain_that_bypasses_rules_is_refused(self):
        domain = '[["project_id","any!",[["id","!=",0]]]]'
        self.assertEqual(self._download("delivery_user", f"domain={domain}").status_code, 400)
        self.assertEqual(self._download("delivery_user", "domain=%7Bnot").status_code, 400)
        self.assertEqual(self._download("delivery_user", "project_id=x").status_code, 400)

    def test_customers_and_strangers_get_nothing(self):
        query = f"project_id={self.project_light.id}"
        response = self._download("portal_a", query)
        self.assertNotEqual(response.status_code, 200)
        self.assertNotIn("spreadsheetml", response.headers["Content-Type"])
        response = self._download("other_user", f"project_id={self.project_private.id}")
        self.assertNotIn("spreadsheetml", response.headers["Content-Type"])
        self.logout()
        response = self.url_open(f"/delivery/register.xlsx?{query}")
        self.assertIn("/web/login", response.url)
