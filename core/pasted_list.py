"""Requirements out of pasted text: from a spreadsheet, a word processor or a chat.

In: the text of the clipboard, and the words by which classes and types are known. Out: one
`PastedLine` a row, in the order of the text. Nothing is refused and nothing is lost: what has no
place of its own goes to the description, what looks doubtful carries a warning code.

Cells are separated by tabs; a cell in quotes may hold line breaks, as spreadsheets copy it. A
header row, when there is one, says which column is which; otherwise the first cell that is
neither a number nor a class nor a type is the title.
"""

import re
import unicodedata
from dataclasses import dataclass, replace

TITLE_LIMIT = 250
# A title is not cut so early that its rest would be the longer part of a sentence.
TITLE_LEAST = 100

# Quotes count only where they span the whole cell and are needed; `"fast" printing` keeps its own.
CELL = re.compile(r'"((?:[^"]|"")*)"(?=[\t\n]|\Z)|[^\t\n]*')

# Header words, folded (see `fold`), by the column they announce.
HEADERS = {
    "title": "title name requirement requirements subject summary feature wish item demand "
    "标题 名称 需求 需求名称 需求标题 需求项 需求点 需求清单 需求列表 功能 功能点 功能名称 主题 "
    "標題 名稱 需求名稱 需求標題 需求項 需求點 需求清單 功能點 功能名稱 主題",
    "description": "description details detail content note notes remark remarks comment comments "
    "描述 说明 内容 详情 详细描述 详细说明 需求描述 需求说明 需求内容 补充说明 备注 "
    "說明 內容 詳情 詳細描述 詳細說明 需求說明 需求內容 補充說明 備註",
    "class": "class classification priority moscow category level importance "
    "分类 级别 等级 类别 优先级 必要性 重要性 重要程度 需求分类 需求级别 "
    "分類 級別 等級 類別 優先級 優先順序 需求分類 需求級別",
    "type": "type kind requirementtype 类型 种类 需求类型 類型 種類 需求類型",
    "number": "no nr number id sn reqid reqno code 编号 序号 号 项次 需求编号 "
    "編號 序號 號 項次 需求編號",
}
HEADER_OF = {word: column for column, words in HEADERS.items() for word in words.split()}
# In one column alone these are as likely the first entry of the list.
HEADER_ONLY_WITH_OTHERS = frozenset(str.split("item name level 功能 主题 主題 demand"))

HAN = "一二三四五六七八九十百"
BULLET = re.compile(r"(?:[•·●○■□◆◇▪▫◦‣∙☐☑✓✔►▶※]+|\*+|[-–—](?=[^\d\-–—.])|[-–—>+](?=\s))\s*")
# Digits are dropped only where they cannot be meant: "3D", "24 h", "2.4 GHz", "1:1", "-20 °C" stay.
NUMBERING = re.compile(
    rf"""
      [①-⒛㈠-㈩㊀-㊉❶-➓] \s* [、.．:：)）]? \s*
    | [(（] \s* (?: \d{{1,3}} | [{HAN}]{{1,3}} | [a-zA-Z] | [ivx]{{1,4}} ) \s* [)）]
      \s* [、.．:：]? \s*
    | [\[【［] \s* \d{{1,3}} \s* [\]】］] \s*
    | 第 \s* (?: \d{{1,3}} | [{HAN}]{{1,3}} ) \s*
      (?: [条條项項点點章节節款] \s* (?: [、.．:：,，)）] \s* | \s ) | [、:：,，] ) \s*
    | [{HAN}]{{1,3}} \s* [、.．:：] \s*
    | (?: 需求 | (?i:req(?:uirement)?) [-_ ]? | \# | (?i:no) [.．] \s* ) \s* \d{{1,4}} \s*
      (?: [:：、.．)）] (?!\d) \s* | \s+ )
    | \d{{1,3}} \s* [)）、] \s*
    | \d{{1,3}} \s* [.．:：] \s* (?=[^\d\s])
    | \d{{1,3}} \s* [-–—] \s+
    | [1-9]\d? (?: [.．] [1-9]\d? )+ [.．、]? \s+
    | [1-9]\d? (?: [.．] [1-9]\d? )+ [.．、]? (?=[^\x00-\xff])
    | [a-zA-Z] (?: [.．)）] \s+ | 、 \s* )
    | [ivxIVX]{{1,5}} [.．)）] \s+
    """,
    re.VERBOSE,
)
TWO_LEVELS = re.compile(r"\d+[.．]\d+\s*")
# What follows a decimal number that is a quantity and not an outline number.
UNIT = re.compile(
    r"[%‰℃°Ω℉]|(?:[kKMGTmµμn]?(?:Hz|HZ|hz|B|b|bps|bit|W|V|Ah|Wh|g|m|s|Pa|N|J)|[km]A|cm|h|hrs?|min"
    r"|hours?|minutes?|seconds?|days?|times|inch(?:es)?|ft|rpm|dB|x|million|billion|percent"
    r"|and|or|to)\b"
    r"|[秒米倍吨噸万萬亿億伏兆寸]|毫[秒米升]|厘米|公[里斤分]|千[克米瓦]|英寸|分[钟鐘]|小[时時]"
    r"|[天年]以?[内內]|元(?!数|數|素)|版(?!本|面|权|權)"
)
COUNTED = re.compile(r"(\d{1,3})\s+(?=\S)")
# A cell of its own in front of the title: a bullet, a number, an identifier such as REQ-001.
NUMBER_CELL = re.compile(
    rf"[•·●○■□◆◇▪▫◦‣∙☐☑✓✔►▶※*>+\-–—o§Ø]|[(（#\[【]?(?:\d+(?:[.．\-]\d+)*|[{HAN}]{{1,3}})[)）.．、\]】]?"
    rf"|[①-⒛㈠-㈩㊀-㊉❶-➓]|[(（]?[A-Za-z][)）.]|第(?:\d+|[{HAN}]+)[条條项項点點章节節款]"
    r"|[A-Za-z]{1,6}[-_]\d{1,6}|[A-Z]\d{3,6}"
)

