import secrets

from odoo import api, fields, models
from odoo.tools import SQL

from ..core.canonical import digest, dumps
from ..core.grant import Granted
from .signoff_evidence_mixin import MAINTENANCE

SCHEMA = "cd.identity/1"
PERSONAL = ("name", "post", "company_name", "email", "phone", "ip", "agent")


class SignoffIdentity(models.Model):
    """Who decided: the personal part of a decision, which can be erased.

    Evidence keeps only the digest of it together with a random salt. After erasure the chain
    still verifies, and nobody can guess from the digest who it was.
    """

    _name = "signoff.identity"
    _description = "Identity Behind a Decision"
    _inherit = ["signoff.evidence.mixin"]
    _order = "id desc"
    _movable_fields = ("erased_at", "erased_by")

    name = fields.Char(readonly=True)
    post = fields.Char(readonly=True)
    company_name = fields.Char(string="Company Name", readonly=True)
    email = fields.Char(readonly=True)
    phone = fields.Char(readonly=True)
    ip = fields.Char(string="Network Address", readonly=True)
    agent = fields.Char(string="Browser", readonly=True)
    image = fields.Binary(string="Signature", attachment=True, readonly=True)
    image_sha256 = fields.Char(readonly=True, export_string_translation=False)
    salt = fields.Char(readonly=True, export_string_translation=False)
    digest = fields.Char(string="Check Code", required=True, readonly=True)
    company_id = fields.Many2one("res.company", readonly=True, index=True, ondelete="restrict")
    practice = fields.Boolean(readonly=True)
    erased_at = fields.Datetime(readonly=True)
    erased_by = fields.Char(readonly=True)

    def _is_practice(self):
        return all(self.mapped("practice"))

    @api.model
    def _prepare(self, slot_sudo, values):
        """Return the values of the identity of one decision, digest included."""
        # what a person writes of himself is kept beside what we know of him
        email, phone, company_name, practice = self._read_person(slot_sudo)
        personal = {
            "name": values.get("printed_name") or slot_sudo.person_name,
            "post": values.get("post") or slot_sudo.person_post or False,
            "company_name": company_name or False,
            "email": email or False,
            "phone": phone or False,
            "ip": values.get("ip") or False,
            "agent": (values.get("agent") or "")[:200] or False,
        }
        image = values.get("image") or b""
        personal["image_sha256"] = digest(image) if image else False
        salt = secrets.token_hex(16)
        return {
            **personal,
            "salt": salt,
            "digest": self._get_digest(personal, salt),
            "company_id": slot_sudo.company_id.id,
            "practice": practice or False,
            "erased_at": False,
        }

    @api.model
    def _read_person(self, slot_sudo):
        """Return mail, phone, name of the company and whether it is practice; one statement."""
        slot_sudo.partner_id.flush_model(["email", "phone", "name", "commercial_partner_id"])
        slot_sudo.project_id.flush_model(["delivery_practice"])
        (row,) = self.env.execute_query(
            SQL(
                """
                SELECT p.email, p.phone, company.name, project.delivery_practice
                  FROM (SELECT %s::int AS partner_id, %s::int AS project_id) AS asked
             LEFT JOIN res_partner p ON p.id = asked.partner_id
             LEFT JOIN res_partner company ON company.id = p.commercial_partner_id
             LEFT JOIN project_project project ON project.id = asked.project_id
                """,
                slot_sudo.partner_id.id or None,
                slot_sudo.project_id.id or None,
            )
        )
        return row

    @api.model
    def _get_digest(self, personal, salt):
        content = {name: personal[name] or None for name in (*PERSONAL, "image_sha256")}
        return digest(dumps({"schema": SCHEMA, "salt": salt, **content}))

    def _find_problem(self, attachments=None):
        """Return what is wrong with this row, or nothing; an erased one is not wrong.

        :param dict attachments: {id of a row: its picture}, where many are looked at
        """
        self.ensure_one()
        personal = {name: self[name] for name in (*PERSONAL, "image_sha256")}
        if self.erased_at:
            # nobody hides behind an erasure what he put in the place of what was there
            if self.salt or any(personal.values()):
                return self.env._("Who signed was changed.")
            return ""
        if self._get_digest(personal, self.salt) != self.digest:
            return self.env._("Who signed was changed.")
        if self.image_sha256:
            if attachments is None:
                image = self._get_image()
            else:
                file_sudo = attachments.get(self.id)
                image = self._read_file(file_sudo) if file_sudo else b""
            if not image:
                return self.env._("A file is missing: %s", self.env._("picture of the signature"))
            if digest(image) != self.image_sha256:
                return self.env._("The picture of the signature was changed.")
        return ""

    def _get_image_files(self):
        """Return {id: attachment (superuser)} of the drawn signatures; one query."""
        # the pictures hang on rows that only managers and auditors read
        found_sudo = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_field", "=", "image"),
                    ("res_id", "in", self.ids),
                ]
            )
        )
        return {file_sudo.res_id: file_sudo for file_sudo in found_sudo}

    def _get_image(self):
        """Return the bytes of the drawn signature."""
        self.ensure_one()
        file_sudo = self._get_image_files().get(self.id)
        return self._read_file(file_sudo) if file_sudo else b""

    def action_erase(self):
        """Erase the personal data of these decisions; what was decided stays provable.

        :raises AccessError: for others than delivery managers
        """
        identities = self._entry()
        self.env["signoff.void"]._check_may_void()
        identities.check_access("read")
        identities._erase()
        return True

    def _erase(self):
        """Blank the personal columns and drop the picture, in a maintenance window of its own."""
        rows_sudo = self.sudo().filtered(lambda row: not row.erased_at)
        if not rows_sudo:
            return
        rows_sudo.flush_recordset()
        for file_sudo in rows_sudo._get_image_files().values():
            file_sudo.unlink()
        self.env.cr.execute("SELECT set_config(%s, 'on', true)", [MAINTENANCE])
        try:
            self.env.cr.execute(
                "UPDATE signoff_identity SET name = NULL, post = NULL, company_name = NULL,"
                " email = NULL, phone = NULL, ip = NULL, agent = NULL, salt = NULL,"
                " image_sha256 = NULL WHERE id IN %s",
                [tuple(rows_sudo.ids)],
            )
        finally:
            self.env.cr.execute("SELECT set_config(%s, 'off', true)", [MAINTENANCE])
        rows_sudo.invalidate_recordset()
        rows_sudo.write(Granted(erased_at=fields.Datetime.now(), erased_by=self.env.user.name))
