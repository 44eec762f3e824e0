from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    delivery_pool_mode_id = fields.Many2one(
        related="company_id.delivery_pool_mode_id", readonly=False
    )
    delivery_finance_user_id = fields.Many2one(
        related="company_id.delivery_finance_user_id", readonly=False
    )
    delivery_upload_limit = fields.Integer(
        related="company_id.delivery_upload_limit", readonly=False
    )
    delivery_link_days = fields.Integer(related="company_id.delivery_link_days", readonly=False)
    delivery_upload_types = fields.Char(related="company_id.delivery_upload_types", readonly=False)