BRACKETS = dict(zip("【[［(（<《〔", "】]］)）>》〕", strict=True))
OPENERS = re.escape("".join(BRACKETS))
CLOSERS = re.escape("".join(BRACKETS.values()))
OPENING = re.compile(rf"([{OPENERS}])([^\n]{{1,30}}?)([{CLOSERS}])\s*[:：]?\s*")
CLOSING = re.compile(rf"\s*([{OPENERS}])([^{OPENERS}\n]{{1,30}})([{CLOSERS}])[\s。.;；]*$")
HASHTAG_FIRST = re.compile(r"[#＃]([^\s#＃]{1,30})\s+")
HASHTAG_LAST = re.compile(r"\s*[#＃]([^\s#＃]{1,30})\s*$")
WORD_COLON = re.compile(r"([^\s:：]{1,20}(?: [^\s:：]{1,20})?)\s*[:：]\s*(?=\S)")

SENTENCE_END = re.compile(r"[。！？；!?;]+|\.(?=\s)")
WORD_END = re.compile(r"[，,、：:)）]|\s")


@dataclass(frozen=True)
class PastedLine:
    """One requirement of the paste.

    warning: None, "duplicate" (the same title stands further up), "cut" (the title was too long,
    its rest leads the description) or "unknown" (a value in the column of the class or type is
    no word of it; it stands in the description).
    """

    title: str
    class_key: object = None
    description: str = ""
    type_key: object = None
    line_no: int = 0
    warning: str | None = None


def parse(text, classes, types=None):
    """Return the list of `PastedLine` found in `text`; empty text gives an empty list.

    :param classes: dict from key to the words that name the class, in any language
    :param types: the same for types
    """
    words = {"class": _words(classes), "type": _words(types)}
    rows = _rows(text or "")
    headers = _headers(rows[0][1], {**words["class"], **words["type"]}) if rows else None
    if headers:
        rows = rows[1:]
    drafts = [_draft(line_no, cells, headers, words) for line_no, cells in rows]
    drafts = [draft for draft in drafts if draft.title]
    _strip_counting(drafts)
    result, seen = [], set()
    for draft in drafts:
        line = draft.finish()
        folded = fold(line.title) or line.title
        if folded in seen:
            line = replace(line, warning="duplicate")
        seen.add(folded)
        result.append(line)
    return result


