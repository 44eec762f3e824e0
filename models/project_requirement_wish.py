from base64 import b64decode

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize, plaintext2html
from odoo.tools.mimetypes import guess_mimetype

from ..core.grant import Granted, like
from ..core.similarity import most_similar
from .delivery_channel import SAID_VIA

ORIGINS = [
    ("staff", "Our staff"),
    ("recorded", "Recorded for the customer"),
    ("portal", "Customer, in the portal"),
    ("form", "Customer, by the wish form"),
    ("email", "Customer, by mail"),
    ("import", "Imported list"),
]
SIMILAR_THRESHOLD = 0.35
SIMILAR_CANDIDATES = 2000
MAX_IMAGES = 10


class ProjectRequirement(models.Model):
    """How wishes arrive, and who said them."""

    _inherit = "project.requirement"

    origin = fields.Selection(ORIGINS, default="staff", required=True, readonly=True, copy=False)
    channel_id = fields.Many2one(
        "delivery.channel",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
    )
    # who wants it
    requester_id = fields.Many2one(
        "res.partner",
        string="Requested By",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    requester_name = fields.Char(
        string="Name Given",
        copy=False,
        help="As typed into the wish form by somebody who did not log in.",
    )
    requester_contact = fields.Char(string="Phone or Mail Given", copy=False)
    requested_on = fields.Date(default=fields.Date.context_today)
    wish_priority_id = fields.Many2one(
        "project.requirement.priority",
        string="Customer's Wish",
        tracking=True,
        ondelete="restrict",
        help="The class the customer asked for, beside the agreed one.",
    )
    # recorded by us for the customer
    said_via = fields.Selection(SAID_VIA, string="Said By Way Of", copy=False)
    recorded_by_id = fields.Many2one(
        "res.users", string="Recorded By", readonly=True, copy=False, ondelete="restrict"
    )
    proof_ids = fields.Many2many(
        "ir.attachment",
        "project_requirement_proof_rel",
        string="Proof",
        copy=False,
        bypass_search_access=True,
        help="Chat screenshot, photo, minutes.",
    )
    # lists that were running before
    taken_over = fields.Boolean(
        readonly=True,
        copy=False,
        help="Came in by a take-over of a running project, with the stage and dates as stated.",
    )
    client_key = fields.Char(readonly=True, copy=False, export_string_translation=False)
    similar_ids = fields.Many2many(
        "project.requirement",
        compute="_compute_similar_ids",
        string="Similar Requirements",
    )

    _client_key_uniq = models.UniqueIndex("(client_key) WHERE client_key IS NOT NULL")

    # === COMPUTE METHODS === #

    @api.depends("name", "project_id", "partner_id")
    def _compute_similar_ids(self):
        for requirement in self:
            requirement.similar_ids = requirement._find_similar()

    def _find_similar(self, limit=5):
        """Return requirements of the same project or customer that read alike, closest first."""
        self.ensure_one()
        if not self.name or not (self.project_id or self.partner_id):
            return self.browse()
        scope = Domain("id", "!=", self._origin.id or 0)
        if self.project_id:
            scope &= Domain("project_id", "in", (self.project_id.id, False))
        if self.partner_id:
            scope &= Domain("partner_id", "=", self.partner_id.id)
        if self._has_trigram():
            return self._find_similar_by_trigram(scope, limit)
        rows = self.search_fetch(scope, ["name"], limit=SIMILAR_CANDIDATES, order="id desc")
        found = most_similar(
            self.name,
            [(row.id, row.name) for row in rows],
            limit=limit,
            threshold=SIMILAR_THRESHOLD,
        )
        return self.browse([res_id for res_id, _score in found])

    def _find_similar_by_trigram(self, scope, limit):
        query = self._search(scope)
        score = SQL("similarity(%s, %s)", SQL.identifier(query.table, "name"), self.name)
        query.add_where(SQL("%s >= %s", score, SIMILAR_THRESHOLD))
        query.order = SQL("%s DESC, %s", score, SQL.identifier(query.table, "id"))
        query.limit = limit
        return self.browse(query)

    @api.model
    def _has_trigram(self):
        """Tell whether the database compares text by trigrams, Chinese included."""
        if not self.env.registry.has_trigram:
            return False
        return bool(self.env.execute_query(SQL("SELECT cardinality(show_trgm('需求')) > 0"))[0][0])

    # === CRUD METHODS === #

    @api.model
    def _prepare_create_vals_list(self, vals_list):
        said_via = self.default_get(["said_via"])
        return [
            like(vals, {**said_via, **vals})
            for vals in super()._prepare_create_vals_list(vals_list)
        ]

    @api.model
    def _get_control_values(self, vals_list):
        # who enters what a customer said becomes its recorder
        recorded = {"origin": "recorded", "recorded_by_id": self.env.uid}
        return [
            {**control, **recorded} if vals.get("said_via") else control
            for control, vals in zip(super()._get_control_values(vals_list), vals_list, strict=True)
        ]

    @api.model_create_multi
    def create(self, vals_list):
        requirements = super().create(vals_list)
        if any(vals.get("proof_ids") for vals in vals_list):
            requirements._adopt_attachments("proof_ids")
        return requirements

    def write(self, vals):
        if vals.keys() & {"said_via", "requester_name", "requester_contact"}:
            self._check_said_unchanged(vals)
        result = super().write(vals)
        if "proof_ids" in vals:
            self._adopt_attachments("proof_ids")
        return result

    def _check_said_unchanged(self, vals):
        """What was recorded of the customer's own words and way stays as recorded."""
        for name in ("said_via", "requester_name", "requester_contact"):
            if name in vals and any(req[name] and req[name] != vals[name] for req in self):
                raise UserError(
                    self.env._(
                        "%(field)s was recorded when the wish arrived and stays as it is.",
                        field=self._fields[name]._description_string(self.env),
                    )
                )

    # === ENTRY POINTS === #

    @api.model
    def action_quick_entry(
        self,
        text,
        client_key,
        project_id=False,
        partner_id=False,
        requester_id=False,
        said_via=False,
        images=(),
    ):
        """Record one wish from a phone, once, however often the phone sends it.

        :param str text: what was said; the first line becomes the title
        :param str client_key: key made by the phone; a second call with it changes nothing
        :param int project_id: project, or False for the pool
        :param int partner_id: customer, for the pool
        :param int requester_id: the customer's person who asked
        :param str said_via: chat, phone, meeting, site, mail or paper
        :param list images: dictionaries with ``name`` and ``datas`` (base64)
        :return: dictionary with ``id``, ``number`` and ``created``
        """
        requirements = self._entry()
        known = requirements._find_by_client_key(client_key)
        if known:
            return {"id": known.id, "number": known._get_full_number(), "created": False}
        title, body = self._split_text(text)
        files = requirements._check_files(images)
        vals = {
            "name": title,
            "description": body,
            "project_id": self._entry_id(project_id),
            "partner_id": self._entry_id(partner_id),
            "requester_id": self._entry_id(requester_id),
            "said_via": self._entry_choice("said_via", said_via),
        }
        requirement = requirements._file_once(
            {key: val for key, val in vals.items() if val}, client_key
        )
        requirement._attach(files)
        return {"id": requirement.id, "number": requirement._get_full_number(), "created": True}

    @api.model
    def _split_text(self, text):
        """Return (title, html description or False) of free text."""
        lines = self._entry_text(text).splitlines()
        if not lines:
            raise UserError(self.env._("Please write what the customer needs."))
        title = lines[0].strip()
        rest = "\n".join(lines[1:]).strip()
        if len(title) > 250:
            title, rest = f"{title[:249]}…", "\n".join(lines).strip()
        return title, plaintext2html(rest) if rest else False

    @api.model
    def _check_files(self, files):
        """Return [(name, bytes)] of images given as dictionaries with ``name`` and ``datas``."""
        if not isinstance(files or [], (list, tuple)) or len(files or []) > MAX_IMAGES:
            raise UserError(self.env._("Please add at most %(count)s photos.", count=MAX_IMAGES))
        limit = self.env.user.company_id.sudo().delivery_upload_limit
        checked = []
        for file in files or ():
            name = str(file.get("name") or "")[:120] if isinstance(file, dict) else ""
            try:
                raw = b64decode(file["datas"], validate=True)
            except (KeyError, TypeError, ValueError):
                raw = b""
            if not guess_mimetype(raw).startswith("image/"):
                raise UserError(self.env._("%(name)s is not a photo.", name=name or "?"))
            if len(raw) > limit * 1024 * 1024:
                raise UserError(
                    self.env._("%(name)s is larger than %(limit)s MB.", name=name, limit=limit)
                )
            checked.append((name or self.env._("Photo"), raw))
        return checked

    def _attach(self, files):
        """Attach files given as pairs of name and bytes."""
        self.ensure_one()
        self.env["ir.attachment"].create(
            [
                {"name": name, "raw": raw, "res_model": self._name, "res_id": self.id}
                for name, raw in files
            ]
        )

    # === MAIL GATEWAY === #

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Make a wish of a mail that arrived at a channel's address."""
        # The defaults of an address are typed by people: none of them is a control value.
        values = {
            key: val
            for key, val in (custom_values or {}).items()
            if key in self._fields and key not in (*self._control_fields, "stage_id")
        }
        channel_sudo = self._get_mail_channel(custom_values)
        author = self.env["res.partner"].sudo().browse(msg_dict.get("author_id") or 0)
        company = channel_sudo.project_id.company_id or channel_sudo.company_id
        if company and author.company_id not in (company, company.browse()):
            author = author.browse()
        values.update(
            {
                "name": (msg_dict.get("subject") or "").strip()
                or self.env._("Mail without subject"),
                "description": msg_dict.get("body") or False,
                "channel_id": channel_sudo.id,
                "project_id": channel_sudo.project_id.id,
                "partner_id": channel_sudo.partner_id.id or author.commercial_partner_id.id,
                "type_id": channel_sudo.type_id.id,
                "requester_id": author.id,
                "requester_name": msg_dict.get("from"),
                "requester_contact": email_normalize(msg_dict.get("email_from")),
                "portal_access": "comment",
            }
        )
        values = {key: val for key, val in values.items() if val}
        requirement = super().message_new(msg_dict, custom_values=Granted(values, origin="email"))
        requirement._tell_owner()
        return requirement

    @api.model
    def _get_mail_channel(self, custom_values):
        """Return the channel (as superuser) whose address was written to, or an empty one."""
        channel_id = (custom_values or {}).get("channel_id")
        channels_sudo = self.env["delivery.channel"].sudo().with_context(active_test=False)
        return channels_sudo.search([("id", "=", channel_id or 0)])

    def _tell_owner(self):
        """Ask the person who looks after the channel or project to classify a new wish."""
        for requirement in self:
            user = requirement.channel_id.user_id or requirement.project_id.user_id
            # a wish never fails because somebody of ours cannot open it
            if user.active and requirement.with_user(user).has_access("read"):
                requirement.with_context(lang=user.lang).activity_schedule(
                    "mail.mail_activity_data_todo",
                    user_id=user.id,
                    summary=requirement.with_context(lang=user.lang).env._(
                        "New wish: classify and answer"
                    ),
                )
