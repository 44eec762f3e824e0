from odoo import fields, models


class SignoffFlowStep(models.Model):
    """Steps of change requests that decide on the terms alone."""

    _inherit = "signoff.flow.step"

    decides_on_terms = fields.Boolean(
        string="Decides on the Terms Only",
        help="For change requests. When an approved change is brought up to date with its "
        "requirements while days, price, milestones and assessment stay the same, this step is "
        "not asked again.",
    )
