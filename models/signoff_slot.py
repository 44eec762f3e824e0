from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..core.approval import APPROVING, RETURNING
from ..core.grant import Granted
from .signoff_flow_step import METHODS

VERDICTS = [
    ("approve", "Agreed"),
    ("conditional", "Agreed with conditions"),
    ("reject", "Refused"),
    ("comment", "Commented"),
    ("ask", "Question asked"),
    ("defer", "Deferred"),
    ("withdrawn", "Withdrawn"),
]
NEED_REASON = ("reject", "ask", "withdrawn")
# whoever need not be waited for stops nobody either
VERDICTS_BY_KIND = {
    "required": ("approve", "conditional", "reject", "ask", "defer"),
    "optional": ("approve", "conditional", "reject"),
    "comment": ("comment",),
}


class SignoffSlot(models.Model):
    """One person asked for one decision; the place where access, counters and queues look."""

    _name = "signoff.slot"
    _description = "Requested Decision"
    _inherit = ["signoff.coded.mixin"]
    _order = "due_at, id"
    _rec_names_search = ["person_name", "round_id.name"]
    _movable_fields = (
        "state",
        "verdict",
        "due_at",
        "decided_at",
        "void_reason",
        "seen_at",
        "reminders",
        "reminded_at",
        "activity_id",
        "clock_at",
        "link_nonce",
        "link_until",
        "code_hash",
        "code_until",
        "code_tries",
        "code_sent_by",
        "link_codes",
        "remark_count",
        "turn",
    )

    step_id = fields.Many2one("signoff.round.step", readonly=True, index=True, ondelete="restrict")
    round_id = fields.Many2one("signoff.round", readonly=True, index=True, ondelete="restrict")
    # copied, so that rules, queues and counters read this table alone
    res_model = fields.Char(string="Document Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Document", model_field="res_model", required=True, readonly=True
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True, ondelete="restrict")
    project_id = fields.Many2one("project.project", readonly=True, index=True, ondelete="restrict")
    document_name = fields.Char(string="Document Title", required=True, readonly=True)
    step_name = fields.Char(string="Step Name", required=True, readonly=True)
    meaning = fields.Char(required=True, readonly=True)
    # who
    user_id = fields.Many2one("res.users", string="User", readonly=True, ondelete="restrict")
    partner_id = fields.Many2one(
        "res.partner", string="Contact", readonly=True, ondelete="restrict"
    )
    person_name = fields.Char(string="Asked", required=True, readonly=True)
    person_post = fields.Char(string="Post", readonly=True)
    party_id = fields.Many2one(
        "project.party", readonly=True, index="btree_not_null", ondelete="set null"
    )
    group_key = fields.Integer(readonly=True, export_string_translation=False, aggregator=None)
    origin = fields.Selection(
        [
            ("flow", "Flow"),
            ("delegation", "Delegation"),
            ("replacement", "Replacement"),
            ("forward", "Forwarded"),
        ],
        required=True,
        readonly=True,
    )
    on_behalf_slot_id = fields.Many2one(
        "signoff.slot",
        string="On Behalf Of",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    replaces_slot_id = fields.Many2one(
        "signoff.slot", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    asked_at = fields.Datetime(string="Asked On", required=True, readonly=True)
    # how it goes
    state = fields.Selection(
        [
            ("pending", "Waiting"),
            ("later", "Asked later"),
            ("done", "Decided"),
            ("void", "Not asked any more"),
        ],
        string="Status",
        required=True,
        readonly=True,
    )
    verdict = fields.Selection(VERDICTS, readonly=True)
    decided_at = fields.Datetime(readonly=True)
    void_reason = fields.Char(readonly=True)
    due_at = fields.Datetime(string="Due", readonly=True)
    seen_at = fields.Datetime(string="Seen", readonly=True)
    reminders = fields.Integer(readonly=True, aggregator=None)
    reminded_at = fields.Datetime(readonly=True)
    # personal link and code: see signoff_slot_link
    link_nonce = fields.Char(readonly=True, groups="base.group_system")
    link_until = fields.Datetime(readonly=True)
    code_hash = fields.Char(readonly=True, groups="base.group_system")
    code_until = fields.Datetime(readonly=True, groups="base.group_system")
    code_tries = fields.Integer(readonly=True, groups="base.group_system", aggregator=None)
    code_sent_by = fields.Char(readonly=True, groups="base.group_system")
    decision_ids = fields.One2many("signoff.decision", "slot_id", readonly=True)
    is_mine = fields.Boolean(compute="_compute_is_mine", export_string_translation=False)
    is_outside = fields.Boolean(compute="_compute_is_mine", export_string_translation=False)
    takes_link = fields.Boolean(compute="_compute_takes", export_string_translation=False)
    takes_device = fields.Boolean(compute="_compute_takes", export_string_translation=False)

    _user_idx = models.Index("(user_id, res_model, res_id) WHERE state = 'pending'")
    _partner_idx = models.Index("(partner_id, due_at) WHERE state = 'pending'")
    _due_idx = models.Index("(due_at) WHERE state = 'pending'")
    _document_idx = models.Index("(res_model, res_id) WHERE state = 'pending'")

    @api.depends("person_name", "document_name")
    def _compute_display_name(self):
        for slot in self:
            slot.display_name = f"{slot.person_name}: {slot.document_name}"

    @api.depends("user_id", "partner_id")
    @api.depends_context("uid")
    def _compute_is_mine(self):
        for slot in self:
            slot.is_mine = slot.user_id == self.env.user
            slot.is_outside = not slot.user_id

    @api.depends("step_id", "user_id")
    def _compute_takes(self):
        for slot in self:
            methods = slot.step_id._get_methods() if slot.is_outside else ()
            slot.takes_link = "link" in methods
            slot.takes_device = "device" in methods

    def _is_practice(self):
        return self.round_id._is_practice()

    # === READING === #

    @api.model
    def _get_waiting_names(self, documents):
        """Return {document id: names of those who are asked now}; one query."""
        names = {}
        domain = Domain("res_model", "=", documents._name) & Domain("res_id", "in", documents.ids)
        for slot in self.search_fetch(
            domain & Domain("state", "=", "pending"), ["res_id", "person_name"], order="id"
        ):
            names.setdefault(slot.res_id, []).append(slot.person_name)
        return {res_id: list(dict.fromkeys(found)) for res_id, found in names.items()}

    # === ASKING === #

    @api.model
    def _ask(self, asked):
        """Ask people: a slot for each, and one for whoever stands in; one batch.

        :param asked: list of (step, people)
        :return: the new slots (superuser)
        """
        values = [
            self._prepare_slot_vals(step, person) for step, people in asked for person in people
        ]
        slots_sudo = self.sudo()._insert(values)
        slots_sudo |= self.env["signoff.delegation"]._ask_delegates(slots_sudo)
        self.env["delivery.event"]._emit("signoff.asked", slots_sudo)
        return slots_sudo

    @api.model
    def _prepare_slot_vals(self, step, person, **values):
        row = step.round_id
        return Granted(
            {
                "step_id": step.id,
                "round_id": row.id,
                "res_model": row.res_model,
                "res_id": row.res_id,
                "company_id": row.company_id.id,
                "project_id": row.project_id.id,
                "document_name": row.name,
                "step_name": step.name,
                "meaning": step.meaning,
                "user_id": person["user"],
                "partner_id": person["partner"],
                "person_name": person["name"],
                "person_post": person["post"] or False,
                "party_id": person["party"],
                "group_key": person["group"] or 0,
                "origin": "flow",
                "asked_at": step.opened_at,
                "due_at": step.due_at,
                "clock_at": step.clock_at,
                "state": "pending",
                "reminders": 0,
                "code_tries": 0,
                "link_codes": 0,
                **values,
            }
        )

    def _void(self, reason=""):
        """Ask these people no more."""
        self.sudo().write(Granted(state="void", void_reason=reason or False))

    # === DECIDING === #

    def action_decide(
        self,
        verdict,
        snapshot_sha256,
        comment="",
        conditions="",
        defer_until=False,
        next_user_ids=(),
        files=(),
        password="",
    ):
        """Decide as the user who is logged in, on the slots that ask him; works on many.

        :param str verdict: ``approve``, ``conditional``, ``reject``, ``comment``, ``ask`` or
            ``defer``
        :param str snapshot_sha256: check code of the content that was read; for many slots a
            dictionary {slot id as text: check code}
        :param str comment: reason; needed to refuse or to ask
        :param str conditions: what must be met, with ``conditional``
        :param str defer_until: day, with ``defer``
        :param list next_user_ids: whom the next step asks, where the flow leaves it to this one
        :param list files: what goes with the decision, dictionaries with ``name``, ``data``
            (base64) and ``mimetype``
        :param str password: typed again, where a step asks for it
        :raises UserError: not asked any more, content changed, reason missing, signature needed
        """
        slots = self._entry()
        slots.env["signoff.round"].sudo()._load_walk(slots.sudo())
        slots._check_readable()
        guard = self.env["delivery.guarded.mixin"]
        values = {
            "comment": guard._entry_text(comment),
            "conditions": guard._entry_text(conditions),
            "defer_until": self.env["signoff.document.mixin"]._signoff_entry_date(defer_until),
            "next_user_ids": self._entry_ids(next_user_ids),
            "files": self._entry_files(files),
        }
        # a contact reads no slots, and those of others are judged one by one below
        slots_sudo = slots.sudo()
        if not self.env.user._is_internal():
            slots_sudo = slots_sudo.exists()
        asking_sudo = slots_sudo.filtered("step_id.needs_password")
        asking_sudo[:1].with_env(self.env)._check_password(password)
        for slot in slots:
            slot._check_is_asked()
            code = snapshot_sha256
            if isinstance(code, dict):
                code = code.get(str(slot.id), "")
            # who is asked needs no right on what is kept of it
            slot_sudo = slot.sudo()
            if slot_sudo.step_id.needs_signature and verdict in APPROVING:
                raise UserError(
                    self.env._("This decision is a signature: open the document and sign it.")
                )
            slot_sudo._decide(
                verdict, "login", {**values, "snapshot_sha256": guard._entry_text(code)}
            )
        return True

    def _check_readable(self):
        """As ``check_access("read")``, which would look at the project of each first.

        Whoever is asked reads what he is asked, in his companies. A contact of the customer
        reads none; :meth:`_check_is_asked` judges him.
        """
        if not self.env.user._is_internal():
            return
        companies = self.env.companies
        own = self.sudo().filtered(
            lambda slot: slot.user_id == self.env.user and slot.company_id in companies
        )
        self.browse().check_access("read")
        (self - own.with_env(self.env)).check_access("read")

    def _check_is_asked(self):
        """Refuse whoever is not the person of this slot.

        A contact of the customer reads no slots but may answer his own; of others he does not
        learn that there are any.
        """
        self.ensure_one()
        user = self.env.user
        slot_sudo = self.sudo()
        is_ours = user._is_internal()
        if not is_ours:
            slot_sudo = slot_sudo.exists()
        mine = slot_sudo and (
            slot_sudo.user_id == user
            if slot_sudo.user_id
            else slot_sudo.partner_id == user.sudo().partner_id
        )
        if not is_ours and not mine:
            raise AccessError(self.env._("You are not asked for this decision."))
        if not mine:
            raise AccessError(
                self.env._("%(person)s is asked for this decision.", person=slot_sudo.person_name)
            )

    def _decide(self, verdict, method, values):
        """Record a decision, whoever made it and however it was proven; the one door.

        The caller has checked who acts. Decisions on one round are made one after the other.

        :param str verdict: see :meth:`action_decide`
        :param str method: ``login``, ``link``, ``device``, ``paper`` or ``record``
        :param dict values: ``snapshot_sha256`` and what ``signoff.decision`` keeps beside it
        :return: the decision (superuser)
        """
        self.ensure_one()
        slot_sudo = self.sudo()
        slot_sudo.round_id._lock()
        slot_sudo._check_open(method)
        slot_sudo._check_content(values.get("snapshot_sha256"))
        slot_sudo._check_verdict(verdict, values)
        # who withdrew his decision decides anew; the rows stay tied together
        before_sudo = slot_sudo.decision_ids.sorted("id")[-1:] if slot_sudo.decided_at else None
        decision_sudo = self.env["signoff.decision"]._record(
            slot_sudo, verdict, method, values, replaces=before_sudo
        )
        slot_sudo.write(Granted(state="done", verdict=verdict, decided_at=fields.Datetime.now()))
        slot_sudo._close_twins()
        slot_sudo._after_decision(verdict, values)
        self.env["delivery.event"]._emit("signoff.decided", decision_sudo)
        return decision_sudo

    def _check_open(self, method):
        self.ensure_one()
        if self.state == "done":
            raise UserError(self.env._("This has been decided already."))
        if self.state != "pending" or self.round_id.state != "running":
            raise UserError(
                self.env._(
                    "“%(document)s” does not wait for this decision any more: it was changed, "
                    "withdrawn or decided by others. Open it again to see how it stands.",
                    document=self.document_name,
                )
            )
        if method not in self.step_id._get_methods():
            labels = dict(METHODS)
            raise UserError(
                self.env._(
                    "Step “%(step)s” does not accept this kind of proof: %(method)s.",
                    step=self.step_name,
                    method=dict(self._get_method_labels()).get(method, labels.get(method, method)),
                )
            )

    @api.model
    def _get_method_labels(self):
        return self.env["signoff.decision"]._fields["method"]._description_selection(self.env)

    def _check_content(self, seen_sha256):
        """Refuse a decision on anything but what the snapshot of the round says."""
        self.ensure_one()
        row = self.round_id
        document = row._get_document().sudo()
        if seen_sha256 != row.snapshot_sha256 or not document._signoff_is_fresh(row):
            raise UserError(
                self.env._(
                    "“%(document)s” has changed since you opened it. Please read it again.",
                    document=self.document_name,
                )
            )

    def _get_verdicts(self):
        """Return the codes of the answers that the step of this slot takes."""
        self.ensure_one()
        return VERDICTS_BY_KIND[self.step_id.kind]

    def _get_verdict_refusal(self):
        """Return the sentence that refuses an answer which the step does not take."""
        self.ensure_one()
        said = {
            "comment": self.env._("Step “%s” takes comments only: write one.", self.step_name),
            "optional": self.env._(
                "This answer is not possible here: nobody waits for step “%s”. Agree, refuse, or "
                "leave it.",
                self.step_name,
            ),
        }
        return said.get(self.step_id.kind) or self.env._("This decision is not possible here.")

    def _names_next(self):
        """Tell whether whoever decides here also names the people of the next step."""
        self.ensure_one()
        plan = self.round_id._get_plan()
        steps = [step for step in plan["steps"] if not step["skipped"]]
        here = next(step for step in steps if step["key"] == self.step_id.key)
        if here["kind"] == "comment":
            return False
        for step in sorted(steps, key=lambda step: step["order"]):
            if step["order"] > here["order"]:
                if step["source"] == "previous":
                    return True
                if step["kind"] == "required":
                    return False
        return False

    def _check_verdict(self, verdict, values):
        self.ensure_one()
        if verdict not in self._get_verdicts():
            raise UserError(self._get_verdict_refusal())
        if verdict in NEED_REASON and not values.get("comment"):
            raise UserError(self.env._("Please give a reason."))
        if verdict == "conditional" and not values.get("conditions"):
            raise UserError(self.env._("Please write down the conditions."))
        # who has remarked on items has commented
        if verdict == "comment" and not (values.get("comment") or self.remark_count):
            raise UserError(self.env._("Please write your comment."))
        if verdict == "defer" and not values.get("defer_until"):
            raise UserError(self.env._("Please say until when."))

    def _close_twins(self):
        """Whoever stands in has decided, or needs not any more."""
        root = self.on_behalf_slot_id or self
        twins = self.step_id.slot_ids.filtered(
            lambda slot: slot.state == "pending" and root in (slot, slot.on_behalf_slot_id)
        )
        (twins - self)._void(self.env._("Decided by %(person)s", person=self.person_name))

    def _after_decision(self, verdict, values):
        """Let the round go on as it must after this decision."""
        self.ensure_one()
        row, step = self.round_id, self.step_id
        if verdict in RETURNING:
            row._end("asked" if verdict == "ask" else "deferred", values.get("comment") or "")
            return
        state = step._judge()
        if state == "passed":
            step._close("done")
            row._open_next(self._get_chosen(values))
        elif state == "failed":
            step._close("refused")
            if step.kind == "required":
                self._refuse(row, step, values)
        elif step.kind == "comment" and "pending" not in step.slot_ids.mapped("state"):
            step._close("done")
        else:
            step._settle_chains()

    def _refuse(self, row, step, values):
        """End a round whose step can pass no more, and go back as the flow says."""
        planned = next(item for item in row._get_plan()["steps"] if item["key"] == step.key)
        reason = values.get("comment") or ""
        if planned["reject"] == "step" and planned["reject_key"] is not None:
            row._send_back(planned["reject_key"], reason)
        else:
            row._end("rejected", reason, told="" if planned["reject"] == "end" else "returned")

    def _get_chosen(self, values):
        """Return the people whom this decision names for the next step."""
        ids = [user_id for user_id in values.get("next_user_ids") or () if user_id]
        if not ids:
            return []
        barred = self.round_id._get_plan()["barred"]
        users = self.env["res.users"].browse(ids).exists()
        people = self.env["signoff.planner"]._as_people(users, self.company_id)
        return [person for person in people if person["user"] not in barred]
