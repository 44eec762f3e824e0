from odoo import fields, models

from ..core.canonical import decimal
from .project_change_impact import RATINGS


class ProjectChangeTemplateImpact(models.Model):
    """What a standard change means from one side, assessed once for all changes made from it."""

    _name = "project.change.template.impact"
    _description = "Impact of a Standard Change"
    _inherit = ["signoff.line.mixin"]
    _order = "template_id, sequence, id"
    _rec_name = "dimension_id"

    _signoff_parent = "template_id"
    _signoff_content_fields = ("dimension_id", "rating", "delta_days", "note", "sequence")

    template_id = fields.Many2one(
        "project.change.template", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    dimension_id = fields.Many2one("project.change.dimension", required=True, ondelete="restrict")
    is_internal = fields.Boolean(related="dimension_id.is_internal")
    rating = fields.Selection(RATINGS, required=True, default="none")
    delta_days = fields.Float(string="Days", digits=(16, 1))
    note = fields.Text(
        string="Explanation", help="The customer reads it, unless the row is internal."
    )

    _dimension_uniq = models.UniqueIndex(
        "(template_id, dimension_id)", "There is a row for this dimension already."
    )

    def _prepare_impact(self):
        """Return the values of the row in a change made from the template."""
        self.ensure_one()
        return {
            "dimension_id": self.dimension_id.id,
            "sequence": self.sequence,
            "rating": self.rating,
            "delta_days": self.delta_days,
            "note": self.note,
        }

    def _get_payload(self):
        """Return what the customer may read of this row."""
        self.ensure_one()
        return {
            "dimension": self.dimension_id.name,
            "rating": self.env["project.requirement"]._line_choice(self, "rating"),
            "days": decimal(self.delta_days, 1) if self.delta_days else None,
            "note": self.note or None,
        }
