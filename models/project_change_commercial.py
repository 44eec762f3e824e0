from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .project_change import APPROVED

SCOPES = [("in", "In contract"), ("out", "Out of contract")]
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
