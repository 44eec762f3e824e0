from odoo import api, fields, models

from ..models.project_acceptance import CONCLUSIONS


class ProjectAcceptanceConclude(models.TransientModel):
    """Decide the conclusion of an acceptance, beside what the rule of its kind proposes."""

    _name = "project.acceptance.conclude"
    _description = "Conclude an Acceptance"

    acceptance_id = fields.Many2one(
        "project.acceptance",
        required=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    proposal = fields.Selection(related="acceptance_id.proposal")
    proposal_text = fields.Text(related="acceptance_id.proposal_text")
    score = fields.Float(related="acceptance_id.score")
    conclusion = fields.Selection(
        CONCLUSIONS, required=True, compute="_compute_conclusion", store=True, readonly=False
    )
    note = fields.Text(string="Words of the Conclusion")
    differs = fields.Boolean(compute="_compute_differs")

    @api.depends("acceptance_id")
    def _compute_conclusion(self):
        for wizard in self:
            wizard.conclusion = wizard.acceptance_id.proposal

    @api.depends("conclusion", "proposal")
    def _compute_differs(self):
        for wizard in self:
            wizard.differs = wizard.conclusion != wizard.proposal

    def action_conclude(self):
        """Conclude the acceptance as chosen."""
        self.ensure_one()
        self.acceptance_id.action_conclude(self.conclusion, self.note or "")
        return {"type": "ir.actions.act_window_close"}
