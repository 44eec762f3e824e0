import pytest
from customer_delivery.core.pasted_list import TITLE_LIMIT, PastedLine, parse, strip_numbering
from hypothesis import given
from hypothesis import strategies as st

CLASSES = {
    "must": ["Must", "必须实现", "必须", "必須實現", "必須"],
    "should": ["Should", "希望实现", "希望", "希望實現"],
    7: ["Later", "未来考虑", "未来", "未來考慮"],
}
TYPES = {"function": ["Function", "功能"], "speed": ["Performance", "性能", "效能"]}


def titles(text):
    return [line.title for line in parse(text, CLASSES, TYPES)]


def one(text):
    (line,) = parse(text, CLASSES, TYPES)
    return line


@pytest.mark.parametrize("text", ["", None, " \n\t\n \r\n", "需求", "Title\tDescription", "\ufeff"])
def test_nothing_to_read(text):
    assert parse(text, CLASSES) == []


@pytest.mark.parametrize(
    "bullet",
    str.split(
        "1. |1.|1、|1．|(1) |（1）|1) |1）|① |①|⑴|⒈|- |-|– |• |•|* |● |· |一、|十二、|（一）|"
        "第1条 |第1条、|第一章 |第一，|1.2.3 |2.1 |2.1. |a. |a) |A、|iv. |1：|#1 |No.1 |需求1：|"
        "REQ-1: |[1] |【1】|1 - |> |☐ |- 1. |❶ |㈠ |1.2.3",
        "|",
    ),
)
def test_bullets_and_numbers_are_dropped(bullet):
    assert one(f"{bullet}标签打印").title == "标签打印"


@pytest.mark.parametrize(
    "title",
    [
        "3D 打印",
        "24 小时内响应",
        "2.4 GHz WLAN",
        "2.4GHz WLAN",
        "0.5 秒内出结果",
        "1.5 倍速播放",
        "1.5 million rows",
        "2.0 版接口",
        "100% 覆盖",
        "192.168.1.1 可访问",
        "1:1 备份",
        "12:30 前出报表",
        "-20 °C 下可用",
        "1-2 天内发货",
        "5S 看板",
        "第三方登录",
        "一键打印",
        "十种语言",
        "(开机) 自检",
        "A4 纸打印",
        "I/O 监控",
        ">= 99.9 % uptime",
        '"紧急" 按钮',
        "No 3 second delays",
    ],
)
def test_numbers_that_are_meant_stay(title):
    assert one(title).title == title


def test_decimal_numbers_of_sections_are_dropped():
    assert titles("2.1 A user can print\n2.2 元数据管理\n2.3 人员管理") == [
        "A user can print",
        "元数据管理",
        "人员管理",
    ]


def test_bare_numbers_are_dropped_only_when_they_count_the_lines():
    assert titles("1 打印\n2 扫描\n3 24 小时可用") == ["打印", "扫描", "24 小时可用"]
    assert titles("1 台打印机\n3 台扫描枪") == ["1 台打印机", "3 台扫描枪"]
    assert titles("1 台打印机") == ["1 台打印机"]


def test_lines_of_a_chat():
    text = "打印标签；\r\n\r\n  扫描入库 \n"
    assert parse(text, CLASSES) == [
        PastedLine("打印标签", line_no=1),
        PastedLine("扫描入库", line_no=3),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "【必须】打印",
        "[must] 打印",
        "(Must) 打印",
        "打印（必须实现）",
        "打印 [MUST].",
        "打印 #must",
        "#必须 打印",
        "必须：打印",
        "Must: 打印",
        "1. 【必须】打印",
        "【必须】1. 打印",
        "[必须] - 打印",
        "必须\t打印",
        "打印\t必须",
        "1\t必須實現\t打印",
        "打印\tＭＵＳＴ",
    ],
)
def test_the_class_is_recognised(text):
    line = one(text)
    assert (line.title, line.class_key, line.description) == ("打印", "must", "")


def test_class_and_type_together():
    line = one("[性能][later] 2 秒内打印")
    assert (line.title, line.class_key, line.type_key) == ("2 秒内打印", 7, "speed")
    line = one("功能\t打印\t希望\t一次十张")
    assert line == PastedLine("打印", "should", "一次十张", "function", 1)


@pytest.mark.parametrize(
    "text", ["打印 [草稿]", "(可选) 打印", "支持 C#语言", "原因：打印慢", "必须"]
)
def test_other_words_stay_in_the_title(text):
    line = one(text)
    assert (line.title, line.class_key) == (text, None)


