import base64
import io

import openpyxl

from odoo.tests import HttpCase, tagged

from .common import DeliveryCase

# a browser on a busy machine is slow; a tour that hangs still ends
TOUR_SECONDS = 240


@tagged("post_install", "-at_install")
class TestTourEndToEnd(DeliveryCase, HttpCase):
    """From a project without delivery to the printed papers and back, without configuration."""

    browser_size = "1366x768"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._create_project(name="Label printing", user_id=cls.delivery_user.id)

    def _requirements(self):
        return self.env["project.requirement"].search([("project_id", "=", self.project.id)])

    def test_a_wish_from_the_phone_reaches_the_papers_and_comes_back_unchanged(self):
        self.start_tour(
            f"/odoo/project.project/{self.project.id}",
            "delivery_end_to_end_staff",
            login="delivery_user",
            timeout=TOUR_SECONDS,
        )
        self.assertEqual(self.project.delivery_mode_id, self.mode_light)
        self.assertEqual(len(self._requirements()), 10)

        self._customer_adds_a_wish()
        wish = self._requirements()[-1]
        self.assertEqual(wish.origin, "form")
        self.assertEqual(wish.requester_name, "Chen Jianguo")
        self.assertEqual(wish.activity_ids.user_id, self.delivery_user)

        self.browser_size, self.touch_enabled = "1366x768", False
        action = "customer_delivery.project_requirement_action_project"
        self.start_tour(
            f"/odoo/project.project/{self.project.id}/action-{action}",
            "delivery_end_to_end_classify",
            login="delivery_user",
            timeout=TOUR_SECONDS,
        )
        self.assertEqual(wish.priority_id.name, "Must")

        self._check_papers(wish)
        self._check_register_comes_back_unchanged(wish)

    def _customer_adds_a_wish(self):
        channel = self.env["delivery.channel"].search([("project_id", "=", self.project.id)])
        self.authenticate(None, None)
        self.browser_size, self.touch_enabled = "390x844", True
        path = channel.form_url.removeprefix(channel.get_base_url())
        self.start_tour(path, "delivery_end_to_end_customer", login=None, timeout=TOUR_SECONDS)

    def _check_papers(self, wish):
        reports = self.env["ir.actions.report"].with_user(self.delivery_user)
        for report in ("report_confirmation_slip", "report_specification"):
            html, _kind = reports._render_qweb_html(f"customer_delivery.{report}", self.project.ids)
            for requirement in self._requirements():
                with self.subTest(report=report, requirement=requirement.name):
                    self.assertIn(requirement.name, html.decode())
            self.assertIn(wish.number, html.decode())

    def _check_register_comes_back_unchanged(self, wish):
        self.authenticate("delivery_user", "delivery_user")
        response = self.url_open(f"/delivery/register.xlsx?project_id={self.project.id}")
        self.assertEqual(response.status_code, 200)
        sheet = openpyxl.load_workbook(io.BytesIO(response.content)).worksheets[0]
        rows = list(sheet.iter_rows(values_only=True))
        self.assertEqual(len(rows), 12)
        self.assertEqual(rows[-1][0], wish.number)

        revisions = {req.id: (req.content_rev, req.name) for req in self._requirements()}
        wizard = (
            self.env["project.requirement.import"]
            .with_user(self.delivery_user)
            .create(
                {
                    "project_id": self.project.id,
                    "content": base64.b64encode(response.content),
                    "file_name": "register.xlsx",
                }
            )
        )
        wizard.action_check()
        self.assertEqual(set(wizard.line_ids.mapped("action")), {"unchanged"})
        wizard.action_import()
        self.assertEqual(
            {req.id: (req.content_rev, req.name) for req in self._requirements()}, revisions
        )
