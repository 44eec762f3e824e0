"""The right of a named method to set control columns.

The caller of an RPC chooses the context, so a context key with a string or boolean value is
a switch for everybody, and automations called inside inherit it. Here the right is the type
of the dictionary of values itself: only Python code that imports this module can make one,
JSON cannot carry it, and it ends with the call that it was made for.
"""


class Granted(dict):
    """Values that a named method writes; control columns among them are accepted."""

    def copy(self):
        return Granted(self)


def is_granted(vals):
    """Tell whether a named method made these values."""
    return isinstance(vals, Granted)


def like(vals, values):
    """Return ``values`` with the same right as ``vals``."""
    return Granted(values) if is_granted(vals) else dict(values)
