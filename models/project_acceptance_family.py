from odoo import api, fields, models
from odoo.exceptions import UserError

from .project_requirement_criterion import CRITERION_KINDS


class ProjectAcceptanceFamily(models.Model):
    """A group of checklist items (功能, 性能, 安全 ...) with a weight in the result."""

    _name = "project.acceptance.family"
    _description = "Checklist Family"
    _inherit = ["delivery.kept.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    criterion_kind = fields.Selection(
        CRITERION_KINDS,
        string="Takes Criteria of Kind",
        help="Acceptance criteria of this kind become items of this family.",
    )
    weight = fields.Float(
        default=1.0,
        help="How much the family counts in the result, whatever the number of its items.",
    )

    _weight_positive = models.Constraint(
        "CHECK(weight >= 0)", "The weight of a family cannot be negative."
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # items of other companies count too
        items_sudo = self.env["project.acceptance.item"].sudo()
        for (family,) in items_sudo._read_group([("family_id", "in", self.ids)], ["family_id"]):
            raise UserError(
                self.env._(
                    "Checklists use the family %(family)s. Archive it instead.",
                    family=family.name,
                )
            )

    @api.model
    def _get_by_criterion_kind(self):
        """Return {kind of criterion: family}; what no family takes goes to the first one."""
        families = self.search([])
        by_kind = {family.criterion_kind: family for family in reversed(families)}
        other = by_kind.get("other") or families[:1]
        return {kind: by_kind.get(kind, other) for kind, _label in CRITERION_KINDS}
