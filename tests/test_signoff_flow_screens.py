"""Testing a flow, and deciding on many requests at once."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tests.common import tagged

from .signoff_common import SignoffCase


@tagged("post_install", "-at_install")
class TestSignoffFlowScreens(SignoffCase):
    def _test(self, document, flow=None, user=None):
        values = {"document": f"{document._name},{document.id}"}
        if flow:
            values["flow_id"] = flow.id
        return self.env["signoff.flow.test"].with_user(user or self.delivery_manager).create(values)

    def test_a_test_shows_steps_and_people_and_writes_nothing(self):
        package = self._create_package()
        before = self.env["signoff.round"].search_count([])
        test = self._test(package)
        self.assertIn(self.contact_a.name, test.result)
        self.assertIn("Head of IT", test.result)
        self.assertIn("Would start", test.result)
        self.assertEqual(self.env["signoff.round"].search_count([]), before)
        self.assertEqual(package.signoff_state, "none")

    def test_a_step_left_out_says_why(self):
        flow = self._create_flow(
            {
                "user_ids": [Command.set(self.internal.ids)],
                "condition_domain": "[('name', '=', 'Never')]",
            },
            {"user_ids": [Command.set(self.delivery_manager.ids)]},
        )
        result = self._test(self._create_package(), flow).result
        self.assertIn("Left out", result)
        self.assertNotIn(self.internal.name, result)
        self.assertIn(self.delivery_manager.name, result)

    def test_what_could_not_start_says_why(self):
        self.signatory.may_sign = False
        result = self._test(self._create_package()).result
        self.assertIn("Would not start", result)
        self.assertIn("finds nobody to ask", result)

    def test_a_draft_is_tested_before_it_is_used(self):
        flow = self._create_flow({"user_ids": [Command.set(self.internal.ids)]})
        flow.action_deactivate()
        package = self._create_package()
        self.assertIn(self.internal.name, self._test(package, flow).result)
        with self.assertRaisesRegex(UserError, "not in use"):
            self._send(package, flow_id=flow.id)

    def test_the_dialog_opens_from_the_flow_and_from_the_document(self):
        flow = self._create_flow({"user_ids": [Command.set(self.internal.ids)]})
        package = self._create_package()
        tests = self.env["signoff.flow.test"].with_user(self.delivery_manager)
        form = Form(tests.with_context(active_model="signoff.flow", active_id=flow.id))
        self.assertIn(self.internal.name, form.result)
        action = package.with_user(self.delivery_manager).action_test_flow()
        form = Form(tests.with_context(**action["context"]))
        self.assertIn(self.internal.name, form.result)

    # === MANY AT ONCE === #

    def _bulk(self, slots, user, **values):
        return (
            self.env["signoff.slot.bulk"]
            .with_user(user)
            .with_context(active_model="signoff.slot", active_ids=slots.ids)
            .create(values)
        )

    def _ask(self, count=3, **step):
        self._create_flow({"user_ids": [Command.set(self.internal.ids)], **step})
        slots = self.env["signoff.slot"]
        for number in range(count):
            slots |= self._pending(self._send(self._create_package(name=f"P{number}")))
        return slots

    def test_many_are_decided_and_each_says_how_it_went(self):
        slots = self._ask()
        self._decide(slots[0])
        bulk = self._bulk(slots, self.internal)
        self.assertEqual(bulk.slot_count, 3)
        bulk.action_decide()
        self.assertEqual(bulk.line_ids.mapped("is_done"), [False, True, True])
        self.assertIn("decided already", bulk.line_ids[0].note)
        self.assertEqual(set(slots.round_id.mapped("state")), {"approved"})

    def test_what_wants_a_signature_is_left_and_named(self):
        slots = self._ask(1, needs_signature=True)
        bulk = self._bulk(slots, self.internal)
        bulk.action_decide()
        self.assertIn("signature", bulk.line_ids.note)
        self.assertEqual(slots.state, "pending")

    def test_nobody_decides_for_others(self):
        slots = self._ask(1)
        bulk = self._bulk(slots, self.delivery_manager)
        bulk.action_decide()
        self.assertFalse(bulk.line_ids.is_done)
        self.assertEqual(slots.state, "pending")

    def test_refusing_many_wants_a_reason(self):
        slots = self._ask(2)
        with self.assertRaisesRegex(UserError, "reason"):
            self._bulk(slots, self.internal, verdict="reject").action_decide()
        self._bulk(slots, self.internal, verdict="reject", comment="Too early").action_decide()
        self.assertEqual(slots.round_id.mapped("end_reason"), ["Too early", "Too early"])
