import logging
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import NO_ACCESS, Command, Domain
from odoo.tools import format_date

from ..core import quiet_hours
from ..core.grant import Granted

_logger = logging.getLogger(__name__)

# What happens within these minutes goes in one mail.
COLLECTED_MINUTES = 10
# no answers of machines to our mails
HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "OOF"}


class DeliveryNotice(models.Model):
    """What a customer's contact is to be told by mail.

    Documents call :meth:`_mail_customer`. A contact gets at most one mail per project and day,
    by day and on working days: what comes later waits for the next one. A request to sign does
    not wait for another day; it takes along whatever else waits.
    """

    _name = "delivery.notice"
    _description = "Mail to a Customer"
    _inherit = ["delivery.guarded.mixin"]
    _order = "id desc"
    _rec_name = "subject"
    _allow_sudo_commands = False
    _control_fields = (
        "partner_id",
        "project_id",
        "company_id",
        "res_model",
        "res_id",
        "subject",
        "body",
        "due",
        "url",
        "button",
        "urgent",
        "key",
        "state",
        "send_after",
        "sent_at",
        "mail_id",
        "error",
    )

    # to whom, about what
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    project_id = fields.Many2one(
        "project.project", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    res_model = fields.Char(string="Document Model", readonly=True)
    res_id = fields.Many2oneReference(
        string="Document Number", model_field="res_model", readonly=True
    )
    # what is said
    subject = fields.Char(required=True, readonly=True)
    body = fields.Html(string="Text", readonly=True)
    due = fields.Date(readonly=True)
    # It may hold a secret with which the contact signs: nobody of ours reads it.
    url = fields.Char(readonly=True, groups=NO_ACCESS, export_string_translation=False)
    button = fields.Char(string="Words of the Button", readonly=True)
    urgent = fields.Boolean(
        string="Request to Sign", readonly=True, help="Does not wait for another day."
    )
    key = fields.Char(readonly=True, export_string_translation=False)
    # how far it is
    state = fields.Selection(
        [
            ("pending", "Waiting"),
            ("sent", "Sent"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled"),
            ("silenced", "Silenced"),
        ],
        required=True,
        readonly=True,
        default="pending",
    )
    send_after = fields.Datetime(string="Not Before", required=True, readonly=True)
    sent_at = fields.Datetime(string="Sent On", readonly=True)
    mail_id = fields.Many2one(
        "mail.mail",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        groups="base.group_system",
    )
    error = fields.Char(readonly=True)

    _key_uniq = models.UniqueIndex("(key) WHERE key IS NOT NULL", "This was noted already.")
    _pending_idx = models.Index("(send_after, id) WHERE state = 'pending'")
    _group_idx = models.Index("(partner_id, project_id, sent_at)")

    # === NOTING === #

    @api.model
    def _mail_customer(
        self,
        partner,
        subject,
        body_parts,
        record,
        urgent=False,
        news=False,
        due=None,
        url=None,
        button=None,
        key=None,
    ):
        """Note that a contact is to be told something; the mail goes at the next allowed moment.

        Texts are given ready in the contact's language, or as callables ``env -> text`` that get
        an environment in this language.

        :param partner: the contact; without a mail address nothing is noted
        :param subject: one line: what is asked, or what happened
        :param body_parts: paragraphs; plain text is escaped, Markup is not
        :param record: the document, with ``project_id`` or ``company_id``, or a project
        :param bool urgent: a request to sign: goes today, even if a mail went today already
        :param bool news: nothing is asked; left out in modes that send no news
        :param date due: until when an answer is asked for
        :param str url: of the one button, e.g. the personal link; default: the document's page;
            empty: no button
        :param str button: words of the button
        :param str key: what must not be said twice
        :return: the notice, empty if nothing will be sent
        """
        worker = self._as_worker()
        partner = worker.env["res.partner"].browse(partner.id)
        record = worker.env[record._name].browse(record.id)
        project = worker._get_project(record)
        if not partner.email_normalized or not partner.active:
            return self.browse()
        if project.delivery_practice or (news and not worker._sends_news(project)):
            return self.browse()
        if key and worker.search_count([("key", "=", key)], limit=1):
            return self.browse()
        company = worker._get_company(record, project)
        env = worker.with_context(lang=partner.lang or company.partner_id.lang).env
        say = lambda text: text(env) if callable(text) else text  # noqa: E731 (two words long)
        body = worker.env["ir.qweb"]._render(
            "customer_delivery.notice_body", {"parts": [say(part) for part in body_parts]}
        )
        values = {
            "partner_id": partner.id,
            "project_id": project.id,
            "company_id": company.id,
            "res_model": record._name,
            "res_id": record.id,
            "subject": say(subject),
            "body": body,
            "due": due,
            "url": worker._get_url(record) if url is None else url,
            "button": say(button),
            "urgent": urgent,
            "key": key,
            "state": "pending",
            "send_after": fields.Datetime.now(),
        }
        notice = worker.create(Granted(values))
        notice._plan()
        return notice.with_env(self.env)

    def _withdraw(self, records, partner=None):
        """Cancel what waits for these documents: nobody is asked any more.

        :param partner: only this contact, e.g. one who was replaced
        """
        waiting = (
            Domain("state", "=", "pending")
            & Domain("res_model", "=", records._name)
            & Domain("res_id", "in", records.ids)
        )
        if partner:
            waiting &= Domain("partner_id", "=", partner.id)
        self._as_worker().search(waiting).write(Granted(state="cancelled", url=False))

    def _as_worker(self):
        """Return these notices as superuser, with nothing of the caller's context."""
        return self.env(user=SUPERUSER_ID, su=True, context={})[self._name].browse(self.ids)

    @api.model
    def _get_project(self, record):
        if record._name == "project.project":
            return record
        return record.project_id if "project_id" in record._fields else self.env["project.project"]

    @api.model
    def _get_company(self, record, project):
        own = "company_id" in record._fields and record.company_id
        return own or project.company_id or self.env.company

    @api.model
    def _sends_news(self, project):
        """Tell whether customers of this project are told what asks nothing of them."""
        return not project.delivery_mode_id or project.delivery_mode_id.customer_news

    @api.model
    def _get_url(self, record):
        """Return the page of a document for who has an account; a link is given by the caller."""
        return record.access_url if "access_url" in record._fields else "/my"

    # === WHEN === #

    def _plan(self):
        """Set when these notices go, and wake the cron then."""
        now = fields.Datetime.now().replace(tzinfo=UTC)
        moments = set()
        for notice in self:
            zone = notice._get_zone()
            workdays = notice._get_workdays(now.astimezone(zone).date())
            moment = now
            if not notice.urgent:
                moment += timedelta(minutes=COLLECTED_MINUTES)
                if notice._was_mailed_on(now.astimezone(zone).date(), zone):
                    moment = quiet_hours.next_day(now, zone, workdays)
            moment = quiet_hours.next_allowed(moment, zone, workdays).replace(tzinfo=None)
            notice.write(Granted(send_after=moment))
            moments.add(moment)
        self._trigger_cron(moments)

    @api.model
    def _trigger_cron(self, moments):
        cron = self.env.ref("customer_delivery.ir_cron_notice", raise_if_not_found=False)
        if cron:
            cron._trigger(sorted(moments))

    def _get_zone(self):
        calendar = self.company_id.resource_calendar_id
        name = self.partner_id.tz or self.company_id.partner_id.tz or calendar.tz
        try:
            return ZoneInfo(name or "UTC")
        except (KeyError, ValueError):
            return ZoneInfo("UTC")

    def _get_workdays(self, day):
        return self.company_id._get_delivery_workdays(*quiet_hours.reach(day))

    def _was_mailed_on(self, day, zone):
        """Tell whether the contact had a mail about this project on a day of his calendar."""
        last = self.search(
            self._get_group_domain() & Domain("sent_at", "!=", False), limit=1, order="sent_at desc"
        )
        return bool(last) and last.sent_at.replace(tzinfo=UTC).astimezone(zone).date() == day

    def _get_group_domain(self):
        """Return the domain of all that goes into one mail with this notice."""
        return (
            Domain("partner_id", "=", self.partner_id.id)
            & Domain("project_id", "=", self.project_id.id)
            & Domain("company_id", "=", self.company_id.id)
        )

    def _get_next_moment(self):
        """Return when the mail of these notices may go, from now on."""
        now = fields.Datetime.now().replace(tzinfo=UTC)
        zone = self[0]._get_zone()
        today = now.astimezone(zone).date()
        workdays = self[0]._get_workdays(today)
        if not any(self.mapped("urgent")) and self[0]._was_mailed_on(today, zone):
            return quiet_hours.next_day(now, zone, workdays).replace(tzinfo=None)
        return quiet_hours.next_allowed(now, zone, workdays).replace(tzinfo=None)

    # === SENDING === #

    @api.model
    def _cron_send(self):
        """Send what is due, one mail and one transaction per contact and project."""
        worker = self._as_worker()
        progress = self.env["ir.cron"]
        worker._report_failures()
        seconds = progress._commit_progress(remaining=worker.search_count(worker._get_due_domain()))
        while seconds > 0:
            lead = worker.search(worker._get_due_domain(), order="send_after, id", limit=1)
            waiting = Domain("state", "=", "pending")
            group = worker.search(lead._get_group_domain() & waiting) if lead else lead
            if not group or group.try_lock_for_update() != group:
                # nothing left, or somebody else is at it
                progress._commit_progress(remaining=0)
                return
            group.sorted("id")._send_or_postpone()
            seconds = progress._commit_progress(len(group))
        progress._commit_progress(remaining=worker.search_count(worker._get_due_domain()))

    @api.model
    def _get_due_domain(self):
        return Domain("state", "=", "pending") & Domain("send_after", "<=", fields.Datetime.now())

    def _send_or_postpone(self):
        now = fields.Datetime.now()
        moment = self._get_next_moment()
        if moment > now:
            due = self.filtered(lambda notice: notice.send_after <= now)
            due.write(Granted(send_after=moment))
            self._trigger_cron([moment])
            return
        try:
            with self.env.cr.savepoint():
                self._send_together()
        except Exception as error:  # the others must go; this one is shown and told
            _logger.warning("Mail to contact %s was not made", self.partner_id.id, exc_info=True)
            self._fail(str(error) or type(error).__name__)

    def _send_together(self):
        """Put one mail for all of these into the mail queue."""
        partner, company = self.partner_id, self.company_id
        contact = self._get_contact_user()
        lang = partner.lang or company.partner_id.lang or "en_US"
        sender = contact.email_formatted or company.email_formatted or self.env.user.email_formatted
        notices = self.sorted(lambda notice: (not notice.urgent, notice.id))
        mail = self.env["mail.mail"].create(
            {
                "subject": self._get_mail_subject(notices, lang),
                "body_html": self._render_mail(notices, contact, lang),
                "email_from": sender,
                "reply_to": sender,
                "recipient_ids": [Command.set(partner.ids)],
                "auto_delete": True,
                "headers": repr(HEADERS),
                # Author and document would open the text, with its link, to our own people.
                "author_id": False,
            }
        )
        self.write(
            Granted(
                state="sent", sent_at=fields.Datetime.now(), mail_id=mail.id, url=False, error=False
            )
        )
        self._log_on_documents()
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    def _get_contact_user(self):
        """Return whom the customer may call: of the document, else of the project."""
        for notice in self:
            record = notice._get_record()
            if record is not None and hasattr(record, "_get_contact_user"):
                user = record._get_contact_user()
                if user:
                    return user
        return self.project_id.user_id

    def _get_record(self):
        """Return the document, None if it is gone."""
        if not self.res_model or self.res_model not in self.env:
            return None
        return self.env[self.res_model].browse(self.res_id).exists() or None

    def _get_mail_subject(self, notices, lang):
        translated = self.with_context(lang=lang)
        project = self.project_id.name
        first = notices[0].subject
        if len(notices) > 1:
            first = translated.env._(
                "%(first)s, and %(count)s more", first=first, count=len(notices) - 1
            )
        return f"{project}: {first}" if project else first

    def _render_mail(self, notices, contact, lang):
        env = self.with_context(lang=lang).env
        main = notices.filtered("url")[:1]
        deadlines = {
            notice: env._(
                "Please answer by %(date)s",
                date=format_date(self.env, notice.due, lang_code=lang),
            )
            for notice in notices
            if notice.due
        }
        return env["ir.qweb"]._render(
            "customer_delivery.notice_mail",
            {
                "greeting": env._("Hello %(name)s,", name=self.partner_id.name),
                "notices": notices,
                "deadlines": deadlines,
                "main": main,
                "project": self.project_id,
                "company": self.company_id,
                "contact": contact,
                "phone": contact.phone or self.company_id.phone,
                "get_url": lambda notice: self._get_full_url(notice.url),
            },
        )

    def _get_full_url(self, url):
        if url.startswith(("https://", "http://")):
            return url
        return (self.project_id or self.company_id).get_base_url() + url

    def _log_on_documents(self):
        """Note in the history of each document that its contact was written to."""
        translated = self.with_context(lang=self.company_id.partner_id.lang)
        for model, notices in self.grouped("res_model").items():
            documents = self.env[model].browse(notices.mapped("res_id")).exists()
            if not hasattr(documents, "_message_log_batch"):
                continue
            bodies = {
                notice.res_id: translated.env._(
                    "Mail to %(contact)s: %(subject)s",
                    contact=notice.partner_id.name,
                    subject=notice.subject,
                )
                for notice in notices
            }
            documents._message_log_batch({doc.id: bodies[doc.id] for doc in documents})

    # === FAILURES === #

    @api.model
    def _report_failures(self):
        """Notice the mails that the mail server did not take."""
        failed = self.search([("state", "=", "sent"), ("mail_id.state", "=", "exception")])
        for mail, notices in failed.grouped("mail_id").items():
            notices._fail(mail.failure_reason or self.env._("The mail server refused it."))

    def _fail(self, error):
        """Show that these did not go, and ask the contact person to call the customer."""
        self.write(Granted(state="failed", error=error[:500]))
        user = self._get_contact_user()
        if not user:
            return
        translated = self.with_context(lang=user.lang)
        self.env["mail.activity"].create(
            {
                "activity_type_id": self.env.ref("customer_delivery.mail_activity_type_notice").id,
                "user_id": user.id,
                "summary": translated.env._(
                    "%(contact)s got no mail, please call", contact=self.partner_id.name
                ),
                "note": ", ".join(self.mapped("subject")),
                **(
                    {
                        "res_model_id": self.env["ir.model"]._get_id("project.project"),
                        "res_id": self.project_id.id,
                    }
                    if self.project_id
                    else {}
                ),
            }
        )

    # === ACTIONS === #

    def action_cancel(self):
        """Take back what has not gone yet; works on many."""
        notices_sudo = self._entry_staff()
        notices_sudo.filtered(lambda notice: notice.state == "pending").write(
            Granted(state="cancelled", url=False)
        )
        return True

    def _entry_staff(self):
        """Return these notices as superuser for the staff that reads them, locked."""
        notices = self._entry()
        notices.check_access("read")
        if not notices.env.user.has_group("customer_delivery.group_delivery_user"):
            raise AccessError(self.env._("Only delivery users may do this."))
        # nobody may write notices; what the buttons move is fixed
        return notices.sudo().try_lock_for_update()

    @api.autovacuum
    def _gc_settled(self):
        """Forget what was said two years ago."""
        before = fields.Datetime.now() - timedelta(days=730)
        old = self.search([("state", "!=", "pending"), ("create_date", "<", before)], limit=10000)
        old.unlink()
        return len(old), len(old) == 10000
