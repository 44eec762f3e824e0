from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestDeliverable(DeliveryCase):
    """The register of what is handed over."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.deliverable = (
            cls.env["project.deliverable"]
            .create({"name": "Manual", "version": "V1", "project_id": cls.project_light.id})
            .with_user(cls.delivery_user)
        )

    def test_handed_over_received_and_accepted(self):
        deliverable = self.deliverable
        deliverable.action_deliver()
        self.assertEqual(deliverable.state, "delivered")
        self.assertTrue(deliverable.delivered_on)
        with self.assertRaisesRegex(UserError, "who received it"):
            deliverable.action_receive()
        deliverable.action_receive(self.contact_a.id)
        self.assertEqual(
            (deliverable.state, deliverable.received_by_name), ("received", self.contact_a.name)
        )
        deliverable._accept("2026-01-01")
        self.assertEqual(deliverable.state, "accepted")
        with self.assertRaisesRegex(UserError, "accepted as it is"):
            deliverable.version = "V2"
        deliverable.version = "V1"
        deliverable._release()
        self.assertEqual(deliverable.state, "received")

    def test_the_status_is_never_written_by_hand(self):
        for vals in ({"state": "accepted"}, {"received_by_name": "x"}, {"accepted_on": "2026-1-1"}):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                self.deliverable.with_user(self.delivery_manager).write(vals)

    def test_waiving_needs_a_manager_and_a_reason(self):
        with self.assertRaises(AccessError):
            self.deliverable.action_waive("x")
        with self.assertRaisesRegex(UserError, "why"):
            self.deliverable.with_user(self.delivery_manager).action_waive("")
        self.deliverable.with_user(self.delivery_manager).action_waive("Not wanted any more")
        self.assertEqual(self.deliverable.state, "waived")
        self.deliverable.action_reset()
        self.assertEqual(self.deliverable.state, "planned")

    def test_parts_belong_to_the_project(self):
        milestone = self.env["project.milestone"].create(
            {"name": "M", "project_id": self.project_standard.id}
        )
        with self.assertRaises(ValidationError):
            self.deliverable.milestone_id = milestone
        with self.assertRaisesRegex(UserError, "stays in its project"):
            self.deliverable.project_id = self.project_standard

    def test_what_was_handed_over_is_not_deleted(self):
        self.deliverable.action_deliver()
        with self.assertRaisesRegex(UserError, "Waive it"):
            self.deliverable.unlink()

    def test_changing_a_listed_deliverable_counts_as_a_change_of_the_acceptance(self):
        acceptance = self._create_acceptance(deliverable_ids=[(6, 0, self.deliverable.ids)])
        before = acceptance.content_rev
        self.deliverable.version = "V2"
        self.assertGreater(acceptance.content_rev, before)
