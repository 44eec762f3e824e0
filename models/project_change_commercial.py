from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .project_change import APPROVED

SCOPES = [("in", "In contract"), ("out", "Out of contract")]
# how long days given free count against the limit per customer
FREE_PERIOD = timedelta(days=365)
BILLINGS = [("charged", "Charged"), ("free", "Free of charge (concession)")]


class ProjectChange(models.Model):
    """What a change means for the contract: in or out of it, charged or free, days and money."""

    _inherit = "project.change"

    contract_scope = fields.Selection(SCOPES, string="Contract", tracking=True)
    billing = fields.Selection(BILLINGS, string="Billing", tracking=True)
    agreed_days = fields.Float(
        string="Days",
        digits=(16, 1),
        tracking=True,
        help="Days agreed with the customer: the affected milestones move by as many.",
    )
    agreed_amount = fields.Monetary(
        string="Amount",
        currency_field="currency_id",
        tracking=True,
        help="Price for the customer.",
    )
    currency_id = fields.Many2one("res.currency", required=True, ondelete="restrict")
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    supplement_no = fields.Char(string="Supplement No.", help="Supplementary agreement, if any.")
    milestone_ids = fields.Many2many(
        "project.milestone",
        "project_change_milestone_rel",
        string="Affected Milestones",
        domain="[('project_id', '=', project_id)]",
        copy=False,
    )
    # what counts in sums: only what was decided in favour
    granted_days = fields.Float(
        string="Days Granted", digits=(16, 1), compute="_compute_granted", store=True
    )
    free_days = fields.Float(
        string="Free Days", digits=(16, 1), compute="_compute_granted", store=True
    )
    granted_amount = fields.Monetary(
        string="Amount Granted",
        currency_field="currency_id",
        compute="_compute_granted",
        store=True,
    )
    # what was given free before, in the project and to the customer's company
    project_free_days = fields.Float(
        string="Free Days in the Project", digits=(16, 1), compute="_compute_free_before"
    )
    customer_free_days = fields.Float(
        string="Free Days of the Customer",
        digits=(16, 1),
        compute="_compute_free_before",
        help="In all projects of the customer's company, within the last twelve months.",
    )
    is_over_free_days = fields.Boolean(
        string="Above the Limit of Free Days",
        compute="_compute_free_before",
        help="With this change, more days would be given free than the delivery mode allows "
        "without a release. Steps of approval flows may ask for it.",
    )

    _free_idx = models.Index("(commercial_partner_ref_id) WHERE free_days > 0")

    # === COMPUTE METHODS === #

    @api.depends("agreed_days", "agreed_amount", "billing", "decision")
    def _compute_granted(self):
        for change in self:
            granted = change.decision in APPROVED
            change.granted_days = change.agreed_days if granted else 0
            change.granted_amount = (
                change.agreed_amount if granted and change.billing != "free" else 0
            )
            change.free_days = change.agreed_days if granted and change.billing == "free" else 0

    @api.depends("agreed_days", "billing", "decision", "project_id")
    def _compute_free_before(self):
        by_project, by_customer = self._get_free_days()
        for change in self:
            mode_sudo = change.project_id.sudo().delivery_mode_id
            own = change.free_days
            change.project_free_days = by_project.get(change.project_id.id, 0) - own
            change.customer_free_days = by_customer.get(change._get_free_key(), 0) - (
                own if change._counts_for_customer() else 0
            )
            change.is_over_free_days = change.billing == "free" and any(
                limit and change.agreed_days and before + change.agreed_days > limit
                for limit, before in (
                    (mode_sudo.free_days_limit, change.project_free_days),
                    (mode_sudo.customer_free_days_limit, change.customer_free_days),
                )
            )

    def _get_free_days(self):
        """Return ({project id: days}, {(company id, customer id): days}) given free so far."""
        # sums alone, so that a limit holds whoever sees which project
        changes_sudo = self.env["project.change"].sudo().with_context(active_test=False)
        free = Domain("free_days", ">", 0)
        by_project = changes_sudo._read_group(
            free & Domain("project_id", "in", self.project_id.ids),
            ["project_id"],
            ["free_days:sum"],
        )
        by_customer = changes_sudo._read_group(
            free
            & Domain("commercial_partner_ref_id", "in", self.commercial_partner_ref_id.ids)
            & Domain("date_decided", ">=", self._get_free_since()),
            ["company_id", "commercial_partner_ref_id"],
            ["free_days:sum"],
        )
        return (
            {project.id: days for project, days in by_project},
            {(company.id, partner.id): days for company, partner, days in by_customer},
        )

    @api.model
    def _get_free_since(self):
        """Return the moment since which days given free count against the customer's limit."""
        return fields.Datetime.now() - FREE_PERIOD

    def _get_free_key(self):
        return (self.company_id.id, self.commercial_partner_ref_id.id)

    def _counts_for_customer(self):
        return bool(self.date_decided) and self.date_decided >= self._get_free_since()

    # === CONSTRAINT METHODS === #

    @api.constrains("milestone_ids", "project_id")
    def _check_milestones(self):
        for change in self:
            if change.milestone_ids.project_id - change.project_id:
                raise ValidationError(
                    self.env._("A change moves milestones of its own project only.")
                )

    @api.constrains("agreed_days", "agreed_amount")
    def _check_figures(self):
        for change in self:
            if change.agreed_days < 0 or change.agreed_amount < 0:
                raise ValidationError(
                    self.env._("Days and amount of a change are not negative. Say so in its text.")
                )

    @api.model
    def _get_default_currency(self, project):
        """Return the currency of the contract, else that of the company of the documents."""
        # known to everybody who sees the changes of the project
        project_sudo = project.sudo()
        company_sudo = project_sudo.company_id or project_sudo.delivery_company_id
        return (
            project_sudo.delivery_currency_id
            or company_sudo.currency_id
            or self.env.user.company_id.sudo().currency_id
        ).with_env(self.env)
