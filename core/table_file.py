"""Rows out of a file that somebody filled in: a workbook or text with separators.

In: the bytes of an XLSX or CSV file. Out: the rows of its first sheet that has the headers of the
register, with the numbers that a spreadsheet shows. Files come from anywhere: text may be UTF-8
with or without mark, UTF-16, GB 18030 or Big5, its separator a comma, semicolon, tab or bar; what
yields the most known headers is taken.
"""

import csv
import io
import zipfile
from datetime import date, datetime

from .register import COLUMNS, RegisterError, match_headers

ENCODINGS = ("utf-8-sig", "gb18030", "big5")
MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
SEPARATORS = (",", ";", "\t", "|")
# A title, a date and a company name may stand above the headers.
HEADER_WITHIN = 10
MAX_UNPACKED = 300 * 1024 * 1024
MAX_COLUMNS = 200


class TableError(ValueError):
    """A file that cannot be read; `code` says why, `detail` names the place.

    Codes: "empty", "old_workbook", "broken_workbook", "too_large", "not_text" (no known encoding),
    "too_many_rows", and those of the headers: "no_title", "duplicate_header".
    """

    def __init__(self, code, detail=""):
        self.code = code
        self.detail = detail
        super().__init__(f"{code}: {detail}" if detail else code)


def read_table(content, columns=COLUMNS, max_rows=20_000):
    """Return (headers, rows): headers as {position: column key}, rows as [(number, cells)].

    Cells are what the file holds: text, numbers, dates or None; rows without any are left out.

    :param bytes content: the file
    :raise TableError: what cannot be read, or has no header that is known
    """
    if not content:
        raise TableError("empty")
    if content[:4] == b"PK\x03\x04":
        sheets = _workbook(content, max_rows)
    elif content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise TableError("old_workbook")
    else:
        sheets = _texts(content, columns, max_rows)
    problem = None
    for rows in sheets:
        try:
            place, headers = _find_headers(rows, columns)
        except RegisterError as error:
            problem = problem or error
            continue
        return headers, [
            (number, cells) for number, cells in rows[place + 1 :] if any(map(_filled, cells))
        ]
    raise TableError(problem.code if problem else "empty", problem.detail if problem else "")


def cell_text(value):
    """Return the text of a cell as people read it, without spaces at the ends of its lines."""
    if value is None or value is False:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    elif isinstance(value, datetime):
        value = value.date() if value.time() == value.time().min else value
    if isinstance(value, date):
        return value.isoformat()
    lines = str(value).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def _filled(value):
    return value is not None and str(value).strip() != ""


def _find_headers(rows, columns):
    """Return (place, headers) of the best header row among the first ones."""
    best, problem = None, None
    for place, (_number, cells) in enumerate(rows[:HEADER_WITHIN]):
        try:
            headers = match_headers(cells, columns)
        except RegisterError as error:
            # two columns of one name say more about the file than rows without headers
            if problem is None or error.code == "duplicate_header":
                problem = error
            continue
        if best is None or len(headers) > len(best[1]):
            best = (place, headers)
    if best is None:
        raise problem or RegisterError("no_title")
    return best


# === WORKBOOKS === #


def _workbook(content, max_rows):
    """Yield the rows of each sheet."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
                raise TableError("too_large")
    except zipfile.BadZipFile:
        raise TableError("broken_workbook") from None
    from openpyxl import load_workbook  # noqa: PLC0415 (only imports of workbooks need it)

    try:
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheets = list(workbook.worksheets)
    except Exception:  # noqa: BLE001 (the reader raises whatever a broken file makes of it)
        raise TableError("broken_workbook") from None
    for sheet in sheets:
        try:
            # what a program noted as the used range is often wrong
            sheet.reset_dimensions()
            yield _sheet_rows(sheet.iter_rows(values_only=True), max_rows)
        except TableError:
            raise
        except Exception:  # noqa: BLE001
            raise TableError("broken_workbook") from None


def _sheet_rows(lines, max_rows):
    rows = []
    for number, cells in enumerate(lines, 1):
        if not any(map(_filled, cells)):
            continue
        if len(rows) > max_rows + HEADER_WITHIN:
            raise TableError("too_many_rows", str(max_rows))
        rows.append((number, list(cells[:MAX_COLUMNS])))
    return rows


# === TEXT === #


def _texts(content, columns, max_rows):
    """Return the rows of a text file, read in the way that yields the most known headers."""
    best, best_score = None, -1
    for text in _decoded(content):
        for separator in SEPARATORS:
            head = _csv_rows("\n".join(text.split("\n")[: HEADER_WITHIN * 4]), separator, 200)
            try:
                score = len(_find_headers(head, columns)[1])
            except RegisterError as error:
                score = 0.5 if error.code == "duplicate_header" else 0
            if score > best_score:
                best, best_score = (text, separator), score
    if best is None:
        raise TableError("not_text")
    return [_csv_rows(*best, max_rows)]


def _decoded(content):
    encodings = [name for mark, name in MARKS if content.startswith(mark)] or ENCODINGS
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            yield text.replace("\r\n", "\n").replace("\r", "\n")


def _csv_rows(text, separator, max_rows):
    rows = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        while True:
            number = reader.line_num + 1
            cells = next(reader)
            if len(rows) > max_rows + HEADER_WITHIN:
                raise TableError("too_many_rows", str(max_rows))
            rows.append((number, cells[:MAX_COLUMNS]))
    except StopIteration:
        return rows
    except csv.Error:
        raise TableError("not_text") from None
