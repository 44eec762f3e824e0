from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestRequirementScreen(DeliveryCase):
    """What the screens offer: the next step, who is waited for, what a form lets one fill."""

    def test_no_button_of_ours_confirms(self):
        requirement = self._create_requirement()
        self.assertFalse(requirement.next_stage_id)
        agreed = self._create_agreed_requirement()
        self.assertEqual(agreed.next_stage_id, self._stage("accepted"))

    def test_the_next_step_follows_the_stages_of_the_delivery_mode(self):
        requirement = self._create_complete_requirement(project_id=self.project_standard.id)
        passed = []
        while requirement.next_stage_id:
            requirement.with_user(self.delivery_user).action_next_stage()
            passed.append(requirement.stage_id.name)
        # the customer confirms, not a button
        self.assertEqual(passed, ["Review", "With Customer"])
        self._agree(requirement)
        while requirement.next_stage_id:
            requirement.with_user(self.delivery_user).action_next_stage()
            passed.append(requirement.stage_id.name)
        self.assertEqual(passed[2:], ["Done", "Accepted"])

    def test_putting_aside_is_never_the_next_step(self):
        requirement = self._create_agreed_requirement()
        requirement.stage_id = self._stage("accepted")
        self.assertFalse(requirement.next_stage_id)

    def test_a_requirement_on_hold_goes_on(self):
        requirement = self._create_requirement(project_id=self.project_standard.id)
        requirement.stage_id = self._stage("hold")
        self.assertEqual(requirement.next_stage_id, self._stage("new"))

    def test_the_next_step_names_what_is_missing(self):
        requirement = self._create_requirement(project_id=self.project_standard.id)
        requirement.stage_id = self._stage("review")
        self.assertEqual(requirement.next_stage_id, self._stage("customer"))
        with self.assertRaisesRegex(UserError, "Class"):
            requirement.with_user(self.delivery_user).action_next_stage()

    def test_a_reader_of_the_project_does_not_take_the_next_step(self):
        requirement = self._create_complete_requirement()
        with mute_logger("odoo.addons.base.models.ir_model"), self.assertRaises(AccessError):
            requirement.with_user(self.project_user).action_next_stage()

    def test_it_says_who_is_waited_for(self):
        requirement = self._create_complete_requirement(
            project_id=self.project_standard.id, priority_id=False
        )
        self.assertEqual(requirement.waits_for, "Classification by delivery_user")
        requirement.priority_id = self.env.ref(
            "customer_delivery.project_requirement_priority_must"
        )
        self.assertEqual(requirement.waits_for, "delivery_user")
        requirement.stage_id = self._stage("review")
        requirement.stage_id = self._stage("customer")
        self.assertEqual(requirement.waits_for, self.contact_a.name)
        requirement.stage_id = self._stage("cancelled")
        self.assertFalse(requirement.waits_for)

    def test_the_form_of_a_light_project_asks_for_the_title_alone(self):
        view = "customer_delivery.project_requirement_view_form"
        requirements = self.env["project.requirement"].with_user(self.delivery_user)
        form = Form(requirements.with_context(default_project_id=self.project_light.id), view=view)
        form.name = "Print a label for every pallet"
        requirement = form.save()
        self.assertEqual(requirement.project_id, self.project_light)
        self.assertEqual(requirement.partner_id, self.customer_a)
        self.assertEqual(requirement.stage_id, self._stage("open"))

    def test_the_form_does_not_let_confirmed_content_be_typed(self):
        requirement = self._create_agreed_requirement(project_id=self.project_standard.id)
        form = Form(requirement.with_user(self.delivery_user))
        with self.assertRaises(AssertionError):
            form.name = "Something else"
        form.date_deadline = "2030-01-01"
        form.save()
        self.assertEqual(str(requirement.date_deadline), "2030-01-01")

    def test_a_new_requirement_stands_at_the_end_also_after_rows_were_dragged(self):
        rows = self.env["project.requirement"].create(
            [{"name": name, "project_id": self.project_light.id} for name in "abcdefghijkl"]
        )
        rows.web_resequence({}, field_name="sequence", offset=0)
        new = self._create_requirement(name="new")
        listed = rows.search([("project_id", "=", self.project_light.id)])
        self.assertEqual(listed[-1], new)
        self.assertEqual(new.outline, "13")

    def test_dragging_a_row_renumbers_the_document(self):
        rows = self.env["project.requirement"].create(
            [{"name": name, "project_id": self.project_light.id} for name in "abc"]
        )
        moved = (rows[2] | rows[0] | rows[1]).with_user(self.delivery_user)
        moved.web_resequence({}, field_name="sequence", offset=1)
        self.assertEqual(rows.mapped("outline"), ["2", "3", "1"])
