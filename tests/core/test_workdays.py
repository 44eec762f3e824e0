from datetime import date, datetime, time, timedelta

import pytest
from customer_delivery.core.workdays import after, apply_days, day_after, morning_before
from hypothesis import given
from hypothesis import strategies as st

HOURS = [(time(8), time(12)), (time(13), time(17))]
MONDAY = date(2026, 9, 28)
SUNDAY = date(2026, 10, 4)


def spans(days=14, extra=(), off=()):
    week = {
        day: [(datetime.combine(day, start), datetime.combine(day, end)) for start, end in HOURS]
        for day in (MONDAY + timedelta(days=ahead) for ahead in range(days))
        if day.weekday() < 5
    }
    return apply_days(week, extra, off, HOURS)


def at(text):
    return datetime.fromisoformat(f"2026-{text}")


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("09-28 08:00", 8, "09-28 17:00"),
        ("09-28 10:00", 8, "09-29 10:00"),
        ("09-28 12:30", 1, "09-28 14:00"),
        ("10-02 16:00", 2, "10-05 09:00"),
        ("10-03 11:00", 8, "10-05 17:00"),
        ("09-28 20:00", 0, "09-28 20:00"),
    ],
)
def test_after(start, hours, end):
    assert after(at(start), hours * 3600, spans()) == at(end)


def test_a_day_that_is_worked_for_a_holiday_counts_and_the_holiday_does_not():
    # 1 October is free, Sunday the 4th is worked for it
    found = spans(extra=[SUNDAY], off=[date(2026, 10, 1)])
    assert after(at("09-30 17:00"), 8 * 3600, found) == at("10-02 17:00")
    assert after(at("10-02 17:00"), 8 * 3600, found) == at("10-04 17:00")
    assert morning_before(date(2026, 10, 5), 1, found) == at("10-04 08:00")
    assert morning_before(date(2026, 10, 5), 3, found) == at("09-30 08:00")


def test_days_off_win_and_worked_days_keep_their_hours():
    found = spans(extra=[SUNDAY, MONDAY], off=[SUNDAY])
    assert SUNDAY not in found
    assert len(found[MONDAY]) == 2


def test_when_the_spans_hold_less():
    assert after(at("09-28 08:00"), 10**9, spans()) is None
    assert morning_before(MONDAY, 1, spans()) is None
    assert after(at("09-28 08:00"), 1, {}) is None


@given(
    st.integers(min_value=0, max_value=13 * 24 * 60),
    st.integers(min_value=1, max_value=3000),
    st.sets(st.dates(MONDAY, date(2026, 10, 11)), max_size=4),
    st.sets(st.dates(MONDAY, date(2026, 10, 11)), max_size=4),
)
def test_time_adds_up(minute, length, extra, off):
    """So much time and a minute more end a minute of work later."""
    found = spans(extra=extra, off=off)
    start = datetime.combine(MONDAY, time()) + timedelta(minutes=minute)
    end = after(start, length * 60, found)
    if end is None:
        return
    assert end > start
    assert any(first < end <= last for pairs in found.values() for first, last in pairs)
    assert after(start, length * 60 + 60, found) == after(end, 60, found)


def test_days_after_a_day_leave_out_what_is_free_and_the_day_itself():
    worked = {date(2026, 10, number) for number in (5, 6, 8, 9)}
    assert day_after(date(2026, 10, 5), 1, worked) == date(2026, 10, 6)
    assert day_after(date(2026, 10, 6), 1, worked) == date(2026, 10, 8)
    assert day_after(date(2026, 10, 7), 2, worked) == date(2026, 10, 9)
    assert day_after(date(2026, 10, 8), 2, worked) is None
