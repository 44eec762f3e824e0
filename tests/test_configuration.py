from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestConfiguration(DeliveryCase):
    """Delivery managers configure without being administrators."""

    def _records(self):
        return [
            self.mode_light,
            self.env.ref("customer_delivery.project_requirement_stage_confirmed"),
            self.env.ref("customer_delivery.project_requirement_type_performance"),
            self.env.ref("customer_delivery.project_requirement_priority_must"),
        ]

    def test_a_manager_opens_and_saves_every_configuration_form(self):
        for record in self._records():
            with (
                self.subTest(model=record._name),
                Form(record.with_user(self.delivery_manager)) as form,
            ):
                form.name = "Renamed"
            self.assertEqual(record.name, "Renamed")

    def test_a_user_changes_no_configuration(self):
        for record in self._records():
            with self.subTest(model=record._name), self.assertRaises(AccessError):
                record.with_user(self.delivery_user).write({"name": "Renamed"})
