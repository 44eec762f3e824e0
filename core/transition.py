"""Decision of a stage move, on plain data.

In: the stage a document is in, the wanted one, what its delivery mode uses and which of its
fields say something. Out: every reason against the move, not just the first, so that a person
mends all in one go. The reasons are codes with payloads; the caller makes the sentences.

    code           payload                                   the move is refused because
    "not_in_mode"  id of the wanted stage                    the mode does not use the stage
    "skips"        tuple of the ids that can be reached      the stage does not follow
    "missing"      list of field names                       the stage demands these fields
    "criteria"     how many are lacking                      the stage demands acceptance criteria
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """What a move needs to know of a stage.

    next_ids: the stages that may follow; empty means any. initial: documents may start here.
    required: names of the fields that must say something on entering; min_criteria: the least
    number of acceptance criteria on entering.
    """

    id: int
    name: str = ""
    kind: str = ""
    next_ids: frozenset = frozenset()
    required: tuple = ()
    min_criteria: int = 0
    initial: bool = False


@dataclass(frozen=True)
class _Move:
    """A wanted move, with all that the checks look at."""

    current: Stage | None
    target: Stage
    allowed_ids: frozenset | None
    filled: Callable
    initial: tuple
    criteria: int

    def starts(self):
        """Return the stages from which the target must be reachable."""
        return self.initial if self.current is None else (self.current,)


def refusals(current, target, allowed_ids, filled, initial=(), criteria=0):
    """Return the list of (code, payload) against the move; an empty list allows it.

    :param current: the present `Stage`, None for a document that is being created
    :param target: the wanted `Stage`
    :param allowed_ids: ids of the stages that the mode uses, None for any
    :param filled: callable(field name) -> bool
    :param initial: the stages in which documents start; on creation a target that is not
        `initial` itself must follow one of these
    :param criteria: number of acceptance criteria of the document
    """
    if current is not None and current.id == target.id:
        return []
    move = _Move(current, target, allowed_ids, filled, tuple(initial), criteria)
    found = [(code, check(move)) for code, check in CHECKS]
    return [(code, payload) for code, payload in found if payload is not None]


def _not_in_mode(move):
    if move.allowed_ids is None or move.target.id in move.allowed_ids:
        return None
    return move.target.id


def _skips(move):
    if move.current is None and move.target.initial:
        return None
    starts = move.starts()
    if any(not stage.next_ids for stage in starts):
        return None
    reachable = frozenset().union(*(stage.next_ids for stage in starts))
    if move.current is None:
        reachable = reachable.union(stage.id for stage in starts)
    return None if move.target.id in reachable else tuple(sorted(reachable))


def _missing(move):
    return [name for name in dict.fromkeys(move.target.required) if not move.filled(name)] or None


def _criteria(move):
    return max(move.target.min_criteria - move.criteria, 0) or None


# The order is that of the sentences on the screen.
CHECKS = (
    ("not_in_mode", _not_in_mode),
    ("skips", _skips),
    ("missing", _missing),
    ("criteria", _criteria),
)
