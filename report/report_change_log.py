from odoo import api, models
from odoo.tools import format_amount, format_date


class ReportChangeLog(models.AbstractModel):
    """The change log of a project on paper."""

    _name = "report.customer_delivery.report_change_log"
    _description = "Change Log"
    _inherit = ["project.requirement.paper"]

    _paper_code = "CL"

    @api.model
    def _get_report_values(self, docids, data=None):
        """Return the papers to print, one for each project.

        :param list docids: project ids
        :param dict data: ``project_ids`` in place of docids, ``lang``, ``version``,
            ``classification``, ``outside`` (it goes to the customer)
        """
        self._check_may_print()
        options = data or {}
        projects = self.env["project.project"].browse(docids or options.get("project_ids") or [])
        projects.check_access("read")
        return {"papers": [self._prepare_log_paper(project, options) for project in projects]}

    @api.model
    def _prepare_log_paper(self, project, options):
        self = self.with_context(lang=self._get_paper_lang(project, options))
        project = project.with_env(self.env)
        changes = self.env["project.change"]
        log = changes._prepare_log(project, bool(options.get("outside")))
        frame = self._prepare_frame(
            self.env._("Change Log"),
            project,
            project.partner_id,
            project._get_delivery_company(),
            options,
        )
        return {
            **frame,
            "rows": [
                {
                    **row,
                    "date": format_date(self.env, row["date"]),
                    "days": f"{row['days']:g}" if row["days"] else "",
                    "actual_days": f"{row['actual_days']:g}" if row["actual_days"] else "",
                    "amount": self._money(row["amount"], row["currency"]),
                    "cumulative_days": f"{row['cumulative_days']:g}",
                    "cumulative_amount": self._money(row["cumulative_amount"], row["currency"]),
                }
                for row in log["rows"]
            ],
            "days": f"{log['days']:g}",
            "free_days": f"{log['free_days']:g}",
            "baseline": log["baseline"] and changes._get_baseline_text(log["baseline"]),
            "milestones": [
                (name, f"{days:+d}", format_date(self.env, deadline))
                for name, days, deadline in log["milestones"]
            ],
            "amounts": [self._money(amount, currency) for currency, amount in log["amounts"]],
        }

    @api.model
    def _money(self, amount, currency):
        return format_amount(self.env, amount, currency) if amount else ""
