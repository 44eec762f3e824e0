import time

import pytest
from customer_delivery.core import outline
from hypothesis import given
from hypothesis import strategies as st


def test_items_come_before_sub_sections_and_count_on():
    sections = [(1, None, 10), (2, None, 20), (3, 2, 10)]
    items = [
        (10, None, 2, 20),
        (11, None, 2, 10),
        (12, None, 3, 10),
        (13, 11, None, 10),
        (14, None, 1, 10),
    ]
    assert outline.number(sections, items) == (
        {1: "1", 2: "2", 3: "2.3"},
        {14: "1.1", 11: "2.1", 13: "2.1.1", 10: "2.2", 12: "2.3.1"},
    )


def test_without_sections_items_are_numbered_by_sequence_then_id():
    items = [(3, None, None, 5), (1, None, None, 10), (2, None, None, 5)]
    assert outline.number([], items) == ({}, {2: "1", 3: "2", 1: "3"})


def test_items_without_section_follow_the_last_section():
    sections = [(1, None, 10), (2, None, 10)]
    assert outline.number(sections, [(7, None, None, 1)])[1] == {7: "3"}


def test_sections_and_items_may_have_the_same_id():
    assert outline.number([(1, None, 0)], [(1, None, 1, 0)]) == ({1: "1"}, {1: "1.1"})


def test_a_child_ignores_its_own_section():
    sections = [(1, None, 10), (2, None, 20)]
    items = [(10, None, 1, 10), (11, 10, 2, 10)]
    assert outline.number(sections, items)[1] == {10: "1.1", 11: "1.1.1"}


@pytest.mark.parametrize("nothing", [None, False, 99])
def test_an_absent_parent_or_section_puts_the_row_at_the_top(nothing):
    assert outline.number([(1, nothing, 0)], [(10, nothing, nothing, 0)]) == (
        {1: "1"},
        {10: "2"},
    )


def test_an_item_whose_parent_is_absent_still_lives_in_its_section():
    assert outline.number([(1, None, 0)], [(10, 99, 1, 0)])[1] == {10: "1.1"}


def test_an_empty_sequence_counts_as_zero():
    items = [(1, None, None, 1), (2, None, None, None), (3, None, None, False)]
    assert outline.number([], items)[1] == {2: "1", 3: "2", 1: "3"}


@pytest.mark.parametrize(
    ("sections", "items", "message"),
    [
        ([], [(5, 5, None, 0)], "items contain each other: 5$"),
        ([], [(5, 6, None, 0), (6, 7, None, 0), (7, 6, None, 0)], "items .*: 6, 7$"),
        ([(1, 2, 0), (2, 1, 0), (3, None, 0)], [], "sections .*: 1, 2$"),
    ],
)
def test_rows_that_contain_each_other_are_named(sections, items, message):
    with pytest.raises(ValueError, match=message):
        outline.number(sections, items)


def test_an_id_given_twice_is_refused():
    with pytest.raises(ValueError, match="item 5 is given twice"):
        outline.number([], [(5, None, None, 0), (5, None, None, 1)])


def test_walk_yields_the_document_in_order_with_depth():
    rows = outline.walk([(1, None, 0)], [(5, None, 1, 0), (6, 5, None, 0), (7, None, None, 0)])
    assert list(rows) == [
        ("section", 1, "1", 0),
        ("item", 5, "1.1", 1),
        ("item", 6, "1.1.1", 2),
        ("item", 7, "2", 0),
    ]


def test_walk_checks_before_it_yields():
    with pytest.raises(ValueError, match="contain each other"):
        outline.walk([], [(1, None, None, 0), (2, 2, None, 0)])


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("", ""),
        ("2.10.1", "000200100001"),
        ("9999", "9999"),
        ("10000.1", "a100000001"),
        ("123456", "b123456"),
    ],
)
def test_sort_key(label, key):
    assert outline.sort_key(label) == key


@pytest.mark.parametrize("label", ["1.", ".1", "1.a", "A", "1..2", "²", "１"])
def test_sort_key_refuses_what_is_no_outline_number(label):
    with pytest.raises(ValueError, match="not an outline number"):
        outline.sort_key(label)


levels = st.lists(st.integers(1, 1_000_000), min_size=1, max_size=5)


@given(levels, levels)
def test_sort_key_orders_like_the_numbers(one, other):
    keys = [outline.sort_key(".".join(map(str, each))) for each in (one, other)]
    assert (keys[0] < keys[1]) == (one < other)


@st.composite
def documents(draw):
    """Draw rows without cycles: a parent always has a smaller id."""

    def rows(first, count):
        return [
            (row_id, draw(st.none() | st.integers(first - 1, row_id - 1)), draw(st.integers(0, 3)))
            for row_id in range(first, first + count)
        ]

    sections = rows(1, draw(st.integers(0, 8)))
    items = [
        (row_id, parent_id, draw(st.none() | st.integers(1, 9)), sequence)
        for row_id, parent_id, sequence in rows(101, draw(st.integers(0, 15)))
    ]
    return draw(st.permutations(sections)), draw(st.permutations(items))


@given(documents())
def test_every_row_gets_one_number_and_the_walk_is_in_its_order(document):
    sections, items = document
    rows = list(outline.walk(sections, items))
    labels = [label for _kind, _id, label, _depth in rows]
    assert sorted(row_id for _kind, row_id, *_ in rows) == sorted(
        row[0] for row in (*sections, *items)
    )
    assert len(set(labels)) == len(labels)
    assert [outline.sort_key(label) for label in labels] == sorted(map(outline.sort_key, labels))
    assert all(label.count(".") == depth for _kind, _id, label, depth in rows)


@given(documents())
def test_numbers_have_no_gaps_and_hang_from_their_parent(document):
    section_numbers, item_numbers = outline.number(*document)
    labels = {*section_numbers.values(), *item_numbers.values()}
    for label in labels:
        parent, _dot, last = label.rpartition(".")
        assert not parent or parent in labels
        assert last == "1" or f"{parent}.{int(last) - 1}".lstrip(".") in labels


def test_long_lists_and_deep_trees_take_no_time():
    start = time.perf_counter()
    flat = [(row_id, None, None, row_id % 7) for row_id in range(50_000)]
    deep = [(row_id, row_id - 1 or None, None, 0) for row_id in range(1, 3_000)]
    assert len(outline.number([], flat)[1]) == 50_000
    assert outline.number([], deep)[1][2_999].count(".") == 2_998
    assert time.perf_counter() - start < 5
