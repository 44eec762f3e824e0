import re

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..core.canonical import digest, dumps, loads
from ..core.grant import Granted

# a picture or a link to a file of ours inside canonical HTML inside JSON
IMAGE = re.compile(r'(?:src|href)=\\"sha256:([0-9a-f]{64})')


class SignoffSnapshot(models.Model):
    """What a document said at one moment, in a form that anybody can recompute.

    People confirm and sign a snapshot, never a live record. ``docs/evidence.md`` describes the
    form and holds a verifier.
    """

    _name = "signoff.snapshot"
    _description = "Snapshot of a Document"
    _inherit = ["signoff.coded.mixin"]
    _order = "res_model, res_id, number desc"
    _uncoded_fields = ("canonical",)

    res_model = fields.Char(string="Document Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Document", model_field="res_model", required=True, readonly=True
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True, ondelete="restrict")
    number = fields.Integer(required=True, readonly=True, aggregator=None)
    schema = fields.Char(required=True, readonly=True)
    canonical = fields.Text(string="Content", required=True, readonly=True)
    sha256 = fields.Char(string="Check Code", required=True, readonly=True, index=True)
    content_rev = fields.Integer(readonly=True, aggregator=None)
    lang = fields.Char(readonly=True)
    author_id = fields.Many2one(
        "res.users", string="Recorded By", readonly=True, ondelete="restrict"
    )
    author_name = fields.Char(readonly=True)
    author_ref = fields.Integer(readonly=True, aggregator=None, export_string_translation=False)
    recorded_at = fields.Datetime(required=True, readonly=True)
    attachment_ids = fields.One2many(
        "ir.attachment",
        "res_id",
        string="Files",
        domain=[("res_model", "=", "signoff.snapshot")],
        readonly=True,
    )

    _document_number_uniq = models.UniqueIndex("(res_model, res_id, schema, number)")

    @api.depends("res_model", "number")
    def _compute_display_name(self):
        for snapshot in self:
            number = snapshot._get_content().get("number") or snapshot.res_id
            snapshot.display_name = f"{number} v{snapshot.number}"

    def _get_content(self):
        """Return the content as plain data."""
        self.ensure_one()
        return loads(self.canonical or "{}")

    def _is_practice(self):
        return all(
            self.env[model].browse(snapshots.mapped("res_id")).exists()._is_practice()
            for model, snapshots in self.grouped("res_model").items()
        )

    @api.model
    def _take(self, documents):
        """Take a snapshot of each document as it stands.

        :param documents: recordset of a model with ``signoff.mixin``
        :return: snapshots (superuser) in the order of ``documents``
        """
        if not documents:
            return self.sudo().browse()
        snapshots_sudo = self._record(documents, documents._signoff_payload())
        snapshots_sudo._pin_files(documents)
        return snapshots_sudo

    @api.model
    def _record(self, documents, payloads):
        """Record one plain content for each document; see :meth:`_take`."""
        documents.flush_recordset()
        last = self._get_last_numbers(documents, payloads[0]["schema"])
        now = fields.Datetime.now()
        user = self.env.user
        values = []
        for document, payload in zip(documents, payloads, strict=True):
            text = dumps(payload)
            values.append(
                Granted(
                    res_model=documents._name,
                    res_id=document.id,
                    company_id=document.company_id.id,
                    number=last.get(document.id, 0) + 1,
                    schema=payload["schema"],
                    canonical=text,
                    sha256=digest(text),
                    content_rev=getattr(document, "content_rev", 0),
                    lang=payload.get("lang"),
                    author_id=user.id,
                    author_name=user.name,
                    author_ref=user.id,
                    recorded_at=now,
                )
            )
        # evidence has no ACL for anybody: this method is its only door
        return self.sudo()._insert(values)

    @api.model
    def _get_last_numbers(self, documents, schema):
        rows = self.env.execute_query(
            SQL(
                "SELECT res_id, max(number) FROM signoff_snapshot"
                " WHERE res_model = %s AND res_id IN %s AND schema = %s GROUP BY res_id",
                documents._name,
                tuple(documents.ids),
                schema,
            )
        )
        return dict(rows)

    def _pin_files(self, documents):
        """Copy the files of the documents to their snapshots; the bytes are shared on disk."""
        files = documents._get_content_files()
        pinned = [
            {
                "name": attachment_sudo.name,
                "raw": attachment_sudo.raw,
                "mimetype": attachment_sudo.mimetype,
                "description": digest(attachment_sudo.raw or b""),
                # shows the picture to who may read a version of which it is part
                "access_token": self.env["ir.attachment"]._generate_access_token(),
                "res_model": self._name,
                "res_id": snapshot.id,
            }
            for snapshot, document in zip(self, documents, strict=True)
            for attachment_sudo in files[document.id]
        ]
        if pinned:
            # nobody has a right to files of evidence, and no key of the caller describes them
            self.env["ir.attachment"].sudo().with_context({}).create(pinned)

    def action_verify(self):
        """Recompute the check codes of these snapshots and of their files.

        :return: list of dictionaries with ``id``, ``ok`` and ``problem`` (changed content,
            changed file, file missing)
        """
        self.check_access("read")
        return [
            {"id": snapshot.id, "ok": not problem, "problem": problem}
            for snapshot, problem in ((row, row._find_problem()) for row in self)
        ]

    def _find_row_problem(self):
        return super()._find_row_problem() or self._find_problem()

    def _find_problem(self):
        self.ensure_one()
        if digest(self.canonical or "") != self.sha256:
            return self.env._("The content was changed.")
        # the files are judged by what the content says of them, not by their own notes
        return self._find_file_problem(self.sudo().attachment_ids, self._get_content_digests())

    def _get_content_digests(self):
        """Return [(name, sha256)] of the files and pictures that the content names."""
        content = self._get_content()
        files = [(file["name"], file["sha256"]) for file in content.get("files", [])]
        pictures = IMAGE.findall(self.canonical or "")
        return files + [(self.env._("picture"), sha256) for sha256 in pictures]

    def action_show_verification(self):
        """Tell the user whether this snapshot is as it was recorded."""
        self.ensure_one()
        problem = self.action_verify()[0]["problem"]
        if problem:
            raise UserError(problem)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Unchanged since it was recorded."),
            },
        }
