import pytest
from customer_delivery.core.transition import Stage, refusals
from hypothesis import given
from hypothesis import strategies as st

NEW = Stage(1, "New", next_ids=frozenset({2, 9}), initial=True)
REVIEW = Stage(2, "Review", next_ids=frozenset({1, 3}), required=("description", "partner_id"))
CONFIRMED = Stage(3, "Confirmed", min_criteria=2)
CANCELLED = Stage(9, "Cancelled")


def nothing_filled(name):
    return False


def all_filled(name):
    return True


@pytest.mark.parametrize(
    ("current", "target", "allowed", "filled", "criteria", "expected"),
    [
        (NEW, REVIEW, None, all_filled, 0, []),
        (NEW, REVIEW, {1, 2}, all_filled, 0, []),
        (NEW, REVIEW, {1, 3}, all_filled, 0, [("not_in_mode", 2)]),
        (NEW, CONFIRMED, None, all_filled, 2, [("skips", (2, 9))]),
        (NEW, REVIEW, None, nothing_filled, 0, [("missing", ["description", "partner_id"])]),
        (NEW, REVIEW, None, "partner_id".__eq__, 0, [("missing", ["description"])]),
        (REVIEW, CONFIRMED, None, all_filled, 0, [("criteria", 2)]),
        (REVIEW, CONFIRMED, None, all_filled, 1, [("criteria", 1)]),
        (REVIEW, CONFIRMED, None, all_filled, 5, []),
        # a stage without followers leads anywhere
        (CANCELLED, NEW, None, nothing_filled, 0, []),
        (CONFIRMED, CANCELLED, frozenset(), all_filled, 0, [("not_in_mode", 9)]),
        # staying is never refused
        (REVIEW, REVIEW, frozenset(), nothing_filled, 0, []),
    ],
)
def test_moves(current, target, allowed, filled, criteria, expected):
    assert refusals(current, target, allowed, filled, criteria=criteria) == expected


def test_all_reasons_are_told_at_once():
    target = Stage(4, required=("description",), min_criteria=1)
    assert refusals(NEW, target, frozenset({1}), nothing_filled) == [
        ("not_in_mode", 4),
        ("skips", (2, 9)),
        ("missing", ["description"]),
        ("criteria", 1),
    ]


def test_a_field_required_twice_is_named_once():
    target = Stage(2, required=("name", "owner", "name"))
    assert refusals(None, target, None, nothing_filled, (CANCELLED,)) == [
        ("missing", ["name", "owner"])
    ]


@pytest.mark.parametrize(
    ("target", "initial", "expected"),
    [
        (NEW, (), []),
        (NEW, (REVIEW,), []),
        (REVIEW, (NEW,), []),
        (CONFIRMED, (NEW,), [("skips", (1, 2, 9))]),
        (CONFIRMED, (NEW, REVIEW), []),
        (CONFIRMED, (CANCELLED,), []),
        (CONFIRMED, (), [("skips", ())]),
    ],
)
def test_creation_starts_at_or_right_after_an_initial_stage(target, initial, expected):
    assert refusals(None, target, None, all_filled, initial, criteria=2) == expected


def test_creation_demands_the_fields_of_the_stage():
    assert refusals(None, REVIEW, None, nothing_filled, (NEW,)) == [
        ("missing", ["description", "partner_id"])
    ]


ids = st.integers(1, 4)
stages = st.builds(
    Stage,
    id=ids,
    next_ids=st.frozensets(ids),
    required=st.lists(st.sampled_from("abc"), max_size=2).map(tuple),
    min_criteria=st.integers(0, 2),
    initial=st.booleans(),
)


@given(
    st.none() | stages,
    stages,
    st.none() | st.frozensets(ids),
    st.frozensets(st.sampled_from("abc")),
)
def test_more_freedom_never_adds_a_refusal(current, target, allowed, filled):
    found = refusals(current, target, allowed, filled.__contains__, (NEW,))
    free = refusals(current, target, None, all_filled, (CANCELLED,), criteria=2)
    assert {code for code, _payload in free} <= {code for code, _payload in found}
    assert {code for code, _payload in free} <= {"skips"}


@given(stages, stages)
def test_the_reachable_stages_of_a_refusal_are_not_refused_as_skips(current, target):
    for code, payload in refusals(current, target, None, all_filled, criteria=2):
        assert code == "skips"
        for stage_id in payload:
            assert not refusals(current, Stage(stage_id), None, all_filled)
