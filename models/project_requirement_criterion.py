from odoo import api, fields, models

CRITERION_KINDS = [
    ("function", "Function"),
    ("performance", "Performance"),
    ("security", "Security"),
    ("ux", "User experience"),
    ("documents", "Documents"),
    ("other", "Other"),
]
VERIFICATION_METHODS = [
    ("test", "Test"),
    ("inspection", "Inspection"),
    ("demonstration", "Demonstration"),
    ("analysis", "Analysis"),
]


class ProjectRequirementCriterion(models.Model):
    """One condition that must hold for the customer to accept the requirement."""

    _name = "project.requirement.criterion"
    _description = "Acceptance Criterion"
    _inherit = ["signoff.line.mixin"]
    _order = "requirement_id, sequence, id"

    _signoff_parent = "requirement_id"
    _signoff_content_fields = ("name", "kind", "verification", "target", "sequence")

    requirement_id = fields.Many2one(
        "project.requirement",
        required=True,
        index=True,
        ondelete="cascade",
    )
    sequence = fields.Integer(default=10)
    name = fields.Text(string="Criterion", required=True)
    kind = fields.Selection(CRITERION_KINDS, required=True, default="function")
    verification = fields.Selection(VERIFICATION_METHODS, default="test")
    target = fields.Char(string="Measurable Target")

    @api.depends("name")
    def _compute_display_name(self):
        for criterion in self:
            criterion.display_name = (criterion.name or "").split("\n")[0]

    def _get_payload(self):
        """Return the canonical content of this line."""
        self.ensure_one()
        requirement = self.requirement_id
        return {
            "text": self.name,
            "kind": requirement._line_choice(self, "kind"),
            "verification": requirement._line_choice(self, "verification"),
            "target": self.target or None,
        }
