from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from customer_delivery.core.quiet_hours import next_allowed, next_day, reach
from hypothesis import given
from hypothesis import strategies as st

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
# Monday 5 to Friday 9 October, and the Saturday that is worked for it
WEEK = {date(2026, 10, day) for day in (5, 6, 7, 8, 9)}


def at(text, zone):
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-10-05 08:00", "2026-10-05 08:00"),
        ("2026-10-05 12:34", "2026-10-05 12:34"),
        ("2026-10-05 19:59", "2026-10-05 19:59"),
        ("2026-10-05 20:00", "2026-10-06 08:00"),
        ("2026-10-05 23:59", "2026-10-06 08:00"),
        ("2026-10-05 00:01", "2026-10-05 08:00"),
        ("2026-10-05 07:59", "2026-10-05 08:00"),
        ("2026-10-03 12:00", "2026-10-05 08:00"),
    ],
)
def test_by_day_and_on_working_days(now, then):
    for zone in (SHANGHAI, BERLIN):
        assert next_allowed(at(now, zone), zone, WEEK) == at(then, zone)


def test_the_night_of_the_customer_counts():
    noon_in_berlin = at("2026-10-05 14:00", BERLIN)
    assert next_allowed(noon_in_berlin, BERLIN, WEEK) == noon_in_berlin
    assert next_allowed(noon_in_berlin, SHANGHAI, WEEK) == at("2026-10-06 08:00", SHANGHAI)


def test_the_next_day_skips_free_days():
    friday = at("2026-10-09 09:00", SHANGHAI)
    monday = date(2026, 10, 12)
    assert next_day(friday, SHANGHAI, WEEK | {monday}) == at("2026-10-12 08:00", SHANGHAI)
    saturday = date(2026, 10, 10)
    assert next_day(friday, SHANGHAI, WEEK | {saturday}) == at("2026-10-10 08:00", SHANGHAI)


def test_a_calendar_without_working_days_stops_nobody_for_ever():
    now = at("2026-10-05 12:00", SHANGHAI)
    assert next_allowed(now, SHANGHAI, set()) == now


def test_summer_time_ends_in_the_night():
    saturday = at("2026-10-24 21:00", BERLIN)
    days = {date(2026, 10, 24), date(2026, 10, 25)}
    assert next_allowed(saturday, BERLIN, days).astimezone(BERLIN).hour == 8


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
    st.sampled_from([SHANGHAI, BERLIN, ZoneInfo("America/St_Johns"), UTC]),
    st.sets(st.integers(0, 6), min_size=1),
)
def test_it_is_never_night_and_never_earlier(moment, zone, weekdays):
    moment = moment.replace(tzinfo=UTC)
    first, last = reach(moment.astimezone(zone).date())
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    workdays = {day for day in days if day.weekday() in weekdays}
    for answer in (next_allowed(moment, zone, workdays), next_day(moment, zone, workdays)):
        local = answer.astimezone(zone)
        assert answer >= moment
        assert 8 <= local.hour < 20
        assert local.date() in workdays
    assert next_allowed(answer, zone, workdays) == answer
