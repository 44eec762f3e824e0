"""Risk of a change: the sum of the points of the answers, against two thresholds."""

LOW, MODERATE, HIGH = "low", "moderate", "high"

__all__ = ["HIGH", "LOW", "MODERATE", "level", "points"]


def points(answers):
    """Return the sum of weight times score.

    :param answers: iterable of (weight, score); an answer not given has score None
    """
    return sum(weight * score for weight, score in answers if score is not None)


def level(total, moderate_from, high_from):
    """Return low, moderate or high. A threshold belongs to the higher level; 0 switches it off."""
    if high_from and total >= high_from:
        return HIGH
    if moderate_from and total >= moderate_from:
        return MODERATE
    return LOW
