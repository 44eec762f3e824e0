"""Carry a proposal over to a newer state of what it changes: a three-way comparison of fields.

In: three plain dictionaries of the same shape, what the proposal was written against, what stands
there now, and the proposal. A field that the proposal leaves alone follows what stands there now;
a field that only the proposal changes stays as proposed; a field that both changed stays as
proposed too and is named, so that a person looks at it.
"""

__all__ = ["changed", "compare"]


def changed(before, after, names):
    """Return those of ``names`` that say something else in ``after``, in the order given."""
    return [name for name in names if not _same(before.get(name), after.get(name))]


def compare(base, current, proposed, names):
    """Return (follow, conflicts), two lists of names.

    :param dict base: what the proposal was written against
    :param dict current: what stands there now
    :param dict proposed: the proposal
    :param names: the fields that a proposal may change
    :return: ``follow`` are the fields that only ``current`` has changed; ``conflicts`` those that
        both changed, each to something else
    """
    ours = changed(base, proposed, names)
    theirs = changed(base, current, names)
    apart = changed(current, proposed, names)
    follow = [name for name in theirs if name not in ours]
    return follow, [name for name in theirs if name in ours and name in apart]


def _same(left, right):
    """Tell whether two values say the same; what is absent, empty or False says nothing."""
    return (left or None) == (right or None)
