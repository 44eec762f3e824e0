import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

QR_SIZE = 360


class DeliveryShare(models.TransientModel):
    """Hand a link to the customer: copied, as a QR code, or as text for a chat message."""

    _name = "delivery.share"
    _description = "Share with the Customer"

    # one of the two is shared: a wish form, or one requirement
    channel_id = fields.Many2one("delivery.channel", ondelete="cascade")
    requirement_id = fields.Many2one("project.requirement", ondelete="cascade")
    project_id = fields.Many2one("project.project", ondelete="cascade")
    is_hidden = fields.Boolean(compute="_compute_link", export_string_translation=False)
    link = fields.Char(compute="_compute_link")
    link_until = fields.Datetime(compute="_compute_link")
    qr_image = fields.Binary(string="QR Code", compute="_compute_link")
    message = fields.Text(
        string="Text for a Chat Message",
        compute="_compute_message",
        store=True,
        readonly=False,
    )
    # how it reached the customer
    sent_via = fields.Selection(
        [
            ("chat", "Chat"),
            ("mail", "Mail"),
            ("print", "Printed QR code"),
            ("person", "In person"),
        ],
        default="chat",
        required=True,
    )
    sent_to = fields.Char(string="To Whom")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        context = self.env.context
        if context.get("active_model") in ("delivery.channel", "project.requirement"):
            name = "channel_id" if context["active_model"] == "delivery.channel" else None
            values.setdefault(name or "requirement_id", context.get("active_id"))
        project = self.env["project.project"].browse(values.get("project_id") or 0)
        if project and not (values.get("channel_id") or values.get("requirement_id")):
            values["channel_id"] = self.env["delivery.channel"]._for_project(project).id
        return values

    @api.depends("channel_id", "requirement_id")
    def _compute_link(self):
        reports = self.env["ir.actions.report"]
        for wizard in self:
            link = wizard._get_link()
            wizard.link = link
            wizard.link_until = wizard.requirement_id.portal_link_until
            wizard.is_hidden = wizard.requirement_id.portal_access == "hidden"
            wizard.qr_image = link and base64.b64encode(
                reports.barcode("QR", link, width=QR_SIZE, height=QR_SIZE)
            )

    def _get_link(self):
        self.ensure_one()
        if self.requirement_id:
            return self.get_base_url() + self.requirement_id._get_share_url()
        return self.channel_id.form_url

    @api.depends("channel_id", "requirement_id")
    def _compute_message(self):
        for wizard in self:
            wizard.message = wizard._get_message()

    def _get_message(self):
        """Return a text for a chat, in the language of the project's documents."""
        self.ensure_one()
        project = self.requirement_id.project_id or self.channel_id.project_id
        customer = (
            project.partner_id or self.requirement_id.partner_id or self.channel_id.partner_id
        )
        lang = project.delivery_lang or customer.lang or self.env.lang
        wizard = self.with_context(lang=lang)
        link = self._get_link() or ""
        if self.requirement_id:
            return wizard.env._(
                "Hello, please have a look at %(requirement)s: %(link)s",
                requirement=self.requirement_id.display_name,
                link=link,
            )
        if project:
            return wizard.env._(
                "Hello, for the project %(project)s please tell us your wishes here, "
                "no login needed: %(link)s",
                project=project.name,
                link=link,
            )
        return wizard.env._(
            "Hello, please tell us your wishes here, no login needed: %(link)s", link=link
        )

    def action_show_to_customer(self):
        """Show the requirement to the customer's reading parties."""
        self.ensure_one()
        self.requirement_id.action_publish("comment")
        return self._reopen()

    def action_renew(self):
        """Make the reading link that was handed out worthless and show another."""
        self.ensure_one()
        self.requirement_id.action_new_portal_link()
        # what was shown belongs to the link before
        self.invalidate_recordset(["link", "link_until", "qr_image"], flush=False)
        self.message = self._get_message()
        return self._reopen()

    def action_mark_sent(self):
        """Note in the history who handed the link over, how and to whom."""
        self.ensure_one()
        self.check_access("write")
        ways = dict(self._fields["sent_via"]._description_selection(self.env))
        body = self.env._(
            "%(what)s sent by %(user)s (%(way)s). %(who)s",
            what=self._get_subject(),
            user=self.env.user.name,
            way=ways[self.sent_via],
            who=self.sent_to or "",
        )
        document = self.requirement_id or self.channel_id.project_id
        if not document:
            raise UserError(self.env._("A form of the pool has no history of its own."))
        document.check_access("read")
        document._message_log(body=body.strip())
        return {"type": "ir.actions.act_window_close"}

    def action_print(self):
        """Print the QR code to be put on a wall or sent as a file."""
        self.ensure_one()
        return self.env.ref("customer_delivery.delivery_share_report").report_action(self)

    def _get_subject(self):
        self.ensure_one()
        return self.requirement_id.display_name or self.channel_id.name

    def _get_print_lang(self):
        self.ensure_one()
        return self.channel_id.project_id.delivery_lang or self.env.lang

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Share"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }
