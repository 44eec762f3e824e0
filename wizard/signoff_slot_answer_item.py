from odoo import fields, models

from ..models.signoff_remark import MARKS


class SignoffSlotAnswerItem(models.TransientModel):
    """One item of what is asked, with what one says of it."""

    _name = "signoff.slot.answer.item"
    _description = "Item of an Answer"
    _order = "sequence, id"

    answer_id = fields.Many2one(
        "signoff.slot.answer", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(export_string_translation=False)
    key = fields.Char(string="No.", readonly=True)
    name = fields.Char(readonly=True)
    outline = fields.Char(readonly=True)
    version = fields.Integer(readonly=True)
    verdict = fields.Selection(MARKS, string="Says")
    comment = fields.Text(string="Remark")

    def _get_marks(self):
        """Return what is said of items, as ``action_remark`` takes it."""
        return [
            {"key": item.key, "verdict": item.verdict, "comment": item.comment or ""}
            for item in self
            if item.verdict
        ]
