from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .change_common import ChangeCase


@tagged("post_install", "-at_install")
class TestChangeVerification(ChangeCase):
    """What a change touched is checked again, by another person, before it is closed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls._create_user("colleague", "customer_delivery.group_delivery_user")

    def _carry_out(self, *requirements, lines=(), **values):
        """Return a change on requirements that was approved, applied and carried out."""
        change = self._create_change(*requirements, **values)
        change.line_ids.filtered(lambda line: line.action == "modify").name = "Two labels"
        change.line_ids = [Command.create(line) for line in lines]
        self._approve(self._assess(change)).action_apply()
        change.action_finish()
        return change

    def _names(self, change):
        return change.check_ids.mapped("name")

    # === WHAT === #

    def test_items_of_acceptances_and_criteria_are_listed(self):
        gone = self._create_agreed_requirement(project_id=self.project.id, name="Goes")
        bare = self._create_requirement(project_id=self.project.id, name="Bare")
        acceptance = self._create_acceptance(
            project_id=self.project.id,
            item_ids=[
                Command.create({"name": "Print ten", "requirement_id": self.confirmed.id}),
                Command.create({"name": "Of another one"}),
            ],
        )
        item = acceptance.item_ids[0]
        item.action_record_verdict("check", "pass")
        change = self._carry_out(
            self.confirmed,
            bare,
            lines=[
                {"action": "remove", "requirement_id": gone.id},
                {
                    "action": "add",
                    "name": "Reprint",
                    "criterion_ids": [Command.create({"name": "Within 2 s", "target": "2 s"})],
                },
            ],
        )
        self.assertEqual(
            self._names(change),
            [
                "Print ten",
                "It can be seen",
                bare.display_name,
                f"Taken out: {gone.display_name}",
                "Within 2 s",
            ],
        )
        first = change.check_ids[0]
        self.assertEqual((first.item_id, first.verdict_before), (item, "pass"))
        self.assertEqual(change.check_ids[-1].target, "2 s")
        self.assertEqual((change.checked_count, change.check_count), (0, 5))

    def test_words_that_changed_are_listed_as_they_read_now(self):
        change = self._create_change(self.confirmed)
        change.line_ids.criterion_ids.write({"name": "Both can be seen", "target": "2"})
        acceptance = self._create_acceptance(project_id=self.project.id, item_ids=[])
        acceptance.action_generate()
        item = acceptance.item_ids.filtered("criterion_id")
        self.assertEqual(item.criterion_id, self.confirmed.criterion_ids)
        self._approve(self._assess(change)).action_apply()
        change.action_finish()
        check = change.check_ids.filtered(lambda row: row.item_id == item)
        self.assertEqual((check.name, check.target), ("Both can be seen", "2"))
        of_change = acceptance.item_ids.filtered(lambda row: row.requirement_id == self.confirmed)
        self.assertEqual(change.check_ids.item_id, of_change)
        self.assertEqual(len(change.check_ids), len(of_change), "no criterion is listed twice")

    def test_an_erratum_and_a_change_without_requirements_ask_for_no_checks(self):
        self.assertFalse(self._carry_out().check_ids)
        change = self._create_change(self.confirmed, kind="erratum")
        self._approve(change).action_apply()
        change.action_finish()
        self.assertFalse(change.check_ids)

    def test_what_is_carried_out_again_is_checked_again(self):
        change = self._carry_out(self.confirmed)
        as_manager = change.with_user(self.delivery_manager)
        as_manager.check_ids.write({"verdict": "fail", "note": "One is missing"})
        self.assertEqual(change.check_ids.checked_by_id, self.delivery_manager)
        change.stage_id = self._change_stage("implement")
        change.action_finish()
        self.assertEqual(len(change.check_ids), 1)
        self.assertFalse(change.check_ids.verdict or change.check_ids.checked_by_id)
        self.assertIn("Failed: 1", change.message_ids[0].body + change.message_ids[1].body)

    # === WHO === #

    def test_who_carried_it_out_neither_checks_nor_closes(self):
        change = self._carry_out(self.confirmed)
        self.assertFalse(change.can_verify)
        for call in (
            change.action_pass_rest,
            lambda: change.check_ids.write({"verdict": "pass"}),
            lambda: change.write(
                {"check_ids": [Command.create({"name": "More", "verdict": "pass"})]}
            ),
        ):
            with self.assertRaisesRegex(UserError, "another person"):
                call()
        change.result = "effective"
        change.with_user(self.colleague).action_pass_rest()
        with self.assertRaisesRegex(UserError, "another person"):
            change.action_close()
        change.with_user(self.colleague).action_close()
        self.assertEqual(change.verified_by_id, self.colleague)

    def test_the_owner_counts_as_who_carried_it_out(self):
        change = self._carry_out(self.confirmed, user_id=self.colleague.id, result=False)
        as_owner = change.with_user(self.colleague)
        self.assertFalse(as_owner.can_verify)
        with self.assertRaisesRegex(UserError, "another person"):
            as_owner.action_pass_rest()
        self.assertTrue(change.with_user(self.delivery_manager).can_verify)

    def test_who_may_not_work_on_changes_checks_nothing(self):
        change = self._carry_out(self.confirmed)
        for user in (self.project_user, self.auditor, self.portal_a):
            with (
                self.subTest(user=user.login),
                mute_logger("odoo.addons.base.models.ir_model"),
                self.assertRaises(AccessError),
            ):
                change.check_ids.with_user(user).write({"verdict": "pass"})
        self.assertTrue(change.check_ids.with_user(self.auditor).read(["name"]))

    def test_nobody_forges_who_checked_or_what_is_checked(self):
        change = self._carry_out(self.confirmed)
        check = change.check_ids.with_user(self.delivery_manager)
        for values in (
            {"checked_by_id": self.colleague.id},
            {"checked_at": "2020-01-01"},
            {"requirement_id": False},
            {"verdict_before": "pass"},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                check.write(values)
        with self.assertRaisesRegex(UserError, "worded"):
            check.name = "Something easier"
        with self.assertRaisesRegex(UserError, "not applicable"):
            check.unlink()
        own = check.create({"change_id": change.id, "name": "Ask the night shift"})
        own.name = "Ask both shifts"
        own.unlink()

    # === CLOSING === #

    def test_closing_says_what_is_open_and_what_failed(self):
        change = self._carry_out(self.confirmed)
        as_manager = change.with_user(self.delivery_manager)
        with self.assertRaisesRegex(UserError, "effect wanted.*\n.*Not checked again.*seen"):
            as_manager.action_close()
        as_manager.check_ids.verdict = "fail"
        as_manager.result = "effective"
        with self.assertRaisesRegex(UserError, "as long as this fails: It can be seen"):
            as_manager.action_close()
        as_manager.result = "partly"
        as_manager.action_close()
        self.assertEqual(change.stage_id.kind, "closed")

    def test_no_way_leads_around_the_verification(self):
        change = self._create_change(self.confirmed)
        self._approve(self._assess(change)).action_apply()
        change.result = "effective"
        # a mode may let its stages follow each other as one likes
        self._change_stage("implement").next_ids = False
        for user in (self.delivery_user, self.delivery_manager):
            with self.assertRaisesRegex(UserError, "Nobody has said yet"):
                change.with_user(user).stage_id = self._change_stage("closed")
        change.action_finish()
        with self.assertRaisesRegex(UserError, "another person"):
            change.stage_id = self._change_stage("closed")

    def test_nothing_is_checked_before_it_is_carried_out(self):
        change = self._create_change(self.confirmed)
        self._approve(self._assess(change)).action_apply()
        with self.assertRaisesRegex(UserError, "once it has been carried out"):
            change.check_ids = [Command.create({"name": "Early", "verdict": "pass"})]

    def test_what_was_verified_stays_until_it_is_verified_again(self):
        change = self._carry_out(self.confirmed)
        as_manager = change.with_user(self.delivery_manager)
        as_manager.action_pass_rest()
        as_manager.result = "effective"
        as_manager.action_close()
        for values in ({"result": "none"}, {"check_ids": [Command.create({"name": "More"})]}):
            with self.assertRaisesRegex(UserError, "verified and closed"):
                as_manager.write(values)
        with self.assertRaisesRegex(UserError, "verified and closed"):
            as_manager.check_ids.note = "Well"
        as_manager.actual_days = 3
        as_manager.stage_id = self._change_stage("verify")
        self.assertFalse(change.verified_by_id)
        as_manager.result = "none"

    def test_a_mode_without_verification_closes_without_a_verifier(self):
        project = self.project_light
        project.user_id = self.delivery_user
        requirement = self._create_agreed_requirement(project_id=project.id)
        change = self._create_change(requirement, project_id=project.id)
        change.line_ids.name = "Other"
        self._approve(change).action_apply()
        self.assertEqual(change.stage_id.kind, "closed")
        self.assertFalse(change.verified_by_id)
        self.assertFalse(change.check_ids)
