"""Files that people send are read, whatever program wrote them."""

import io
from datetime import date, datetime

import openpyxl
import pytest
import xlsxwriter
from customer_delivery.core.table_file import TableError, cell_text, read_table

ROWS = [["编号", "标题", "级别"], ["REQ-000001", "打印标签，快速", "必须"], ["", "出库", ""]]


def workbook(*sheets):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        for rows in sheets:
            sheet = book.add_worksheet()
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_text_is_read_in_any_encoding_and_separator(encoding, separator):
    text = "\r\n".join(separator.join(row) for row in ROWS)
    headers, rows = read_table(text.encode(encoding))
    assert headers == {0: "number", 1: "title", 2: "class"}
    assert rows == [(2, ["REQ-000001", "打印标签，快速", "必须"]), (3, ["", "出库", ""])]


def test_big5_is_told_from_gb18030_by_the_headers():
    text = "編號,標題,級別\n,列印標籤,必須\n"
    headers, rows = read_table(text.encode("big5"))
    assert headers == {0: "number", 1: "title", 2: "class"}
    assert rows == [(2, ["", "列印標籤", "必須"])]


def test_a_cell_with_line_breaks_keeps_the_row_numbers_right():
    _headers, rows = read_table(b'Title,Description\nA,"one\ntwo"\nB,three\n')
    assert rows == [(2, ["A", "one\ntwo"]), (4, ["B", "three"])]


def test_a_workbook_with_lines_above_its_headers_is_read():
    _headers, rows = read_table(workbook([["客户需求清单"], [], *ROWS]))
    assert rows == [(4, ["REQ-000001", "打印标签，快速", "必须"]), (5, [None, "出库"])]


def test_the_first_sheet_with_headers_counts():
    _headers, rows = read_table(workbook([["Cover"]], ROWS))
    assert len(rows) == 2


def test_dates_and_numbers_of_a_workbook_come_as_such():
    book = openpyxl.Workbook()
    book.active.append(["Title", "Due", "Effort"])
    book.active.append(["A", datetime(2026, 3, 1), 4.0])
    file = io.BytesIO()
    book.save(file)
    _headers, rows = read_table(file.getvalue())
    assert [cell_text(cell) for cell in rows[0][1]] == ["A", "2026-03-01", "4"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 broken", "broken_workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "old_workbook"),
        (b"a,b\n1,2\n", "no_title"),
        (b"Title,Title\n1,2\n", "duplicate_header"),
        (b"\x00\x01\x02", "not_text"),
    ],
)
def test_what_cannot_be_read_says_why(content, code):
    with pytest.raises(TableError) as caught:
        read_table(content)
    assert caught.value.code == code


def test_too_many_rows_are_refused_early():
    with pytest.raises(TableError) as caught:
        read_table(b"Title\n" + b"x\n" * 500, max_rows=100)
    assert caught.value.code == "too_many_rows"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (3.0, "3"),
        (3.5, "3.5"),
        (" a \r\n b  ", "a\n b"),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2), "2026-01-02"),
    ],
)
def test_cells_as_people_read_them(value, text):
    assert cell_text(value) == text
