from odoo import fields, models


class DeliveryMode(models.Model):
    """Which approval flows a mode uses."""

    _inherit = "delivery.mode"

    signoff_flow_ids = fields.Many2many(
        "signoff.flow",
        "delivery_mode_signoff_flow_rel",
        "mode_id",
        "flow_id",
        string="Approval Flows",
        help="The first flow that fits a document is taken.",
    )
