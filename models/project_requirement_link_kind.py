from odoo import api, fields, models
from odoo.exceptions import UserError


class ProjectRequirementLinkKind(models.Model):
    """What a link says: derives from, satisfies, verifies, conflicts with ..."""

    _name = "project.requirement.link.kind"
    _description = "Requirement Link Kind"
    _inherit = ["delivery.kept.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True, help="As read from the requirement.")
    reverse_name = fields.Char(required=True, translate=True, help="As read from the other end.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    watches_changes = fields.Boolean(
        string="Review After Changes",
        default=True,
        help="When one end changes, the link asks for a review.",
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if (
            self.env["project.requirement.link"]
            .sudo()
            .search_count([("kind_id", "in", self.ids)], limit=1)
        ):
            raise UserError(self.env._("Links use this kind. Archive it instead."))
