from odoo import api, fields, models
from odoo.exceptions import UserError


class ProjectRequirementPriority(models.Model):
    """Class of a requirement: must, should, later or won't."""

    _name = "project.requirement.priority"
    _description = "Requirement Class"
    _inherit = ["delivery.kept.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    words = fields.Char(
        translate=True,
        help="Other words for this class, separated by commas, "
        "recognised in pasted and imported lists.",
    )
    in_scope = fields.Boolean(
        string="Part of the Delivery",
        default=True,
        help="Requirements of this class are counted as promised.",
    )
    weight = fields.Integer(
        default=1,
        help="How much a requirement of this class counts in the weighted volatility.",
    )
    is_mandatory = fields.Boolean(
        string="Must Be Delivered",
        help="Without these requirements the delivery is not complete.",
    )

    _weight_positive = models.Constraint("CHECK(weight >= 0)", "The weight is not negative.")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = self.env["project.requirement"].sudo().with_context(active_test=False)
        if used.search_count(
            ["|", ("priority_id", "in", self.ids), ("wish_priority_id", "in", self.ids)], limit=1
        ):
            raise UserError(self.env._("Requirements use this class. Archive it instead."))
