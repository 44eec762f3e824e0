from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _get_translation_frontend_modules_name(cls):
        # the customer's pages say things in JavaScript too
        return [*super()._get_translation_frontend_modules_name(), "customer_delivery"]
