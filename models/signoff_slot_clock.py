import logging

from markupsafe import Markup

from odoo import SUPERUSER_ID, api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..core.grant import Granted

_logger = logging.getLogger(__name__)

BATCH = 100
# mails to a customer beside the first one; then a person calls
MAILS = 2
ROUND = "/odoo/customer-delivery-rounds/%s"


class SignoffSlot(models.Model):
    """The clock of requests: remind, escalate, hand over to a person; each once.

    ``clock_at`` is the next moment at which something is due for a request. What is done and the
    next moment are one transaction, so a worker that is killed neither forgets nor repeats.
    """

    _inherit = "signoff.slot"

    clock_at = fields.Datetime(readonly=True, export_string_translation=False)

    _clock_idx = models.Index("(clock_at, id) WHERE state = 'pending' AND clock_at IS NOT NULL")

    @api.model
    def _cron_clock(self):
        """Let the clock strike for all requests whose moment has come, batch by batch."""
        worker = self.env(user=SUPERUSER_ID, su=True, context={})[self._name]
        progress = self.env["ir.cron"]
        now = fields.Datetime.now()
        domain = [("state", "=", "pending"), ("clock_at", "<=", now)]
        seconds = progress._commit_progress(remaining=worker.search_count(domain))
        while seconds > 0:
            slots = worker.search(domain, order="clock_at, id", limit=BATCH).try_lock_for_update()
            if not slots:
                progress._commit_progress(remaining=0)
                return
            try:
                with self.env.cr.savepoint():
                    slots._strike(now)
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # somebody decides on one of them just now
                self.env.cr.rollback()
                return
            except Exception:  # one that cannot be told holds up nobody else
                self.env.invalidate_all(flush=False)
                slots._strike_apart(now)
            seconds = progress._commit_progress(len(slots))

    def _strike_apart(self, now):
        for slot in self:
            try:
                with self.env.cr.savepoint():
                    slot._strike(now)
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                raise
            except Exception:
                _logger.warning("The clock could not strike for request %s", slot.id, exc_info=True)
                self.env.invalidate_all(flush=False)
                slot.write(Granted(clock_at=fields.Datetime.add(now, hours=1)))

    def _strike(self, now):
        """Do what is due for these requests now; activities in one batch."""
        values = []
        for slot in self:
            late = bool(slot.due_at and slot.due_at <= now)
            if slot.user_id:
                values += slot._strike_internal(late, now)
            else:
                values += slot._strike_customer(late, now)
        activities = self.env["mail.activity"].with_context(mail_activity_quick_update=True)
        activities.create(values)
        self.env.flush_all()

    # === OUR PEOPLE === #

    def _strike_internal(self, late, now):
        """Remind our user before the due date, escalate once per step after it."""
        if not late:
            self.write(Granted(reminders=self.reminders + 1, reminded_at=now, clock_at=self.due_at))
            self._remind_user()
            return []
        self.write(Granted(clock_at=False))
        return self._escalate(now)

    def _remind_user(self):
        slot = self.with_context(lang=self.user_id.lang)
        subject = slot.env._("Due soon: %(document)s", document=slot.document_name)
        self.env["mail.thread"].message_notify(
            partner_ids=self.user_id.partner_id.ids,
            subject=subject,
            body=Markup("<p>%s</p><p><a href='/odoo/customer-delivery-my-work'>%s</a></p>")
            % (slot.step_name, slot.env._("Open My Work")),
        )

    def _escalate(self, now):
        """Return the activity for whom this step escalates to, the first time only."""
        step = self.step_id
        if step.escalated_at:
            return []
        step.write(Granted(escalated_at=now))
        plan = next(item for item in self.round_id._get_plan()["steps"] if item["key"] == step.key)
        user = self.env["res.users"].browse(plan["escalate"] or []).exists()
        user = user.filtered("active") or self.project_id.user_id
        return self._prepare_clock_activity(
            user,
            lambda env: env._(
                "Overdue: %(person)s has not decided on %(document)s",
                person=self.person_name,
                document=self.document_name,
            ),
        )

    def _prepare_clock_activity(self, user, summary):
        user = user[:1].filtered("active")
        if not user:
            return []
        env = self.with_context(lang=user.lang).env
        link = Markup('<a href="%s">%s</a>') % (
            ROUND % self.round_id.id,
            env._("See how everybody stands"),
        )
        return [
            {
                "activity_type_id": self.env.ref("customer_delivery.mail_activity_type_overdue").id,
                "user_id": user.id,
                "date_deadline": fields.Date.context_today(self),
                "summary": summary(env),
                "note": link,
            }
        ]

    # === THE CUSTOMER'S PEOPLE === #

    def _strike_customer(self, late, now):
        """Remind by two mails at most, then hand over to a person; he phones."""
        day = self.company_id._plan_delivery_time(now, 1) or False
        if not late:
            self._mail_reminder(now, self.due_at)
            return []
        if not self.reminded_at or self.reminded_at < self.due_at:
            if self._mail_reminder(now, day):
                return []
        self.write(Granted(clock_at=False))
        project = self.project_id
        user = project.partner_id.commercial_partner_id.user_id or project.user_id
        call = self._prepare_clock_activity(
            user,
            lambda env: env._(
                "Please phone %(person)s: no answer on %(document)s",
                person=self.person_name,
                document=self.document_name,
            ),
        )
        return call + self._escalate(now) if self._has_escalation(user) else call

    def _has_escalation(self, told):
        """Tell whether somebody else than ``told`` is to know that the customer is late."""
        plan = self.round_id._get_plan()["steps"]
        planned = next(item for item in plan if item["key"] == self.step_id.key)
        return bool(planned["escalate"]) and planned["escalate"] != told.id

    def _mail_reminder(self, now, next_call):
        """Remind the contact by mail, unless he was reminded twice; tell whether he was."""
        if self.reminders >= MAILS:
            return False
        number = self.reminders + 1
        self.write(Granted(reminders=number, reminded_at=now, clock_at=next_call))
        name = self.document_name
        self._mail_request(
            key=f"signoff.remind{number}",
            subject=lambda env: env._("Reminder: %(document)s waits for you", document=name),
        )
        return True
