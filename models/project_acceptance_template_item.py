from odoo import fields, models

from .project_acceptance_item import ITEM_KINDS, ITEM_SEVERITIES, SPECIFICATION_FIELDS
from .project_requirement_indicator import DIGITS, INDICATOR_OPERATORS


class ProjectAcceptanceTemplateItem(models.Model):
    """An item that the template puts on a checklist."""

    _name = "project.acceptance.template.item"
    _description = "Checklist Template Item"
    _order = "template_id, sequence, id"

    template_id = fields.Many2one(
        "project.acceptance.template", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    family_id = fields.Many2one("project.acceptance.family", required=True, ondelete="restrict")
    name = fields.Text(string="What to Check", required=True, translate=True)
    kind = fields.Selection(ITEM_KINDS, required=True, default="pass")
    operator = fields.Selection(INDICATOR_OPERATORS, default="<=")
    target = fields.Float(digits=(16, DIGITS))
    target_max = fields.Float(string="Up To", digits=(16, DIGITS))
    tolerance = fields.Float(digits=(16, DIGITS))
    unit = fields.Char(translate=True)
    condition = fields.Char(string="Measuring Condition", translate=True)
    passing_answers = fields.Text(translate=True, help="One on a line.")
    failing_answers = fields.Text(translate=True, help="One on a line.")
    min_score = fields.Integer(string="Least Score", default=3)
    evidence_required = fields.Boolean()
    severity = fields.Selection(
        ITEM_SEVERITIES,
        string="If It Fails",
        required=True,
        default="minor",
        help="Severity of the issue when the item fails.",
    )
    weight = fields.Float(default=1.0)

    def _prepare_item_vals(self):
        """Return the values of the checklist item that this one becomes, in the context's
        language.
        """
        self.ensure_one()
        return {
            **{name: self[name] for name in SPECIFICATION_FIELDS if name != "family_id"},
            "family_id": self.family_id.id,
            "source": "template",
        }
