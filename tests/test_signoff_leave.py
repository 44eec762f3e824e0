"""A week's leave: everything is delegated, and nothing stays behind."""

from contextlib import contextmanager

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests.common import tagged

from .change_common import COMPLETE
from .signoff_common import SignoffCase

FRIDAY = "2030-03-01 09:00:00"
MONDAY = "2030-03-04 09:00:00"
WEDNESDAY = "2030-03-06 09:00:00"
MONDAY_AFTER = "2030-03-11 09:00:00"


@tagged("post_install", "-at_install")
class TestSignoffLeave(SignoffCase):
    def _work_of(self, user):
        sections = self.env["signoff.slot"].with_user(user).get_my_work()["sections"]
        return [row for section in sections for row in section["rows"]]

    def _names(self, user):
        return [(row["title"].split(" of ")[0], row["asked"]) for row in self._work_of(user)]

    @contextmanager
    def _at(self, moment):
        """Do what is done at a moment, after the absences of that day have begun."""
        with freeze_time(moment):
            self._run_cron("delegation")
            self.env.invalidate_all()
            yield

    def test_a_week_of_leave(self):
        absent, for_lists, for_changes = self.delivery_user, self.internal, self.project_user
        step = {"user_ids": [Command.set(absent.ids)], "rule": "all", "days": 2}
        self._create_flow(step)
        self._create_flow(step, res_model="project.change", name="Changes")
        change_values = {**COMPLETE, "name": "Labels", "project_id": self.project_standard.id}

        with self._at(FRIDAY):
            before = self._send(self._create_package(name="Before"))
            week = {"date_from": "2030-03-04", "date_to": "2030-03-08", "reason": "Leave"}
            self.env["signoff.delegation"].with_user(absent).create(
                [
                    {"delegate_id": for_lists.id, "res_model": "project.baseline", **week},
                    {"delegate_id": for_changes.id, "res_model": "project.change", **week},
                ]
            )
            self.assertFalse(self._work_of(for_lists))

        # his first day: what waited for him waits for who stands in
        with self._at(MONDAY):
            self.assertEqual(
                self._names(for_lists),
                [("Requirements Before", "Agreed. (on behalf of delivery_user)")],
            )
            self.assertFalse(self._work_of(for_changes))

        with self._at(WEDNESDAY):
            during = self._send(self._create_package(name="During"))
            change = (
                self.env["project.change"].with_user(self.delivery_manager).create(change_values)
            )
            changed = self.env["signoff.round"]._start(
                change, self.env["signoff.flow"].search([("name", "=", "Changes")])
            )
            self.assertEqual(len(self._work_of(for_lists)), 2)
            self.assertEqual(len(self._work_of(for_changes)), 1)
            for person in (for_lists, for_changes):
                counts = self.env["signoff.slot"].with_user(person).get_my_counts()
                self.assertEqual(counts["approve"], len(self._work_of(person)))
            for row in (before, during, changed):
                twin = self._pending(row.sudo()).filtered("on_behalf_slot_id")
                twin.with_user(twin.user_id).action_decide("approve", row.sudo().snapshot_sha256)
            rounds = before | during | changed.sudo()
            self.assertEqual(set(rounds.mapped("state")), {"approved"})
            self.assertEqual(set(rounds.decision_ids.mapped("on_behalf_of")), {absent.name})
            self.assertFalse(self._pending(rounds))
            self.assertFalse(self._work_of(absent) or self._work_of(for_lists))

        # back again: what is new is his alone
        with self._at(MONDAY_AFTER):
            after = self._send(self._create_package(name="After"))
            self.assertEqual(self._pending(after).user_id, absent)
            self.assertFalse(self._work_of(for_lists))
            self.assertEqual(len(self._work_of(absent)), 1)

    def test_what_is_not_in_scope_is_not_delegated(self):
        self._create_flow({"user_ids": [Command.set(self.delivery_user.ids)]})
        self.env["signoff.delegation"].with_user(self.delivery_user).create(
            {
                "delegate_id": self.internal.id,
                "res_model": "project.change",
                "date_to": "2099-12-31",
            }
        )
        row = self._send(self._create_package())
        self.assertEqual(self._pending(row).user_id, self.delivery_user)

    def test_who_may_not_decide_does_not_stand_in(self):
        self._create_flow({"user_ids": [Command.set(self.delivery_user.ids)]}, bars_author=True)
        self.env["signoff.delegation"].with_user(self.delivery_user).create(
            {"delegate_id": self.delivery_manager.id, "date_to": "2099-12-31"}
        )
        row = self._send(self._create_package(), user=self.delivery_manager)
        self.assertEqual(self._pending(row).user_id, self.delivery_user)
