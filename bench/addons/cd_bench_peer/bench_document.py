from odoo import api, fields, models


class BenchDocument(models.Model):
    """The smallest document that goes through tiers."""

    _name = "bench.document"
    _description = "Bench Document"
    _inherit = ["tier.validation"]

    name = fields.Char(required=True)
    content = fields.Text()
    amount = fields.Float()
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)
    state = fields.Selection([("draft", "Draft"), ("confirmed", "Confirmed")], default="draft")


class TierDefinition(models.Model):
    _inherit = "tier.definition"

    @api.model
    def _get_tier_validation_model_names(self):
        return [*super()._get_tier_validation_model_names(), "bench.document"]
