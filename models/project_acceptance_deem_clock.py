import logging

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import format_date

from ..core import silence
from ..core.grant import Granted

_logger = logging.getLogger(__name__)

BATCH = 100


class ProjectAcceptance(models.Model):
    """Reminding the customer before his silence counts (视同验收): each mail once.

    ``deemed_clock_at`` is the next moment at which something is due. What is done and the next
    moment are one transaction, so a worker that is killed neither forgets nor repeats.
    """

    _inherit = "project.acceptance"

    deemed_reminders = fields.Integer(
        string="Reminders Sent", readonly=True, copy=False, aggregator=None
    )
    deemed_reminded_at = fields.Datetime(string="Last Reminder", readonly=True, copy=False)
    deemed_clock_at = fields.Datetime(readonly=True, copy=False, export_string_translation=False)

    _deemed_clock_idx = models.Index("(deemed_clock_at, id) WHERE deemed_clock_at IS NOT NULL")

    def _start_deemed_clock(self):
        self.ensure_one()
        now = fields.Datetime.now()
        moments = self._get_deemed_moments()
        # a notice that is noted late is told of at once, as far as its days still run
        late = silence.due(now, moments)
        self.write(Granted(deemed_clock_at=now if late else silence.next_moment(now, moments)))

    def _get_deemed_moments(self):
        """Return {stage: moment} of what is due for this acceptance, see ``core.silence``."""
        self.ensure_one()
        until, company = self.deemed_until, self.company_id
        moments = {silence.OVER: company._get_delivery_midnight(fields.Date.add(until, days=1))}
        ahead = self.kind_id.deemed_remind_days
        if ahead:
            spans = company._get_delivery_spans(until, until).get(until)
            midnight = company._get_delivery_midnight(until)
            moments[silence.LAST_DAY] = spans[0][0] if spans else midnight
            before = company._plan_delivery_morning(until, ahead)
            # not on the day of the notice itself: that says it already
            if before and before.date() > self.deemed_notice_id.sudo().notice_on:
                moments[silence.BEFORE] = before
        return moments

    # === CRON === #

    @api.model
    def _cron_remind_deemed(self, batch_size=BATCH):
        """Remind, or tell that the days are over, wherever its moment has come.

        Each is committed by itself, so that a run that is killed goes on where it stopped.
        """
        worker = self.env(user=SUPERUSER_ID, su=True, context={})[self._name]
        cron = self.env["ir.cron"]
        now = fields.Datetime.now()
        domain = Domain("deemed_clock_at", "<=", now)
        left = worker.search_count(domain)
        while acceptances := worker.search(domain, order="deemed_clock_at, id", limit=batch_size):
            # a worker that does the same at this moment keeps what it has locked
            locked = acceptances.try_lock_for_update()
            if not locked:
                return
            for acceptance in locked:
                acceptance._strike_deemed_apart(now)
                left -= 1
                if not cron._commit_progress(1, remaining=max(left, 0)):
                    return

    def _strike_deemed_apart(self, now):
        """Strike for this one; what cannot be told is tried again later and holds up nobody."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._strike_deemed(now)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:
            _logger.warning("The clock could not strike for acceptance %s", self.id, exc_info=True)
            self.env.invalidate_all(flush=False)
            self.write(Granted(deemed_clock_at=fields.Datetime.add(now, hours=1)))

    def _strike_deemed(self, now):
        """Do what is due for this acceptance now, and set when to look again."""
        self.ensure_one()
        moments = self._get_deemed_moments()
        stage = silence.due(now, moments)
        self.write(Granted(deemed_clock_at=silence.next_moment(now, moments) or False))
        if stage == silence.OVER:
            self._tell_silence_over()
        elif stage:
            self._remind_deemed(stage, now)

    def _remind_deemed(self, stage, now):
        """Mail those who sign for the customer; where nobody has an address, a person phones."""
        # of the notice that counts: another one starts anew
        notice_sudo = self.deemed_notice_id.sudo()
        contacts = self._get_customer_signers().partner_id.filtered(lambda p: not p.is_company)
        mails = self.env["delivery.notice"].browse()
        for contact in contacts:
            mails |= self._mail_deemed(contact, notice_sudo, stage)
        if mails:
            self.write(Granted(deemed_reminders=self.deemed_reminders + 1, deemed_reminded_at=now))
        elif not self._is_practice():
            self._tell_account(
                lambda acceptance: acceptance.env._(
                    "Please phone the customer: %(acceptance)s counts as accepted without an "
                    "answer until %(day)s",
                    acceptance=acceptance.display_name,
                    day=format_date(acceptance.env, acceptance.deemed_until),
                )
            )

    def _mail_deemed(self, contact, notice_sudo, stage):
        """Remind one contact in his language; return the mail, empty if none goes."""

        def title(env):
            return self.with_context(lang=env.lang)._signoff_title()

        return self.env["delivery.notice"]._mail_customer(
            contact,
            lambda env: env._("Reminder: %(document)s waits for your answer", document=title(env)),
            [
                lambda env: self.with_context(lang=env.lang)._get_notice_words(),
                lambda env: env._("Contract: %(clause)s", clause=notice_sudo.clause),
            ],
            self,
            # what waits for another day would come too late
            urgent=True,
            due=notice_sudo.until,
            url=self._get_contact_url(contact),
            button=lambda env: env._("Open the Acceptance"),
            key=f"acceptance.{stage}|{notice_sudo.id}|{contact.id}",
        )

    def _get_contact_url(self, contact):
        """Return where this contact answers: his page, else the request to sign, else nothing."""
        if any(user.active for user in contact.user_ids):
            return self.access_url
        slots = self.signoff_round_id.slot_ids.filtered(
            lambda slot: slot.state == "pending" and slot.partner_id == contact
        )
        return slots[:1]._get_request_url() if slots else ""

    def _tell_silence_over(self):
        """Tell who may act on it that the days are over."""
        self._tell_account(
            lambda acceptance: acceptance.env._(
                "No answer until %(day)s: %(acceptance)s may be counted as accepted",
                day=format_date(acceptance.env, acceptance.deemed_until),
                acceptance=acceptance.display_name,
            )
        )

    def _tell_account(self, get_summary):
        """Give the customer's account manager, else who runs the project, an activity."""
        self.ensure_one()
        user = self.commercial_partner_ref_id.user_id or self._get_responsible()
        if user:
            # who noted the notice wrote the clause; it says why
            self._tell(
                user,
                "customer_delivery.mail_activity_type_accepted",
                get_summary,
                self.deemed_notice_id.sudo().clause,
            )