def test_a_second_class_stays_visible():
    line = one("[must] 打印 [later]")
    assert (line.title, line.class_key) == ("打印 [later]", "must")


@pytest.mark.parametrize(
    "header",
    [
        "序号\t优先级\t标题\t需求描述\t类型",
        "編號\t優先級\t標題\t說明\t類型",
        "No.\tPriority\tTitle *\tDescription\tType",
    ],
)
def test_a_header_row_decides(header):
    assert parse(f"{header}\n9\tMust\t功能\t必须\t性能\n\t\t扫描", CLASSES, TYPES) == [
        PastedLine("功能", "must", "必须", "speed", 2),
        PastedLine("扫描", line_no=3),
    ]


def test_a_header_alone_in_its_column():
    assert titles("需求名称\n打印") == ["打印"]
    assert titles("功能\n打印") == ["功能", "打印"]
    assert parse("需求\tMust", CLASSES) == [PastedLine("需求", "must", line_no=1)]


def test_nothing_under_a_header_is_lost():
    lines = parse("标题\t负责人\t分类\n打印\t王工\t很急\t再议\n\t李工", CLASSES)
    assert lines == [
        PastedLine("打印", None, "负责人: 王工\n分类: 很急\n再议", None, 2, "unknown"),
        PastedLine("负责人: 李工", line_no=3),
    ]


def test_a_header_without_title_takes_the_first_free_column():
    assert parse("编号\t我们要的\t优先级\n1\t打印\t希望", CLASSES)[0] == PastedLine(
        "打印", "should", line_no=2
    )
    assert parse("说明\t优先级\n打印\t希望", CLASSES)[0].title == "打印"


def test_cells_in_quotes_hold_line_breaks():
    text = '打印\t"第一行\n说 ""快""\n第三行"\t必须\n"扫描\n入库"\n导出'
    assert parse(text, CLASSES) == [
        PastedLine("打印", "must", '第一行\n说 "快"\n第三行', line_no=1),
        PastedLine("扫描", None, "入库", line_no=4),
        PastedLine("导出", line_no=6),
    ]


def test_a_stray_quote_swallows_nothing():
    assert titles('"快" 是需求\n打印\n"未完\n扫描') == ['"快" 是需求', "打印", '"未完', "扫描"]


def test_lists_of_a_word_processor():
    assert titles("1.\t打印\n•\t扫描\n(a)\t导出\nREQ-001\t导入\n第2条\t查询") == [
        "打印",
        "扫描",
        "导出",
        "导入",
        "查询",
    ]


def test_duplicates_are_marked_and_kept():
    lines = parse("打印 标签\n扫描\n2. 打印标签。", CLASSES)
    assert [line.warning for line in lines] == [None, None, "duplicate"]


def test_long_titles_are_cut_at_the_end_of_a_sentence():
    first, rest = "打" * 150 + "。", "印" * 150
    line = one(first + rest)
    assert (line.title, line.description, line.warning) == (first, rest, "cut")


def test_long_titles_are_cut_at_the_end_of_a_word():
    line = one("word " * 80 + "\tmore")
    assert line.title == ("word " * 50).rstrip()
    assert line.description == ("word " * 30).rstrip() + "\nmore"


def test_a_title_without_any_gap_is_cut_hard():
    line = one("打" * 300)
    assert (len(line.title), len(line.description)) == (TITLE_LIMIT, 50)


cells = st.text(st.sampled_from("打印ab12 .、()（）【】[]#-•*:：\"'\t\n必须一第条"), max_size=60)


@given(cells | st.text(max_size=80))
def test_any_text_gives_sound_lines(text):
    lines = parse(text, CLASSES, TYPES)
    for line in lines:
        assert 0 < len(line.title) <= TITLE_LIMIT
        assert line.title == line.title.strip()
        assert "\n" not in line.title
        assert line.warning in (None, "duplicate", "cut", "unknown")
    numbers = [line.line_no for line in lines]
    assert numbers == sorted(set(numbers))


@given(st.lists(st.text(st.sampled_from("打印标签扫描入库导出"), min_size=1), min_size=2))
def test_letters_are_never_lost(parts):
    text = "\t".join(parts)
    assert sorted(one(text).title + one(text).description.replace("\n", "")) == sorted(
        "".join(parts)
    )


@given(st.text(min_size=1))
def test_stripping_a_number_leaves_the_end_of_the_title(title):
    shorter = strip_numbering(title)
    assert shorter
    assert title.endswith(shorter)


def test_a_long_list_takes_no_time():
    assert len(parse("\n".join(f"{n}. 打印标签 {n}" for n in range(1, 5001)), CLASSES)) == 5000
