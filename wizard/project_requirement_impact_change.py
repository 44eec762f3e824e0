from odoo import api, fields, models
from odoo.fields import Domain


class ProjectRequirementImpact(models.TransientModel):
    """What a change touches: all its requirements at once, and other open changes on the way."""

    _inherit = "project.requirement.impact"

    change_id = fields.Many2one("project.change", readonly=True, ondelete="cascade")

    @api.depends("change_id")
    def _compute_line_ids(self):
        super()._compute_line_ids()

    def _get_start(self):
        if not self.change_id:
            return super()._get_start()
        return self.change_id.line_ids.requirement_id

    def _get_document(self):
        return self.change_id or super()._get_document()

    def _prepare_further_lines(self, levels_by_requirement):
        rows = super()._prepare_further_lines(levels_by_requirement)
        changes = self.env["project.change"]
        if not changes.has_access("read"):
            return rows
        touching = changes.search(
            changes._get_open_domain()
            & Domain("id", "!=", self.change_id.id)
            & Domain("date_applied", "=", False)
            & Domain("line_ids.requirement_id", "in", list(levels_by_requirement))
        )
        return rows + [
            {
                "level": 1
                + min(
                    levels_by_requirement[requirement.id]
                    for requirement in change.line_ids.requirement_id
                    if requirement.id in levels_by_requirement
                ),
                **self._prepare_line(change),
            }
            for change in touching
        ]
