from odoo import api, fields, models
from odoo.tools import format_list

from .signoff_flow_step import METHODS

SEPARATOR = " · "


class SignoffSlot(models.Model):
    """How a requested decision stands, as people read it."""

    _inherit = "signoff.slot"

    progress = fields.Selection(
        [
            ("later", "Asked later"),
            ("asked", "Request sent"),
            ("seen", "Seen"),
            ("agreed", "Agreed"),
            ("refused", "Refused"),
            ("answered", "Answered"),
            ("void", "Not asked any more"),
        ],
        string="Stands At",
        compute="_compute_progress",
    )
    proofs = fields.Char(
        string="Accepted Proof",
        compute="_compute_proofs",
        compute_sudo=True,
        help="How this decision may be given.",
    )
    origin_note = fields.Char(string="Note", compute="_compute_origin_note", compute_sudo=True)
    waiting_days = fields.Integer(string="Days Waiting", compute="_compute_waiting_days")
    is_overdue = fields.Boolean(compute="_compute_waiting_days", export_string_translation=False)
    can_manage = fields.Boolean(
        related="round_id.can_manage", export_string_translation=False, related_sudo=False
    )

    @api.depends("state", "verdict", "seen_at")
    def _compute_progress(self):
        answers = {"approve": "agreed", "conditional": "agreed", "reject": "refused"}
        for slot in self:
            if slot.state == "pending":
                slot.progress = "seen" if slot.seen_at else "asked"
            elif slot.state in ("later", "void"):
                slot.progress = slot.state
            else:
                slot.progress = answers.get(slot.verdict, "answered")

    @api.depends("step_id")
    @api.depends_context("lang")
    def _compute_proofs(self):
        labels = dict(METHODS) | dict(self._get_method_labels())
        for slot in self:
            methods = slot.step_id._get_methods() if slot.step_id else ()
            slot.proofs = SEPARATOR.join(labels.get(method, method) for method in methods)

    @api.depends("origin", "on_behalf_slot_id", "replaces_slot_id", "void_reason", "hand_reason")
    @api.depends_context("lang")
    def _compute_origin_note(self):
        for slot in self:
            notes = []
            if slot.on_behalf_slot_id:
                notes.append(self.env._("on behalf of %s", slot.on_behalf_slot_id.person_name))
            if slot.replaces_slot_id:
                notes.append(self.env._("instead of %s", slot.replaces_slot_id.person_name))
            if slot.handed_by:
                notes.append(
                    self.env._(
                        "%(person)s: %(reason)s", person=slot.handed_by, reason=slot.hand_reason
                    )
                )
            if slot.void_reason:
                notes.append(slot.void_reason)
            slot.origin_note = format_list(self.env, notes) if notes else False

    @api.depends("asked_at", "due_at", "state")
    def _compute_waiting_days(self):
        now = fields.Datetime.now()
        for slot in self:
            waiting = slot.state == "pending"
            slot.waiting_days = (now - slot.asked_at).days if waiting and slot.asked_at else 0
            slot.is_overdue = bool(waiting and slot.due_at and slot.due_at < now)

    # === ACTION METHODS === #

    def action_open_forward(self):
        """Open the dialog that hands on what one is asked."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hand On"),
            "res_model": "signoff.slot.forward",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_slot_id": self.id},
        }

    def action_open_replace(self):
        """Open the dialog that asks somebody else instead."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Replace the Signatory"),
            "res_model": "signoff.slot.replace",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_slot_id": self.id},
        }
