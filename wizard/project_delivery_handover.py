from odoo import api, fields, models


class ProjectDeliveryHandover(models.TransientModel):
    """Hand a project over: who had the open matters, who has them from now on."""

    _name = "project.delivery.handover"
    _description = "Hand Over a Project"

    project_id = fields.Many2one("project.project", required=True, ondelete="cascade")
    from_user_id = fields.Many2one(
        "res.users",
        string="From",
        required=True,
        compute="_compute_from_user_id",
        store=True,
        precompute=True,
        readonly=False,
        domain=[("share", "=", False), ("active", "in", (True, False))],
        ondelete="cascade",
    )
    to_user_id = fields.Many2one(
        "res.users", string="To", domain=[("share", "=", False)], ondelete="cascade"
    )
    reason = fields.Char()
    open_note = fields.Text(string="Open Matters", compute="_compute_open_note")
    result = fields.Text(string="What Stays", readonly=True)

    @api.depends("project_id")
    def _compute_from_user_id(self):
        for wizard in self:
            wizard.from_user_id = wizard.project_id.user_id or self.env.user

    @api.depends("project_id", "from_user_id")
    @api.depends_context("lang")
    def _compute_open_note(self):
        for wizard in self:
            wizard.open_note = wizard._get_open_note() if wizard.from_user_id else False

    def _get_open_note(self):
        project, user = self.project_id._origin or self.project_id, self.from_user_id._origin
        lines = []
        for model, name, domain in project._get_handover_models():
            if count := len(project._find_handover(model, name, domain, user)):
                lines.append(f"{self.env[model]._description}: {count}")
        slots = self.env["signoff.slot"].search_count(
            [("project_id", "=", project.id), ("user_id", "=", user.id), ("state", "=", "pending")]
        )
        if slots:
            lines.append(f"{self.env['signoff.slot']._description}: {slots}")
        if project.user_id == user:
            lines.append(project._fields["user_id"]._description_string(self.env))
        return "\n".join(lines) or self.env._("Nothing is open.")

    def action_hand_over(self):
        """Move everything; what could not move is shown."""
        self.ensure_one()
        done = self.project_id.action_hand_over(
            self.from_user_id.id, self.to_user_id.id, self.reason or ""
        )
        if not done["left"]:
            return {"type": "ir.actions.act_window_close"}
        self.result = "\n".join(done["left"])
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hand Over"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }
