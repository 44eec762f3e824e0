from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date


class ReportSpecification(models.AbstractModel):
    """Changes in the specification's table of revisions."""

    _inherit = "report.customer_delivery.report_specification"

    @api.model
    def _prepare_further_revisions(self, project):
        rows = super()._prepare_further_revisions(project)
        # who may print the specification reads what changed it, as the requirements show it
        changes_sudo = self.env["project.change"].sudo().with_context(active_test=False)
        applied = changes_sudo.search(
            Domain("project_id", "=", project.id) & Domain("date_applied", "!=", False),
            order="date_applied, id",
        )
        for change in applied:
            day = fields.Datetime.context_timestamp(self, change.date_applied).date()
            rows.append(
                {
                    "day": day,
                    "date": format_date(self.env, day),
                    "what": self._get_change_revision(change),
                    "who": change.applied_by_id.name,
                }
            )
        return rows

    @api.model
    def _get_change_revision(self, change):
        """Return what a change did to the requirements, in one line."""
        # a version that no requirement of the paper shows tells nothing
        versions = {
            version.requirement_id: version.number for version in change.version_ids.sorted("id")
        }
        numbers = [
            self.env._("%(number)s (V%(version)s)", number=req.number, version=version)
            for req, version in versions.items()
        ]
        taken_out = change.line_ids.filtered(lambda line: line.action == "remove").requirement_id
        numbers += [
            self.env._("%(number)s (taken out)", number=number)
            for number in taken_out.mapped("number")
        ]
        text = f"{change.number} {change.name}"
        return f"{text}: {self._number_list(numbers)}" if numbers else text
