from datetime import datetime

from customer_delivery.core.silence import BEFORE, LAST_DAY, OVER, due, next_moment


def day(number):
    return datetime(2026, 10, number, 8)


ALL = {BEFORE: day(12), LAST_DAY: day(14), OVER: day(15)}


def test_each_stage_comes_at_its_moment():
    assert due(day(11), ALL) is None
    assert due(day(12), ALL) == BEFORE
    assert due(day(13), ALL) == BEFORE
    assert due(day(14), ALL) == LAST_DAY
    assert due(day(20), ALL) == OVER


def test_the_next_moment_is_always_later():
    assert next_moment(day(11), ALL) == day(12)
    assert next_moment(day(12), ALL) == day(14)
    assert next_moment(day(14), ALL) == day(15)
    assert next_moment(day(15), ALL) is None


def test_a_stage_that_does_not_happen_is_left_out():
    assert due(day(14), {OVER: day(15)}) is None
    assert next_moment(day(1), {OVER: day(15), BEFORE: None}) == day(15)
    assert due(day(1), {}) is None


def test_of_two_stages_at_one_moment_the_later_counts():
    assert due(day(14), {**ALL, BEFORE: day(14)}) == LAST_DAY
