"""Signing, verifying and finding what waits, in a company with many signatures."""

import re
import statistics
import threading
import time
from base64 import b64encode
from pathlib import Path

import requests
import signed
from harness import Side
from portal_page import open_session
from werkzeug.test import Client

from odoo import http, sql_db

REQUIREMENTS = 10
SEAL_SECONDS = 60
# Odoo's workers let eight wait for each of them; a proxy holds back the others.
IN_FLIGHT = 16


# === SIGNING === #


def sign_package(env):
    """The customer's signature under a list of requirements, as his page lets it in."""
    silent = env(context={**env.context, **signed.SILENT})
    project = silent["project.project"].search([("name", "=", "Signed 0")])
    must = env.ref("customer_delivery.project_requirement_priority_must").id
    silent["project.requirement"].create(
        [
            {
                "name": f"Need {number}",
                "project_id": project.id,
                "priority_id": must,
                "description": "<p>What it does, and how we see that it does.</p>",
            }
            for number in range(REQUIREMENTS)
        ]
    )
    package = project.action_publish_baseline("Bench", "customer")
    row = package.action_send_signoff().sudo()
    slot = row.slot_ids.with_user(env.ref("base.public_user")).sudo()[:1]
    given = signed.values(slot, 0)
    return lambda: slot.with_context({})._decide("approve", "link", given)


def sign_document(env):
    """The customer's signature under a document without lines."""
    silent = env(context={**env.context, **signed.SILENT})
    project = silent["project.project"].search([("name", "=", "Signed 0")])
    slot = signed.send(silent, project, 1).slot_ids
    slot = slot.with_user(env.ref("base.public_user")).sudo()
    given = signed.values(slot, 0)
    return lambda: slot.with_context({})._decide("approve", "link", given)


# === VERIFYING === #


class Memory:
    """Watches the resident memory of this process from aside."""

    def __init__(self):
        self.samples = []
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._watch)

    def __enter__(self):
        self.idle = _resident()
        self.thread.start()
        return self

    def __exit__(self, *_error):
        self.over.set()
        self.thread.join()

    def _watch(self):
        while not self.over.wait(0.02):
            self.samples.append(_resident())

    def peak(self, share=1.0):
        """MiB above the beginning, at the highest in the first ``share`` of the time."""
        seen = self.samples[: max(int(len(self.samples) * share), 1)]
        return (max(seen, default=self.idle) - self.idle) / 1024


def verify(registry):
    """Verify the chain; return time, statements, seals and memory.

    Run it in a process of its own: memory is that above the idle process.
    """
    with signed.environment(registry) as env:
        seals = env["signoff.seal"]
        company = env.ref("base.main_company")
        # what is loaded once is not part of it
        seals._verify(company.browse(company.id + 10**6))
        queries, started = sql_db.sql_counter, time.perf_counter()
        with Memory() as memory:
            sealed, problems, count = seals._verify(company)
        seconds = time.perf_counter() - started
        if count:
            raise RuntimeError(f"Verify finds {problems[:3]}")
        return {
            "seconds": seconds,
            "queries": sql_db.sql_counter - queries,
            "sealed": sealed,
            "mib_fifth": memory.peak(0.2),
            "mib": memory.peak(),
        }


