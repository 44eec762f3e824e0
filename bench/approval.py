"""Rounds of decisions against the tiers of OCA's base_tier_validation: starting, deciding, reading.

Both sides have a document of the same columns (``bench/addons``), two people who decide one after
the other, and neither mails nor activities. The peer lives in a database of its own.
"""

import contextlib
import re
import signal
import time

from harness import Side

from odoo import sql_db
from odoo.api import SUPERUSER_ID, Environment
from odoo.fields import Command

AUTHOR, FIRST, SECOND, COUNTED = "bench_author", "bench_first", "bench_second", "bench_counted"
SILENT = {"tracking_disable": True, "no_reset_password": True, "mail_create_nolog": True}
# as a browser sends it: without a time zone, the user's is read
CONTEXT = {"lang": "en_US", "tz": "UTC"}
BATCH = 500
PAGE = 80
# Whoever takes longer is not done.
PATIENCE = 600
WRITING = re.compile(r"\s*(INSERT|UPDATE|DELETE|WITH)\b", re.I)
READ_BY = {
    "own": ("name", "amount", "signoff_state", "signoff_waiting_for"),
    "peer": ("name", "amount", "validation_status", "reviewer_ids", "can_review"),
}


class TooLong(Exception):
    """A side was not done in time."""


# === DATA === #


class Data:
    """People, a flow and documents of one side."""

    model = "bench.document"

    def __init__(self, registry):
        self.registry = registry

    def make(self, pending, counted):
        """Fill the database: ``pending`` documents wait, for somebody else ``counted`` more."""
        with self.environment() as env:
            for login in (AUTHOR, FIRST, SECOND, COUNTED):
                env["res.users"].create(
                    {
                        "name": login,
                        "login": login,
                        "group_ids": [Command.set(self.groups(env).ids)],
                    }
                )
            self.configure(env, FIRST)
            env.cr.commit()
        self.fill(pending)
        with self.environment() as env:
            self.configure(env, COUNTED)
            env.cr.commit()
        self.fill(counted)
        with self.environment() as env:
            self.configure(env, FIRST)
            env.cr.execute("ANALYZE")
            env.cr.commit()

    def fill(self, count):
        uid = self.uid(AUTHOR)
        for start in range(0, count, BATCH):
            with self.environment(uid) as env:
                self.start(self.documents(env, min(BATCH, count - start)))
                env.cr.commit()

    @contextlib.contextmanager
    def environment(self, uid=SUPERUSER_ID):
        with self.registry.cursor() as cr:
            yield Environment(cr, uid, SILENT)

    def uid(self, login):
        with self.environment() as env:
            return env["res.users"].search([("login", "=", login)]).id

    def documents(self, env, count):
        return env[self.model].create(
            [
                {"name": f"Document {number}", "content": "What is agreed.", "amount": number}
                for number in range(count)
            ]
        )

    def groups(self, env):
        return env.ref("base.group_user")


class Own(Data):
    """Rounds of this addon."""

    name = "own"

    def groups(self, env):
        return env.ref("customer_delivery.group_delivery_user")

    def configure(self, env, first):
        self.make_flow(env, (first,), (SECOND,))

    def make_flow(self, env, *steps):
        """Put into the place of the flow before one with a step for each group of logins."""
        flows = env["signoff.flow"].search([("res_model", "=", self.model)])
        flows.write({"active": False})
        users = env["res.users"]
        flow = flows.create(
            {
                "name": "Bench",
                "res_model": self.model,
                "step_ids": [
                    Command.create(
                        {
                            "name": f"Step {number}",
                            "sequence": number,
                            "source": "user",
                            "user_ids": [Command.set(users.search([("login", "in", logins)]).ids)],
                            "rule": "all",
                            "meaning": "Agreed.",
                        }
                    )
                    for number, logins in enumerate(steps, 1)
                ],
            }
        )
        flow.action_activate()

    def start(self, documents):
        flow = documents.env["signoff.flow"].sudo().search([("res_model", "=", self.model)])
        documents.action_send_signoff(flow_id=flow.id)

    def decide(self, document, login):
        """Return a call that decides as ``login``, ready to be measured."""
        slot = document.env["signoff.slot"].search(
            [
                ("res_model", "=", self.model),
                ("res_id", "=", document.id),
                ("user_id.login", "=", login),
                ("state", "=", "pending"),
            ]
        )
        code = slot.round_id.snapshot_sha256
        slot = slot.with_user(slot.user_id)
        return lambda: slot.action_decide("approve", code)

    def count(self, env):
        return env["signoff.slot"].get_my_counts()["approve"]


class Peer(Data):
    """Tiers of base_tier_validation."""

    name = "peer"

    def configure(self, env, first):
        definitions = env["tier.definition"].search([("model", "=", self.model)])
        definitions.write({"active": False})
        users = env["res.users"]
        for sequence, login in ((30, first), (20, SECOND)):
            definitions.create(
                {
                    "model_id": env["ir.model"]._get_id(self.model),
                    "review_type": "individual",
                    "reviewer_id": users.search([("login", "=", login)]).id,
                    "sequence": sequence,
                    "approve_sequence": True,
                }
            )

    def start(self, documents):
        documents.request_validation()

    def decide(self, document, login):
        user = document.env["res.users"].sudo().search([("login", "=", login)])
        document = document.with_user(user)
        return document.validate_tier

    def count(self, env):
        return sum(row["pending_count"] for row in env["res.users"].review_user_count())


