from odoo import fields, models


class SignoffRoundWithdraw(models.TransientModel):
    """Ask why a round is taken back."""

    _name = "signoff.round.withdraw"
    _description = "Withdraw a Round"

    round_id = fields.Many2one(
        "signoff.round", string="Document", required=True, readonly=True, ondelete="cascade"
    )
    reason = fields.Text(required=True)

    def action_withdraw(self):
        """Take the round back with the reason given."""
        self.ensure_one()
        self.round_id._get_document().action_withdraw_signoff(self.reason)
        return {"type": "ir.actions.act_window_close"}
