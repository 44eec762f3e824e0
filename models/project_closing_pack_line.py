import io

from odoo import api, fields, models

from ..core.bundle import safe_name
from ..core.canonical import digest
from ..core.grant import Granted

SECTIONS = [
    ("requirement", "Requirements"),
    ("change", "Changes"),
    ("acceptance", "Acceptance"),
    ("signed", "Signed Documents"),
    ("minutes", "Minutes"),
]
AUDIENCES = [("both", "Both"), ("internal", "Us only"), ("customer", "Customer only")]
# how a document is made: a report, the traceability matrix of a project, the paper of a round,
# or the proof of a round
SOURCES = [
    ("report", "Printed paper"),
    ("matrix", "Traceability matrix"),
    ("round", "Signed paper"),
    ("bundle", "Proof"),
]


class ProjectClosingPackLine(models.Model):
    """One document of a close-out pack: a row of its index."""

    _name = "project.closing.pack.line"
    _description = "Document of a Close-Out Pack"
    _inherit = ["delivery.guarded.mixin"]
    _order = "pack_id, sequence, id"
    _control_fields = (
        "pack_id",
        "sequence",
        "section",
        "number",
        "name",
        "version",
        "date",
        "signed_how",
        "audience",
        "source",
        "report",
        "res_model",
        "res_ids",
        "outside",
        "extension",
        "sha256",
        "size",
        "file_id",
    )

    pack_id = fields.Many2one(
        "project.closing.pack", required=True, readonly=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(readonly=True)
    # what the index says
    section = fields.Selection(SECTIONS, required=True, readonly=True)
    number = fields.Char(readonly=True)
    name = fields.Char(string="Document", required=True, readonly=True)
    version = fields.Char(readonly=True)
    date = fields.Date(readonly=True)
    signed_how = fields.Char(string="Signed How", readonly=True)
    audience = fields.Selection(AUDIENCES, string="For", required=True, readonly=True)
    # how it is made
    source = fields.Selection(SOURCES, required=True, readonly=True)
    report = fields.Char(readonly=True, export_string_translation=False)
    res_model = fields.Char(string="Document Model", required=True, readonly=True)
    res_ids = fields.Json(string="Document Numbers", readonly=True)
    outside = fields.Boolean(readonly=True, export_string_translation=False)
    # what came out
    extension = fields.Char(readonly=True, export_string_translation=False)
    sha256 = fields.Char(string="Check Code", readonly=True)
    size = fields.Integer(string="Size (Bytes)", readonly=True, aggregator=None)
    file_id = fields.Many2one("ir.attachment", string="Content", readonly=True, ondelete="set null")

    # === MAKING === #

    def _make(self, env):
        """Make the file of this row and keep it until the archive is written.

        :param env: environment of the person who asked for the pack
        """
        self.ensure_one()
        content, extension = self._render(env)
        # a file of the outbox, until it is in the archive
        file_sudo = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": self.name,
                    "raw": content,
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
        )
        self.sudo().write(
            Granted(
                file_id=file_sudo.id,
                extension=extension,
                sha256=digest(content),
                size=len(content),
            )
        )

    def _render(self, env):
        """Return (content, extension) of the document, as the person of ``env`` may read it."""
        records = env[self.res_model].browse(self.res_ids)
        if self.source == "report":
            return self._print(env, records), "pdf"
        if self.source == "matrix":
            file = io.BytesIO()
            env["project.requirement"]._write_matrix(file, records)
            return file.getvalue(), "xlsx"
        records.check_access("read")
        if self.source == "bundle":
            return records._get_evidence_bundle(env.lang), "zip"
        pdf_sudo = records._get_signed_pdf()
        if pdf_sudo:
            return pdf_sudo.raw, "pdf"
        return records._get_signed_html(env.lang).encode(), "html"

    def _print(self, env, records):
        reports = env["ir.actions.report"]
        # one statement that a paper leaves the house
        options = {"outside": True} if self.outside else None
        content, kind = reports._render_qweb_pdf(self.report, records.ids, data=options)
        if kind != "pdf":
            raise ValueError("the paper was not printed as PDF")
        return content

    def _get_path(self, number):
        """Return where the file lies in an archive: in the folder of its section.

        :param int number: of the document in that archive
        """
        labels = self._get_section_labels()
        place = [key for key, _label in SECTIONS].index(self.section) + 1
        folder = safe_name(f"{place} {labels[self.section]}")
        parts = (f"{number:03d}", self.number, self.name)
        return f"{folder}/{safe_name(' '.join(part for part in parts if part))}.{self.extension}"

    @api.model
    def _get_section_labels(self):
        return dict(self._fields["section"]._description_selection(self.env))
