from odoo.tests.common import tagged

from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestRequirement(DeliveryCase):
    def test_a_confirmed_requirement_of_a_strict_project_is_locked(self):
        requirement = self._create_agreed_requirement(project_id=self.project_strict.id)
        self.assertEqual(requirement.content_lock, "agreed")
        self.assertTrue(requirement.content_locked)
        self.assertEqual(requirement.company_id, self.company)
