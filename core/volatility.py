"""How much of what was agreed moved, and how well effort was estimated.

Sources disagree on both. Here volatility (RVI) is what was added, changed and taken out in a
period, divided by what was agreed at its beginning; stability is what is left of one hundred.
Both are meant with weights as well: a *must* that changes weighs more than a *should*.
"""


def volatility(added, changed, removed, baseline):
    """Return the volatility in per cent, or None where nothing had been agreed.

    :param added, changed, removed: what moved in the period, counted or weighed
    :param baseline: what was agreed at the beginning of the period, counted or weighed alike
    """
    if not baseline:
        return None
    return 100 * (added + changed + removed) / baseline


def stability(added, changed, removed, baseline):
    """Return what did not move in per cent, never less than nothing."""
    moved = volatility(added, changed, removed, baseline)
    return None if moved is None else max(100 - moved, 0)


def accuracy(pairs):
    """Return how near the estimates came in per cent, never less than nothing.

    Errors upwards and downwards do not make up for each other; large matters weigh more.

    :param pairs: (estimate, actual) of each matter; those without an estimate do not count
    """
    known = [(estimate, actual) for estimate, actual in pairs if estimate]
    if not known:
        return None
    error = sum(abs(actual - estimate) for estimate, actual in known)
    return max(100 * (1 - error / sum(estimate for estimate, _actual in known)), 0)
