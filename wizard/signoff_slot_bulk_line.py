from odoo import fields, models


class SignoffSlotBulkLine(models.TransientModel):
    """How one of many decisions went."""

    _name = "signoff.slot.bulk.line"
    _description = "How a Decision Went"

    bulk_id = fields.Many2one("signoff.slot.bulk", required=True, index=True, ondelete="cascade")
    slot_id = fields.Many2one("signoff.slot", required=True, ondelete="cascade")
    document_name = fields.Char(related="slot_id.document_name")
    is_done = fields.Boolean(string="Decided")
    note = fields.Char(string="How It Went")
