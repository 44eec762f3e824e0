from odoo import api, fields, models

from ..core.canonical import digest
from ..core.grant import Granted


class SignoffRendition(models.Model):
    """Exactly what a signer was shown: the readable form of a snapshot in one language."""

    _name = "signoff.rendition"
    _description = "Document as It Was Shown"
    _inherit = ["signoff.evidence.mixin"]
    _order = "id desc"

    round_id = fields.Many2one("signoff.round", readonly=True, index=True, ondelete="restrict")
    snapshot_id = fields.Many2one(
        "signoff.snapshot", readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True, ondelete="restrict")
    lang = fields.Char(required=True, readonly=True)
    html = fields.Text(required=True, readonly=True)
    sha256 = fields.Char(string="Check Code", required=True, readonly=True)
    recorded_at = fields.Datetime(required=True, readonly=True)

    _round_lang_uniq = models.UniqueIndex("(round_id, lang)")

    def _is_practice(self):
        return self.round_id._is_practice()

    def _find_row_problem(self):
        return super()._find_row_problem() or self._find_problem()

    def _find_problem(self):
        """Return what is wrong with this row, or nothing."""
        self.ensure_one()
        if digest(self.html or "") != self.sha256:
            return self.env._("What was shown to the signer was changed.")
        return ""

    @api.model
    def _render(self, row_sudo):
        """Keep the readable form of a round's snapshot in every language that its signers read."""
        document = row_sudo._get_document().sudo()
        values = []
        for lang in row_sudo._get_reader_langs():
            html = str(document.with_context(lang=lang)._signoff_render(row_sudo.snapshot_id))
            values.append(
                Granted(
                    round_id=row_sudo.id,
                    snapshot_id=row_sudo.snapshot_id.id,
                    company_id=row_sudo.company_id.id,
                    lang=lang,
                    html=html,
                    sha256=digest(html),
                    recorded_at=fields.Datetime.now(),
                )
            )
        # evidence has no ACL for anybody: this method is its only door
        return self.sudo()._insert(values)

    @api.model
    def _get_all(self, row):
        """Return all renditions (superuser) of a round."""
        return self.sudo().search([("round_id", "=", row.id)], order="lang")

    @api.model
    def _get_for(self, row, lang):
        """Return the rendition (superuser) in ``lang``, else in the document's language."""
        found_sudo = self.sudo().search([("round_id", "=", row.id)])
        by_lang = {rendition.lang: rendition for rendition in found_sudo}
        return by_lang.get(lang) or by_lang.get(row.lang) or found_sudo[:1]
