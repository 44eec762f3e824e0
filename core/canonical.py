"""Canonical form of a document's content, which a third party can recompute.

In: plain dictionaries, lists, texts, integers and booleans. Out: one line of UTF-8 JSON whose
bytes depend on the meaning alone, and its SHA-256. The rules, also in docs/evidence.md:

* object keys sorted by code point, no white space, non-ASCII characters as themselves;
* every text in Unicode normal form C, line ends as ``\\n``;
* no floating-point numbers: decimals are texts with the digits of their field;
* dates ``YYYY-MM-DD``, times in UTC ``YYYY-MM-DDTHH:MM:SSZ``;
* what is absent or empty has no key; lists stay in business order.
"""

import hashlib
import json
import unicodedata
from datetime import date, datetime

__all__ = ["NotCanonical", "decimal", "digest", "dumps", "loads"]


class NotCanonical(TypeError):
    """A value has no canonical form; the message says where it stands."""


def dumps(value):
    """Return the canonical text of ``value``.

    :raise NotCanonical: a float, an unknown type, or a key that is not a text
    """
    return json.dumps(
        _plain(value, ("$",)),
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=False,
    )


def loads(text):
    """Return the value of a canonical text."""
    return json.loads(text)


def digest(text):
    """Return the SHA-256 of a text's UTF-8 bytes, or of bytes, in hexadecimal."""
    data = text.encode() if isinstance(text, str) else text
    return hashlib.sha256(data).hexdigest()


def decimal(value, digits):
    """Return a number as text with exactly ``digits`` decimals, zero never negative."""
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if not text.strip("-0.") else text


def _plain(value, where):
    if isinstance(value, bool) or type(value) is int:
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return _object(value, where)
    if isinstance(value, (list, tuple)):
        return [_plain(item, (where, "[", index, "]")) for index, item in enumerate(value)]
    raise NotCanonical(f"{_place(where)}: {type(value).__name__} has no canonical form")


def _object(value, where):
    result = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise NotCanonical(f"{_place(where)}: the key {key!r} is not a text")
        if _is_absent(item):
            continue
        plain = _plain(item, (where, ".", key))
        # An object of which nothing is left says nothing either.
        if _is_absent(plain):
            continue
        name = _text(key)
        if name in result:
            raise NotCanonical(f"{_place(where)}: two keys are the same text")
        result[name] = plain
    return result


def _place(where):
    """Return the path to a value; it is put together only for whoever reads the error."""
    return "".join(_place(part) if isinstance(part, tuple) else str(part) for part in where)


def _is_absent(value):
    """Tell whether a value says nothing. Zero and False do say something."""
    return value is None or value == "" or (isinstance(value, (list, tuple, dict)) and not value)


def _text(value):
    text = value.replace("\r\n", "\n").replace("\r", "\n") if "\r" in value else value
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        # half of a pair: no text of UTF-8
        text = text.encode("utf-8", "replace").decode()
    return unicodedata.normalize("NFC", text)
