from odoo.tests.common import HttpCase, tagged

from .common import DeliveryCase


class PortalRequirementTour(DeliveryCase, HttpCase):
    __test__ = False

    def _run_tour(self):
        self.env["project.milestone"].create(
            {"name": "Go-live", "project_id": self.project_standard.id, "deadline": "2030-01-15"}
        )
        requirement = self._create_complete_requirement(
            name="Label per box",
            project_id=self.project_standard.id,
            portal_access="comment",
            description=f"<p>{'unbroken' * 60}</p><table><tr>{'<td>cell</td>' * 40}</tr></table>",
        )
        requirement.action_move_to_stage(self._stage("customer").id)
        # the header, which is not ours, does not break the long names of test users
        self.contact_a.name = "Contact A"
        self.start_tour(
            "/my/delivery", "delivery_portal_requirement", login="portal_a", timeout=180
        )
        comment = requirement.message_ids.filtered(lambda m: m.author_id == self.contact_a)
        self.assertIn("This is right", comment.body)
        self.assertNotIn(self.contact_a, requirement.message_partner_ids)


@tagged("post_install", "-at_install")
class TestTourPortalRequirement(PortalRequirementTour):
    __test__ = True

    def test_a_party_reads_and_comments_at_a_desk(self):
        self._run_tour()


@tagged("post_install", "-at_install")
class TestTourPortalRequirementPhone(PortalRequirementTour):
    __test__ = True
    browser_size = "390x844"
    touch_enabled = True

    def test_a_party_reads_and_comments_on_a_phone(self):
        self._run_tour()
