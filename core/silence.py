"""When somebody is told that his silence will count: before, on the last day, and it is over."""

from datetime import datetime

__all__ = ["BEFORE", "LAST_DAY", "OVER", "due", "next_moment"]

BEFORE, LAST_DAY, OVER = "before", "last_day", "over"


def due(now: datetime, moments):
    """Return the last stage whose moment has come by ``now``, or None.

    A worker that slept through an earlier stage says only what holds now: nobody is reminded
    twice at once.

    :param moments: ``{stage: datetime}``; a stage that does not happen is left out
    """
    reached = [(moment, order) for order, moment in _ordered(moments) if moment <= now]
    return (BEFORE, LAST_DAY, OVER)[max(reached)[1]] if reached else None


def next_moment(now: datetime, moments):
    """Return the moment of the next stage after ``now``, or None when there is none."""
    return min((moment for _order, moment in _ordered(moments) if moment > now), default=None)


def _ordered(moments):
    return [
        (order, moments[stage])
        for order, stage in enumerate((BEFORE, LAST_DAY, OVER))
        if moments.get(stage)
    ]
