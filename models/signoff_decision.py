from base64 import b64encode

from odoo import api, fields, models
from odoo.tools import SQL

from ..core.approval import APPROVING
from ..core.canonical import digest, dumps, loads
from ..core.grant import Granted
from .signoff_flow_step import METHODS
from .signoff_slot import VERDICTS

SCHEMA = "cd.decision/1"


class SignoffDecision(models.Model):
    """What one person decided on one snapshot, once and for all.

    A wrong one is not changed: withdrawing it is another decision, which names the first one.
    """

    _name = "signoff.decision"
    _description = "Decision"
    _inherit = ["signoff.evidence.mixin"]
    _order = "id desc"

    slot_id = fields.Many2one("signoff.slot", readonly=True, index=True, ondelete="restrict")
    round_id = fields.Many2one("signoff.round", readonly=True, index=True, ondelete="restrict")
    step_id = fields.Many2one("signoff.round.step", readonly=True, index=True, ondelete="restrict")
    identity_id = fields.Many2one(
        "signoff.identity", readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True, ondelete="restrict")
    project_id = fields.Many2one("project.project", readonly=True, index=True, ondelete="restrict")
    replaces_id = fields.Many2one(
        "signoff.decision",
        string="Replaces",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    # what the check code covers
    document_name = fields.Char(string="Document Title", required=True, readonly=True)
    round_number = fields.Integer(readonly=True, aggregator=None)
    step_name = fields.Char(string="Step Name", required=True, readonly=True)
    meaning = fields.Char(required=True, readonly=True)
    snapshot_sha256 = fields.Char(string="Check Code of the Content", required=True, readonly=True)
    verdict = fields.Selection(VERDICTS, required=True, readonly=True)
    comment = fields.Text(string="Reason", readonly=True)
    conditions = fields.Text(readonly=True)
    defer_until = fields.Date(readonly=True)
    method = fields.Selection(METHODS, string="Proof", required=True, readonly=True)
    identity_digest = fields.Char(required=True, readonly=True)
    plan_sha256 = fields.Char(
        string="Check Code of the Plan", readonly=True, export_string_translation=False
    )
    partner_ref = fields.Integer(readonly=True, aggregator=None, export_string_translation=False)
    user_ref = fields.Integer(
        string="Entered By (No.)", readonly=True, aggregator=None, export_string_translation=False
    )
    entered_by = fields.Char(
        readonly=True, help="Our user who entered it, where the person did not do so himself."
    )
    witness = fields.Char(readonly=True)
    on_behalf_of = fields.Char(readonly=True)
    said_via = fields.Char(readonly=True)
    other_name = fields.Boolean(
        readonly=True, help="Signed under another name than that of the contact who was asked."
    )
    replaces_sha256 = fields.Char(readonly=True, export_string_translation=False)
    remarks_sha256 = fields.Char(
        string="Check Code of the Remarks", readonly=True, export_string_translation=False
    )
    file_sha256s = fields.Text(string="Check Codes of Files", readonly=True)
    attachment_ids = fields.One2many(
        "ir.attachment",
        "res_id",
        string="Files of the Decision",
        domain=[("res_model", "=", "signoff.decision")],
        readonly=True,
    )
    recorded_at = fields.Datetime(string="Recorded", required=True, readonly=True)
    occurred_on = fields.Date(
        string="Date as Stated", readonly=True, help="As written on the paper, or as told."
    )
    sha256 = fields.Char(string="Check Code", required=True, readonly=True, index=True)
    signature_ids = fields.One2many("signoff.signature", "decision_id", readonly=True)
    # shown to whoever reads the decision
    person_name = fields.Char(string="Person", compute="_compute_person", compute_sudo=True)
    person_post = fields.Char(string="Post", compute="_compute_person", compute_sudo=True)
    signature_image = fields.Binary(
        string="Drawn Signature", compute="_compute_signature_image", compute_sudo=True
    )

    _slot_uniq = models.UniqueIndex(
        "(slot_id) WHERE replaces_id IS NULL", "This has been decided already."
    )
    _replaces_uniq = models.UniqueIndex(
        "(replaces_id) WHERE replaces_id IS NOT NULL", "This decision was replaced already."
    )

    @api.depends("identity_id")
    @api.depends_context("lang")
    def _compute_person(self):
        for decision in self:
            identity = decision.identity_id
            erased = identity.erased_at and self.env._("(erased)")
            decision.person_name = erased or identity.name
            decision.person_post = False if erased else identity.post

    def _compute_signature_image(self):
        for decision in self:
            decision.signature_image = decision.identity_id.image

    @api.depends("verdict", "document_name")
    def _compute_display_name(self):
        verdicts = dict(self._fields["verdict"]._description_selection(self.env))
        for decision in self:
            verdict = verdicts.get(decision.verdict, "")
            decision.display_name = f"{decision.document_name}: {verdict}"

    def _is_practice(self):
        return self.round_id._is_practice()

    def _on_delivery_event(self, name, payload):
        """Carry out what follows from a decision, after its commit."""
        if name == "signoff.decided":
            self.env["signoff.seal"]._trigger_seal()
            self.round_id.slot_ids._close_requests()

    def _get_event_words(self, name, payload, lang):
        """Return the words in which a chat group of ours is told who decided how."""
        verdicts = dict(self._fields["verdict"]._description_selection(self.env))
        return {
            **self.round_id._get_event_words(name, payload, lang),
            "what": f"{self.slot_id.person_name}: {verdicts[self.verdict]}",
        }

    @api.model
    def _get_event_names(self):
        return {"signoff.decided": self.env._("Decided")}

    @api.model
    def _record(self, slot_sudo, verdict, method, values, replaces=None):
        """Write one decision with its identity and, where somebody signs, its signature.

        :return: the decision (superuser)
        """
        # what comes from outside is picked by name
        identity_vals = self.env["signoff.identity"]._prepare(slot_sudo, values)
        image = values.get("image") or b""
        user = self.env.user
        himself = method in ("login", "link")
        signs = self._is_signature(slot_sudo, verdict, method, values)
        files = [] if signs else values.get("files") or []
        decision_vals = {
            "slot_id": slot_sudo.id,
            "round_id": slot_sudo.round_id.id,
            "step_id": slot_sudo.step_id.id,
            "company_id": slot_sudo.company_id.id,
            "project_id": slot_sudo.project_id.id,
            "replaces_id": replaces.id if replaces else False,
            "document_name": slot_sudo.document_name,
            "round_number": slot_sudo.round_id.number,
            "step_name": slot_sudo.step_name,
            "meaning": slot_sudo.meaning,
            "snapshot_sha256": values["snapshot_sha256"],
            "verdict": verdict,
            "comment": values.get("comment") or False,
            "conditions": values.get("conditions") or False,
            "defer_until": values.get("defer_until") or False,
            "method": method,
            "identity_digest": identity_vals["digest"],
            "plan_sha256": digest(slot_sudo.round_id.plan),
            "partner_ref": slot_sudo.partner_id.id or 0,
            "user_ref": 0 if method == "link" else user.id,
            "entered_by": False if himself else user.name,
            "witness": user.name if method == "device" else False,
            "on_behalf_of": slot_sudo.on_behalf_slot_id.person_name or False,
            "said_via": values.get("said_via") or False,
            "other_name": (identity_vals["name"] or "").strip() != slot_sudo.person_name.strip(),
            "replaces_sha256": replaces.sha256 if replaces else False,
            "remarks_sha256": slot_sudo._get_remarks_digest(),
            "file_sha256s": self._list_files(files),
            "recorded_at": fields.Datetime.now(),
            "occurred_on": values.get("occurred_on") or False,
        }
        decision_vals["sha256"] = digest(dumps(self._as_payload(decision_vals)))
        decision_sudo = self._write_with_identity(decision_vals, identity_vals, image)
        if signs:
            self.env["signoff.signature"]._record(decision_sudo, values)
        elif files:
            decision_sudo._keep_files(files)
        return decision_sudo

    @api.model
    def _is_signature(self, slot_sudo, verdict, method, values):
        """Tell whether a decision is signed; then its files belong to the signature."""
        if verdict not in APPROVING:
            return False
        proven = values.get("files") and method != "login"
        return bool(values.get("image") or proven or slot_sudo.step_id.needs_signature)

    @api.model
    def _write_with_identity(self, decision_vals, identity_vals, image):
        """Write a decision and who made it in one statement; return the decision (superuser)."""
        # evidence has no ACL for anybody: this method is its only door
        decisions_sudo = self.sudo().with_context({})
        identities_sudo = decisions_sudo.env["signoff.identity"]
        identity_vals = Granted(identity_vals)
        decision_vals = Granted(decision_vals, identity_id=SQL("(SELECT id FROM identity)"))
        ((decision_id, identity_id),) = self.env.execute_query(
            SQL(
                "WITH identity AS (%s) %s, identity_id",
                identities_sudo._get_insert_sql([identity_vals]),
                decisions_sudo._get_insert_sql([decision_vals]),
            )
        )
        identity_sudo = identities_sudo.browse(identity_id)
        identity_sudo._after_insert([identity_vals])
        if image:
            # the ORM takes pictures as base64
            self.env["signoff.identity"]._fields["image"].create(
                [(identity_sudo, b64encode(image))]
            )
        decision_sudo = decisions_sudo.browse(decision_id)
        decision_sudo._after_insert([decision_vals])
        return decision_sudo.with_env(self.sudo().env)

    @api.model
    def _as_payload(self, row):
        """Return the plain content that the check code of a decision covers."""
        names = (
            "document_name",
            "round_number",
            "step_name",
            "meaning",
            "snapshot_sha256",
            "verdict",
            "comment",
            "conditions",
            "defer_until",
            "method",
            "identity_digest",
            "plan_sha256",
            "partner_ref",
            "user_ref",
            "entered_by",
            "witness",
            "on_behalf_of",
            "said_via",
            "other_name",
            "replaces_sha256",
            "remarks_sha256",
            "file_sha256s",
            "recorded_at",
            "occurred_on",
        )
        content = {name: row[name] for name in names}
        for name, value in content.items():
            if value is False and name != "other_name":
                content[name] = None
        return {"schema": SCHEMA, **content}

    def _get_files(self):
        """Return [(name, sha256)] of the files that came with this decision."""
        return [(file["name"], file["sha256"]) for file in loads(self.file_sha256s or "[]")]

    def _get_payload(self):
        """Return the plain content of this decision, for whoever recomputes its check code."""
        self.ensure_one()
        return self._as_payload(self)

    def _find_problem(self, images=None):
        """Return what is wrong with this decision and what it rests on, or nothing.

        :param dict images: see ``signoff.identity._find_problem``
        """
        self.ensure_one()
        if digest(dumps(self._get_payload())) != self.sha256:
            return self.env._("The decision was changed.")
        if self.file_sha256s:
            if problem := self._find_file_problem(self.sudo().attachment_ids, self._get_files()):
                return problem
        identity_sudo = self.identity_id.sudo()
        if identity_sudo.digest != self.identity_digest:
            return self.env._("Who signed was changed.")
        row_sudo = self.round_id.sudo()
        said = (row_sudo.snapshot_sha256, row_sudo.name, row_sudo.number)
        if said != (self.snapshot_sha256, self.document_name, self.round_number):
            return self.env._("The decision does not fit the content of its round.")
        if digest(row_sudo.plan or "") != self.plan_sha256:
            return self.env._("The plan of the round was changed.")
        slot_sudo = self.slot_id.sudo()
        if self.remarks_sha256 and not slot_sudo._has_remarks_of(self.remarks_sha256):
            return self.env._("The remarks on items do not fit the decision.")
        if (slot_sudo.step_name, slot_sudo.meaning) != (self.step_name, self.meaning):
            return self.env._("The decision does not fit what was asked.")
        return identity_sudo._find_problem(images)
