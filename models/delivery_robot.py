import socket
import time
from datetime import date, datetime
from urllib.parse import urlsplit

import requests

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from ..core import robot as messages

TIMEOUT = 10  # seconds
# what decides of which events a robot tells
LISTENING = {"active", "listens", "event_ids"}


class DeliveryRobot(models.Model):
    """A group robot: tells a chat group of ours what happens in our projects.

    It subscribes to events of the outbox and puts their text together when they are carried
    out. Documents give the words in ``_get_event_words(name, payload, lang)``: a dictionary with
    some of ``project``, ``document``, ``what``, ``due`` (date or text) and ``link``.
    """

    _name = "delivery.robot"
    _description = "Group Robot"
    _inherit = ["delivery.guarded.mixin"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.user.company_id
    )
    # where it speaks
    kind = fields.Selection(
        [
            ("wecom", "WeCom (企业微信)"),
            ("dingtalk", "DingTalk (钉钉)"),
            ("feishu", "Feishu, Lark (飞书)"),
            ("plain", "Other"),
        ],
        string="Chat",
        required=True,
        default="wecom",
    )
    # whoever knows the address can speak in the group
    address = fields.Char(
        copy=False,
        groups="customer_delivery.group_delivery_manager",
        help="Webhook address that the chat group shows when a robot is added to it.",
    )
    secret = fields.Char(
        string="Signing Secret",
        copy=False,
        groups="customer_delivery.group_delivery_manager",
        help="Only when signing is switched on in the robot's settings.",
    )
    # what it speaks of
    listens = fields.Selection(
        [("all", "Everything"), ("chosen", "Chosen events")],
        string="Tells Of",
        required=True,
        default="chosen",
    )
    event_ids = fields.One2many("delivery.robot.event", "robot_id", string="Events", copy=True)
    project_ids = fields.Many2many(
        "project.project",
        "delivery_robot_project_rel",
        string="Projects",
        check_company=True,
        help="Tells only of these projects. Empty: of all.",
    )
    # how it speaks
    lang = fields.Selection(
        "_select_lang",
        string="Language",
        required=True,
        default=lambda self: self._default_lang(),
    )
    message = fields.Text(
        required=True,
        default=lambda self: self._default_message(),
        help="Lines whose placeholders stay empty are left out.",
    )
    preview = fields.Text(compute="_compute_preview")
    message_count = fields.Integer(compute="_compute_message_count")

    # === DEFAULTS AND COMPUTES === #

    @api.model
    def _select_lang(self):
        return self.env["res.lang"].get_installed()

    @api.model
    def _default_lang(self):
        return self.env.user.lang or self.env["res.lang"].get_installed()[0][0]

    @api.model
    def _default_message(self):
        return self.env._("{what}: {document}\nProject: {project}\nDue: {due}\n{link}")

    @api.depends("message", "lang")
    def _compute_preview(self):
        for robot in self:
            try:
                robot.preview = messages.compose(robot.message or "", robot._get_sample_words())
            except messages.TemplateError:
                robot.preview = False

    def _compute_message_count(self):
        counts = dict(
            self.env["delivery.event"]._read_group(
                self._get_events_domain(), ["handler_id"], ["__count"]
            )
        )
        for robot in self:
            robot.message_count = counts.get(robot.id, 0)

    def _get_events_domain(self):
        return Domain("handler_model", "=", self._name) & Domain("handler_id", "in", self.ids)

    # === CONSTRAINTS === #

    @api.constrains("message")
    def _check_message(self):
        for robot in self:
            try:
                messages.check_template(robot.message)
            except messages.TemplateError as error:
                raise ValidationError(
                    self.env._(
                        "The message may hold these placeholders only: %(names)s. "
                        "This is none of them: {%(wrong)s}",
                        names=" ".join(f"{{{name}}}" for name in messages.PLACEHOLDERS),
                        wrong=error.args[0],
                    )
                ) from error

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        if LISTENING & vals.keys():
            self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    @api.constrains("address", "active")
    def _check_address(self):
        for robot in self:
            address = robot.sudo().address
            if not address:
                if robot.active:
                    raise ValidationError(
                        self.env._("%(robot)s needs the address of its group.", robot=robot.name)
                    )
                continue
            fault = messages.address_fault(address)
            if fault == "scheme":
                raise ValidationError(self.env._("The address of a robot must begin with https://"))
            if fault:
                raise ValidationError(
                    self.env._("A robot may only speak to addresses on the public internet.")
                )

    @api.constrains("listens", "event_ids")
    def _check_events(self):
        for robot in self:
            if robot.listens == "chosen" and not robot.event_ids:
                raise ValidationError(
                    self.env._(
                        "Choose at least one event of which %(robot)s tells.", robot=robot.name
                    )
                )

    # === ACTIONS === #

    def action_send_test(self):
        """Let the robot say a sample message now."""
        robot = self._entry()
        robot.ensure_one()
        robot.check_access("write")
        try:
            robot._say(messages.compose(robot.message, robot._get_sample_words()), "test")
        except requests.RequestException as error:
            raise UserError(robot._get_unreachable_message(error)) from None
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": robot.env._("The group has received a test message."),
            },
        }

    def action_view_messages(self):
        """Open what this robot said, will say or could not say."""
        robot = self._entry()
        robot.ensure_one()
        robot.check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_delivery.delivery_event_action"
        )
        return {**action, "domain": list(robot._get_events_domain()), "context": {}}

    # === EVENTS === #

    @api.model
    def _get_event_subscribers(self, name, records, _payload):
        """Return ``(record, robot)`` for all robots that tell of this event."""
        robots = self.browse(self._get_listener_ids(name))
        if not robots:
            return []
        places = {record: self._get_place(record) for record in records}
        return [
            (record, robot)
            for robot in robots
            for record, (company, project) in places.items()
            if (not company or company == robot.company_id)
            and (not robot.project_ids or project in robot.project_ids)
        ]

    @api.model
    @tools.ormcache("name")
    def _get_listener_ids(self, name):
        """Return the ids of the robots that tell of an event, whoever causes it."""
        listens = Domain("listens", "=", "all") | Domain("event_ids.name", "=", name)
        return tuple(self.sudo().with_context(active_test=True).search(listens)._ids)

    @api.model
    def _get_place(self, record):
        """Return (company, project) of a document, each empty if it has none."""
        project = self.env["project.project"]
        if record._name == "project.project":
            project = record
        elif "project_id" in record._fields:
            project = record.project_id
        company = "company_id" in record._fields and record.company_id
        return company or project.company_id, project

    def _on_subscribed_event(self, name, record, payload):
        """Say what happened; an error is noted by the outbox, which tries again."""
        # since it was noted, the robot may have been switched off
        if not self.active or self.env.company != self.company_id:
            return
        words = self._get_words(name, record, payload)
        try:
            self._say(messages.compose(self.message, words), name)
        except requests.RequestException as error:
            # its own words would repeat the address, which is a secret
            raise UserError(self._get_unreachable_message(error)) from None

    def _get_words(self, name, record, payload):
        """Return the words of an event in the robot's language."""
        record = record.with_context(lang=self.lang)
        events = record.env["delivery.event"]
        words = {
            "project": self._get_place(record)[1].name or "",
            "document": record.display_name,
            "what": events._get_known_names().get(name, name),
            "link": f"{record.get_base_url()}/mail/view?model={record._name}&res_id={record.id}",
        }
        if hasattr(record, "_get_event_words"):
            words |= record._get_event_words(name, payload, self.lang)
        return {key: self._get_text(value) for key, value in words.items()}

    def _get_sample_words(self):
        sample = self.with_context(lang=self.lang)
        return {
            "project": sample.env._("Sample project"),
            "document": sample.env._("Sample document"),
            "what": sample.env._("Test message"),
            "due": self._get_text(fields.Date.context_today(sample)),
            "link": sample.get_base_url(),
        }

    def _get_text(self, value):
        if isinstance(value, datetime):
            value = fields.Datetime.context_timestamp(self, value).date()
        if isinstance(value, date):
            return format_date(self.env, value, lang_code=self.lang)
        return str(value or "")

    # === SPEAKING === #

    def _say(self, text, event):
        """Post a text to the group.

        :raise requests.RequestException: the address cannot be reached
        :raise UserError: the chat did not take the message
        """
        self.ensure_one()
        # the address is for managers; whoever causes an event lets the robot speak
        robot_sudo = self.sudo()
        address = (robot_sudo.address or "").strip()
        if not address or messages.address_fault(address) or not self._is_outside(address):
            raise UserError(
                self.env._("A robot may only speak to addresses on the public internet.")
            )
        query, body = messages.request_parts(
            self.kind, text, event, robot_sudo.secret or "", time.time()
        )
        response = requests.post(
            address, params=query, json=body, timeout=TIMEOUT, allow_redirects=False
        )
        refusal = messages.refusal(self.kind, response.status_code, self._get_answer(response))
        if refusal:
            raise UserError(self.env._("The chat refused the message: %(answer)s", answer=refusal))

    @api.model
    def _get_answer(self, response):
        try:
            return response.json()
        except ValueError:
            return None

    @api.model
    def _is_outside(self, address):
        """Tell whether the name in an address leads to the public internet only."""
        parts = urlsplit(address)
        try:
            found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
        except OSError as error:
            raise requests.ConnectionError(type(error).__name__) from error
        return all(messages.is_public_address(place[4][0]) for place in found)

    def _get_unreachable_message(self, error):
        return self.env._(
            "%(host)s cannot be reached (%(error)s).",
            host=urlsplit(self.sudo().address).hostname,
            error=type(error).__name__,
        )
