from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..core.grant import Granted

WAYS = [
    ("instead", "Decides instead of me"),
    ("before", "Is asked first, then it comes back to me"),
    ("after", "Is asked after me as well"),
]


class SignoffSlot(models.Model):
    """Handing a request on (转交, 加签): to somebody else, or to one more before or after oneself.

    Whoever is added stands in one *chain* with the one who was asked. They answer one after the
    other and count as one: whoever refuses refuses for the chain, all must agree. So a step wants
    as many answers as before, and neither the plan nor other people's requests change.
    """

    _inherit = "signoff.slot"

    chain_slot_id = fields.Many2one(
        "signoff.slot",
        string="Answers Together With",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    turn = fields.Integer(readonly=True, aggregator=None, export_string_translation=False)
    is_added = fields.Boolean(string="Added on the Way", readonly=True)
    handed_by = fields.Char(string="Handed On By", readonly=True)
    hand_reason = fields.Char(string="Why It Was Handed On", readonly=True)

    def action_forward(self, user_id, reason, how="instead"):
        """Hand on what one is asked to a colleague; works on many.

        :param int user_id: the colleague, one of our users
        :param str reason: why; he reads it, and it stays with the round
        :param str how: ``instead`` (he decides instead), ``before`` (he is asked first, then it
            comes back) or ``after`` (he is asked after one has agreed)
        :raises UserError: not asked any more, or the colleague may not decide on this
        """
        slots = self._entry()
        guard = self.env["delivery.guarded.mixin"]
        reason = guard._entry_text(reason)
        user = self.env["res.users"].browse(guard._entry_id(user_id) or 0).exists()
        if how not in dict(WAYS):
            raise UserError(self.env._("Please say how it is handed on."))
        if not reason:
            raise UserError(self.env._("Please give a reason."))
        if not user:
            raise UserError(self.env._("Please choose a colleague."))
        slots._check_readable()
        for slot in slots:
            slot._check_is_asked()
            # who is asked needs no right on what is kept of it
            slot.sudo()._forward(user, reason, how)
        return True

    def _forward(self, user, reason, how):
        self.ensure_one()
        step_sudo = self.step_id
        if step_sudo.side != "supplier" or not self.user_id:
            raise AccessError(self.env._("What the customer is asked is not handed on by us."))
        self.round_id._lock()
        if self.state != "pending" or self.round_id.state != "running":
            raise UserError(self.env._("This is not waiting any more."))
        if step_sudo.kind == "comment" and how != "instead":
            raise UserError(
                self.env._("Whoever only comments hands it on, or leaves it; nobody is added.")
            )
        handed = {"origin": "forward", "handed_by": self.person_name, "hand_reason": reason}
        partner = user.sudo().partner_id
        people = self.env["signoff.planner"]._as_people(user, self.company_id)
        if not people:
            raise UserError(
                self.env._("%(person)s may not decide on this.", person=partner.display_name)
            )
        if how == "instead":
            self._replace(partner, self.env["project.party"], reason, **handed)
            return
        self._check_can_ask(people[0], partner)
        seat_sudo = self.on_behalf_slot_id or self
        fresh_sudo = self.create(
            [
                self._prepare_slot_vals(
                    step_sudo,
                    {**people[0], "group": seat_sudo.group_key},
                    **handed,
                    chain_slot_id=(seat_sudo.chain_slot_id or seat_sudo).id,
                    is_added=True,
                    asked_at=fields.Datetime.now(),
                    # its turn, and whether it has come, follows
                    turn=seat_sudo.turn,
                    state="later",
                )
            ]
        )
        seat_sudo._take_turns(fresh_sudo, how)
        step_sudo._settle_chains()

    def _take_turns(self, fresh_sudo, how):
        """Number the chain of this seat anew, with the new one right before or after it."""
        chain = next(
            chain
            for chain in self.step_id._get_chains()
            if self in [slot for slot, _verdict in chain]
        )
        order = [slot for slot, _verdict in chain if slot != fresh_sudo]
        order.insert(order.index(self) + (how == "after"), fresh_sudo)
        for turn, slot_sudo in enumerate(order):
            if slot_sudo.turn != turn:
                slot_sudo.write(Granted(turn=turn))

    def _get_said_before(self):
        """Return what others of the same chain have answered already, one line each."""
        verdicts = dict(self._fields["verdict"]._description_selection(self.env))
        seat = self.on_behalf_slot_id or self
        lines = []
        for chain in self.step_id._get_chains():
            slots = [slot for slot, _verdict in chain]
            if seat not in slots:
                continue
            for slot, verdict in chain:
                if slot == seat or not verdict:
                    continue
                said = slot._get_unit().decision_ids.sorted("id")[-1:]
                words = [verdicts[verdict], said.conditions or "", said.comment or ""]
                lines.append(f"{said.person_name}: {'. '.join(filter(None, words))}")
        return lines

    def _prepare_successor_vals(self):
        """Return what whoever is asked instead takes over: the place in a chain."""
        self.ensure_one()
        added = self.search_count([("chain_slot_id", "=", self.id)], limit=1)
        chain = self.chain_slot_id or (self if added else self.browse())
        return {
            "replaces_slot_id": self.id,
            "chain_slot_id": chain.id,
            "turn": self.turn,
            "is_added": self.is_added,
        }

    def _check_chain_waits(self):
        """Refuse to take back an answer on which somebody of the same chain has built."""
        self.ensure_one()
        seat = self.on_behalf_slot_id or self
        for chain in self.step_id._get_chains():
            slots = [slot for slot, _verdict in chain]
            if seat in slots and any(verdict for _slot, verdict in chain[slots.index(seat) + 1 :]):
                raise UserError(
                    self.env._("Others have decided after you. Ask for the round to be withdrawn.")
                )
