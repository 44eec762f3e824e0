from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from customer_delivery.core import register
from customer_delivery.core.register import (
    COLUMNS,
    LANGUAGES,
    RegisterError,
    match_headers,
    parse_date,
    read_criteria,
    read_indicators,
    write_criteria,
    write_indicators,
)
from hypothesis import example, given
from hypothesis import strategies as st

KEYS = str.split(
    "number outline title type class wish_class stage section description criteria indicators "
    "background constraints out_of_scope rationale verification owner requester requested_on "
    "deadline effort importance urgency customer_ref tags version updated"
)


def criterion(name, kind="function", verification="test", target=""):
    return {"kind": kind, "name": name, "verification": verification, "target": target}


def indicator(metric, operator, target, target_max=None, unit="", condition=""):
    return {
        "metric": metric,
        "operator": operator,
        "target": target,
        "target_max": target_max,
        "unit": unit,
        "condition": condition,
    }


# === COLUMNS AND HEADERS === #


def test_columns_are_complete_and_in_order():
    assert [column.key for column in COLUMNS] == KEYS
    for column in COLUMNS:
        assert tuple(column.headers) == LANGUAGES
        assert all(column.headers.values())
        assert column.width > 0
        assert column.kind in ("text", "html", "date", "number", "choice", "lines")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_own_headers_are_recognised_in_every_language(lang):
    row = [column.headers[lang] for column in COLUMNS]
    assert list(match_headers(row).values()) == KEYS


def test_no_word_means_two_columns():
    words = {}
    for column in COLUMNS:
        for word in {*map(register._fold, (*column.headers.values(), *column.synonyms))}:
            assert words.setdefault(word, column.key) == column.key


def test_headers_are_recognised_in_any_shape_and_place():
    row = [None, " * TITLE* ", "需求编号", "colour", "wish_class", "ＤＵＥ", "驗收準則", 7, ""]
    assert match_headers(row) == {
        1: "title",
        2: "number",
        4: "wish_class",
        5: "deadline",
        6: "criteria",
    }


def test_only_the_given_columns_are_looked_for():
    columns = [column for column in COLUMNS if column.key in ("title", "class")]
    assert match_headers(["标题", "级别", "版本"], columns) == {0: "title", 1: "class"}


def test_a_table_without_title_and_number_is_refused():
    with pytest.raises(RegisterError) as caught:
        match_headers(["Class", "Owner"])
    assert caught.value.code == "no_title"


def test_two_headers_for_one_column_are_refused():
    with pytest.raises(RegisterError) as caught:
        match_headers(["Title", "Class", "标题"])
    assert (caught.value.code, caught.value.detail) == ("duplicate_header", "标题")


# === CRITERIA === #


def test_a_criterion_is_one_readable_line():
    criteria = [
        criterion("Label printed within 2 s", "performance", "test", "<= 2 s"),
        criterion("Manual delivered", "documents", "inspection"),
        criterion("Unclear", "other", ""),
    ]
    text = write_criteria(criteria)
    assert text == (
        "[performance] Label printed within 2 s | test | <= 2 s\n"
        "[documents] Manual delivered | inspection\n"
        "[other] Unclear |"
    )
    assert read_criteria(text) == criteria


def test_criteria_are_written_in_the_language_asked_for():
    criteria = [criterion("x", "performance", "demonstration")]
    assert write_criteria(criteria, "zh_CN") == "[性能] x | 演示"
    assert write_criteria(criteria, "zh_TW") == "[效能] x | 展示"
    assert write_criteria(criteria, "fr_FR") == "[performance] x | demonstration"


def test_criteria_typed_by_people():
    text = (
        "  Prints labels\r\n\n【效能】 打印 2 秒内 ｜ 測試 ｜ ≤ 2 s\n"
        "[用户体验]一步完成|Demo\n[UX] a \\q"
    )
    assert read_criteria(text) == [
        criterion("Prints labels"),
        criterion("打印 2 秒内", "performance", "test", "≤ 2 s"),
        criterion("一步完成", "ux", "demonstration"),
        criterion("a q", "ux"),
    ]


def test_unset_values_of_a_record_are_written_as_empty():
    values = {"kind": False, "name": "x", "verification": False, "target": False}
    assert read_criteria(write_criteria([values])) == [criterion("x", verification="")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[colour] red", "unknown_word"),
        ("x | tasting", "unknown_word"),
        ("x | test | a | b", "too_many_parts"),
    ],
)
def test_criteria_that_cannot_be_read(text, code):
    with pytest.raises(RegisterError) as caught:
        read_criteria(text)
    assert caught.value.code == code
    assert caught.value.detail


def test_an_unknown_kind_is_not_written():
    with pytest.raises(RegisterError):
        write_criteria([criterion("x", "colour")])


@pytest.mark.parametrize("nothing", ["", None, False, " \n "])
def test_an_empty_cell_has_no_lines(nothing):
    assert read_criteria(nothing) == []
    assert read_indicators(nothing) == []


texts = st.text(st.sampled_from(" |[]\\\n\r\tns｜【】x1~=<>f\x0b\x85　")) | st.text()
languages = st.sampled_from(LANGUAGES)
criteria_lists = st.lists(
    st.builds(
        criterion,
        texts,
        st.sampled_from(list(register.KINDS)),
        st.sampled_from([*register.VERIFICATIONS, ""]),
        texts,
    ),
    max_size=4,
)


