"""What somebody typed as the way to reach him: an e-mail address, a telephone number or neither.

In: the text of one input of the public form. Out: its kind, and the number in one international
form, so that two people who write the same number differently are the same caller. Shapes are
checked, existence is not.
"""

import re
import unicodedata

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[^\W_](?:(?:[^\W_]|-){0,61}[^\W_])?"
_TOP_LEVEL = r"[^\W\d_](?:[^\W_]|-){0,61}[^\W_]"
_EMAIL = re.compile(
    rf"(?=[^@]{{1,64}}@.{{4,189}}$){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_TOP_LEVEL}"
)
# What people put between the digits, and nothing else.
_SEPARATORS = re.compile(r"[\s\-–—.·/()]")
_EXTENSION = re.compile(r"\s*(?:转|轉|分机|分機|ext\.?|x|#|,)\s*([0-9]{1,6})$", re.IGNORECASE)
# Patterns of the bare number, and how it is written in full. The first that fits counts.
_NUMBERS = (
    (re.compile(r"(?:(?:\+|00)?86)?0?(1[3-9][0-9]{9})"), "+86"),
    (re.compile(r"(?:(?:\+|00)86)?0((?:10|2[0-9])[0-9]{8}|[3-9][0-9]{2}[0-9]{7,8})"), "+86"),
    (re.compile(r"([48]00[0-9]{7})"), "+86"),
    (re.compile(r"(?:(?:\+|00)886)?0?(9[0-9]{8})"), "+886"),
    # any country, but no Chinese mobile of a wrong length
    (re.compile(r"(?:\+|00)(?!861[3-9])([1-9][0-9]{6,14})"), "+"),
)


def looks_like(text):
    """Return "email", "phone" or None."""
    text = _plain(text)
    if "@" in text:
        return "email" if _EMAIL.fullmatch(text) else None
    return "phone" if normal_phone(text) else None


def normal_phone(text):
    """Return the number as "+8613800138000", an extension as ";ext=801" behind it, else None.

    Chinese mobile and fixed numbers and Taiwanese mobiles need no country code; all others start
    with "+" or "00".
    """
    text = _plain(text)
    extension = _EXTENSION.search(text)
    if extension:
        text = text[: extension.start()]
    bare = _SEPARATORS.sub("", re.sub(r"^(\+\d{1,3}) ?\(0\)", r"\1", text))
    for pattern, prefix in _NUMBERS:
        match = pattern.fullmatch(bare)
        if match:
            number = prefix + next(filter(None, match.groups()))
            return f"{number};ext={extension[1]}" if extension else number
    return None


def _plain(text):
    return unicodedata.normalize("NFKC", text or "").strip()
