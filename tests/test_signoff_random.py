"""Random walks through random flows, played against a second model of the rules."""

import os
from contextlib import contextmanager
from copy import deepcopy

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests.common import tagged
from odoo.tools import mute_logger

from ..core.approval_model import PlanStep, Refused, Walk
from .change_common import COMPLETE
from .signoff_common import SignoffCase

# more of them before a release: see "Develop" in README.md
EXAMPLES = int(os.environ.get("SIGNOFF_EXAMPLES", "15"))
SHRINKS = bool(os.environ.get("SIGNOFF_SHRINK"))
MOVES = 18
PEOPLE = ("ann", "bob", "cid", "dan")
# dan sends and edits; where the flow says so he does not decide
SENDER = "dan"
VERDICTS = ("approve", "approve", "approve", "conditional", "reject", "comment", "ask", "defer")
RULES = ("any", "all", "count", "percent", "group")


@st.composite
def flows(draw):
    """A flow as data: its steps, and what happens when the content changes."""
    count = draw(st.integers(1, 4))
    steps, order = [], 0
    for key in range(count):
        order += draw(st.integers(0, 1)) if key else 1
        named = draw(st.integers(0, 9)) == 0
        people = draw(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3, unique=True))
        voting = draw(st.sampled_from(RULES))
        kind = draw(st.sampled_from(("required", "required", "required", "optional", "comment")))
        need = {"count": st.integers(1, len(people)), "percent": st.integers(1, 100)}
        before = [step for step in steps if step.order < order]
        back = draw(st.sampled_from([None, *before])) if before else None
        final = not back and draw(st.integers(0, 3)) == 0
        steps.append(
            PlanStep(
                key=key,
                order=order,
                kind=kind,
                rule=voting,
                need=draw(need.get(voting, st.just(1))),
                people=None if named else tuple(people),
                back=back.key if back else None,
                final=final,
                above=draw(st.sampled_from((None, None, None, 5))),
            )
        )
    return {
        "steps": tuple(steps),
        "barred": draw(st.booleans()),
        "reset_key": draw(st.integers(0, count - 1)),
        "value": draw(st.sampled_from((0, 10))),
    }


class Disagreement(AssertionError):
    """The engine and the model do not say the same."""


