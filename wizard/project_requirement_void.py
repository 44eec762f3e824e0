from odoo import api, fields, models


class ProjectRequirementVoid(models.TransientModel):
    """Ask why a confirmation is void; the content opens again."""

    _name = "project.requirement.void"
    _description = "Void a Confirmation"

    requirement_ids = fields.Many2many(
        "project.requirement", "project_requirement_void_rel", string="Requirements"
    )
    reason = fields.Text(required=True)

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if self.env.context.get("active_model") == "project.requirement":
            values["requirement_ids"] = self.env.context.get("active_ids", [])
        return values

    def action_void(self):
        """Void the confirmation of the chosen requirements."""
        self.ensure_one()
        self.requirement_ids.action_void_confirmation(self.reason)
        return {"type": "ir.actions.act_window_close"}
