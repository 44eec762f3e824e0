from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.customer_delivery.core.grant import Granted

from .change_common import ChangeCase


@tagged("post_install", "-at_install")
class TestChangeApply(ChangeCase):
    """Putting changes into effect: once, whole, against what stands there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.milestone = cls.env["project.milestone"].create(
            {"name": "Go-live", "project_id": cls.project.id, "deadline": "2031-03-01"}
        )

    def _create_approved(self, *requirements, **values):
        title = values.pop("title", "Print two labels")
        change = self._create_change(*requirements, **values)
        change.line_ids.filtered(lambda line: line.action == "modify").name = title
        return self._approve(self._assess(change))

    # === ONE STROKE === #

    def test_everything_comes_into_effect_at_once(self):
        other = self._create_agreed_requirement(project_id=self.project.id, name="Goes")
        task = self.env["project.task"].create({"name": "Build", "project_id": self.project.id})
        link = self.env["project.requirement.link"].create(
            {"requirement_id": self.confirmed.id, "task_id": task.id}
        )
        change = self._create_change(
            self.confirmed,
            agreed_days=4.5,
            milestone_ids=[Command.set(self.milestone.ids)],
            makes_tasks=True,
        )
        change.line_ids.write({"name": "Print two labels"})
        change.line_ids.criterion_ids = [Command.create({"name": "Both are readable"})]
        change.line_ids = [
            Command.create({"action": "add", "name": "Reprint", "description": "<p>Again</p>"}),
            Command.create({"action": "remove", "requirement_id": other.id}),
        ]
        self._approve(self._assess(change))
        self.assertEqual(self.confirmed.name, "Print one label", "nothing before it is applied")

        self.assertTrue(change.action_apply())
        self.assertEqual(self.confirmed.name, "Print two labels")
        self.assertEqual(
            self.confirmed.criterion_ids.mapped("name"), ["It can be seen", "Both are readable"]
        )
        self._assert_versions(self.confirmed, "confirmed", "change")
        version = self.confirmed.current_version_id
        self.assertEqual(version.change_id, change)
        self.assertEqual(version.author_id, self.delivery_user)
        # it stays confirmed, at the new version
        self.assertEqual(self.confirmed.content_lock, "agreed")
        self.assertEqual(self.confirmed.confirmed_version_id, version)
        self.assertFalse(self.confirmed.changed_after_agreement)
        # what is new is confirmed, what was taken out is cancelled
        added = change.line_ids.created_requirement_id
        self.assertEqual(added.name, "Reprint")
        self.assertEqual(added.content_lock, "agreed")
        self._assert_versions(added, "change")
        self.assertEqual(other.stage_id.kind, "cancelled")
        # links ask for a review, dates move, tasks are made and told
        self.assertTrue(link.suspect)
        self.assertEqual(self.milestone.deadline, date(2031, 3, 6))
        made = change.task_ids - task
        self.assertEqual(made.mapped("name"), [added.display_name])
        self.assertIn(change.number, made.message_ids.body, "one line says why the task is there")
        self.assertIn(change.number, task.message_ids[0].body)
        self.assertIn("2031", change.message_ids[0].body)
        self.assertIn(change.number, self.confirmed.message_ids[0].body)
        self.assertEqual(change.applied_by_id, self.delivery_user)

    def test_the_second_call_does_nothing(self):
        change = self._create_approved(
            self.confirmed, agreed_days=2, milestone_ids=[Command.set(self.milestone.ids)]
        )
        self.assertTrue(change.action_apply())
        before = (self.confirmed.version_number, self.milestone.deadline, change.date_applied)
        messages = len(change.message_ids)
        self.assertFalse(change.action_apply())
        self.assertEqual(
            (self.confirmed.version_number, self.milestone.deadline, change.date_applied), before
        )
        self.assertEqual(len(change.message_ids), messages)

    def test_only_what_is_proposed_is_written(self):
        """What somebody else may edit meanwhile without touching the content stays his."""
        change = self._create_approved(self.confirmed)
        self.confirmed.with_user(self.delivery_user).write(
            {"notes": "<p>kept</p>", "date_deadline": "2031-01-01"}
        )
        change.action_apply()
        self.assertIn("kept", self.confirmed.notes)
        self.assertEqual(self.confirmed.criterion_ids.mapped("name"), ["It can be seen"])

    def test_criteria_that_stay_keep_their_record(self):
        criterion = self.confirmed.criterion_ids
        change = self._create_change(self.confirmed)
        change.line_ids.criterion_ids.target = "2 s"
        self._approve(self._assess(change)).action_apply()
        self.assertEqual(self.confirmed.criterion_ids, criterion)
        self.assertEqual(criterion.target, "2 s")

    def test_a_proposal_without_a_change_makes_no_version(self):
        change = self._approve(self._assess(self._create_change(self.confirmed)))
        change.action_apply()
        self._assert_versions(self.confirmed, "confirmed")
        self.assertTrue(change.date_applied)

    def test_an_open_requirement_stays_open(self):
        requirement = self._create_complete_requirement(project_id=self.project.id)
        self._create_approved(requirement).action_apply()
        self.assertEqual(requirement.name, "Print two labels")
        self.assertEqual(requirement.content_lock, "none")
        self._assert_versions(requirement, "saved", "change")

    # === WHO AND WHEN === #

    def test_what_is_not_approved_does_not_come_into_effect(self):
        change = self._assess(self._create_change(self.confirmed))
        with self.assertRaisesRegex(UserError, "not been approved"):
            change.action_apply()
        self._approve(change, "rejected")
        with self.assertRaisesRegex(UserError, "not been approved"):
            change.action_apply()

    def test_the_project_manager_puts_it_into_effect(self):
        change = self._create_approved(self.confirmed)
        for user in (self.project_user, self.auditor):
            with (
                self.subTest(user=user.login),
                mute_logger("odoo.addons.base.models.ir_model"),
                self.assertRaises(AccessError),
            ):
                change.with_user(user).action_apply()
        colleague = self._create_user("colleague", "customer_delivery.group_delivery_user")
        with self.assertRaises(AccessError):
            change.with_user(colleague).action_apply()
        change.with_user(self.delivery_manager).action_apply()
        self.assertEqual(change.applied_by_id, self.delivery_manager)

    def test_a_freeze_period_holds_it_unless_it_is_urgent(self):
        today = fields.Date.context_today(self.changes)
        self.env["project.change.freeze"].create(
            {
                "project_id": self.project.id,
                "date_from": today - timedelta(days=1),
                "date_to": today + timedelta(days=1),
                "reason": "Year-end closing",
            }
        )
        change = self._create_approved(self.confirmed)
        with self.assertRaisesRegex(UserError, "Year-end closing"):
            change.action_apply()
        urgent = self._create_change(kind="urgent")
        urgent.action_do_first()
        self.assertTrue(urgent.action_apply())
        self.env["project.change.freeze"].search([]).date_to = today - timedelta(days=1)
        self.assertTrue(change.action_apply())

    def test_an_internal_change_does_not_touch_what_the_customer_confirmed(self):
        change = self._create_approved(self.confirmed, kind="internal")
        with self.assertRaisesRegex(UserError, "Confirmed by the customer"):
            change.action_apply()
        open_one = self._create_complete_requirement(project_id=self.project.id)
        self.assertTrue(self._create_approved(open_one, kind="internal").action_apply())

    def test_an_erratum_leaves_the_confirmation(self):
        change = self._create_change(self.confirmed, kind="erratum")
        change.line_ids.name = "Print one label."
        self.assertFalse(change.can_submit)
        self._approve(change)
        change.action_apply()
        self._assert_versions(self.confirmed, "confirmed", "erratum")
        self.assertEqual(self.confirmed.confirmed_version_id, self.confirmed.current_version_id)
        self.assertFalse(self.confirmed.changed_after_agreement)

    def test_strict_mode_has_no_erratum(self):
        kinds = self.mode_strict._get_change_types().mapped("kind")
        self.assertNotIn("erratum", kinds)
        self.assertIn("erratum", self.mode_standard._get_change_types().mapped("kind"))

    def test_light_mode_is_done_when_it_is_in_effect(self):
        project = self.project_light
        project.user_id = self.delivery_user
        requirement = self._create_agreed_requirement(project_id=project.id)
        change = self._create_change(requirement, project_id=project.id)
        self.assertEqual(change.stage_id, self._change_stage("logged"))
        change.line_ids.name = "Other"
        self._approve(change)
        self.assertEqual(change.stage_id, self._change_stage("customer"))
        change.action_apply()
        self.assertEqual(change.stage_id, self._change_stage("done"))
        self.assertEqual(requirement.name, "Other")

    # === MOVED ON MEANWHILE === #

    def test_a_requirement_that_moved_on_is_named_and_the_proposal_carried_over(self):
        first = self._create_change(self.confirmed)
        first.line_ids.write({"name": "Print two labels"})
        second = self._create_approved(self.confirmed, title="Print a label")
        second.line_ids.sudo()._signoff_write_decided({"description": "<p>What it says.</p>"})
        second.action_apply()
        self._approve(self._assess(first))
        self.assertEqual(first.stale_count, 1)
        with self.assertRaisesRegex(UserError, self.confirmed.number):
            first.action_apply()

        first.action_rebase()
        line = first.line_ids
        self.assertFalse(first.stale_count)
        self.assertEqual(line.name, "Print two labels", "what is proposed stays proposed")
        self.assertIn("What it says.", line.description, "the rest follows")
        self.assertEqual(line.conflicts, "Title")
        self.assertEqual(line.base_version_id, self.confirmed.current_version_id)
        # another text is approved anew
        self.assertEqual(first.decision, "none")
        self.assertEqual(first.stage_id, self._change_stage("assess"))
        self.assertFalse(first.content_locked)
        with self.assertRaisesRegex(UserError, "not been approved"):
            first.action_apply()
        self._approve(first).action_apply()
        self.assertEqual(self.confirmed.name, "Print two labels")
        self._assert_versions(self.confirmed, "confirmed", "change", "change")

    def test_there_is_nothing_to_carry_over_while_it_is_up_to_date(self):
        change = self._create_approved(self.confirmed)
        with self.assertRaisesRegex(UserError, "up to date"):
            change.action_rebase()
        change.action_apply()
        with self.assertRaisesRegex(UserError, "in effect already"):
            change.action_rebase()

    def test_two_open_changes_warn_of_each_other(self):
        first, second = self._create_change(self.confirmed), self._create_change(self.confirmed)
        third = self._create_change(milestone_ids=[Command.set(self.milestone.ids)])
        fourth = self._create_change(milestone_ids=[Command.set(self.milestone.ids)])
        self.assertEqual(first.conflict_ids, second)
        self.assertEqual(second.conflict_ids, first)
        self.assertEqual(third.conflict_ids, fourth)
        found = self.changes.search([("has_conflict", "=", True)])
        self.assertEqual(found, first | second | third | fourth)
        second.action_put_aside("withdrawn", "the same")
        (first | second).invalidate_recordset()
        self.assertFalse(first.has_conflict)

    def test_what_was_approved_first_comes_into_effect_first(self):
        earlier = self._create_approved(self.confirmed, title="Earlier")
        later = self._create_approved(self.confirmed, title="Later")
        with self.assertRaisesRegex(UserError, earlier.number):
            later.action_apply()
        earlier.action_put_aside("withdrawn", "not wanted any more")
        self.assertTrue(later.action_apply())

    def test_what_moves_the_same_milestone_comes_into_effect_in_the_order_of_approval(self):
        moves = {"agreed_days": 2, "milestone_ids": [Command.set(self.milestone.ids)]}
        earlier = self._approve_earlier(self._assess(self._create_change(**moves)))
        later = self._approve(self._assess(self._create_change(**moves)))
        still = self._approve(self._assess(self._create_change(**{**moves, "agreed_days": 0})))
        self.assertTrue(still.action_apply(), "without days nothing moves")
        with self.assertRaisesRegex(UserError, earlier.number):
            later.action_apply()
        earlier.action_apply()
        later.action_apply()
        self.assertEqual(self.milestone.deadline, date(2031, 3, 5))

    def test_it_waits_while_the_customer_is_asked_about_the_requirement(self):
        requirement = self._create_complete_requirement(project_id=self.project.id)
        change = self._create_approved(requirement)
        requirement.sudo().write(Granted(content_lock="running"))
        with self.assertRaisesRegex(UserError, "asked to confirm"):
            change.action_apply()

    # === DONE FIRST === #

    def test_an_urgent_change_is_done_first_and_ratified_later(self):
        change = self.changes.create(
            {
                "name": "Stop at the door",
                "project_id": self.project.id,
                "type_id": self._change_type("urgent").id,
                "line_ids": [Command.create({"requirement_id": self.confirmed.id, "name": "New"})],
            }
        )
        change.action_do_first()
        self.assertEqual(change.stage_id, self._change_stage("implement"))
        self.assertTrue(change.is_unratified)
        due = change.date_done_first + timedelta(hours=72)
        self.assertEqual(change.ratify_due, due)
        change.action_apply()
        # not confirmed before the customer has said so
        self.assertEqual(self.confirmed.name, "New")
        self.assertTrue(self.confirmed.changed_after_agreement)
        self.assertEqual(self.confirmed.confirmed_version_id.reason, "confirmed")
        change.action_finish()
        change.result = "effective"
        change.with_user(self.delivery_manager).action_pass_rest()
        with self.assertRaisesRegex(UserError, "not been ratified"):
            change.with_user(self.delivery_manager).action_close()
        self._approve(change)
        self.assertTrue(change.date_ratified)
        self.assertFalse(self.confirmed.changed_after_agreement)
        self.assertEqual(self.confirmed.confirmed_version_id, self.confirmed.current_version_id)
        change.with_user(self.delivery_manager).action_close()

    def test_only_urgent_changes_are_done_first(self):
        with self.assertRaisesRegex(UserError, "urgent"):
            self._create_change(self.confirmed).action_do_first()

    def test_the_manager_is_told_once_of_what_was_not_ratified_in_time(self):
        changes = self.changes.browse()
        for _number in range(3):
            change = self._create_change(kind="urgent")
            change.action_do_first()
            changes |= change
        late, ratified, early = changes
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE project_change SET ratify_due = %s WHERE id = ANY(%s)",
            [fields.Datetime.now() - timedelta(hours=1), (late | ratified).ids],
        )
        self.env.invalidate_all()
        self._approve(ratified)
        self.assertEqual(self.changes.search([("is_ratify_overdue", "=", True)]), late)
        cron = self.env.ref("customer_delivery.ir_cron_change_unratified")
        for _run in range(2):
            with self.enter_registry_test_mode():
                cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(late.activity_ids.user_id, self.delivery_user)
        self.assertEqual(len(late.activity_ids), 1)
        self.assertFalse((ratified | early).activity_ids)
        self._approve(late)
        self.assertFalse(late.activity_ids)

    # === MANY === #

    def _prepare_many(self, count, **values):
        requirements = self.env["project.requirement"].create(
            [{"name": f"R {n}", "project_id": self.project.id} for n in range(count)]
        )
        change = self._create_change(*requirements, **values)
        for line in change.line_ids:
            line.sudo()._signoff_write_decided({"name": f"Changed {line.id}"})
        return self._approve(self._assess(change))

    def _count_queries(self, count, **values):
        change = self._prepare_many(count, **values)
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        change.action_apply()
        self.env.flush_all()
        self.env.cr.precommit.run()
        return self.env.cr.sql_log_count - before

    def test_queries_do_not_grow_with_the_requirements(self):
        self._count_queries(2)
        few, many = self._count_queries(5), self._count_queries(60)
        self.assertLessEqual(many, few)

    def test_queries_of_a_form_do_not_grow_with_the_lines(self):
        counts = []
        for size in (3, 30):
            change = self._prepare_many(size)
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            change.web_read(
                {
                    "redline": {},
                    "stale_count": {},
                    "conflict_ids": {"fields": {"display_name": {}}},
                    "line_ids": {"fields": {"summary": {}, "is_stale": {}, "display_name": {}}},
                }
            )
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2, counts)
