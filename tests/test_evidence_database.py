import threading
from contextlib import closing
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.sql_db import Cursor, db_connect
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

TABLES = (
    "project_baseline_line",
    "project_baseline",
    "project_requirement_version",
    "signoff_snapshot",
)
REQUIREMENTS = 3


class Crash(Exception):
    """Stands for a worker that is killed."""


@tagged("post_install", "-at_install")
class TestFreezeTransactions(BaseCase):
    """Publishing a baseline in real transactions: all or nothing, and two at a time.

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
            project.action_enable_delivery(env.ref("customer_delivery.delivery_mode_light").id)
            requirements = env["project.requirement"].create(
                [{"name": f"R {n}", "project_id": project.id} for n in range(REQUIREMENTS)]
            )
            self.project_id, self.ids = project.id, requirements.ids
        self.addCleanup(self._clean_up)

    def _transaction(self):
        return Transaction(self.db)

    def _clean_up(self):
        with self._transaction() as env:
            env.cr.execute("SELECT set_config('customer_delivery.maintenance', 'on', true)")
            env.cr.execute(
                "UPDATE project_requirement SET current_version_id = NULL WHERE id = ANY(%s)",
                [self.ids],
            )
            env.cr.execute(
                "DELETE FROM project_baseline_line WHERE requirement_id = ANY(%s)", [self.ids]
            )
            env.cr.execute("DELETE FROM project_baseline WHERE project_id = %s", [self.project_id])
            env.cr.execute(
                "DELETE FROM project_requirement_version WHERE requirement_id = ANY(%s)",
                [self.ids],
            )
            env.cr.execute(
                "DELETE FROM signoff_snapshot WHERE res_model = 'project.requirement'"
                " AND res_id = ANY(%s)",
                [self.ids],
            )
            env.cr.execute(
                "UPDATE project_requirement SET version_number = 0, version_content_rev = 0"
                " WHERE id = ANY(%s)",
                [self.ids],
            )
            env.invalidate_all()
            env["project.requirement"].browse(self.ids).unlink()
            env["project.project"].browse(self.project_id).unlink()

    def _counts(self):
        with self._transaction() as env:
            counts = []
            for table in TABLES:
                env.cr.execute(f'SELECT count(*) FROM "{table}"')
                counts.append(env.cr.fetchone()[0])
            env.cr.execute(
                "SELECT count(*) FROM project_requirement WHERE version_number > 0"
                " AND id = ANY(%s)",
                [self.ids],
            )
            return [*counts, env.cr.fetchone()[0]]

    def _publish(self, env, name):
        return env["project.project"].browse(self.project_id).action_publish_baseline(name)

    def test_a_crash_between_any_two_statements_leaves_nothing(self):
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
                    self._publish(env, "Crash")
                    env.flush_all()
                    finished = True
            except Crash:
                self.assertEqual(self._counts(), before, f"statement {statement}")
        self.assertGreater(statement, 10)
        after = self._counts()
        self.assertEqual(
            [now - then for now, then in zip(after, before, strict=True)],
            [REQUIREMENTS, 1, REQUIREMENTS, REQUIREMENTS, REQUIREMENTS],
        )

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_publish_at_once(self):
        both_have_read = threading.Barrier(2, timeout=20)
        errors = []

        def publish(name):
            waited = []

            def attempt():
                env.cr.execute("SELECT content_rev FROM project_requirement LIMIT 1")
                if not waited:
                    # neither knows of the other: both transactions see the same start
                    waited.append(both_have_read.wait())
                self._publish(env, name)

            try:
                with closing(self.db.cursor()) as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})
                    retrying(attempt, env)
                    cr.commit()
            except Exception as error:  # noqa: BLE001 (shown by the assertion below)
                errors.append(error)

        threads = [threading.Thread(target=publish, args=(name,)) for name in ("One", "Two")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.assertFalse(errors)
        with self._transaction() as env:
            baselines = env["project.baseline"].search([("project_id", "=", self.project_id)])
            self.assertEqual(sorted(baselines.mapped("name")), ["One", "Two"])
            self.assertTrue(all(row["ok"] for row in baselines.action_verify()))
            versions = env["project.requirement.version"].search(
                [("requirement_id", "in", self.ids)]
            )
            self.assertEqual(versions.mapped("number"), [1] * REQUIREMENTS)
            self.assertEqual(baselines.line_ids.version_id, versions)


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
