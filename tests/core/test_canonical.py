import json

import pytest
from customer_delivery.core.canonical import NotCanonical, decimal, digest, dumps, loads
from hypothesis import example, given
from hypothesis import strategies as st

values = st.recursive(
    st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=20,
)


def test_keys_are_sorted_and_nothing_is_said_twice():
    assert dumps({"b": 1, "a": [1, "x"], "c": None, "d": "", "e": [], "f": False}) == (
        '{"a":[1,"x"],"b":1,"f":false}'
    )


def test_chinese_stays_readable_and_is_composed():
    assert dumps({"t": "e\u0301 需求"}) == '{"t":"é 需求"}'


def test_line_ends_are_one_kind():
    assert dumps("a\r\nb\rc") == '"a\\nb\\nc"'


def test_floats_are_refused_with_their_place():
    with pytest.raises(NotCanonical, match=r"\$\.rows\[1\]\.target"):
        dumps({"rows": [{}, {"target": 1.5}]})


def test_decimals_are_texts_of_their_field():
    assert decimal(2, 4) == "2.0000"
    assert decimal(-0.00001, 4) == "0.0000"
    assert decimal(-1.5, 1) == "-1.5"


def test_digest_is_that_of_the_utf8_bytes():
    assert digest("需求") == digest("需求".encode())


@given(values)
@example({"a": {"b": ""}})
def test_canonical_form_is_idempotent(value):
    try:
        text = dumps(value)
    except NotCanonical:
        return
    assert dumps(loads(text)) == text
    assert json.loads(text) == loads(text)


@given(st.dictionaries(st.text(max_size=4), st.integers(), max_size=6))
def test_order_of_keys_does_not_matter(value):
    try:
        text = dumps(value)
    except NotCanonical:
        return
    assert dumps(dict(reversed(value.items()))) == text