def _resident():
    """KiB of resident memory (Linux)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError("/proc/self/status has no VmRSS")


# === WHAT WAITS === #


class ToDo:
    """The page on which a contact finds what waits for him."""

    def __init__(self, registry, uid):
        self.client = Client(http.root)
        self.client.set_cookie("session_id", open_session(registry, uid).sid)

    def measure(self, clock=time.perf_counter):
        queries, started = sql_db.sql_counter, clock()
        answer = self.client.get("/my/delivery")
        body = answer.get_data(as_text=True)
        seconds, queries = clock() - started, sql_db.sql_counter - queries
        shown = len(set(re.findall(r"/my/delivery/sign/(\d+)", body)))
        if answer.status_code != 200 or shown < signed.WAITING:
            raise RuntimeError(f"/my/delivery: {answer.status} with {shown} lines")
        return seconds, queries


# === MANY AT ONCE === #


class Crowd:
    """People who sign at the same moment, over the network, by their personal links."""

    def __init__(self, registry, rule):
        self.registry = registry
        with signed.environment(registry) as env:
            project = env["project.project"].search([("name", "=", f"Signed {signed.CUSTOMERS}")])
            parties = project.delivery_party_ids.filtered("may_sign")
            if rule == "all":
                rounds = signed.send(env, project, 1, "For all", "all", parties)
            else:
                rounds = env["signoff.round"].sudo()
                for number, party in enumerate(parties):
                    rounds |= signed.send(env, project, 1, f"For {number}", "any", party)
            slots = rounds.slot_ids
            for slot in slots:
                slot._renew_link()
            self.paths = [f"/delivery/sign/{slot.id}/{slot._get_secret()}" for slot in slots]
            self.codes = [slot.round_id.snapshot_sha256 for slot in slots]
            self.slot_ids = slots.ids
            # nobody is told of all this, and no other work is due just now
            env.cr.execute("UPDATE delivery_event SET state = 'silenced' WHERE state = 'pending'")
            env.cr.execute("DELETE FROM ir_cron_trigger")
            env.cr.execute("UPDATE ir_cron SET nextcall = nextcall + interval '1 year'")
            env.cr.commit()

    def sign(self, server):
        """Let all sign at the address ``server``.

        :return: (seconds of each, errors, seconds until all were sealed or None)
        """
        drawn = "data:image/png;base64," + b64encode(signed.drawing(1)).decode()
        barrier = threading.Barrier(len(self.paths))
        proxy = threading.Semaphore(IN_FLIGHT)
        taken, errors = [], []

        def person(path, code):
            try:
                web = requests.Session()
                # as a proxy does: no worker waits for the next request of the same browser
                web.headers["Connection"] = "close"
                with proxy:
                    page = web.get(server + path, timeout=300)
                form = {
                    "csrf_token": re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1],
                    "rendition": re.search(r'name="rendition" value="([^"]+)"', page.text)[1],
                    "snapshot_sha256": code,
                    "act": "approve",
                    "signature": drawn,
                }
            except Exception as error:
                barrier.abort()
                errors.append(repr(error))
                return
            try:
                barrier.wait()
            except threading.BrokenBarrierError:
                return
            started = time.perf_counter()
            try:
                with proxy:
                    answer = web.post(server + path, data=form, allow_redirects=False, timeout=300)
            except OSError as error:
                errors.append(repr(error))
                return
            taken.append(time.perf_counter() - started)
            if answer.status_code != 303:
                errors.append(f"{answer.status_code}: {answer.text[:200]}")

        crowd = [
            threading.Thread(target=person, args=pair)
            for pair in zip(self.paths, self.codes, strict=True)
        ]
        for thread in crowd:
            thread.start()
        for thread in crowd:
            thread.join()
        return taken, errors, self._wait_for_seals()

    def _wait_for_seals(self):
        started = time.monotonic()
        while time.monotonic() - started < SEAL_SECONDS:
            with self.registry.cursor() as cr:
                cr.execute(
                    "SELECT count(*) FROM signoff_seal s JOIN signoff_decision d"
                    " ON d.id = s.decision_ref WHERE d.slot_id = ANY(%s)",
                    [self.slot_ids],
                )
                if cr.fetchone()[0] == len(self.slot_ids):
                    return time.monotonic() - started
            time.sleep(0.2)
        return None


# === ROWS === #


def measure(report, registry, uid_of, verified, server, quick):
    """Add the rows of signing.

    :param uid_of: function that returns the id of a login
    :param dict verified: what :func:`verify` found in a process of its own
    :param server: context manager that serves the database with two workers; gives its address
    """
    rounds = 3 if quick else 10
    for name, prepare in (
        (f"a list of {REQUIREMENTS} requirements", sign_package),
        ("a document without lines", sign_document),
    ):
        report.alone(
            f"signing {name}, {verified['sealed']} signatures kept",
            Side(registry, uid_of("admin"), prepare, {"lang": "en_US"}),
            rounds,
            "<= 150 ms, <= 40 queries",
        )
    report.add_pair(
        f"verify of {verified['sealed']}: {verified['mib']:.0f} MiB, {verified['mib_fifth']:.0f}"
        " after a fifth",
        (verified["seconds"], verified["queries"]),
        aim="<= 30 s, memory flat",
    )
    report.alone(
        f"portal, {signed.WAITING} items to do",
        ToDo(registry, uid_of(signed.SIGNER)),
        rounds,
        "<= 25 queries",
    )
    crowds = {
        "a document each": Crowd(registry, "any"),
        "one document for all": Crowd(registry, "all"),
    }
    with server() as address:
        for name, crowd in crowds.items():
            taken, errors, sealed = crowd.sign(address)
            if errors:
                raise RuntimeError(f"{len(errors)} of {len(crowd.paths)}: {errors[:3]}")
            report.add_pair(
                f"{len(taken)} sign at once, {name}: no error, sealed after "
                + (f"{sealed:.0f} s" if sealed is not None else f"more than {SEAL_SECONDS} s"),
                (statistics.median(taken), None),
                aim=f"no error, sealed in a minute (slowest {max(taken):.1f} s)",
            )