@given(criteria_lists, languages)
@example([criterion(" [x] | \\", target="\\n\n ")], "zh_CN")
def test_reading_written_criteria_gives_the_same(criteria, lang):
    assert read_criteria(write_criteria(criteria, lang)) == criteria


@given(criteria_lists)
def test_each_criterion_takes_one_line_without_control_characters(criteria):
    text = write_criteria(criteria)
    assert len(text.split("\n") if text else []) == len(criteria)
    assert not any(character < " " and character != "\n" for character in text)


# === INDICATORS === #


def test_an_indicator_is_one_readable_line():
    indicators = [
        indicator("Time to print", "<=", 2.0, None, "s", "100 users at once"),
        indicator("Temperature", "between", -20.0, 40.5, "°C"),
        indicator("Uptime", ">=", 0.999),
    ]
    text = write_indicators(indicators)
    assert text == (
        "Time to print | <= | 2 | s | 100 users at once\n"
        "Temperature | between | -20 ~ 40.5 | °C\n"
        "Uptime | >= | 0.999"
    )
    assert read_indicators(text) == indicators
    assert write_indicators(indicators[1:2], "zh_TW") == "Temperature | 介於 | -20 ~ 40.5 | °C"


def test_indicators_typed_by_people():
    text = (
        "打印时间 ≤ 2 秒 | 100 人同时\n温度｜在｜-20～40｜°C\nRate|At least|1,000.5|/h\nSize = .5\n"
        "Load | 之间 | 10-20 | %\n响应不超过3s"
    )
    assert read_indicators(text) == [
        indicator("打印时间", "<=", 2.0, None, "秒", "100 人同时"),
        indicator("温度", "between", -20.0, 40.0, "°C"),
        indicator("Rate", ">=", 1000.5, None, "/h"),
        indicator("Size", "=", 0.5),
        indicator("Load", "between", 10.0, 20.0, "%"),
        indicator("响应", "<=", 3.0, None, "s"),
    ]


def test_an_upper_bound_of_zero_counts_only_in_a_range():
    assert write_indicators([indicator("x", "between", -5, 0)]) == "x | between | -5 ~ 0"
    assert write_indicators([indicator("x", "<=", 5, 0.0)]) == "x | <= | 5"
    assert write_indicators([indicator("x", "<=", Decimal("2.50"), False)]) == "x | <= | 2.50"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Time to print", "missing_part"),
        ("x | roughly | 3", "missing_part"),
        ("x | <= ", "missing_part"),
        ("x | <= | many", "not_a_number"),
        ("x | <= | ", "not_a_number"),
        ("x | between | 1~2~3", "not_a_number"),
        ("x | <= | 1 | s | c | d", "too_many_parts"),
    ],
)
def test_indicators_that_cannot_be_read(text, code):
    with pytest.raises(RegisterError) as caught:
        read_indicators(text)
    assert caught.value.code == code


def test_what_is_no_number_is_not_written():
    with pytest.raises(RegisterError):
        write_indicators([indicator("x", "<=", float("nan"))])


numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53)


@st.composite
def indicator_lists(draw):
    result = []
    for _count in range(draw(st.integers(0, 4))):
        operator = draw(st.sampled_from(list(register.OPERATORS)))
        upper = draw(numbers) if operator == "between" else None
        result.append(
            indicator(draw(texts), operator, draw(numbers), upper, draw(texts), draw(texts))
        )
    return result


@given(indicator_lists(), languages)
def test_reading_written_indicators_gives_the_same(indicators, lang):
    assert read_indicators(write_indicators(indicators, lang)) == indicators


@given(texts)
def test_any_text_is_read_or_refused_with_a_reason(text):
    for read in (read_criteria, read_indicators):
        try:
            assert isinstance(read(text), list)
        except RegisterError as error:
            assert error.code


# === DATES === #


@pytest.mark.parametrize(
    "value",
    [
        date(2026, 3, 1),
        datetime(2026, 3, 1, 23, 59),
        "2026-03-01",
        "2026-03-01T10:00:00Z",
        "2026-3-1 10:00",
        "2026/3/1",
        "2026/03/01",
        "2026.3.1",
        "2026年3月1日",
        "2026年03月01日 10:00",
        " 2026 年 3 月 1 日 ",
        "２０２６/３/１",
        "20260301",
        20260301,
        46082,
        46082.75,
        "46082",
    ],
)
def test_dates_in_all_shapes(value):
    assert parse_date(value) == date(2026, 3, 1)
    assert type(parse_date(value)) is date


@pytest.mark.parametrize("nothing", [None, False, "", "  "])
def test_an_empty_cell_is_no_date(nothing):
    assert parse_date(nothing) is None


@pytest.mark.parametrize(
    "value",
    ["soon", "2026-02-30", "2026-3/1", "3/1/2026", 2026, "1", True, -5, 10**9, "0000-01-01", "²"],
)
def test_what_is_no_date_is_refused_with_its_text(value):
    with pytest.raises(ValueError, match=str(value)):
        parse_date(value)


@given(st.dates())
def test_every_date_is_read_back(value):
    for text in (value.isoformat(), f"{value.year:04}年{value.month}月{value.day}日"):
        assert parse_date(text) == value


@given(st.dates(date(1960, 1, 1)))
def test_every_serial_number_is_read_back(value):
    assert parse_date((value - date(1899, 12, 30)) / timedelta(days=1)) == value
