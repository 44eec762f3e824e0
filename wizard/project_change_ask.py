from odoo import fields, models


class ProjectChangeAsk(models.TransientModel):
    """Ask the customer about a change, or answer what was asked."""

    _name = "project.change.ask"
    _description = "Question or Answer"

    change_id = fields.Many2one("project.change", ondelete="cascade")
    inquiry_id = fields.Many2one("project.change.inquiry", ondelete="cascade")
    requester_id = fields.Many2one(related="change_id.requester_id", string="Person Asked")
    question = fields.Text(related="inquiry_id.question")
    asks = fields.Selection(related="inquiry_id.asks")
    text = fields.Text(required=True)

    def action_send(self):
        """Ask, or answer."""
        self.ensure_one()
        if self.inquiry_id:
            self.inquiry_id.change_id.action_answer(self.inquiry_id.id, self.text)
        else:
            self.change_id.action_ask_customer(self.text)
        return {"type": "ir.actions.act_window_close"}
