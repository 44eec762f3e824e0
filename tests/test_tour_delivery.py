from odoo.tests import HttpCase, tagged

from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestTourDelivery(HttpCase, DeliveryCase):
    """The web client as a delivery user, on a desktop and on a phone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("web.base.url", cls.base_url())
        cls.project_off.user_id = cls.delivery_user

    def _use_phone(self):
        self.browser_size = "390x844"
        self.touch_enabled = True

    def _requirements(self, project):
        return self.env["project.requirement"].search([("project_id", "=", project.id)])

    def test_from_a_bare_project_to_ten_requirements(self):
        self.start_tour("/odoo", "customer_delivery_first_minutes", login="delivery_user")
        project = self.project_off
        self.assertEqual(project.delivery_mode_id, self.mode_light)
        requirements = self._requirements(project)
        self.assertEqual(len(requirements), 11)
        classes = requirements.mapped("priority_id.name")
        self.assertEqual(set(classes), {"Must", "Should", "Later"})
        unclassified = requirements.filtered(lambda requirement: not requirement.priority_id)
        self.assertEqual(unclassified.name, "Typed below the others")
        self.assertIn("Ms Li", " ".join(project.message_ids.mapped("body")))

    def test_the_same_on_a_phone(self):
        self._use_phone()
        self.start_tour("/odoo", "customer_delivery_phone", login="delivery_user")
        requirements = self._requirements(self.project_off)
        self.assertEqual(len(requirements), 10)
        classified = requirements.filtered(lambda r: r.name == "Undo the last scan")
        self.assertEqual(classified.priority_id.name, "Must")
        self.assertEqual(set(requirements.mapped("content_lock")), {"none"})

    def test_quick_entry_on_a_phone(self):
        self._use_phone()
        self.start_tour("/odoo", "customer_delivery_quick_entry", login="delivery_user")
        requirement = self._requirements(self.project_light)
        self.assertRecordValues(
            requirement,
            [
                {
                    "name": "Bigger letters on the label",
                    "origin": "recorded",
                    "said_via": "site",
                    "requester_id": self.contact_a.id,
                }
            ],
        )

    def test_quick_entry_without_a_network_is_sent_once(self):
        self._use_phone()
        self.start_tour("/odoo", "customer_delivery_offline", login="delivery_user")
        found = self.env["project.requirement"].search_count(
            [("name", "=", "Said without a network")]
        )
        self.assertEqual(found, 1)

    def test_a_project_is_packed_and_published_on_a_phone(self):
        self._use_phone()
        project = self.project_light
        project.user_id = self.delivery_user
        self._create_agreed_requirement(project_id=project.id, name="Promised")
        url = f"/odoo/customer-delivery-projects/{project.id}"
        self.start_tour(url, "customer_delivery_close_out", login="delivery_user")
        pack = self.env["project.closing.pack"].search([("project_id", "=", project.id)])
        with self.allow_pdf_render():
            while pack.state != "ready":
                pack.with_context(force_report_rendering=True)._on_delivery_event(
                    "project.closing.requested", {}
                )
        self.start_tour(url, "customer_delivery_close_out_publish", login="delivery_user")
        self.assertTrue(pack.published)
        self.assertEqual(pack.published_by_id, self.delivery_user)
        self.start_tour("/my/delivery", "customer_delivery_close_out_portal", login="portal_a")

    def test_the_board_opens_what_it_counts(self):
        self._create_agreed_requirement(name="Promised", project_id=self.project_b.id)
        self.project_b.last_update_status = "off_track"
        self.start_tour("/odoo", "customer_delivery_board", login="delivery_user")
