"""Working time: which hours of which days count, and what lies so many of them away.

*Spans* are working hours by day, ``{date: [(start, end), ...]}``, moments of one kind (all aware
or all naive), in order. Days off and days that are worked in exchange for a holiday (调休上班日)
change them.
"""

from datetime import datetime, timedelta

__all__ = ["after", "apply_days", "day_after", "morning_before"]


def apply_days(spans, extra, off, hours):
    """Return ``spans`` with days that are worked although they are free, and the other way round.

    :param extra: days that are worked; those that are worked anyway keep their hours
    :param off: days that are free; they win
    :param hours: hours of an ordinary day, as (start, end) times with their time zone or without
    """
    found = {day: list(pairs) for day, pairs in spans.items() if pairs and day not in off}
    for day in set(extra) - set(off):
        if day not in found and hours:
            found[day] = [
                (datetime.combine(day, start), datetime.combine(day, end)) for start, end in hours
            ]
    return found


def after(moment, seconds, spans):
    """Return the moment at which ``seconds`` of working time from ``moment`` on are over.

    None when the spans hold less. Zero seconds end at ``moment`` itself.
    """
    left = timedelta(seconds=seconds)
    if left <= timedelta():
        return moment
    for day in sorted(spans):
        for start, end in spans[day]:
            start = max(start, moment)
            if end <= start:
                continue
            if end - start >= left:
                return start + left
            left -= end - start
    return None


def day_after(day, days, worked):
    """Return the date that lies so many working days after ``day``, or None.

    The day itself does not count: what arrives on a Monday with one day is due on the Tuesday.

    :param int days: at least 1
    :param worked: dates that are working days
    """
    later = sorted(date for date in worked if date > day)
    return later[days - 1] if len(later) >= days else None


def morning_before(day, days, spans):
    """Return when work begins on the day that lies so many working days before ``day``, or None.

    :param int days: at least 1
    """
    earlier = [worked for worked in sorted(spans) if worked < day]
    return spans[earlier[-days]][0][0] if len(earlier) >= days else None
