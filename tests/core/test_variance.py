import pytest
from customer_delivery.core.variance import variance


@pytest.mark.parametrize(
    ("actual", "estimated", "expected"),
    [
        (6, 5, (1, 20)),
        (4, 5, (-1, -20)),
        (5, 5, (0, 0)),
        (12.5, 10, (2.5, 25)),
        (3, 0, (3, 0)),
        (0, 5, (0, 0)),
        (0, 0, (0, 0)),
    ],
)
def test_a_difference_in_the_unit_and_in_per_cent(actual, estimated, expected):
    assert variance(actual, estimated) == expected
