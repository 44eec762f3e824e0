import json
from math import ceil
from urllib.parse import urlencode

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ..core.running_total import accumulate

# What the change log says of a change; nothing internal stands here, so none can be printed.
LOG_FIELDS = (
    "number",
    "name",
    "project_id",
    "requested_at",
    "type_id",
    "decision",
    "billing",
    "currency_id",
    "agreed_days",
    "agreed_amount",
    "granted_days",
    "granted_amount",
    "free_days",
    "stage_id",
    "actual_days",
    "variance_days_percent",
    "result",
)
# characters of each column of the sheet, in the order of the columns
WIDTHS = (14, 12, 48, 12, 22, 10, 14, 16, 18, 20, 14, 10, 12, 14, 18)


class ProjectChange(models.Model):
    """The change log (变更台账): every change of a project with what it all adds up to.

    Only what was granted adds up. The log is in the order of numbers, and so are its sums, however
    a list is sorted or filtered.
    """

    _inherit = "project.change"

    cumulative_days = fields.Float(
        digits=(16, 1),
        compute="_compute_cumulative",
        help="Days granted in the project with all changes up to this number.",
    )
    cumulative_amount = fields.Monetary(
        currency_field="currency_id",
        compute="_compute_cumulative",
        help="Amount granted in the project, in this currency, with all changes up to this number.",
    )

    cumulative_percent = fields.Float(
        digits=(16, 1),
        compute="_compute_cumulative_percent",
        aggregator=None,
        groups="customer_delivery.group_delivery_user",
        help="Amount granted in per cent of the amount of the contract, in the same currency.",
    )

    # === COMPUTE METHODS === #

    @api.depends("project_id", "currency_id", "granted_days", "granted_amount")
    def _compute_cumulative(self):
        sums = self._get_cumulative(self.project_id)
        for change in self:
            change.cumulative_days, change.cumulative_amount = sums.get(change._origin.id, (0, 0))

    @api.depends("cumulative_amount")
    def _compute_cumulative_percent(self):
        for change in self:
            # the share alone, for those who work on changes
            project_sudo = change.project_id.sudo()
            contract = project_sudo.delivery_contract_amount
            same = change.currency_id == self._get_default_currency(project_sudo)
            change.cumulative_percent = (
                100 * change.cumulative_amount / contract if contract and same else 0
            )

    @api.model
    def _get_cumulative(self, projects, outside=False):
        """Return {change id: (days, amount)} granted up to each change of ``projects``."""
        return {
            change_id: (days, amount)
            for change_id, days, amount in accumulate(
                (
                    change.id,
                    change.project_id.id,
                    change.currency_id.id,
                    change.granted_days,
                    change.granted_amount,
                )
                for change in self._search_log(projects, outside)
            )
        }

    @api.model
    def _search_log(self, projects, outside=False):
        """Return the changes of ``projects`` in the order of the log, archived ones too.

        :param bool outside: those only that the customer may know of
        """
        domain = Domain("project_id", "in", projects.ids)
        if outside:
            domain &= self._get_outside_domain()
        return self.with_context(active_test=False).search_fetch(
            domain, LOG_FIELDS, order="project_id, id"
        )

    @api.model
    def _get_outside_domain(self):
        """Return the domain of changes that a paper for the customer may name.

        Those that were published, and those that his side decided on, on paper or otherwise.
        """
        # whether the customer has decided, whoever may read the round
        rounds_sudo = self.env["signoff.round"].sudo()
        decided = rounds_sudo._search(
            Domain("res_model", "=", self._name)
            & Domain("decision_ids.step_id.side", "!=", "supplier")
        )
        published = Domain("portal_access", "!=", "hidden") & Domain(
            "stage_id.portal_access", "!=", "hidden"
        )
        return Domain("type_id.kind", "!=", "internal") & (
            published | Domain("id", "in", decided.subselect("res_id"))
        )

    # === THE LOG AS TEXT === #

    @api.model
    def _prepare_log(self, project, outside=False):
        """Return rows and totals of the log of ``project``, in the language of the environment.

        :param bool outside: the log goes to the customer
        :return: ``rows``, dictionaries of plain values; ``days``, ``free_days`` and ``amounts``,
            pairs of currency and sum; ``baseline`` that all of it is counted from, may be empty;
            ``milestones``, triples of name, days moved by the changes and present date
        """
        changes = self._search_log(project, outside)
        sums = self._get_cumulative(project, outside)
        decisions = dict(self._fields["decision"]._description_selection(self.env))
        decisions["none"] = ""
        billings = dict(self._fields["billing"]._description_selection(self.env))
        results = dict(self._fields["result"]._description_selection(self.env))
        amounts = {}
        for change in changes:
            if change.granted_amount:
                currency = change.currency_id
                amounts[currency] = amounts.get(currency, 0) + change.granted_amount
        return {
            "rows": [
                {
                    "number": change.number,
                    "date": fields.Datetime.context_timestamp(self, change.requested_at).date(),
                    "content": change.name,
                    "type": change.type_id.name,
                    "decision": decisions[change.decision],
                    "days": change.agreed_days,
                    "amount": change.agreed_amount,
                    "currency": change.currency_id,
                    "cumulative_days": sums[change.id][0],
                    "cumulative_amount": sums[change.id][1],
                    "billing": billings.get(change.billing, ""),
                    "is_free": change.billing == "free",
                    "state": change.stage_id.name,
                    "actual_days": change.actual_days,
                    "variance_percent": change.variance_days_percent,
                    "result": results.get(change.result, ""),
                }
                for change in changes
            ],
            "baseline": self._find_log_baseline(project),
            "milestones": self._get_moved_milestones(changes),
            "days": sum(changes.mapped("granted_days")),
            "free_days": sum(changes.mapped("free_days")),
            "amounts": list(amounts.items()),
        }

    @api.model
    def _find_log_baseline(self, project):
        """Return the baseline (superuser) that changes are counted from: the first agreed one."""
        # its name and date, for whoever may read the log
        baselines_sudo = self.env["project.baseline"].sudo()
        kept = Domain("project_id", "=", project.id) & Domain("state", "=", "frozen")
        agreed = Domain("kind", "=", "customer") & Domain("signoff_state", "=", "approved")
        return baselines_sudo.search(kept & agreed, order="id", limit=1) or baselines_sudo.search(
            kept, order="id", limit=1
        )

    @api.model
    def _get_moved_milestones(self, changes):
        """Return [(name, days, present date)] of milestones that ``changes`` have moved."""
        moved = {}
        for change in changes.filtered(lambda change: change.date_applied and change.agreed_days):
            # who may put a change into effect moves milestones, seen or not
            for milestone_sudo in change.sudo().milestone_ids.filtered("deadline"):
                days = moved.get(milestone_sudo, 0)
                moved[milestone_sudo] = days + ceil(change.agreed_days)
        return [(each.name, days, each.deadline) for each, days in moved.items()]

    @api.model
    def _get_log_headers(self):
        return (
            self.env._("Number"),
            self.env._("Date"),
            self.env._("Content"),
            self.env._("Type"),
            self.env._("Conclusion"),
            self.env._("Days"),
            self.env._("Amount"),
            self.env._("Cumulative days"),
            self.env._("Cumulative amount"),
            self.env._("Charged or free"),
            self.env._("State"),
            self.env._("Currency"),
            self.env._("Actual days"),
            self.env._("Variance (%)"),
            self.env._("Result"),
        )

    @api.model
    def _write_log(self, file, projects):
        """Write the change logs of ``projects`` as a workbook, a sheet for each."""
        import xlsxwriter  # noqa: PLC0415 (only exports need it)

        self._check_may_read_log()
        # cells are texts: what a customer typed never becomes a formula or a link
        options = {"strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(file, options) as workbook:
            for place, project in enumerate(projects, 1):
                code = project.delivery_code or self.env._("Project")
                name = "".join(char for char in code if char not in "[]:*?/\\'")[:25]
                sheet = workbook.add_worksheet(name if len(projects) == 1 else f"{name} {place}")
                self._write_log_sheet(workbook, sheet, project)

    @api.model
    def _write_log_sheet(self, workbook, sheet, project):
        log = self._prepare_log(project)
        head = workbook.add_format({"bold": True, "bg_color": "#E8EEF4", "bottom": 1})
        bold = workbook.add_format({"bold": True, "num_format": "0.0"})
        money = workbook.add_format({"num_format": "#,##0.00"})
        total = workbook.add_format({"num_format": "#,##0.00", "bold": True})
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        percent = workbook.add_format({"num_format": "+0.0;-0.0;0"})
        wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
        for place, (label, width) in enumerate(zip(self._get_log_headers(), WIDTHS, strict=True)):
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, label, head)
        sheet.freeze_panes(1, 1)
        last = len(log["rows"])
        sheet.autofilter(0, 0, max(last, 1), len(WIDTHS) - 1)
        for line, row in enumerate(log["rows"], 1):
            sheet.write_string(line, 0, row["number"])
            sheet.write_datetime(line, 1, row["date"], day)
            sheet.write_string(line, 2, row["content"], wrapped)
            sheet.write_string(line, 3, row["type"])
            sheet.write_string(line, 4, row["decision"])
            sheet.write_number(line, 5, row["days"])
            sheet.write_number(line, 6, row["amount"], money)
            sheet.write_number(line, 7, row["cumulative_days"])
            sheet.write_number(line, 8, row["cumulative_amount"], money)
            sheet.write_string(line, 9, row["billing"])
            sheet.write_string(line, 10, row["state"])
            sheet.write_string(line, 11, row["currency"].name)
            if row["actual_days"]:
                sheet.write_number(line, 12, row["actual_days"])
                sheet.write_number(line, 13, row["variance_percent"], percent)
            sheet.write_string(line, 14, row["result"])
        sheet.write_string(last + 2, 4, self.env._("Days granted"), bold)
        sheet.write_number(last + 2, 5, log["days"], bold)
        sheet.write_string(last + 3, 4, self.env._("Of them free of charge"), bold)
        sheet.write_number(last + 3, 5, log["free_days"], bold)
        for line, (currency, amount) in enumerate(log["amounts"], last + 4):
            sheet.write_string(line, 4, self.env._("Amount granted, %s", currency.name), bold)
            sheet.write_number(line, 6, amount, total)
        line = last + 4 + len(log["amounts"])
        if log["baseline"]:
            sheet.write_string(line, 4, self.env._("Counted from baseline"), bold)
            sheet.write_string(line, 2, self._get_baseline_text(log["baseline"]))
        for place, (name, days, deadline) in enumerate(log["milestones"], line + 1):
            sheet.write_string(place, 4, self.env._("Milestone moved"), bold)
            sheet.write_string(place, 2, name)
            sheet.write_number(place, 5, days, bold)
            sheet.write_datetime(place, 1, deadline, day)

    @api.model
    def _get_baseline_text(self, baseline_sudo):
        """Return name and day of a baseline, as people quote it."""
        published = fields.Datetime.context_timestamp(self, baseline_sudo.recorded_at)
        return f"{baseline_sudo.name}, {format_date(self.env, published.date())}"

    @api.model
    def _check_may_read_log(self):
        self.check_access("read")
        if not self.env.user._is_internal():
            raise AccessError(self.env._("Please ask your contact person for this document."))

    # === ACTION METHODS === #

    def action_print_log(self):
        """Print the change log of the projects of these changes, or of the project shown."""
        projects = self._get_log_projects()
        report = self.env.ref("customer_delivery.action_report_change_log")
        return report.report_action(projects)

    def action_export_log(self):
        """Download the change log of the projects of these changes, or of the project shown."""
        projects = self._get_log_projects()
        query = urlencode({"project_ids": json.dumps(projects.ids)})
        return {
            "type": "ir.actions.act_url",
            "url": f"/delivery/change_log.xlsx?{query}",
            "target": "download",
        }

    def _get_log_projects(self):
        changes = self._entry()
        changes._check_may_read_log()
        shown = self._entry_id(self.env.context.get("default_project_id"))
        projects = changes.project_id or self.env["project.project"].browse(shown or ())
        if not projects:
            raise UserError(self.env._("Please select changes of the projects that you need."))
        projects.check_access("read")
        return projects
