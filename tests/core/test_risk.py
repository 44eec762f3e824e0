from customer_delivery.core.risk import HIGH, LOW, MODERATE, level, points


def test_points_are_weighted_and_summed():
    assert points([(2, 3), (1, 1), (5, 0)]) == 7


def test_an_open_question_counts_nothing():
    assert points([(2, 3), (4, None)]) == 6


def test_a_threshold_belongs_to_the_higher_level():
    found = [level(total, 5, 10) for total in (0, 4, 5, 9, 10, 99)]
    assert found == [LOW, LOW, MODERATE, MODERATE, HIGH, HIGH]


def test_zero_switches_a_threshold_off():
    assert level(99, 0, 0) == LOW
    assert level(99, 5, 0) == MODERATE
