from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .change_common import ChangeCase


@tagged("post_install", "-at_install")
class TestChangeImpact(ChangeCase):
    """What hangs on a change: tasks, milestones, checklist items, other open changes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.far = cls._create_agreed_requirement(project_id=cls.project.id, name="Trace the label")
        cls.task = cls.env["project.task"].create(
            {"name": "Build the printer", "project_id": cls.project.id, "allocated_hours": 8}
        )
        links = cls.env["project.requirement.link"]
        links.create({"requirement_id": cls.far.id, "target_requirement_id": cls.confirmed.id})
        links.create({"requirement_id": cls.far.id, "task_id": cls.task.id})
        cls.acceptance = cls._create_acceptance(
            project_id=cls.project.id,
            item_ids=[Command.create({"name": "Labels are right", "requirement_id": cls.far.id})],
        )
        cls.change = cls._create_change(cls.confirmed)
        cls.other = cls._create_change(cls.far, name="Trace by batch")
        cls._create_change(cls.far, name="Done").sudo().action_put_aside("withdrawn", "no")

    def _lines(self, user=None, **values):
        wizard = self.env["project.requirement.impact"].with_user(user or self.delivery_user)
        wizard = wizard.create({"change_id": self.change.id, **values})
        return {(line.level, line.res_model, line.res_id) for line in wizard.line_ids}

    def test_it_follows_the_links_of_all_its_requirements(self):
        self.assertEqual(
            self._lines(),
            {
                (1, "project.requirement", self.far.id),
                (2, "project.task", self.task.id),
                (2, "project.acceptance.item", self.acceptance.item_ids.id),
                (2, "project.change", self.other.id),
            },
        )
        self.assertEqual(
            {model for _level, model, _id in self._lines(levels=1)},
            {"project.requirement", "project.acceptance.item", "project.change"},
        )

    def test_milestones_of_the_tasks_are_named_and_taken_over(self):
        milestone, linked = self.env["project.milestone"].create(
            [
                {"name": "Go-live", "project_id": self.project.id, "deadline": "2031-03-01"},
                {"name": "Training", "project_id": self.project.id},
            ]
        )
        self.task.milestone_id = milestone
        self.env["project.requirement.link"].create(
            {"requirement_id": self.far.id, "milestone_id": linked.id}
        )
        found = {row for row in self._lines() if row[1] == "project.milestone"}
        self.assertEqual(
            found,
            {(3, "project.milestone", milestone.id), (2, "project.milestone", linked.id)},
        )
        action = self.change.with_user(self.delivery_user).action_open_impact()
        wizard = self.env[action["res_model"]].with_user(self.delivery_user)
        wizard = wizard.browse(action["res_id"])
        self.assertEqual(wizard.new_milestone_count, 2)
        for user in (self.project_user, self.auditor):
            with mute_logger("odoo.addons.base.models.ir_model"), self.assertRaises(AccessError):
                self.env[action["res_model"]].with_user(user).create(
                    {"change_id": self.change.id}
                ).action_take_milestones()
        wizard.action_take_milestones()
        self.assertEqual(self.change.milestone_ids, milestone | linked)
        self.assertEqual(wizard.new_milestone_count, 0)

    def test_what_one_may_not_see_is_left_out(self):
        self.project.privacy_visibility = "followers"
        self.project.message_subscribe(self.delivery_user.partner_id.ids)
        self.env.invalidate_all()
        self.assertTrue(self._lines())
        private = self.env["project.project"].create(
            {"name": "Secret", "privacy_visibility": "followers"}
        )
        task = self.env["project.task"].create({"name": "Secret", "project_id": private.id})
        self.env["project.requirement.link"].create(
            {"requirement_id": self.far.id, "task_id": task.id}
        )
        hidden = (2, "project.task", task.id)
        self.assertNotIn(hidden, self._lines())
        self.assertIn(hidden, self._lines(self.delivery_manager))
        action = self.change.with_user(self.delivery_user).action_open_impact()
        self.assertEqual(action["res_model"], "project.requirement.impact")

    def test_it_is_kept_with_the_change(self):
        action = self.change.with_user(self.delivery_user).action_open_impact()
        wizard = self.env[action["res_model"]].with_user(self.delivery_user)
        wizard.browse(action["res_id"]).action_record()
        kept = self.env["signoff.snapshot"].search(
            [("res_model", "=", "project.change"), ("res_id", "=", self.change.id)]
        )
        self.assertEqual(kept.schema, "cd.impact/1")
        self.assertIn("Build the printer", kept.canonical)
        self.assertIn("recorded", self.change.message_ids[0].body)

    def test_queries_do_not_grow_with_what_is_found(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._lines()
            return self.env.cr.sql_log_count - before

        count()
        few = count()
        tasks = self.env["project.task"].create(
            [{"name": f"T{n}", "project_id": self.project.id} for n in range(30)]
        )
        self.env["project.requirement.link"].create(
            [{"requirement_id": self.far.id, "task_id": task.id} for task in tasks]
        )
        self.assertLessEqual(count(), few + 2)
