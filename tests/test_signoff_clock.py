"""Deadlines in working time, reminders, escalation, expiry: each once."""

from datetime import datetime
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests.common import freeze_time, tagged
from odoo.tools import mute_logger

from .signoff_common import SignoffCase

# a Wednesday; the next Monday to Wednesday are the first days of a week
WEDNESDAY = "2026-09-30 08:00:00"


@tagged("post_install", "-at_install")
class TestSignoffClock(SignoffCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact_a.write({"email": "ann@example.com", "lang": "en_US"})
        cls.company.resource_calendar_id.tz = "UTC"
        cls.account_manager = cls.project_user
        cls.contact_a.commercial_partner_id.user_id = cls.account_manager
        cls.env.ref("mail.ir_cron_mail_scheduler_action").active = False

    def _strike(self, moment, name="clock"):
        with freeze_time(moment):
            self._run_cron(name)

    def _calls(self, user=None):
        kind = self.env.ref("customer_delivery.mail_activity_type_overdue")
        domain = [("activity_type_id", "=", kind.id)]
        if user:
            domain.append(("user_id", "=", user.id))
        return self.env["mail.activity"].search(domain)

    def _notices(self):
        return self.env["delivery.notice"].search([("partner_id", "=", self.contact_a.id)])

    def _ask_staff(self, **step):
        self._create_flow(
            {
                "user_ids": [Command.set(self.delivery_user.ids)],
                "days": 3,
                "remind_days": 1,
                "escalate_user_id": self.internal.id,
                **step,
            }
        )
        with freeze_time(WEDNESDAY):
            return self._send(self._create_package())

    # === WORKING TIME === #

    def test_days_that_are_worked_for_a_holiday_count(self):
        plan = self.company._plan_delivery_time
        start = datetime(2026, 9, 30, 8)
        hours = self.company._get_delivery_hours()
        self.assertEqual(plan(start, 3).date().isoformat(), "2026-10-02")
        self.env["delivery.workday"].create(
            [
                {"company_id": self.company.id, "date": "2026-10-01", "kind": "off"},
                {"company_id": self.company.id, "date": "2026-10-02", "kind": "off"},
                {"company_id": self.company.id, "date": "2026-10-04", "kind": "extra"},
            ]
        )
        self.assertEqual(plan(start, 2).date().isoformat(), "2026-10-04")
        self.assertEqual(plan(start, 3).date().isoformat(), "2026-10-05")
        morning = self.company._plan_delivery_morning
        self.assertEqual(morning(plan(start, 3).date(), 2).date().isoformat(), "2026-09-30")
        self.assertEqual(plan(start, 40).date().isoformat(), "2026-11-25")
        self.assertGreater(hours, 0)
        first, last = datetime(2026, 10, 1).date(), datetime(2026, 10, 5).date()
        worked = {day.day for day in self.company._get_delivery_workdays(first, last)}
        self.assertEqual(worked, {4, 5})

    def test_a_company_without_calendar_works_from_monday_to_friday(self):
        self.company.resource_calendar_id = False
        start = datetime(2026, 10, 2, 8)
        found = self.company._plan_delivery_time(start, 2)
        self.assertEqual(found, datetime(2026, 10, 5, 17))

    # === OUR PEOPLE === #

    def test_staff_is_reminded_before_and_escalated_once(self):
        row = self._ask_staff()
        slot = self._pending(row)
        self.assertEqual(slot.due_at.date().isoformat(), "2026-10-02")
        self.assertEqual(slot.clock_at.date().isoformat(), "2026-10-01")
        self._strike("2026-10-01 07:00:00")
        self.assertEqual(slot.reminders, 0)
        for _twice in range(2):
            self._strike("2026-10-01 18:00:00")
        self.assertEqual((slot.reminders, slot.clock_at), (1, slot.due_at))
        self.assertFalse(self._calls())
        for _twice in range(2):
            self._strike("2026-10-03 18:00:00")
        self.assertEqual(self._calls().user_id, self.internal)
        self.assertEqual(len(self._calls()), 1)
        self.assertTrue(slot.step_id.escalated_at)
        self.assertFalse(slot.clock_at)
        # late is not too late
        self._decide(slot)
        self.assertEqual(row.state, "approved")

    def test_a_step_of_many_escalates_once(self):
        people = self.delivery_user | self.internal | self.project_user
        row = self._ask_staff(
            user_ids=[Command.set(people.ids)], rule="all", escalate_user_id=False
        )
        self._strike("2026-10-05 18:00:00")
        self.assertEqual(len(self._calls()), 1)
        self.assertEqual(self._calls().user_id, row.project_id.user_id)

    def test_who_has_decided_is_left_alone(self):
        row = self._ask_staff()
        self._decide(self._pending(row))
        self._strike("2026-10-05 18:00:00")
        self.assertFalse(self._calls())

    # === THE CUSTOMER'S PEOPLE === #

    def test_two_mails_then_a_person(self):
        with freeze_time(WEDNESDAY):
            row = self._send(self._create_package(), due_date="2026-10-09")
            self._run_cron("outbox")
        slot = self._pending(row)
        self.assertEqual(len(self._notices()), 1)
        self.assertEqual(slot.clock_at.date().isoformat(), "2026-10-07")
        for moment, mails, calls in (
            ("2026-10-06 18:00:00", 1, 0),
            ("2026-10-07 18:00:00", 2, 0),
            ("2026-10-08 19:00:00", 2, 0),
            ("2026-10-10 06:00:00", 3, 0),
            ("2026-10-10 09:00:00", 3, 0),
            ("2026-10-13 18:00:00", 3, 1),
            ("2026-10-20 18:00:00", 3, 1),
        ):
            self._strike(moment)
            with self.subTest(moment=moment):
                self.assertEqual((len(self._notices()), len(self._calls())), (mails, calls))
        self.assertEqual(self._calls().user_id, self.account_manager)
        self.assertIn("phone", self._calls().summary)
        self.assertEqual(slot.reminders, 2)

    # === MANY === #

    def _make_late(self, count):
        """Have ``count`` requests that are all late, in as many steps."""
        self._ask_staff()
        slot = self.env["signoff.slot"].search([], order="id desc", limit=1)
        step = slot.step_id
        for row, table in ((step, "signoff_round_step"), (slot, "signoff_slot")):
            self.env.flush_all()
            self.env.cr.execute(
                "SELECT string_agg(quote_ident(column_name), ',') FROM information_schema.columns"
                " WHERE table_name = %s AND column_name NOT IN ('id', 'step_id')",
                [table],
            )
            columns = self.env.cr.fetchone()[0]
            own = ", step_id" if table == "signoff_slot" else ""
            source = f"(SELECT max(id) FROM signoff_round_step) - {count} + n" if own else ""
            self.env.cr.execute(
                f"INSERT INTO {table} ({columns}{own}) SELECT {columns}"
                f"{', ' + source if own else ''} FROM {table}, generate_series(1, {count}) n"
                f" WHERE {table}.id = %s",
                [row.id],
            )
        self.env.invalidate_all()

    def test_five_thousand_late_ones_are_all_told_and_none_twice(self):
        self._make_late(4999)
        self._strike("2026-10-05 18:00:00")
        self._strike("2026-10-05 18:00:00")
        self.assertEqual(len(self._calls(self.internal)), 5000)
        self.assertFalse(self.env["signoff.slot"].search_count([("clock_at", "!=", False)]))

    @mute_logger("odoo.addons.customer_delivery.models.signoff_slot_clock")
    def test_one_that_cannot_be_told_holds_up_nobody(self):
        self._make_late(3)
        bad = self.env["signoff.slot"].search([], order="id", limit=1)
        escalate = type(bad)._escalate

        def failing(slot, now):
            if slot == bad:
                raise ValueError("broken")
            return escalate(slot, now)

        with patch.object(self.env.registry["signoff.slot"], "_escalate", failing):
            self._strike("2026-10-05 18:00:00")
        self.assertEqual(len(self._calls()), 3)
        self.assertTrue(bad.clock_at)
        self._strike("2026-10-05 20:00:00")
        self.assertEqual(len(self._calls()), 4)

    # === EXPIRY === #

    def test_what_nobody_answers_ends(self):
        flow = self._create_flow({"user_ids": [Command.set(self.delivery_user.ids)]})
        flow.expiry_days = 5
        with freeze_time(WEDNESDAY):
            package = self._create_package()
            row = self._send(package)
        self._strike("2026-10-05 07:00:00", "expire")
        self.assertEqual(row.state, "running")
        for _twice in range(2):
            self._strike("2026-10-05 09:00:00", "expire")
        self.assertEqual((row.state, package.signoff_state), ("expired", "expired"))
        self.assertFalse(self._pending(row))

    @mute_logger("odoo.addons.customer_delivery.models.signoff_round_expiry")
    def test_one_that_cannot_end_holds_up_no_other(self):
        flow = self._create_flow({"user_ids": [Command.set(self.delivery_user.ids)]})
        flow.expiry_days = 5
        with freeze_time(WEDNESDAY):
            bad, good = (self._send(self._create_package(name=name)) for name in "AB")
        end = type(bad)._end

        def failing(row, *args):
            if row == bad:
                raise ValueError("broken")
            return end(row, *args)

        with patch.object(self.env.registry["signoff.round"], "_end", failing):
            self._strike("2026-10-06 09:00:00", "expire")
        self.assertEqual((bad.state, good.state), ("running", "expired"))
