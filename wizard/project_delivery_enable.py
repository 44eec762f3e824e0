from odoo import api, fields, models


class ProjectDeliveryEnable(models.TransientModel):
    """Switch delivery on for a project, choose another mode, or switch it off."""

    _name = "project.delivery.enable"
    _description = "Enable Delivery"

    project_id = fields.Many2one("project.project", required=True, ondelete="cascade")
    current_mode_id = fields.Many2one(
        related="project_id.delivery_mode_id", string="Current Delivery Mode"
    )
    mode_id = fields.Many2one(
        "delivery.mode",
        compute="_compute_mode_id",
        store=True,
        readonly=False,
        ondelete="cascade",
    )
    practice = fields.Boolean(
        string="Only for Practice",
        help="Everything is marked as practice and may be deleted whole.",
    )
    can_practice = fields.Boolean(compute="_compute_can_practice", export_string_translation=False)
    reason = fields.Char()
    asks_reason = fields.Boolean(compute="_compute_asks_reason", export_string_translation=False)
    company_id = fields.Many2one(
        "res.company",
        string="Whose Documents",
        compute="_compute_company_id",
        store=True,
        readonly=False,
        ondelete="cascade",
        domain="[('id', 'in', allowed_company_ids)]",
    )
    allowed_company_ids = fields.Many2many(
        "res.company", compute="_compute_asks_company", export_string_translation=False
    )
    asks_company = fields.Boolean(compute="_compute_asks_company", export_string_translation=False)

    @api.depends("project_id")
    def _compute_mode_id(self):
        first = self.env["delivery.mode"].search([], limit=1)
        for wizard in self:
            wizard.mode_id = wizard.project_id.delivery_mode_id or first

    @api.depends("mode_id", "project_id")
    def _compute_asks_reason(self):
        for wizard in self:
            before = wizard.current_mode_id
            wizard.asks_reason = before and wizard.mode_id.level < before.level

    @api.depends("project_id")
    def _compute_can_practice(self):
        for wizard in self:
            project = wizard.project_id
            wizard.can_practice = (
                not project.delivery_practice and not project._get_projects_with_documents()
            )

    @api.depends("project_id")
    def _compute_asks_company(self):
        companies = self.env.user.company_ids
        for wizard in self:
            project = wizard.project_id
            wizard.asks_company = (
                not (project.company_id or project.delivery_company_id) and len(companies) > 1
            )
            wizard.allowed_company_ids = companies

    @api.depends("project_id")
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = self.env.company if wizard.asks_company else False

    def action_enable(self):
        """Switch the project to the chosen mode."""
        self.ensure_one()
        self.project_id.action_enable_delivery(
            self.mode_id.id,
            practice=self.practice,
            reason=self.reason or "",
            company_id=self.company_id.id,
        )
        return {"type": "ir.actions.act_window_close"}

    def action_disable(self):
        """Switch delivery off; the documents stay readable."""
        self.ensure_one()
        self.project_id.action_enable_delivery(False, reason=self.reason or "")
        return {"type": "ir.actions.act_window_close"}
