"""bin/bench: the addon's speed against that of Odoo's own tasks."""

import argparse
import contextlib
import hashlib
import json
import os
import subprocess
import sys

from bench_peer import peer_addons, peer_version
from databases import Databases
from odoo_process import end
from odoo_source import addons_paths
from places import REPOSITORY, addons_folder, checkout_home, digest
from postgres import server
from say import CannotGoOn, note, run, step

DESCRIPTION = """
Compare the addon with Odoo's own tasks on 100 000 rows of each; what is compared is written in
bench/README.md. Prints a table and writes bench/results.json.
"""
FOLDER = REPOSITORY / "bench"
# What the generated data depend on.
GENERATOR = ("words.py", "workload.py")
SIGNER = ("signed.py", "addons/cd_bench_own/bench_document.py")
SIGNATURES = {False: 10_000, True: 200}
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
        help="parts: screens,changes,evidence,change,acceptance,portal,register,signoff,off",
    )
    return parser.parse_args()


class Bench:
    def __init__(self, databases, options):
        self.databases = databases
        self.options = options
        self.rows, self.projects, self.customers = SIZES[options.quick]

    def run(self, what, database, *extra, rows=None):
        """Run bench/run.py in Odoo's environment; its rows appear while it measures."""
        command = [sys.executable, FOLDER / "run.py", what, "--database", database]
        command += ["--config", self.databases.odoo.config(), "--rows", rows or self.rows, *extra]
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

        def build(name):
            self.databases.clone(self.databases.installed(), name)
            self.run(
                *("generate", name, "--projects", self.projects), *("--customers", self.customers)
            )

        title = f"{self.rows} tasks and as many requirements (once, minutes)"
        return self._kept("cd_bench", GENERATOR, self.rows, title, build)

    def signed(self):
        """The database of a company with many signatures, made once as the other is."""
        count = SIGNATURES[self.options.quick]

        def build(name):
            self.databases.clone(self.databases.installed(), name)
            self.install(name, "cd_bench_own")
            self.run("sign", name, *self.addons_path(), rows=count)

        title = f"{count} signatures, each through the engine (once, minutes)"
        return self._kept("cd_sign", SIGNER, count, title, build)

    def _kept(self, prefix, sources, rows, title, build):
        """A big database, made once for a state of the addon and of what makes it."""
        texts = [(FOLDER / name).read_bytes() for name in sources]
        hashes = [hashlib.sha256(text).hexdigest() for text in texts]
        key = digest(self.databases.installed(), rows, *hashes)
        name = f"{prefix}_{digest(REPOSITORY)[:4]}_{key}"
        if not self.databases.exists(name):
            self._forget_old(name)
            with step(title):
                try:
                    build(name)
                except BaseException:
                    self.databases.drop(name)
                    raise
        (self.databases.used / name).touch()
        with step("statistics for the planner", quiet_below=2):
            self.databases.sql("VACUUM ANALYZE", database=name)
        return name

    # === ADDONS OF THE BENCH === #

    def addons_path(self, *more):
        folders = [addons_folder(), FOLDER / "addons", *more, *addons_paths()]
        return "--addons-path", ",".join(map(str, folders))

    def install(self, database, module, *more):
        with step(f"install {module}", quiet_below=2):
            self.databases.odoo.run(database, "-i", module, *self.addons_path(*more))

    def _forget_old(self, name):
        """Big databases of earlier states of this checkout go, but for the last one."""
        dated = []
        for old in self.databases.names(name.rpartition("_")[0] + "_"):
            with contextlib.suppress(FileNotFoundError):
                dated.append(((self.databases.used / old).stat().st_mtime, old))
        for _date, old in sorted(dated)[: 1 - KEPT]:
            self.databases.drop(old)

    def measure(self):
        parts = self.options.only.split(",") if self.options.only else []
        output = checkout_home() / "bench.json"
        extra = ["--output", output, *(["--only", self.options.only] if parts else [])]
        with contextlib.ExitStack() as stack:
            clone = lambda source: stack.enter_context(self.databases.run_database(source))  # noqa: E731
            installed, template = self.databases.installed(), self.databases.template()
            if parts == ["signoff"]:
                database = clone(installed)
            else:
                database = self.database()
                extra += ["--off-with", clone(installed), "--off-without", clone(template)]
            if not parts or "signoff" in parts:
                extra += self._prepare_signoff(clone)
            self.run("measure", database, *extra)
        return json.loads(output.read_text())

    def _prepare_signoff(self, clone):
        """Databases of the part signoff, as arguments; the peer's only if it can be fetched."""
        peer = peer_addons()
        signed, rounds = clone(self.signed()), clone(self.databases.installed())
        self.install(rounds, "cd_bench_own")
        arguments = ["--signed", signed, "--rounds", rounds]
        if not peer:
            return [*arguments, *self.addons_path()]
        tiers = clone(self.databases.template())
        self.install(tiers, "cd_bench_peer", peer)
        note(f"The peer of approvals is base_tier_validation {peer_version()}.")
        return [*arguments, "--tiers", tiers, *self.addons_path(peer)]


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
