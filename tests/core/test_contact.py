import pytest
from customer_delivery.core.contact import looks_like, normal_phone
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("13800138000", "+8613800138000"),
        ("138 0013 8000", "+8613800138000"),
        ("138-0013-8000", "+8613800138000"),
        ("+86 138 0013 8000", "+8613800138000"),
        ("0086-13800138000", "+8613800138000"),
        ("86 13800138000", "+8613800138000"),
        ("１３８００１３８０００", "+8613800138000"),
        ("010-12345678", "+861012345678"),
        ("+86 (0)10 1234 5678", "+861012345678"),
        ("+86 10 1234 5678", "+861012345678"),
        ("0571-88888888 转 801", "+8657188888888;ext=801"),
        ("400-820-8820", "+864008208820"),
        ("0912-345-678", "+886912345678"),
        ("+886 912 345 678", "+886912345678"),
        ("+49 (0)30 123456", "+4930123456"),
        ("0049 30 123456", "+4930123456"),
        ("+1 (555) 123-4567 ext. 12", "+15551234567;ext=12"),
    ],
)
def test_telephone_numbers(text, number):
    assert looks_like(text) == "phone"
    assert normal_phone(text) == number
    assert normal_phone(number.partition(";")[0]) == number.partition(";")[0]


@pytest.mark.parametrize(
    "text",
    [
        "a@b.cn",
        " wang.gong+mes@jing-gong.com.cn ",
        "ｗａｎｇ＠ｅｘａｍｐｌｅ．ｃｏｍ",
        "o'neill@example.museum",
        "wang@例子.中国",
        "x@xn--fsqu00a.xn--fiqs8s",
    ],
)
def test_addresses(text):
    assert looks_like(text) == "email"
    assert normal_phone(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        None,
        False,
        "王工",
        "12800138000",
        "1380013800",
        "138001380001",
        "+86 138 0013 800",
        "+12345",
        "+1234567890123456",
        "13800138000 王工",
        "12345678",
        "2026-03-01",
        "²³800138000",
        "1380013800٣",
        "a@b",
        "a..b@c.cn",
        ".a@b.cn",
        "a.@b.cn",
        "a@b..cn",
        "a@-b.cn",
        "a@b-.cn",
        "a@b.c",
        "a@b.12",
        "a@b_c.cn",
        "a b@c.cn",
        "a@b@c.cn",
        "Wang <a@b.cn>",
        "a" * 65 + "@b.cn",
        "a@" + "b." * 120 + "cn",
        "a@b.cn\nc@d.cn",
    ],
)
def test_neither(text):
    assert looks_like(text) is None
    assert normal_phone(text) is None


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.data())
def test_a_chinese_mobile_is_one_number_however_it_is_written(number, data):
    separator = data.draw(st.sampled_from(["", " ", "-", "."]))
    prefix = data.draw(st.sampled_from(["", "+86", "+86 ", "0086", "(+86)", "86-"]))
    text = prefix + separator.join((number[:3], number[3:7], number[7:]))
    assert normal_phone(text) == f"+86{number}"


@given(st.text() | st.text(st.sampled_from("+0123456789 -()x#@.ab")))
def test_any_text_is_answered(text):
    number = normal_phone(text)
    assert looks_like(text) in ((None, "email") if number is None else ("phone",))
    assert number is None or (number.startswith("+") and number.isascii())
