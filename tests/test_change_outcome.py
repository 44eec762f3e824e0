from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tests.common import new_test_user

from .change_common import ChangeCase
from .common import SILENT
from .signoff_common import SignoffCase


@tagged("post_install", "-at_install")
class TestChangeOutcome(ChangeCase, SignoffCase):
    """What becomes of a change by each way in which those who are asked may answer."""

    def _create_sent(self, **values):
        change = self._create_change(self.confirmed, **values)
        change.line_ids.name = "Print two labels"
        self._assess(change)
        for answer in change.answer_ids:
            answer.option_id = answer.question_id.option_ids.sorted("score")[-1:]
        return change, self._send(change, self.delivery_user)

    def _first(self, row):
        slot = self._pending(row)[:1]
        return slot.with_user(slot.user_id)

    def _agree_all(self, row):
        names = []
        # one after the other: where any one is enough, the others are not asked any more
        while slot := self._pending(row)[:1]:
            names.append(slot.step_id.name)
            if slot.partner_id == self.contact_a:
                self._sign(slot)
            else:
                self._decide(slot.with_user(slot.user_id))
        return names

    def test_an_approval_with_conditions_leaves_them_to_be_met(self):
        change, row = self._create_sent()
        self._decide(self._first(row), "conditional", conditions="Only after the audit")
        self._agree_all(row)
        self.assertEqual(change.decision, "conditional")
        self.assertEqual(change.condition_ids.name, "Only after the audit")
        self.assertEqual(change.open_condition_count, 1)
        told = change.activity_ids.filtered(lambda activity: "audit" in (activity.note or ""))
        self.assertEqual(told.user_id, self.delivery_user)
        change.action_apply()
        change.action_finish()
        change.result = "effective"
        closing = change.with_user(self.delivery_manager)
        closing.action_pass_rest()
        with self.assertRaisesRegex(UserError, "not met"):
            closing.action_close()
        change.condition_ids.action_met()
        self.assertFalse(told.exists().filtered("active"))
        closing.action_close()
        self.assertEqual(change.stage_id.kind, "closed")

    def test_a_deferred_change_waits_until_its_day_and_is_sent_again(self):
        change, row = self._create_sent()
        day = fields.Date.add(fields.Date.today(), days=30)
        self._decide(self._first(row), "defer", defer_until=day, comment="After the season")
        self.assertEqual(change.decision, "deferred")
        self.assertEqual(change.stage_id.kind, "hold")
        self.assertEqual(change.deferred_until, day)
        self.assertEqual(change.activity_ids.user_id, self.delivery_user)
        self.assertEqual(change.activity_ids.date_deadline, day)
        with self.assertRaises(UserError):
            change.action_apply()
        change.action_reopen()
        self.assertFalse(change.activity_ids)

    def test_a_question_sends_it_back_and_the_answer_is_sent_anew(self):
        change, row = self._create_sent()
        self._decide(self._first(row), "ask", comment="Which label size?")
        self.assertEqual(change.decision, "none")
        self.assertEqual(change.stage_id.kind, "assess")
        change.content = "<p>Two labels of 60 mm instead of one.</p>"
        self._agree_all(self._send(change, self.delivery_user))
        self.assertEqual(change.decision, "approved")

    def test_a_voided_approval_no_longer_counts(self):
        change, row = self._create_sent()
        self._agree_all(row)
        self.assertEqual(change.decision, "approved")
        row.with_user(self.delivery_manager).action_void("The wrong person signed")
        self.assertEqual(change.decision, "none")
        with self.assertRaises(UserError):
            change.action_apply()

    def test_a_major_change_of_high_risk_is_released_by_a_manager_too(self):
        change, row = self._create_sent(kind="major")
        self.assertEqual(change.risk_level, "high")
        names = self._agree_all(row)
        self.assertEqual(
            list(dict.fromkeys(names)),
            [
                "Technical and quality review",
                "Commercial review",
                "Release by delivery manager",
                "Customer approves",
            ],
        )
        self.assertEqual(change.decision, "approved")

    def test_a_major_change_of_low_risk_needs_no_release(self):
        change = self._create_change(self.confirmed, kind="major")
        self._assess(change)
        for answer in change.answer_ids:
            answer.option_id = answer.question_id.option_ids.sorted("score")[:1]
        names = self._agree_all(self._send(change, self.delivery_user))
        self.assertNotEqual(change.risk_level, "high")
        self.assertNotIn("Release by delivery manager", names)

    def test_all_assessors_review_a_major_change_side_by_side(self):
        quality = new_test_user(
            self.env,
            "quality_lead",
            groups="customer_delivery.group_delivery_user",
            context=SILENT,
        )
        change = self._create_change(self.confirmed, kind="major")
        change.action_submit()
        rows = change.impact_ids
        rows.filtered(
            lambda row: (
                row.dimension_id
                == self.env.ref("customer_delivery.project_change_dimension_quality")
            )
        ).assessor_id = quality
        for row in rows:
            row.with_user(row.assessor_id).rating = "low"
        for answer in change.answer_ids:
            answer.option_id = answer.question_id.option_ids[:1]
        sent = self._send(change, self.delivery_user)
        self.assertEqual(self._pending(sent).user_id, self.delivery_user | quality)
        self._decide(self._pending(sent, quality).with_user(quality))
        self.assertEqual(self._pending(sent).user_id, self.delivery_user)
