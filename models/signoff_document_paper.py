from odoo import models


class SignoffDocumentMixin(models.AbstractModel):
    """What papers print of a document beside its content."""

    _inherit = "signoff.document.mixin"

    # === HOOKS === #

    def _signoff_paper_title(self):
        """Return the title of the paper that is signed, in the language of the environment."""
        self.ensure_one()
        return self._signoff_title()

    def _signoff_paper_version(self, row):
        """Return the version that a signature of the round ``row`` names.

        A document without versions of its own counts how often it was sent with other content.
        """
        self.ensure_one()
        return str(row.sudo().snapshot_id.number)

    def _signoff_paper_references(self):
        """Return [(label, text)] of what the paper refers to; nothing internal."""
        self.ensure_one()
        project_sudo = self.project_id.sudo()
        references = []
        for name in ("delivery_contract_no", "delivery_customer_project_no"):
            if project_sudo[name]:
                label = project_sudo._fields[name]._description_string(self.env)
                references.append((label, project_sudo[name]))
        return references
