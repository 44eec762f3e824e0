"""Verdict of one checklist item from what was measured, chosen or scored, on plain data.

In: what the item asks for and what a person found. Out: ``pass``, ``fail``, or None when only a
person can tell. ``read_target`` makes a measurable target of the words people write.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

PASS, FAIL, NOT_APPLICABLE = "pass", "fail", "na"
DIGITS = 4
SCORES = range(1, 6)

# the longer words first: "not more than" holds "more than"
_WORDS = (
    (
        r"<=|≤|≦|不超过|不大于|不高于|不多于|至多|最多|at most|not more than|no more than|up to",
        "<=",
    ),
    (r">=|≥|≧|不少于|不小于|不低于|至少|最少|at least|not less than|no less than", ">="),
    (r"<|＜|小于|低于|少于|less than|below|under", "<"),
    (r">|＞|大于|高于|超过|多于|more than|above|over", ">"),
    (r"=|＝|等于|equal to|exactly", "="),
)
_NUMBER = r"([+-]?\d+(?:[.,]\d+)?)"
# a unit is short and holds no further number: "30 台 7 天" is not one measurement
_UNIT = r"\s*([^\d\s][^\d]{0,15})?"
_COMPARED = [
    (re.compile(rf"^(?:{words})\s*{_NUMBER}{_UNIT}$", re.IGNORECASE), operator)
    for words, operator in _WORDS
]
_RANGE = re.compile(rf"^{_NUMBER}\s*(?:\.\.\.?|…|~|～|–|—|至|到|to)\s*{_NUMBER}{_UNIT}$", re.I)


@dataclass(frozen=True)
class Target:
    """What a measured value is compared with; ``tolerance`` widens it on every side."""

    operator: str
    target: float
    target_max: float = 0.0
    unit: str = ""
    tolerance: float = 0.0


def measured(target, value):
    """Return the verdict of a measured ``value``."""
    found, low, high = (_exact(each) for each in (value, target.target, target.target_max))
    slack = abs(_exact(target.tolerance))
    holds = {
        "<=": lambda: found <= low + slack,
        ">=": lambda: found >= low - slack,
        "<": lambda: found < low + slack,
        ">": lambda: found > low - slack,
        "=": lambda: abs(found - low) <= slack,
        "between": lambda: low - slack <= found <= high + slack,
    }[target.operator]
    return PASS if holds() else FAIL


def chosen(answer, passing, failing):
    """Return the verdict of a chosen answer, None when it is not among the answers."""
    if answer in passing:
        return PASS
    return FAIL if answer in failing else None


def scored(score, least):
    """Return the verdict of a score from 1 to 5."""
    return PASS if score >= least else FAIL


def options(text):
    """Return the answers written one on a line."""
    lines = (line.strip() for line in (text or "").splitlines())
    return tuple(dict.fromkeys(line for line in lines if line))


def read_target(text):
    """Return the `Target` that a text such as ``≤ 5 s`` or ``10 … 20 °C`` states, or None.

    Anything that says more than one comparison is left to a person.
    """
    text = (text or "").strip().rstrip("。.;；")
    for pattern, operator in _COMPARED:
        if match := pattern.match(text):
            return Target(operator, _number(match[1]), unit=(match[2] or "").strip())
    if match := _RANGE.match(text):
        low, high = _number(match[1]), _number(match[2])
        if low < high:
            return Target("between", low, high, (match[3] or "").strip())
    return None


def _number(text):
    return float(text.replace(",", "."))


def _exact(value):
    """Return a number as it is stored and shown, so that 0.1 + 0.2 is 0.3."""
    return round(Decimal(str(value or 0)), DIGITS)
