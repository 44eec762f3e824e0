"""Two people at one document at once, in real transactions: one of them comes first."""

from contextlib import closing

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_signoff_seal_database import SignoffTransactions

# what people do to a round at once, each against each, in both orders
PAIRS = [
    ("sign", "sign"),
    ("sign", "sign_as_other"),
    ("sign", "refuse_as_other"),
    ("sign", "edit"),
    ("sign", "edit_line"),
    ("sign", "replace"),
    ("sign", "withdraw"),
    ("sign", "expire"),
    ("sign", "take_back"),
    ("refuse_as_other", "edit"),
    ("refuse_as_other", "replace"),
    ("replace", "replace"),
    ("replace", "withdraw"),
    ("replace", "edit"),
    ("edit", "edit"),
    ("edit", "expire"),
    ("withdraw", "withdraw"),
    ("withdraw", "edit"),
    ("withdraw", "expire"),
    ("take_back", "decide_next"),
    ("take_back", "take_back"),
    ("decide_next", "edit"),
    ("decide_next", "withdraw"),
]
# what is done when somebody of our side comes after the customer
AFTER_SIGNATURE = {"take_back", "decide_next"}


@tagged("post_install", "-at_install")
class TestSignoffRaces(SignoffTransactions):
    def _set_up(self, env):
        super()._set_up(env)
        self.names = 0
        self.partner_ids = env["res.partner"].create([{"name": f"S {n}"} for n in range(3)]).ids
        env["project.project"].browse(self.project_id).write(
            {
                "delivery_party_ids": [
                    Command.create({"partner_id": partner_id, "may_sign": True})
                    for partner_id in self.partner_ids
                ]
            }
        )
        parties = env["project.party"].search(
            [("project_id", "=", self.project_id), ("partner_id", "in", self.partner_ids)],
            order="id",
        )
        self.party_ids = parties.ids
        requirement = env["project.requirement"].browse(self.requirement_id)
        requirement.criterion_ids = [Command.create({"name": "It can be seen"})]
        self.flow_id = self._flow(
            env,
            {"side": "customer", "source": "signatory", "accepts_link": True},
            {"user_ids": self._people(1)},
        ).id

    def _clean_up(self):
        with self._transaction() as env:
            env.cr.execute("SELECT set_config('customer_delivery.maintenance', 'on', true)")
            env.cr.execute(
                "DELETE FROM signoff_void WHERE res_model = 'signoff.round' AND res_id IN"
                " (SELECT id FROM signoff_round WHERE project_id = %s)",
                [self.project_id],
            )
        super()._clean_up()
        with self._transaction() as env:
            env["res.partner"].browse(self.partner_ids).unlink()

    # === WHAT PEOPLE DO === #

    def _slot(self, env, number):
        return env["signoff.slot"].browse(self.slot_ids[number])

    def _sign_slot(self, env, number, verdict="approve", **values):
        code = env["signoff.round"].browse(self.round_id).snapshot_sha256
        self._slot(env, number)._decide(verdict, "link", {"snapshot_sha256": code, **values})

    def sign(self, env):
        self._sign_slot(env, 0)

    def sign_as_other(self, env):
        self._sign_slot(env, 1)

    def refuse_as_other(self, env):
        self._sign_slot(env, 1, "reject", comment="No")

    def decide_next(self, env):
        row = env["signoff.round"].browse(self.round_id)
        slot = row.slot_ids.filtered(lambda slot: slot.user_id and slot.state == "pending")
        if not slot:
            raise UserError("Nobody of ours is asked.")
        slot._decide("approve", "login", {"snapshot_sha256": row.snapshot_sha256})

    def take_back(self, env):
        self._slot(env, 0)._withdraw("I misread it")

    def replace(self, env):
        successor = env["res.partner"].browse(self.partner_ids[2])
        party = env["project.party"].browse(self.party_ids[2])
        self._slot(env, 0)._replace(successor, party, "He has left")

    def withdraw(self, env):
        row = env["signoff.round"].browse(self.round_id)
        row._get_document().action_withdraw_signoff("Wrong list")

    def expire(self, env):
        env["signoff.round"].browse(self.round_id)._expire()

    def edit(self, env):
        requirement = env["project.requirement"].browse(self.requirement_id)
        requirement.name = f"{requirement.name}!"

    def edit_line(self, env):
        requirement = env["project.requirement"].browse(self.requirement_id)
        requirement.criterion_ids.name = f"{requirement.criterion_ids.name}!"

    # === TWO AT ONCE === #

    def _with_old_view(self, first, second):
        """Let ``second`` begin, ``first`` come to its end, and only then ``second`` act.

        :return: names of those that were refused
        """
        refused = set()
        with closing(self.db.cursor()) as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            # from now on it sees nothing of what the other one does
            cr.execute("SELECT count(*) FROM signoff_slot")
            with self._transaction() as other_env:
                getattr(self, first)(other_env)
            try:
                retrying(lambda: getattr(self, second)(env) or env.flush_all(), env)
                cr.commit()
            except UserError:
                refused.add(second)
        return refused

    def _begin(self, env, *acts):
        self.names += 1
        project = env["project.project"].browse(self.project_id)
        package = project.action_publish_baseline(f"V{self.names}", "customer")
        flow = env["signoff.flow"].browse(self.flow_id)
        # the third one is the successor
        parties = env["project.party"].browse(self.party_ids[:2])
        row = env["signoff.round"]._start(package, flow, parties=parties).sudo()
        slots = row.slot_ids.sorted("id")
        order = {partner_id: number for number, partner_id in enumerate(self.partner_ids)}
        self.round_id = row.id
        self.slot_ids = slots.sorted(lambda slot: order[slot.partner_id.id]).ids
        if AFTER_SIGNATURE & set(acts):
            self.sign(env)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_each_against_each_in_both_orders(self):
        orders = [*PAIRS, *((second, first) for first, second in PAIRS if first != second)]
        for first, second in orders:
            if {first, second} == {"sign", "take_back"} and first == "sign":
                # he cannot sign a second time before he has taken the first back
                continue
            with self.subTest(first=first, second=second):
                with self._transaction() as env:
                    self._begin(env, first, second)
                refused = self._with_old_view(first, second)
                with self._transaction() as env:
                    row = env["signoff.round"].browse(self.round_id)
                    self._check(row, first, second, refused)
                    self._end(row)
        with self._transaction() as env:
            company = env["res.company"].browse(self.company_id)
            env["signoff.seal"]._seal_batch(1000)
            self.assertFalse(env["signoff.seal"]._verify(company)[1])

    def _check(self, row, first, second, refused):
        """Whatever happened, it is one of the two after the other, and whole."""
        document = row._get_document()
        for slot in row.slot_ids:
            last = slot.decision_ids.sorted("id")[-1:]
            decided = bool(last) and last.verdict != "withdrawn"
            self.assertEqual(slot.state == "done", decided)
            if slot.replaces_slot_id:
                self.assertEqual(slot.replaces_slot_id.state, "void")
                self.assertFalse(slot.replaces_slot_id.decision_ids)
        self.assertLessEqual(len(row.slot_ids.filtered("replaces_slot_id")), 1)
        pending = row.slot_ids.filtered(lambda slot: slot.state == "pending")
        opened = row.step_ids.filtered(lambda step: step.state == "open")
        self.assertEqual(bool(pending), row.state == "running")
        self.assertEqual(bool(opened), row.state == "running")
        requirement = row.env["project.requirement"].browse(self.requirement_id)
        version = document.line_ids.version_id
        self.assertEqual(document.signoff_state == "running", row.state == "running")
        if row.state == "running":
            self.assertEqual(requirement.content_rev, version.content_rev)
            self.assertEqual(requirement.content_lock, "running")
        elif row.state == "approved":
            self.assertEqual(requirement.content_lock, "agreed")
            changed = requirement.content_rev != version.content_rev
            self.assertEqual(requirement.changed_after_agreement, changed)
        else:
            self.assertEqual(requirement.content_lock, "none")
        self._check_first_counts(row, first, second, refused)

    def _check_first_counts(self, row, first, second, refused):
        """Who came first has done what he wanted to do."""
        ends = {"withdraw": "withdrawn", "expire": "expired", "edit": "reset", "edit_line": "reset"}
        if first in ends:
            expected = ends[first]
            self.assertEqual(row.state, expected)
            if second not in ("edit", "edit_line", "expire"):
                self.assertIn(second, refused)
        if first == "replace" and second in ("sign", "replace"):
            self.assertIn(second, refused)
        if first in ("sign", "sign_as_other"):
            number = 0 if first == "sign" else 1
            self.assertTrue(self._slot(row.env, number).decision_ids)

    def _end(self, row):
        """Leave the requirement open for the next two."""
        if row.state == "running":
            row._get_document().action_withdraw_signoff("Next")
        elif row.state == "approved":
            row.action_void("Next")

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_content_that_changes_while_it_is_sent_is_never_signed_unread(self):
        """The one who sends has an old view: what he sent is what was published, or nothing."""
        with self._transaction() as env:
            project = env["project.project"].browse(self.project_id)
            package = project.action_publish_baseline("V", "customer")
            package_id = package.id

        def send(env):
            flow = env["signoff.flow"].browse(self.flow_id)
            env["signoff.round"]._start(env["project.baseline"].browse(package_id), flow)

        self.send = send
        self._with_old_view("edit", "send")
        with self._transaction() as env:
            row = env["project.baseline"].browse(package_id).signoff_round_id
            if not row:
                return
            self.round_id = row.id
            slot = row.slot_ids.filtered(lambda slot: slot.partner_id.id == self.partner_ids[0])
            self.slot_ids = slot.ids
            with self.assertRaisesRegex(UserError, "has changed since"):
                self.sign(env)

    def test_four_press_at_once(self):
        """Both signatories press twice, at the same moment, in threads."""
        with self._transaction() as env:
            self._begin(env)
        with mute_logger("odoo.sql_db", "odoo.service.model"):
            _results, errors = self._at_once(self.sign, self.sign_as_other, self.sign, self.sign)
        # one signature is enough; the others learn that it does not wait any more
        self.assertEqual(len(errors), 3)
        with self._transaction() as env:
            row = env["signoff.round"].browse(self.round_id)
            self.assertEqual(len(row.decision_ids), 1)
            self.assertEqual(row.step_ids.sorted("sequence").mapped("state"), ["done", "open"])
            self._end(row)
