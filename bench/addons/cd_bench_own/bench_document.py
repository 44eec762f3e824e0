from markupsafe import Markup

from odoo import fields, models


class BenchDocument(models.Model):
    """The smallest document that goes through rounds; its content is locked while it does."""

    _name = "bench.document"
    _description = "Bench Document"
    _inherit = ["signoff.mixin", "signoff.document.mixin"]
    _signoff_content_fields = ("name", "content", "amount")
    _control_fields = (
        "content_rev",
        "content_lock",
        "agreed_strength",
        "changed_after_agreement",
        "signoff_state",
    )

    name = fields.Char(required=True)
    content = fields.Text()
    amount = fields.Float()
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)
    project_id = fields.Many2one("project.project")

    def _signoff_payload(self):
        return [
            {
                "schema": "bench.document/1",
                "name": document.name,
                "content": document.content or None,
                "amount": f"{document.amount:.2f}",
            }
            for document in self
        ]

    def _signoff_render(self, snapshot):
        content = snapshot._get_content()
        return Markup("<h1>%s</h1><p>%s</p><p>%s</p>") % (
            content["name"],
            content.get("content") or "",
            content["amount"],
        )
