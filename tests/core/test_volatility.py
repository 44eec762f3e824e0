import pytest
from customer_delivery.core.volatility import accuracy, stability, volatility


def test_what_moved_is_divided_by_what_was_agreed():
    assert volatility(2, 3, 1, 40) == 15
    assert stability(2, 3, 1, 40) == 85


def test_where_nothing_was_agreed_there_is_no_figure():
    assert volatility(2, 0, 0, 0) is None
    assert stability(2, 0, 0, 0) is None


def test_more_than_everything_may_move_but_less_than_nothing_is_not_left():
    assert volatility(5, 10, 0, 10) == 150
    assert stability(5, 10, 0, 10) == 0


def test_weights_count_alike_on_both_sides():
    # one must (3) changed of two musts and four shoulds (2)
    assert volatility(0, 3, 0, 2 * 3 + 4 * 2) == pytest.approx(21.43, abs=0.01)


def test_errors_do_not_make_up_for_each_other():
    assert accuracy([(10, 12), (10, 8)]) == 80
    assert accuracy([(10, 10)]) == 100


def test_large_matters_weigh_more():
    assert accuracy([(90, 90), (10, 20)]) == 90


def test_what_was_not_estimated_does_not_count():
    assert accuracy([(0, 5)]) is None
    assert accuracy([(0, 5), (4, 3)]) == 75
    assert accuracy([(1, 9)]) == 0
