"""Arithmetic of approvals."""

import pytest
from customer_delivery.core.approval import Step, is_complete, judge, next_order, quorum
from hypothesis import given
from hypothesis import strategies as st

VERDICTS = st.sampled_from(["approve", "conditional", "reject", "comment", None])


@pytest.mark.parametrize(
    ("rule", "need", "people", "wanted"),
    [
        ("any", 0, 3, 1),
        ("all", 0, 3, 3),
        ("count", 2, 3, 2),
        ("percent", 50, 3, 2),
        ("percent", 100, 3, 3),
        ("percent", 1, 3, 1),
    ],
)
def test_quorum(rule, need, people, wanted):
    assert quorum(rule, need, people) == wanted


@pytest.mark.parametrize(
    ("rule", "need", "people"),
    [
        ("any", 1, 0),
        ("all", 1, 0),
        ("count", 0, 3),
        ("count", 4, 3),
        ("percent", 0, 3),
        ("x", 1, 1),
    ],
)
def test_a_step_that_can_never_pass_is_refused(rule, need, people):
    with pytest.raises(ValueError):
        quorum(rule, need, people)


@pytest.mark.parametrize(
    ("rule", "need", "verdicts", "state"),
    [
        ("any", 1, ["reject", None], "open"),
        ("any", 1, ["reject", "reject"], "failed"),
        ("any", 1, [None, "approve"], "passed"),
        ("all", 1, ["approve", None], "open"),
        ("all", 1, ["reject", None], "failed"),
        ("all", 1, ["approve", "conditional"], "passed"),
        ("count", 2, ["approve", "reject", None], "open"),
        ("count", 2, ["reject", "reject", None], "failed"),
        ("percent", 50, ["approve", None, None], "open"),
        ("percent", 50, ["approve", "approve", None], "passed"),
    ],
)
def test_judge(rule, need, verdicts, state):
    assert judge(rule, need, range(len(verdicts)), verdicts) == state


def test_one_of_each_group():
    groups = ["tech", "tech", "quality"]
    assert judge("group", 1, groups, ["approve", None, None]) == "open"
    assert judge("group", 1, groups, ["approve", None, "approve"]) == "passed"
    assert judge("group", 1, groups, ["reject", None, "approve"]) == "open"
    assert judge("group", 1, groups, ["reject", "reject", "approve"]) == "failed"


@given(
    st.lists(VERDICTS, min_size=1, max_size=6),
    st.sampled_from(["any", "all", "count", "percent"]),
    st.integers(min_value=1, max_value=100),
)
def test_what_is_decided_stays_decided(verdicts, rule, need):
    """Whoever still decides changes nothing once a step has passed or failed."""
    if rule == "count":
        need = 1 + need % len(verdicts)
    state = judge(rule, need, range(len(verdicts)), verdicts)
    for verdict in ("approve", "reject"):
        filled = [given or verdict for given in verdicts]
        final = judge(rule, need, range(len(filled)), filled)
        if state != "open":
            assert final == state
    if None not in verdicts and "comment" not in verdicts:
        assert state != "open"


def test_orders_open_one_after_the_other():
    steps = [Step(0, 10), Step(1, 10, kind="optional"), Step(2, 20), Step(3, 20), Step(4, 30)]
    assert next_order(steps, passed=set(), opened=set()) == 10
    assert next_order(steps, passed=set(), opened={0, 1}) is None
    assert next_order(steps, passed={0}, opened={0, 1}) == 20
    assert next_order(steps, passed={0, 2}, opened={0, 1, 2, 3}) is None
    assert next_order(steps, passed={0, 2, 3}, opened={0, 1, 2, 3}) == 30
    assert next_order(steps, passed={0, 2, 3, 4}, opened={0, 1, 2, 3, 4}) is None
    assert not is_complete(steps, {0, 2, 3})
    assert is_complete(steps, {0, 2, 3, 4})
