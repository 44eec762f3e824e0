"""How rounds go on: taken back, sent back, changed on the way, named by the step before."""

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests.common import tagged

from .change_common import COMPLETE
from .signoff_common import SignoffCase


@tagged("post_install", "-at_install")
class TestSignoffWalk(SignoffCase):
    def _people(self, *users):
        return [Command.set([user.id for user in users])]

    def _create_change(self, **values):
        return (
            self.env["project.change"]
            .with_user(self.delivery_manager)
            .create(
                {**COMPLETE, "name": "Two labels", "project_id": self.project_light.id, **values}
            )
        )

    def _change_flow(self, *steps, **values):
        return self._create_flow(*steps, res_model="project.change", mode=self.mode_light, **values)

    # === CHANGED ON THE WAY === #

    def test_an_edit_asks_those_again_whom_the_flow_says(self):
        flow = self._change_flow(
            {"user_ids": self._people(self.internal)},
            {"user_ids": self._people(self.project_user)},
            {"user_ids": self._people(self.delivery_user)},
        )
        flow.write({"reset_policy": "step", "reset_step_id": flow.step_ids.sorted()[2].id})
        change = self._create_change()
        row = self._send(change)
        self._decide(self._pending(row))
        # the second step has not decided: nothing of it is carried over
        change.with_user(self.delivery_manager).agreed_days = 4
        again = change.signoff_round_id.sudo()
        self.assertEqual((row.state, again.state, again.number), ("reset", "running", 2))
        self.assertEqual(self._pending(again).user_id, self.project_user)
        self.assertEqual(again.author_id, row.author_id)
        self._decide(self._pending(again))
        change.with_user(self.delivery_manager).agreed_days = 5
        last = change.signoff_round_id.sudo()
        self.assertEqual(self._pending(last).user_id, self.delivery_user)
        self._decide(self._pending(last))
        self.assertEqual((last.state, change.decision), ("approved", "approved"))

    def test_an_edit_that_says_the_same_asks_nobody_again(self):
        self._change_flow({"user_ids": self._people(self.internal)})
        change = self._create_change(agreed_days=2)
        row = self._send(change)
        change.with_user(self.delivery_manager).write({"agreed_days": 2, "reason": change.reason})
        self.assertEqual(row.state, "running")

    def test_an_edit_stands_where_nobody_can_be_asked_any_more(self):
        flow = self._change_flow({"user_ids": self._people(self.internal)})
        change = self._create_change()
        row = self._send(change)
        flow.action_deactivate()
        change.with_user(self.delivery_manager).agreed_days = 4
        self.assertEqual((row.state, change.signoff_state), ("reset", "none"))
        self.assertEqual(change.agreed_days, 4)
        activity = self.project_light.activity_ids.filtered(lambda a: "Send again" in a.summary)
        self.assertEqual(activity.user_id, self.delivery_manager)
        self.assertIn("not in use", activity.note)

    def test_a_change_makes_another_condition_hold(self):
        self._change_flow(
            {"user_ids": self._people(self.internal)},
            {
                "user_ids": self._people(self.delivery_user),
                "condition_domain": "[('agreed_days', '>', 5)]",
            },
        )
        change = self._create_change()
        self._send(change)
        change.with_user(self.delivery_manager).agreed_days = 9
        row = change.signoff_round_id.sudo()
        self._decide(self._pending(row))
        self.assertEqual(self._pending(row).user_id, self.delivery_user)

    # === SENT BACK === #

    def test_sent_back_it_goes_on_as_it_was_started(self):
        flow = self._create_flow(
            {"user_ids": self._people(self.delivery_user)},
            {"user_ids": self._people(self.project_user)},
        )
        first, second = flow.step_ids
        second.write({"reject_policy": "step", "reject_step_id": first.id})
        package = self._create_package()
        row = self._send(package)
        self._decide(self._pending(row))
        flow.action_deactivate()
        first.user_ids = self.internal
        self._decide(self._pending(row), "reject", comment="Look again")
        again = package.signoff_round_id.sudo()
        self.assertEqual((row.state, again.state), ("rejected", "running"))
        self.assertEqual(self._pending(again).user_id, self.delivery_user)
        self.assertEqual(again.author_id, row.author_id)

    def test_sent_back_to_somebody_who_left_it_is_refused(self):
        flow = self._create_flow(
            {"user_ids": self._people(self.internal)},
            {"user_ids": self._people(self.project_user)},
        )
        first, second = flow.step_ids
        second.write({"reject_policy": "step", "reject_step_id": first.id})
        package = self._create_package()
        row = self._send(package)
        self._decide(self._pending(row))
        self.internal.active = False
        self._decide(self._pending(row), "reject", comment="Look again")
        self.assertEqual((row.state, package.signoff_state), ("rejected", "returned"))
        self.assertIn("Look again", row.end_reason)
        self.assertIn("finds nobody", row.end_reason)

    def test_a_change_that_is_sent_back_is_not_rejected(self):
        flow = self._change_flow(
            {"user_ids": self._people(self.internal)},
            {"user_ids": self._people(self.project_user)},
        )
        first, second = flow.step_ids
        second.write({"reject_policy": "step", "reject_step_id": first.id})
        change = self._create_change()
        row = self._send(change)
        stage = change.stage_id
        self._decide(self._pending(row))
        self._decide(self._pending(row), "reject", comment="Look again")
        self.assertEqual((change.decision, change.signoff_state), ("none", "running"))
        self.assertEqual(change.stage_id, stage)

    # === TAKEN BACK === #

    def test_a_step_that_has_passed_without_him_stays_passed(self):
        self._create_flow(
            {
                "user_ids": self._people(self.delivery_user, self.project_user, self.internal),
                "rule": "count",
                "need": 2,
            },
            {"user_ids": self._people(self.delivery_manager)},
        )
        row = self._send(self._create_package())
        refusal = self._pending(row, self.internal)
        self._decide(refusal, "reject", comment="No")
        self._decide(self._pending(row, self.delivery_user))
        self._decide(self._pending(row, self.project_user))
        refusal.with_user(self.internal).action_withdraw_decision("I misread")
        self.assertEqual(refusal.state, "void")
        self.assertEqual(self._pending(row).user_id, self.delivery_manager)

    def test_taking_back_an_optional_answer_stops_nobody(self):
        self._create_flow(
            {"user_ids": self._people(self.internal), "kind": "optional", "sequence": 1},
            {"user_ids": self._people(self.delivery_manager), "sequence": 2},
        )
        row = self._send(self._create_package())
        slot = self._pending(row, self.internal)
        self._decide(slot)
        slot.with_user(self.internal).action_withdraw_decision("I misread")
        self.assertEqual(self._pending(row).user_id, self.internal | self.delivery_manager)

    def test_whoever_need_not_agree_does_not_send_it_back(self):
        self._create_flow(
            {"user_ids": self._people(self.internal), "kind": "optional", "sequence": 1},
            {"user_ids": self._people(self.delivery_manager), "sequence": 1},
        )
        slot = self._pending(self._send(self._create_package()), self.internal)
        with self.assertRaisesRegex(UserError, "not possible"):
            self._decide(slot, "ask", comment="Why?")

    def test_comments_close_their_step(self):
        self._create_flow(
            {"user_ids": self._people(self.internal), "kind": "comment", "sequence": 1},
            {"user_ids": self._people(self.delivery_manager), "sequence": 2},
        )
        row = self._send(self._create_package())
        self._decide(self._pending(row, self.internal), "comment", comment="Fine")
        self.assertEqual(row.step_ids.sorted("sequence").mapped("state"), ["done", "open"])

    # === REPLACED === #

    def test_who_stood_in_goes_with_the_one_replaced(self):
        self._create_flow({"user_ids": self._people(self.delivery_user), "rule": "all"})
        self._delegate(self.delivery_user, self.project_user)
        row = self._send(self._create_package())
        twin = self._pending(row, self.project_user)
        self.assertTrue(twin.on_behalf_slot_id)
        twin.with_user(self.delivery_manager).action_replace(self.internal.partner_id.id, "Left")
        self.assertEqual(self._pending(row).user_id, self.internal)
        self._decide(self._pending(row))
        self.assertEqual(row.state, "approved")

    def test_nobody_counts_twice(self):
        self._create_flow(
            {"user_ids": self._people(self.delivery_user, self.internal), "rule": "all"}
        )
        row = self._send(self._create_package())
        slot = self._pending(row, self.delivery_user).with_user(self.delivery_manager)
        with self.assertRaisesRegex(UserError, "asked in this step already"):
            slot.action_replace(self.internal.partner_id.id, "Left")

    def test_who_wrote_it_does_not_replace_anybody(self):
        self._create_flow(
            {"user_ids": self._people(self.delivery_user)},
            bars_author=True,
        )
        row = self._send(self._create_package())
        slot = self._pending(row).with_user(self.delivery_manager)
        with self.assertRaisesRegex(UserError, "may not decide"):
            slot.action_replace(self.delivery_manager.partner_id.id, "Left")

    # === NAMED BY THE STEP BEFORE === #

    def _named_flow(self, **values):
        return self._create_flow(
            {"user_ids": self._people(self.delivery_user)},
            {"source": "previous", **values},
            bars_author=True,
        )

    def test_the_step_before_names_who_comes_next(self):
        self._named_flow(rule="all")
        row = self._send(self._create_package())
        slot = self._pending(row).with_user(self.delivery_user)
        code = row.snapshot_sha256
        with self.assertRaisesRegex(UserError, "Name as many"), self.env.cr.savepoint():
            slot.action_decide("approve", code)
        # who sent it does not decide on it, whoever names him
        with self.assertRaisesRegex(UserError, "Name as many"), self.env.cr.savepoint():
            slot.action_decide("approve", code, next_user_ids=self.delivery_manager.ids)
        slot.action_decide("approve", code, next_user_ids=(self.internal | self.project_user).ids)
        self.assertEqual(self._pending(row).user_id, self.internal | self.project_user)

    def test_too_few_are_named(self):
        self._named_flow(rule="count", need=2)
        row = self._send(self._create_package())
        slot = self._pending(row).with_user(self.delivery_user)
        with self.assertRaisesRegex(UserError, "Name as many"):
            slot.action_decide("approve", row.snapshot_sha256, next_user_ids=self.internal.ids)

    def test_a_first_step_that_waits_for_names_does_not_start(self):
        self._create_flow({"source": "previous"}, {"user_ids": self._people(self.internal)})
        package = self._create_package()
        with self.assertRaisesRegex(UserError, "whom the step before names"):
            self._send(package)
        self.assertEqual(package.signoff_state, "none")

    # === ON LEAVE === #

    def _delegate(self, user, delegate, date_from=None, date_to="2099-12-31", **values):
        return (
            self.env["signoff.delegation"]
            .with_user(user)
            .create(
                {
                    "delegate_id": delegate.id,
                    "date_from": date_from or fields.Date.today(),
                    "date_to": date_to,
                    **values,
                }
            )
        )

    def _begin_absences(self):
        self._run_cron("delegation")
        self.env.invalidate_all()

    def test_what_waits_already_is_delegated_too(self):
        self._create_flow({"user_ids": self._people(self.delivery_user), "rule": "all"})
        row = self._send(self._create_package())
        self._delegate(self.delivery_user, self.internal)
        twin = self._pending(row, self.internal)
        self.assertEqual(twin.on_behalf_slot_id.user_id, self.delivery_user)
        self._begin_absences()
        self.assertEqual(len(self._pending(row)), 2)

    def test_an_absence_begins_by_itself(self):
        self._create_flow({"user_ids": self._people(self.delivery_user), "rule": "all"})
        row = self._send(self._create_package())
        tomorrow = fields.Date.add(fields.Date.today(), days=1)
        leave = self._delegate(self.delivery_user, self.internal, date_from=tomorrow)
        self._begin_absences()
        self.assertEqual(self._pending(row).user_id, self.delivery_user)
        self.env.cr.execute(
            "UPDATE signoff_delegation SET date_from = %s WHERE id = %s",
            [fields.Date.today(), leave.id],
        )
        leave.invalidate_recordset()
        self._begin_absences()
        self.assertEqual(self._pending(row).user_id, self.delivery_user | self.internal)

    def test_who_stands_in_and_is_absent_too(self):
        self._create_flow({"user_ids": self._people(self.delivery_user)})
        self._delegate(self.delivery_user, self.project_user)
        row = self._send(self._create_package())
        self._delegate(self.project_user, self.internal)
        found = self._pending(row, self.internal)
        self.assertEqual(found.on_behalf_slot_id.user_id, self.delivery_user)
        with self.assertRaises(ValidationError):
            self._delegate(self.internal, self.delivery_user)

    def test_nobody_delegates_for_others(self):
        leave = self._delegate(self.internal, self.project_user)
        with self.assertRaises(AccessError):
            leave.with_user(self.project_user).write({"date_to": fields.Date.today()})

    # === WHAT GOES WITH A DECISION === #

    def test_a_file_goes_with_a_refusal(self):
        self._create_flow({"user_ids": self._people(self.internal)})
        row = self._send(self._create_package())
        data = {"name": "marks.txt", "data": "UGFnZSAy", "mimetype": "text/plain"}
        self._pending(row).with_user(self.internal).action_decide(
            "reject", row.snapshot_sha256, comment="See the file\nand page 2", files=[data]
        )
        decision = row.decision_ids
        self.assertEqual(decision.comment, "See the file\nand page 2")
        self.assertEqual(decision.attachment_ids.raw, b"Page 2")
        self.assertEqual(decision.file_count, 1)
        action = decision.with_user(self.internal).action_open_file()
        self.assertIn(str(decision.attachment_ids.id), action["url"])
        self.assertFalse(decision._find_problem())
        self.assertTrue(decision.attachment_ids.with_user(self.internal).has_access("read"))
        self.assertFalse(decision.attachment_ids.with_user(self.portal_b).has_access("read"))
        self.env.cr.execute(
            "DELETE FROM ir_attachment WHERE id IN %s", [tuple(decision.attachment_ids.ids)]
        )
        self.env.invalidate_all()
        self.assertIn("missing", decision._find_problem())

    def test_what_proves_a_recorded_refusal_is_kept(self):
        row = self._send(self._create_package())
        data = {"name": "letter.txt", "data": "Tm8=", "mimetype": "text/plain"}
        self._pending(row).with_user(self.delivery_manager).action_record(
            "reject", "mail", "2020-01-01", comment="By letter", files=[data]
        )
        self.assertEqual(row.decision_ids.attachment_ids.raw, b"No")
        self.assertFalse(row.decision_ids.signature_ids)

    def test_who_edited_last_does_not_approve(self):
        self._change_flow(
            {"user_ids": self._people(self.delivery_user, self.internal)}, bars_author=True
        )
        change = self._create_change()
        change.with_user(self.delivery_user).agreed_days = 3
        row = self._send(change)
        self.assertEqual(self._pending(row).user_id, self.internal)

    def test_a_step_asks_for_the_password_again(self):
        self._create_flow({"user_ids": self._people(self.internal), "needs_password": True})
        row = self._send(self._create_package())
        slot = self._pending(row).with_user(self.internal)
        for password in ("", "wrong"):
            with self.assertRaisesRegex(UserError, "password is not right"):
                slot.action_decide("approve", row.snapshot_sha256, password=password)
        self.assertFalse(row.decision_ids)
        slot.action_decide("approve", row.snapshot_sha256, password="internal")
        self.assertEqual(row.state, "approved")
