from odoo import fields, models
from odoo.tools import plaintext2html


class ProjectChangeTemplateLine(models.Model):
    """What a standard change adds each time: a requirement, or a task when it takes effect."""

    _name = "project.change.template.line"
    _description = "Line of a Standard Change"
    _inherit = ["signoff.line.mixin"]
    _order = "template_id, sequence, id"

    _signoff_parent = "template_id"
    _signoff_content_fields = ("kind", "name", "description", "sequence")

    template_id = fields.Many2one(
        "project.change.template", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [("requirement", "Requirement to add"), ("task", "Task to make")],
        required=True,
        default="requirement",
    )
    name = fields.Char(string="Title", required=True)
    description = fields.Text()

    def _get_payload(self):
        """Return what the customer reads of this line."""
        self.ensure_one()
        return {"title": self.name, "text": self.description or None}

    def _get_html(self):
        """Return the text as the description of a requirement."""
        self.ensure_one()
        return plaintext2html(self.description) if self.description else ""
