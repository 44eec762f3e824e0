"""Decision of a stage move, as plain data."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """What a move needs to know of a stage."""

    id: int
    name: str = ""
    kind: str = ""
    next_ids: frozenset = frozenset()
    required: tuple = ()
    initial: bool = False


def refusals(current, target, allowed_ids, filled, initial=()):
    """Return a list of (code, payload) for everything that forbids the move, empty if allowed.

    :param current: the present stage, or None for a document being created
    :param target: the wanted stage
    :param allowed_ids: ids that the mode uses, or None for any
    :param filled: callable(field name) -> bool
    :param initial: stages in which documents start, for creation
    """
    if current is not None and current.id == target.id:
        return []
    found = []
    if allowed_ids is not None and target.id not in allowed_ids:
        found.append(("not_in_mode", target.id))
    starts = (current,) if current is not None else tuple(initial)
    reachable = set().union(*(stage.next_ids for stage in starts)) if starts else set()
    free = any(not stage.next_ids for stage in starts) or (current is None and target.initial)
    if not free and target.id not in reachable:
        found.append(("skips", sorted(reachable)))
    missing = [name for name in target.required if not filled(name)]
    if missing:
        found.append(("missing", missing))
    return found
