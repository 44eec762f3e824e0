"""The model of rounds against the arithmetic that the engine uses, and by itself."""

import pytest
from customer_delivery.core.approval import Step, judge, next_order, speak
from customer_delivery.core.approval_model import PlanStep, Refused, Seat, Unit, Walk
from hypothesis import given
from hypothesis import strategies as st

WORDS = {"passed": "done", "failed": "refused", "open": "open"}
SAID = st.sampled_from(["approve", "conditional", "reject", None])
GROUPS = {"a": 1, "b": 1, "c": 2, "d": 2, "e": 3}


def walk(*steps, **values):
    return Walk(plan=steps, groups=GROUPS, **values)


def step(key, order=None, people=("a",), **values):
    defaults = {"kind": "required", "rule": "any", "need": 1}
    return PlanStep(
        key=key, order=key if order is None else order, people=people, **{**defaults, **values}
    )


@given(
    st.lists(st.tuples(st.sampled_from("abcde"), SAID), min_size=1, max_size=5),
    st.sampled_from(["any", "all", "count", "percent", "group"]),
    st.integers(min_value=1, max_value=100),
)
def test_both_judge_alike(said, rule, need):
    if rule == "count":
        need = 1 + need % len(said)
    played = walk()
    played.units = {0: [Unit([Seat(name, verdict)]) for name, verdict in said]}
    drawn = step(0, rule=rule, need=need)
    groups = [GROUPS[name] for name, _verdict in said]
    assert played.status(drawn) == WORDS[judge(rule, need, groups, [row[1] for row in said])]


@given(st.lists(st.tuples(st.integers(1, 3), st.booleans(), st.booleans()), min_size=1, max_size=5))
def test_both_open_alike(drawn):
    """Given which steps have passed, the same steps are due."""
    drawn.sort(key=lambda row: row[0])
    played = walk()
    played.steps = tuple(
        step(key, order=order, kind="required" if required else "optional")
        for key, (order, required, _passed) in enumerate(drawn)
    )
    passed = {key for key, row in enumerate(drawn) if row[2]}
    played.carried = frozenset(passed)
    plan = [Step(other.key, other.order, kind=other.kind) for other in played.steps]
    opened = set()
    while (order := next_order(plan, passed, opened)) is not None:
        opened |= {other.key for other in plan if other.order == order}
    assert opened == {other.key for other in played.steps if played.is_due(other)}


def test_a_walk_back_and_forth():
    played = walk(step(0), step(1, people=("b", "c"), rule="all"), step(2, people=("d",), back=1))
    played.start()
    played.decide("a", 0, "a", "approve")
    played.decide("b", 1, "b", "approve")
    played.withdraw("b", 1, "b")
    assert played.waiting() == {(1, "b", "b"), (1, "c", "c")}
    played.decide("c", 1, "c", "approve")
    played.decide("b", 1, "b", "conditional")
    assert played.waiting() == {(2, "d", "d")}
    played.decide("d", 2, "d", "reject")
    assert played.rounds == ["rejected", "running"]
    assert played.waiting() == {(1, "b", "b"), (1, "c", "c")}
    with pytest.raises(Refused):
        played.decide("d", 2, "d", "approve")


@given(st.lists(SAID, min_size=1, max_size=4))
def test_both_hear_a_chain_alike(said):
    unit = Unit([Seat(str(number), verdict) for number, verdict in enumerate(said)])
    heard = speak(said)
    assert (heard in ("approve", "conditional")) == (unit.verdict in ("approve", "conditional"))
    assert (heard == "reject") == (unit.verdict == "reject")
    assert (heard is None) == (unit.verdict is None)


def test_who_is_added_before_and_after_is_asked_in_turn():
    played = walk(step(0), step(1, people=("e",)))
    played.send()
    played.hand_on("a", 0, "a", "b", "before")
    assert played.waiting() == {(0, "b", "b")}
    with pytest.raises(Refused):
        played.decide("a", 0, "a", "approve")
    played.decide("b", 0, "b", "approve")
    assert played.waiting() == {(0, "a", "a")}
    played.hand_on("a", 0, "a", "c", "after")
    played.decide("a", 0, "a", "conditional")
    assert played.waiting() == {(0, "c", "c")}
    with pytest.raises(Refused):
        played.withdraw("b", 0, "b")
    played.hand_on("c", 0, "c", "d", "instead")
    played.decide("d", 0, "d", "approve")
    assert played.waiting() == {(1, "e", "e")}


def test_a_refusal_of_one_who_was_added_counts_for_the_chain():
    played = walk(step(0, final=True))
    played.send()
    played.hand_on("a", 0, "a", "b", "before")
    played.decide("b", 0, "b", "reject")
    assert (played.rounds, played.document) == (["rejected"], "rejected")


def test_a_refusal_is_for_good_or_goes_back_to_the_author():
    for final, document in ((True, "rejected"), (False, "returned")):
        played = walk(step(0, final=final))
        played.send()
        played.decide("a", 0, "a", "reject")
        assert (played.rounds, played.document) == (["rejected"], document)
        if final:
            with pytest.raises(Refused):
                played.send()
        else:
            played.send()
            assert (played.rounds, played.document) == (["rejected", "running"], "running")


def test_what_was_not_passed_is_not_carried():
    played = walk(step(0), step(1, people=("b",)), step(2, people=("c",)), reset_key=2)
    played.start()
    played.decide("a", 0, "a", "approve")
    played.edit(7)
    assert played.rounds == ["reset", "running"]
    assert played.waiting() == {(1, "b", "b")}


def test_who_stands_in_is_asked_along_the_chain():
    played = walk(step(0), barred=frozenset("c"))
    played.start()
    played.delegate("a", "b")
    played.delegate("b", "c")
    played.delegate("c", "d")
    assert {who for _key, who, _owner in played.waiting()} == {"a", "b", "d"}
    with pytest.raises(Refused):
        played.delegate("d", "a")
