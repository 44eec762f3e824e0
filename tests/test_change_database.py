import threading
from contextlib import closing
from unittest.mock import patch

from odoo import SUPERUSER_ID, api, fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.sql_db import Cursor, db_connect
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from .test_evidence_database import Crash, Transaction

REQUIREMENTS = 3
EVIDENCE = ("project_requirement_version", "signoff_snapshot")


@tagged("post_install", "-at_install")
class TestApplyTransactions(BaseCase):
    """Putting a change into effect in real transactions: all or nothing, and two at a time.

    What it commits, it deletes again.
    """

    def setUp(self):
        super().setUp()
        self.db = db_connect(get_db_name())
        self.registry_ = Registry(get_db_name())
        with self._transaction() as env:
            project = env["project.project"].create(
                {"name": "Transactions", "company_id": env.ref("base.main_company").id}
            )
            project.action_enable_delivery(env.ref("customer_delivery.delivery_mode_standard").id)
            self.project_id = project.id
            requirements = env["project.requirement"].create(
                [{"name": f"R {n}", "project_id": project.id} for n in range(REQUIREMENTS)]
            )
            self.ids = requirements.ids
            task = env["project.task"].create({"name": "Build", "project_id": project.id})
            env["project.requirement.link"].create(
                {"requirement_id": self.ids[0], "task_id": task.id}
            )
            self.milestone_id = (
                env["project.milestone"]
                .create({"name": "M", "project_id": project.id, "deadline": "2031-01-01"})
                .id
            )
            self.change_id = self._create_approved(env, "First").id
        self.addCleanup(self._clean_up)

    def _transaction(self):
        return Transaction(self.db)

    def _create_approved(self, env, title):
        change = env["project.change"].create(
            {
                "name": title,
                "project_id": self.project_id,
                "agreed_days": 2,
                "milestone_ids": [Command.set([self.milestone_id])],
                "makes_tasks": True,
                "line_ids": [
                    *(
                        Command.create({"requirement_id": res_id, "name": f"{title} {res_id}"})
                        for res_id in self.ids
                    ),
                    Command.create({"action": "add", "name": f"{title} new"}),
                ],
            }
        )
        change._pin_bases()
        change._decide("approved")
        return change

    def _clean_up(self):
        with self._transaction() as env:
            env.cr.execute("SELECT set_config('customer_delivery.maintenance', 'on', true)")
            project = env["project.project"].browse(self.project_id)
            env.cr.execute(
                "UPDATE project_project SET delivery_practice = true WHERE id = %s", [project.id]
            )
            env.invalidate_all()
            tasks = env["project.task"].search([("project_id", "=", project.id)])
            env["project.requirement.link"].search([("task_id", "in", tasks.ids)]).unlink()
            tasks.unlink()
            project.unlink()

    def _state(self):
        """Return everything that applying touches, as plain values."""
        with self._transaction() as env:
            counts = []
            for table in EVIDENCE:
                env.cr.execute(f'SELECT count(*) FROM "{table}"')
                counts.append(env.cr.fetchone()[0])
            requirements = env["project.requirement"].search(
                [("project_id", "=", self.project_id)], order="id"
            )
            milestone = env["project.milestone"].browse(self.milestone_id)
            return {
                "evidence": counts,
                "titles": requirements.mapped("name"),
                "versions": requirements.mapped("version_number"),
                "suspect": requirements.link_ids.mapped("changed_since"),
                "deadline": milestone.deadline,
                "tasks": env["project.task"].search_count([("project_id", "=", self.project_id)]),
                "applied": bool(env["project.change"].browse(self.change_id).date_applied),
            }

    def _apply(self, env, change_id=None):
        return env["project.change"].browse(change_id or self.change_id).action_apply()

    def test_a_crash_between_any_two_statements_leaves_nothing(self):
        before = self._state()
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
                    self._apply(env)
                    env.flush_all()
                    finished = True
            except Crash:
                self.assertEqual(self._state(), before, f"statement {statement}")
        self.assertGreater(statement, 20)
        after = self._state()
        self.assertTrue(after["applied"])
        self.assertEqual(
            after["titles"], [*(f"First {res_id}" for res_id in self.ids), "First new"]
        )
        self.assertEqual(after["versions"], [2] * REQUIREMENTS + [1])
        self.assertEqual(after["suspect"].count(True), 1)
        self.assertEqual(after["deadline"], fields.Date.to_date("2031-01-03"))
        self.assertEqual(after["tasks"], 1 + REQUIREMENTS)
        self.assertEqual(after["evidence"][0] - before["evidence"][0], REQUIREMENTS + 1)

    def _race(self, *calls):
        """Run the calls at once, each in a transaction that has begun before the other commits.

        :return: (results, errors)
        """
        both_have_read = threading.Barrier(len(calls), timeout=20)
        results, errors = [], []

        def run(call):
            waited = []

            def attempt():
                env.cr.execute("SELECT content_rev FROM project_requirement LIMIT 1")
                if not waited:
                    # neither knows of the other: all transactions see the same start
                    waited.append(both_have_read.wait())
                return call(env)

            try:
                with closing(self.db.cursor()) as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})
                    results.append(retrying(attempt, env))
                    cr.commit()
            except Exception as error:  # noqa: BLE001 (judged by the caller)
                errors.append(error)

        threads = [threading.Thread(target=run, args=(call,)) for call in calls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return results, errors

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_people_apply_at_once(self):
        results, errors = self._race(self._apply, self._apply)
        self.assertFalse(errors)
        self.assertEqual(sorted(results), [False, True])
        after = self._state()
        self.assertEqual(after["versions"], [2] * REQUIREMENTS + [1])
        self.assertEqual(after["deadline"], fields.Date.to_date("2031-01-03"))
        self.assertEqual(after["tasks"], 1 + REQUIREMENTS)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_changes_race_for_the_same_requirements(self):
        with self._transaction() as env:
            # urgent ones are not held by the one that was approved before
            urgent = env.ref("customer_delivery.project_change_type_urgent")
            env["project.change"].browse(self.change_id)._signoff_write_decided(
                {"type_id": urgent.id}
            )
            second = self._create_approved(env, "Second")
            second._signoff_write_decided({"type_id": urgent.id})
            second_id = second.id
        _results, errors = self._race(self._apply, lambda env: self._apply(env, second_id))
        self.assertEqual(len(errors), 1)
        self.assertIsInstance(errors[0], UserError)
        self.assertIn("REQ-", str(errors[0]))
        after = self._state()
        self.assertEqual(after["versions"], [2] * REQUIREMENTS + [1])
        self.assertEqual(after["deadline"], fields.Date.to_date("2031-01-03"))
        titles = {title.split()[0] for title in after["titles"]}
        self.assertEqual(len(titles), 1, "one of the two, whole")

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_of_two_approved_changes_the_later_never_overtakes(self):
        with self._transaction() as env:
            first = env["project.change"].browse(self.change_id)
            env.cr.execute(
                "UPDATE project_change SET date_decided = date_decided - interval '1 hour'"
                " WHERE id = %s",
                [first.id],
            )
            second_id = self._create_approved(env, "Second").id
        results, errors = self._race(self._apply, lambda env: self._apply(env, second_id))
        self.assertEqual(results, [True])
        self.assertEqual(len(errors), 1)
        self.assertIsInstance(errors[0], UserError)
        after = self._state()
        self.assertTrue(after["applied"])
        self.assertEqual({title.split()[0] for title in after["titles"]}, {"First"})
        self.assertEqual(after["versions"], [2] * REQUIREMENTS + [1])
        # brought up to date, it is approved anew and follows
        with self._transaction() as env:
            second = env["project.change"].browse(second_id)
            second.action_rebase()
            self.assertEqual(second.decision, "none")
            second._decide("approved")
            self.assertTrue(second.action_apply())
        self.assertEqual(self._state()["deadline"], fields.Date.to_date("2031-01-05"))
