"""Actual against estimated figures."""


def variance(actual, estimated):
    """Return (difference, per cent of the estimate) of an actual figure against its estimate.

    A figure that nobody has entered says nothing: both are 0 without an actual figure, and the
    per cent without an estimate.

    >>> variance(6, 5)
    (1, 20.0)
    >>> variance(4, 5)
    (-1, -20.0)
    >>> variance(3, 0)
    (3, 0)
    >>> variance(0, 5)
    (0, 0)
    """
    if not actual:
        return 0, 0
    difference = actual - estimated
    return difference, 100 * difference / estimated if estimated else 0
