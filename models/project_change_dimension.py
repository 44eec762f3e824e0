from odoo import api, fields, models
from odoo.exceptions import UserError

UNITS = [
    ("none", "Text only"),
    ("days", "Days"),
    ("money", "Money"),
    ("hours", "Hours"),
]


class ProjectChangeDimension(models.Model):
    """A side from which the impact of a change is assessed: schedule, cost, resource ..."""

    _name = "project.change.dimension"
    _description = "Impact Dimension"
    _inherit = ["delivery.kept.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    unit = fields.Selection(
        UNITS,
        string="Measured In",
        required=True,
        default="none",
        help="What the assessor gives beside the rating.",
    )
    is_internal = fields.Boolean(
        string="Internal",
        help="Never shown to the customer, on no page and on no paper.",
    )
    question = fields.Char(translate=True, help="What the assessor is asked.")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used_sudo = self.env["project.change.impact"].sudo()
        if used_sudo.search_count([("dimension_id", "in", self.ids)], limit=1):
            raise UserError(self.env._("Assessments use this dimension. Archive it instead."))
