from odoo.tests import HttpCase, tagged

from .change_common import ChangeCase

# a browser on a busy machine is slow; a tour that hangs still ends
TOUR_SECONDS = 240


@tagged("post_install", "-at_install")
class TestTourChange(HttpCase, ChangeCase):
    """Changes in the web client, on a desktop and on a phone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("web.base.url", cls.base_url())

    def test_a_verbal_change_at_night_on_a_phone(self):
        self.browser_size, self.touch_enabled = "390x844", True
        self.start_tour(
            "/odoo", "customer_delivery_quick_change", login="delivery_user", timeout=TOUR_SECONDS
        )
        change = self.env["project.change"].search([("project_id", "=", self.project_light.id)])
        self.assertRecordValues(
            change,
            [
                {
                    "name": "Stop the belt at the open door",
                    "origin": "recorded",
                    "said_via": "site",
                    "requester_id": self.contact_a.id,
                    "is_unratified": True,
                }
            ],
        )

    def test_from_the_confirmed_requirement_to_its_new_version(self):
        self.start_tour(
            "/odoo", "customer_delivery_change", login="delivery_user", timeout=TOUR_SECONDS
        )
        change = self.env["project.change"].search([("project_id", "=", self.project.id)])
        self.assertEqual(change.stage_id.kind, "assess")
        self.assertEqual(change.line_ids.name, "Print two labels")
        self.assertEqual(change.assessed_count, 5)
        self._approve(change)
        self.start_tour(
            "/odoo", "customer_delivery_change_apply", login="delivery_user", timeout=TOUR_SECONDS
        )
        self.assertEqual(change.stage_id.kind, "verify")
        self.assertEqual(self.confirmed.name, "Print two labels")
