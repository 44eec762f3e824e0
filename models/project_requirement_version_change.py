from odoo import fields, models


class ProjectRequirementVersion(models.Model):
    """The change that made a version."""

    _inherit = "project.requirement.version"

    change_id = fields.Many2one(
        "project.change",
        string="Made By Change",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
