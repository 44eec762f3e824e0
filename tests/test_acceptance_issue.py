from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestAcceptanceIssue(DeliveryCase):
    """What remains to be settled, from the failed item to its check."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.acceptance = cls._create_acceptance(
            user_id=cls.delivery_user.id,
            item_ids=[
                Command.create({"name": "Prints labels", "severity": "serious"}),
                Command.create({"name": "Looks fine"}),
            ],
        ).with_user(cls.delivery_user)
        cls.item = cls.acceptance.item_ids[0]

    def _fail(self, note="Jams after ten"):
        self.item.action_record_verdict("customer", "fail", person_name="Ms Li", note=note)
        return self.acceptance.issue_ids

    def test_a_failed_item_becomes_an_issue_with_owner_and_date(self):
        issue = self._fail()
        self.assertRecordValues(
            issue,
            [
                {
                    "name": "Prints labels\nJams after ten",
                    "severity": "serious",
                    "user_id": self.delivery_user.id,
                    "date_deadline": fields.Date.add(fields.Date.context_today(issue), days=7),
                    "item_id": self.item.id,
                    "item_number": 1,
                    "round": 1,
                    "origin": "item",
                    "state": "open",
                    "project_id": self.project_light.id,
                }
            ],
        )

    def test_its_task_follows_from_the_outbox_once(self):
        issue = self._fail()
        self.assertFalse(issue.task_id)
        event = self.env["delivery.event"].search([("res_model", "=", issue._name)])
        self.assertEqual((event.name, event.res_id), ("acceptance.issue.found", issue.id))
        issue._on_delivery_event(event.name, {})
        task = issue.task_id
        self.assertEqual(task.project_id, self.project_light)
        self.assertEqual(task.user_ids, self.delivery_user)
        self.assertEqual((task.priority, task.delivery_issue_ids), ("1", issue))
        issue._on_delivery_event(event.name, {})
        issue.action_create_tasks()
        self.assertEqual(issue.task_id, task)

    def test_failing_again_makes_no_second_issue(self):
        issue = self._fail()
        self.item.action_record_verdict("customer", "fail", person_name="Ms Li", note="Still")
        self.assertEqual(self.acceptance.issue_ids, issue)

    def test_settled_then_checked_again_and_closed(self):
        issue = self._fail()
        issue.action_fix("Cleaned the roller")
        self.assertEqual((issue.state, issue.fixed_by_id), ("fixed", self.delivery_user))
        issue.action_reopen("Jams after twenty")
        self.assertEqual((issue.state, issue.reopened_count), ("open", 1))
        self.assertIn("Jams after twenty", issue.result)
        issue.action_fix()
        issue.action_close("Ms Li")
        self.assertRecordValues(
            issue,
            [
                {
                    "state": "closed",
                    "verified_by_name": "Ms Li",
                    "closed_by_id": self.delivery_user.id,
                }
            ],
        )
        with self.assertRaisesRegex(UserError, "not possible now"):
            issue.action_fix()

    def test_passing_the_item_closes_its_issue(self):
        issue = self._fail()
        self.item.action_record_verdict("customer", "pass", person_name="Ms Li")
        self.assertEqual((issue.state, issue.verified_by_name), ("closed", "Ms Li"))

    def test_nobody_moves_an_issue_by_hand(self):
        issue = self._fail()
        for vals in ({"state": "closed"}, {"closed_on": "2026-01-01"}, {"number": "ISS-1"}):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                issue.with_user(self.delivery_manager).write(vals)
        with self.assertRaisesRegex(UserError, "stays readable"):
            issue.unlink()

    def test_only_a_manager_waives_an_issue_and_not_a_signed_one(self):
        issue = self._fail()
        with self.assertRaises(AccessError):
            issue.action_waive("Never mind")
        issue.with_user(self.delivery_manager).action_waive("Customer agrees, see mail")
        self.assertEqual(issue.state, "waived")
        other = self.acceptance.item_ids[1]
        other.action_record_verdict("customer", "fail", person_name="Ms Li")
        signed = self.acceptance.issue_ids - issue
        self.acceptance._signoff_agree()
        with self.assertRaisesRegex(UserError, "settled and checked"):
            signed.with_user(self.delivery_manager).action_waive("Never mind")

    def test_what_was_signed_of_an_issue_stays_but_work_goes_on(self):
        issue = self._fail()
        self.acceptance._signoff_agree()
        for vals in ({"date_deadline": "2030-01-01"}, {"severity": "minor"}, {"name": "x"}):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                issue.write(vals)
        issue.date_moved = "2030-01-01"
        issue.action_fix("Done")
        issue.action_close("Ms Li")
        self.assertEqual(issue.state, "closed")

    def test_overdue_is_found_by_search(self):
        issue = self._fail()
        issue.date_deadline = "2020-01-01"
        self.assertTrue(issue.is_overdue)
        issues = self.env["project.acceptance.issue"]
        self.assertIn(issue, issues.search([("is_overdue", "=", True)]))
        issue.date_moved = "2099-01-01"
        self.assertFalse(issue.is_overdue)
        self.assertNotIn(issue, issues.search([("is_overdue", "=", True)]))

    def test_an_issue_belongs_to_the_project_of_its_acceptance(self):
        with self.assertRaises(ValidationError):
            self.env["project.acceptance.issue"].create(
                {
                    "name": "x",
                    "acceptance_id": self.acceptance.id,
                    "project_id": self.project_standard.id,
                }
            )
        issue = self.env["project.acceptance.issue"].create(
            {"name": "x", "acceptance_id": self.acceptance.id}
        )
        self.assertEqual(issue.project_id, self.project_light)

    def test_after_acceptance_there_are_warranty_issues(self):
        issue = (
            self.env["project.acceptance.issue"]
            .with_user(self.delivery_user)
            .create(
                {"name": "Printer head", "project_id": self.project_light.id, "origin": "warranty"}
            )
        )
        issue.action_create_tasks()
        self.assertTrue(issue.task_id)
        self.assertFalse(issue.acceptance_id)

    def test_overdue_is_told_once_and_again_after_it_was_opened_again(self):
        issue = self._fail()
        issue._create_tasks()
        issue.date_deadline = "2020-01-01"
        issues = self.env["project.acceptance.issue"]
        with self.enter_registry_test_mode():
            for _run in range(2):
                self.env.ref("customer_delivery.ir_cron_issue_overdue").method_direct_trigger()
        told = issue.task_id.activity_ids
        self.assertEqual(told.user_id, self.delivery_user | self.delivery_manager)
        self.assertEqual(len(told), 2)
        self.assertNotIn(issue, issues.search([("overdue_told", "=", False)]))
        issue.action_fix()
        issue.action_reopen("Still")
        self.assertFalse(issue.overdue_told)

    def test_the_daily_summary_names_what_is_due(self):
        issue = self._fail()
        issue.date_deadline = fields.Date.add(fields.Date.context_today(issue), days=2)
        users = self.delivery_user | self.delivery_manager
        lines = self.env["project.acceptance.issue"]._get_summary_lines(users)
        self.assertEqual(
            [line["what"] for line in lines[self.delivery_user]], ["Remaining issue due soon"]
        )
        self.assertNotIn(self.delivery_manager, lines)
        issue.date_deadline = "2020-01-01"
        lines = self.env["project.acceptance.issue"]._get_summary_lines(users)
        self.assertEqual(
            [line["what"] for line in lines[self.delivery_manager]], ["Remaining issue overdue"]
        )
