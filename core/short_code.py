"""Codes that are printed on paper and typed back by hand.

A code has `LENGTH` characters, drawn at random, so that nobody counts papers by it or guesses the
code of another one. The last one checks the others: the number of characters is a prime and each
place has its own weight, so every wrong character and every two that changed places are noticed.

Letters that look like digits do not occur; whoever types them means the digit. Case, spaces,
dashes and the wide characters of an input method do not matter.
"""

import secrets
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPRSTVWXYZ"
LENGTH = 8
LOOKS_LIKE = str.maketrans("OQILU", "0011V")
VALUES = {character: value for value, character in enumerate(ALPHABET)}


def make(choose=secrets.choice):
    """Return a new code; the caller sees to it that no other paper has it."""
    body = "".join(choose(ALPHABET) for _place in range(LENGTH - 1))
    return body + _check(body)


def show(code):
    """Return a code as it is printed, in two groups; nothing for no code."""
    return f"{code[:4]}-{code[4:]}" if code else ""


def read(text):
    """Return the code that somebody typed, or "" when it cannot be one."""
    text = unicodedata.normalize("NFKC", text or "").upper().translate(LOOKS_LIKE)
    code = "".join(character for character in text if character.isalnum())
    if len(code) != LENGTH or not VALUES.keys() >= set(code):
        return ""
    return code if _check(code[:-1]) == code[-1] else ""


def same(typed, code):
    """Tell whether somebody typed this code."""
    return bool(code) and read(typed) == code


def _check(body):
    total = sum(weight * VALUES[character] for weight, character in enumerate(body, 2))
    return ALPHABET[total % len(ALPHABET)]
