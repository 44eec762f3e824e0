"""A database server and an Odoo of one's own, both to be killed."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from unittest import SkipTest

import psycopg2

from odoo.tests.common import get_db_name
from odoo.tools import config

from .killable_worker import TIME_PASSES, is_dead, kill_database

TOOLS = Path(__file__).resolve().parents[1] / "bin" / "lib"
WORKER = Path(__file__).with_name("killable_worker.py")
DATABASE = "killed"
PATIENCE = 120


def open_tools():
    """Return the module that makes database servers; only the repository has it."""
    if not (TOOLS / "postgres.py").exists():
        raise SkipTest("an installed addon has no tools to make a database server to be killed")
    sys.path.insert(0, str(TOOLS))
    try:
        import postgres
    finally:
        sys.path.remove(str(TOOLS))
    return postgres


def free_port():
    """Return a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Killable:
    """A copy of the test's database in a server of its own, and a worker that forks for jobs."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.worker = None
        self.log = cluster.folder / "worker.log"

    @classmethod
    @contextlib.contextmanager
    def open(cls):
        with contextlib.ExitStack() as stack:
            killable = cls(stack.enter_context(open_tools().expendable_cluster()))
            killable._copy_database()
            log = stack.enter_context(open(killable.log, "w"))
            stack.callback(killable._end_worker)
            killable._start_worker(log)
            yield killable

    # === DATABASE === #

    def _copy_database(self):
        """Copy the test's database and its files."""
        source = {
            name: str(config[f"db_{name}"])
            for name in ("host", "port", "user", "password")
            if config[f"db_{name}"]
        }
        with contextlib.closing(psycopg2.connect(dbname=get_db_name(), **source)) as connection:
            if connection.server_version // 10000 > int(self.cluster.version.split(".")[0]):
                raise SkipTest("the programs of this system are older than the database server")
        names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
        environ = {**os.environ, **{names[name]: value for name, value in source.items()}}
        own = {**os.environ, **self.cluster.server().environ, "PGHOST": str(self.cluster.folder)}
        dump = self.cluster.folder / "copy.dump"
        for command, env in (
            (["pg_dump", "-Fc", "-Z0", "-f", dump, get_db_name()], environ),
            (["createdb", "-T", "template0", DATABASE], own),
            (["pg_restore", "-j2", "-d", DATABASE, dump], own),
        ):
            program = str(self.cluster.binaries / command[0])
            subprocess.run([program, *map(str, command[1:])], env=env, check=True)
        dump.unlink()
        self.data_dir = self.cluster.folder / "odoo"
        source_files = Path(config["data_dir"]) / "filestore" / get_db_name()
        if source_files.exists():
            # Odoo never rewrites a file
            shutil.copytree(
                source_files, self.data_dir / "filestore" / DATABASE, copy_function=os.link
            )
        # the scheduled actions of others are not what is looked at
        self.sql(
            "UPDATE ir_cron SET active = false WHERE id NOT IN ("
            "SELECT res_id FROM ir_model_data WHERE module = 'customer_delivery' AND name IN"
            " ('ir_cron_outbox', 'ir_cron_notice', 'ir_cron_seal'))"
        )

    def sql(self, query, *values, database=DATABASE):
        """Run a statement on the database as soon as it can be reached; return its rows."""
        give_up = time.monotonic() + PATIENCE
        while True:
            try:
                connection = psycopg2.connect(
                    dbname=database, host=str(self.cluster.folder), port=5432, user="odoo"
                )
                break
            except psycopg2.OperationalError:
                # it mends itself after one of its processes was killed
                if time.monotonic() > give_up:
                    raise
                time.sleep(0.05)
        with contextlib.closing(connection):
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(query, values or None)
                return cursor.fetchall() if cursor.description else []

    def kill_database(self):
        """Kill all processes of the database server, the first one first: nobody tidies up."""
        kill_database(self.cluster.data)

    def restart_database(self):
        """Start the database again after it was killed."""
        lock = self.cluster.data / "postmaster.pid"
        if lock.exists() and is_dead(int(lock.read_text().split()[0])):
            # pg_ctl takes one that nobody has buried yet for one that runs
            lock.unlink()
            (self.cluster.folder / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
        self.cluster.start()

    def pass_time(self):
        """Let what waits for its next try or its moment be due, and be looked at."""
        self.sql(";".join(TIME_PASSES))
        self.sql(f"NOTIFY cron_trigger, '{DATABASE}'", database="postgres")

    # === WORKER === #

    def _start_worker(self, log):
        options = {
            "db_host": self.cluster.folder,
            "db_port": 5432,
            "db_user": "odoo",
            "data-dir": self.data_dir,
            "addons-path": ",".join(map(str, config["addons_path"])),
            "database": DATABASE,
            "http-interface": "127.0.0.1",
            "max-cron-threads": 1,
            "log-level": "error",
            "load": "base,rpc,web",
        }
        environ = {**os.environ, "KILLED_DATA": str(self.cluster.data)}
        for name in ("ODOO_RC", "OPENERP_SERVER", "PGPASSWORD"):
            environ.pop(name, None)
        environ["PYTHONWARNINGS"] = "ignore"
        environ["PYTHONPATH"] = os.pathsep.join(sys.path)
        self.worker = subprocess.Popen(
            [
                *(sys.executable, str(WORKER), f"--config={os.devnull}"),
                *(f"--{name}={value}" for name, value in options.items()),
            ],
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        assert self._read() == "ready"

    def _read(self):
        line = self.worker.stdout.readline()
        if not line:
            raise AssertionError(f"the worker has ended:\n{self.get_log()}")
        return json.loads(line)

    def get_log(self):
        """Return the end of what the worker and its forks have said."""
        return self.log.read_text()[-4000:]

    def _end_worker(self):
        if self.worker:
            self.worker.stdin.close()
            self.worker.wait(PATIENCE)
            self.worker.stdout.close()

    def _send(self, job, kill, arguments):
        request = {"job": job, "arguments": arguments}
        if kill:
            request["kill"] = {"who": kill[0], "at": kill[1]}
        self.worker.stdin.write(json.dumps(request) + "\n")
        self.worker.stdin.flush()
        return self._read()

    def run(self, job, kill=None, **arguments):
        """Do a job in a process of its own, killed at some point or not.

        :param kill: (who, at): see ``killable_worker``
        :return: (whether it came to its end, its answer)
        """
        answer = self._send(job, kill, arguments)
        if not kill and answer["exit"]:
            raise AssertionError(f"{job} failed:\n{self.get_log()}")
        return answer["exit"] == 0, answer["answer"]

    @contextlib.contextmanager
    def serve(self, port):
        """Serve over HTTP, with scheduled actions; leaving kills the server."""
        pid = self._send("serve", None, {"port": port})["pid"]
        try:
            yield
        finally:
            os.kill(pid, signal.SIGKILL)
