"""Odoo as a child process: its configuration, its log, and what in the log is a failure."""

import os
import re
import signal
import socket
import subprocess
import sys

from odoo_source import addons_paths, odoo_path
from places import ADDON, addons_folder, checkout_home
from say import CannotGoOn

LOG_LINE = re.compile(
    r"^\d{4}-\d\d-\d\d [\d:,]+ \d+ (?P<level>WARNING|ERROR|CRITICAL) \S+ (?P<text>.*)$"
)
OTHER_LINE = re.compile(r"^\d{4}-\d\d-\d\d [\d:,]+ \d+ [A-Z]+ \S+ ")

# Lines that a healthy Odoo writes while it installs, updates or removes any addon.
HARMLESS = (
    # Deprecated calls between Odoo and its libraries; those of the addon are not harmless.
    rf" py\.warnings: (?!(?s:.*){ADDON})",
)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def complaints(log, everything=False):
    """Warnings and errors of a log: those of the addon, or all but the harmless ones."""
    found = []
    entry = None
    for line in log.splitlines():
        match = LOG_LINE.match(line)
        if match:
            entry = [line]
            found.append(entry)
        elif OTHER_LINE.match(line):
            entry = None
        elif entry is not None:
            entry.append(line)
    texts = ["\n".join(entry) for entry in found]
    texts = [text for text in texts if not any(re.search(known, text) for known in HARMLESS)]
    return texts if everything else [text for text in texts if ADDON in text]


class OdooFailed(CannotGoOn):
    """Odoo ended with an error, or complained; the message holds what it said."""


class Odoo:
    """Runs Odoo's commands on databases of one server."""

    def __init__(self, server):
        self.server = server
        self.logs = checkout_home() / "logs"
        self.logs.mkdir(exist_ok=True)
        self.environ = {
            **os.environ,
            **server.environ,
            "PYTHONPATH": str(odoo_path()),
            "PYTHONWARNINGS": "ignore",
        }

    def config(self, port=8069, gevent_port=None):
        """Write a configuration file for a port and return its path."""
        paths = [addons_folder(), *addons_paths()]
        values = {
            "db_host": self.server.host,
            "db_port": self.server.port,
            "db_user": self.server.user,
            "data_dir": self.server.data_dir,
            "addons_path": ",".join(map(str, paths)),
            "http_interface": "127.0.0.1",
            "http_port": port,
            "gevent_port": gevent_port or port + 3,
            "server_wide_modules": "base,rpc,web",
            # where a failed tour leaves its picture
            "screenshots": self.logs,
        }
        if self.server.password:
            values["db_password"] = self.server.password
        lines = [f"{name} = {value}" for name, value in values.items()]
        path = checkout_home() / f"odoo-{self.server.state.name}-{port}.conf"
        text = "\n".join(["[options]", *lines, ""])
        if not path.exists() or path.read_text() != text:
            path.touch(mode=0o600)
            path.write_text(text)
        return path

    def command(self, *arguments, port=8069):
        head, *rest = [str(argument) for argument in arguments]
        config = ["-c", str(self.config(port))]
        # A subcommand comes before the options.
        line = [head, *config, *rest] if not head.startswith("-") else [*config, head, *rest]
        return [sys.executable, "-m", "odoo", *line]

    def run(self, database, *arguments, text_input=None, command=(), tests=False):
        """Run Odoo to its end and return its log; raise when it fails, other than by a test."""
        options = ["-d", database, "--log-level=warn", *arguments]
        if not tests:
            options.append("--no-http")
        if not command:
            options.append("--stop-after-init")
        child = subprocess.Popen(
            self.command(*command, *options),
            env=self.environ,
            stdin=subprocess.PIPE if text_input else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            log, _nothing = child.communicate(text_input)
        except BaseException:
            end(child)
            raise
        (self.logs / f"{database}.log").write_text(log)
        if child.returncode and not tests:
            raise OdooFailed(f"Odoo ended with {child.returncode}:\n{log[-6000:]}")
        return log

    def shell(self, database, code):
        return self.run(database, text_input=code + "\n", command=["shell"])

    def install(self, database, demo=False):
        """Install the addon; whatever the log complains about is a failure."""
        options = ["--with-demo"] if demo else []
        self.checked(database, "-i", ADDON, *options)

    def update(self, database):
        self.checked(database, "-u", ADDON)

    def try_uninstall(self, database):
        """Return a complaint when the addon could be removed together with its evidence."""
        log = self.shell(
            database,
            "from odoo.exceptions import UserError\n"
            "try:\n"
            f'    env["ir.module.module"].search([("name", "=", "{ADDON}")]).button_uninstall()\n'
            "except UserError as error:\n"
            '    print("REFUSED:", error)\n',
        )
        return "" if "REFUSED:" in log else f"It was not refused:\n{log[-2000:]}"

    def uninstall(self, database):
        """Remove the addon, together with the evidence that it would rather keep."""
        log = self.shell(
            database,
            f'env["ir.config_parameter"].set_param("{ADDON}.allow_uninstall", "True")\n'
            f'env["ir.module.module"].search([("name", "=", "{ADDON}")])'
            ".button_immediate_uninstall()",
        )
        self._check(log)

    def checked(self, database, *arguments):
        self._check(self.run(database, *arguments))

    def _check(self, log):
        said = complaints(log, everything=True)
        if said:
            raise OdooFailed("Odoo complained:\n" + "\n".join(said))


def end(child, seconds=20):
    """Ask a child process to end, insist after a while."""
    if child.poll() is None:
        child.send_signal(signal.SIGINT)
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def require_free_port(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CannotGoOn(
                f"Port {port} is taken: stop what listens there or use --port N."
            ) from error
