from odoo import api, fields, models


class ProjectChangeFreeze(models.Model):
    """Days in which no change comes into effect in a project, urgent ones excepted."""

    _name = "project.change.freeze"
    _description = "Freeze Period"
    _order = "date_from desc, id desc"
    _rec_name = "reason"

    project_id = fields.Many2one(
        "project.project",
        required=True,
        index=True,
        domain=[("delivery_mode_id", "!=", False), ("is_template", "=", False)],
        ondelete="cascade",
    )
    active = fields.Boolean(default=True)
    date_from = fields.Date(string="From", required=True, default=fields.Date.context_today)
    date_to = fields.Date(string="Until", required=True)
    reason = fields.Char(required=True, help="Shown to whoever wants to apply a change.")
    is_current = fields.Boolean(compute="_compute_is_current", search="_search_is_current")

    _dates_order = models.Constraint(
        "CHECK(date_to >= date_from)",
        "The last day of a freeze period cannot lie before its first day.",
    )

    @api.depends("date_from", "date_to", "active")
    def _compute_is_current(self):
        today = fields.Date.context_today(self)
        for freeze in self:
            freeze.is_current = freeze.active and freeze.date_from <= today <= freeze.date_to

    def _search_is_current(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return fields.Domain("date_from", "<=", "today") & fields.Domain("date_to", ">=", "today")

    @api.model
    def _find(self, project):
        """Return the freeze period that holds in ``project`` today, if any."""
        # whoever may apply a change is told why he has to wait
        freezes_sudo = self.sudo()
        return freezes_sudo.search(
            [("project_id", "=", project.id), ("is_current", "=", True)], limit=1
        )
