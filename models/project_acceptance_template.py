from odoo import api, fields, models


class ProjectAcceptanceTemplate(models.Model):
    """Checklist items that every acceptance of a sort has."""

    _name = "project.acceptance.template"
    _description = "Checklist Template"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    description = fields.Char(translate=True)
    item_ids = fields.One2many(
        "project.acceptance.template.item", "template_id", string="Items", copy=True
    )
    item_count = fields.Integer(string="Item Count", compute="_compute_item_count")

    @api.depends("item_ids")
    def _compute_item_count(self):
        counts = dict(
            self.env["project.acceptance.template.item"]._read_group(
                [("template_id", "in", self.ids)], ["template_id"], ["__count"]
            )
        )
        for template in self:
            template.item_count = counts.get(template._origin, 0)

    def copy_data(self, default=None):
        return [
            dict(vals, name=self.env._("%s (copy)", template.name))
            for template, vals in zip(self, super().copy_data(default=default), strict=True)
        ]
