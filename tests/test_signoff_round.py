"""Rounds: what is sent, who is asked, what a decision does."""

from odoo import sql_db
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests.common import tagged
from odoo.tools import mute_logger

from .signoff_common import SignoffCase


@tagged("post_install", "-at_install")
class TestSignoffRound(SignoffCase):
    def test_the_customer_signs_and_requirements_are_confirmed(self):
        package = self._create_package()
        row = self._send(package)
        self.assertEqual((row.state, package.signoff_state), ("running", "running"))
        self.assertEqual(row.snapshot_sha256, package.sha256)
        requirements = package.line_ids.requirement_id
        self.assertEqual(set(requirements.mapped("content_lock")), {"running"})
        self.assertEqual(set(requirements.stage_id.mapped("kind")), {"customer"})
        slot = self._pending(row, self.contact_a)
        self.assertEqual((slot.person_name, slot.person_post), (self.contact_a.name, "Head of IT"))
        decision = self._sign(slot)
        self.assertEqual((row.state, package.signoff_state), ("approved", "approved"))
        self.assertEqual(set(requirements.mapped("content_lock")), {"agreed"})
        self.assertEqual(set(requirements.stage_id.mapped("kind")), {"confirmed"})
        self.assertEqual(requirements.mapped("confirmed_version_number"), [1, 1, 1])
        signature = decision.signature_ids
        self.assertEqual(signature.meaning, "I confirm these requirements.")
        self.assertIn("Need 1", signature.rendition_id.html)
        self.assertFalse(decision._find_problem() or signature._find_problem())

    def test_staff_alone_cannot_confirm(self):
        requirement = self._create_complete_requirement()
        with self.assertRaisesRegex(UserError, "only the customer confirms"):
            requirement.with_user(self.delivery_manager).action_move_to_stage(
                self._stage("confirmed").id
            )
        self.assertEqual(requirement.content_lock, "none")

    def test_nothing_is_edited_while_the_customer_reads(self):
        package = self._create_package()
        self._send(package)
        requirement = package.line_ids.requirement_id[:1].with_user(self.delivery_user)
        with self.assertRaisesRegex(UserError, "waiting for confirmation"):
            requirement.name = "Something else"
        requirement.user_id = self.delivery_user  # free fields stay free

    def test_an_edit_in_light_mode_takes_the_question_back(self):
        package = self._create_package(self.project_light)
        row = self._send(package)
        slot = self._pending(row)
        package.line_ids.requirement_id[:1].with_user(self.delivery_user).name = "Something else"
        self.assertEqual((row.state, package.signoff_state), ("reset", "none"))
        with self.assertRaisesRegex(UserError, "does not wait for this decision any more"):
            self._sign(slot)
        self.assertFalse(row.decision_ids)

    def test_a_refusal_opens_the_content_and_tells_the_manager(self):
        package = self._create_package()
        row = self._send(package)
        slot = self._pending(row)
        with self.assertRaisesRegex(UserError, "reason"):
            self._decide(slot, "reject", "link")
        self._decide(slot, "reject", "link", comment="The label is missing")
        self.assertEqual((row.state, row.end_reason), ("rejected", "The label is missing"))
        requirements = package.line_ids.requirement_id
        self.assertEqual(set(requirements.mapped("content_lock")), {"none"})
        self.assertNotIn("customer", requirements.stage_id.mapped("kind"))
        activity = self.project_standard.activity_ids
        self.assertEqual(activity.user_id, self.delivery_manager)

    def test_a_flow_that_asks_nobody_does_not_start(self):
        package = self._create_package()
        self.signatory.may_sign = False
        with self.assertRaisesRegex(UserError, "Customer confirms.*finds nobody"):
            self._send(package)
        self.assertFalse(package.round_ids if "round_ids" in package._fields else False)
        self.assertEqual(package.signoff_state, "none")

    def test_a_package_that_lacks_something_names_it(self):
        requirement = self._create_requirement(project_id=self.project_standard.id)
        package = self.project_standard.action_publish_baseline("V1", "customer")
        with self.assertRaisesRegex(UserError, requirement.number):
            self._send(package)

    def test_only_accepted_proofs_count(self):
        package = self._create_package(self.project_strict)
        self.project_strict.delivery_party_ids.write({"may_sign": True})
        row = self._send(package, user=self.delivery_manager, flow_id=self._strict_flow().id)
        slot = self._pending(row)
        with self.assertRaisesRegex(UserError, "does not accept this kind of proof"):
            self._sign(slot, "record")
        self._sign(slot, "paper")
        self.assertEqual(row.state, "approved")

    def _strict_flow(self):
        return self._create_flow(
            {
                "side": "customer",
                "source": "signatory",
                "needs_signature": True,
                "accepts_paper": True,
            },
            mode=self.mode_strict,
        )

    def test_the_content_signed_is_the_content_shown(self):
        package = self._create_package()
        row = self._send(package)
        with self.assertRaisesRegex(UserError, "has changed since you opened it"):
            self._sign(self._pending(row), snapshot_sha256="0" * 64)
        self.assertFalse(row.decision_ids)

    def test_a_decision_is_made_once(self):
        package = self._create_package()
        row = self._send(package)
        slot = self._pending(row)
        self._sign(slot)
        with self.assertRaisesRegex(UserError, "decided already"):
            self._sign(slot)
        self.assertEqual(len(row.decision_ids), 1)

    def test_steps_follow_each_other_and_equal_ones_stand_side_by_side(self):
        self._create_flow(
            {"user_ids": [Command.set(self.delivery_user.ids)], "sequence": 1},
            {"user_ids": [Command.set(self.project_user.ids)], "sequence": 1},
            {"user_ids": [Command.set(self.delivery_manager.ids)], "sequence": 2},
        )
        row = self._send(self._create_package())
        self.assertEqual(self._pending(row).user_id, self.delivery_user | self.project_user)
        self._decide(self._pending(row, self.project_user))
        self.assertEqual(self._pending(row).user_id, self.delivery_user)
        self._decide(self._pending(row, self.delivery_user))
        self.assertEqual(self._pending(row).user_id, self.delivery_manager)
        self._decide(self._pending(row))
        self.assertEqual(row.state, "approved")

    def test_comments_and_optional_steps_hold_nobody_up(self):
        self._create_flow(
            {"user_ids": [Command.set(self.project_user.ids)], "kind": "comment", "sequence": 1},
            {"user_ids": [Command.set(self.delivery_user.ids)], "kind": "optional", "sequence": 2},
            {"user_ids": [Command.set(self.delivery_manager.ids)], "sequence": 3},
        )
        row = self._send(self._create_package())
        self.assertEqual(len(self._pending(row)), 3)
        with self.assertRaises(UserError):
            self._decide(self._pending(row, self.project_user), "approve")
        self._decide(self._pending(row, self.project_user), "comment", comment="Fine")
        self._decide(self._pending(row, self.delivery_user), "reject", comment="No")
        self.assertEqual(row.state, "running")
        self._decide(self._pending(row, self.delivery_manager))
        self.assertEqual(row.state, "approved")

    def test_back_to_an_earlier_step(self):
        flow = self._create_flow(
            {"user_ids": [Command.set(self.delivery_user.ids)]},
            {"user_ids": [Command.set(self.project_user.ids)]},
            {"user_ids": [Command.set(self.delivery_manager.ids)]},
        )
        first, second, third = flow.step_ids
        third.write({"reject_policy": "step", "reject_step_id": second.id})
        package = self._create_package()
        row = self._send(package)
        self._decide(self._pending(row))
        self._decide(self._pending(row))
        self._decide(self._pending(row), "reject", comment="Look again")
        self.assertEqual(row.state, "rejected")
        again = package.signoff_round_id
        self.assertEqual((again.number, again.state), (2, "running"))
        self.assertEqual(self._pending(again.sudo()).user_id, self.project_user)
        self.assertEqual(len(row.decision_ids), 3)

    def test_editing_a_flow_changes_nothing_that_runs(self):
        flow = self._create_flow({"user_ids": [Command.set(self.delivery_user.ids)]})
        row = self._send(self._create_package())
        flow.step_ids.user_ids = self.project_user
        flow.step_ids.name = "Other"
        self.assertEqual(self._pending(row).user_id, self.delivery_user)
        self.assertEqual(row.step_ids.name, "Step 1")
        self._decide(self._pending(row))
        self.assertEqual(row.state, "approved")

    def test_who_wrote_it_does_not_approve_it(self):
        self._create_flow(
            {"user_ids": [Command.set((self.delivery_manager | self.delivery_user).ids)]},
            bars_author=True,
        )
        row = self._send(self._create_package())
        self.assertEqual(self._pending(row).user_id, self.delivery_user)

    def test_who_stands_in_decides_on_behalf(self):
        self._create_flow({"user_ids": [Command.set(self.delivery_user.ids)], "rule": "all"})
        self.env["signoff.delegation"].with_user(self.delivery_user).create(
            {"delegate_id": self.project_user.id, "date_to": "2099-12-31"}
        )
        row = self._send(self._create_package())
        decision = self._decide(self._pending(row, self.project_user))
        self.assertEqual(decision.on_behalf_of, "delivery_user")
        self.assertEqual(row.state, "approved")
        self.assertFalse(self._pending(row))

    def test_two_do_not_stand_in_for_each_other(self):
        delegations = self.env["signoff.delegation"]
        values = {"date_from": "2030-01-01", "date_to": "2030-01-31"}
        delegations.with_user(self.delivery_user).create(
            {"delegate_id": self.project_user.id, **values}
        )
        with self.assertRaises(ValidationError):
            delegations.with_user(self.project_user).create(
                {"delegate_id": self.delivery_user.id, **values}
            )
        with self.assertRaises(AccessError):
            delegations.with_user(self.project_user).create(
                {"user_id": self.internal.id, "delegate_id": self.project_user.id, **values}
            )

    def test_a_signer_withdraws_until_the_next_step_acts(self):
        self._create_flow(
            {"user_ids": [Command.set(self.delivery_user.ids)]},
            {"user_ids": [Command.set(self.project_user.ids)]},
        )
        row = self._send(self._create_package())
        slot = self._pending(row)
        self._decide(slot)
        slot.with_user(self.delivery_user).action_withdraw_decision("I overlooked something")
        self.assertEqual(self._pending(row), slot)
        self.assertEqual(row.decision_ids.sorted("id").mapped("verdict"), ["approve", "withdrawn"])
        self._decide(slot)
        self._decide(self._pending(row, self.project_user))
        self.assertEqual(row.state, "approved")
        with self.assertRaises(UserError):
            slot.with_user(self.delivery_user).action_withdraw_decision("Too late")

    def test_the_signatory_left_and_his_successor_signs(self):
        row = self._send(self._create_package())
        slot = self._pending(row)
        manager = slot.with_user(self.delivery_manager)
        with self.assertRaisesRegex(UserError, "may not sign for this project"):
            manager.action_replace(self.colleague_a.id, "Left the company")
        party = self._create_party(self.project_standard, self.colleague_a, may_sign=True)
        manager.action_replace(self.colleague_a.id, "Left the company", party.id)
        self.assertEqual((slot.state, slot.void_reason), ("void", "Left the company"))
        self._sign(self._pending(row, self.colleague_a))
        self.assertEqual(row.state, "approved")

    def test_voiding_a_confirmation_opens_what_hung_on_it(self):
        package = self._create_package()
        row = self._send(package)
        self._sign(self._pending(row))
        with self.assertRaises(AccessError):
            row.with_user(self.delivery_user).action_void("Wrong person")
        row.with_user(self.delivery_manager).action_void("Wrong person")
        self.assertEqual((row.state, package.signoff_state), ("void", "none"))
        self.assertEqual(set(package.line_ids.requirement_id.mapped("content_lock")), {"none"})
        self.assertEqual(len(row.decision_ids), 1)

    def test_withdrawing_a_round_needs_a_reason(self):
        package = self._create_package()
        row = self._send(package)
        sender = package.with_user(self.delivery_manager)
        with self.assertRaisesRegex(UserError, "why"):
            sender.action_withdraw_signoff("")
        sender.action_withdraw_signoff("Wrong list")
        self.assertEqual((row.state, row.end_reason), ("withdrawn", "Wrong list"))
        self.assertFalse(self._pending(row))

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_only_who_is_asked_decides(self):
        self._create_flow({"user_ids": [Command.set(self.internal.ids)]})
        row = self._send(self._create_package())
        slot = self._pending(row)
        code = row.snapshot_sha256
        for user in (self.project_user, self.delivery_user, self.delivery_manager, self.auditor):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                slot.with_user(user).action_decide("approve", code)
        for user in (self.portal_a, self.portal_b, self.other_manager):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                slot.with_user(user).action_decide("approve", code)
        # who has no role reads what he is asked about, and decides
        self.assertTrue(row.with_user(self.internal).has_access("read"))
        slot.with_user(self.internal).action_decide("approve", code)
        self.assertEqual(row.state, "approved")
        self.assertFalse(row.with_user(self.internal).has_access("read"))

    def test_a_flow_needs_a_required_step_and_a_number(self):
        flow = self.env["signoff.flow"].create({"name": "F", "res_model": "project.baseline"})
        with self.assertRaisesRegex(ValidationError, "required step"):
            flow.action_activate()
        with self.assertRaises(ValidationError):
            self._create_flow(
                {"user_ids": [Command.set(self.internal.ids)], "rule": "count", "need": 2}
            )
        with self.assertRaises(ValidationError):
            self._create_flow(
                {"user_ids": [Command.set(self.internal.ids)]}, filter_domain="[('x', '=', 1)]"
            )

    def test_the_number_of_queries_does_not_grow_with_the_documents(self):
        self._create_flow({"user_ids": [Command.set(self.delivery_user.ids)]})
        packages = self.env["project.baseline"]
        for number in range(22):
            self._create_complete_requirement(project_id=self.project_standard.id)
            packages |= self.project_standard.action_publish_baseline(f"P{number}", "customer")

        def count(documents):
            self.env.flush_all()
            self.env.invalidate_all()
            before = sql_db.sql_counter
            documents.action_send_signoff()
            self.env.flush_all()
            return sql_db.sql_counter - before

        count(packages[:1])  # fills the caches of the registry
        few, many = count(packages[1:2]), count(packages[2:])
        self.assertLess(many, few + 2 * len(packages))
