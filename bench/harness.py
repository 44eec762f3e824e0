"""Timing of two sides that do the same: interleaved rounds, medians, numbers of queries."""

import contextlib
import gc
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from odoo import sql_db
from odoo.api import Environment

# No new round of a row begins after so long.
ROW_SECONDS = 90


@dataclass
class Side:
    """One side of a comparison.

    ``prepare(env)`` runs unmeasured and returns what is to be measured, without arguments.
    """

    registry: object
    uid: int
    prepare: Callable
    context: dict = field(default_factory=dict)

    def measure(self, clock):
        """Run once in a transaction of its own, undo it, return (seconds, queries)."""
        with self.registry.cursor() as cr:
            env = Environment(cr, self.uid, self.context)
            call = self.prepare(env)
            cr.flush()
            env.invalidate_all()
            with _collected():
                queries = sql_db.sql_counter
                started = clock()
                call()
                cr.flush()
                seconds = clock() - started
                queries = sql_db.sql_counter - queries
            cr.rollback()
        return seconds, queries


@contextlib.contextmanager
def _collected():
    """Measure without the garbage that the other side has left behind."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class Report:
    """Rows of results, printed as they come."""

    def __init__(self):
        self.rows = []

    def compare(self, name, ours, peer, rounds, aim="", clock=time.perf_counter, warm=True):
        """Measure two sides in turn, after one unmeasured round, and keep the medians.

        :param ours, peer: :class:`Side`, or anything else that has ``measure``
        :param bool warm: False when the caches have been filled before
        """
        ours, peer = self._medians((ours, peer), rounds, clock, warm)
        self.add(
            name=name,
            ours_s=round(ours[0], 5),
            peer_s=round(peer[0], 5),
            ratio=round(ours[0] / peer[0], 3),
            ours_queries=ours[1],
            peer_queries=peer[1],
            aim=aim,
        )

    def alone(self, name, side, rounds, aim="", clock=time.perf_counter):
        """Measure one side, which has no peer."""
        ((seconds, queries),) = self._medians((side,), rounds, clock)
        self.add(
            name=name,
            ours_s=round(seconds, 5),
            peer_s=None,
            ratio=None,
            ours_queries=queries,
            peer_queries=None,
            aim=aim,
        )

    def compare_or_alone(self, name, sides, rounds, aim=""):
        """Measure one side, or two where there is a peer."""
        if len(sides) == 1:
            self.alone(name, sides[0], rounds, aim)
        else:
            self.compare(name, *sides, rounds, aim)

    def add_pair(self, name, ours, peer=(None, None), aim=""):
        """Keep what was measured elsewhere: (seconds, queries) of each side, None where unknown."""
        known = ours[0] is not None and peer[0] is not None
        self.add(
            name=name,
            ours_s=ours[0] and round(ours[0], 5),
            peer_s=peer[0] and round(peer[0], 5),
            ratio=round(ours[0] / peer[0], 3) if known else None,
            ours_queries=ours[1],
            peer_queries=peer[1],
            aim=aim,
        )

    def _medians(self, sides, rounds, clock, warm=True):
        """Return the median of the seconds and the least number of queries of each side."""
        taken = [[] for _side in sides]
        until = time.monotonic() + ROW_SECONDS
        for number in range(0 if warm else 1, rounds + 1):
            if number > 1 and time.monotonic() > until:
                break
            # The side that goes first changes: whatever drifts, drifts for both.
            order = range(len(sides)) if number % 2 else reversed(range(len(sides)))
            for index in order:
                measured = sides[index].measure(clock)
                if number:
                    taken[index].append(measured)
        return [
            (
                statistics.median(seconds for seconds, _queries in measures),
                min(queries for _seconds, queries in measures),
            )
            for measures in taken
        ]

    def add(self, **row):
        self.rows.append(row)
        print(format_row(row), file=sys.stderr, flush=True)


class Silent(Report):
    """Fills caches and keeps nothing."""

    def add(self, **row):
        pass


HEAD = (
    f"{'':58} {'ours':>10} {'peer':>10} {'ratio':>6} {'queries':>11}  aim\n"
    f"{'':58} {'ms':>10} {'ms':>10} {'':>6} {'ours / peer':>11}"
)


def format_row(row):
    def cell(name, width, scale=1, digits=0):
        value = row.get(name)
        return f"{'':{width}}" if value is None else f"{value * scale:{width}.{digits}f}"

    return (
        f"{row['name']:58} {cell('ours_s', 10, 1000, 1)} {cell('peer_s', 10, 1000, 1)} "
        f"{cell('ratio', 6, 1, 2)} {cell('ours_queries', 5)} {cell('peer_queries', 5)}  "
        f"{row['aim']}"
    )


def format_table(rows):
    return "\n".join([HEAD, *map(format_row, rows)])
