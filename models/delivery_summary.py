import logging
from datetime import UTC, time, timedelta
from zoneinfo import ZoneInfo

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Command, Domain
from odoo.tools import SQL, format_date

from ..core.grant import Granted

_logger = logging.getLogger(__name__)

# of the user's own day; who was not reached by noon is reached tomorrow
STARTS = time(8, 30)
ENDS = time(12)
BATCH = 100
LISTED_AT_MOST = 40
KEPT_DAYS = 30
READERS = ("project.group_project_user", "customer_delivery.group_delivery_auditor")


class DeliverySummary(models.Model):
    """What waits for each of our people, told once on the morning of a working day.

    A row says that a user was served on a day, whether or not there was something to tell.
    Models add lines by ``_get_summary_lines(users)``: ``{user: [line, ...]}`` where a line is a
    dictionary with ``what``, ``document``, ``url`` and perhaps ``due`` (a date). It gets all users
    of a batch, in the language of its environment, and may not ask the database for each.
    """

    _name = "delivery.summary"
    _description = "Daily Summary"
    _inherit = ["delivery.guarded.mixin"]
    _order = "date desc, id desc"
    _rec_name = "user_id"
    _control_fields = ("user_id", "company_id", "date", "line_count")

    user_id = fields.Many2one(
        "res.users", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    date = fields.Date(required=True, readonly=True)
    line_count = fields.Integer(string="Matters", readonly=True)

    _once_a_day = models.Constraint("UNIQUE(user_id, date)", "This user was told today.")

    @api.model
    def _cron_send(self):
        """Tell everybody for whom it is half past eight on a working day, a batch at a time."""
        worker = self.env(user=SUPERUSER_ID, su=True, context={})[self._name]
        progress = self.env["ir.cron"]
        seconds = progress._commit_progress(remaining=1)
        for zone, company, day in worker._get_mornings():
            while seconds > 0:
                users = worker._get_waiting_users(zone, company, day)
                if not users:
                    break
                worker._tell(users, day)
                seconds = progress._commit_progress(len(users), remaining=1)
        if seconds > 0:
            progress._commit_progress(remaining=0)

    @api.model
    def _get_mornings(self):
        """Return (time zone, company, date) wherever it is the morning of a working day."""
        now = fields.Datetime.now().replace(tzinfo=UTC)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT partner.tz, users.company_id
                  FROM res_users AS users
                  JOIN res_partner AS partner ON partner.id = users.partner_id
                 WHERE users.active IS TRUE AND users.share IS NOT TRUE
              ORDER BY partner.tz NULLS LAST, users.company_id
                """
            )
        )
        mornings = []
        for zone, company_id in rows:
            company = self.env["res.company"].browse(company_id)
            local = now.astimezone(self._get_zone(zone, company))
            day = local.date()
            if STARTS <= local.time() < ENDS and day in company._get_delivery_workdays(day, day):
                mornings.append((zone, company, day))
        return mornings

    @api.model
    def _get_zone(self, name, company):
        try:
            return ZoneInfo(name or company.resource_calendar_id.tz or "UTC")
        except (KeyError, ValueError):
            return ZoneInfo("UTC")

    @api.model
    def _get_waiting_users(self, zone, company, day):
        groups = [self.env.ref(group).id for group in READERS]
        told = self._search([("date", "=", day)])
        return self.env["res.users"].search(
            Domain("share", "=", False)
            & Domain("company_id", "=", company.id)
            & Domain("partner_id.tz", "=", zone or False)
            & Domain("all_group_ids", "in", groups)
            & Domain("id", "not in", told.subselect("user_id")),
            order="id",
            limit=BATCH,
        )

    @api.model
    def _tell(self, users, day):
        """Tell these users what waits for them."""
        lines = {}
        for lang, group in users.grouped("lang").items():
            lines |= self.with_context(lang=lang)._get_lines(group, day)
        self.create(
            [
                Granted(
                    user_id=user.id,
                    company_id=user.company_id.id,
                    date=day,
                    line_count=len(lines.get(user, ())),
                )
                for user in users
            ]
        )
        busy = users.filtered(lambda user: lines.get(user))
        by_mail = busy.filtered(
            lambda user: user.notification_type == "email" and user.email_normalized
        )
        self._send_mails({user: lines[user] for user in by_mail}, day)
        self._send_to_inbox({user: lines[user] for user in busy - by_mail}, day)

    # === WHAT === #

    @api.model
    def _get_lines(self, users, day):
        """Return ``{user: lines}`` in the order of their due dates, in one language."""
        lines = {user: [] for user in users}
        sources = [self._get_activity_lines(users, day)]
        sources += [
            self.env[model]._get_summary_lines(users)
            for model in self.env["delivery.event"]._get_models_with("_get_summary_lines")
        ]
        for source in sources:
            for user, found in source.items():
                lines[user] += found
        far = day + timedelta(days=36500)
        return {
            user: sorted(found, key=lambda line: line.get("due") or far)
            for user, found in lines.items()
            if found
        }

    @api.model
    def _get_activity_lines(self, users, day):
        """Return the activities on our documents that are due or overdue."""
        activities = self.env["mail.activity"].search(
            Domain("user_id", "in", users.ids)
            & Domain("date_deadline", "<=", day)
            & self._get_activities_domain(),
            order="date_deadline, id",
        )
        lines = {}
        for activity in activities:
            link = f"/mail/view?model={activity.res_model}&res_id={activity.res_id}"
            lines.setdefault(activity.user_id, []).append(
                {
                    "what": activity.summary or activity.activity_type_id.name,
                    "document": activity.res_name or "",
                    "due": activity.date_deadline,
                    "url": link if activity.res_model else "/odoo/customer-delivery-outbox",
                }
            )
        return lines

    @api.model
    def _get_activities_domain(self):
        """Return the domain of the activities that are ours, by document or by type."""
        module = self._original_module
        documents = [
            name
            for name, model in self.env.registry.items()
            if model._original_module == module and "activity_ids" in model._fields
        ]
        types = self.env["ir.model.data"]._search(
            [("module", "=", module), ("model", "=", "mail.activity.type")]
        )
        return Domain("res_model", "in", documents) | Domain(
            "activity_type_id", "in", types.subselect("res_id")
        )

    # === HOW === #

    @api.model
    def _render(self, user, lines, day):
        env = self.with_context(lang=user.lang).env
        left = len(lines) - LISTED_AT_MOST
        return env["ir.qweb"]._render(
            "customer_delivery.summary_mail",
            {
                "greeting": env._("Good morning %(name)s, this waits for you:", name=user.name),
                "lines": lines[:LISTED_AT_MOST],
                "more": left > 0 and env._("and %(count)s more", count=left),
                "day": day,
                "base": user.get_base_url(),
                "format_date": lambda date: format_date(self.env, date, lang_code=user.lang),
            },
        )

    @api.model
    def _get_subject(self, user, lines):
        env = self.with_context(lang=user.lang).env
        if len(lines) == 1:
            return env._("One matter waits for you today")
        return env._("%(count)s matters wait for you today", count=len(lines))

    @api.model
    def _send_mails(self, lines, day):
        if not lines:
            return
        self.env["mail.mail"].create(
            [
                {
                    "subject": self._get_subject(user, found),
                    "body_html": self._render(user, found, day),
                    "email_from": user.company_id.email_formatted or self.env.user.email_formatted,
                    "reply_to": user.company_id.email_formatted or self.env.user.email_formatted,
                    "recipient_ids": [Command.set(user.partner_id.ids)],
                    "auto_delete": True,
                    "author_id": False,
                    "headers": repr({"Auto-Submitted": "auto-generated"}),
                }
                for user, found in lines.items()
            ]
        )
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    @api.model
    def _send_to_inbox(self, lines, day):
        if not lines:
            return
        author = self.env.user.partner_id
        messages = self.env["mail.message"].create(
            [
                {
                    "subject": self._get_subject(user, found),
                    "body": self._render(user, found, day),
                    "message_type": "user_notification",
                    "subtype_id": self.env.ref("mail.mt_note").id,
                    "author_id": author.id,
                    "email_from": author.email_formatted,
                    "reply_to": author.email_formatted,
                    "partner_ids": [Command.set(user.partner_id.ids)],
                }
                for user, found in lines.items()
            ]
        )
        self.env["mail.notification"].create(
            [
                {
                    "mail_message_id": message.id,
                    "res_partner_id": message.partner_ids.id,
                    "notification_type": "inbox",
                    "notification_status": "sent",
                }
                for message in messages
            ]
        )

    @api.autovacuum
    def _gc_old(self):
        before = fields.Date.today() - timedelta(days=KEPT_DAYS)
        old = self.search([("date", "<", before)], limit=10000)
        old.unlink()
        return len(old), len(old) == 10000
