"""Comparison of two lists of requirement versions."""

ADDED, REMOVED, MODIFIED, MOVED, SAME = "added", "removed", "modified", "moved", "same"


def compare(before, after):
    """Return [(kind, old row, new row)] in the order of ``after``, removed rows last.

    :param before: rows, dictionaries with ``number``, ``sha256`` and ``outline``
    :param after: rows of the same form
    :return: kind is added, removed, modified (other content), moved (other outline number)
        or same; the row that does not exist is None
    """
    old_rows = {row["number"]: row for row in before}
    result = []
    for row in after:
        old = old_rows.pop(row["number"], None)
        result.append((_kind(old, row), old, row))
    gone = [row for row in before if row["number"] in old_rows]
    return result + [(REMOVED, row, None) for row in gone]


def counts(rows):
    """Return how many rows there are of each kind."""
    totals = dict.fromkeys((ADDED, REMOVED, MODIFIED, MOVED, SAME), 0)
    for kind, _old, _new in rows:
        totals[kind] += 1
    return totals


def _kind(old, new):
    if old is None:
        return ADDED
    if old["sha256"] != new["sha256"]:
        return MODIFIED
    return SAME if old["outline"] == new["outline"] else MOVED
