"""Two at once, in real transactions: decisions against absences, edits that ask again, remarks."""

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_signoff_seal_database import SignoffTransactions

QUIET = ("odoo.sql_db", "odoo.service.model")


@tagged("post_install", "-at_install")
class TestSignoffAbsenceRaces(SignoffTransactions):
    def _clean_up(self):
        with self._transaction() as env:
            cr = env.cr
            cr.execute("DELETE FROM signoff_delegation WHERE user_id = ANY(%s)", [self.user_ids])
            cr.execute("SELECT id FROM project_change WHERE project_id = %s", [self.project_id])
            changes = [row[0] for row in cr.fetchall()]
            if changes:
                cr.execute("SELECT set_config('customer_delivery.maintenance', 'on', true)")
                cr.execute(
                    "SELECT id, identity_id FROM signoff_decision WHERE project_id = %s",
                    [self.project_id],
                )
                decisions, identities = zip(*(cr.fetchall() or [(0, 0)]), strict=True)
                cr.execute(
                    "DELETE FROM signoff_seal WHERE decision_ref = ANY(%s)", [list(decisions)]
                )
                cr.execute(
                    "DELETE FROM signoff_signature WHERE decision_id = ANY(%s)", [list(decisions)]
                )
                cr.execute("DELETE FROM signoff_decision WHERE id = ANY(%s)", [list(decisions)])
                cr.execute(
                    "DELETE FROM ir_attachment"
                    " WHERE res_model = 'signoff.identity' AND res_id = ANY(%s)",
                    [list(identities)],
                )
                cr.execute("DELETE FROM signoff_identity WHERE id = ANY(%s)", [list(identities)])
                cr.execute("DELETE FROM signoff_slot WHERE project_id = %s", [self.project_id])
                rounds = "(SELECT id FROM signoff_round WHERE project_id = %s)"
                for table in ("signoff_round_step", "signoff_rendition"):
                    cr.execute(f"DELETE FROM {table} WHERE round_id IN {rounds}", [self.project_id])
                cr.execute("DELETE FROM signoff_round WHERE project_id = %s", [self.project_id])
                cr.execute(
                    "DELETE FROM signoff_snapshot WHERE res_model = 'project.change'"
                    " AND res_id = ANY(%s)",
                    [changes],
                )
                cr.execute("DELETE FROM project_change WHERE id = ANY(%s)", [changes])
        super()._clean_up()

    def _ask(self, *steps):
        with self._transaction() as env:
            row = self._start(env, self._flow(env, *steps))
            return row.id, row.sudo().slot_ids.sorted("id").ids

    def _read(self, env, row_id):
        row = env["signoff.round"].browse(row_id)
        pending = row.slot_ids.filtered(lambda slot: slot.state == "pending")
        return row, pending

    def _delegate(self, who, instead):
        def delegate(env):
            env["signoff.delegation"].create(
                {
                    "user_id": self.user_ids[who],
                    "delegate_id": self.user_ids[instead],
                    "date_to": "2099-12-31",
                }
            )

        return delegate

    @mute_logger(*QUIET)
    def test_decided_and_delegated(self):
        row_id, (slot,) = self._ask({"user_ids": self._people(0)})
        _results, errors = self._at_once(self._decider(slot), self._delegate(0, 1))
        self.assertFalse(errors)
        with self._transaction() as env:
            row, pending = self._read(env, row_id)
            self.assertEqual((row.state, len(row.decision_ids)), ("approved", 1))
            # nobody is asked to stand in for what is decided
            self.assertFalse(pending)

    @mute_logger(*QUIET)
    def test_delegated_twice(self):
        row_id, _slots = self._ask({"user_ids": self._people(0)})
        self._at_once(self._delegate(0, 1), self._delegate(0, 2))
        with self._transaction() as env:
            _row, pending = self._read(env, row_id)
            self.assertCountEqual(pending.user_id.ids, self.user_ids)
            self.assertEqual(len(pending), 3)

    @mute_logger(*QUIET)
    def test_both_who_may_decide_do(self):
        row_id, _slots = self._ask({"user_ids": self._people(0), "rule": "all"})
        with self._transaction() as env:
            self._delegate(0, 1)(env)
        with self._transaction() as env:
            slots = self._read(env, row_id)[1].ids
        _results, errors = self._at_once(*map(self._decider, slots))
        self.assertEqual(len(errors), 1)
        self.assertIsInstance(errors[0], UserError)
        with self._transaction() as env:
            row, pending = self._read(env, row_id)
            self.assertEqual((row.state, len(row.decision_ids)), ("approved", 1))
            self.assertFalse(pending)

    @mute_logger(*QUIET)
    def test_decided_and_edited(self):
        with self._transaction() as env:
            flow = self._flow(env, {"user_ids": self._people(0)}, {"user_ids": self._people(1)})
            flow.step_ids.flow_id.write({"state": "draft"})
            flow.write({"res_model": "project.change", "state": "ready"})
            change = env["project.change"].create(
                {
                    "name": "Labels",
                    "project_id": self.project_id,
                    "reason": "<p>Two products</p>",
                    "content": "<p>Two labels</p>",
                    "contract_scope": "in",
                }
            )
            row = env["signoff.round"]._start(change, flow)
            change_id, row_id, slot = change.id, row.id, row.sudo().slot_ids.id

        def edit(env):
            env["project.change"].browse(change_id).agreed_days = 7

        _results, errors = self._at_once(self._decider(slot), edit)
        with self._transaction() as env:
            row, pending = self._read(env, row_id)
            change = env["project.change"].browse(change_id)
            again = change.signoff_round_id
            # the edit is made whoever was first; a decision on the old text carries nothing over
            self.assertEqual((change.agreed_days, row.state), (7, "reset"))
            self.assertFalse(pending)
            self.assertEqual((again.state, again.number), ("running", 2))
            asked = again.slot_ids.filtered(lambda slot: slot.state == "pending")
            self.assertEqual(asked.user_id.id, self.user_ids[0])
            self.assertEqual(len(row.decision_ids), 0 if errors else 1)
            for error in errors:
                self.assertRegex(str(error), "does not wait for this decision|has changed since")

    @mute_logger(*QUIET)
    def test_decided_and_remarked(self):
        row_id, (slot,) = self._ask({"user_ids": self._people(0)})

        def remark(env):
            record = env["signoff.slot"].browse(slot)
            (item,) = record._get_marked_items()
            marks = [{"key": item["key"], "verdict": "comment", "comment": "Why?"}]
            record._remark(marks, "login", record.round_id.snapshot_sha256)

        _results, errors = self._at_once(self._decider(slot), remark)
        with self._transaction() as env:
            row, _pending = self._read(env, row_id)
            decision = row.decision_ids
            self.assertEqual(row.state, "approved")
            # a remark that came in time is part of what was decided, a later one was refused
            self.assertEqual(bool(decision.remarks_sha256), bool(row.remark_ids))
            self.assertEqual(bool(errors), not row.remark_ids)
            self.assertFalse(decision._find_problem())
            env.cr.execute("SELECT set_config('customer_delivery.maintenance', 'on', true)")
            env.cr.execute("DELETE FROM signoff_remark WHERE round_id = %s", [row_id])
