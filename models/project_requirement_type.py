from odoo import api, fields, models
from odoo.exceptions import UserError

# what the customer agrees to; a link can watch no more than that
WATCHABLE = (
    "name",
    "description",
    "type_id",
    "priority_id",
    "background",
    "constraints",
    "out_of_scope",
    "rationale",
    "verification",
    "properties",
    "content_attachment_ids",
    "criterion_ids",
    "indicator_ids",
)


class ProjectRequirementType(models.Model):
    """What kind of requirement it is: which fields it must have, where it is printed."""

    _name = "project.requirement.type"
    _description = "Requirement Type"
    _inherit = ["delivery.kept.mixin"]
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
    trigger_field_ids = fields.Many2many(
        "ir.model.fields",
        "project_requirement_type_trigger_rel",
        string="Watched by Links",
        domain=[("model", "=", "project.requirement"), ("name", "in", WATCHABLE)],
        help="Links ask for a review when one of these fields changes. "
        "Empty: title, description, constraints, criteria and indicators.",
    )
    properties_definition = fields.PropertiesDefinition("Own Fields")

    def write(self, vals):
        result = super().write(vals)
        if "trigger_field_ids" in vals:
            # another choice asks nobody for a review by itself
            self.env["project.requirement.link"]._note_after_new_choice(self)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = self.env["project.requirement"].sudo().with_context(active_test=False)
        if used.search_count([("type_id", "in", self.ids)], limit=1):
            raise UserError(self.env._("Requirements use this type. Archive it instead."))
