from odoo import api, fields, models

from .project_requirement_criterion import CRITERION_KINDS, VERIFICATION_METHODS

COPIED_FIELDS = ("name", "kind", "verification", "target", "sequence")


class ProjectChangeLineCriterion(models.Model):
    """An acceptance criterion as a change proposes it."""

    _name = "project.change.line.criterion"
    _description = "Proposed Acceptance Criterion"
    _inherit = ["signoff.line.mixin"]
    _order = "line_id, sequence, id"

    # the line answers to the lock of its change
    _signoff_parent = "line_id"
    _signoff_content_fields = COPIED_FIELDS

    line_id = fields.Many2one("project.change.line", required=True, index=True, ondelete="cascade")
    criterion_id = fields.Many2one(
        "project.requirement.criterion",
        string="Present Criterion",
        readonly=True,
        ondelete="set null",
        help="Empty: the criterion is new.",
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

    @api.model
    def _prepare_copy(self, criterion):
        """Return the values of a proposal that leaves ``criterion`` as it is."""
        return {name: criterion[name] for name in COPIED_FIELDS} | {"criterion_id": criterion.id}

    def _prepare_criterion(self):
        """Return the values of the requirement's criterion."""
        self.ensure_one()
        values = {name: self[name] for name in COPIED_FIELDS}
        return {**values, "id": self.criterion_id.id}

    def _get_payload(self):
        """Return the canonical content of this line, in the form of a requirement's criterion."""
        self.ensure_one()
        requirements = self.env["project.requirement"]
        return {
            "text": self.name,
            "kind": requirements._line_choice(self, "kind"),
            "verification": requirements._line_choice(self, "verification"),
            "target": self.target or None,
        }
