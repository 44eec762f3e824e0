"""How many statements a decision takes; few of them are what makes signing quick."""

from functools import partial
from unittest.mock import patch

from odoo.fields import Command
from odoo.sql_db import Cursor
from odoo.tests.common import tagged

from .signoff_common import SIGNATURE, SignoffCase


@tagged("post_install", "-at_install")
class TestSignoffQueries(SignoffCase):
    def _count(self, call):
        """Return the statements of a call in a worker whose caches are warm, record cache empty."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.invalidate_all()
        statements = []
        execute = Cursor.execute

        def counted(cursor, query, *args, **kwargs):
            statements.append(str(getattr(query, "code", query)))
            return execute(cursor, query, *args, **kwargs)

        with patch.object(Cursor, "execute", counted):
            call()
            self.env.flush_all()
            self.env.cr.precommit.run()
        return statements

    def _create_change(self):
        change = self.env["project.change"].create(
            {
                "name": "Change",
                "project_id": self.project_standard.id,
                "reason": "<p>Why</p>",
                "content": "<p>What</p>",
                "please_assess": True,
                "contract_scope": "in",
            }
        )
        change.impact_ids.write({"rating": "none"})
        return change

    def _walk(self, *people):
        """Send a change to ``people``, one step each of one or many; decide one after the other.

        :return: the statements of each decision
        """
        steps = [{"user_ids": [Command.set(users.ids)], "rule": "all"} for users in people]
        flow = self._create_flow(*steps, res_model="project.change")
        for _round in ("for the caches", "counted"):
            row = self.env["signoff.round"]._start(self._create_change(), flow).sudo()
            code = row.snapshot_sha256
            found = []
            for user in [user for users in people for user in users]:
                slot = self._pending(row, user).with_user(user)
                found.append(self._count(partial(slot.action_decide, "approve", code)))
            self.assertEqual(row.state, "approved")
        return found

    def test_an_approval_takes_eight_statements(self):
        manager, user = self.delivery_manager, self.delivery_user
        within, passing, _last = self._walk(manager | user, user)
        self.assertLessEqual(len(within), 8, within)
        # the next step with its requests, an event that asks, and who stands in for whom
        self.assertLessEqual(len(passing), 13, passing)

    def test_it_takes_no_more_when_many_are_asked(self):
        users = self.delivery_manager | self.delivery_user
        for number in range(6):
            users |= self._create_user(f"decides_{number}", "customer_delivery.group_delivery_user")
        found = self._walk(users)
        self.assertEqual({len(statements) for statements in found[:-1]}, {len(found[0])})
        self.assertLessEqual(len(found[0]), 8, found[0])

    def test_a_signature_by_link_takes_few_statements(self):
        for name in ("for the caches", "counted"):
            row = self._send(self._create_package(name=name))
            slot = self._pending(row)
            statements = self._count(partial(self._sign, slot))
        self.assertTrue(slot.decision_ids.signature_ids)
        self.assertEqual(slot.decision_ids.identity_id._get_image(), SIGNATURE)
        self.assertLessEqual(len(statements), 36, statements)

    def test_rows_are_known_as_they_were_written(self):
        row = self._send(self._create_package())
        for record in (row, row.slot_ids, row.snapshot_id):
            known = record.row_sha256
            record.invalidate_recordset()
            self.assertTrue(known)
            self.assertEqual(record.row_sha256, known, record._name)
            self.assertFalse(record._find_row_problem(), record._name)
