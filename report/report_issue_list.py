from odoo import api, models
from odoo.tools import format_date


class ReportIssueList(models.AbstractModel):
    """The list of remaining issues (遗留问题整改清单) with dates and results, for both sides."""

    _name = "report.customer_delivery.report_issue_list"
    _description = "Remaining Issues and Their Settlement"
    _inherit = ["project.requirement.paper"]

    _paper_code = "IL"

    @api.model
    def _get_report_values(self, docids, data=None):
        """Return the papers to print, one for each project and acceptance of the issues.

        :param list docids: issue ids
        """
        self._check_may_print()
        issues = self.env["project.acceptance.issue"].browse(docids or [])
        issues.check_access("read")
        groups = {}
        for issue in issues:
            acceptance = issue.acceptance_id or issue.later_acceptance_id
            key = (issue.project_id, acceptance)
            groups[key] = groups.get(key, issues.browse()) | issue
        return {
            "papers": [
                self._prepare_paper(project, acceptance, group)
                for (project, acceptance), group in groups.items()
            ]
        }

    @api.model
    def _prepare_paper(self, project, acceptance, issues):
        self = self.with_context(lang=self._get_paper_lang(project, {}))
        project = project.with_env(self.env)
        issues = issues.with_env(self.env).sorted(lambda row: (row.number or "", row.id))
        company = acceptance.company_id or issues.company_id[:1]
        frame = self._prepare_frame(
            self.env._("Remaining Issues and Their Settlement"),
            project,
            project.partner_id,
            company,
            {},
        )
        return {
            **frame,
            "acceptance": acceptance.with_env(self.env).display_name or "",
            "open_count": len(issues.filtered(lambda row: row.state in ("open", "fixed"))),
            "total": len(issues),
            "rows": self._prepare_rows(issues),
        }

    @api.model
    def _prepare_rows(self, issues):
        severities = self._labels(issues, "severity")
        states = self._labels(issues, "state")
        return [
            {
                "number": issue.number,
                "name": issue.name,
                "severity": severities[issue.severity],
                # people of ours may be named on a paper that both sides keep
                "owner": issue.owner_name or issue.sudo().user_id.name or "",
                "due": self._day(issue.date_moved or issue.date_deadline),
                "first_due": self._day(issue.date_deadline) if issue.date_moved else "",
                "late": issue.is_overdue,
                "state": states[issue.state],
                "result": issue.result or "",
                "waived": issue.waive_reason or "",
                "fixed_on": self._day(issue.fixed_on),
                "verified_by": issue.verified_by_name or "",
                "closed_on": self._day(issue.closed_on),
            }
            for issue in issues
        ]

    @api.model
    def _day(self, value):
        return format_date(self.env, value) if value else ""


class ReportIssueListAcceptance(models.AbstractModel):
    """The same list over everything that is left of an acceptance."""

    _name = "report.customer_delivery.report_issue_list_acceptance"
    _description = "Remaining Issues of an Acceptance"
    _inherit = ["report.customer_delivery.report_issue_list"]

    @api.model
    def _get_report_values(self, docids, data=None):
        """Return the papers to print, one for each acceptance, also when nothing is left.

        :param list docids: acceptance ids
        """
        self._check_may_print()
        acceptances = self.env["project.acceptance"].browse(docids or [])
        acceptances.check_access("read")
        return {
            "papers": [
                self._prepare_paper(
                    acceptance.project_id,
                    acceptance,
                    acceptance.issue_ids | acceptance.later_issue_ids,
                )
                for acceptance in acceptances
            ]
        }
