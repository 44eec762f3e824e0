from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class ProjectBaselineSend(models.TransientModel):
    """Put requirements together for the customer and send them to those who sign (发客户确认)."""

    _name = "project.baseline.send"
    _description = "Send for Confirmation"

    project_id = fields.Many2one("project.project", required=True, ondelete="cascade")
    name = fields.Char(required=True, compute="_compute_name", store=True, readonly=False)
    requirement_ids = fields.Many2many(
        "project.requirement",
        "project_baseline_send_requirement_rel",
        string="Requirements",
        compute="_compute_requirement_ids",
        store=True,
        readonly=False,
        domain="[('project_id', '=', project_id), ('stage_id.kind', '!=', 'cancelled')]",
    )
    requirement_count = fields.Integer(string="To Confirm", compute="_compute_counts")
    changed_count = fields.Integer(string="Changed Since Confirmed", compute="_compute_counts")
    lacking = fields.Text(string="Still Missing", compute="_compute_counts")
    party_ids = fields.Many2many(
        "project.party",
        "project_baseline_send_party_rel",
        string="Signatories",
        compute="_compute_party_ids",
        store=True,
        readonly=False,
        domain="[('project_id', '=', project_id), ('side', '=', 'customer'), "
        "('may_sign', '=', True)]",
        help="Who shall sign for the customer.",
    )
    # somebody who is not a party yet
    person_name = fields.Char(string="Another Person")
    person_post = fields.Char(string="Post")
    person_phone = fields.Char(string="Phone")
    person_email = fields.Char(string="Email")
    due_date = fields.Date(string="Asked Until")
    note = fields.Text(help="Said to those who sign.")

    @api.depends("project_id")
    def _compute_name(self):
        for wizard in self:
            count = self.env["project.baseline"].search_count(
                [("project_id", "=", wizard.project_id.id)]
            )
            wizard.name = f"V{count + 1}.0"

    @api.depends("project_id")
    def _compute_requirement_ids(self):
        for wizard in self:
            wizard.requirement_ids = self._get_to_confirm(wizard.project_id)

    @api.model
    def _get_to_confirm(self, project):
        """Return what the customer has not confirmed as it stands now."""
        open_ones = Domain("content_lock", "!=", "agreed") | Domain(
            "changed_after_agreement", "=", True
        )
        return self.env["project.requirement"].search(
            Domain("project_id", "=", project.id)
            & Domain("stage_id.kind", "not in", ("cancelled", "hold"))
            & open_ones,
            order="outline_key, id",
        )

    @api.depends("project_id")
    def _compute_party_ids(self):
        for wizard in self:
            wizard.party_ids = wizard.project_id.delivery_party_ids.filtered(
                lambda party: party.side == "customer" and party.may_sign and party.is_current
            )

    @api.depends("requirement_ids")
    def _compute_counts(self):
        for wizard in self:
            wizard.requirement_count = len(wizard.requirement_ids)
            wizard.changed_count = len(wizard.requirement_ids.filtered("changed_after_agreement"))
            try:
                wizard.requirement_ids._origin._signoff_check_complete()
                wizard.lacking = False
            except UserError as error:
                wizard.lacking = str(error)

    def action_send(self):
        """Publish the package, send it to those who sign, and open the round."""
        self.ensure_one()
        if not self.requirement_ids:
            raise UserError(self.env._("Choose what the customer shall confirm."))
        parties = self.party_ids | self._add_person()
        baseline = self.project_id.action_publish_baseline(
            self.name, "customer", self.note or "", self.requirement_ids.ids
        )
        row = baseline.action_send_signoff(
            due_date=self.due_date, note=self.note or "", signatory_ids=parties.ids
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "signoff.round",
            "res_id": row.id,
            "views": [(False, "form")],
        }

    def _add_person(self):
        """Make the person named here a contact of the customer and a signatory of the project."""
        self.ensure_one()
        if not (self.person_name or "").strip():
            return self.env["project.party"]
        customer = self.project_id.partner_id.commercial_partner_id
        # who runs a project names its signatories without the right to create contacts
        partner_sudo = (
            self.env["res.partner"]
            .sudo()
            .create(
                {
                    "name": self.person_name.strip(),
                    "function": self.person_post or False,
                    "phone": self.person_phone or False,
                    "email": self.person_email or False,
                    "parent_id": customer.id,
                    "lang": self.project_id.delivery_lang or customer.lang,
                }
            )
        )
        return self.env["project.party"].create(
            {
                "project_id": self.project_id.id,
                "partner_id": partner_sudo.id,
                "title": self.person_post or False,
                "side": "customer",
                "may_sign": True,
            }
        )
