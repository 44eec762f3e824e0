import logging

from odoo import SUPERUSER_ID, api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)

BATCH = 20


class SignoffRound(models.Model):
    """Rounds that nobody answered in time end."""

    _inherit = "signoff.round"

    @api.model
    def _cron_expire(self):
        """End the rounds whose last day has passed; each decides for itself, none twice."""
        worker = self.env(user=SUPERUSER_ID, su=True, context={})[self._name]
        progress = self.env["ir.cron"]
        failed = []
        seconds = progress._commit_progress(
            remaining=worker.search_count(worker._get_expired_domain(failed))
        )
        while seconds > 0:
            rows = worker.search(
                worker._get_expired_domain(failed), order="expires_at, id", limit=BATCH
            )
            if not rows:
                progress._commit_progress(remaining=0)
                return
            for row in rows:
                try:
                    with self.env.cr.savepoint():
                        row._expire()
                        self.env.flush_all()
                except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                    # somebody decides just now; the next run looks again
                    self.env.cr.rollback()
                    return
                except Exception:  # one that cannot end holds up no other
                    _logger.warning("Round %s could not expire", row.id, exc_info=True)
                    self.env.invalidate_all(flush=False)
                    failed.append(row.id)
            seconds = progress._commit_progress(len(rows))

    @api.model
    def _get_expired_domain(self, failed):
        return [
            ("state", "=", "running"),
            ("expires_at", "<=", fields.Datetime.now()),
            ("id", "not in", failed),
        ]

    def _expire(self):
        self.ensure_one()
        # a decision that came first counts
        if self._lock() != "running":
            return
        lang = self.lang or self.company_id.partner_id.lang
        self._end("expired", self.with_context(lang=lang).env._("Nobody answered in time."))
