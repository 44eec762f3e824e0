"""What a refusal means: for good, back to the author, back to an earlier step."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .change_common import ChangeCase
from .signoff_common import SignoffCase


@tagged("post_install", "-at_install")
class TestSignoffRefusal(ChangeCase, SignoffCase):
    def _step(self, policy, user=None, **values):
        user = user or self.project_user
        return {"user_ids": [Command.set(user.ids)], "reject_policy": policy, **values}

    def _refuse(self, document, user=None):
        row = self._send(document, user)
        self._decide(self._pending(row)[:1], "reject", comment="The label is missing")
        self.assertEqual((row.state, row.end_reason), ("rejected", "The label is missing"))
        return row

    # === REQUIREMENTS === #

    def test_back_to_the_author_it_is_edited_and_sent_again(self):
        self._create_flow(self._step("author"))
        package = self._create_package()
        row = self._refuse(package)
        self.assertEqual(package.signoff_state, "returned")
        self.assertTrue(package.with_user(self.delivery_manager).can_send)
        requirement = (package.line_ids.requirement_id - self.confirmed)[:1]
        self.assertEqual(requirement.content_lock, "none")
        again = self._send(package)
        self.assertEqual((again.number, again.state), (2, "running"))
        self._decide(self._pending(again))
        self.assertEqual(package.signoff_state, "approved")
        # the round before stays readable as it was
        self.assertEqual(row.with_user(self.delivery_manager).decision_ids.verdict, "reject")

    def test_refused_for_good_it_is_never_sent_again(self):
        self._create_flow(self._step("end"))
        package = self._create_package()
        self._refuse(package)
        self.assertEqual(package.signoff_state, "rejected")
        self.assertFalse(package.with_user(self.delivery_manager).can_send)
        for context in ({}, {"default_signoff_state": "none", "force": True, "install_mode": True}):
            with self.assertRaisesRegex(UserError, "refused for good"):
                self._send(package.with_context(**context))
        with self.assertRaises(AccessError):
            package.with_user(self.delivery_manager).write({"signoff_state": "none"})
        # what it listed is free, and goes into another one
        requirement = (package.line_ids.requirement_id - self.confirmed)[:1]
        requirement = requirement.with_user(self.delivery_user)
        requirement.name = "Print the label"
        other = self.project_standard.action_publish_baseline("V1.1", "customer")
        self.assertEqual(self._send(other).state, "running")

    def test_a_manager_voids_a_refusal_and_nobody_else(self):
        self._create_flow(self._step("end"))
        package = self._create_package()
        row = self._refuse(package)
        with self.assertRaises(AccessError):
            row.with_user(self.delivery_user).action_void("A slip")
        row.with_user(self.delivery_manager).action_void("A slip of the pen")
        self.assertEqual((row.state, package.signoff_state), ("void", "none"))
        self.assertEqual(self._send(package).number, 2)

    def test_the_policy_that_was_copied_at_the_start_counts(self):
        flow = self._create_flow(self._step("author"))
        package = self._create_package()
        row = self._send(package)
        flow.step_ids.reject_policy = "end"
        self._decide(self._pending(row), "reject", comment="No")
        self.assertEqual(package.signoff_state, "returned")

    # === CHANGES === #

    def _create_ready(self):
        change = self._assess(self._create_change(self.confirmed))
        change.line_ids.name = "Print two labels"
        return change

    def test_a_change_goes_back_to_be_assessed_again(self):
        self._create_flow(self._step("author"), res_model="project.change")
        change = self._create_ready()
        self._refuse(change, self.delivery_user)
        self.assertRecordValues(
            change, [{"signoff_state": "returned", "decision": "none", "content_lock": "none"}]
        )
        self.assertEqual(change.stage_id.kind, "assess")
        activity = change.activity_ids.filtered(lambda a: "send it again" in (a.summary or ""))
        self.assertEqual(activity.user_id, self.delivery_user)
        self.assertIn("The label is missing", activity.note)
        change.name = "Two labels, one of them red"
        again = self._send(change, self.delivery_user)
        self.assertEqual((again.number, change.stage_id.kind), (2, "approve"))

    def test_a_change_is_refused_for_good(self):
        self._create_flow(self._step("end"), res_model="project.change")
        change = self._create_ready()
        row = self._refuse(change, self.delivery_user)
        self.assertEqual((change.decision, change.signoff_state), ("rejected", "rejected"))
        self.assertEqual(change.stage_id.kind, "rejected")
        self.assertFalse(change.can_reopen or change.can_send)
        with self.assertRaisesRegex(UserError, "refused for good"):
            change.action_reopen()
        with self.assertRaises(UserError):
            change.action_send_for_approval()
        row.with_user(self.delivery_manager).action_void("Decided by the wrong person")
        self.assertTrue(change.can_reopen)
        change.action_reopen()
        self.assertEqual((change.decision, change.signoff_state), ("none", "none"))

    def test_shipped_flows_let_the_customer_say_no_and_us_mend_it(self):
        change = self._create_ready()
        self._refuse(change, self.delivery_user)
        self.assertEqual(change.signoff_state, "returned")
        row = self._send(change, self.delivery_user)
        self._decide(self._pending(row))
        self._decide(self._pending(row, self.contact_a), "reject", "link", comment="Too dear")
        self.assertEqual((change.decision, change.stage_id.kind), ("rejected", "rejected"))

    # === ACCEPTANCES AND STANDARD CHANGES === #

    def _create_concluded(self):
        acceptance = self._create_acceptance(project_id=self.project.id)
        acceptance = acceptance.with_user(self.delivery_user)
        acceptance.action_submit()
        acceptance.item_ids.action_record_verdict("customer", "pass")
        acceptance.action_conclude("pass")
        return acceptance

    def test_an_acceptance_that_is_refused_for_good_has_failed(self):
        self._create_flow(self._step("end"), res_model="project.acceptance")
        acceptance = self._create_concluded()
        row = self._refuse(acceptance, self.delivery_user)
        self.assertEqual((acceptance.state, acceptance.signoff_state), ("failed", "rejected"))
        with self.assertRaises(UserError):
            acceptance.action_send()
        row.with_user(self.delivery_manager).action_void("Decided by the wrong person")
        self.assertEqual((acceptance.state, acceptance.signoff_state), ("concluded", "none"))
        acceptance.action_send()
        self.assertEqual(acceptance.signoff_state, "running")

    def test_an_acceptance_goes_back_to_be_concluded_again(self):
        self._create_flow(self._step("author"), res_model="project.acceptance")
        acceptance = self._create_concluded()
        self._refuse(acceptance, self.delivery_user)
        self.assertEqual((acceptance.state, acceptance.signoff_state), ("concluded", "returned"))
        acceptance.action_reopen()
        acceptance.action_conclude("pass")
        acceptance.action_send()
        self.assertEqual(acceptance.signoff_round_id.number, 2)

    def test_a_standard_change_is_refused_for_good(self):
        self._create_flow(self._step("end"), res_model="project.change.template")
        template = self.env["project.change.template"].create(
            {
                "name": "One more user",
                "project_id": self.project.id,
                "content": "<p>An account.</p>",
                "valid_until": "2099-01-01",
            }
        )
        self._refuse(template)
        self.assertEqual(template.signoff_state, "rejected")
        self.assertFalse(template.with_user(self.delivery_manager).can_send)

    def test_the_form_of_a_flow_offers_the_three(self):
        with Form(self.env["signoff.flow"].with_user(self.delivery_manager)) as form:
            form.name = "Two steps"
            form.res_model = "project.change"
            for number, policy in enumerate(("end", "author"), 1):
                with form.step_ids.new() as step:
                    step.name = f"Step {number}"
                    step.sequence = number
                    step.user_ids = self.internal
                    step.reject_policy = policy
        flow = form.record
        self.assertEqual(flow.step_ids.mapped("reject_policy"), ["end", "author"])
