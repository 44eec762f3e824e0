import base64

from odoo import api, fields, models

QR_SIZE = 360


class SignoffSlotShare(models.TransientModel):
    """Hand a personal link over: copied, as a QR code, or as text for a chat message."""

    _name = "signoff.slot.share"
    _description = "Personal Link"
    _inherit = ["signoff.slot.dialog.mixin"]

    slot_id = fields.Many2one(readonly=True)
    person_name = fields.Char(related="slot_id.person_name")
    document_name = fields.Char(related="slot_id.document_name")
    phone = fields.Char(compute="_compute_phone", compute_sudo=True)
    link = fields.Char(string="Link", readonly=True)
    message = fields.Text(string="Text for a Chat Message")
    needs_code = fields.Boolean(readonly=True, export_string_translation=False)
    code = fields.Char(string="Code to Read Out", readonly=True)
    qr_image = fields.Binary(string="QR Code", compute="_compute_qr_image")
    sent_via = fields.Selection(
        [("chat", "Chat"), ("mail", "Mail"), ("print", "Printed QR code"), ("person", "In person")],
        string="Sent By Way Of",
        default="chat",
        required=True,
    )

    @api.model_create_multi
    def create(self, vals_list):
        wizards = super().create([{"slot_id": vals.get("slot_id")} for vals in vals_list])
        for wizard in wizards:
            wizard._fetch_link()
        return wizards

    def _fetch_link(self):
        link = self.slot_id.action_get_link()
        self.write(
            {
                "link": link["url"],
                "message": link["text"],
                "needs_code": link["needs_code"],
                "code": False,
            }
        )

    @api.depends("link")
    def _compute_qr_image(self):
        reports = self.env["ir.actions.report"]
        for wizard in self:
            wizard.qr_image = wizard.link and base64.b64encode(
                reports.barcode("QR", wizard.link, width=QR_SIZE, height=QR_SIZE)
            )

    @api.depends("slot_id")
    def _compute_phone(self):
        for wizard in self:
            wizard.phone = wizard.slot_id.partner_id.phone

    def action_show_code(self):
        """Show a code to be read out by phone; the one before counts no more."""
        self.ensure_one()
        self.code = self.slot_id.action_get_code()
        return self.slot_id._get_share_action(self)

    def action_renew(self):
        """Make the link that was handed out worthless and show another."""
        self.ensure_one()
        self.slot_id.action_rotate_link()
        self._fetch_link()
        return self.slot_id._get_share_action(self)

    def action_mark_sent(self):
        """Note in the history of the project who handed the link over, how and to whom."""
        self.ensure_one()
        self.slot_id._check_may_manage()
        ways = dict(self._fields["sent_via"]._description_selection(self.env))
        # who runs the project writes into its history
        project_sudo = self.slot_id.project_id.sudo()
        project_sudo._message_log(
            body=self.env._(
                "“%(document)s” handed to %(person)s by %(user)s (%(way)s).",
                document=self.document_name,
                person=self.person_name,
                user=self.env.user.name,
                way=ways[self.sent_via],
            ),
            author_id=self.env.user.partner_id.id,
        )
        return {"type": "ir.actions.act_window_close"}
