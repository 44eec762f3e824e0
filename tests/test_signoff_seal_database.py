"""Deciding and sealing in real transactions: kills, and two at once."""

import threading
from contextlib import closing
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.sql_db import Cursor, db_connect
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from .signoff_common import SIGNATURE
from .test_evidence_database import Crash, Transaction

TABLES = (
    "signoff_decision",
    "signoff_signature",
    "signoff_identity",
    "signoff_seal",
    "signoff_round_step",
    "signoff_slot",
    "delivery_event",
)


class SignoffTransactions(BaseCase):
    """A project with people and a flow, committed; what it commits, it deletes again."""

    def setUp(self):
        super().setUp()
        self.db = db_connect(get_db_name())
        self.registry_ = Registry(get_db_name())
        with self._transaction() as env:
            self._set_up(env)
        self.addCleanup(self._clean_up)

    def _transaction(self):
        return Transaction(self.db)

    def _set_up(self, env):
        company = env.ref("base.main_company")
        self.company_id = company.id
        env.cr.execute("SELECT coalesce(max(id), 0) FROM delivery_event")
        self.last_event = env.cr.fetchone()[0]
        users = env["res.users"].with_context(no_reset_password=True)
        users = users.create(
            [
                {
                    "name": f"Decider {number}",
                    "login": f"decider_{number}",
                    "company_ids": [Command.set(company.ids)],
                    "company_id": company.id,
                    "group_ids": [Command.link(env.ref("base.group_user").id)],
                }
                for number in range(3)
            ]
        )
        self.user_ids = users.ids
        project = env["project.project"].create(
            {"name": "Transactions", "company_id": company.id, "user_id": users[0].id}
        )
        project.action_enable_delivery(env.ref("customer_delivery.delivery_mode_light").id)
        self.project_id = project.id
        self.requirement_id = (
            env["project.requirement"].create({"name": "R", "project_id": project.id}).id
        )
        self.flow_ids = []

    def _flow(self, env, *steps):
        flow = env["signoff.flow"].create(
            {
                "name": "Transactions",
                "res_model": "project.baseline",
                "step_ids": [
                    Command.create(
                        {
                            "name": f"Step {number}",
                            "meaning": "Agreed.",
                            "sequence": number,
                            "source": "user",
                            **step,
                        }
                    )
                    for number, step in enumerate(steps)
                ],
            }
        )
        flow.action_activate()
        self.flow_ids.append(flow.id)
        return flow

    def _people(self, *numbers):
        return [Command.set([self.user_ids[number] for number in numbers])]

    def _start(self, env, flow, count=1):
        """Start rounds on internal baselines, which need nothing but a requirement."""
        project = env["project.project"].browse(self.project_id)
        packages = env["project.baseline"]
        for number in range(count):
            packages |= project.action_publish_baseline(f"V{number}")
        return env["signoff.round"]._start(packages, flow)

    def _clean_up(self):
        with self._transaction() as env:
            cr = env.cr
            cr.execute("SELECT set_config('customer_delivery.maintenance', 'on', true)")
            cr.execute("SELECT id FROM signoff_round WHERE project_id = %s", [self.project_id])
            rounds = [row[0] for row in cr.fetchall()] or [0]
            cr.execute("SELECT id FROM signoff_decision WHERE round_id = ANY(%s)", [rounds])
            decisions = [row[0] for row in cr.fetchall()] or [0]
            cr.execute("DELETE FROM signoff_seal WHERE decision_ref = ANY(%s)", [decisions])
            cr.execute("DELETE FROM signoff_signature WHERE decision_id = ANY(%s)", [decisions])
            cr.execute("SELECT identity_id FROM signoff_decision WHERE id = ANY(%s)", [decisions])
            identities = [row[0] for row in cr.fetchall()] or [0]
            cr.execute("DELETE FROM signoff_decision WHERE round_id = ANY(%s)", [rounds])
            cr.execute(
                "DELETE FROM ir_attachment"
                " WHERE res_model = 'signoff.identity' AND res_id = ANY(%s)",
                [identities],
            )
            cr.execute("DELETE FROM signoff_identity WHERE id = ANY(%s)", [identities])
            for table in ("signoff_slot", "signoff_round_step", "signoff_rendition"):
                cr.execute(f"DELETE FROM {table} WHERE round_id = ANY(%s)", [rounds])
            cr.execute("DELETE FROM signoff_round WHERE id = ANY(%s)", [rounds])
            cr.execute("DELETE FROM delivery_event WHERE id > %s", [self.last_event])
            cr.execute(
                "UPDATE project_requirement SET current_version_id = NULL, version_number = 0,"
                " confirmed_version_id = NULL, content_lock = 'none'"
                " WHERE project_id = %s",
                [self.project_id],
            )
            cr.execute(
                "DELETE FROM project_baseline_line WHERE requirement_id = %s",
                [self.requirement_id],
            )
            cr.execute(
                "DELETE FROM signoff_snapshot WHERE res_model = 'project.baseline' AND res_id IN"
                " (SELECT id FROM project_baseline WHERE project_id = %s)",
                [self.project_id],
            )
            cr.execute("DELETE FROM project_baseline WHERE project_id = %s", [self.project_id])
            cr.execute(
                "DELETE FROM project_requirement_version WHERE requirement_id = %s",
                [self.requirement_id],
            )
            cr.execute(
                "DELETE FROM signoff_snapshot WHERE res_model = 'project.requirement'"
                " AND res_id = %s",
                [self.requirement_id],
            )
            # its stage says that work has begun, which the model does not delete
            cr.execute("DELETE FROM project_requirement WHERE id = %s", [self.requirement_id])
            env.invalidate_all()
            env["signoff.flow"].browse(self.flow_ids).write({"state": "draft"})
            env["signoff.flow"].browse(self.flow_ids).unlink()
            env["project.project"].browse(self.project_id).unlink()
            env["res.users"].browse(self.user_ids).unlink()

    def _counts(self):
        with self._transaction() as env:
            counts = []
            for table in TABLES:
                env.cr.execute(f'SELECT count(*) FROM "{table}"')
                counts.append(env.cr.fetchone()[0])
            env.cr.execute("SELECT state, count(*) FROM signoff_slot GROUP BY state ORDER BY 1")
            return [*counts, env.cr.fetchall()]

    def _crash_everywhere(self, work):
        """Kill ``work(env)`` before each of its statements: it leaves all or nothing."""
        before = self._counts()
        execute = Cursor.execute
        statement, finished = 0, False
        while not finished:
            statement += 1
            left = [statement]

            def crashing(cursor, *args, left=left, **kwargs):
                left[0] -= 1
                if not left[0]:
                    raise Crash
                return execute(cursor, *args, **kwargs)

            try:
                with self._transaction() as env, patch.object(Cursor, "execute", crashing):
                    work(env)
                    env.flush_all()
                    finished = True
            except Crash:
                self.assertEqual(self._counts(), before, f"statement {statement}")
        return statement

    def _at_once(self, *works):
        """Run each work in a transaction that has read before the others commit.

        :return: (results, errors)
        """
        all_have_read = threading.Barrier(len(works), timeout=20)
        results, errors = [], []

        def run(work):
            waited = []

            def attempt():
                env.cr.execute("SELECT count(*) FROM signoff_slot")
                if not waited:
                    # nobody knows of the others: all see the same start
                    waited.append(all_have_read.wait())
                result = work(env)
                env.flush_all()
                return result

            try:
                with closing(self.db.cursor()) as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})
                    results.append(retrying(attempt, env))
                    cr.commit()
            except Exception as error:  # noqa: BLE001 (asserted by the callers)
                errors.append(error)

        threads = [threading.Thread(target=run, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return results, errors

    def _decider(self, slot_id, verdict="approve", **values):
        def decide(env):
            slot = env["signoff.slot"].browse(slot_id)
            code = slot.round_id.snapshot_sha256
            slot._decide(verdict, "login", {"snapshot_sha256": code, "image": SIGNATURE, **values})

        return decide


@tagged("post_install", "-at_install")
class TestSignoffTransactions(SignoffTransactions):
    def _slots(self, *steps):
        with self._transaction() as env:
            row = self._start(env, self._flow(env, *steps))
            return row.id, row.sudo().slot_ids.sorted("id").ids

    def test_a_crash_in_a_decision_leaves_nothing(self):
        _row, (slot,) = self._slots(
            {"user_ids": self._people(0), "needs_signature": True},
            {"user_ids": self._people(1)},
        )
        statements = self._crash_everywhere(self._decider(slot))
        self.assertGreater(statements, 8)
        with self._transaction() as env:
            states = env["signoff.slot"].browse(slot).round_id.slot_ids.mapped("state")
            self.assertCountEqual(states, ["done", "pending"])

    def test_a_crash_in_sealing_leaves_nothing(self):
        _row, slots = self._slots({"user_ids": self._people(0, 1, 2), "rule": "all"})
        for slot in slots:
            with self._transaction() as env:
                self._decider(slot)(env)
        self._crash_everywhere(lambda env: env["signoff.seal"]._seal_batch(100))
        with self._transaction() as env:
            company = env["res.company"].browse(self.company_id)
            sealed, problems, _count = env["signoff.seal"]._verify(company)
            self.assertFalse(problems)
            self.assertGreaterEqual(sealed, 3)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_steps_side_by_side_decided_at_once_open_the_next(self):
        row_id, slots = self._slots(
            {"user_ids": self._people(0), "sequence": 1},
            {"user_ids": self._people(1), "sequence": 1},
            {"user_ids": self._people(2), "sequence": 2},
        )
        _results, errors = self._at_once(*map(self._decider, slots))
        self.assertFalse(errors)
        with self._transaction() as env:
            row = env["signoff.round"].browse(row_id)
            pending = row.slot_ids.filtered(lambda slot: slot.state == "pending")
            self.assertEqual(pending.user_id.ids, [self.user_ids[2]])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_all_must_decide_at_once_and_do(self):
        row_id, slots = self._slots({"user_ids": self._people(0, 1, 2), "rule": "all"})
        _results, errors = self._at_once(*map(self._decider, slots))
        self.assertFalse(errors)
        with self._transaction() as env:
            row = env["signoff.round"].browse(row_id)
            self.assertEqual((row.state, len(row.decision_ids)), ("approved", 3))

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_one_is_enough_and_two_come_at_once(self):
        row_id, slots = self._slots({"user_ids": self._people(0, 1)})
        _results, errors = self._at_once(*map(self._decider, slots))
        self.assertRegex(str(errors), "does not wait for this decision any more")
        with self._transaction() as env:
            row = env["signoff.round"].browse(row_id)
            self.assertEqual((row.state, len(row.decision_ids)), ("approved", 1))

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_the_same_slot_twice_at_once(self):
        row_id, (slot,) = self._slots({"user_ids": self._people(0)})
        _results, errors = self._at_once(self._decider(slot), self._decider(slot))
        self.assertRegex(str(errors), "decided already")
        with self._transaction() as env:
            self.assertEqual(len(env["signoff.round"].browse(row_id).decision_ids), 1)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_decided_and_withdrawn_at_once(self):
        row_id, (slot,) = self._slots({"user_ids": self._people(0)}, {"user_ids": self._people(1)})

        def withdraw(env):
            env["signoff.round"].browse(row_id)._get_document().action_withdraw_signoff("No")

        self._at_once(self._decider(slot), withdraw)
        with self._transaction() as env:
            row = env["signoff.round"].browse(row_id)
            self.assertEqual(row.state, "withdrawn")
            self.assertNotIn("pending", row.slot_ids.mapped("state"))

    @mute_logger("odoo.sql_db", "odoo.service.model", "odoo.addons.base.models.ir_cron")
    def test_two_writers_at_once_make_one_chain(self):
        _row, slots = self._slots({"user_ids": self._people(0, 1, 2), "rule": "all"})
        for slot in slots:
            with self._transaction() as env:
                self._decider(slot)(env)
        seal = lambda env: env["signoff.seal"]._cron_seal()  # noqa: E731 (two words)
        _results, errors = self._at_once(seal, seal)
        self.assertFalse(errors)
        with self._transaction() as env:
            company = env["res.company"].browse(self.company_id)
            self.assertFalse(env["signoff.seal"]._verify(company)[1])
            self.assertFalse(env["signoff.seal"]._count_unsealed())
