from odoo import models
from odoo.fields import Domain


class ProjectRequirementImpact(models.TransientModel):
    """Checklist items that have to be walked again."""

    _inherit = "project.requirement.impact"

    def _prepare_further_lines(self, levels_by_requirement):
        rows = super()._prepare_further_lines(levels_by_requirement)
        items = self.env["project.acceptance.item"]
        if not items.has_access("read"):
            return rows
        found = items.search(Domain("requirement_id", "in", list(levels_by_requirement)))
        return rows + [
            {
                "level": levels_by_requirement[item.requirement_id.id] + 1,
                **self._prepare_line(item),
            }
            for item in found
        ]
