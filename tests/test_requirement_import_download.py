import io

import openpyxl

from odoo.tests import HttpCase, tagged

from .test_requirement_import import ImportCase


@tagged("post_install", "-at_install")
class TestRequirementImportDownload(HttpCase, ImportCase):
    def test_template_and_result_are_downloaded_by_whom_they_belong_to(self):
        wizard = self._wizard([["Title"], ["A wish"]])
        wizard.action_import()
        path = f"/delivery/register_result/{wizard.id}.xlsx"
        self.authenticate("delivery_user", "delivery_user")
        for url in ("/delivery/register_template.xlsx", path):
            response = self.url_open(url)
            self.assertEqual(response.status_code, 200)
            self.assertTrue(openpyxl.load_workbook(io.BytesIO(response.content)).worksheets)
        self.authenticate("auditor", "auditor")
        for url in ("/delivery/register_template.xlsx", path):
            self.assertNotIn("spreadsheetml", self.url_open(url).headers["Content-Type"])
        self._create_user("second", "customer_delivery.group_delivery_user")
        self.authenticate("second", "second")
        self.assertNotIn("spreadsheetml", self.url_open(path).headers["Content-Type"])
