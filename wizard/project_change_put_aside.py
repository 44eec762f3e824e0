from odoo import api, fields, models


class ProjectChangePutAside(models.TransientModel):
    """Ask why a change is put on hold or withdrawn."""

    _name = "project.change.put.aside"
    _description = "Put a Change Aside"

    change_ids = fields.Many2many(
        "project.change", "project_change_put_aside_rel", string="Change Requests"
    )
    kind = fields.Selection(
        [("hold", "Put on hold"), ("withdrawn", "Withdraw")], required=True, default="hold"
    )
    until = fields.Date(help="Day on which it is looked at again.")
    reason = fields.Text(required=True)

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if self.env.context.get("active_model") == "project.change":
            values["change_ids"] = self.env.context.get("active_ids", [])
        return values

    def action_put_aside(self):
        """Put the chosen changes aside."""
        self.ensure_one()
        self.change_ids.action_put_aside(self.kind, self.reason, self.until)
        return {"type": "ir.actions.act_window_close"}
