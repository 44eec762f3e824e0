"""When a customer may be written to: on working days, by day, in his own time zone."""

from datetime import date, datetime, time, timedelta

__all__ = ["CLOSES", "HORIZON", "OPENS", "next_allowed", "next_day", "reach"]

OPENS = time(8)
CLOSES = time(20)
# the longest row of free days that is believed; after it, every day counts
HORIZON = 30


def next_allowed(moment, zone, workdays):
    """Return the first moment from ``moment`` on at which a mail may go.

    :param datetime moment: aware; the answer has its time zone
    :param tzinfo zone: of the customer
    :param workdays: dates that are working days, of :func:`reach` at least
    """
    local = moment.astimezone(zone)
    day = local.date()
    if local.time() >= CLOSES:
        day += timedelta(days=1)
    day = _next_workday(day, workdays)
    if day == local.date() and local.time() >= OPENS:
        return moment
    opens = datetime.combine(day, OPENS, tzinfo=zone)
    return opens.astimezone(moment.tzinfo)


def next_day(moment, zone, workdays):
    """Return the first moment on a later day than that of ``moment`` at which a mail may go."""
    day = moment.astimezone(zone).date() + timedelta(days=1)
    start = datetime.combine(day, time(), tzinfo=zone).astimezone(moment.tzinfo)
    return next_allowed(start, zone, workdays)


def reach(day: date):
    """Return the first and the last day that matter for a mail on ``day``."""
    return day - timedelta(days=1), day + timedelta(days=HORIZON + 2)


def _next_workday(day, workdays):
    for ahead in range(HORIZON):
        if day + timedelta(days=ahead) in workdays:
            return day + timedelta(days=ahead)
    return day
