"""Flows that nobody should draw: each ends in a sentence, and nothing has half begun."""

from odoo import sql_db
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests.common import tagged
from odoo.tools import mute_logger

from .signoff_common import SignoffCase


@tagged("post_install", "-at_install")
class TestSignoffHostile(SignoffCase):
    def _people(self, *users):
        return [Command.set([user.id for user in users])]

    def _assert_not_started(self, documents, message):
        """Sending is refused with a sentence, testing the flow says the same."""
        rounds = self.env["signoff.round"].search_count([])
        snapshots = self.env["signoff.snapshot"].search_count([])
        with self.assertRaisesRegex(UserError, message), self.env.cr.savepoint():
            self._send(documents)
        for document in documents:
            self.assertEqual(document.signoff_state, "none")
            self.assertFalse(document.signoff_round_id)
        self.assertEqual(self.env["signoff.round"].search_count([]), rounds)
        self.assertEqual(self.env["signoff.snapshot"].search_count([]), snapshots)
        test = self.env["signoff.flow.test"].with_user(self.delivery_manager)
        results = [
            test.create({"document": f"{document._name},{document.id}"}).result
            for document in documents
        ]
        self.assertIn("Would not start", "".join(results))
        return "".join(results)

    def _break(self, record, **columns):
        """Write past every check, as an application that is gone leaves it."""
        self.env.flush_all()
        for column, value in columns.items():
            self.env.cr.execute(
                f'UPDATE "{record._table}" SET "{column}" = %s WHERE id = %s', [value, record.id]
            )
        record.invalidate_recordset()

    # === CONDITIONS === #

    def test_a_condition_on_a_field_that_is_gone(self):
        flow = self._create_flow({"user_ids": self._people(self.internal)})
        self._break(flow, filter_domain="[('gone_field', '=', 1)]")
        result = self._assert_not_started(
            self._create_package(), "condition of “Flow” cannot be checked(.|\n)*mend it"
        )
        self.assertIn("gone_field", result)

    def test_a_condition_of_a_step_that_raises(self):
        flow = self._create_flow(
            {"user_ids": self._people(self.internal)},
            {"user_ids": self._people(self.delivery_manager), "name": "Second"},
        )
        for condition in ("[('name', 'child_of', {1: 2})]", "not python", "[(1, 2)]", "1/0"):
            with self.subTest(condition=condition):
                self._break(flow.step_ids[1], condition_domain=condition)
                self._assert_not_started(
                    self._create_package(name=condition), "condition of “Second” cannot"
                )

    def test_a_condition_that_is_wrong_is_not_saved(self):
        flow = self._create_flow({"user_ids": self._people(self.internal)})
        for condition in ("[('gone', '=', 1)]", "[('name', 'strange', 1)]", "import os", "1/0"):
            with self.subTest(condition=condition):
                with self.assertRaisesRegex(ValidationError, "not a valid filter"):
                    flow.filter_domain = condition
                with self.assertRaisesRegex(ValidationError, "not a valid filter"):
                    flow.step_ids.condition_domain = condition

    def test_one_document_that_cannot_start_keeps_all_from_starting(self):
        self._create_flow(
            {
                "user_ids": self._people(self.internal),
                "condition_domain": "[('name', '!=', 'Nobody')]",
            }
        )
        good = self._create_package(name="Somebody")
        bad = self._create_package(name="Nobody")
        self._assert_not_started(good | bad, "leaves out every required step")

    # === PEOPLE === #

    def test_a_field_that_is_gone_names_nobody(self):
        field = self.env["ir.model.fields"]._get("project.baseline", "create_uid")
        flow = self._create_flow({"source": "field", "field_id": field.id})
        other = self.env["ir.model.fields"]._get("project.task", "user_ids")
        self._break(flow.step_ids, field_id=other.id)
        self._assert_not_started(self._create_package(), "finds nobody to ask(.|\n)*name somebody")

    def test_a_group_that_is_empty_when_it_is_sent(self):
        group = self.env["res.groups"].create({"name": "Reviewers"})
        self._create_flow({"source": "group", "group_id": group.id})
        self._assert_not_started(self._create_package(), "finds nobody to ask")

    def test_a_group_that_is_emptied_midway(self):
        group = self.env["res.groups"].create(
            {"name": "Reviewers", "user_ids": self._people(self.internal, self.project_user)}
        )
        self._create_flow(
            {"user_ids": self._people(self.delivery_user)},
            {"source": "group", "group_id": group.id, "rule": "all"},
        )
        row = self._send(self._create_package())
        group.user_ids = [Command.clear()]
        self._decide(self._pending(row))
        self.assertEqual(self._pending(row).user_id, self.internal | self.project_user)
        for slot in self._pending(row):
            self._decide(slot)
        self.assertEqual(row.state, "approved")

    def test_an_approver_who_was_archived_before(self):
        self._create_flow({"user_ids": self._people(self.internal)})
        self.internal.active = False
        self._assert_not_started(self._create_package(), "is not archived")

    def test_an_approver_who_leaves_while_he_is_asked(self):
        self._create_flow({"user_ids": self._people(self.internal)})
        row = self._send(self._create_package())
        slot = self._pending(row)
        self._drain_events()
        self.internal.action_archive()
        self._drain_events()
        activity = self.project_standard.activity_ids.filtered(lambda a: "has left" in a.summary)
        self.assertEqual(activity.user_id, self.delivery_manager)
        self.assertIn("Replace", activity.note)
        slot.with_user(self.delivery_manager).action_replace(
            self.project_user.partner_id.id, "Has left"
        )
        self._decide(self._pending(row, self.project_user))
        self.assertEqual(row.state, "approved")

    def test_an_approver_who_left_before_his_step_begins(self):
        self._create_flow(
            {"user_ids": self._people(self.delivery_user)},
            {"user_ids": self._people(self.internal)},
        )
        row = self._send(self._create_package())
        self.internal.action_archive()
        self._decide(self._pending(row))
        self._drain_events()
        self.assertEqual(self._pending(row).user_id.with_context(active_test=False), self.internal)
        self.assertIn("has left", "".join(self.project_standard.activity_ids.mapped("summary")))

    def test_more_are_wanted_than_are_asked(self):
        group = self.env["res.groups"].create(
            {"name": "Reviewers", "user_ids": self._people(self.internal)}
        )
        self._create_flow(
            {"source": "group", "group_id": group.id, "rule": "count", "need": 3, "name": "Many"}
        )
        self._assert_not_started(
            self._create_package(), "Step “Many” .* wants more approvals than the 1 people"
        )

    def test_a_number_of_zero_is_not_saved(self):
        for rule in ("count", "percent"):
            with (
                self.subTest(rule=rule),
                mute_logger("odoo.sql_db"),
                self.assertRaisesRegex(Exception, "need_positive|at least 1"),
                self.env.cr.savepoint(),
            ):
                self._create_flow(
                    {"user_ids": self._people(self.internal), "rule": rule, "need": 0}
                )

    # === STEPS === #

    def test_a_flow_of_optional_steps_is_not_taken_into_use(self):
        for kind in ("optional", "comment"):
            with self.subTest(kind=kind), self.assertRaisesRegex(ValidationError, "required step"):
                self._create_flow({"user_ids": self._people(self.internal), "kind": kind})

    def test_the_last_required_step_cannot_be_taken_away(self):
        flow = self._create_flow(
            {"user_ids": self._people(self.internal)},
            {"user_ids": self._people(self.project_user), "kind": "optional"},
        )
        first = flow.step_ids.sorted()[0]
        with self.assertRaisesRegex(ValidationError, "required step"), self.env.cr.savepoint():
            first.kind = "comment"
        with self.assertRaisesRegex(ValidationError, "required step"), self.env.cr.savepoint():
            first.unlink()
        with self.assertRaisesRegex(ValidationError, "required step"), self.env.cr.savepoint():
            flow.step_ids = [Command.delete(first.id)]

    def test_a_step_goes_back_only_to_one_before(self):
        flow = self._create_flow(
            {"user_ids": self._people(self.internal)},
            {"user_ids": self._people(self.project_user)},
        )
        first, second = flow.step_ids.sorted()
        with self.assertRaisesRegex(ValidationError, "does not come before"):
            first.write({"reject_policy": "step", "reject_step_id": second.id})
        with self.assertRaisesRegex(ValidationError, "does not come before"):
            first.write({"reject_policy": "step", "reject_step_id": first.id})
        second.write({"reject_policy": "step", "reject_step_id": first.id})
        # nor may the one it goes back to move behind it
        with self.assertRaisesRegex(ValidationError, "does not come before"):
            first.sequence = 9

    def test_back_and_forth_for_ever_is_rounds_that_stay_readable(self):
        flow = self._create_flow(
            {"user_ids": self._people(self.internal)},
            {"user_ids": self._people(self.project_user)},
        )
        first, second = flow.step_ids.sorted()
        second.write({"reject_policy": "step", "reject_step_id": first.id})
        package = self._create_package()
        self._send(package)
        for number in range(1, 8):
            row = package.signoff_round_id.sudo()
            self.assertEqual((row.number, row.state), (number, "running"))
            self._decide(self._pending(row))
            self._decide(self._pending(row), "reject", comment=f"Round {number}")
        rounds = self.env["signoff.round"].search([("res_id", "=", package.id)], order="number")
        self.assertEqual(rounds[:-1].mapped("end_reason"), [f"Round {n}" for n in range(1, 8)])
        self.assertEqual(rounds[-1].state, "running")
        package.with_user(self.delivery_manager).action_withdraw_signoff("Enough")
        self.assertEqual(package.signoff_state, "withdrawn")

    def test_five_hundred_steps(self):
        self._create_flow(
            *({"user_ids": self._people(self.internal), "sequence": n} for n in range(1, 501))
        )
        package = self._create_package()
        row = self._send(package)
        self.assertEqual(len(row.slot_ids), 1)
        self._decide(self._pending(row))
        self.env.flush_all()

        def decide():
            before = sql_db.sql_counter
            self._decide(self._pending(row))
            self.env.flush_all()
            return sql_db.sql_counter - before

        first = decide()
        for _step in range(10):
            last = decide()
        # the way is long, a step of it is not
        self.assertLessEqual(last, first)
        self.assertEqual((len(row.slot_ids), row.state), (13, "running"))

    def test_two_flows_fit_and_the_first_is_taken(self):
        second = self._create_flow({"user_ids": self._people(self.internal)}, name="Second")
        first = self._create_flow({"user_ids": self._people(self.project_user)}, name="First")
        first.sequence, second.sequence = 0, 1
        package = self._create_package()
        test = self.env["signoff.flow.test"].with_user(self.delivery_manager)
        result = test.create({"document": f"{package._name},{package.id}"}).result
        self.assertIn("First", result)
        self.assertEqual(self._send(package).flow_id, first)
        # the other one by name
        other = self._create_package(name="V2")
        self.assertEqual(self._send(other, flow_id=second.id).flow_id, second)

    def test_no_flow_fits(self):
        flows = self.env["signoff.flow"].search([("res_model", "=", "project.baseline")])
        flows.action_deactivate()
        self._assert_not_started(self._create_package(), "No approval flow fits .* Ask a delivery")
