"""bin/test: every test of the addon, layer by layer."""

import argparse
import contextlib
import sys
import time

import layers
from databases import Databases
from postgres import server
from say import CannotGoOn, note, run

DESCRIPTION = """
Run the tests. Without arguments: the plain tests of core/, lint, the tests in Odoo with browser
tours, JavaScript unit tests, install, update and removal, the wheel, and Odoo's own lint.
With paths or -k: those tests alone. The last line counts all of them.
"""


def arguments():
    parser = argparse.ArgumentParser(prog="bin/test", description=DESCRIPTION)
    parser.add_argument("paths", nargs="*", help="test files, folders or pytest node ids")
    parser.add_argument("-k", dest="name", help="tests whose name matches (as pytest's -k)")
    parser.add_argument("--fast", action="store_true", help="no tours, no slow checks")
    parser.add_argument("-x", dest="first", action="store_true", help="stop at the first failure")
    parser.add_argument("--lint", action="store_true", help="only the linters")
    parser.add_argument(
        "--fix", action="store_true", help="the linters, after mending what can be mended"
    )
    parser.add_argument(
        "--database-only",
        action="store_true",
        help="only what depends on the kind of PostgreSQL: tests/test_*database*.py",
    )
    return parser.parse_args()


class Tally:
    """Counts of all layers, each with its time."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.times = []

    @contextlib.contextmanager
    def layer(self, title):
        note(f"\n======== {title}")
        started = time.monotonic()
        before = (self.passed, self.failed, self.skipped)
        yield
        now = (self.passed, self.failed, self.skipped)
        counts = [after - count for after, count in zip(now, before, strict=True)]
        self.times.append((title, time.monotonic() - started, counts))

    def add(self, passed=0, failed=0, skipped=0):
        self.passed += passed
        self.failed += failed
        self.skipped += skipped

    def check(self, name, complaint):
        """Count a check that passes when it has nothing to complain about."""
        self.add(passed=not complaint, failed=bool(complaint))
        note(f"{name}: FAILED\n{complaint}" if complaint else f"{name}: ok")

    def report(self):
        sys.stdout.flush()
        note("\n======== summary")
        for title, seconds, (passed, failed, skipped) in self.times:
            counts = f"{passed:5} passed {failed:3} failed {skipped:3} skipped"
            note(f"{title:36} {seconds:7.1f} s {counts}")
        if not self.passed + self.failed:
            raise CannotGoOn("No test matches: check the path or the name.")
        last = f"{self.passed} passed, {self.failed} failed"
        print(last + (f", {self.skipped} skipped" if self.skipped else ""), flush=True)
        return 1 if self.failed else 0


def main():
    options = arguments()
    tally = Tally()
    chosen = layers.chosen(options)
    for layer in chosen.without_odoo:
        with tally.layer(layer.title):
            layer.run(options, tally)
    if chosen.in_odoo:
        with server() as postgres:
            databases = Databases(postgres)
            databases.drop_stale_runs()
            for layer in chosen.in_odoo:
                with tally.layer(layer.title):
                    layer.run(options, tally, databases)
    return tally.report()


if __name__ == "__main__":
    run(main)
