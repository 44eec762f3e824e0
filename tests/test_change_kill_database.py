"""Apply while the worker or the database is killed with SIGKILL: nothing, or everything."""

from contextlib import ExitStack

from odoo.tests import BaseCase, tagged

from .killable import Killable

REQUIREMENTS = 3
# all that Apply writes, as plain values
STATE = """
    SELECT (SELECT date_applied IS NOT NULL AND applied_by_id IS NOT NULL
              FROM project_change WHERE id = %(change)s),
           (SELECT count(*) FROM project_requirement
             WHERE project_id = %(project)s AND name LIKE 'Killed %%'),
           (SELECT count(*) FROM project_requirement_version v WHERE v.change_id = %(change)s),
           (SELECT count(*) FROM project_requirement r
              JOIN project_requirement_version v ON v.id = r.confirmed_version_id
             WHERE r.project_id = %(project)s AND v.change_id = %(change)s),
           (SELECT count(*) FROM project_requirement_link l
              JOIN project_requirement r ON r.id = l.requirement_id
             WHERE r.project_id = %(project)s AND l.changed_since),
           (SELECT deadline::text FROM project_milestone WHERE project_id = %(project)s),
           (SELECT count(*) FROM project_task WHERE project_id = %(project)s),
           (SELECT count(*) FROM project_change_task_rel WHERE project_change_id = %(change)s),
           (SELECT count(*) FROM mail_message WHERE model = 'project.change'
               AND res_id = %(change)s AND body LIKE '%%In effect%%')
"""
# where Apply is killed: at its first statements, at each third one, around the commit
EACH = 3


@tagged("post_install", "-at_install")
class TestApplyKilled(BaseCase):
    """In a copy of the database in a server of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        stack = ExitStack()
        cls.addClassCleanup(stack.close)
        cls.killable = stack.enter_context(Killable.open())

    def _prepare(self):
        made = self.killable.run("prepare_changes", titles=["Killed"], requirements=REQUIREMENTS)[1]
        return {"change": made["changes"][0], "project": made["project"]}

    def _state(self, ids):
        return self.killable.sql(STATE % ids)[0]

    def _apply(self, ids, kill=None):
        return self.killable.run("apply", kill, change_id=ids["change"])

    def _assert_applied(self, ids, message=""):
        self.assertEqual(
            self._state(ids),
            (
                True,
                REQUIREMENTS + 1,
                REQUIREMENTS + 1,
                1,  # what is new stands as the customer has decided
                1,
                "2031-01-03",
                1 + REQUIREMENTS,
                1 + REQUIREMENTS,
                1,
            ),
            message,
        )

    def test_a_worker_killed_at_any_statement_leaves_nothing_or_everything(self):
        ids = self._prepare()
        before = self._state(ids)
        at, finished = 1, False
        while not finished:
            finished, _answer = self._apply(ids, ("worker", at))
            if self._state(ids) != before:
                break
            at += 1 if at < EACH * 2 else EACH
        self._assert_applied(ids, f"killed at {at}")
        self.assertGreater(at, 20)
        # whoever saw no answer presses again: nothing is done twice
        self.assertEqual(self._apply(ids), (True, False))
        self._assert_applied(ids)
        self.assertEqual(self.killable.run("verify")[1], [])

    def test_a_worker_killed_right_before_and_after_the_commit(self):
        ids = self._prepare()
        before = self._state(ids)
        # how many things a whole Apply asks of the database
        last = self._count_statements()
        for at in range(last - 3, last + 3):
            self._apply(ids, ("worker", at))
            now = self._state(ids)
            if now != before:
                break
        self._assert_applied(ids, f"killed at {at} of {last}")

    def _count_statements(self):
        ids = self._prepare()
        low, high = 1, 2000
        while low < high:
            middle = (low + high) // 2
            if self._apply(ids, ("worker", middle))[0]:
                high = middle
                ids = self._prepare()
            elif self._state(ids)[0]:
                # it has been committed, and its answer was lost
                high = middle
                ids = self._prepare()
            else:
                low = middle + 1
        return low

    def test_the_database_killed_in_apply(self):
        """Its process behind the call, or the whole server."""
        ids = self._prepare()
        before = self._state(ids)
        for number, at in enumerate(range(3, 2000, 9)):
            who = "database" if number % 3 == 1 else "backend"
            self._apply(ids, (who, at))
            if who == "database":
                self.killable.restart_database()
            if self._state(ids) != before:
                break
        self.assertGreater(number, 2)
        self._assert_applied(ids, f"{who} killed at {at}")
        self.assertEqual(self._apply(ids), (True, False))
