"""A second, slower model of rounds, written from the rules alone.

Nothing that follows from the answers is stored here: which steps are open, who is asked, and how
a step stands are worked out anew from who has answered what. Tests play random walks against the
engine and compare. Plain Python, and nothing of ``approval``: a fault there is not repeated here.
"""

from dataclasses import dataclass, field
from itertools import product

YES = ("approve", "conditional")
ENDING = {"ask": "asked", "defer": "deferred"}
# how a document stands when its round ended so, where that is not the same
DOCUMENT = {"asked": "returned", "deferred": "returned", "reset": "none"}
ANSWERS = {
    "required": ("approve", "conditional", "reject", "ask", "defer"),
    "optional": ("approve", "conditional", "reject"),
    "comment": ("comment",),
}


class Refused(Exception):
    """The rules do not allow this now; nothing has changed."""


@dataclass(frozen=True)
class PlanStep:
    """A step as it was drawn.

    :ivar people: names of those who are asked; None: the step before names them
    :ivar back: key of the step at which a refused document begins again, or None: it goes back
        to its author
    :ivar final: a refusal is for good
    :ivar above: the step is left out for documents whose value is not above this
    """

    key: int
    order: int
    kind: str
    rule: str
    need: int
    people: tuple | None
    back: int | None = None
    final: bool = False
    above: int | None = None


@dataclass
class Seat:
    """Somebody who is asked in his own name, and what has been answered for him."""

    owner: str
    verdict: str | None = None
    by: str | None = None
    added: bool = False


@dataclass
class Unit:
    """Whom a step asks, with those whom he added: they answer in turn, and count as one."""

    seats: list

    @property
    def owner(self):
        (owner,) = [seat.owner for seat in self.seats if not seat.added]
        return owner

    @property
    def verdict(self):
        said = [seat.verdict for seat in self.seats]
        if "reject" in said:
            return "reject"
        return None if None in said else said[-1]

    @property
    def turn(self):
        """The seat that is asked now, or None."""
        if self.verdict:
            return None
        return next(seat for seat in self.seats if seat.verdict is None)


@dataclass
class Walk:
    """A document on its way through a flow.

    :ivar groups: {name: group for which he speaks}
    :ivar barred: names of those who may not decide
    :ivar reset_key: key of the step at which a changed document begins again
    """

    plan: tuple
    groups: dict
    barred: frozenset = frozenset()
    reset_key: int = 0
    value: int = 0
    stands_in: dict = field(default_factory=dict)
    rounds: list = field(default_factory=list)
    document: str = "none"
    answers: int = 0
    carried: frozenset = frozenset()
    steps: tuple = ()
    units: dict = field(default_factory=dict)
    named: dict = field(default_factory=dict)
    named_last: dict = field(default_factory=dict)

    # === WHAT FOLLOWS FROM THE ANSWERS === #

    def is_enough(self, step, verdicts):
        """Tell whether these answers, one for each unit of the step, let it pass."""
        units = self.units[step.key]
        yes = [verdict in YES for verdict in verdicts]
        if step.rule == "any":
            return any(yes)
        if step.rule == "all":
            return all(yes)
        if step.rule == "count":
            return sum(yes) >= step.need
        if step.rule == "percent":
            return 100 * sum(yes) >= step.need * len(yes)
        agreed = {self.groups[unit.owner] for unit, said in zip(units, yes, strict=True) if said}
        return agreed == {self.groups[unit.owner] for unit in units}

    def status(self, step):
        """Return ``done``, ``refused`` or ``open``: tries whatever those may say who are silent."""
        units = self.units[step.key]
        said = [unit.verdict for unit in units]
        if step.kind == "comment":
            return "done" if said and None not in said else "open"
        if not said:
            return "open"
        if self.is_enough(step, said):
            return "done"
        silent = [number for number, verdict in enumerate(said) if verdict is None]
        for guess in product(("approve", "reject"), repeat=len(silent)):
            told = list(said)
            for number, verdict in zip(silent, guess, strict=True):
                told[number] = verdict
            if self.is_enough(step, told):
                return "open"
        return "refused"

    def is_passed(self, step):
        return step.key in self.carried or (step.key in self.units and self.status(step) == "done")

    def is_due(self, step):
        """Tell whether every required step of the orders before has passed."""
        return all(
            self.is_passed(other)
            for other in self.steps
            if other.order < step.order and other.kind == "required"
        )

    def asked_for(self, owner):
        """Return who may answer for ``owner``: himself, and along the chain who stands in."""
        found, last = {owner}, {owner}
        for _link in range(3):
            last = {other for one in last for other in self.stands_in.get(one, ())} - found
            found |= last
        return {owner} | {name for name in found - {owner} if name not in self.barred}

    def waiting(self):
        """Return {(key, who is asked, for whom)} of what waits now."""
        return {
            (step.key, name, unit.turn.owner)
            for step in self.steps
            if step.key in self.units and self.status(step) == "open"
            for unit in self.units[step.key]
            if unit.turn
            for name in self.asked_for(unit.turn.owner)
        }

    def step_states(self):
        """Return {key: how the step stands} of the steps that have begun in this round."""
        return {step.key: self.status(step) for step in self.steps if step.key in self.units}

    @property
    def is_running(self):
        return bool(self.rounds) and self.rounds[-1] == "running"

    # === WALKING === #

    def _voices(self, step, people):
        return len({self.groups[name] for name in people} if step.rule == "group" else people)

    def _can_pass(self, step, people):
        if not people:
            return False
        return step.rule != "count" or step.need <= self._voices(step, people)

    def _find_people(self, step):
        if step.people is None:
            return self.named.get(step.key, ())
        return tuple(name for name in step.people if name not in self.barred)

    def send(self):
        """Send the document: nothing of earlier rounds counts."""
        self.named_last = {}
        self.start()

    def start(self, carried=frozenset()):
        """Begin a round."""
        steps = tuple(step for step in self.plan if step.above is None or self.value > step.above)
        self._begin(steps, carried)

    def _begin(self, steps, carried):
        if self.document == "rejected":
            raise Refused("for good")
        if not [step for step in steps if step.kind == "required" and step.key not in carried]:
            # nobody would look at it: then everybody does
            carried = frozenset()
        self.named = dict(self.named_last)
        if not any(step.kind == "required" for step in steps):
            raise Refused("no required step")
        for step in steps:
            people = self._find_people(step)
            if step.key in carried or (step.kind != "required" and not people):
                continue
            if step.people is None:
                namers = [
                    other
                    for other in steps
                    if other.order < step.order
                    and other.kind == "required"
                    and other.key not in carried
                ]
                if not people and not namers:
                    raise Refused("nobody names them")
                if namers:
                    continue
            if step.kind != "comment" and not self._can_pass(step, people):
                raise Refused("nobody, or too few")
        self.steps, self.carried, self.units = steps, carried, {}
        self.rounds.append("running")
        self.document = "running"
        self._settle(())

    def _settle(self, names):
        """Begin what is due, drop what is due no more, and end the round when all is passed."""
        for step in sorted(self.steps, key=lambda step: step.order):
            if step.key in self.carried:
                continue
            if not self.is_due(step):
                self._remember_named(step)
                self.units.pop(step.key, None)
            elif step.key not in self.units:
                people = self._find_people(step)
                if step.people is None and names:
                    people = names
                if step.people is None and step.kind != "comment":
                    if (people or step.kind == "required") and not self._can_pass(step, people):
                        raise Refused("name them")
                self.units[step.key] = [Unit([Seat(name)]) for name in people]
        if all(self.is_passed(step) for step in self.steps if step.kind == "required"):
            self._end("approved")

    def _end(self, state, document=None):
        self.rounds[-1] = state
        self.document = document or DOCUMENT.get(state, state)

    def _settled(self, before):
        """Return the keys before one that need no further answer."""
        return frozenset(
            step.key
            for step in self.steps
            if step.key < before
            and (
                step.key in self.carried or (step.key in self.units and self.status(step) != "open")
            )
        )

    def _remember_named(self, *steps):
        for step in steps or self.steps:
            if step.people is None and self.units.get(step.key):
                self.named_last[step.key] = tuple(unit.owner for unit in self.units[step.key])

    # === WHAT PEOPLE DO === #

    def decide(self, who, key, owner, verdict, names=()):
        """Answer for ``owner`` in a step."""
        if not self.is_running or (key, who, owner) not in self.waiting():
            raise Refused("not asked")
        step = self._step(key)
        if verdict not in ANSWERS[step.kind]:
            raise Refused("not an answer here")
        seat = self._find(key, owner).turn
        seat.verdict, seat.by = verdict, who
        self.answers += 1
        if verdict in ENDING:
            self._end(ENDING[verdict])
            return
        if step.kind == "required" and self.status(step) == "refused":
            self._end("rejected", None if step.final else "returned")
            if step.back is not None:
                carried = self._settled(step.back)
                self._remember_named()
                try:
                    self._begin(self.steps, carried)
                except Refused:
                    self._end("rejected", "returned")
            return
        allowed = tuple(name for name in dict.fromkeys(names) if name not in self.barred)
        self._settle(allowed)

    def withdraw(self, who, key, owner):
        """Take an answer back; those who come later must not have answered."""
        seat = self._answered(who, key, owner)
        step = self._step(key)
        seats = self._find(key, owner).seats
        after = seats[seats.index(seat) + 1 :]
        for other in self.steps:
            if other.order > step.order:
                after += self._seats(other.key)
        if any(other.verdict for other in after):
            raise Refused("others have answered")
        seat.verdict = seat.by = None
        self.answers += 1
        self._settle(())

    def replace(self, key, old, new):
        """Ask somebody else instead of ``old``."""
        open_seats = [
            seat
            for step in self.steps
            if step.key == key and key in self.units and self.status(step) == "open"
            for unit in self.units[key]
            if not unit.verdict
            for seat in unit.seats
            if seat.owner == old and not seat.verdict
        ]
        if not self.is_running or not open_seats:
            raise Refused("not waiting")
        if new in self.barred or new in [seat.owner for seat in self._seats(key)]:
            raise Refused("not him")
        open_seats[0].owner = new

    def hand_on(self, who, key, owner, new, how):
        """Ask ``new`` instead of ``owner``, before him or after him."""
        if not self.is_running or (key, who, owner) not in self.waiting():
            raise Refused("not asked")
        if self._step(key).kind == "comment" and how != "instead":
            raise Refused("only a comment")
        if how == "instead":
            self.replace(key, owner, new)
            return
        if new in self.barred or new in [seat.owner for seat in self._seats(key)]:
            raise Refused("not him")
        unit = self._find(key, owner)
        unit.seats.insert(unit.seats.index(unit.turn) + (how == "after"), Seat(new, added=True))

    def delegate(self, who, instead):
        """``instead`` stands in for ``who`` from now on."""
        if who == instead or who in self._everybody_behind(instead):
            raise Refused("a circle")
        self.stands_in.setdefault(who, set()).add(instead)

    def edit(self, value):
        """Change the content: what was decided holds no more."""
        changed, self.value = value != self.value, value
        if not changed or not self.is_running:
            return
        self._end("reset")
        carried = self._settled(self.reset_key)
        self._remember_named()
        try:
            self.start(carried)
        except Refused:
            pass

    def take_back(self):
        """The sender takes the question back."""
        if not self.is_running:
            raise Refused("nothing runs")
        self._end("withdrawn")

    def expire(self):
        """Nobody has answered in time."""
        if not self.is_running:
            raise Refused("nothing runs")
        self._end("expired")

    # === LOOKING UP === #

    def _step(self, key):
        return next(step for step in self.steps if step.key == key)

    def _answered(self, who, key, owner):
        if self.is_running:
            for seat in self._seats(key):
                if seat.owner == owner and seat.by == who and seat.verdict:
                    return seat
        raise Refused("no answer of his")

    def _seats(self, key):
        return [seat for unit in self.units.get(key, ()) for seat in unit.seats]

    def _find(self, key, owner):
        return next(
            unit for unit in self.units[key] if owner in [seat.owner for seat in unit.seats]
        )

    def _everybody_behind(self, who):
        found, last = set(), {who}
        while last:
            last = {other for one in last for other in self.stands_in.get(one, ())} - found
            found |= last
        return found
