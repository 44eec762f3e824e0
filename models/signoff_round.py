from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..core.approval import Step, is_complete, next_order
from ..core.canonical import dumps, loads
from ..core.grant import Granted
from .signoff_round_step import ASKED

ROUND_STATES = [
    ("running", "Running"),
    ("approved", "Agreed"),
    ("rejected", "Refused"),
    ("asked", "Question asked"),
    ("deferred", "Deferred"),
    ("withdrawn", "Withdrawn"),
    ("expired", "Expired"),
    ("reset", "Content changed"),
    ("void", "Void"),
]
# how a document stands when its round ended so; only what was refused is not sent again
DOCUMENT_STATES = {
    "asked": "returned",
    "deferred": "returned",
    "returned": "returned",
    "reset": "none",
    "continued": "none",
    "void": "none",
}

EMPTY_STEP = {"people": (), "reject_key": None, "escalate": None, "skipped": None}
EMPTY_PERSON = {"user": None, "post": None, "party": None}


class SignoffRound(models.Model):
    """One walk of a document through its flow, on a snapshot, after a plan copied at the start."""

    _name = "signoff.round"
    _description = "Round of Decisions"
    _inherit = ["signoff.coded.mixin"]
    _order = "id desc"
    _movable_fields = (
        "state",
        "ended_at",
        "end_reason",
        "rev",
        "expires_at",
        "paper_code",
        "pdf_sha256",
        "pdf_attachment_id",
    )
    _can_be_voided = True

    res_model = fields.Char(string="Document Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Document", model_field="res_model", required=True, readonly=True
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True, ondelete="restrict")
    project_id = fields.Many2one("project.project", readonly=True, index=True, ondelete="restrict")
    name = fields.Char(string="Document Title", required=True, readonly=True)
    number = fields.Integer(string="Round", required=True, readonly=True, aggregator=None)
    snapshot_id = fields.Many2one(
        "signoff.snapshot", readonly=True, index=True, ondelete="restrict"
    )
    snapshot_sha256 = fields.Char(string="Check Code", required=True, readonly=True)
    flow_id = fields.Many2one(
        "signoff.flow", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    plan = fields.Text(required=True, readonly=True)
    lang = fields.Char(string="Document Language", readonly=True)
    note = fields.Text(readonly=True)
    due_date = fields.Date(string="Asked Until", readonly=True)
    author_id = fields.Many2one("res.users", string="Sent By", readonly=True, ondelete="restrict")
    author_name = fields.Char(string="Sender", readonly=True)
    started_at = fields.Datetime(string="Sent On", required=True, readonly=True)
    expires_at = fields.Datetime(readonly=True)
    # how it goes
    state = fields.Selection(ROUND_STATES, string="Status", required=True, readonly=True)
    ended_at = fields.Datetime(readonly=True)
    end_reason = fields.Text(string="Reason", readonly=True)
    rev = fields.Integer(readonly=True, export_string_translation=False, aggregator=None)
    paper_code = fields.Char(readonly=True, index="btree_not_null", export_string_translation=False)
    step_ids = fields.One2many("signoff.round.step", "round_id", readonly=True)
    slot_ids = fields.One2many("signoff.slot", "round_id", readonly=True)
    decision_ids = fields.One2many("signoff.decision", "round_id", readonly=True)

    _running_uniq = models.UniqueIndex(
        "(res_model, res_id) WHERE state = 'running'",
        "This document is waiting for decisions already.",
    )
    _document_number_uniq = models.UniqueIndex("(res_model, res_id, number)")
    _expiry_idx = models.Index("(expires_at) WHERE state = 'running' AND expires_at IS NOT NULL")

    @api.depends("name", "number")
    def _compute_display_name(self):
        for row in self:
            row.display_name = self.env._(
                "%(document)s, round %(number)s", document=row.name, number=row.number
            )

    # === READING === #

    def _get_document(self):
        """Return the document of this round."""
        self.ensure_one()
        return self.env[self.res_model].browse(self.res_id)

    def _get_plan(self):
        """Return the plan as it was copied at the start."""
        self.ensure_one()
        # the canonical form leaves out what is empty
        plan = {"carried": [], "barred": [], "reset_key": None, "given": None, **loads(self.plan)}
        plan["steps"] = [{**EMPTY_STEP, **step} for step in plan["steps"]]
        for step in plan["steps"]:
            step["people"] = [{**EMPTY_PERSON, **person} for person in step["people"]]
        return plan

    def _is_practice(self):
        return all(self.mapped("project_id.delivery_practice"))

    @api.model
    def _get_last(self, documents):
        """Return {document id: its latest round}; one query."""
        ids = [res_id for res_id in documents.ids if res_id]
        if not ids:
            return {}
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT ON (res_id) res_id, id FROM signoff_round"
                " WHERE res_model = %s AND res_id IN %s ORDER BY res_id, number DESC",
                documents._name,
                tuple(ids),
            )
        )
        return {res_id: self.browse(round_id) for res_id, round_id in rows}

    # === START === #

    @api.model
    def _start(
        self,
        documents,
        flow,
        due=False,
        note="",
        parties=None,
        reviewers=None,
        follows=None,
        from_key=0,
    ):
        """Start a round on each document; batched, a constant number of queries.

        :param documents: recordset of a model with ``signoff.document.mixin``
        :param flow: signoff.flow for all of them, or empty: each document's own
        :param date due: day by which customers are asked to answer
        :param parties: project parties who shall sign, or empty: all who may
        :param reviewers: contacts for steps that ask whom the sender chooses
        :param follows: the round that this one continues, for a single document; what was
            settled before the step ``from_key`` is carried
        :return: the rounds, in the order of ``documents``
        :raises UserError: no flow, nobody to ask, or a document that runs already or was refused
            for good
        """
        running = documents.filtered(lambda document: document.signoff_state == "running")
        if running:
            raise UserError(
                self.env._(
                    "%(document)s is waiting for decisions already.",
                    document=running[0].display_name,
                )
            )
        refused = documents.filtered(lambda document: document.signoff_state == "rejected")
        if refused:
            raise UserError(
                self.env._(
                    "%(document)s was refused for good. Make another one, or ask a delivery "
                    "manager to void the refusal.",
                    document=refused[0].display_name,
                )
            )
        # the round before has ended in this transaction, perhaps
        self.flush_model(["state"])
        planner = self.env["signoff.planner"]
        if follows:
            plans = {documents.id: follows._plan_next(documents, from_key)}
        else:
            plans = planner._plan(documents, flow, parties, reviewers)
            for document in documents:
                self._note_carried(plans[document.id], document)
        for plan in plans.values():
            planner._check_startable(plan)
        snapshots_sudo = self.env["signoff.snapshot"]._take(documents)
        numbers = self._get_last_numbers(documents)
        titles = self._get_titles(documents, plans)
        now = fields.Datetime.now()
        values = []
        last, text = None, ""
        for document, snapshot_sudo in zip(documents, snapshots_sudo, strict=True):
            plan = plans[document.id]
            days = plan.pop("expiry_days", 0)
            if follows and follows.expires_at:
                days = (follows.expires_at - follows.started_at).days
            # most plans of a thousand documents say the same
            if plan != last:
                last, text = plan, dumps(plan)
            # whoever refuses or edits has not sent it
            author = follows.author_id if follows else self.env.user
            values.append(
                Granted(
                    res_model=documents._name,
                    res_id=document.id,
                    company_id=document.company_id.id,
                    project_id=document.project_id.id,
                    name=titles[document.id],
                    number=numbers.get(document.id, 0) + 1,
                    snapshot_id=snapshot_sudo.id,
                    snapshot_sha256=snapshot_sudo.sha256,
                    flow_id=plan["flow"],
                    plan=text,
                    lang=plan["lang"],
                    note=note or False,
                    due_date=due or (follows and follows.due_date) or False,
                    author_id=author.id,
                    author_name=follows.author_name if follows else author.name,
                    started_at=now,
                    expires_at=days and fields.Datetime.add(now, days=days),
                    state="running",
                    rev=0,
                )
            )
        # evidence has no ACL for anybody: this method is its only door
        rounds_sudo = self.sudo()._insert(values)
        for same_sudo in rounds_sudo.grouped("plan").values():
            for row_sudo in same_sudo if same_sudo[:1]._needs_rendition() else ():
                self.env["signoff.rendition"]._render(row_sudo)
        documents.invalidate_recordset(
            ["signoff_round_id", "signoff_slot_ids", "signoff_waiting_for"], flush=False
        )
        documents._signoff_set_state("running")
        if "content_lock" in documents._fields:
            documents._signoff_follow_lock("started")
        rounds = rounds_sudo.with_env(self.env)
        for document, row in zip(documents, rounds, strict=True):
            document._signoff_on_event("started", row)
        rounds_sudo._open_next()
        return rounds

    @api.model
    def _get_titles(self, documents, plans):
        """Return {document id: its title in the language in which it is read}."""
        titles = {}
        for lang, members in documents.grouped(lambda doc: plans[doc.id]["lang"]).items():
            for document in members.with_context(lang=lang):
                titles[document.id] = document._signoff_title()
        return titles

    @api.model
    def _get_last_numbers(self, documents):
        rows = self.env.execute_query(
            SQL(
                "SELECT res_id, max(number) FROM signoff_round"
                " WHERE res_model = %s AND res_id IN %s GROUP BY res_id",
                documents._name,
                tuple(documents.ids),
            )
        )
        return dict(rows)

    def _needs_rendition(self):
        """Tell whether somebody signs, or reads without an account."""
        return any(
            step["signature"] or step["side"] != "supplier"
            for step in self._get_plan()["steps"]
            if not step.get("skipped")
        )

    def _get_reader_langs(self):
        """Return the languages in which this round is read by those who sign, sorted."""
        self.ensure_one()
        partner_ids = [
            person["partner"]
            for step in self._get_plan()["steps"]
            for person in step["people"]
            if step["signature"] or step["side"] != "supplier"
        ]
        langs = set(self.env["res.partner"].sudo().browse(partner_ids).mapped("lang"))
        return sorted((langs | {self.lang}) - {False})

    @api.model
    def _note_carried(self, plan, document):
        """Leave out steps whose approvals of the document still hold; somebody is always asked."""
        plan["carried"] = document._signoff_get_carried(plan)
        if plan["carried"] and is_complete(self._get_steps(plan), set(plan["carried"])):
            plan["carried"] = []

    def _plan_next(self, document, from_key):
        """Return the plan of the round that continues this one at the step ``from_key``."""
        self.ensure_one()
        plan = self.env["signoff.planner"]._plan_following(document, self)
        settled = plan.pop("settled")
        first = next(step["step"] for step in self._get_plan()["steps"] if step["key"] == from_key)
        keys = {step["step"]: step["key"] for step in plan["steps"]}
        begins_at = keys.get(first, 0)
        plan["carried"] = [key for step, key in keys.items() if key < begins_at and step in settled]
        if is_complete(self._get_steps(plan), set(plan["carried"])):
            # nobody would look at it: then everybody does
            plan["carried"] = []
        return plan

    def _get_people_asked(self):
        """Return {key: people} whom the steps of this round asked, by their own name."""
        self.ensure_one()
        people = {}
        for step_sudo in self.sudo().step_ids.sorted("id"):
            # whom somebody added on the way is not asked by the flow
            own_sudo = step_sudo._get_own_slots().filtered(lambda slot: not slot.is_added)
            people[step_sudo.key] = [
                {
                    "user": slot_sudo.user_id.id or None,
                    "partner": slot_sudo.partner_id.id,
                    "name": slot_sudo.person_name,
                    "post": slot_sudo.person_post or None,
                    "party": slot_sudo.party_id.id or None,
                    "group": slot_sudo.group_key,
                }
                for slot_sudo in own_sudo
            ]
        return people

    # === WALK === #

    def _get_steps(self, plan=None):
        """Return the steps of the plan that are walked, as ``core.approval`` knows them."""
        plan = plan or self._get_plan()
        return [
            Step(
                key=step["key"],
                order=step["order"],
                kind=step["kind"],
                rule=step["rule"],
                need=step["need"],
            )
            for step in plan["steps"]
            if not step.get("skipped")
        ]

    def _get_progress(self, plan):
        """Return (passed keys, opened keys) of this round."""
        carried = set(plan["carried"])
        live = self.step_ids.filtered(lambda step: step.state != "void")
        passed = carried | set(live.filtered(lambda step: step.state == "done").mapped("key"))
        return passed, carried | set(live.mapped("key"))

    def _open_next(self, chosen=None):
        """Open the steps whose turn it is, for many rounds at once; end those that are through.

        :param list chosen: people named by the step before, for steps that leave it to it
        """
        opening, complete, plans = [], self.browse(), {}
        for row in self:
            if row.plan not in plans:
                plans[row.plan] = row._get_plan()
            plan = plans[row.plan]
            steps = row._get_steps(plan)
            passed, opened = row._get_progress(plan)
            order = next_order(steps, passed, opened)
            if order is None:
                if is_complete(steps, passed):
                    complete |= row
                continue
            opening += [
                (row, step)
                for step in plan["steps"]
                if step["order"] == order and not step.get("skipped") and step["key"] not in opened
            ]
        if opening:
            steps_sudo = self.env["signoff.round.step"]._open(opening, chosen)
            # an order without a required step holds nobody up
            passing = steps_sudo.filtered(lambda step: step.kind != "required").round_id
            waiting = steps_sudo.filtered(lambda step: step.kind == "required").round_id
            if passing - waiting:
                (passing - waiting)._open_next(chosen)
        for row in complete:
            row._end("approved")

    def _end(self, state, reason="", told=""):
        """End these rounds; what is still asked is not asked any more.

        :param str state: one of ``ROUND_STATES`` but ``running``
        :param str told: what the documents are told instead, see ``_signoff_on_event``
        """
        rows_sudo = self.sudo()
        rows_sudo.slot_ids.filtered(lambda slot: slot.state in ASKED)._void()
        rows_sudo.step_ids.filtered(lambda step: step.state == "open")._close("void")
        rows_sudo.write(
            Granted(state=state, ended_at=fields.Datetime.now(), end_reason=reason or False)
        )
        for row in self:
            document = row._get_document()
            document._signoff_set_state(DOCUMENT_STATES.get(told or state, state))
            document._signoff_on_event(told or ("voided" if state == "void" else state), row)
        self.env["delivery.event"]._emit(f"signoff.{state}", rows_sudo)

    def _reset(self, reason):
        """The content has changed: what was decided holds no more, as the flow says."""
        for row in self:
            from_key = row._get_plan()["reset_key"] or 0
            row._end("reset", reason)
            document = row._get_document()
            try:
                with self.env.cr.savepoint():
                    document._signoff_restart(row, from_key)
            except UserError as error:
                # the edit stands; somebody sends it once what is missing is there
                document._signoff_tell_stopped(row, str(error))

    def _send_back(self, from_key, reason):
        """A step refused: go on with a round that begins at an earlier step.

        Where nobody could be asked there any more, it goes back to the author.
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._end("rejected", reason, told="continued")
                self._get_document()._signoff_restart(self, from_key)
        except UserError as error:
            self._end("rejected", f"{reason}\n{error}".strip(), told="returned")

    # === ACTION METHODS === #

    def action_void(self, reason):
        """Void finished rounds (作废); they stay readable, the document falls back.

        :param str reason: why
        :raises AccessError: for others than delivery managers
        """
        rounds = self._entry()
        ended = rounds.filtered(lambda row: row.state in ("approved", "rejected", "expired"))
        if not ended:
            raise UserError(self.env._("Only what has ended can be voided. Withdraw what runs."))
        ended.env["signoff.void"]._void(ended, reason)
        last = self._get_last_of(ended)
        ended.sudo().write(Granted(state="void", end_reason=reason.strip()))
        for row in ended.filtered(lambda row: row in last):
            document = row._get_document()
            document._signoff_set_state("none")
            document._signoff_on_event("voided", row)
        self.env["delivery.event"]._emit("signoff.void", ended.sudo())
        return True

    @api.model
    def _get_last_of(self, rounds):
        """Return those of ``rounds`` after which no other round of the document came."""
        last = self.browse()
        for model, rows in rounds.grouped("res_model").items():
            found = self._get_last(self.env[model].browse(rows.mapped("res_id")))
            last |= rows.filtered(lambda row, found=found: found.get(row.res_id) == row)
        return last

    def _get_action(self):
        """Return the action that opens this round."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Confirmation"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    def action_open_document(self):
        """Open the document of this round."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }
