"""The requirement register as a table: its columns, its headers, its cells.

The register that is exported and the template that is filled in and imported are the same table,
so both sides are here: the columns in their order with headers in three languages, the way to
recognise them again, and the text forms of what is more than a plain value in one cell.

Several criteria or indicators stand in one cell, a line each, parts divided by "|":

    [performance] Label printed within 2 s | test | <= 2 s
    Time to print | <= | 2 | s | 100 users at once
    Temperature | between | -20 ~ 40 | °C

In what is written, a backslash stands before "|", "[" at the start, and itself; `\\n`, `\\t`, `\\s`
and `\\x1f` stand for a line break, a tab, a space at the ends and other control characters, so that
reading what was written gives the same again. People may leave out parts at the end, use full
width signs and the words of any of the three languages.
"""

import re
import unicodedata
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import isfinite
from typing import NamedTuple

LANGUAGES = ("en_US", "zh_CN", "zh_TW")


class Column(NamedTuple):
    """A column: key, headers by language, width in characters, kind of its cells.

    kind: text, html, date, number, choice (one of the words of a list) or lines (many in a cell).
    synonyms: further headers, folded, that people give the column.
    """

    key: str
    headers: dict
    width: int
    kind: str
    synonyms: tuple = ()


class RegisterError(ValueError):
    """A table or cell that cannot be read; `code` says why, `detail` names the place.

    Codes: "no_title" (no column is recognised as title or number), "duplicate_header" (detail:
    the header), "unknown_word" (no such kind, method or operator), "not_a_number",
    "too_many_parts" and "missing_part" (detail: the line or word).
    """

    def __init__(self, code, detail=""):
        self.code = code
        self.detail = detail
        super().__init__(f"{code}: {detail}" if detail else code)


# Further headers that people use, folded; the three languages and the key itself need no entry.
HEADER_SYNONYMS = {
    "number": "no id reqno reqid 序号 序號 需求编号 需求編號",
    "outline": "outline outlinenumber 大纲号 大綱號",
    "title": "name requirement 名称 名稱 需求 需求名称 需求名稱 需求标题 需求標題",
    "type": "requirementtype 需求类型 需求類型",
    "class": "priority 分类 分類 优先级 優先級 优先顺序 優先順序 需求级别 需求級別",
    "wish_class": "wish 期望级别 期望級別",
    "stage": "status 状态 狀態",
    "section": "chapter module 模块 模組",
    "description": "details 说明 說明 需求描述 需求說明 内容 內容",
    "criteria": "acceptancecriterion 验收准则 驗收準則",
    "indicators": "performanceindicator 指标 指標",
    "background": "业务背景 業務背景",
    "constraints": "约束条件 限制條件 约束限制",
    "out_of_scope": "notincluded 不包含 不包括",
    "rationale": "reason 原因",
    "verification": "验证方式 驗證方式",
    "owner": "responsible assignee 责任人 責任人",
    "requester": "requestedby 需求提出人 申请人 申請人",
    "requested_on": "requestdate daterequested 提出时间 提出時間",
    "deadline": "duedate 期限 完成期限 截止 截止时间 截止時間",
    "effort": "hours 工作量 工时 工時",
    "importance": "重要程度",
    "urgency": "紧急性 緊急性",
    "customer_ref": "customerref 客户需求编号 客戶需求編號",
    "tags": "tag",
    "version": "版本号 版本號",
    "updated": "lastchange 更新时间 更新時間 最后更新 最後更新",
}


def _column(key, headers, width, kind):
    headers = dict(zip(LANGUAGES, headers.split("/"), strict=True))
    return Column(key, headers, width, kind, tuple(HEADER_SYNONYMS.get(key, "").split()))


COLUMNS = (
    _column("number", "Number/编号/編號", 12, "text"),
    _column("outline", "Outline No./章节号/章節號", 10, "text"),
    _column("title", "Title/标题/標題", 40, "text"),
    _column("type", "Type/类型/類型", 10, "choice"),
    _column("class", "Class/级别/級別", 12, "choice"),
    _column("wish_class", "Class Wished/客户期望级别/客戶期望級別", 14, "choice"),
    _column("stage", "Stage/阶段/階段", 12, "choice"),
    _column("section", "Section/章节/章節", 18, "text"),
    _column("description", "Description/描述/描述", 60, "html"),
    _column("criteria", "Acceptance Criteria/验收标准/驗收標準", 50, "lines"),
    _column("indicators", "Performance Indicators/性能指标/效能指標", 40, "lines"),
    _column("background", "Background/背景/背景", 40, "html"),
    _column("constraints", "Constraints/约束/限制", 40, "html"),
    _column("out_of_scope", "Out of Scope/不包含范围/不包含範圍", 40, "html"),
    _column("rationale", "Rationale/理由/理由", 40, "html"),
    _column("verification", "Verification Method/验证方法/驗證方法", 12, "choice"),
    _column("owner", "Owner/负责人/負責人", 14, "text"),
    _column("requester", "Requester/提出人/提出人", 14, "text"),
    _column("requested_on", "Requested On/提出日期/提出日期", 12, "date"),
    _column("deadline", "Due/截止日期/截止日期", 12, "date"),
    _column("effort", "Effort (Hours)/工作量（小时）/工時（小時）", 10, "number"),
    _column("importance", "Importance/重要性/重要性", 10, "choice"),
    _column("urgency", "Urgency/紧急程度/緊急程度", 10, "choice"),
    _column("customer_ref", "Customer's Reference/客户编号/客戶編號", 16, "text"),
    _column("tags", "Tags/标签/標籤", 16, "text"),
    _column("version", "Version/版本/版本", 8, "number"),
    _column("updated", "Last Updated/更新日期/更新日期", 12, "date"),
)

KINDS = {
    "function": ("function", "功能", "功能"),
    "performance": ("performance", "性能", "效能"),
    "security": ("security", "安全", "安全"),
    "ux": ("user experience", "体验", "體驗"),
    "documents": ("documents", "文档", "文件"),
    "other": ("other", "其他", "其他"),
}
VERIFICATIONS = {
    "test": ("test", "测试", "測試"),
    "inspection": ("inspection", "检查", "檢查"),
    "demonstration": ("demonstration", "演示", "展示"),
    "analysis": ("analysis", "分析", "分析"),
}
OPERATORS = {
    "<=": ("<=", "<=", "<="),
    ">=": (">=", ">=", ">="),
    "=": ("=", "=", "="),
    "<": ("<", "<", "<"),
    ">": (">", ">", ">"),
    "between": ("between", "介于", "介於"),
}
BRACKETS = ("[", "【", "［")
KIND = re.compile(r"[\[【［]([^\]】］]*)[\]】］]")
SYNONYMS = {
    "ux": "experience 用户体验 使用者體驗",
    "documents": "document documentation 资料 資料",
    "other": "其它",
    "performance": "功效",
    "inspection": "inspect review 检验 檢驗",
    "demonstration": "demo 演示验证",
    "test": "testing 试验 試驗",
    "<=": "≤ ⩽ ≦ =< atmost 不超过 不超過 不大于 不大於 小于等于 小於等於 最多",
    ">=": "≥ ⩾ ≧ => atleast 不低于 不低於 不少于 不少於 不小于 不小於 大于等于 大於等於 至少",
    "=": "== equal equals equalto 等于 等於",
    "<": "lessthan below 小于 小於 低于 低於",
    ">": "morethan greaterthan above 大于 大於 高于 高於",
    "between": "range 在 范围 範圍 之间 之間",
}


# === HEADERS === #


def match_headers(row, columns=COLUMNS):
    """Return {position in `row`: key of the column} for the headers that are recognised.

    Letter case, width, spaces, asterisks and other punctuation do not count; unknown headers are
    left out.

    :raise RegisterError: neither title nor number is there, or two headers mean one column
    """
    known = {}
    for column in columns:
        for word in (column.key, *column.headers.values(), *column.synonyms):
            known.setdefault(_fold(word), column.key)
    found = {}
    for place, header in enumerate(row):
        key = known.get(_fold(str(header or "")))
        if key in found.values():
            raise RegisterError("duplicate_header", str(header))
        if key:
            found[place] = key
    if not {"title", "number"}.intersection(found.values()):
        raise RegisterError("no_title")
    return found


def _fold(text):
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())


# === CRITERIA AND INDICATORS === #


def write_criteria(criteria, lang="en_US"):
    """Return the text of a cell for a list of dicts with kind, name, verification and target."""
    return "\n".join(
        _write_line(
            f"[{_write_word(KINDS, each.get('kind') or 'function', lang)}] {_escape(each['name'])}",
            _write_word(VERIFICATIONS, each.get("verification"), lang),
            _escape(each.get("target")),
        )
        for each in criteria
    )


def read_criteria(text):
    """Return the list of dicts with the keys kind, name, verification, target; the last two "" if
    they stand empty. A line that names no kind is "function", one without a method is "test".

    :raise RegisterError: a kind or method that no language knows, or too many parts
    """
    result = []
    for line in _lines(text):
        parts = _split(line, 3)
        kind, name = "function", parts[0]
        match = KIND.match(name)
        if match:
            kind = _read_word(KINDS, match[1])
            name = name[match.end() :].strip(" \t")
        verification = parts[1] if len(parts) > 1 else "test"
        result.append(
            {
                "kind": kind,
                "name": _unescape(name),
                "verification": verification and _read_word(VERIFICATIONS, verification),
                "target": _unescape(parts[2]) if len(parts) > 2 else "",
            }
        )
    return result


def write_indicators(indicators, lang="en_US"):
    """Return the text of a cell for a list of dicts with metric, operator, target, target_max,
    unit and condition. `target_max` counts only where the operator is "between" or it is not zero.
    """
    return "\n".join(
        _write_line(
            _escape(each["metric"]),
            _write_word(OPERATORS, each["operator"], lang),
            _write_range(each),
            _escape(each.get("unit")),
            _escape(each.get("condition")),
        )
        for each in indicators
    )


def read_indicators(text):
    """Return the list of dicts with the keys metric, operator, target, target_max (numbers, the
    latter None without a range), unit and condition ("" if absent).

    The short form `Time to print <= 2 s | condition` is understood too.

    :raise RegisterError: a line without operator or number, or too many parts
    """
    result = []
    for line in _lines(text):
        parts = _split(line, 5)
        if len(parts) < 3 or not _find_word(OPERATORS, parts[1]):
            parts = _short_form(line, parts)
        target, target_max = _read_range(parts[2])
        result.append(
            {
                "metric": _unescape(parts[0]),
                "operator": _read_word(OPERATORS, parts[1]),
                "target": target,
                "target_max": target_max,
                "unit": _unescape(parts[3]) if len(parts) > 3 else "",
                "condition": _unescape(parts[4]) if len(parts) > 4 else "",
            }
        )
    return result


NUMBER = r"[+-]?(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
RANGE = re.compile(r"[~～…至]|\.\.+|(?<=\d)\s*[-–—]\s*(?=\d)")
SHORT_FORM = re.compile(
    rf"(.+?)\s*(<=|>=|=<|=>|[≤≥≦≧⩽⩾=<>]|不超过|不超過|不低于|不低於|至少)\s*({NUMBER})\s*(.*)"
)


def _short_form(line, parts):
    match = SHORT_FORM.fullmatch(unicodedata.normalize("NFKC", parts[0]))
    if not match or len(parts) > 2:
        raise RegisterError("missing_part", line)
    return [*match.groups(), *parts[1:]]


def _write_range(indicator):
    target = _write_number(indicator["target"])
    upper = indicator.get("target_max")
    if upper or (indicator["operator"] == "between" and upper is not None and upper is not False):
        return f"{target} ~ {_write_number(upper)}"
    return target


def _read_range(text):
    ends = [_read_number(end) for end in RANGE.split(text)]
    if len(ends) > 2:
        raise RegisterError("not_a_number", text)
    return ends[0], ends[1] if len(ends) == 2 else None


def _write_number(number):
    if not isfinite(number):
        raise RegisterError("not_a_number", str(number))
    text = str(number) if isinstance(number, Decimal) else repr(float(number))
    return text.removesuffix(".0")


def _read_number(text):
    plain = unicodedata.normalize("NFKC", text).strip()
    if not re.fullmatch(NUMBER, plain, re.ASCII):
        raise RegisterError("not_a_number", text)
    return float(plain.replace(",", ""))


