from odoo.fields import Command
from odoo.tests import tagged

from .change_common import ChangeCase


@tagged("post_install", "-at_install")
class TestChangeNotice(ChangeCase):
    """Who is told that a change is in effect, and who is not."""

    def _notices(self, change):
        return self.env["delivery.notice"].search(
            [("res_model", "=", "project.change"), ("res_id", "=", change.id)]
        )

    def _apply(self, change):
        change.line_ids.filtered("requirement_id").sudo()._signoff_write_decided(
            {"name": "Print one label."}
        )
        self._approve(change).action_apply()
        return change

    def test_the_customer_is_told_of_an_erratum_with_before_and_after(self):
        self.confirmed.portal_access = "visible"
        change = self._apply(self._create_change(self.confirmed, kind="erratum"))
        notice = self._notices(change)
        self.assertEqual(notice.partner_id, self.contact_a)
        self.assertIn("stays confirmed", notice.body)
        self.assertIn("<ins>", notice.body)
        self.assertEqual(notice.url, "/my/delivery", "he does not see the change itself")

    def test_who_asked_is_told_that_it_is_in_effect(self):
        change = self._create_change(
            self.confirmed, requester_id=self.contact_a.id, portal_access="comment"
        )
        self._apply(self._assess(change))
        notice = self._notices(change)
        self.assertEqual(notice.partner_id, self.contact_a)
        self.assertIn(change.number, notice.subject)
        self.assertEqual(notice.url, change.access_url)

    def test_what_is_not_published_is_not_told(self):
        for kind in ("internal", "normal"):
            change = self._create_change(
                kind=kind, requester_id=self.contact_a.id, portal_access="hidden"
            )
            self._approve(self._assess(change)).action_apply()
            self.assertFalse(self._notices(change))

    def test_owners_of_tasks_get_one_activity_each(self):
        worker = self._create_user("worker", "project.group_project_user")
        tasks = self.env["project.task"].create(
            [
                {
                    "name": name,
                    "project_id": self.project.id,
                    "user_ids": [Command.set((worker | self.delivery_user).ids)],
                }
                for name in ("Driver", "Layout")
            ]
        )
        links = self.env["project.requirement.link"]
        links.create([{"requirement_id": self.confirmed.id, "task_id": task.id} for task in tasks])
        change = self._apply(self._assess(self._create_change(self.confirmed)))
        told = change.activity_ids.filtered(lambda activity: "tasks" in (activity.summary or ""))
        self.assertEqual(told.user_id, worker)
        self.assertEqual(len(told), 1)
        self.assertIn("Driver", told.note)
