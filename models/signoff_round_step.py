from datetime import timedelta
from math import ceil

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.approval import count_voices, judge, quorum, speak
from ..core.grant import Granted
from .signoff_flow_step import SIDES

# working days before the due date on which a customer is reminded
CUSTOMER_DAYS = 2
SOON = timedelta(hours=1)
# states of those who still have to answer, now or when their turn comes
ASKED = ("pending", "later")


class SignoffRoundStep(models.Model):
    """A step of a running or finished round; the row is made when the step opens."""

    _name = "signoff.round.step"
    _description = "Step of a Round"
    _inherit = ["signoff.coded.mixin"]
    _order = "round_id desc, sequence, id"
    _movable_fields = ("state", "ended_at", "due_at", "reminded", "escalated_at", "rev", "clock_at")

    round_id = fields.Many2one("signoff.round", readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", readonly=True, index=True, ondelete="restrict")
    key = fields.Integer(required=True, readonly=True, aggregator=None)
    sequence = fields.Integer(readonly=True, aggregator=None)
    name = fields.Char(string="Step", required=True, readonly=True)
    side = fields.Selection(SIDES, required=True, readonly=True)
    kind = fields.Selection(
        [("required", "Required"), ("optional", "Optional"), ("comment", "May comment")],
        required=True,
        readonly=True,
    )
    rule = fields.Char(required=True, readonly=True)
    need = fields.Integer(readonly=True, aggregator=None)
    meaning = fields.Char(required=True, readonly=True)
    methods = fields.Char(required=True, readonly=True, export_string_translation=False)
    needs_signature = fields.Boolean(readonly=True)
    needs_code = fields.Boolean(readonly=True)
    needs_password = fields.Boolean(readonly=True)
    opened_at = fields.Datetime(required=True, readonly=True)
    # how it goes
    state = fields.Selection(
        [("open", "Open"), ("done", "Agreed"), ("refused", "Refused"), ("void", "Not needed")],
        string="Status",
        required=True,
        readonly=True,
    )
    due_at = fields.Datetime(string="Due", readonly=True)
    clock_at = fields.Datetime(readonly=True, export_string_translation=False)
    reminded = fields.Integer(readonly=True, aggregator=None)
    escalated_at = fields.Datetime(readonly=True)
    ended_at = fields.Datetime(readonly=True)
    rev = fields.Integer(readonly=True, export_string_translation=False, aggregator=None)
    slot_ids = fields.One2many("signoff.slot", "step_id", readonly=True)

    _due_idx = models.Index("(due_at) WHERE state = 'open' AND due_at IS NOT NULL")

    def _is_practice(self):
        return self.round_id._is_practice()

    def _get_methods(self):
        """Return the codes of the proofs that this step accepts."""
        self.ensure_one()
        return self.methods.split(",")

    @api.model
    def _open(self, opening, chosen=None):
        """Open steps: a row for each, and a slot for everybody asked, in two batches.

        :param opening: list of (round, step of its plan)
        :param list chosen: people for steps that the step before fills
        :return: the new steps (superuser)
        """
        now = fields.Datetime.now()
        due, calls = {}, {}
        values = []
        for row, step in opening:
            deadline = (row.company_id, step["minutes"])
            if deadline not in due:
                due[deadline] = self._get_due(row.company_id, now, step["minutes"])
            due_at = due[deadline]
            if row.due_date and (step["side"] != "supplier" or step["source"] == "chosen"):
                due_at = fields.Datetime.to_datetime(row.due_date) + timedelta(hours=23, minutes=59)
            call = (row.company_id, step["side"], due_at, now, step["remind_minutes"])
            if call not in calls:
                calls[call] = self._get_first_call(*call)
            values.append(
                Granted(
                    round_id=row.id,
                    company_id=row.company_id.id,
                    key=step["key"],
                    sequence=step["order"],
                    name=step["name"],
                    side=step["side"],
                    kind=step["kind"],
                    rule=step["rule"],
                    need=step["need"],
                    meaning=step["meaning"],
                    methods=",".join(step["methods"]),
                    needs_signature=step["signature"],
                    needs_code=step["code"],
                    needs_password=step["password"],
                    opened_at=now,
                    state="open",
                    due_at=due_at,
                    clock_at=calls[call],
                    reminded=0,
                    rev=0,
                )
            )
        steps_sudo = self.sudo()._insert(values)
        asked = [
            (step_sudo, self._get_asked(step_sudo, plan, chosen))
            for step_sudo, (_row, plan) in zip(steps_sudo, opening, strict=True)
        ]
        self.env["signoff.slot"]._ask(asked)
        return steps_sudo

    @api.model
    def _get_asked(self, step_sudo, plan, chosen):
        """Return the people whom a step asks as it opens.

        :raises UserError: when the step before should have named them and did not
        """
        if plan["source"] != "previous":
            return plan["people"]
        # a step that is walked once more asks whom it asked before, unless others are named
        people = chosen or plan["people"]
        if plan["kind"] != "comment" and (people or plan["kind"] == "required"):
            try:
                quorum(plan["rule"], plan["need"], count_voices(plan["rule"], people))
            except ValueError:
                raise UserError(
                    self.env._(
                        "Step “%(step)s” comes next and asks the people that you name. Name as "
                        "many as it needs, and nobody who wrote or assessed this himself.",
                        step=step_sudo.name,
                    )
                ) from None
        return people

    @api.model
    def _get_due(self, company, start, minutes):
        """Return when ``minutes`` of working days (1 440 a day) after ``start`` are over."""
        if not minutes:
            return False
        return company._plan_delivery_time(start, minutes / 1440)

    @api.model
    def _get_first_call(self, company, side, due_at, now, minutes):
        """Return when the clock strikes first for who is asked: to remind, or when it is late.

        :param minutes: of working days before ``due_at``, for our own people
        """
        if not due_at:
            return False
        days = CUSTOMER_DAYS if side != "supplier" else ceil(minutes / 1440)
        early = days and company._plan_delivery_morning(due_at.date(), days)
        # nobody is reminded of what he was asked a moment ago
        return early if early and early > now + SOON else due_at

    def _judge(self):
        """Return ``passed``, ``failed`` or ``open`` for this step as it stands."""
        self.ensure_one()
        chains = self._get_chains()
        # whoever was added speaks for the group of the one who was asked
        asked = [
            next(slot for slot, _verdict in chain if not slot.is_added).group_key or 0
            for chain in chains
        ]
        said = [speak([verdict for _slot, verdict in chain]) for chain in chains]
        return judge(self.rule, self.need, asked, said)

    def _get_own_slots(self):
        """Return the slots of those whom this step asks in their own name.

        Whoever was replaced is not asked; his successor is.
        """
        self.ensure_one()
        own = self.slot_ids.filtered(lambda slot: not slot.on_behalf_slot_id)
        return own - self.slot_ids.replaces_slot_id

    def _get_chains(self):
        """Return who is asked, each with whom he added before or after himself.

        :return: list of chains, lists of (slot in the person's own name, verdict that was given
            for it or None), in the order in which they answer
        """
        verdicts = {
            slot.on_behalf_slot_id or slot: slot.verdict
            for slot in self.slot_ids
            if slot.state == "done"
        }
        chains = {}
        for slot in self._get_own_slots().sorted(lambda slot: (slot.turn, slot.id)):
            chain = chains.setdefault(slot.chain_slot_id or slot, [])
            chain.append((slot, verdicts.get(slot)))
        return list(chains.values())

    def _is_asking(self, partner):
        """Tell whether this step asks a contact in his own name."""
        self.ensure_one()
        return partner in self._get_own_slots().partner_id

    def _close(self, state):
        """End these steps; who has not decided is not asked any more."""
        self.slot_ids.filtered(lambda slot: slot.state in ASKED)._void()
        self.write(Granted(state=state, ended_at=fields.Datetime.now()))
