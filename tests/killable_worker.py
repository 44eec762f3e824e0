"""A process that holds Odoo's registry and forks for every job, so that jobs can be killed.

A program, no test: it takes Odoo's options, reads one JSON object per line and answers with one::

    {"job": "outbox", "arguments": {}, "kill": {"who": "worker", "at": 7}}
    {"exit": -9, "answer": null}

A job is killed before the n-th thing that it asks of the database, or right after a commit, with
SIGKILL: no ``except``, no ``finally``, no rollback of ours runs. ``who`` is ``worker``, ``backend``
(the database's process behind the job's connection) or ``database`` (all of its processes).
"""

import gc
import json
import os
import signal
import sys
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

import psutil
from werkzeug.test import Client

from odoo import SUPERUSER_ID, api, http, sql_db
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service import server as service
from odoo.service.model import retrying
from odoo.tools import config

# what waits for its next try, or for its moment, is due, and somebody looks at it
TIME_PASSES = (
    "UPDATE delivery_event SET next_try_at = NULL, tries = 0 WHERE state = 'pending'",
    "UPDATE delivery_notice SET send_after = create_date WHERE state = 'pending'",
    "INSERT INTO ir_cron_trigger (cron_id, call_at)"
    " SELECT id, now() AT TIME ZONE 'UTC' FROM ir_cron WHERE active",
)
FORM = ("csrf_token", "snapshot_sha256", "rendition")
# they are never killed, and what they load spares all forks the loading
IN_PLACE = ("prepare", "prepare_changes", "finish", "verify")


class Killer:
    """Kills at the n-th thing asked of the database."""

    def __init__(self, who, at):
        self.who = who
        self.left = at

    def start(self):
        execute, commit = sql_db.Cursor.execute, sql_db.Cursor.commit

        def counted_execute(cursor, *args, **kwargs):
            self._count(cursor)
            return execute(cursor, *args, **kwargs)

        def counted_commit(cursor):
            self._count(cursor)
            commit(cursor)
            self._count(cursor)

        patch.object(sql_db.Cursor, "execute", counted_execute).start()
        patch.object(sql_db.Cursor, "commit", counted_commit).start()

    def _count(self, cursor):
        self.left -= 1
        if self.left:
            return
        if self.who == "worker":
            os.kill(os.getpid(), signal.SIGKILL)
        elif self.who == "backend":
            os.kill(cursor._cnx.get_backend_pid(), signal.SIGKILL)
        else:
            kill_database(Path(os.environ["KILLED_DATA"]))


def is_dead(number):
    """Tell whether the process of this number has ended, buried or not."""
    try:
        return psutil.Process(number).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def kill_database(data):
    """Kill all processes of a database server, the first one first: nobody tidies up.

    :param data: the folder of its data
    """
    main = psutil.Process(int((data / "postmaster.pid").read_text().split()[0]))
    family = [main, *main.children(recursive=True)]
    for process in family:
        process.kill()
    psutil.wait_procs(family, timeout=60)


