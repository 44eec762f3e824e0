import re
from base64 import b64encode

from markupsafe import Markup

from odoo import models
from odoo.tools.image import image_data_uri

from ..core.bundle import pack, safe_name
from ..core.canonical import dumps

# a picture of evidence in what was shown: it is read by its key, by nobody's right
PICTURE = re.compile(r"/web/image/(\d+)\?access_token=[\w-]+")


class SignoffRound(models.Model):
    """The copy that both sides keep: the document with its signatures, and the proof of it."""

    _inherit = "signoff.round"

    def _get_shown_files(self):
        """Return the files (superuser) that belong to what this round shows, without pictures."""
        self.ensure_one()
        files_sudo = self.env["ir.attachment"].sudo()
        for snapshot_sudo in self._get_document()._signoff_get_snapshots(self):
            named = {file["sha256"] for file in snapshot_sudo._get_content().get("files", [])}
            files_sudo |= snapshot_sudo.attachment_ids.filtered(
                lambda file, named=named: file.description in named
            )
        return files_sudo

    def _get_signed_html(self, lang=None):
        """Return the document with its signatures as a page that needs nothing else.

        :param str lang: one of those in which the round was shown, else the document's
        """
        self.ensure_one()
        # the caller has judged who reads the round
        row_sudo = self.sudo()
        papers = row_sudo.env["report.customer_delivery.signoff_paper_as_signed"]
        paper = papers._prepare_paper(row_sudo, lang)
        page = row_sudo.env["ir.qweb"].with_context(lang=paper["lang"])
        html = page._render(
            "customer_delivery.signoff_copy", {"paper": paper, "image_data_uri": image_data_uri}
        )
        return Markup("<!DOCTYPE html>\n") + Markup(self._embed_pictures(str(html)))

    def _embed_pictures(self, html):
        """Return ``html`` with the pictures of evidence inside, so that it can be kept."""
        ids = {int(number) for number in PICTURE.findall(html)}
        files_sudo = self.env["ir.attachment"].sudo().browse(ids).exists()
        kept = files_sudo.filtered(lambda file: file.res_model == "signoff.snapshot")
        data = {
            file.id: f"data:{file.mimetype};base64,{b64encode(file.raw or b'').decode()}"
            for file in kept
        }
        return PICTURE.sub(lambda match: data.get(int(match[1]), match[0]), html)

    def _get_evidence_bundle(self, lang=None):
        """Return a ZIP: the signed document, what was decided by customers, and its proof.

        What our people said among themselves is not part of it. The caller has judged who reads
        the round.
        """
        self.ensure_one()
        row_sudo = self.sudo()
        files = {
            "document.html": self._get_signed_html(lang).encode(),
            "evidence/content.json": row_sudo.snapshot_id.canonical.encode(),
        }
        pdf_sudo = self._get_signed_pdf()
        if pdf_sudo:
            files["document.pdf"] = pdf_sudo.raw
        self._add_contents(files)
        for rendition_sudo in self.env["signoff.rendition"].sudo()._get_all(row_sudo):
            files[f"evidence/shown/{rendition_sudo.lang}.html"] = rendition_sudo.html.encode()
        self._add_decisions(files)
        return pack(files)

    def _add_contents(self, files):
        document = self._get_document()
        for snapshot_sudo in document._signoff_get_snapshots(self):
            if snapshot_sudo != self.sudo().snapshot_id:
                text = snapshot_sudo.canonical.encode()
                files[f"evidence/contents/{snapshot_sudo.sha256}.json"] = text
            for file_sudo in snapshot_sudo.attachment_ids:
                self._add_file(files, file_sudo)

    def _add_file(self, files, file_sudo):
        # one file may belong to several versions
        name = f"{(file_sudo.description or '')[:12]}-{safe_name(file_sudo.name)}"
        files[f"files/{name}"] = file_sudo.raw or b""

    def _add_decisions(self, files):
        decisions_sudo = self.sudo().decision_ids.filtered(
            lambda decision: decision.step_id.side != "supplier"
        )
        seals_sudo = self.env["signoff.seal"].sudo()
        seals_sudo = seals_sudo.search([("decision_id", "in", decisions_sudo.ids)])
        for number, decision_sudo in enumerate(decisions_sudo.sorted("id"), 1):
            text = dumps(decision_sudo._get_payload()).encode()
            files[f"evidence/decisions/{number}.json"] = text
            for file_sudo in decision_sudo.attachment_ids:
                self._add_file(files, file_sudo)
            for place, text in enumerate(decision_sudo.slot_id._get_remark_texts(), 1):
                files[f"evidence/remarks/{number}-{place}.json"] = text.encode()
            for signature_sudo in decision_sudo.signature_ids:
                text = dumps(signature_sudo._get_payload()).encode()
                files[f"evidence/signatures/{number}.json"] = text
                for file_sudo in signature_sudo.attachment_ids:
                    self._add_file(files, file_sudo)
        for seal_sudo in seals_sudo:
            text = dumps(seal_sudo._as_payload(seal_sudo)).encode()
            files[f"evidence/seals/{seal_sudo.number}.json"] = text
