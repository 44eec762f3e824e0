"""The person who runs a project leaves: all his open matters move in one step."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests.common import tagged

from .signoff_common import SignoffCase


@tagged("post_install", "-at_install")
class TestProjectHandover(SignoffCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls.project_standard
        cls.leaving, cls.taking = cls.delivery_manager, cls.delivery_user

    def _hand_over(self, user=None, **values):
        return self.project.with_user(user or self.leaving).action_hand_over(
            values.pop("before", self.leaving).id, values.pop("after", self.taking).id, **values
        )

    def test_everything_open_moves(self):
        mine = self._create_complete_requirement(
            project_id=self.project.id, user_id=self.leaving.id
        )
        theirs = self._create_complete_requirement(
            project_id=self.project.id, user_id=self.project_user.id
        )
        task = self.env["project.task"].create(
            {
                "name": "Do it",
                "project_id": self.project.id,
                "user_ids": [Command.set((self.leaving | self.project_user).ids)],
            }
        )
        activity = mine.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.leaving.id, summary="Call"
        )
        self._create_flow({"user_ids": [Command.set(self.leaving.ids)]})
        row = self._send(self._create_package(project=self.project))
        result = self._hand_over(reason="Leaves the company")
        self.assertFalse(result["left"])
        self.assertEqual(mine.user_id, self.taking)
        self.assertEqual(theirs.user_id, self.project_user)
        self.assertEqual(task.user_ids, self.taking | self.project_user)
        self.assertEqual(activity.user_id, self.taking)
        self.assertEqual(self._pending(row).user_id, self.taking)
        self.assertEqual(self.project.user_id, self.taking)
        self.assertIn("Leaves the company", self.project.message_ids[:1].body)

    def test_what_has_ended_stays(self):
        done = self._create_agreed_requirement(project_id=self.project.id, user_id=self.leaving.id)
        cancelled = self._create_complete_requirement(
            project_id=self.project.id, user_id=self.leaving.id
        )
        cancelled.with_user(self.delivery_manager).action_move_to_stage(self._stage("cancelled").id)
        self._hand_over()
        # confirmed is not done: its owner changes, its content does not
        self.assertEqual(done.user_id, self.taking)
        self.assertEqual(cancelled.user_id, self.leaving)

    def test_what_he_may_not_decide_is_named_and_the_rest_moves(self):
        self._create_flow({"user_ids": [Command.set(self.leaving.ids)]}, bars_author=True)
        package = self._create_package(project=self.project)
        # who takes over sent it himself
        self.project.sudo().user_id = self.taking
        row = self._send(package, user=self.taking)
        requirement = self._create_complete_requirement(
            project_id=self.project.id, user_id=self.leaving.id
        )
        result = self._hand_over()
        self.assertIn("may not decide", result["left"][0])
        self.assertEqual(self._pending(row).user_id, self.leaving)
        self.assertEqual(requirement.user_id, self.taking)

    def test_other_projects_stay(self):
        other = self._create_complete_requirement(
            project_id=self.project_light.id, user_id=self.leaving.id
        )
        self._hand_over()
        self.assertEqual(other.user_id, self.leaving)
        self.assertEqual(self.project_light.user_id, self.leaving)

    def test_only_who_runs_the_project_hands_it_over(self):
        for user in (self.project_user, self.delivery_user, self.auditor):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._hand_over(user)

    def test_who_takes_over_needs_a_role_in_the_company(self):
        for user in (self.internal, self.portal_a, self.other_user, self.leaving):
            with self.subTest(user=user.login), self.assertRaises(UserError):
                self._hand_over(after=user)
        with self.assertRaises(UserError):
            self.project.with_user(self.leaving).action_hand_over("1", [2])

    def test_the_dialog_says_what_is_open(self):
        self._create_complete_requirement(project_id=self.project.id, user_id=self.leaving.id)
        wizard = (
            self.env["project.delivery.handover"]
            .with_user(self.leaving)
            .create({"project_id": self.project.id, "to_user_id": self.taking.id})
        )
        self.assertEqual(wizard.from_user_id, self.leaving)
        self.assertIn("Requirement: 1", wizard.open_note)
        wizard.action_hand_over()
        self.assertEqual(self.project.user_id, self.taking)
