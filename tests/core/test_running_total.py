from customer_delivery.core.running_total import accumulate


def test_nothing_adds_up_to_nothing():
    assert list(accumulate([])) == []


def test_days_add_up_within_a_ledger():
    rows = [("a", 1, "CNY", 2, 0), ("b", 1, "CNY", 3, 0), ("c", 2, "CNY", 5, 0)]
    assert [(key, days) for key, days, _ in accumulate(rows)] == [("a", 2), ("b", 5), ("c", 5)]


def test_money_never_adds_up_across_currencies():
    rows = [("a", 1, "CNY", 0, 100), ("b", 1, "EUR", 0, 10), ("c", 1, "CNY", 0, 50)]
    assert [(key, money) for key, _, money in accumulate(rows)] == [
        ("a", 100),
        ("b", 10),
        ("c", 150),
    ]
