from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command


class SignoffSlotBulk(models.TransientModel):
    """Decide on many requests alike, and say of each how it went."""

    _name = "signoff.slot.bulk"
    _description = "Decide on Many"

    slot_ids = fields.Many2many(
        "signoff.slot", "signoff_slot_bulk_slot_rel", "bulk_id", "slot_id", string="Requests"
    )
    slot_count = fields.Integer(compute="_compute_slot_count", export_string_translation=False)
    verdict = fields.Selection(
        [("approve", "Agree"), ("reject", "Refuse")], required=True, default="approve"
    )
    comment = fields.Text(string="Reason or Comment")
    line_ids = fields.One2many("signoff.slot.bulk.line", "bulk_id", string="How It Went")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        context = self.env.context
        if context.get("active_model") == "signoff.slot":
            values["slot_ids"] = [Command.set(context.get("active_ids") or [])]
        return values

    @api.depends("slot_ids")
    def _compute_slot_count(self):
        for wizard in self:
            wizard.slot_count = len(wizard.slot_ids)

    def action_decide(self):
        """Decide on each request by itself; one that fails holds up no other."""
        self.ensure_one()
        if self.verdict == "reject" and not (self.comment or "").strip():
            raise UserError(self.env._("Please give a reason."))
        values = []
        for slot in self.slot_ids:
            problem = self._decide_one(slot)
            values.append(
                {
                    "bulk_id": self.id,
                    "slot_id": slot.id,
                    "is_done": not problem,
                    "note": problem or self.env._("Decided"),
                }
            )
        self.env["signoff.slot.bulk.line"].create(values)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("How It Went"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _decide_one(self, slot):
        """Decide on one request; return why it was left, or nothing."""
        if slot.sudo().step_id.needs_signature and self.verdict == "approve":
            return self.env._("Left: it wants a signature. Open it and sign.")
        try:
            with self.env.cr.savepoint():
                slot.action_decide(
                    self.verdict,
                    slot.sudo().round_id.snapshot_sha256,
                    comment=self.comment or "",
                )
        except (UserError, AccessError) as error:
            return str(error)
        return ""
