from odoo import fields, models
from odoo.exceptions import UserError

from ..core.grant import Granted
from .signoff_round_step import ASKED

# how a step stands that was judged so
CLOSED_BY = {"passed": "done", "failed": "refused"}


class SignoffSlot(models.Model):
    """What happens to a request after it was made: taken back, handed on to a successor."""

    _inherit = "signoff.slot"

    # === WITHDRAWING === #

    def action_withdraw_decision(self, reason):
        """Take back one's own decision, until the next step has acted.

        :param str reason: why; kept as a decision of its own
        """
        slots = self._entry()
        reason = self.env["delivery.guarded.mixin"]._entry_text(reason)
        slots._check_readable()
        for slot in slots:
            slot._check_is_asked()
            # who is asked needs no right on what is kept of it
            slot.sudo()._withdraw(reason)
        return True

    def _withdraw(self, reason):
        self.ensure_one()
        slot_sudo = self.sudo()
        row_sudo, step_sudo = slot_sudo.round_id, slot_sudo.step_id
        row_sudo._lock()
        if not reason:
            raise UserError(self.env._("Please give a reason."))
        if slot_sudo.state != "done" or row_sudo.state != "running":
            raise UserError(self.env._("This decision can no longer be withdrawn."))
        later = row_sudo.step_ids.filtered(
            lambda step: step.sequence > step_sudo.sequence and step.state != "void"
        )
        if later.slot_ids.filtered(lambda slot: slot.state == "done"):
            raise UserError(
                self.env._("Others have decided after you. Ask for the round to be withdrawn.")
            )
        slot_sudo._check_chain_waits()
        last_sudo = slot_sudo.decision_ids.sorted("id")[-1:]
        self.env["signoff.decision"]._record(
            slot_sudo,
            "withdrawn",
            last_sudo.method,
            {"comment": reason, "snapshot_sha256": row_sudo.snapshot_sha256},
            replaces=last_sudo,
        )
        slot_sudo.write(Granted(state="pending", verdict=False))
        verdict = step_sudo._judge()
        if CLOSED_BY.get(verdict) == step_sudo.state:
            # it has passed, or failed, without this decision too
            slot_sudo._void(self.env._("Others have decided"))
            return
        if step_sudo.kind == "required":
            # what came after it waits for it again
            for step in later:
                step._close("void")
        # those whom this decision made superfluous are asked again
        replaced_sudo = step_sudo.slot_ids.replaces_slot_id
        asked_again = step_sudo.slot_ids.filtered(
            lambda slot: (
                slot.state == "void" and (slot.on_behalf_slot_id or slot) not in replaced_sudo
            )
        )
        if step_sudo.state != "open":
            step_sudo.write(Granted(state="open", ended_at=False))
        asked_again -= asked_again.filtered(lambda slot: "done" in slot._get_unit().mapped("state"))
        asked_again.write(Granted(state="pending", void_reason=False))
        step_sudo._settle_chains()
        (asked_again | slot_sudo)._ask_delegates()
        self.env["delivery.event"]._emit("signoff.withdrew", slot_sudo)

    def _get_unit(self):
        """Return all slots of which one decision is enough: his own, and those who stand in."""
        self.ensure_one()
        root = self.on_behalf_slot_id or self
        return self.step_id.slot_ids.filtered(lambda slot: (slot.on_behalf_slot_id or slot) == root)

    def _ask_delegates(self):
        """Ask those who stand in now for the people of these, where they are not asked yet."""
        fresh_sudo = self.env["signoff.delegation"]._ask_delegates(self.sudo())
        self.env["delivery.event"]._emit("signoff.asked", fresh_sudo)

    # === REPLACING === #

    def action_replace(self, partner_id, reason, party_id=False):
        """Ask somebody else instead: the signatory has left, or asked us to replace him.

        What was signed stays. A successor signs for what comes, not for the past.

        :param int partner_id: the contact who is asked from now on
        :param str reason: why
        :param int party_id: his row among the project's parties, when he signs as one
        """
        slots = self._entry()
        guard = self.env["delivery.guarded.mixin"]
        reason = guard._entry_text(reason)
        if not reason:
            raise UserError(self.env._("Please give a reason."))
        partner = self.env["res.partner"].browse(guard._entry_id(partner_id) or 0).exists()
        party = self.env["project.party"].browse(guard._entry_id(party_id) or 0).exists()
        if not partner:
            raise UserError(self.env._("Please choose who is asked instead."))
        for slot in slots:
            slot._check_may_manage()
            slot._replace(partner, party, reason)
        return True

    def _replace(self, partner, party, reason, **values):
        """Ask ``partner`` instead; ``values`` are further ones of the new slot."""
        self.ensure_one()
        slot_sudo = self.sudo()
        slot_sudo.round_id._lock()
        if slot_sudo.state not in ASKED:
            raise UserError(self.env._("This is not waiting any more."))
        # whoever stands in goes with the one for whom he does
        unit_sudo = slot_sudo._get_unit()
        slot_sudo = slot_sudo.on_behalf_slot_id or slot_sudo
        step_sudo = slot_sudo.step_id
        party_sudo = party.sudo()
        if step_sudo.side != "supplier":
            party_sudo = party_sudo or self.env["project.party"].sudo().search(
                [
                    ("project_id", "=", slot_sudo.project_id.id),
                    ("partner_id", "=", partner.id),
                    ("may_sign", "=", True),
                    ("is_current", "=", True),
                ],
                limit=1,
            )
            if (
                party_sudo.partner_id != partner
                or party_sudo.project_id != slot_sudo.project_id
                or not party_sudo.may_sign
                or not party_sudo.is_current
                or party_sudo.side != step_sudo.side
            ):
                raise UserError(
                    self.env._(
                        "%(person)s may not sign for this project yet. Add the contact to its "
                        "parties and tick “May Sign”.",
                        person=partner.display_name,
                    )
                )
        person = self.env["signoff.planner"]._as_contact(partner.sudo(), party_sudo or None)
        slot_sudo._check_can_ask(person, partner)
        state = slot_sudo.state
        unit_sudo.filtered(lambda slot: slot.state in ASKED)._void(reason)
        fresh_sudo = self.sudo().create(
            [
                self._prepare_slot_vals(
                    step_sudo,
                    person,
                    asked_at=fields.Datetime.now(),
                    state=state,
                    **{"origin": "replacement", **slot_sudo._prepare_successor_vals(), **values},
                )
            ]
        )
        if state == "pending":
            self.env["delivery.event"]._emit("signoff.asked", fresh_sudo)
            fresh_sudo._ask_delegates()
        return fresh_sudo

    def _check_can_ask(self, person, partner):
        """Refuse to ask somebody in this step who may not decide, or is asked already."""
        self.ensure_one()
        step_sudo = self.step_id
        barred = self.round_id._get_plan()["barred"]
        unable = step_sudo.side == "supplier" and not person["user"]
        if unable or (person["user"] and person["user"] in barred):
            raise UserError(
                self.env._("%(person)s may not decide on this.", person=partner.display_name)
            )
        if step_sudo._is_asking(partner):
            raise UserError(
                self.env._(
                    "%(person)s is asked in this step already. Choose somebody else.",
                    person=partner.display_name,
                )
            )

    def _check_may_manage(self):
        """Allow who may send the document: he replaces, reminds and hands out links."""
        for model, slots in self.grouped("res_model").items():
            self.env[model].browse(slots.mapped("res_id"))._signoff_check_may_send()
