from odoo import api, fields, models

from ..models.delivery_channel import SAID_VIA


class ProjectRequirementRecord(models.TransientModel):
    """Record what the customer said; it is never shown as the customer's own click."""

    _name = "project.requirement.record"
    _description = "Record for the Customer"

    project_id = fields.Many2one(
        "project.project",
        domain=[("delivery_mode_id", "!=", False), ("is_template", "=", False)],
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        ondelete="cascade",
    )
    requester_id = fields.Many2one("res.partner", string="Who Said It", ondelete="cascade")
    said_via = fields.Selection(SAID_VIA, string="How", required=True, default="chat")
    requested_on = fields.Date(string="When", required=True, default=fields.Date.context_today)
    text = fields.Text(string="What Was Said", required=True)
    wish_priority_id = fields.Many2one(
        "project.requirement.priority", string="Customer's Wish", ondelete="cascade"
    )
    proof_ids = fields.Many2many(
        "ir.attachment",
        "project_requirement_record_proof_rel",
        string="Proof",
        help="Chat screenshot, photo, minutes.",
    )

    @api.depends("project_id")
    def _compute_partner_id(self):
        for wizard in self:
            wizard.partner_id = wizard.project_id.partner_id or wizard.partner_id

    def action_record(self):
        """Make the requirement and open it."""
        self.ensure_one()
        requirements = self.env["project.requirement"]
        title, body = requirements._split_text(self.text)
        vals = {
            "name": title,
            "description": body,
            "project_id": self.project_id.id,
            "partner_id": self.partner_id.id,
            "requester_id": self.requester_id.id,
            "said_via": self.said_via,
            "requested_on": self.requested_on,
            "wish_priority_id": self.wish_priority_id.id,
        }
        requirement = requirements.create([{name: val for name, val in vals.items() if val}])
        if self.proof_ids:
            # from now on whoever reads the requirement reads its proof
            self.proof_ids.write({"res_model": requirement._name, "res_id": requirement.id})
            requirement.proof_ids = self.proof_ids
        return {
            "type": "ir.actions.act_window",
            "res_model": requirement._name,
            "res_id": requirement.id,
            "views": [(False, "form")],
        }