class RoundMachine(RuleBasedStateMachine):
    """Plays one document after the other; ``case`` is the test whose database is used."""

    case = None

    def __init__(self):
        super().__init__()
        self.savepoint = self.case.env.cr.savepoint()
        self.walk = self.document = None
        self.value = 0

    def teardown(self):
        self.savepoint.rollback()
        self.savepoint.close(rollback=False)
        self.case.env.invalidate_all()

    # === WHAT HAPPENS === #

    @initialize(flow=flows())
    def draw_flow(self, flow):
        self.flow = flow
        self.value = flow["value"]
        self.flow_record = self.case._draw_flow(flow)
        self.walk = Walk(
            plan=flow["steps"],
            groups=dict.fromkeys(PEOPLE[:2], 1) | dict.fromkeys(PEOPLE[2:], 2),
            barred=frozenset([SENDER] if flow["barred"] else ()),
            reset_key=flow["reset_key"],
            value=self.value,
        )
        self.send_new()

    def send_new(self):
        before = self.walk
        self.walk = Walk(
            plan=before.plan,
            groups=before.groups,
            barred=before.barred,
            reset_key=before.reset_key,
            value=self.value,
            stands_in=before.stands_in,
        )
        self.document = self.case._create_document(self.value)
        self.both(
            lambda walk: walk.send(),
            lambda: self.case._send(
                self.document, self.case.people[SENDER], flow_id=self.flow_record.id
            ),
        )

    @precondition(lambda self: not self.walk.is_running)
    @rule(value=st.sampled_from((0, 10)))
    def send_another(self, value):
        self.value = value
        self.send_new()

    # what was put off or agreed waits for somebody to take it up, which is not the engine's affair
    @precondition(
        lambda self: (
            self.walk.rounds and self.walk.rounds[-1] not in ("running", "approved", "deferred")
        )
    )
    @rule()
    def send_again(self):
        self.both(
            lambda walk: walk.send(),
            lambda: self.case._send(
                self.document, self.case.people[SENDER], flow_id=self.flow_record.id
            ),
        )

    @precondition(lambda self: self.walk.is_running)
    @rule(pick=st.integers(0, 99), verdict=st.sampled_from(VERDICTS), data=st.data())
    def decide(self, pick, verdict, data):
        slot = self.pick(pick, "pending")
        if not slot:
            return
        names = data.draw(st.lists(st.sampled_from(PEOPLE), max_size=2))
        who, key, owner = self.describe(slot)
        values = {"comment": "Because", "conditions": "If", "defer_until": "2099-01-01"}
        ids = [self.case.people[name].id for name in names]
        self.both(
            lambda walk: walk.decide(who, key, owner, verdict, names),
            lambda: slot.with_user(self.case.people[who]).action_decide(
                verdict, slot.sudo().round_id.snapshot_sha256, next_user_ids=ids, **values
            ),
        )

    @precondition(lambda self: self.walk.answers)
    @rule(pick=st.integers(0, 99))
    def withdraw(self, pick):
        slot = self.pick(pick, "done")
        if not slot:
            return
        who, key, owner = self.describe(slot)
        self.both(
            lambda walk: walk.withdraw(who, key, owner),
            lambda: slot.with_user(self.case.people[who]).action_withdraw_decision("Wrong"),
        )

    @precondition(lambda self: self.walk.is_running)
    @rule(pick=st.integers(0, 99), new=st.sampled_from(PEOPLE))
    def replace(self, pick, new):
        slot = self.pick(pick, "later" if pick % 3 == 0 else "pending")
        if not slot:
            return
        _who, key, owner = self.describe(slot)
        self.both(
            lambda walk: walk.replace(key, owner, new),
            lambda: slot.with_user(self.case.people[SENDER]).action_replace(
                self.case.people[new].partner_id.id, "Gone"
            ),
        )

    @precondition(lambda self: self.walk.is_running)
    @rule(
        pick=st.integers(0, 99),
        new=st.sampled_from(PEOPLE),
        how=st.sampled_from(("instead", "before", "after")),
    )
    def hand_on(self, pick, new, how):
        slot = self.pick(pick, "pending")
        if not slot:
            return
        who, key, owner = self.describe(slot)
        self.both(
            lambda walk: walk.hand_on(who, key, owner, new, how),
            lambda: slot.with_user(self.case.people[who]).action_forward(
                self.case.people[new].id, "Knows more", how=how
            ),
        )

    @rule(who=st.sampled_from(PEOPLE), instead=st.sampled_from(PEOPLE))
    def delegate(self, who, instead):
        if who == instead or instead in self.walk.stands_in.get(who, ()):
            return
        self.both(
            lambda walk: walk.delegate(who, instead),
            lambda: (
                self.case.env["signoff.delegation"]
                .with_user(self.case.people[who])
                .create({"delegate_id": self.case.people[instead].id, "date_to": "2099-12-31"})
            ),
        )

    @precondition(lambda self: self.walk.is_running)
    @rule(value=st.sampled_from((0, 10, 20)))
    def edit(self, value):
        self.value = value
        self.both(
            lambda walk: walk.edit(value),
            lambda: self.document.with_user(self.case.people[SENDER]).write({"agreed_days": value}),
        )

    @precondition(lambda self: self.walk.is_running and len(self.walk.rounds) > 1)
    @rule()
    def take_back(self):
        self.both(
            lambda walk: walk.take_back(),
            lambda: self.document.with_user(self.case.people[SENDER]).action_withdraw_signoff(
                "Wrong"
            ),
        )

    @precondition(lambda self: self.walk.is_running and len(self.walk.rounds) > 1)
    @rule()
    def expire(self):
        self.both(
            lambda walk: walk.expire(),
            lambda: self.document.sudo().signoff_round_id._expire(),
        )

    # === BOTH SIDES === #

    def both(self, play, act):
        """Do the same on both sides: both do it, or both refuse."""
        walk = deepcopy(self.walk)
        try:
            play(walk)
            refused = None
        except Refused as error:
            refused = error
        else:
            self.walk = walk
        with self.allowed(refused):
            act()

    @contextmanager
    def allowed(self, refused):
        cr = self.case.env.cr
        try:
            with cr.savepoint():
                yield
                self.case.env.flush_all()
        except (UserError, AccessError) as error:
            if not refused:
                raise Disagreement(f"refused: {error}") from error
        else:
            if refused:
                raise Disagreement(f"not refused: {refused}")

    def pick(self, number, state):
        """Return one of the document's requests, mostly of those in a state; the last of a kind."""
        slots = self.case.env["signoff.slot"].search(
            [("res_model", "=", self.document._name), ("res_id", "=", self.document.id)], order="id"
        )
        newest = {
            (slot.step_id, slot.user_id, slot.on_behalf_slot_id.user_id): slot for slot in slots
        }
        found = list(newest.values())
        fitting = [slot for slot in found if slot.state == state]
        found = fitting if fitting and number % 8 else found
        return found[number % len(found)] if found else None

    def describe(self, slot):
        """Return (who, key, for whom) of a request; of a round that is over, no key at all."""
        step = slot.step_id
        newest = slot.round_id.step_ids.filtered(lambda other: other.key == step.key)
        lives = slot.round_id.state == "running" and step == newest.sorted("id")[-1:]
        owner = slot.on_behalf_slot_id.user_id or slot.user_id
        return slot.user_id.login, step.key if lives and step.state != "void" else None, owner.login

    # === COMPARING === #

    @invariant()
    def agree(self):
        if not self.document:
            return
        case, walk = self.case, self.walk
        case.env.flush_all()
        case.env.invalidate_all()
        rounds = case.env["signoff.round"].search(
            [("res_model", "=", self.document._name), ("res_id", "=", self.document.id)], order="id"
        )
        self.same("rounds", walk.rounds, rounds.mapped("state"))
        pending = rounds.slot_ids.filtered(lambda slot: slot.state == "pending")
        asked = sorted(
            (slot.step_id.key, slot.user_id.login, (slot.on_behalf_slot_id or slot).user_id.login)
            for slot in pending
        )
        self.same("asked", sorted(walk.waiting()) if walk.is_running else [], asked)
        self.same("answers", walk.answers, len(rounds.decision_ids))
        self.same("document", walk.document, self.document.signoff_state)
        if not walk.is_running:
            return
        steps = rounds[-1].step_ids.filtered(lambda step: step.state != "void")
        self.same("steps", walk.step_states(), {step.key: step.state for step in steps})
        for name in PEOPLE[:1]:
            counts = case.env["signoff.slot"].with_user(case.people[name]).get_my_counts()
            mine = [who for _key, who, _owner in walk.waiting() if who == name]
            self.same("counter", len(mine), counts["approve"])

    def same(self, what, expected, found):
        if expected != found:
            raise Disagreement(f"{what}: by the rules {expected}, found {found}")


