from odoo import api, fields, models

# wizard field -> field of the project
FIELDS = {
    "contract_state": "delivery_contract_state",
    "ahead_since": "delivery_ahead_since",
    "contract_no": "delivery_contract_no",
    "contract_date": "delivery_contract_date",
    "contract_amount": "delivery_contract_amount",
    "currency_id": "delivery_currency_id",
    "customer_project_no": "delivery_customer_project_no",
    "code": "delivery_code",
    "lang": "delivery_lang",
}


class ProjectDeliveryContract(models.TransientModel):
    """The contract block of a project, for those who may not edit the project itself."""

    _name = "project.delivery.contract"
    _description = "Contract of a Project"

    project_id = fields.Many2one("project.project", required=True, ondelete="cascade")
    contract_state = fields.Selection(
        [("none", "No contract"), ("ahead", "Working ahead of signature"), ("signed", "Signed")],
        string="Contract",
        required=True,
        default="none",
    )
    ahead_since = fields.Date(
        string="Working Ahead Since",
        compute="_compute_ahead_since",
        store=True,
        readonly=False,
    )
    contract_no = fields.Char(string="Contract No.")
    contract_date = fields.Date()
    contract_amount = fields.Monetary(currency_field="currency_id")
    currency_id = fields.Many2one("res.currency", ondelete="cascade")
    customer_project_no = fields.Char(string="Customer's Project No.")
    code = fields.Char(string="Project Code", help="Shown before the numbers of its documents.")
    lang = fields.Selection(selection="_get_langs", string="Document Language")

    @api.model
    def _get_langs(self):
        return self.env["res.lang"].get_installed()

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        project = self.env["project.project"].browse(values.get("project_id") or 0)
        if project:
            for name, source in FIELDS.items():
                value = project[source]
                values[name] = value.id if name == "currency_id" else value
            values["currency_id"] = (
                values["currency_id"] or project._get_delivery_company().currency_id.id
            )
            values["contract_state"] = values["contract_state"] or "none"
        return values

    @api.depends("contract_state")
    def _compute_ahead_since(self):
        for wizard in self:
            if wizard.contract_state == "ahead" and not wizard.ahead_since:
                wizard.ahead_since = fields.Date.context_today(wizard)

    def action_save(self):
        """Save the block on the project."""
        self.ensure_one()
        values = {}
        for name, target in FIELDS.items():
            value = self[name]
            values[target] = value.id if name == "currency_id" else value
        self.project_id.action_save_contract(values)
        return {"type": "ir.actions.act_window_close"}