# === SIDES === #


class Bounded(Side):
    """A side that is stopped when it takes too long."""

    def measure(self, clock=time.perf_counter):
        def stop(_signal, _frame):
            raise TooLong

        before = signal.signal(signal.SIGALRM, stop)
        signal.alarm(PATIENCE)
        try:
            return super().measure(clock)
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, before)


def start(data, count):
    def prepare(env):
        documents = data.documents(env, count)
        env.flush_all()

        def call():
            data.start(documents)
            env.flush_all()

        return call

    return prepare


def decide(data, before, login, fresh=False):
    """The decision of ``login`` on a document that waits, after those of ``before``.

    :param bool fresh: on a new document, whose only step asks both people
    """
    # every round another document: what was read of one helps nobody with the next
    numbers = iter(range(10**6))

    def prepare(env):
        if fresh:
            document = data.documents(env, 1)
            data.make_flow(env(su=True, user=SUPERUSER_ID), (FIRST, SECOND))
            data.start(document)
        else:
            documents = env[data.model].sudo()
            document = documents.search([], order="id", limit=1, offset=next(numbers))
            document = document.with_env(env)
        for other in before:
            data.decide(document.sudo(), other)()
        env.flush_all()
        return data.decide(document.sudo(), login)

    return prepare


def read_list(data):
    specification = {
        name: {"fields": {"display_name": {}}} if name == "reviewer_ids" else {}
        for name in READ_BY[data.name]
    }

    def prepare(env):
        return lambda: env[data.model].web_search_read(
            [], specification, limit=PAGE, order="id desc", offset=1
        )

    return prepare


def count(data, expected):
    def prepare(env):
        def call():
            found = data.count(env)
            if found != expected:
                raise RuntimeError(f"{data.name} counts {found} of {expected}")

        return call

    return prepare


def writes(side):
    """Return how many statements of a side write."""
    found = []
    execute = sql_db.Cursor.execute

    def listening(cursor, query, *args, **kwargs):
        text = str(getattr(query, "code", query))
        if WRITING.match(text):
            found.append(text)
        return execute(cursor, query, *args, **kwargs)

    prepare = side.prepare

    def listened(env):
        call = prepare(env)

        def listened_call():
            sql_db.Cursor.execute = listening
            try:
                call()
                env.cr.flush()
            finally:
                sql_db.Cursor.execute = execute

        return listened_call

    Side(side.registry, side.uid, listened, side.context).measure(time.perf_counter)
    return len(found)


# === ROWS === #


def measure(report, own_registry, peer_registry, quick):
    """Add the rows of approvals; the peer's registry may be missing."""
    pending, counted = (1_000, 200) if quick else (10_000, 2_000)
    sides = [Own(own_registry)]
    if peer_registry is not None:
        sides.append(Peer(peer_registry))
    for data in sides:
        data.make(pending, counted)
    rounds = 5 if quick else 15
    _measure_starts(report, sides, quick)
    _measure_decisions(report, sides, rounds * 2)
    _measure_reading(report, sides, pending, counted, rounds)


def _sides(sides, login, prepare, kind=Side):
    return [kind(data.registry, data.uid(login), prepare(data), CONTEXT) for data in sides]


def _measure_starts(report, sides, quick):
    sizes = (100, 200, 1_000) if quick else (1_000, 2_000, 10_000)
    aims = (">= 5 x faster", ">= 10 x faster", "t / t of a tenth <= 11")
    taken = {}
    for size, aim in zip(sizes, aims, strict=True):
        found = []
        for side in _sides(sides, AUTHOR, lambda data, size=size: start(data, size), Bounded):
            side.measure() if size == sizes[0] else None
            try:
                measured = [side.measure() for _round in range(3 if size == sizes[0] else 1)]
                found.append(min(measured))
            except TooLong:
                found.append((None, None))
        taken[size] = found
        growth = ""
        if size == sizes[2]:
            growth = ", ".join(
                f"{now[0] / first[0]:.1f}" if now[0] else f"not done in {PATIENCE} s"
                for now, first in zip(found, taken[sizes[0]], strict=True)
            )
            growth = f" (is: {growth})"
        report.add_pair(f"start of {size} documents", *found, aim=aim + growth)


def _measure_decisions(report, sides, rounds):
    alone = _sides(sides[:1], AUTHOR, lambda data: decide(data, (), FIRST, fresh=True))
    report.alone("decision, one of two in a step", alone[0], rounds, "<= 8 queries, and now()")
    for name, before, login in (
        ("decision, first of two steps", (), FIRST),
        ("decision, last of two steps", (FIRST,), SECOND),
    ):
        found = _sides(sides, AUTHOR, lambda data, b=before, u=login: decide(data, b, u))
        report.compare_or_alone(name, found, rounds, "no slower")


def _measure_reading(report, sides, pending, counted, rounds):
    found = _sides(sides, AUTHOR, read_list)
    wrote = [writes(side) for side in found]
    report.compare_or_alone(
        f"list, {PAGE} documents at {pending} waiting",
        found,
        rounds,
        f"constant queries; writes: {wrote}",
    )
    found = _sides(sides, COUNTED, lambda data: count(data, counted))
    wrote = [writes(side) for side in found]
    report.compare_or_alone(
        f"counter at {counted} waiting",
        found,
        rounds,
        f"<= 3 queries, <= 20 ms; writes: {wrote}",
    )
