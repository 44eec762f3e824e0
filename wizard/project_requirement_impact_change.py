from odoo import api, fields, models
from odoo.fields import Domain


class ProjectRequirementImpact(models.TransientModel):
    """What a change touches: all its requirements at once, and other open changes on the way."""

    _inherit = "project.requirement.impact"

    change_id = fields.Many2one("project.change", readonly=True, ondelete="cascade")
    new_milestone_count = fields.Integer(
        compute="_compute_new_milestone_count", export_string_translation=False
    )

    @api.depends("change_id")
    def _compute_line_ids(self):
        super()._compute_line_ids()

    @api.depends("line_ids", "change_id.milestone_ids", "change_id.content_locked")
    def _compute_new_milestone_count(self):
        for wizard in self:
            locked = not wizard.change_id or wizard.change_id.content_locked
            wizard.new_milestone_count = 0 if locked else len(wizard._find_new_milestones())

    def _find_new_milestones(self):
        """Return the milestones found that the change does not move yet."""
        self.ensure_one()
        found = self.line_ids.filtered(lambda line: line.res_model == "project.milestone")
        milestones = self.env["project.milestone"].browse(found.mapped("res_id")).exists()
        # rows of a dialog can be edited by who opened it
        milestones = milestones._filtered_access("read")
        own = milestones.filtered(lambda row: row.project_id == self.change_id.project_id)
        return own - self.change_id.milestone_ids

    def action_take_milestones(self):
        """Name the milestones found as affected: they move by the agreed days."""
        self.ensure_one()
        change = self.change_id._entry()
        change.check_access("write")
        milestones = self._find_new_milestones()
        change.milestone_ids = [fields.Command.link(row.id) for row in milestones]
        return {"type": "ir.actions.act_window_close"}

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
