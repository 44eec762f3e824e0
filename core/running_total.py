"""Totals that run along a list, each in its own unit."""


def accumulate(rows):
    """Yield (key, days, amount) for each row, summed up to and with that row.

    Days add up within a ledger; money adds up within a ledger and a currency, and never across
    currencies.

    :param rows: (key, ledger, currency, days, amount) in the order of the list
    """
    days, amounts = {}, {}
    for key, ledger, currency, row_days, row_amount in rows:
        days[ledger] = days.get(ledger, 0) + row_days
        purse = (ledger, currency)
        amounts[purse] = amounts.get(purse, 0) + row_amount
        yield key, days[ledger], amounts[purse]
