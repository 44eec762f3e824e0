"""Arithmetic of approvals: when a step has passed, and which steps open next.

A *plan* is an ordered list of steps. Steps of equal order run side by side; an order begins when
every required step of the orders before it has passed. Optional and comment-only steps never
hold anybody up.

Plain Python: no database, no Odoo. ``approval_model`` holds a second, slower model of the same
rules; tests play it against what the engine does.
"""

from dataclasses import dataclass
from math import ceil

RULES = ("any", "all", "count", "percent", "group")
KINDS = ("required", "optional", "comment")
APPROVING = frozenset({"approve", "conditional"})
REFUSING = frozenset({"reject"})
# what sends the document back at once, whoever else is asked
RETURNING = frozenset({"ask", "defer"})


@dataclass(frozen=True)
class Step:
    """One step of a plan.

    :ivar key: position in the plan, unique
    :ivar order: equal orders run side by side
    :ivar rule: ``any``, ``all``, ``count`` (``need`` of them), ``percent`` (``need`` percent of
        them) or ``group`` (one of each group of people)
    :ivar people: how many are asked
    """

    key: int
    order: int
    kind: str = "required"
    rule: str = "any"
    need: int = 1


def quorum(rule, need, people):
    """Return how many approvals a step takes.

    :param str rule: one of :data:`RULES`
    :param int need: number for ``count``, 1 to 100 for ``percent``, not used otherwise
    :param int people: how many are asked
    :raises ValueError: when no number of approvals could ever do: nobody asked, zero needed, or
        more needed than asked
    """
    if rule not in RULES:
        raise ValueError(f"unknown rule {rule!r}")
    wanted = {
        "any": 1,
        "all": people,
        "count": need,
        "percent": ceil(people * need / 100),
        "group": people,
    }[rule]
    if not 1 <= wanted <= people:
        raise ValueError("no number of approvals can pass this step")
    return wanted


def count_voices(rule, people):
    """Return of how many the approvals are counted: people, or the groups for which they speak."""
    return len({person["group"] for person in people}) if rule == "group" else len(people)


def speak(verdicts):
    """Return the one answer of people who answer one after the other, or None while it is open.

    Whoever refuses refuses for all of them; only when all have agreed have they agreed.
    """
    if not REFUSING.isdisjoint(verdicts):
        return "reject"
    if None in verdicts:
        return None
    return "conditional" if "conditional" in verdicts else verdicts[-1]


def judge(rule, need, groups, verdicts):
    """Return ``passed``, ``failed`` or ``open`` for one step.

    :param groups: for each person asked, a hashable: whom of a group he speaks for (rule
        ``group``: one approval of each group does)
    :param verdicts: for each person asked, his verdict or None while he is silent

    Failed means that approval has become impossible, whatever those decide who are silent.
    """
    if rule == "group":
        by_group = {}
        for group, verdict in zip(groups, verdicts, strict=True):
            by_group.setdefault(group, []).append(verdict)
        found = [judge("any", 1, range(len(given)), given) for given in by_group.values()]
        if "failed" in found:
            return "failed"
        return "passed" if set(found) == {"passed"} else "open"
    people = len(verdicts)
    wanted = quorum(rule, need, people)
    approved = sum(verdict in APPROVING for verdict in verdicts)
    refused = sum(verdict in REFUSING for verdict in verdicts)
    if approved >= wanted:
        return "passed"
    return "failed" if people - refused < wanted else "open"


def next_order(steps, passed, opened):
    """Return the order that opens now, or None.

    :param steps: all :class:`Step` of the plan, skipped ones left out
    :param passed: keys of steps that have passed or were carried over
    :param opened: keys of steps that have been opened
    """
    for order in sorted({step.order for step in steps}):
        own = [step for step in steps if step.order == order]
        if any(step.key not in opened for step in own):
            return order
        if any(step.kind == "required" and step.key not in passed for step in own):
            return None
    return None


def is_complete(steps, passed):
    """Tell whether every required step has passed."""
    return all(step.key in passed for step in steps if step.kind == "required")
