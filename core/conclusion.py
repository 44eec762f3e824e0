"""Proposal of an acceptance's conclusion, on plain data.

In: the results of the items, what is still open, and the rule of the kind of acceptance. Out: a
proposal with every reason, so that a person sees why before deciding. The reasons are codes with
payloads; the caller makes the sentences.

    code          payload                    it means
    "unanswered"  number                     items without the customer's verdict
    "serious"     number                     open fatal and serious issues beyond the limit
    "minor"       number                     open minor issues beyond the limit
    "score"       (reached, demanded)        the weighted result lies below the demanded one
    "parts"       number                     deliverables neither accepted nor waived
    "trial"       last day or True           the trial run is not over; True: it has no days
    "undated"     number                     open issues without owner or date
    "open"        number                     open issues to be settled after acceptance
    "earlier"     number                     open issues that earlier acceptances have left
"""

from dataclasses import dataclass

PASS, CONDITIONAL, FAIL = "pass", "conditional", "fail"
SERIOUS = ("fatal", "serious")
# reasons that make acceptance impossible, whoever decides
HARD = ("unanswered", "serious", "minor", "score", "parts", "trial")
# reasons that a conditional acceptance must be free of
UNREADY = ("undated",)
# reasons that leave no more than a conditional acceptance
LEFT = ("open", "earlier")


@dataclass(frozen=True)
class Rule:
    """What a kind of acceptance tolerates; min_score in percent, 0 switches it off."""

    max_serious: int = 0
    max_minor: int = 5
    min_score: int = 0


@dataclass(frozen=True)
class Result:
    """One item as it counts: its family's weight, its own, and what the customer found.

    credit: 0 to 1 for a scored item, None where the verdict says it all.
    """

    family: int
    family_weight: float
    weight: float
    verdict: str | None
    waived: bool = False
    credit: float | None = None


@dataclass(frozen=True)
class Issue:
    """An open issue; dated: it has an owner and a day."""

    severity: str
    dated: bool


@dataclass(frozen=True)
class Proposal:
    verdict: str
    reasons: tuple = ()
    score: float | None = None

    def forbids(self, decided):
        """Return the reasons against what a person decided; an empty list allows it."""
        if decided == FAIL:
            return []
        against = HARD + (UNREADY if decided == CONDITIONAL else UNREADY + LEFT)
        return [reason for reason in self.reasons if reason[0] in against]


def propose(rule, results, issues, open_parts=0, earlier=0, trial=None):
    """Return the `Proposal`.

    :param results: list of `Result`, of the items that count (the last round of each)
    :param issues: list of `Issue`, those not settled
    :param open_parts: deliverables that a final acceptance still lacks
    :param earlier: open issues that earlier acceptances have left to a final one
    :param trial: last day of a trial run that is not over, True where its days are not known
    """
    reached = score(results)
    serious = sum(issue.severity in SERIOUS for issue in issues)
    minor = sum(issue.severity == "minor" for issue in issues)
    found = (
        ("unanswered", sum(not result.verdict and not result.waived for result in results)),
        ("serious", serious if serious > rule.max_serious else 0),
        ("minor", minor if minor > rule.max_minor else 0),
        (
            "score",
            (reached, rule.min_score) if reached is not None and reached < rule.min_score else 0,
        ),
        ("parts", open_parts),
        ("trial", trial),
        ("undated", sum(not issue.dated for issue in issues)),
        ("open", len(issues)),
        ("earlier", earlier),
    )
    reasons = tuple((code, payload) for code, payload in found if payload)
    codes = {code for code, _payload in reasons}
    if codes & set(HARD):
        verdict = FAIL
    else:
        verdict = CONDITIONAL if codes else PASS
    return Proposal(verdict, reasons, reached)


def score(results):
    """Return the weighted result in percent, or None when nothing counts.

    Items that do not apply and waived ones are left out; each family counts by its weight,
    whatever the number of its items.
    """
    families = {}
    for result in results:
        if result.waived or result.verdict not in ("pass", "fail"):
            continue
        credit = result.credit
        if credit is None:
            credit = 1.0 if result.verdict == "pass" else 0.0
        weight, total, got = families.get(result.family, (result.family_weight, 0.0, 0.0))
        families[result.family] = (weight, total + result.weight, got + result.weight * credit)
    counting = [row for row in families.values() if row[0] > 0 and row[1] > 0]
    weights = sum(weight for weight, _total, _got in counting)
    if not weights:
        return None
    return round(100 * sum(w * got / total for w, total, got in counting) / weights, 1)
