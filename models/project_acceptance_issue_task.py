from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import plaintext2html

from ..core.grant import Granted
from .project_acceptance_issue import OPEN_STATES

# days until a new issue is due, by severity, where nobody says otherwise
DAYS = {"fatal": 3, "serious": 7, "minor": 14, "suggestion": 30}
TASK_EVENT = "acceptance.issue.found"


class ProjectAcceptanceIssue(models.Model):
    """How an issue comes from a failed item, and the task in which it is settled."""

    _inherit = "project.acceptance.issue"

    # === ACTION METHODS === #

    def action_create_tasks(self):
        """Make the tasks of those issues that have none yet; works on many."""
        issues = self._entry()
        issues.check_access("write")
        issues._create_tasks()
        return True

    def action_open_task(self):
        """Open the task in which the issue is settled."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "project.task",
            "res_id": self.task_id.id,
            "views": [(False, "form")],
        }

    # === BUSINESS METHODS === #

    @api.model
    def _raise(self, item, note):
        """Note what failed (one item); the task follows from the outbox."""
        acceptance = item.acceptance_id
        owner = acceptance._get_responsible()
        first_line = (item.name or "").split("\n")[0]
        issue = self.create(
            [
                Granted(
                    name=f"{first_line}\n{note}".strip(),
                    project_id=acceptance.project_id.id,
                    acceptance_id=acceptance.id,
                    item_id=item.id,
                    item_number=item.number,
                    round=item.round,
                    origin="item",
                    severity=item.severity,
                    user_id=owner.id,
                    date_deadline=fields.Date.context_today(self)
                    + timedelta(days=DAYS[item.severity]),
                )
            ]
        )
        # the photos that show it; whoever answered has just added them
        photos_sudo = item.sudo().attachment_ids
        if photos_sudo:
            issue.write({"before_attachment_ids": photos_sudo.ids})
        issue._ask_for_tasks()
        return issue

    def _ask_for_tasks(self):
        """Let the outbox make the tasks: whoever answers or signs does not wait for it."""
        self.env["delivery.event"]._emit(
            TASK_EVENT, self, key=lambda record: f"{TASK_EVENT}|{record.id}"
        )

    def _create_tasks(self):
        """Make the task of each issue that has none, in one batch."""
        without = self.filtered(lambda issue: not issue.task_id and issue.state in OPEN_STATES)
        tasks = self.env["project.task"].create([issue._prepare_task_vals() for issue in without])
        for issue, task in zip(without, tasks, strict=True):
            issue.task_id = task

    def _prepare_task_vals(self):
        """Return the values of the task in which this issue is settled."""
        self.ensure_one()
        return {
            "name": self.display_name[:250],
            "project_id": self.project_id.id,
            "milestone_id": self.acceptance_id.milestone_id.id,
            "user_ids": self.user_id.ids,
            "date_deadline": self.date_deadline,
            "priority": "1" if self.severity in ("fatal", "serious") else "0",
            "description": plaintext2html(self.name or ""),
        }

    # === OUTBOX === #

    @api.model
    def _get_event_names(self):
        return {TASK_EVENT: self.env._("Item failed: task for the issue")}

    def _on_delivery_event(self, name, payload):
        if name == TASK_EVENT:
            self._create_tasks()
