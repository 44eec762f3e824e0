from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare, float_repr

from ..core.canonical import decimal

INDICATOR_OPERATORS = [
    ("<=", "at most"),
    (">=", "at least"),
    ("=", "equal to"),
    ("<", "less than"),
    (">", "more than"),
    ("between", "between"),
]
DIGITS = 4


class ProjectRequirementIndicator(models.Model):
    """A figure that the delivery must reach, and under which conditions it is measured."""

    _name = "project.requirement.indicator"
    _description = "Performance Indicator"
    _inherit = ["signoff.line.mixin"]
    _order = "requirement_id, sequence, id"

    _signoff_parent = "requirement_id"
    _signoff_content_fields = (
        "name",
        "operator",
        "target",
        "target_max",
        "unit",
        "condition",
        "sequence",
    )

    requirement_id = fields.Many2one(
        "project.requirement",
        required=True,
        index=True,
        ondelete="cascade",
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Metric", required=True)
    operator = fields.Selection(INDICATOR_OPERATORS, required=True, default="<=")
    target = fields.Float(digits=(16, DIGITS), required=True)
    target_max = fields.Float(string="Up To", digits=(16, DIGITS))
    unit = fields.Char()
    condition = fields.Char(string="Measuring Condition")

    @api.constrains("operator", "target", "target_max")
    def _check_range(self):
        for line in self.filtered(lambda line: line.operator == "between"):
            if float_compare(line.target_max, line.target, precision_digits=DIGITS) <= 0:
                raise ValidationError(
                    self.env._(
                        "The range of indicator %(name)s must end above its start.", name=line.name
                    )
                )

    @api.depends("name", "operator", "target", "target_max", "unit")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.name or ''} {line._get_target_text()}".strip()

    def _get_target_text(self):
        """Return the target as people write it, e.g. ``<= 2 s`` or ``10 ... 20 °C``."""
        self.ensure_one()
        low, high = self._number(self.target), self._number(self.target_max)
        value = f"{low} … {high}" if self.operator == "between" else f"{self.operator} {low}"
        return f"{value} {self.unit or ''}".strip()

    @api.model
    def _number(self, value):
        text = float_repr(value, DIGITS)
        return text.rstrip("0").rstrip(".")

    def _get_payload(self):
        """Return the canonical content of this line; figures are texts with all digits."""
        self.ensure_one()
        ranged = self.operator == "between"
        return {
            "metric": self.name,
            "operator": self.operator,
            "target": decimal(self.target, DIGITS),
            "target_max": decimal(self.target_max, DIGITS) if ranged else None,
            "unit": self.unit or None,
            "condition": self.condition or None,
        }
