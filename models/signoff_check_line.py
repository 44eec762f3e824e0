from odoo import fields, models


class SignoffCheckLine(models.Model):
    """A row that is not as it was recorded."""

    _name = "signoff.check.line"
    _description = "Finding of a Verification"
    _order = "id"

    check_id = fields.Many2one(
        "signoff.check", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="check_id.company_id")
    seal_id = fields.Many2one("signoff.seal", readonly=True, ondelete="set null")
    number = fields.Integer(string="Seal No.", readonly=True, aggregator=None)
    document = fields.Char(readonly=True)
    problem = fields.Char(readonly=True)