# === WORDS === #


def _write_word(table, key, lang):
    if not key:
        return ""
    if key not in table:
        raise RegisterError("unknown_word", str(key))
    return table[key][LANGUAGES.index(lang) if lang in LANGUAGES else 0]


def _read_word(table, text):
    key = _find_word(table, text)
    if not key:
        raise RegisterError("unknown_word", text)
    return key


def _find_word(table, text):
    wanted = _word(text)
    for key, words in table.items():
        if wanted in map(_word, (key, *words, *SYNONYMS.get(key, "").split())):
            return key
    return None


def _word(text):
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).casefold()


# === LINES AND PARTS === #

ESCAPES = {"\\": "\\\\", "|": "\\|", "｜": "\\｜", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
# Nearly no text has any of these: it is looked through once, not letter by letter.
ESCAPED = re.compile(r"[\\|｜\x00-\x1f\x7f-\x9f]")
UNESCAPES = {"n": "\n", "t": "\t", "r": "\r", "s": " "}
TOKEN = re.compile(r"\\(?:x([0-9a-f]{2})|(.))|.", re.DOTALL)


def _escape(text):
    text = text or ""
    body = text.strip(" ")
    start = len(text) - len(text.lstrip(" "))
    end = len(text) - start - len(body)
    result = body
    if ESCAPED.search(body):
        result = "".join(ESCAPES.get(each) or _control(each) for each in body)
    if result.startswith(BRACKETS):
        result = f"\\{result}"
    return "\\s" * start + result + "\\s" * end


def _control(character):
    # A spreadsheet file cannot hold these.
    return f"\\x{ord(character):02x}" if unicodedata.category(character) == "Cc" else character


def _unescape(text):
    result = []
    for token in TOKEN.finditer(text):
        code, character = token.groups()
        if code:
            result.append(chr(int(code, 16)))
        else:
            result.append(UNESCAPES.get(character, character) if character else token[0])
    return "".join(result)


def _write_line(*parts):
    parts = list(parts)
    # The second part is written even when empty: left out it would mean the usual one.
    while len(parts) > 2 and not parts[-1]:
        parts.pop()
    return " | ".join(parts).rstrip(" ")


def _lines(text):
    return [line for line in (text or "").replace("\r", "\n").split("\n") if line.strip()]


def _split(line, most):
    """Return the parts of a line, still escaped, without the spaces around them."""
    parts = [""]
    for token in TOKEN.finditer(line):
        if token[0] in ("|", "｜"):
            parts.append("")
        else:
            parts[-1] += token[0]
    if len(parts) > most:
        raise RegisterError("too_many_parts", line)
    return [part.strip(" \t") for part in parts]


# === DATES === #

# Smaller numbers are years or days typed by mistake; the last is the end of the year 9999.
SERIALS = range(20_000, 2_958_466)
SERIAL_ZERO = date(1899, 12, 30)
DATE = re.compile(
    r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})[日号號]?|(\d{2})(\d{2}))"
    r"(?:[T ].*)?",
    re.ASCII,
)


def parse_date(value):
    """Return the date that a cell means, None for an empty one.

    Dates and times of the reader, ISO, 2026/3/1, 2026.3.1, 2026年3月1日, 20260301 and the serial
    numbers of spreadsheets are understood; a time of day is dropped.

    :raise ValueError: with the text of the cell
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if value is None or value is False:
        return None
    text = unicodedata.normalize("NFKC", str(value)).strip()
    if not text:
        return None
    serial = re.fullmatch(r"(\d{5,7})(?:\.\d+)?", text, re.ASCII)
    if serial and int(serial[1]) in SERIALS:
        return SERIAL_ZERO + timedelta(days=int(serial[1]))
    match = DATE.fullmatch(re.sub(r"(?<=[年月])\s+|\s+(?=[年月日])|\.0$", "", text))
    try:
        year, month, day = (int(part) for part in match.groups() if part and part.isdigit())
        return date(year, month, day)
    except (AttributeError, ValueError):
        raise ValueError(f"not a date: {str(value)[:50]}") from None
