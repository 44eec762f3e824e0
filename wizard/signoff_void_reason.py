from odoo import fields, models
from odoo.exceptions import UserError


class SignoffVoidReason(models.TransientModel):
    """Ask for the reason before something is voided (作废)."""

    _name = "signoff.void.reason"
    _description = "Void With a Reason"

    res_model = fields.Char(
        required=True, default=lambda self: self.env.context.get("active_model")
    )
    res_id = fields.Many2oneReference(
        model_field="res_model",
        required=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    reason = fields.Text(required=True)

    def action_void(self):
        """Void the document with the reason given."""
        self.ensure_one()
        document = self.env.get(self.res_model)
        if not getattr(document, "_can_be_voided", False):
            raise UserError(self.env._("This cannot be voided."))
        document.browse(self.res_id).action_void(self.reason)
        return {"type": "ir.actions.act_window_close"}
