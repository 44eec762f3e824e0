from customer_delivery.core.rebase import changed, compare
from hypothesis import given
from hypothesis import strategies as st

NAMES = ("title", "text", "criteria")
contents = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["", "a", "b", "c"]))


def test_what_the_proposal_leaves_alone_follows_what_stands_there():
    base = {"title": "Old", "text": "a"}
    current, proposed = {"title": "Renamed", "text": "a"}, {"title": "Old", "text": "b"}
    assert compare(base, current, proposed, NAMES) == (["title"], [])


def test_what_both_changed_is_named():
    found = compare({"text": "a"}, {"text": "theirs"}, {"text": "ours"}, NAMES)
    assert found == ([], ["text"])


def test_the_same_change_on_both_sides_is_no_conflict():
    assert compare({"text": "a"}, {"text": "b"}, {"text": "b"}, NAMES) == ([], [])


def test_emptying_a_field_is_a_change():
    assert compare({"text": "a"}, {"text": "b"}, {"text": ""}, NAMES) == ([], ["text"])


def test_lists_are_compared_as_a_whole():
    base = {"criteria": [{"text": "1"}]}
    more = {"criteria": [{"text": "1"}, {"text": "2"}]}
    assert compare(base, base, more, NAMES) == ([], [])
    assert compare(base, more, base, NAMES) == (["criteria"], [])


def test_what_says_nothing_is_equal():
    assert changed({"title": None, "criteria": []}, {"title": ""}, NAMES) == []


@given(contents, contents, contents)
def test_what_was_carried_over_needs_nothing_more(base, current, proposed):
    follow, conflicts = compare(base, current, proposed, NAMES)
    assert not set(follow) & set(conflicts)
    carried = {**proposed, **{name: current.get(name) for name in follow}}
    assert compare(current, current, carried, NAMES) == ([], [])
    # what the proposal says of its own is still said
    ours = changed(base, proposed, NAMES)
    assert changed(proposed, carried, ours) == []
