import logging
import traceback
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL
from odoo.tools.constants import GC_UNLINK_LIMIT

from ..core import canonical
from ..core.grant import Granted

_logger = logging.getLogger(__name__)

# minutes until the next try, after the first, second ... try that failed
DELAYS = (1, 5, 30, 120, 720)
MAX_TRIES = len(DELAYS) + 1
# A clash with another transaction says nothing about the handler: try again at once.
CLASHES = 4
KEPT_DAYS = 90
ERROR_SIZE = 4000


class DeliveryEvent(models.Model):
    """How the outbox is carried out: claims, tries, dead letters."""

    _inherit = "delivery.event"

    @api.model
    def _cron_drain(self):
        """Carry out what is due, each event in a transaction of its own.

        An event is claimed first: counted as tried, and due again later. Only then it is carried
        out. So a worker that is killed loses nothing, and an event that kills its worker every
        time ends among the dead instead of holding up all others.
        """
        worker = self._as_worker()
        progress = self.env["ir.cron"]
        seconds = progress._commit_progress(remaining=worker.search_count(worker._get_due_domain()))
        while seconds > 0:
            event = worker._claim(progress)
            if not event:
                progress._commit_progress(remaining=0)
                return
            event._carry_out()
            seconds = progress._commit_progress(1)
        # out of time: the next run goes on
        left = worker.search_count(worker._get_due_domain())
        progress._commit_progress(remaining=left)

    @api.model
    def _get_due_domain(self):
        now = fields.Datetime.now()
        due = Domain("next_try_at", "=", False) | Domain("next_try_at", "<=", now)
        return Domain("state", "=", "pending") & due

    @api.model
    def _claim(self, progress):
        """Return the oldest due event that nobody else works on, counted as tried."""
        now = fields.Datetime.now()
        query = SQL(
            """
            UPDATE delivery_event
               SET tries = tries + 1,
                   next_try_at = %(now)s + make_interval(
                        mins => (%(delays)s::int[])[least(tries + 1, %(last)s)]
                   )
             WHERE id = (
                    SELECT id
                      FROM delivery_event
                     WHERE state = 'pending'
                       AND (next_try_at IS NULL OR next_try_at <= %(now)s)
                  ORDER BY id
                     LIMIT 1
                       FOR UPDATE SKIP LOCKED
                   )
         RETURNING id
            """,
            now=now,
            delays=list(DELAYS),
            last=len(DELAYS),
        )
        for _clash in range(CLASHES):
            try:
                self.env.cr.execute(query, log_exceptions=False)
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # another worker took it between our looking and our locking
                self.env.cr.rollback()
                continue
            row = self.env.cr.fetchone()
            progress._commit_progress()
            return self.browse(row)
        return self.browse()

    def _carry_out(self):
        """Carry out a claimed event and note how it went."""
        self.ensure_one()
        for _clash in range(CLASHES):
            try:
                self._try_once()
                return
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # the claim is committed: what remains undone is due again later
                self.env.cr.rollback()

    def _try_once(self):
        event = self.try_lock_for_update()
        if not event or event.state != "pending":
            return
        if event.tries > MAX_TRIES:
            event._note_failure(
                self.env._("The work never came to its end: its worker was stopped each time.")
            )
            return
        try:
            with self.env.cr.savepoint():
                outcome = event._call_handler()
                event.write(
                    Granted(
                        state="done",
                        outcome=outcome,
                        done_at=fields.Datetime.now(),
                        next_try_at=False,
                        error=False,
                    )
                )
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:  # noqa: BLE001 (whatever a handler raises is shown and retried)
            # a refusal says all in its own words; the rest needs the place in the code
            where = "" if isinstance(error, UserError) else traceback.format_exc()
            reason = str(error) or type(error).__name__
            event._note_failure(f"{reason}\n\n{where[-ERROR_SIZE:]}".strip())

    def _call_handler(self):
        """Call the method that handles the event; return how it ended."""
        record = self._get_record(self.res_model, self.res_id)
        if record is None:
            return "gone"
        payload = canonical.loads(self.payload)
        if not self.handler_model:
            if not hasattr(record, "_on_delivery_event"):
                return "unheard"
            record._on_delivery_event(self.name, payload)
            return "handled"
        handler = self._get_record(self.handler_model, self.handler_id)
        if handler is None:
            return "gone"
        handler._on_subscribed_event(self.name, record, payload)
        return "handled"

    def _get_record(self, model, res_id):
        """Return a record in the event's company, the bare model without id, None if gone."""
        if model not in self.env:
            return None
        records = self.env[model].with_company(self.company_id)
        if not res_id:
            return records
        return records.browse(res_id).exists() or None

    def _note_failure(self, text):
        """Plan the next try, or give up and tell the manager."""
        dead = self.tries >= MAX_TRIES
        _logger.info("Event %s (%s) failed, try %s: %s", self.id, self.name, self.tries, text)
        self.write(
            Granted(
                state="dead" if dead else "pending",
                error=text,
                next_try_at=False if dead else self.next_try_at,
            )
        )
        if dead:
            try:
                with self.env.cr.savepoint():
                    self._raise_alarm()
            except Exception:  # the event must be seen as dead, with or without the task
                _logger.warning("Nobody could be told of event %s", self.id, exc_info=True)
        else:
            self._trigger_cron(self.next_try_at)

    # === DEAD LETTERS === #

    def _raise_alarm(self):
        """Give the responsible manager one task, unless he has it already."""
        user = self._get_alarm_user()
        if not user or self._get_alarms(user):
            return
        translated = self.with_context(lang=user.lang)
        self.env["mail.activity"].create(
            {
                "activity_type_id": self.env.ref("customer_delivery.mail_activity_type_outbox").id,
                "user_id": user.id,
                "summary": translated.env._("The outbox holds events that could not be handled"),
                "note": translated.env._(
                    "Open Customer Delivery > Configuration > Outbox, mend the cause and "
                    "press Try Again."
                ),
            }
        )

    @api.model
    def _end_alarm(self):
        """Take the tasks back when nothing is dead any more."""
        if not self.search_count([("state", "=", "dead")], limit=1):
            self._get_alarms().unlink()

    @api.model
    def _get_alarms(self, user=None):
        kind = self.env.ref("customer_delivery.mail_activity_type_outbox")
        domain = Domain("activity_type_id", "=", kind.id)
        if user:
            domain &= Domain("user_id", "=", user.id)
        return self.env["mail.activity"].search(domain)

    def _get_alarm_user(self):
        """Return the delivery manager of the event's company who was there first."""
        group = self.env.ref("customer_delivery.group_delivery_manager")
        return self.env["res.users"].search(
            [
                ("all_group_ids", "in", group.ids),
                ("company_ids", "in", self.company_id.ids),
                ("share", "=", False),
            ],
            order="id",
            limit=1,
        )

    @api.autovacuum
    def _gc_settled(self):
        """Forget what was done long ago: events are work, not evidence."""
        before = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        settled = self.search(
            [("state", "in", ("done", "silenced")), ("done_at", "<", before)],
            limit=GC_UNLINK_LIMIT,
        )
        settled.unlink()
        return len(settled), len(settled) == GC_UNLINK_LIMIT
