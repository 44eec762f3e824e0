from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .change_common import ChangeCase
from .signoff_common import SignoffCase


@tagged("post_install", "-at_install")
class TestChangeSignoff(ChangeCase, SignoffCase):
    """A change goes to those who decide, and their decisions move it on."""

    def _create_sent(self, **values):
        change = self._create_change(self.confirmed, **values)
        change.line_ids.name = "Print two labels"
        self._assess(change)
        change.impact_ids[1].write({"delta_cost": 76543210, "internal_note": "margin is thin"})
        return change, self._send(change, self.delivery_user)

    def _agree_all(self, row):
        while slots := self._pending(row):
            for slot in slots:
                if slot.partner_id == self.contact_a:
                    self._sign(slot)
                else:
                    self._decide(slot.with_user(slot.user_id))

    def test_it_is_sent_when_it_is_complete(self):
        change = self._create_change(self.confirmed, contract_scope=False)
        change.action_submit()
        with self.assertRaisesRegex(UserError, "(?s)assessed by.*contract"):
            change.action_send_for_approval()
        self._assess_rows(change)
        change.contract_scope = "in"
        change.action_send_for_approval()
        self.assertEqual(change.stage_id.kind, "approve")
        self.assertEqual(change.signoff_state, "running")
        with self.assertRaises(UserError):
            change.name = "Other words"

    def _assess_rows(self, change):
        for row in change.impact_ids:
            row.with_user(row.assessor_id).rating = "low"

    def test_all_agree_and_it_comes_into_effect(self):
        change, row = self._create_sent()
        self._agree_all(row)
        self.assertEqual(change.decision, "approved")
        self.assertEqual(change.stage_id.kind, "implement")
        change.action_apply()
        self.assertEqual(self.confirmed.name, "Print two labels")

    def test_what_is_signed_holds_the_redline_and_no_cost(self):
        change, row = self._create_sent(agreed_amount=900, agreed_days=3)
        snapshot = row.snapshot_id
        html = str(change._signoff_render(snapshot))
        self.assertIn("<ins>two labels</ins>", html)
        self.assertIn("900.00", html)
        for secret in ("76543210", "margin is thin"):
            self.assertNotIn(secret, html)
            self.assertNotIn(secret, snapshot.canonical)

    def test_the_customer_refuses_it(self):
        change, row = self._create_sent()
        self._decide(self._pending(row))
        self._decide(self._pending(row, self.contact_a), "reject", "link", comment="Too dear")
        self.assertEqual(change.decision, "rejected")
        self.assertEqual(change.stage_id.kind, "rejected")
        self.assertFalse(change.content_locked)

    def test_an_urgent_change_is_ratified_by_the_round(self):
        change = self._create_change(
            kind="urgent",
            line_ids=[Command.create({"requirement_id": self.confirmed.id, "name": "New"})],
        )
        change.action_do_first()
        change.action_apply()
        self._agree_all(self._send(change, self.delivery_user))
        self.assertTrue(change.date_ratified)
        self.assertFalse(self.confirmed.changed_after_agreement)
