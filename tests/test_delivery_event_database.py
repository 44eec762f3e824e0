import threading
from collections import Counter
from contextlib import closing
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.sql_db import Cursor, db_connect
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

PREFIX = "outbox test"
EVENTS = 30


class Crash(BaseException):
    """Stands for a worker that is killed: nothing catches it."""


@tagged("post_install", "-at_install")
class TestOutboxTransactions(BaseCase):
    """The outbox in real transactions: two workers, killed workers, one effect per event.

    The effect of an event is a contact tag. What the tests commit, they delete again.
    """

    def setUp(self):
        super().setUp()
        self.db = db_connect(get_db_name())
        self.tags = Registry(get_db_name())["res.partner.category"]
        self.addCleanup(self._clean_up)
        self._clean_up()
        patcher = patch.object(self.tags, "_on_delivery_event", self._handle, create=True)
        patcher.start()
        self.addCleanup(patcher.stop)
        with self._transaction() as env:
            self.tag_id = env["res.partner.category"].create({"name": PREFIX, "color": 0}).id

    @staticmethod
    def _handle(record, _name, payload):
        record.create({"name": f"{PREFIX} {payload['number']}"})

    def _transaction(self):
        return Transaction(self.db)

    def _clean_up(self):
        with self._transaction() as env:
            env.cr.execute("DELETE FROM delivery_event WHERE res_model = 'res.partner.category'")
            env.cr.execute("DELETE FROM res_partner_category WHERE name->>'en_US' ~ %s", [PREFIX])
            env.cr.execute(
                "DELETE FROM ir_cron_trigger WHERE cron_id = %s",
                [env.ref("customer_delivery.ir_cron_outbox").id],
            )

    def _emit(self, count):
        with self._transaction() as env:
            for number in range(count):
                env["delivery.event"]._emit(
                    "test.tag",
                    env["res.partner.category"].browse(self.tag_id),
                    {"number": number},
                    key=f"tag {number}",
                )

    def _drain(self):
        with closing(self.db.cursor()) as cr:
            api.Environment(cr, SUPERUSER_ID, {})["delivery.event"]._cron_drain()

    def _effects(self):
        """Return how often each event had its effect."""
        with self._transaction() as env:
            env.cr.execute(
                "SELECT name->>'en_US' FROM res_partner_category WHERE name->>'en_US' LIKE %s",
                [PREFIX + " %"],
            )
            return Counter(name for (name,) in env.cr.fetchall())

    def _states(self):
        with self._transaction() as env:
            env.cr.execute(
                "SELECT state, count(*) FROM delivery_event"
                " WHERE res_model = 'res.partner.category' GROUP BY state"
            )
            return dict(env.cr.fetchall())

    def _in_parallel(self, *jobs):
        errors = []

        def run(job):
            try:
                job()
            except BaseException as error:  # noqa: BLE001 (shown by the assertion below)
                errors.append(error)

        threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.assertFalse(errors)

    def test_two_workers_share_the_work(self):
        self._emit(EVENTS)
        workers = set()

        def handle(record, name, payload):
            workers.add(threading.current_thread().name)
            self._handle(record, name, payload)

        with patch.object(self.tags, "_on_delivery_event", handle):
            self._in_parallel(self._drain, self._drain, self._drain)
            # one that clashed on a busy machine waits for its next try
            self._make_due()
            self._drain()
        effects = self._effects()
        self.assertEqual(len(effects), EVENTS)
        self.assertEqual(set(effects.values()), {1})
        self.assertEqual(self._states(), {"done": EVENTS})
        self.assertGreater(len(workers), 1, "the workers did not work at the same time")

    def test_handlers_that_clash_are_run_again(self):
        """All events write the same row: PostgreSQL lets only one worker through at a time."""
        self._emit(EVENTS)

        def handle(record, name, payload):
            record.env.cr.execute(
                "UPDATE res_partner_category SET color = coalesce(color, 0) + 1 WHERE id = %s",
                [record.id],
                log_exceptions=False,
            )
            self._handle(record, name, payload)

        with patch.object(self.tags, "_on_delivery_event", handle):
            self._in_parallel(self._drain, self._drain)
            # an unlucky one waits for its next try, like after a failure
            self._make_due()
            self._drain()
        self.assertEqual(self._states(), {"done": EVENTS})
        self.assertEqual(set(self._effects().values()), {1})
        with self._transaction() as env:
            self.assertEqual(env["res.partner.category"].browse(self.tag_id).color, EVENTS)

    def _make_due(self):
        with self._transaction() as env:
            env.cr.execute("UPDATE delivery_event SET next_try_at = NULL WHERE state = 'pending'")

    def test_a_worker_killed_anywhere_loses_and_repeats_nothing(self):
        step, finished = 0, False
        while not finished:
            step += 1
            self._clean_effects()
            self._emit(2)
            with CrashingAt(step) as crashing:
                finished = crashing.run(self._drain)
            self._make_due()
            self._drain()
            effects = self._effects()
            self.assertEqual(len(effects), 2, f"killed at step {step}")
            self.assertEqual(set(effects.values()), {1}, f"killed at step {step}")
            self.assertEqual(self._states(), {"done": 2}, f"killed at step {step}")
        self.assertGreater(step, 10)

    def _clean_effects(self):
        with self._transaction() as env:
            env.cr.execute("DELETE FROM delivery_event WHERE res_model = 'res.partner.category'")
            env.cr.execute(
                "DELETE FROM res_partner_category WHERE name->>'en_US' LIKE %s", [PREFIX + " %"]
            )

    def test_an_event_that_kills_its_worker_dies_and_lets_the_others_pass(self):
        self._emit(2)

        def handle(record, name, payload):
            if payload["number"] == 0:
                raise Crash
            self._handle(record, name, payload)

        with patch.object(self.tags, "_on_delivery_event", handle):
            for _try in range(6):
                with self.assertRaises(Crash):
                    self._drain()
                self._make_due()
            self._drain()
        self.assertEqual(self._states(), {"dead": 1, "done": 1})
        self.assertEqual(self._effects(), {f"{PREFIX} 1": 1})
        with self._transaction() as env:
            kind = env.ref("customer_delivery.mail_activity_type_outbox")
            alarms = env["mail.activity"].search([("activity_type_id", "=", kind.id)])
            self.assertEqual(len(alarms), 1)
            alarms.unlink()

    def test_a_cause_that_is_rolled_back_leaves_no_event(self):
        with closing(self.db.cursor()) as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["delivery.event"]._emit(
                "test.tag", env["res.partner.category"].browse(self.tag_id), {"number": 1}
            )
            cr.rollback()
        self._drain()
        self.assertFalse(self._states())

    @mute_logger("odoo.sql_db")
    def test_the_same_key_in_two_transactions_is_written_once(self):
        both_began = threading.Barrier(2, timeout=20)

        def emit():
            with closing(self.db.cursor()) as cr:
                cr.execute("SELECT 1 FROM delivery_event LIMIT 1")
                both_began.wait()
                try:
                    self._emit_in(cr)
                    cr.commit()
                except Exception as error:  # noqa: BLE001 (what Odoo runs again, we do too)
                    self.assertEqual(getattr(error, "pgcode", None), "40001")
                    cr.rollback()
                    self._emit_in(cr)
                    cr.commit()

        self._in_parallel(emit, emit)
        self.assertEqual(self._states(), {"pending": 1})

    def _emit_in(self, cr):
        env = api.Environment(cr, SUPERUSER_ID, {})
        env["delivery.event"]._emit(
            "test.tag",
            env["res.partner.category"].browse(self.tag_id),
            {"number": 0},
            key="the same",
        )


class CrashingAt:
    """Kills the worker at the n-th thing that it asks of the database."""

    def __init__(self, step):
        self.left = step
        self.patches = []

    def __enter__(self):
        for name in ("execute", "commit"):
            method = getattr(Cursor, name)

            def crashing(cursor, *args, method=method, **kwargs):
                self.left -= 1
                if not self.left:
                    raise Crash
                return method(cursor, *args, **kwargs)

            self.patches.append(patch.object(Cursor, name, crashing))
        for patcher in self.patches:
            patcher.start()
        return self

    def __exit__(self, *_error):
        for patcher in self.patches:
            patcher.stop()

    def run(self, work):
        """Return whether the work came to its end."""
        try:
            work()
        except Crash:
            return False
        return True


class Transaction:
    """An environment of its own that commits at the end, or rolls back on an error."""

    def __init__(self, db):
        self.cr = db.cursor()

    def __enter__(self):
        return api.Environment(self.cr, SUPERUSER_ID, {})

    def __exit__(self, error, *_rest):
        with closing(self.cr):
            if error is None:
                api.Environment(self.cr, SUPERUSER_ID, {}).flush_all()
                self.cr.commit()
