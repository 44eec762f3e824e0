from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class SignoffSlotReplace(models.TransientModel):
    """Ask somebody else instead (更换签字人): who, why, and by which letter."""

    _name = "signoff.slot.replace"
    _description = "Replace a Signatory"
    _inherit = ["signoff.slot.dialog.mixin"]

    slot_id = fields.Many2one(string="Asked until Now", readonly=True)
    project_id = fields.Many2one(related="slot_id.project_id")
    side = fields.Selection(related="slot_id.step_id.side")
    party_id = fields.Many2one(
        "project.party",
        string="Signs Instead",
        domain="[('project_id', '=', project_id), ('side', '=', side), ('is_current', '=', True)]",
        ondelete="cascade",
        help="A party of the project. Empty: a new person, named below.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Decides Instead",
        domain=[("share", "=", False)],
        ondelete="cascade",
    )
    person_name = fields.Char(string="New Person")
    person_post = fields.Char(string="Post")
    person_phone = fields.Char(string="Phone")
    person_email = fields.Char(string="Email")
    reason = fields.Char(required=True)
    letter_ids = fields.Many2many(
        "ir.attachment",
        "signoff_slot_replace_letter_rel",
        string="Letter of Authority",
        help="By which the customer names who signs from now on.",
    )
    ends_former = fields.Boolean(
        string="May Not Sign Any More",
        help="Who was asked until now signs nothing else in this project. What was signed stays.",
    )
    former_party_id = fields.Many2one(related="slot_id.party_id", string="Former Party")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        slot = self.env["signoff.slot"].browse(values.get("slot_id") or ())
        # who stands in was named with the parties
        backup = slot.party_id.backup_id
        if "party_id" in fields and not values.get("party_id") and backup.is_current:
            values["party_id"] = backup.id
        return values

    @api.onchange("party_id")
    def _onchange_party_id(self):
        if self.party_id:
            self.person_name = False

    def action_replace(self):
        """Ask the new person, and keep the letter with the parties of the project."""
        self.ensure_one()
        if self.side == "supplier":
            if not self.user_id:
                raise UserError(self.env._("Please choose who is asked instead."))
            self.slot_id.action_replace(self.user_id.sudo().partner_id.id, self.reason)
            return {"type": "ir.actions.act_window_close"}
        party = self.party_id
        if not party:
            if not self.person_name:
                raise UserError(self.env._("Please choose who is asked instead."))
            party = self.project_id.action_add_signatory(
                self.person_name,
                post=self.person_post or "",
                phone=self.person_phone or "",
                email=self.person_email or "",
                side=self.side,
            )
        elif not party.may_sign:
            party.may_sign = True
        if self.letter_ids:
            party.letter_ids = [Command.link(letter.id) for letter in self.letter_ids]
        former = self.former_party_id
        self.slot_id.action_replace(party.partner_id.id, self.reason, party.id)
        if self.ends_former and former:
            former.may_sign = False
        return {"type": "ir.actions.act_window_close"}
