from odoo import models

from ..core.grant import Granted


class SignoffRoundStep(models.Model):
    """Whose turn it is among those who answer one after the other."""

    _inherit = "signoff.round.step"

    def _settle_chains(self):
        """Ask in each chain whose turn it is; after a refusal nobody more of it."""
        self.ensure_one()
        slots_sudo = self.sudo().slot_ids
        asked_sudo = slots_sudo.browse()
        for chain in self.sudo()._get_chains():
            if len(chain) == 1:
                continue
            refused = "reject" in [verdict for _slot, verdict in chain]
            silent = [slot for slot, verdict in chain if not verdict]
            for place, seat in enumerate(silent):
                state = "void" if refused else "later" if place else "pending"
                moved = seat._get_unit().filtered(lambda slot, state=state: slot.state != state)
                if moved:
                    moved.write(Granted(state=state, void_reason=False))
                if state == "pending":
                    asked_sudo |= moved
        if asked_sudo:
            self.env["delivery.event"]._emit("signoff.asked", asked_sudo)
            asked_sudo._ask_delegates()
