"""bin/bench: the addon's speed against that of Odoo's own tasks."""

import argparse
import contextlib
import hashlib
import json
import os
import subprocess
import sys

from databases import Databases
from odoo_process import end
from places import REPOSITORY, checkout_home, digest
from postgres import server
from say import CannotGoOn, note, run, step

DESCRIPTION = """
Compare the addon with Odoo's own tasks on 100 000 rows of each; what is compared is written in
bench/README.md. Prints a table and writes bench/results.json.
"""
FOLDER = REPOSITORY / "bench"
# What the generated data depend on.
GENERATOR = ("words.py", "workload.py")
SIZES = {False: (100_000, 200, 2_000), True: (10_000, 20, 200)}
KEPT = 2


def arguments():
    parser = argparse.ArgumentParser(prog="bin/bench", description=DESCRIPTION)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="a tenth of the rows and few rounds; bench/results.json stays as it is",
    )
    parser.add_argument(
        "--only",
        default="",
        help="parts: screens,changes,evidence,change,acceptance,portal,register,off",
    )
    return parser.parse_args()


class Bench:
    def __init__(self, databases, options):
        self.databases = databases
        self.options = options
        self.rows, self.projects, self.customers = SIZES[options.quick]

    def run(self, what, database, *extra):
        """Run bench/run.py in Odoo's environment; its rows appear while it measures."""
        command = [sys.executable, FOLDER / "run.py", what, "--database", database]
        command += ["--config", self.databases.odoo.config(), "--rows", self.rows, *extra]
        if self.options.quick:
            command.append("--quick")
        child = subprocess.Popen(
            [str(part) for part in command],
            env={**os.environ, **self.databases.odoo.environ},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            code = child.wait()
        finally:
            end(child)
        if code:
            raise CannotGoOn("The measurement stopped: what is logged above says why.")

    def database(self):
        """The big database, made once for a state of the addon and of the generator."""
        installed = self.databases.installed()
        sources = [(FOLDER / name).read_bytes() for name in GENERATOR]
        key = digest(installed, self.rows, *(hashlib.sha256(text).hexdigest() for text in sources))
        name = f"cd_bench_{digest(REPOSITORY)[:4]}_{key}"
        if not self.databases.exists(name):
            self._forget_old(name)
            with step(f"{self.rows} tasks and as many requirements (once, minutes)"):
                try:
                    self.databases.clone(installed, name)
                    self.run(
                        *("generate", name, "--projects", self.projects),
                        *("--customers", self.customers),
                    )
                except BaseException:
                    self.databases.drop(name)
                    raise
        (self.databases.used / name).touch()
        with step("statistics for the planner", quiet_below=2):
            self.databases.sql("VACUUM ANALYZE", database=name)
        return name

    def _forget_old(self, name):
        """Big databases of earlier states of this checkout go, but for the last one."""
        dated = []
        for old in self.databases.names(name.rpartition("_")[0] + "_"):
            with contextlib.suppress(FileNotFoundError):
                dated.append(((self.databases.used / old).stat().st_mtime, old))
        for _date, old in sorted(dated)[: 1 - KEPT]:
            self.databases.drop(old)

    def measure(self):
        database = self.database()
        output = checkout_home() / "bench.json"
        installed, template = self.databases.installed(), self.databases.template()
        with contextlib.ExitStack() as stack:
            clones = [
                stack.enter_context(self.databases.run_database(source))
                for source in (installed, template)
            ]
            extra = ["--off-with", clones[0], "--off-without", clones[1], "--output", output]
            if self.options.only:
                extra += ["--only", self.options.only]
            self.run("measure", database, *extra)
        return json.loads(output.read_text())


def main():
    options = arguments()
    with server() as postgres:
        databases = Databases(postgres)
        databases.drop_stale_runs()
        rows = Bench(databases, options).measure()
    if not (options.quick or options.only):
        target = FOLDER / "results.json"
        target.write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
        note(f"Written to {target}.")


if __name__ == "__main__":
    run(main)
