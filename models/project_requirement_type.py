from odoo import api, fields, models
from odoo.exceptions import UserError


class ProjectRequirementType(models.Model):
    """What kind of requirement it is: which fields it must have, where it is printed."""

    _name = "project.requirement.type"
    _description = "Requirement Type"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    words = fields.Char(
        translate=True,
        help="Other words for this type, separated by commas, "
        "recognised in pasted and imported lists.",
    )
    chapter = fields.Selection(
        [
            ("function", "Functional requirements"),
            ("performance", "Performance indicators"),
            ("interface", "Interfaces and data"),
            ("other", "Security and others"),
        ],
        required=True,
        default="function",
        help="Chapter of the specification in which these requirements are printed.",
    )
    required_field_ids = fields.Many2many(
        "ir.model.fields",
        "project_requirement_type_field_rel",
        string="Mandatory Fields",
        domain=[("model", "=", "project.requirement")],
        help="Demanded by the stages that check mandatory fields.",
    )
    properties_definition = fields.PropertiesDefinition("Own Fields")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = self.env["project.requirement"].sudo().with_context(active_test=False)
        if used.search_count([("type_id", "in", self.ids)], limit=1):
            raise UserError(self.env._("Requirements use this type. Archive it instead."))
