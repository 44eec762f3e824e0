from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..core.grant import like
from .project_requirement_wish import SAID_VIA

ORIGINS = [
    ("staff", "Our staff"),
    ("recorded", "Recorded for the customer"),
    ("portal", "Customer, in the portal"),
]


class ProjectChange(models.Model):
    """How change requests arrive, and who asked for them."""

    _inherit = "project.change"

    origin = fields.Selection(ORIGINS, default="staff", required=True, readonly=True, copy=False)
    requester_id = fields.Many2one(
        "res.partner",
        string="Requested By",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    party_id = fields.Many2one(
        "project.party",
        string="As Party",
        compute="_compute_party_id",
        help="In which capacity the requester asks.",
    )
    requested_at = fields.Datetime(
        string="Requested On", default=fields.Datetime.now, required=True
    )
    # recorded by us for the customer
    said_via = fields.Selection(SAID_VIA, string="Said By Way Of", copy=False)
    recorded_by_id = fields.Many2one(
        "res.users", string="Recorded By", readonly=True, copy=False, ondelete="restrict"
    )
    proof_ids = fields.Many2many(
        "ir.attachment",
        "project_change_proof_rel",
        string="Proof",
        copy=False,
        bypass_search_access=True,
        help="Chat screenshot, photo, minutes.",
    )
    client_key = fields.Char(readonly=True, copy=False, export_string_translation=False)

    _client_key_uniq = models.UniqueIndex("(client_key) WHERE client_key IS NOT NULL")

    # === COMPUTE METHODS === #

    @api.depends("requester_id", "project_id")
    def _compute_party_id(self):
        parties = self.env["project.party"].search(
            Domain("project_id", "in", self.project_id.ids)
            & Domain("partner_id", "in", self.requester_id.ids)
        )
        by_key = {(party.project_id, party.partner_id): party for party in parties[::-1]}
        for change in self:
            change.party_id = by_key.get((change.project_id, change.requester_id), False)

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
        changes = super().create(vals_list)
        if any(vals.get("proof_ids") for vals in vals_list):
            changes._adopt_attachments("proof_ids")
        return changes

    def write(self, vals):
        if "said_via" in vals and any(
            change.said_via and change.said_via != vals["said_via"] for change in self
        ):
            raise UserError(
                self.env._("How it was said was recorded when it arrived and stays as it is.")
            )
        result = super().write(vals)
        if "proof_ids" in vals:
            self._adopt_attachments("proof_ids")
        return result

    # === ENTRY POINTS === #

    @api.model
    def action_quick_entry(
        self,
        text,
        client_key,
        project_id=False,
        requester_id=False,
        said_via=False,
        is_urgent=False,
        images=(),
    ):
        """Record one change request from a phone, once, however often the phone sends it.

        :param str text: what was said; the first line becomes the title
        :param str client_key: key made by the phone; a second call with it changes nothing
        :param int project_id: project
        :param int requester_id: the customer's person who asked
        :param str said_via: chat, phone, meeting, site, mail or paper
        :param bool is_urgent: it is done at once and ratified afterwards
        :param list images: dictionaries with ``name`` and ``datas`` (base64)
        :return: dictionary with ``id``, ``number`` and ``created``
        """
        changes = self._entry()
        known = changes._find_by_client_key(client_key)
        if known:
            return {"id": known.id, "number": known._get_full_number(), "created": False}
        requirements = changes.env["project.requirement"]
        title, body = requirements._split_text(text)
        files = requirements._check_files(images)
        project = changes.env["project.project"].browse(self._entry_id(project_id) or 0)
        vals = {
            "name": title,
            "content": body,
            "project_id": project.id,
            "type_id": is_urgent is True and changes._get_urgent_type(project).id,
            "requester_id": self._entry_id(requester_id),
            "said_via": self._entry_choice("said_via", said_via),
        }
        if is_urgent is True and not vals["type_id"]:
            raise UserError(self.env._("The delivery mode of this project has no urgent changes."))
        change = changes._file_once({key: val for key, val in vals.items() if val}, client_key)
        change._attach(files)
        if is_urgent is True:
            change.action_do_first()
        return {"id": change.id, "number": change._get_full_number(), "created": True}

    @api.model
    def _get_urgent_type(self, project):
        """Return the urgent change type of the project's mode."""
        # whoever records a change needs no right on configuration
        mode_sudo = project.sudo().delivery_mode_id
        types_sudo = mode_sudo._get_change_types() if mode_sudo else self.env["project.change.type"]
        return types_sudo.filtered(lambda change_type: change_type.kind == "urgent")[:1]

    def _attach(self, files):
        """Attach files given as pairs of name and bytes."""
        self.ensure_one()
        self.env["ir.attachment"].create(
            [
                {"name": name, "raw": raw, "res_model": self._name, "res_id": self.id}
                for name, raw in files
            ]
        )
