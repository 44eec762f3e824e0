"""The dialogs by which our staff sends, answers and records."""

from base64 import b64encode

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .signoff_common import SIGNATURE, SignoffCase


@tagged("post_install", "-at_install")
class TestSignoffScreens(SignoffCase):
    def _open(self, action, user):
        return self.env[action["res_model"]].with_user(user).browse(action["res_id"])

    def test_who_is_asked_reads_and_answers(self):
        self._create_flow({"user_ids": [Command.set(self.internal.ids)]})
        row = self._send(self._create_package())
        slot = self._pending(row).with_user(self.internal)
        answer = self._open(slot.action_open_answer(), self.internal)
        self.assertIn("Need 1", answer.content)
        answer.verdict = "approve"
        answer.action_send()
        self.assertEqual(row.state, "approved")

    def test_others_do_not_open_the_answer(self):
        self._create_flow({"user_ids": [Command.set(self.internal.ids)]})
        row = self._send(self._create_package())
        for user in (self.delivery_user, self.auditor):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._pending(row).with_user(user).action_open_answer()

    def test_recorded_for_the_customer_says_so(self):
        row = self._send(self._create_package())
        slot = self._pending(row).with_user(self.delivery_manager)
        answer = self._open(slot.action_open_record(), self.delivery_manager)
        answer.write(
            {
                "said_via": "chat",
                "occurred_on": "2026-01-05",
                "comment": "Agreed in the group chat",
                "proof_name": "chat.png",
                "proof": b64encode(SIGNATURE),
            }
        )
        answer.action_send()
        decision = row.decision_ids
        self.assertEqual((decision.method, decision.said_via), ("record", "chat"))
        self.assertEqual(decision.entered_by, self.delivery_manager.name)
        self.assertEqual(decision.signature_ids.attachment_ids.name, "chat.png")
        self.assertEqual(row.state, "approved")

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_who_does_not_run_the_project_records_nothing(self):
        row = self._send(self._create_package())
        for user in (self.project_user, self.auditor, self.internal, self.other_manager):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._pending(row).with_user(user).action_record("approve", "chat", "2026-01-05")
        self.assertFalse(row.decision_ids)

    def test_the_future_is_not_recorded(self):
        row = self._send(self._create_package())
        slot = self._pending(row).with_user(self.delivery_manager)
        with self.assertRaisesRegex(UserError, "future"):
            slot.action_record("approve", "chat", "2999-01-01")

    def test_a_dialog_shows_nothing_to_who_is_not_asked(self):
        row = self._send(self._create_package())
        slot = self._pending(row)
        names = ("signoff.slot.answer", "signoff.slot.forward", "signoff.slot.share")
        colleague = self.internal
        for name in (*names, "signoff.slot.replace"):
            with self.subTest(model=name), self.assertRaises(AccessError):
                values = {"slot_id": slot.id, "reason": "Curious", "user_id": colleague.id}
                dialogs = self.env[name].with_user(colleague)
                dialogs.create(
                    {each: value for each, value in values.items() if each in dialogs._fields}
                )
        # nor by way of a dialog of his own
        self._create_flow({"user_ids": [Command.set(colleague.ids)]})
        own = self._pending(self._send(self._create_package(name="V2.0")))
        answer = self.env["signoff.slot.answer"].with_user(colleague).create({"slot_id": own.id})
        with self.assertRaises(AccessError):
            answer.slot_id = slot
            answer.flush_recordset()
