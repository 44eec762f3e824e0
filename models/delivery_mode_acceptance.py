from odoo import api, fields, models

GATE_STRENGTHS = [
    ("none", "Nothing"),
    ("warn", "Warn"),
    ("block", "Refuse"),
]


class DeliveryMode(models.Model):
    """Acceptance in a delivery mode: its kinds, and what a milestone without one meets."""

    _inherit = "delivery.mode"

    acceptance_kind_ids = fields.Many2many(
        "project.acceptance.kind",
        "delivery_mode_acceptance_kind_rel",
        string="Kinds of Acceptance",
        help="Kinds to choose from. Empty: all.",
    )
    acceptance_evidence = fields.Boolean(
        string="Evidence for Every Item",
        help="New checklist items pass only with a photo, file, link or test run.",
    )
    gate_strength = fields.Selection(
        GATE_STRENGTHS,
        string="Milestone Reached Without Acceptance",
        required=True,
        default="none",
    )
    gate_final_strength = fields.Selection(
        GATE_STRENGTHS,
        string="The Same Before Final Acceptance",
        required=True,
        default="none",
        help="For the milestone that is reached with the final acceptance.",
    )

    @api.model
    def _get_gate_of(self, project, final):
        """Return what a milestone of ``project`` meets without acceptance."""
        mode_sudo = project.sudo().delivery_mode_id
        if not mode_sudo:
            return "none"
        return mode_sudo.gate_final_strength if final else mode_sudo.gate_strength
