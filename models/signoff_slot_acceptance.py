from odoo import api, models
from odoo.fields import Domain


class SignoffSlot(models.Model):
    """Remaining issues that the user settles, in *My work*."""

    _inherit = "signoff.slot"

    @api.model
    def _get_work_sections(self):
        sections = super()._get_work_sections()
        issues = self.env["project.acceptance.issue"]
        if not issues.has_access("read"):
            return sections
        section = self._prepare_work_section(
            "issue",
            self.env._("Remaining Issues I Settle"),
            issues,
            Domain("state", "=", "open") & Domain("user_id", "=", self.env.uid),
            "date_deadline, id",
            self._prepare_issue_work_row,
        )
        return [*sections, section]

    def _prepare_issue_work_row(self, issue):
        severities = dict(issue._fields["severity"]._description_selection(self.env))
        return self._prepare_work_row(
            issue,
            issue.display_name,
            issue.project_id,
            issue.create_date,
            issue.date_moved or issue.date_deadline or None,
            asked=severities.get(issue.severity, ""),
        )
