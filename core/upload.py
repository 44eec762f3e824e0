"""Whether a file that a customer sends is what its name says.

The ending alone proves nothing: a page with a script in it becomes harmless only if it is
never stored under a name that a browser would open. So the first bytes are looked at too.
"""

HEAD = 2048
# Text that a browser runs or draws when it meets it, whatever the ending of the name.
ACTIVE_STARTS = (
    b"<!doctype",
    b"<html",
    b"<head",
    b"<body",
    b"<script",
    b"<svg",
    b"<iframe",
    b"<?xml",
    b"<?php",
    b"<!--",
    b"<xsl",
    b"#!",
)
# Programs.
PROGRAM_STARTS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe")
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
OLE = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)
# ending -> (offset, possible first bytes there)
SIGNATURES = {
    "pdf": (0, (b"%PDF-",)),
    "png": (0, (b"\x89PNG\r\n\x1a\n",)),
    "jpg": (0, (b"\xff\xd8\xff",)),
    "jpeg": (0, (b"\xff\xd8\xff",)),
    "gif": (0, (b"GIF87a", b"GIF89a")),
    "webp": (8, (b"WEBP",)),
    "heic": (4, (b"ftyp",)),
    "mp4": (4, (b"ftyp",)),
    "mov": (4, (b"ftyp", b"moov", b"wide", b"mdat", b"free", b"skip")),
    "docx": (0, ZIP),
    "xlsx": (0, ZIP),
    "pptx": (0, ZIP),
    "zip": (0, ZIP),
    "doc": (0, OLE),
    "xls": (0, OLE),
    "ppt": (0, OLE),
}
PLAIN_TEXT = {"txt", "csv"}
BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def ending(name):
    """Return the lower-case ending of a file name, without the dot."""
    stem, dot, last = (name or "").strip().rpartition(".")
    return last.lower() if dot and stem else ""


def endings(text):
    """Return the endings listed in a setting such as ``"pdf, .PNG"``."""
    parts = (text or "").replace(";", ",").split(",")
    return [part.strip().lstrip(".").lower() for part in parts if part.strip()]


def refusal(name, content, allowed, limit):
    """Return why a file is refused, or None.

    :param str name: as the sender calls it
    :param bytes content: the whole file
    :param allowed: endings that are accepted
    :param int limit: largest size in bytes
    :return: ``"type"``, ``"size"``, ``"empty"``, ``"content"`` or None
    """
    kind = ending(name)
    if kind not in allowed:
        return "type"
    if not content:
        return "empty"
    if len(content) > limit:
        return "size"
    return None if _is_what_it_says(kind, content[:HEAD]) else "content"


def _is_what_it_says(kind, head):
    text = head
    for mark in BYTE_ORDER_MARKS:
        text = text.removeprefix(mark)
    # two bytes a letter read like one byte a letter once the empty bytes are gone
    start = text.replace(b"\x00", b"").lstrip().lower()
    if start.startswith(ACTIVE_STARTS) or head.startswith(PROGRAM_STARTS):
        return False
    if kind in SIGNATURES:
        offset, signatures = SIGNATURES[kind]
        return head[offset:].startswith(signatures)
    if kind in PLAIN_TEXT:
        return b"\x00" not in head or head.startswith(BYTE_ORDER_MARKS)
    return True
