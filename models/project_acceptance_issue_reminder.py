from odoo import api, fields, models
from odoo.fields import Domain

from ..core.grant import Granted

SOON_DAYS = 3
ACTIVITY = "customer_delivery.mail_activity_type_issue"


class ProjectAcceptanceIssue(models.Model):
    """Remaining issues that are due: the owner is reminded, the project told once."""

    _inherit = "project.acceptance.issue"

    overdue_told = fields.Boolean(readonly=True, copy=False, export_string_translation=False)

    # === DAILY SUMMARY === #

    @api.model
    def _get_summary_lines(self, users):
        """Return {user: lines} of what is due soon or overdue, see ``delivery.summary``."""
        today = fields.Date.context_today(self)
        soon = fields.Date.add(today, days=SOON_DAYS)
        issues = self.search(
            Domain("state", "=", "open")
            & Domain("date_deadline", "<=", soon)
            & (Domain("user_id", "in", users.ids) | Domain("project_id.user_id", "in", users.ids))
        )
        lines = {}
        for issue in issues:
            due = issue.date_moved or issue.date_deadline
            told = issue.user_id & users
            if due < today:
                told |= issue.project_id.user_id & users
            for user in told:
                lines.setdefault(user, []).append(issue._get_summary_line(due, today))
        return lines

    def _get_summary_line(self, due, today):
        self.ensure_one()
        late = self.env._("Remaining issue overdue")
        return {
            "what": late if due < today else self.env._("Remaining issue due soon"),
            "document": f"{self.project_id.display_name}: {self.display_name}",
            "url": f"/odoo/customer-delivery-issues/{self.id}",
            "due": due,
        }

    # === CRON === #

    @api.model
    def _cron_tell_overdue(self, batch_size=100):
        """Tell owner and project manager once of every issue whose day has passed.

        Each is committed by itself, so that a run that is killed goes on where it stopped.
        """
        domain = Domain("is_overdue", "=", True) & Domain("overdue_told", "=", False)
        cron = self.env["ir.cron"]
        left = self.search_count(domain)
        while issues := self.search(domain, order="date_deadline, id", limit=batch_size):
            # a worker that does the same at this moment keeps what it has locked
            locked = issues.try_lock_for_update()
            if not locked:
                return
            for issue in locked:
                issue._tell_overdue()
                left -= 1
                if not cron._commit_progress(1, remaining=max(left, 0)):
                    return

    def _tell_overdue(self):
        self.ensure_one()
        self.write(Granted(overdue_told=True))
        # lines have no activities of their own: those of the task, else of the document
        place = self.task_id or self.acceptance_id or self.later_acceptance_id or self.project_id
        for user in self.user_id | self.project_id.user_id:
            if user.active and place.with_user(user).has_access("read"):
                own = place.with_context(lang=user.lang)
                own.activity_schedule(
                    ACTIVITY,
                    user_id=user.id,
                    summary=own.env._("Remaining issue overdue: %s", self.display_name),
                    date_deadline=fields.Date.context_today(self),
                )