class Worker:
    """The jobs."""

    def __init__(self, database):
        self.database = database

    def _env(self):
        Registry(self.database).check_signaling()
        cr = sql_db.db_connect(self.database).cursor()
        return closing(cr), api.Environment(cr, SUPERUSER_ID, {})

    def prepare(self, count):
        """Send ``count`` documents to as many contacts; return where and how each is signed.

        The contacts have opened their links and typed their codes: what is left is to sign.
        """
        closing_cr, env = self._env()
        with closing_cr as cr:
            slots = [self._send(env, number) for number in range(count)]
            found = [
                {"path": url.removeprefix(slot.get_base_url()), "code": code}
                for slot, url, code in slots
            ]
            cr.commit()
        for each in found:
            each.update(self._open(each["path"], each.pop("code")))
        return found

    def _send(self, env, number):
        company = env.ref("base.main_company")
        env = env(context={"mail_auto_subscribe_no_notify": True})
        customer = env["res.partner"].create(
            {"name": f"Signer {number}", "email": f"signer{number}@example.com"}
        )
        project = env["project.project"].create(
            {
                "name": f"Project {number}",
                "partner_id": customer.id,
                "company_id": company.id,
                "user_id": env.ref("base.user_admin").id,
            }
        )
        project.action_enable_delivery(env.ref("customer_delivery.delivery_mode_light").id)
        env["project.party"].search(
            [("project_id", "=", project.id), ("partner_id", "=", customer.id)]
        ).unlink()
        env["project.party"].create(
            {"project_id": project.id, "partner_id": customer.id, "may_sign": True}
        )
        must = env.ref("customer_delivery.project_requirement_priority_must")
        env["project.requirement"].create(
            [
                {"name": f"Need {each}", "project_id": project.id, "priority_id": must.id}
                for each in range(2)
            ]
        )
        flow = env["signoff.flow"].create(
            {
                "name": "Killed",
                "res_model": "project.baseline",
                "step_ids": [
                    Command.create(
                        {
                            "name": "Customer",
                            "meaning": "Agreed.",
                            "side": "customer",
                            "source": "signatory",
                            "needs_signature": True,
                            "accepts_link": True,
                        }
                    )
                ],
            }
        )
        flow.action_activate()
        package = project.action_publish_baseline("V1.0", "customer")
        slot = package.action_send_signoff(flow_id=flow.id).slot_ids
        url = slot.action_get_link()["url"]
        return slot, url, slot.action_get_code()

    def _client(self, session=None):
        client = Client(http.root)
        if session:
            client.set_cookie("session_id", session, domain="localhost")
        return client

    def _open(self, path, code):
        client = self._client()
        page = client.get(path).text
        answer = client.post(
            f"{path}/code", data={"csrf_token": self._value(page, "csrf_token"), "code": code}
        )
        assert answer.status_code == 303, answer.text
        page = client.get(path).text
        session = client.get_cookie("session_id", domain="localhost").value
        return {"session": session, "form": {name: self._value(page, name) for name in FORM}}

    def _value(self, page, name):
        return page.split(f'name="{name}" value="', 1)[1].split('"', 1)[0]

    def sign(self, path, session, form, signature):
        """Send the form of the page as a browser does; return (status, where it leads)."""
        answer = self._client(session).post(
            path, data={**form, "act": "approve", "signature": signature}
        )
        return answer.status_code, answer.headers.get("Location", "")

    def prepare_changes(self, titles, requirements):
        """Make approved changes on the same requirements; return their ids and the project's."""
        closing_cr, env = self._env()
        with closing_cr as cr:
            project = env["project.project"].create(
                {"name": "Applied", "company_id": env.ref("base.main_company").id}
            )
            project.action_enable_delivery(env.ref("customer_delivery.delivery_mode_standard").id)
            reqs = env["project.requirement"].create(
                [
                    {"name": f"R {number}", "project_id": project.id}
                    for number in range(requirements)
                ]
            )
            task = env["project.task"].create({"name": "Build", "project_id": project.id})
            env["project.requirement.link"].create(
                {"requirement_id": reqs[0].id, "task_id": task.id}
            )
            milestone = env["project.milestone"].create(
                {"name": "M", "project_id": project.id, "deadline": "2031-01-01"}
            )
            changes = [
                self._prepare_change(env, title, project, reqs, milestone) for title in titles
            ]
            cr.commit()
            return {"project": project.id, "changes": [change.id for change in changes]}

    def _prepare_change(self, env, title, project, requirements, milestone):
        change = env["project.change"].create(
            {
                "name": title,
                "project_id": project.id,
                "agreed_days": 2,
                "milestone_ids": [Command.set(milestone.ids)],
                "makes_tasks": True,
                "line_ids": [
                    *(
                        Command.create({"requirement_id": row.id, "name": f"{title} {row.id}"})
                        for row in requirements
                    ),
                    Command.create({"action": "add", "name": f"{title} new"}),
                ],
            }
        )
        change._pin_bases()
        change._decide("approved")
        return change

    def apply(self, change_id):
        """Put a change into effect as a call of the client does."""
        closing_cr, env = self._env()
        with closing_cr as cr:
            change = env["project.change"].browse(change_id)
            done = retrying(change.action_apply, env)
            cr.commit()
            return done

    def outbox(self):
        self._run("delivery.event", "_cron_drain")

    def mails(self):
        self._run("delivery.notice", "_cron_send")

    def seal(self):
        self._run("signoff.seal", "_cron_seal")

    def _run(self, model, method):
        closing_cr, env = self._env()
        with closing_cr as cr:
            getattr(env[model], method)()
            cr.commit()

    def finish(self):
        """Let everything that follows come to its end: mails follow from events, and so on."""
        for _round in range(3):
            closing_cr, env = self._env()
            with closing_cr as cr:
                for statement in TIME_PASSES:
                    cr.execute(statement)
                cr.commit()
            for job in (self.outbox, self.seal, self.mails):
                job()

    def verify(self):
        """Return what Verify finds in all companies, and in the snapshots that nobody signed."""
        closing_cr, env = self._env()
        with closing_cr:
            problems = []
            for company in env["res.company"].search([]):
                problems += [str(each) for each in env["signoff.seal"]._verify(company)[1]]
            snapshots = env["signoff.snapshot"].search([])
            problems += [each["problem"] for each in snapshots.action_verify() if not each["ok"]]
            return problems

    def serve(self, port):
        """Serve as Odoo's own server does, with its scheduled actions, until killed."""
        config["http_port"] = port
        server = service.ThreadedServer(http.root)
        server.run([self.database])


