from odoo import api, fields, models

from ..core.canonical import digest, dumps, loads
from ..core.grant import Granted
from .signoff_flow_step import METHODS

SCHEMA = "cd.signature/1"
SEAL_KINDS = [
    ("company", "Company seal"),
    ("contract", "Contract seal"),
    ("project", "Project seal"),
    ("none", "Signature only"),
]


class SignoffSignature(models.Model):
    """A signature under a decision: meaning, proof, and exactly what was shown."""

    _name = "signoff.signature"
    _description = "Signature"
    _inherit = ["signoff.evidence.mixin"]
    _order = "id desc"

    decision_id = fields.Many2one(
        "signoff.decision", readonly=True, index=True, ondelete="restrict"
    )
    rendition_id = fields.Many2one(
        "signoff.rendition", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True, ondelete="restrict")
    project_id = fields.Many2one("project.project", readonly=True, index=True, ondelete="restrict")
    # what the check code covers
    decision_sha256 = fields.Char(required=True, readonly=True)
    meaning = fields.Char(required=True, readonly=True)
    method = fields.Selection(METHODS, string="Proof", required=True, readonly=True)
    snapshot_sha256 = fields.Char(string="Check Code of the Content", required=True, readonly=True)
    rendition_sha256 = fields.Char(string="Check Code of What Was Shown", readonly=True)
    file_sha256s = fields.Text(string="Check Codes of Files", readonly=True)
    seal_kind = fields.Selection(SEAL_KINDS, readonly=True)
    own_form = fields.Char(string="Customer's Own Form", readonly=True)
    paper_code = fields.Char(readonly=True)
    recorded_at = fields.Datetime(string="Recorded", required=True, readonly=True)
    occurred_on = fields.Date(string="Date as Stated", readonly=True)
    sha256 = fields.Char(string="Check Code", required=True, readonly=True)
    attachment_ids = fields.One2many(
        "ir.attachment",
        "res_id",
        string="Files",
        domain=[("res_model", "=", "signoff.signature")],
        readonly=True,
    )

    @api.depends("decision_id")
    def _compute_display_name(self):
        for signature in self:
            signature.display_name = signature.decision_id.sudo().display_name

    def _is_practice(self):
        return self.decision_id._is_practice()

    @api.model
    def _record(self, decision_sudo, values):
        """Write the signature under a decision and pin its files.

        :param dict values: ``rendition`` (signoff.rendition shown to the signer), ``files`` (list
            of (name, bytes, mimetype)), ``seal_kind``, ``own_form``, ``paper_code``
        :return: the signature (superuser)
        """
        rendition_sudo = (values.get("rendition") or self.env["signoff.rendition"]).sudo()
        if not rendition_sudo:
            rendition_sudo = rendition_sudo._get_for(decision_sudo.round_id, self.env.lang)
        files = values.get("files") or []
        signature_vals = {
            "decision_id": decision_sudo.id,
            "rendition_id": rendition_sudo.id,
            "company_id": decision_sudo.company_id.id,
            "project_id": decision_sudo.project_id.id,
            "decision_sha256": decision_sudo.sha256,
            "meaning": decision_sudo.meaning,
            "method": decision_sudo.method,
            "snapshot_sha256": decision_sudo.snapshot_sha256,
            "rendition_sha256": rendition_sudo.sha256 or False,
            "file_sha256s": self._list_files(files),
            "seal_kind": values.get("seal_kind") or False,
            "own_form": values.get("own_form") or False,
            "paper_code": values.get("paper_code") or False,
            "recorded_at": decision_sudo.recorded_at,
            "occurred_on": decision_sudo.occurred_on or False,
        }
        signature_vals["sha256"] = digest(dumps(self._as_payload(signature_vals)))
        signature_sudo = self.sudo()._insert([Granted(signature_vals)])
        signature_sudo._keep_files(files)
        return signature_sudo

    @api.model
    def _as_payload(self, row):
        """Return the plain content that the check code of a signature covers."""
        names = (
            "decision_sha256",
            "meaning",
            "method",
            "snapshot_sha256",
            "rendition_sha256",
            "file_sha256s",
            "seal_kind",
            "own_form",
            "paper_code",
            "recorded_at",
            "occurred_on",
        )
        return {"schema": SCHEMA, **{name: row[name] or None for name in names}}

    def _get_payload(self):
        """Return the plain content of this signature, for whoever recomputes its check code."""
        self.ensure_one()
        return self._as_payload(self)

    def _find_problem(self):
        """Return what is wrong with this signature and its files, or nothing."""
        self.ensure_one()
        if digest(dumps(self._get_payload())) != self.sha256:
            return self.env._("The signature was changed.")
        if self.decision_id.sha256 != self.decision_sha256:
            return self.env._("The signature does not fit its decision.")
        rendition_sudo = self.rendition_id.sudo()
        if (self.rendition_sha256 or False) != (rendition_sudo.sha256 or False):
            return self.env._("What was shown to the signer was changed.")
        if problem := rendition_sudo and rendition_sudo._find_problem():
            return problem
        return self._find_file_problem(self.sudo().attachment_ids, self._get_files())

    def _get_files(self):
        """Return [(name, sha256)] of the files under this signature."""
        return [(file["name"], file["sha256"]) for file in loads(self.file_sha256s or "[]")]
