import contextlib
import re
from datetime import date

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..core.canonical import decimal, digest, dumps
from ..core.grant import Granted
from ..core.html_canon import ForeignImage, canonical
from .project_requirement_indicator import DIGITS

SCHEMA = "cd.requirement/1"
HTML_FIELDS = ("description", "background", "constraints", "out_of_scope", "rationale")
LINE_FIELDS = ("criterion_ids", "indicator_ids")
TRIGGER_FIELDS = ("name", "description", "constraints", *LINE_FIELDS)
# only the canonical form names files like this, never what people write
FORGED = re.compile(r"""(?:src|href)\s*=\s*["']?\s*sha256:[^"'\s>]*""", re.IGNORECASE)


class ProjectRequirement(models.Model):
    """Versions of a requirement, and the canonical form that they keep."""

    _inherit = "project.requirement"

    content_attachment_ids = fields.Many2many(
        "ir.attachment",
        "project_requirement_content_attachment_rel",
        string="Files of the Requirement",
        bypass_search_access=True,
        help="Drawings and documents that are part of what the customer confirms.",
    )
    version_ids = fields.One2many(
        "project.requirement.version", "requirement_id", string="Versions", readonly=True
    )
    current_version_id = fields.Many2one(
        "project.requirement.version", readonly=True, copy=False, ondelete="restrict", index=True
    )
    confirmed_version_id = fields.Many2one(
        "project.requirement.version", readonly=True, copy=False, ondelete="restrict", index=True
    )
    # copied, so that lists need not read the versions
    version_number = fields.Integer(string="Version", readonly=True, copy=False, aggregator=None)
    version_content_rev = fields.Integer(readonly=True, copy=False, aggregator=None)
    confirmed_version_number = fields.Integer(
        string="Confirmed Version No.", readonly=True, copy=False, aggregator=None
    )
    link_ids = fields.One2many("project.requirement.link", "requirement_id", string="Links")
    back_link_ids = fields.One2many(
        "project.requirement.link", "target_requirement_id", string="Linked From"
    )
    has_unversioned_changes = fields.Boolean(
        string="Changed Since the Version",
        compute="_compute_has_unversioned_changes",
        search="_search_has_unversioned_changes",
    )

    @api.depends("content_rev", "version_content_rev")
    def _compute_has_unversioned_changes(self):
        for requirement in self:
            requirement.has_unversioned_changes = (
                requirement.content_rev != requirement.version_content_rev
            )

    def _search_has_unversioned_changes(self, operator, value):
        if operator != "in":
            return NotImplemented
        self.flush_model(["content_rev", "version_content_rev"])
        moved = SQL(
            "(SELECT id FROM project_requirement"
            " WHERE content_rev IS DISTINCT FROM COALESCE(version_content_rev, 0))"
        )
        return Domain("id", "in", moved)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        requirements = super().create(vals_list)
        if any(vals.get("content_attachment_ids") for vals in vals_list):
            requirements._check_files_readable(requirements.content_attachment_ids)
            requirements._adopt_attachments("content_attachment_ids")
        return requirements

    def write(self, vals):
        if "content_attachment_ids" not in vals:
            return super().write(vals)
        before = self.content_attachment_ids
        result = super().write(vals)
        self._check_files_readable(self.content_attachment_ids - before)
        self._adopt_attachments("content_attachment_ids")
        return result

    def _check_files_readable(self, attachments):
        """Let nobody make a file part of the requirement that he may not read himself."""
        if not self.env.su:
            attachments.with_user(self.env.user).check_access("read")

    # === ACTION METHODS === #

    def action_save_version(self, note=""):
        """Save a version of these requirements; works on many, unchanged ones are left alone.

        :param str note: why, shown in the history
        :raises UserError: when none of them changed since its last version
        """
        requirements = self._entry()
        requirements.check_access("write")
        note = self._entry_text(note)
        cut = requirements.env["project.requirement.version"]._cut(requirements, "saved", note)
        if not cut:
            raise UserError(self.env._("Nothing has changed since the last version."))
        return True

    def action_view_versions(self):
        """Open the versions of this requirement."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_delivery.project_requirement_version_action"
        )
        return {
            **action,
            "domain": [("requirement_id", "=", self.id)],
            "context": {"one_requirement": True},
        }

    # === VERSIONS === #

    def _get_portal_versions(self):
        """Return the versions (superuser) that the customer was sent or has confirmed."""
        self.ensure_one()
        # whoever reads the requirement on its page reads what was sent to him
        requirement_sudo = self.sudo()
        known = requirement_sudo.confirmed_version_id
        if requirement_sudo.stage_id.kind == "customer":
            known |= requirement_sudo.current_version_id
        return requirement_sudo.version_ids.filtered(
            lambda version: version.reason in ("submitted", "confirmed") or version in known
        )

    def _lock_for_version(self):
        """Make a second cut at the same time wait or start again, instead of meeting ours."""
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                "SELECT id FROM project_requirement WHERE id IN %s ORDER BY id FOR UPDATE",
                tuple(self.ids),
            )
        )

    def _set_current_versions(self, versions):
        """Point each of these requirements to its version among ``versions``, all at once."""
        rows = self.env.execute_query(
            SQL(
                "UPDATE project_requirement r SET current_version_id = v.id,"
                " version_number = v.number, version_content_rev = v.content_rev,"
                " write_uid = %s, write_date = %s"
                " FROM project_requirement_version v"
                " WHERE v.id IN %s AND r.id = v.requirement_id AND r.content_rev = v.content_rev"
                " RETURNING r.id",
                self.env.uid,
                self.env.cr.now(),
                tuple(versions.ids),
            )
        )
        if len(rows) != len(self):
            raise ConcurrencyError("content changed while its version was cut")
        names = ["current_version_id", "version_number", "version_content_rev", "write_uid"]
        self.invalidate_recordset([*names, "write_date"], flush=False)
        self.modified(names)

    def _signoff_agree(self):
        super()._signoff_agree()
        self.env["project.requirement.version"]._cut(self, "confirmed")
        for requirement in self:
            requirement._set_confirmed_version(requirement.current_version_id)

    def _set_confirmed_version(self, version):
        self.write(
            Granted(confirmed_version_id=version.id, confirmed_version_number=version.number)
        )

    def _signoff_release(self):
        super()._signoff_release()
        self.write(Granted(confirmed_version_id=False, confirmed_version_number=0))

    def _after_stage_move(self):
        sent = self.filtered(lambda requirement: requirement.stage_id.kind == "customer")
        self.env["project.requirement.version"]._cut(sent, "submitted")
        super()._after_stage_move()

    def _get_baseline_row(self, sequence):
        """Return what a baseline notes of this requirement."""
        self.ensure_one()
        version = self.current_version_id
        return {
            "requirement_id": self.id,
            "version_id": version.id,
            "sequence": sequence,
            "number": self.number,
            "name": self.name,
            "version_number": self.version_number,
            "sha256": version.sha256,
            "outline": self.outline or False,
            "section": self.section_id.name or False,
        }

    def _open_comparison(self, before, after=None):
        """Open the comparison of two versions of this requirement."""
        self.ensure_one()
        return self.env["project.requirement.compare"]._open(self, before, after)

    def action_compare_versions(self):
        """Open the comparison of the last version with what stands there now."""
        self.ensure_one()
        if not self.current_version_id:
            raise UserError(self.env._("There is no version yet. Save one first."))
        return self._open_comparison(self.confirmed_version_id or self.current_version_id)

    def action_compare_with_last(self):
        """Open the comparison of the last version with what stands there now, or the one before."""
        self.ensure_one()
        if not self.current_version_id:
            raise UserError(self.env._("There is no version yet. Save one first."))
        if not self.has_unversioned_changes and self.version_number > 1:
            return self.current_version_id.action_compare_with_previous()
        return self._open_comparison(self.current_version_id)

    def _is_practice(self):
        return all(self.mapped("project_id.delivery_practice"))

    def _delete_practice(self):
        practice = self.filtered(lambda requirement: requirement._may_delete_agreed())
        # evidence of practice projects is the only one that may go
        practice_sudo = practice.sudo()
        practice_sudo.write(Granted(current_version_id=False, confirmed_version_id=False))
        practice_sudo.version_ids._delete_practice()
        self.env["signoff.snapshot"].sudo().search(
            [("res_model", "=", self._name), ("res_id", "in", practice.ids)]
        )._delete_practice()
        return super()._delete_practice()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_versioned(self):
        for requirement in self:
            if requirement.version_number and not requirement._may_delete_agreed():
                raise UserError(
                    self.env._(
                        "%(requirement)s has versions that stay readable. "
                        "Cancel it instead of deleting it.",
                        requirement=requirement.display_name,
                    )
                )

    # === LINKS === #

    def _signoff_touch(self, names=()):
        super()._signoff_touch(names)
        self.env["project.requirement.link"]._flag_changed(self)

    def _get_trigger_fingerprint(self):
        """Return the fingerprint of what links of this requirement watch."""
        self.ensure_one()
        # the same for every reader: neither his language nor his rights count
        neutral_sudo = self.sudo().with_context({})
        chosen = neutral_sudo.type_id.trigger_field_ids.mapped("name")
        watchable = (*self._signoff_content_fields, *LINE_FIELDS)
        names = [name for name in chosen if name in watchable] or TRIGGER_FIELDS
        return digest(dumps({name: neutral_sudo._get_trigger_value(name) for name in names}))

    def _get_trigger_value(self, name):
        if name in LINE_FIELDS:
            return [line._get_payload() for line in self[name]]
        value = self._signoff_value(name)
        return value if isinstance(value, (str, int, bool)) or value is None else str(value)

    def action_analyse_impact(self, levels=3):
        """Open everything that is linked to these requirements, directly or through others.

        :param int levels: how many links to follow, 1 to 10
        """
        levels = self._entry_id(levels) or 1
        return self.env["project.requirement.impact"]._open(self, levels)

    # === CANONICAL FORM === #

    def _get_document_lang(self):
        self.ensure_one()
        # of the document, not of who happens to read it
        project_sudo, company_sudo = self.project_id.sudo(), self.company_id.sudo()
        return project_sudo.delivery_lang or company_sudo.partner_id.lang or "en_US"

    def _signoff_payload(self):
        """Return the canonical content of each requirement, in the language of its project.

        Whoever asks gets the same. Constant queries: all is prefetched for the whole recordset.
        """
        # the caller's rights, language and other keys of the context change no content
        requirements = self.with_context({})
        digests = requirements._get_file_digests()
        payloads = {}
        for lang, group in requirements.grouped(lambda req: req._get_document_lang()).items():
            group_sudo = group.sudo().with_context({"lang": lang})
            for name in LINE_FIELDS:
                # all at once: left to itself, reading goes on in portions
                lines_sudo = group_sudo[name]
                lines_sudo.fetch([lines_sudo._signoff_parent, *lines_sudo._signoff_content_fields])
            properties = group_sudo._get_properties_payloads()
            for requirement in group_sudo:
                payload = requirement._get_payload(lang, digests[requirement.id])
                payloads[requirement.id] = {**payload, "properties": properties[requirement.id]}
        return [payloads[requirement.id] for requirement in self]

    def _get_payload(self, lang, digests):
        self.ensure_one()
        payload = {
            "schema": SCHEMA,
            "lang": lang,
            "number": self.number,
            "title": self.name,
            "type": self._reference(self.type_id),
            "class": self._reference(self.priority_id),
            "verification": self._choice("verification"),
            "criteria": [line._get_payload() for line in self.criterion_ids],
            "indicators": [line._get_payload() for line in self.indicator_ids],
            "files": sorted(
                ({"name": file.name, "sha256": digests[file.id]} for file in self._get_files()),
                key=lambda file: (file["name"], file["sha256"]),
            ),
        }
        for name in HTML_FIELDS:
            payload[name] = self._get_canonical_html(name, digests)
        return payload

    def _get_canonical_html(self, name, digests):
        return self._as_canonical_html(self[name], digests)

    def _as_canonical_html(self, html, digests):
        """Return the canonical form of a text of this requirement, present or proposed.

        :param dict digests: {attachment id: sha256} of the files that the text may show
        """

        def resolve(_kind, file_id):
            return f"sha256:{digests[file_id]}" if file_id in digests else None

        try:
            if found := FORGED.search(html or ""):
                raise ForeignImage(found[0])
            return canonical(html or "", resolve=resolve)
        except ForeignImage as error:
            raise UserError(
                self.env._(
                    "%(requirement)s shows a picture from another place (%(url)s). "
                    "Save the picture and insert it, so that it is kept with the requirement.",
                    requirement=self.display_name,
                    url=str(error)[:100],
                )
            ) from error

    def _get_files(self):
        """Return the files listed with this requirement (superuser)."""
        # the list was checked when it was written; what is part of the content everybody gets
        return self.sudo().content_attachment_ids

    def _get_file_digests(self):
        """Return {requirement id: {attachment id: sha256}} of the files of their content."""
        files = self._get_content_files()
        digests = self._digest_files(self.env["ir.attachment"].sudo().union(*files.values()))
        return {
            res_id: {file_id: digests[file_id] for file_id in files_sudo.ids}
            for res_id, files_sudo in files.items()
        }

    @api.model
    def _digest_files(self, files_sudo):
        """Return {attachment id: sha256} of these files."""
        return {file_sudo.id: digest(file_sudo.raw or b"") for file_sudo in files_sudo}

    def _get_content_files(self):
        """Return {requirement id: files (superuser)}: listed ones, and those shown in texts.

        A text can name any file by its number. Files count that belong to the requirement, or
        that whoever asks may read.
        """
        named = {requirement.id: requirement._get_named_files() for requirement in self}
        shown = self.env["ir.attachment"].browse(sorted(set().union(*named.values())))
        # exists() asks the database: only when a text names a file at all
        shown = shown.exists() if shown else shown
        readable = set(shown._filtered_access("read").ids)
        owners = {file.id: (file.res_model, file.res_id) for file in shown.sudo()}
        files = {}
        for requirement in self:
            own = (self._name, requirement.id)
            ids = [
                file_id
                for file_id in sorted(named[requirement.id] & owners.keys())
                if file_id in readable or owners[file_id] == own
            ]
            files[requirement.id] = requirement._get_files() | shown.sudo().browse(ids)
        return files

    def _get_named_files(self):
        """Return the ids of our files that the texts show or link."""
        return set().union(*(self._find_named_files(self[name]) for name in HTML_FIELDS))

    @api.model
    def _find_named_files(self, html):
        """Return the ids of our files that a text shows or links."""
        named = set()
        if "/web/" in (html or ""):
            # one that shows a foreign picture is refused where its form is asked for
            with contextlib.suppress(ForeignImage):
                canonical(html, resolve=lambda _kind, file_id: named.add(file_id))
        return named

    def _reference(self, record):
        return {"ref": record.id, "label": record.name} if record else None

    def _choice(self, name):
        return self._line_choice(self, name)

    @api.model
    def _line_choice(self, line, name):
        value = line[name]
        labels = dict(line._fields[name]._description_selection(line.env))
        return {"code": value, "label": labels[value]} if value else None

    def _get_properties_payloads(self):
        """Return {id: properties sorted by key}, from the definitions as they are now."""
        field = self._fields["properties"]
        values = [requirement["properties"] for requirement in self]
        return {
            requirement.id: [
                self._get_property_payload(row)
                for row in sorted(rows or [], key=lambda row: row["name"])
                if row["type"] != "separator" and row.get("value") not in (None, False, "", [])
            ]
            for requirement, rows in zip(
                self, field.convert_to_read_multi(values, self), strict=True
            )
        }

    @api.model
    def _get_property_payload(self, row):
        value = row["value"]
        display = None
        if row["type"] == "many2one":
            value, display = value
        elif row["type"] == "many2many":
            value, display = [item[0] for item in value], [item[1] for item in value]
        elif row["type"] == "selection":
            display = dict(row.get("selection") or []).get(value)
        elif row["type"] == "tags":
            names = {tag[0]: tag[1] for tag in row.get("tags") or []}
            display = [names.get(key, key) for key in value]
        return {
            "key": row["name"],
            "label": row.get("string"),
            "type": row["type"],
            "value": self._plain_property(value),
            "display": display or None,
        }

    @api.model
    def _plain_property(self, value):
        if isinstance(value, float):
            return decimal(value, DIGITS)
        if isinstance(value, (list, tuple)):
            return [self._plain_property(item) for item in value]
        return value if isinstance(value, (int, str, bool, date)) else str(value)
