from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .change_common import ChangeCase
from .signoff_common import SignoffCase

RELEASE = "Release by delivery manager"


@tagged("post_install", "-at_install")
class TestChangeTerms(ChangeCase, SignoffCase):
    """What is given free, what is done in a freeze period, and who is asked again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.milestone = cls.env["project.milestone"].create(
            {"name": "Go-live", "project_id": cls.project.id, "deadline": "2031-03-01"}
        )

    def _asked(self, change):
        """Return the names of the steps that would be asked, none of them skipped."""
        plan = self.env["signoff.planner"]._plan(change)[change.id]
        return [step["name"] for step in plan["steps"] if not step.get("skipped")]

    def _agree_all(self, row):
        names = []
        while slot := self._pending(row)[:1]:
            names.append(slot.step_id.name)
            if slot.partner_id == self.contact_a:
                self._sign(slot)
            else:
                self._decide(slot.with_user(slot.user_id))
        return list(dict.fromkeys(names))

    def _create_free(self, days, **values):
        return self._create_change(self.confirmed, billing="free", agreed_days=days, **values)

    # === FREE DAYS === #

    def test_days_given_free_are_summed_by_project_and_customer(self):
        self._approve(self._create_free(2))
        elsewhere = self._create_project(mode=self.mode_standard)
        self._approve(self._create_change(project_id=elsewhere.id, billing="free", agreed_days=4))
        self._approve(self._create_free(8), "rejected")
        of_b = self._approve(
            self._create_change(project_id=self.project_b.id, billing="free", agreed_days=16)
        )
        change = self._create_free(1)
        self.assertEqual((change.project_free_days, change.customer_free_days), (2, 6))
        self.assertEqual((of_b.project_free_days, of_b.customer_free_days), (0, 0))
        self._approve(change)
        self.assertEqual(
            (change.project_free_days, change.customer_free_days), (2, 6), "itself is not counted"
        )

    def test_above_the_limit_one_more_step_is_asked(self):
        self.mode_standard.write({"free_days_limit": 5, "customer_free_days_limit": 0})
        self._approve(self._create_free(4))
        within, above = self._create_free(1), self._create_free(1.5)
        charged = self._create_change(self.confirmed, billing="charged", agreed_days=20)
        self.assertFalse(within.is_over_free_days)
        self.assertTrue(above.is_over_free_days)
        self.assertNotIn(RELEASE, self._asked(within))
        self.assertIn(RELEASE, self._asked(above))
        self.assertNotIn(RELEASE, self._asked(charged))
        major = self._create_free(9, kind="major")
        self.assertIn(RELEASE, self._asked(major))

    def test_the_limit_of_the_customer_counts_all_projects_of_twelve_months(self):
        self.mode_standard.write({"free_days_limit": 0, "customer_free_days_limit": 5})
        elsewhere = self._create_project(mode=self.mode_standard)
        other = self._create_change(project_id=elsewhere.id, billing="free", agreed_days=5)
        self._approve(other)
        change = self._create_free(1)
        self.assertTrue(change.is_over_free_days)
        self.assertIn(RELEASE, self._asked(change))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE project_change SET date_decided = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(days=366), other.id],
        )
        self.env.invalidate_all()
        self.assertFalse(change.is_over_free_days)
        self.assertNotIn(RELEASE, self._asked(change))

    def test_a_limit_is_not_negative(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
            self.mode_standard.free_days_limit = -1
            self.env.flush_all()

    # === FREEZE === #

    def test_what_is_done_in_a_freeze_period_is_released_too(self):
        today = fields.Date.context_today(self.changes)
        before = self._create_change(self.confirmed, kind="urgent")
        before.action_do_first()
        self.env["project.change.freeze"].create(
            {"project_id": self.project.id, "date_to": today, "reason": "Year-end closing"}
        )
        during = self._create_change(self.confirmed, kind="urgent")
        during.action_do_first()
        self.assertTrue(during.done_in_freeze)
        self.assertIn(RELEASE, self._asked(during))
        self.assertFalse(before.done_in_freeze)
        self.assertNotIn(RELEASE, self._asked(before))
        before.action_apply()
        self.assertTrue(before.done_in_freeze, "what counts is the day it comes into effect")

    def test_an_urgent_change_that_is_asked_first_is_released_in_a_freeze_too(self):
        today = fields.Date.context_today(self.changes)
        for project in (self.project, self.project_light):
            self.env["project.change.freeze"].create(
                {"project_id": project.id, "date_to": today, "reason": "Year-end closing"}
            )
        self.project_light.user_id = self.delivery_user
        self.confirmed.portal_access = "visible"
        for project, sent in ((self.project, 3), (self.project_light, 2)):
            with self.subTest(project=project.name):
                change = self._create_change(kind="urgent", project_id=project.id)
                if change.can_submit:
                    self._assess(change)
                row = self._send(change, self.delivery_user)
                names = self._agree_all(row)
                self.assertIn(RELEASE, names)
                self.assertEqual(len(names), sent)
                self.assertEqual(change.decision, "approved")
                self.assertTrue(change.with_user(self.delivery_user).action_apply())

    def test_approved_before_the_freeze_it_needs_a_manager_to_come_into_effect(self):
        change = self._create_change(kind="urgent")
        self._agree_all(self._send(self._assess(change), self.delivery_user))
        normal = self._approve(self._assess(self._create_change()))
        today = fields.Date.context_today(self.changes)
        self.env["project.change.freeze"].create(
            {"project_id": self.project.id, "date_to": today, "reason": "Year-end closing"}
        )
        with self.assertRaisesRegex(UserError, "Year-end closing.*\n.*delivery manager"):
            change.action_apply()
        with self.assertRaisesRegex(UserError, "Year-end closing"):
            normal.with_user(self.delivery_manager).action_apply()
        self.assertTrue(change.with_user(self.delivery_manager).action_apply())
        self.assertTrue(change.done_in_freeze)

    # === ASKED AGAIN === #

    def _approve_and_overtake(self, **values):
        """Return a major change that was approved, and then overtaken by another one."""
        change = self._create_change(
            self.confirmed,
            kind="major",
            agreed_days=5,
            milestone_ids=[Command.set(self.milestone.ids)],
            **values,
        )
        change.line_ids.name = "Print two labels"
        self._assess(change)
        for answer in change.answer_ids:
            answer.option_id = answer.question_id.option_ids.sorted("score")[-1:]
        other = self._create_change(self.confirmed)
        other.line_ids.description = "<p>On white paper.</p>"
        self._approve_earlier(self._assess(other))
        row = self._send(change, self.delivery_user)
        self.assertEqual(len(self._agree_all(row)), 4)
        other.action_apply()
        # the answers were given before the round began
        self.env.cr.execute(
            "UPDATE project_change_answer SET write_date = %s WHERE change_id = %s",
            [row.started_at - timedelta(minutes=1), change.id],
        )
        self.env.cr.execute(
            "UPDATE project_change_impact SET assessed_at = %s WHERE change_id = %s",
            [row.started_at - timedelta(minutes=1), change.id],
        )
        self.env.invalidate_all()
        change.action_rebase()
        return change, row

    def test_who_decided_on_the_terms_is_not_asked_again_for_words(self):
        change, before = self._approve_and_overtake()
        self.assertEqual(change.signoff_state, "none")
        self.assertEqual(before.state, "approved", "what was signed stays readable")
        row = self._send(change, self.delivery_user)
        self.assertEqual(
            self._agree_all(row), ["Technical and quality review", "Customer approves"]
        )
        self.assertEqual(change.decision, "approved")
        self.assertTrue(change.action_apply())
        carried = change._get_carried_decisions(row)
        self.assertEqual(carried.step_id.mapped("name"), ["Commercial review", RELEASE])
        self.assertEqual(carried.round_id, before)

    def test_other_terms_are_decided_by_all(self):
        change, _before = self._approve_and_overtake()
        change.agreed_days = 6
        self.assertEqual(len(self._agree_all(self._send(change, self.delivery_user))), 4)

    def test_another_assessment_is_decided_by_all(self):
        change, _before = self._approve_and_overtake()
        change.impact_ids[1].write({"delta_cost": 9000, "internal_note": "dearer than thought"})
        self._assess_later(change.impact_ids[1])
        self.assertEqual(len(self._agree_all(self._send(change, self.delivery_user))), 4)

    def test_nothing_is_carried_after_a_refusal(self):
        change, _before = self._approve_and_overtake()
        row = self._send(change, self.delivery_user)
        slot = self._pending(row)[:1]
        self._decide(slot.with_user(slot.user_id), "reject", comment="No")
        self.assertEqual(change.stage_id.kind, "assess")
        self.assertEqual(len(self._agree_all(self._send(change, self.delivery_user))), 4)
