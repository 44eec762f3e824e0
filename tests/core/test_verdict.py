import pytest
from customer_delivery.core.verdict import Target, chosen, measured, options, read_target, scored
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("target", "value", "expected"),
    [
        (Target("<=", 2.0), 2.0, "pass"),
        (Target("<=", 2.0), 2.0001, "fail"),
        (Target("<=", 2.0, tolerance=0.1), 2.1, "pass"),
        (Target(">=", 99.9), 99.9, "pass"),
        (Target(">=", 99.9), 99.8, "fail"),
        (Target("<", 5), 5, "fail"),
        (Target(">", 5), 5.0001, "pass"),
        (Target("=", 0.3), 0.1 + 0.2, "pass"),
        (Target("=", 10, tolerance=0.5), 9.5, "pass"),
        (Target("=", 10, tolerance=0.5), 9.4, "fail"),
        (Target("between", 10, 20), 10, "pass"),
        (Target("between", 10, 20), 20.1, "fail"),
        (Target("between", 10, 20, tolerance=0.1), 20.1, "pass"),
        (Target("<=", 0), 0, "pass"),
    ],
)
def test_a_measured_value_is_judged_by_its_target(target, value, expected):
    assert measured(target, value) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("≤ 5 分钟", Target("<=", 5, unit="分钟")),
        ("<= 2 s", Target("<=", 2, unit="s")),
        ("不超过3秒", Target("<=", 3, unit="秒")),
        ("at most 2,5 s", Target("<=", 2.5, unit="s")),
        ("≥ 99.9 %", Target(">=", 99.9, unit="%")),
        ("不少于 30 台", Target(">=", 30, unit="台")),
        ("10 … 20 °C", Target("between", 10, 20, "°C")),
        ("10-20", None),
        ("丢失 0 条", None),
        ("30 台设备连续 7 天", None),
        ("≤ 5 s for 30 users", None),
        ("20 ~ 10 °C", None),
        ("", None),
        (None, None),
        ("works", None),
    ],
)
def test_a_target_is_read_only_where_the_words_are_plain(text, expected):
    assert read_target(text) == expected


@given(st.text(max_size=40))
def test_reading_a_target_never_fails(text):
    read_target(text)


def test_a_chosen_answer_is_judged_by_the_list_it_stands_in():
    passing, failing = options("合格\n 优 \n\n合格"), options("不合格")
    assert passing == ("合格", "优")
    assert chosen("优", passing, failing) == "pass"
    assert chosen("不合格", passing, failing) == "fail"
    assert chosen("other", passing, failing) is None


def test_a_score_passes_from_its_limit_on():
    assert [scored(score, 3) for score in (2, 3, 5)] == ["fail", "pass", "pass"]
