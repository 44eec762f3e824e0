import pytest
from customer_delivery.core import upload

ALLOWED = upload.endings("pdf, .PNG,jpg;docx,txt,csv,heic,webp,dwg,svg,html")
LIMIT = 1000
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 50


@pytest.mark.parametrize(
    "name, content",
    [
        ("plan.pdf", b"%PDF-1.7 ..."),
        ("photo.PNG", PNG),
        ("照片.jpg", b"\xff\xd8\xff\xe0 0000"),
        ("list.docx", b"PK\x03\x04 rest"),
        ("note.txt", "需要打印标签".encode()),
        ("note.txt", b"\xff\xfe" + "a < b".encode("utf-16-le")),
        ("rows.csv", b"a;b\n1;2"),
        ("photo.heic", b"\x00\x00\x00\x18ftypheic"),
        ("photo.webp", b"RIFF\x00\x00\x00\x00WEBPVP8 "),
        ("drawing.dwg", b"AC1032 anything"),
    ],
)
def test_what_is_what_it_says_is_accepted(name, content):
    assert upload.refusal(name, content, ALLOWED, LIMIT) is None


@pytest.mark.parametrize(
    "name, content, reason",
    [
        ("run.exe", b"MZ", "type"),
        ("no_ending", b"text", "type"),
        (".pdf", b"%PDF-", "type"),
        ("page.pdf.js", b"alert(1)", "type"),
        ("empty.pdf", b"", "empty"),
        ("large.pdf", b"%PDF-" + b"0" * LIMIT, "size"),
        ("page.pdf", b"<html><script>alert(1)</script>", "content"),
        ("page.txt", b"  \n<!DOCTYPE html><body>", "content"),
        ("page.txt", b"\xef\xbb\xbf<SCRIPT>alert(1)</SCRIPT>", "content"),
        ("page.txt", b"\xff\xfe" + "<svg onload=x>".encode("utf-16-le"), "content"),
        ("picture.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "content"),
        ("drawing.svg", b"<?xml version='1.0'?><svg/>", "content"),
        ("page.html", b"<html></html>", "content"),
        ("program.dwg", b"MZ\x90\x00", "content"),
        ("picture.png", b"\xff\xd8\xff\xe0", "content"),
        ("text.csv", b"a\x00b", "content"),
        ("script.txt", b"#!/bin/sh", "content"),
    ],
)
def test_what_is_not_what_it_says_is_refused(name, content, reason):
    assert upload.refusal(name, content, ALLOWED, LIMIT) == reason


def test_a_file_of_exactly_the_limit_is_accepted():
    content = b"%PDF-" + b"0" * (LIMIT - 5)
    assert upload.refusal("plan.pdf", content, ALLOWED, LIMIT) is None
