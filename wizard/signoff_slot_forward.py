from odoo import api, fields, models

from ..models.signoff_slot_forward import WAYS


class SignoffSlotForward(models.TransientModel):
    """Hand on what one is asked: to whom, why, and whether it comes back."""

    _name = "signoff.slot.forward"
    _description = "Hand On"
    _inherit = ["signoff.slot.dialog.mixin"]

    document_name = fields.Char(related="slot_id.document_name")
    step_kind = fields.Selection(related="slot_id.step_id.kind", string="Kind of Step")
    user_id = fields.Many2one(
        "res.users",
        string="Colleague",
        domain=[("share", "=", False)],
        ondelete="cascade",
        required=True,
    )
    how = fields.Selection(WAYS, required=True, default="instead")
    reason = fields.Char(required=True)
    effect = fields.Char(compute="_compute_effect", export_string_translation=False)

    @api.depends("how")
    @api.depends_context("lang")
    def _compute_effect(self):
        effects = {
            "instead": self.env._("You are not asked any more. What the colleague says counts."),
            "before": self.env._(
                "The colleague answers first. If he agrees, you are asked again; if he refuses, "
                "it counts as your refusal."
            ),
            "after": self.env._(
                "You answer first. Your yes counts once the colleague has agreed as well."
            ),
        }
        for forward in self:
            forward.effect = effects.get(forward.how)

    def action_forward(self):
        """Hand the request on as this dialog says."""
        self.ensure_one()
        self.slot_id.action_forward(self.user_id.id, self.reason, how=self.how)
        if self.how == "after":
            # one's own answer comes now
            return self.slot_id.action_open_answer()
        return {"type": "ir.actions.act_window_close"}
