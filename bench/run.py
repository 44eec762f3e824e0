"""Everything that is measured inside Odoo; called by bin/bench with prepared databases."""

import argparse
import contextlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import acceptance
import approval
import change_requests
import changes
import evidence
import harness
import off_cost
import portal_page
import register_file
import requests
import screens
import signed
import signoff
import workload

import odoo
from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry
from odoo.service.server import load_server_wide_modules

MODELS = ("project.requirement", "project.task")


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["generate", "sign", "measure", "memory", "verify"])
    parser.add_argument("--config", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--off-with", help="database with the addon")
    parser.add_argument("--off-without", help="database without the addon")
    parser.add_argument("--signed", help="database with many signatures")
    parser.add_argument("--rounds", help="database for rounds of decisions")
    parser.add_argument("--tiers", help="database with base_tier_validation")
    parser.add_argument("--addons-path", help="instead of that in the configuration")
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--projects", type=int)
    parser.add_argument("--customers", type=int)
    parser.add_argument("--output", type=Path)
    parser.add_argument("--only", default="", help="names of parts, separated by commas")
    parser.add_argument("--quick", action="store_true")
    return parser.parse_args()


def main():
    options = arguments()
    start_odoo(options)
    registry = Registry(options.database)
    if options.what == "generate":
        workload.generate(registry, options.rows, options.projects, options.customers)
        return
    if options.what == "sign":
        signed.generate(registry, options.rows)
        return
    if options.what == "verify":
        print(json.dumps(signoff.verify(registry)))
        return
    if options.what == "memory":
        print(register_file.memory(registry, user_id(registry, "admin")))
        return
    report = harness.Report()
    for part in PARTS:
        if not options.only or part.__name__.removeprefix("measure_") in options.only.split(","):
            part(report, registry, options)
    options.output.write_text(json.dumps(report.rows, indent=2, ensure_ascii=False) + "\n")


def start_odoo(options):
    arguments = ["-c", options.config, "-d", options.database, "--no-http", "--log-level=warn"]
    if options.addons_path:
        arguments += ["--addons-path", options.addons_path]
    odoo.tools.config.parse_config(arguments, setup_logging=True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    load_server_wide_modules()


def user_id(registry, login):
    with registry.cursor() as cr:
        return Environment(cr, SUPERUSER_ID, {})["res.users"].search([("login", "=", login)]).id


def pair_of_models(registry):
    """Return a function that makes both sides of a comparison of the two models."""
    uid = user_id(registry, workload.READER)
    with registry.cursor() as cr:
        user = Environment(cr, uid, {}).user
        context = {"lang": user.lang, "tz": "UTC", "allowed_company_ids": user.company_ids.ids}
    return lambda prepare: [
        harness.Side(registry, uid, prepare(model), context) for model in MODELS
    ]


def measure_screens(report, registry, options):
    screens.measure(report, pair_of_models(registry), 3 if options.quick else 15)


def measure_changes(report, registry, options):
    count = 100 if options.quick else 1000
    pair = pair_of_models(registry)
    # a small round for all caches: a full one takes minutes
    changes.measure(harness.Silent(), pair, 1, 20)
    changes.measure(report, pair, 1 if options.quick else 3, count)


def measure_evidence(report, registry, options):
    context = {"tz": "UTC", "lang": "en_US"}

    def side_of(login):
        uid = user_id(registry, login)
        return lambda prepare: harness.Side(registry, uid, prepare, context)

    rounds = 3 if options.quick else 15
    evidence.measure(report, side_of("admin"), side_of(workload.READER), rounds, options.quick)


def measure_change(report, registry, options):
    context = {"tz": "UTC", "lang": "en_US"}
    reader, manager = user_id(registry, workload.READER), user_id(registry, "admin")
    rounds = 3 if options.quick else 15
    change_requests.measure_screens(
        report,
        lambda *prepares: [harness.Side(registry, reader, each) for each in prepares],
        rounds,
    )
    change_requests.measure_apply(
        report, lambda prepare: harness.Side(registry, manager, prepare), min(rounds, 7)
    )
    evidence.measure_impact(
        report,
        lambda prepare: harness.Side(registry, manager, prepare, context),
        rounds,
        options.quick,
    )


def measure_acceptance(report, registry, options):
    uid = user_id(registry, workload.READER)
    context = {"tz": "UTC", "lang": "en_US"}
    acceptance.measure(
        report,
        lambda prepare: harness.Side(registry, uid, prepare, context),
        off_sides(options),
        3 if options.quick else 15,
        options.quick,
    )


def off_sides(options):
    """Return a function that makes the sides with and without the addon."""
    sides = []
    for name in (options.off_with, options.off_without):
        registry = Registry(name)
        uid = off_cost.prepare_database(registry, with_addon=name == options.off_with)
        sides.append((registry, uid))
    return lambda prepare: [harness.Side(registry, uid, prepare) for registry, uid in sides]


def measure_off(report, _registry, options):
    off_cost.measure(report, off_sides(options), 3 if options.quick else 15)


def measure_portal(report, registry, options):
    uid = user_id(registry, workload.PORTAL)
    portal_page.measure(report, registry, uid, 3 if options.quick else 15)


def measure_register(report, registry, options):
    uid = user_id(registry, "admin")

    def pair(*prepares):
        return [harness.Side(registry, uid, prepare) for prepare in prepares]

    # a process of its own: what others left in memory would hide what the export takes
    arguments = ["--config", options.config, "--database", options.database]
    found = subprocess.run(
        [sys.executable, __file__, "memory", *arguments, "--rows", str(options.rows)],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    rounds = 1 if options.quick else 3
    register_file.measure(report, pair, rounds, float(found.stdout.split()[-1]))


def measure_signoff(report, _registry, options):
    if not options.signed:
        return
    registry = Registry(options.signed)
    # the server's program answers for this database too
    odoo.tools.config["db_name"] = [options.database, options.signed]
    # a process of its own: what others left in memory would hide what it takes
    found = subprocess.run(
        [sys.executable, __file__, "verify", *common_arguments(options, options.signed)],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    signoff.measure(
        report,
        registry,
        lambda login: user_id(registry, login),
        json.loads(found.stdout.splitlines()[-1]),
        lambda: serving(options, options.signed),
        options.quick,
    )
    peer = Registry(options.tiers) if options.tiers else None
    approval.measure(report, Registry(options.rounds), peer, options.quick)


def common_arguments(options, database):
    arguments = ["--config", options.config, "--database", database, "--rows", str(options.rows)]
    return arguments + (["--addons-path", options.addons_path] if options.addons_path else [])


@contextlib.contextmanager
def serving(options, database):
    """Serve a database with two workers and one for crons; give the address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = Path(__file__).with_name("server.py")
    command = [sys.executable, program, "-c", options.config, "-d", database]
    command += ["--workers=2", "--max-cron-threads=1", f"--http-port={port}"]
    command += [f"--gevent-port={port + 1}", f"--addons-path={options.addons_path}"]
    # decisions that start again are logged as errors; what failed is seen by who signs
    command += ["--log-level=critical"]
    # the one who sends shares the machine: he is no slow client
    environ = {**os.environ, "ODOO_HTTP_SOCKET_TIMEOUT": "60"}
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, env=environ, start_new_session=True)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(address, child)
        yield address
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGTERM)
        child.wait()


def wait_for(address, child, seconds=300):
    until = time.monotonic() + seconds
    while time.monotonic() < until and child.poll() is None:
        with contextlib.suppress(OSError):
            # the login page: its style and script are made once
            if requests.get(f"{address}/web/login", timeout=seconds).ok:
                return
        time.sleep(0.5)
    raise RuntimeError("The server does not answer.")


PARTS = (
    measure_screens,
    measure_changes,
    measure_evidence,
    measure_change,
    measure_acceptance,
    measure_portal,
    measure_register,
    measure_signoff,
    measure_off,
)


if __name__ == "__main__":
    main()