def patch_surroundings():
    """Take away what is not ours: the printer, and the customer's night."""
    from odoo.addons.base.models.ir_actions_report import IrActionsReport
    from odoo.addons.customer_delivery.core import quiet_hours

    at_once = lambda moment, *_rest: moment  # noqa: E731 (two names for it)
    patch.object(quiet_hours, "next_allowed", at_once).start()
    patch.object(quiet_hours, "next_day", at_once).start()
    paper = (b"%PDF-1.4 as a printer makes it", "pdf")
    patch.object(IrActionsReport, "_render_qweb_pdf", lambda *_args, **_kwargs: paper).start()


def run_job(worker, request, pipe):
    """Do a job in a fork of its own; leave without tidying up."""
    code = 1
    try:
        if request.get("kill"):
            Killer(**request["kill"]).start()
        result = getattr(worker, request["job"])(**request["arguments"])
        with os.fdopen(pipe, "w") as handle:
            json.dump(result, handle)
        code = 0
    except BaseException as error:  # noqa: BLE001 (the log says it, the exit code counts)
        print(f"{request['job']}: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
    finally:
        os._exit(code)


def main():
    """Serve jobs until the input ends."""
    config.parse_config(sys.argv[1:], setup_logging=True)
    (database,) = config["db_name"]
    service.load_server_wide_modules()
    Registry(database)
    patch_surroundings()
    # forks share the memory of what is loaded as long as nobody touches it
    gc.collect()
    gc.freeze()
    worker = Worker(database)
    answer("ready")
    for line in sys.stdin:
        request = json.loads(line)
        if request["job"] in IN_PLACE:
            answer({"exit": 0, "answer": getattr(worker, request["job"])(**request["arguments"])})
        else:
            fork(worker, request)


def answer(data):
    """Tell the other side; the connections that were used are of no use to forks."""
    sql_db.close_all()
    print(json.dumps(data), flush=True)


def fork(worker, request):
    """Do a job in a process of its own; wait for its end, unless it serves."""
    gc.freeze()
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        run_job(worker, request, writer)
    os.close(writer)
    if request["job"] == "serve":
        os.close(reader)
        answer({"pid": child})
        os.waitpid(child, 0)
        return
    with os.fdopen(reader) as handle:
        text = handle.read()
    _pid, status = os.waitpid(child, 0)
    answer({"exit": os.waitstatus_to_exitcode(status), "answer": json.loads(text or "null")})


if __name__ == "__main__":
    main()
