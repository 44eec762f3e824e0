import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from ..core.grant import Granted

# how a customer said something that one of us writes down
SAID_VIA = [
    ("chat", "Chat"),
    ("phone", "Phone"),
    ("meeting", "Meeting"),
    ("site", "On site"),
    ("mail", "Mail"),
    ("paper", "Paper"),
]


class DeliveryChannel(models.Model):
    """A door through which wishes arrive: a form behind a link or QR code, or a mail alias."""

    _name = "delivery.channel"
    _description = "Delivery Channel"
    # the guard first: the mixin of aliases copies the values and their right would be lost
    _inherit = ["delivery.guarded.mixin", "mail.alias.mixin.optional"]
    _order = "sequence, id"
    _check_company_auto = True
    _control_fields = ("token",)

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.user.company_id,
    )
    # what arrives here becomes a requirement of
    project_id = fields.Many2one(
        "project.project",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        help="Wishes go to this project. Empty: to the pool.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        ondelete="restrict",
        check_company=True,
        help="Customer of the wishes that go to the pool.",
    )
    type_id = fields.Many2one("project.requirement.type", ondelete="restrict")
    user_id = fields.Many2one(
        "res.users",
        string="Looks After It",
        default=lambda self: self.env.user,
        check_company=True,
        domain=[("share", "=", False)],
        help="Is told about each new wish. Empty: the project manager.",
    )
    # the form behind a link
    has_form = fields.Boolean(string="Wish Form", default=True)
    token = fields.Char(copy=False, readonly=True, groups="customer_delivery.group_delivery_user")
    date_expiry = fields.Date(string="Open Until", help="The form closes after this day.")
    form_url = fields.Char(compute="_compute_form_url", string="Link")
    welcome = fields.Text(translate=True, help="Shown above the form.")
    requirement_count = fields.Integer(compute="_compute_requirement_count")

    _token_uniq = models.UniqueIndex("(token) WHERE token IS NOT NULL")

    @api.depends("token", "has_form")
    def _compute_form_url(self):
        base = self.browse().get_base_url()
        for channel in self:
            token = channel.has_form and channel.sudo().token
            channel.form_url = f"{base}/delivery/wish/{token}" if token else False

    def _compute_requirement_count(self):
        counts = dict(
            self.env["project.requirement"]._read_group(
                [("channel_id", "in", self.ids)], ["channel_id"], ["__count"]
            )
        )
        for channel in self:
            channel.requirement_count = counts.get(channel, 0)

    @api.constrains("alias_id")
    def _check_alias(self):
        for channel in self:
            model = channel.sudo().alias_id.alias_model_id.model
            if model and model != "project.requirement":
                raise ValidationError(
                    self.env._("This mail address belongs to another part of the system.")
                )

    def write(self, vals):
        if vals.get("project_id"):
            project_id = self._entry_id(vals["project_id"])
            self.env["project.project"].browse(project_id).check_access("read")
        return super().write(vals)

    @api.model
    def _get_control_values(self, vals_list):
        return [{"token": self._new_token()} for _vals in vals_list]

    def copy_data(self, default=None):
        return [
            dict(vals, name=self.env._("%s (copy)", channel.name), alias_name=False)
            for channel, vals in zip(self, super().copy_data(default=default), strict=True)
        ]

    def action_new_link(self):
        """Replace the link; the old one and its QR codes stop working."""
        channels = self._entry()
        channels.check_access("write")
        for channel in channels:
            channel.write(Granted(token=self._new_token()))
        return True

    def action_view_requirements(self):
        """Open what arrived through this channel."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_delivery.project_requirement_action"
        )
        return {**action, "domain": [("channel_id", "=", self.id)], "context": {}}

    @api.model
    def _new_token(self):
        return secrets.token_urlsafe(18)

    @api.model
    def _from_token(self, token):
        """Return the open channel (as superuser) behind a link, or an empty recordset."""
        channel_sudo = self.sudo().search(
            Domain("token", "=", token or "-") & Domain("has_form", "=", True), limit=1
        )
        return channel_sudo if channel_sudo and channel_sudo._is_open() else self.sudo().browse()

    def _is_open(self):
        self.ensure_one()
        expired = self.date_expiry and self.date_expiry < fields.Date.context_today(self)
        project_gone = self.project_id and not (
            self.project_id.active and self.project_id.delivery_mode_id
        )
        return self.active and not expired and not project_gone

    @api.model
    def _for_project(self, project):
        """Return the project's wish form, made at the first call."""
        channel = self.search([("project_id", "=", project.id), ("has_form", "=", True)], limit=1)
        if channel:
            return channel
        if not project.delivery_mode_id:
            raise UserError(
                self.env._("%(project)s does not use delivery yet.", project=project.display_name)
            )
        return self.create(
            {
                "name": self.env._("Wishes for %(project)s", project=project.name),
                "project_id": project.id,
                "company_id": project._get_delivery_company().id,
                "user_id": project.user_id.id,
            }
        )

    def _get_closed_message(self):
        """Return what a visitor of a closed form reads."""
        self.ensure_one()
        return self.env._(
            "This form closed on %(date)s. Please ask your contact person for a new link.",
            date=format_date(self.env, self.date_expiry),
        )

    # === MAIL ALIAS === #

    def _alias_get_creation_values(self):
        values = super()._alias_get_creation_values()
        values["alias_model_id"] = self.env["ir.model"]._get_id("project.requirement")
        if self.id:
            values["alias_defaults"] = repr({"channel_id": self.id})
        return values