def fold(text):
    """Return `text` for comparing words: letters and digits alone, without case and width."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())


# === ROWS AND COLUMNS === #


def _rows(text):
    """Return [(number of the first line, cells)] without blank rows."""
    text = re.sub("\r\n|\r|\u2028", "\n", text.replace("\ufeff", ""))
    rows, cells = [], []
    position, line_no, first = 0, 1, 1
    while position <= len(text):
        match = CELL.match(text, position)
        quoted = match[1]
        if quoted is not None and not re.search('[\t\n]|""', quoted):
            quoted = None  # the person's own quotes
        cells.append((match[0] if quoted is None else quoted.replace('""', '"')).strip())
        line_no += match[0].count("\n")
        position = match.end()
        if position == len(text) or text[position] == "\n":
            if any(cells):
                rows.append((first, cells))
            cells = []
            line_no += 1
            first = line_no
        position += 1
    return rows


def _words(names):
    return {fold(word): key for key, words in (names or {}).items() for word in words if fold(word)}


def _headers(cells, values):
    """Return [(column, the cell itself)] when the row is a header, else None.

    A row that holds one of the `values` of a class or type is an entry and no header, unless
    the word announces a column as well.
    """
    if any(fold(cell) in values and fold(cell) not in HEADER_OF for cell in cells):
        return None
    columns = [HEADER_OF.get(fold(cell)) if len(cell) <= 40 else None for cell in cells]
    known = [column for column in columns if column]
    doubtful = HEADER_ONLY_WITH_OTHERS.intersection(map(fold, cells))
    if len(set(known)) < 2 and (known != ["title"] or doubtful):
        return None
    if "title" not in columns:
        free = [place for place, column in enumerate(columns) if not column and cells[place]]
        fallback = columns.index("description") if "description" in columns else 0
        columns[free[0] if free else fallback] = "title"
    return list(zip(columns, cells, strict=True))


# === ONE ROW === #


class _Draft:
    """A row on its way to a `PastedLine`."""

    def __init__(self, line_no, words):
        self.line_no = line_no
        self.words = words
        self.title = ""
        self.numbered = False
        self.keys = {"class": None, "type": None}
        self.notes = []
        self.warning = None

    def take(self, cell, column):
        """Take the cell as class or type, in whichever list it is; tell whether it was one."""
        for each in (column, "type" if column == "class" else "class"):
            key = self.words[each].get(fold(cell))
            if key is not None and self.keys[each] in (None, key):
                self.keys[each] = key
                return True
        return False

    def set_title(self, cell):
        first, _newline, rest = cell.partition("\n")
        if rest.strip():
            self.notes.insert(0, rest.strip())
        title = self._strip_start(" ".join(first.split()))
        title = self._strip_end(title)
        self.title = title.rstrip(";；,，、 ") or title

    def _strip_start(self, title):
        for _twice in range(2):
            shorter = strip_numbering(title)
            self.numbered = self.numbered or shorter != title
            title = self.strip_tags(shorter)
            if title == shorter:
                break
        return title

    def strip_tags(self, title):
        for pattern in (OPENING, OPENING, HASHTAG_FIRST, WORD_COLON):
            match = pattern.match(title)
            if match and title[match.end() :] and self._is_tag(match):
                title = title[match.end() :]
        return title

    def _strip_end(self, title):
        for pattern in (CLOSING, HASHTAG_LAST) * 2:
            match = pattern.search(title)
            if match and match.start() and self._is_tag(match):
                title = title[: match.start()]
        return title

    def _is_tag(self, match):
        if len(match.groups()) == 1:
            return self.take(match[1], "class")
        return BRACKETS[match[1]] == match[3] and self.take(match[2], "class")

    def finish(self):
        title, rest = _cut(self.title)
        notes = ([rest] if rest else []) + self.notes
        return PastedLine(
            title=title,
            class_key=self.keys["class"],
            description="\n".join(notes),
            type_key=self.keys["type"],
            line_no=self.line_no,
            warning="cut" if rest else self.warning,
        )


def _draft(line_no, cells, headers, words):
    draft = _Draft(line_no, words)
    if headers:
        title = _sort_by_headers(draft, cells, headers)
    else:
        title = _sort_by_content(draft, cells)
    draft.set_title(title)
    return draft


def _sort_by_headers(draft, cells, headers):
    titles = []
    for place, cell in enumerate(cells):
        column, label = headers[place] if place < len(headers) else (None, "")
        if not cell or column == "number":
            continue
        if column == "title":
            titles.append(cell)
        elif column == "description":
            draft.notes.append(cell)
        elif column is None or not draft.take(cell, column):
            draft.warning = draft.warning or ("unknown" if column else None)
            draft.notes.append(f"{label}: {cell}" if label else cell)
    draft.notes[:0] = titles[1:]
    if titles:
        return titles[0]
    # A row without a title is still a row: its text moves up.
    return draft.notes.pop(0) if draft.notes else ""


def _sort_by_content(draft, cells):
    filled = [cell for cell in cells if cell]
    if len(filled) == 1:
        return filled[0]
    while len(filled) > 1 and NUMBER_CELL.fullmatch(filled[0]):
        del filled[0]
        draft.numbered = True
    texts = []
    for place, cell in enumerate(filled):
        last_chance = place == len(filled) - 1 and not texts
        if last_chance or not draft.take(cell, "class"):
            texts.append(cell)
    draft.notes = texts[1:]
    return texts[0]


# === TITLES === #


def strip_numbering(title):
    """Return `title` without the bullet and the number in front; never the empty string."""
    for pattern in (BULLET, NUMBERING, BULLET):
        match = pattern.match(title)
        if not match or match.end() == len(title):
            continue
        two = TWO_LEVELS.fullmatch(match[0]) if pattern is NUMBERING else None
        if two and UNIT.match(title[match.end() :]):
            break
        title = title[match.end() :]
    return title


def _strip_counting(drafts):
    """Drop bare numbers ("1 Print", "2 Scan") only when they count the lines from one."""
    matches = [COUNTED.match(draft.title) for draft in drafts if not draft.numbered]
    numbers = [int(match[1]) if match else None for match in matches]
    if len(numbers) < 2 or numbers != list(range(1, len(numbers) + 1)):
        return
    for draft in drafts:
        if not draft.numbered:
            draft.title = draft.strip_tags(COUNTED.sub("", draft.title, count=1))


def _cut(title):
    """Return (title, rest), cut at the end of a sentence, else of a word, within the limit."""
    if len(title) <= TITLE_LIMIT:
        return title, ""
    head = title[: TITLE_LIMIT + 1]
    for pattern in (SENTENCE_END, WORD_END):
        ends = [match.end() for match in pattern.finditer(head)]
        ends = [end for end in ends if TITLE_LEAST <= end <= TITLE_LIMIT]
        if ends:
            return title[: ends[-1]].rstrip(), title[ends[-1] :].lstrip()
    return title[:TITLE_LIMIT], title[TITLE_LIMIT:]