@tagged("post_install", "-at_install")
class TestSignoffRandom(SignoffCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        firms = cls.env["res.partner"].create(
            [{"name": f"Firm {number}", "is_company": True} for number in (1, 2)]
        )
        cls.people = {}
        for number, name in enumerate(PEOPLE):
            groups = "customer_delivery.group_delivery_manager" if name == SENDER else ""
            user = cls._create_user(name, groups or "base.group_user")
            user.partner_id.parent_id = firms[number // 2]
            cls.people[name] = user

    @classmethod
    def _draw_flow(cls, flow):
        """Make the drawn flow one in use."""
        record = cls.env["signoff.flow"].create(
            {
                "name": "Drawn",
                "res_model": "project.change",
                "mode_ids": [Command.link(cls.mode_light.id)],
                "bars_author": flow["barred"],
                "step_ids": [
                    Command.create(
                        {
                            "name": f"Step {step.key}",
                            "sequence": step.order,
                            "kind": step.kind,
                            "source": "previous" if step.people is None else "user",
                            "user_ids": [
                                Command.set([cls.people[name].id for name in step.people or ()])
                            ],
                            "rule": step.rule,
                            "need": step.need,
                            "meaning": "Agreed.",
                            "reject_policy": "end" if step.final else "author",
                            "condition_domain": step.above is not None
                            and f"[('agreed_days', '>', {step.above})]",
                        }
                    )
                    for step in flow["steps"]
                ],
            }
        )
        rows = record.step_ids.sorted()
        for step, row in zip(flow["steps"], rows, strict=True):
            if step.back is not None:
                row.write({"reject_policy": "step", "reject_step_id": rows[step.back].id})
        record.write({"reset_policy": "step", "reset_step_id": rows[flow["reset_key"]].id})
        # also flows in which nobody would have to agree, which cannot be taken into use
        cls.env.cr.execute("UPDATE signoff_flow SET state = 'ready' WHERE id = %s", [record.id])
        record.invalidate_recordset()
        return record

    def _create_document(self, value):
        changes = self.env["project.change"].with_user(self.people[SENDER])
        return changes.create(
            {
                **COMPLETE,
                "name": "Two labels",
                "project_id": self.project_light.id,
                "agreed_days": value,
            }
        )

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.sql_db")
    def test_random_walks_end_as_the_rules_say(self):
        case = self

        class Machine(RoundMachine):
            pass

        Machine.case = case
        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=MOVES,
                deadline=None,
                database=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
                report_multiple_bugs=False,
                # the walk that fails is printed as it was drawn; a shorter one takes minutes
                phases=(Phase.generate, *([Phase.shrink] if SHRINKS else [])),
            ),
        )
