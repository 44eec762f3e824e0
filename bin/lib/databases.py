"""Databases made once and cloned per run.

Three layers, each keyed by all that it depends on: the addon's dependencies (template), the
addon installed (installed), and the same with its asset bundles (web).
"""

import ast
import contextlib
import fcntl
import os
import platform
import shutil

import psycopg2
from environment import LIBRARY
from odoo_process import Odoo
from odoo_source import version_key
from places import (
    ADDON,
    REPOSITORY,
    assets_key,
    digest,
    home,
    installed_key,
    lock,
)
from say import CannotGoOn, step

KEPT = {"cd_tpl": 4, "cd_ins": 12, "cd_web": 12}
# The first one is the default of new contacts.
LANGUAGES = "en_US,zh_CN,zh_TW"


def manifest():
    return ast.literal_eval((REPOSITORY / "__manifest__.py").read_text())


class Databases:
    """The databases of one server."""

    def __init__(self, server):
        self.server = server
        self.odoo = Odoo(server)
        self.used = server.state / "used"
        self.used.mkdir(exist_ok=True)
        self._run_prefix = f"cd_run_{digest(platform.node(), home())[:6]}"
        self._runs = 0

    # === SQL === #

    def sql(self, query, *values, database="postgres"):
        """Run one statement outside a transaction and return its rows."""
        with contextlib.closing(self._connect(database)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(query, values)
                return cursor.fetchall() if cursor.description else []

    def _connect(self, database):
        server = self.server
        try:
            return psycopg2.connect(
                host=server.host,
                port=server.port,
                user=server.user,
                password=server.password,
                dbname=database,
            )
        except psycopg2.OperationalError as error:
            raise CannotGoOn(
                f"PostgreSQL at {server.host} refuses user {server.user} "
                f"({' '.join(str(error).split())}): check PGHOST, PGPORT, PGUSER and PGPASSWORD."
            ) from error

    def exists(self, name):
        return bool(self.sql("SELECT 1 FROM pg_database WHERE datname = %s", name))

    def names(self, prefix):
        pattern = prefix.replace("_", r"\_") + "%"
        rows = self.sql("SELECT datname FROM pg_database WHERE datname LIKE %s", pattern)
        return sorted(name for (name,) in rows)

    def drop(self, name):
        if self.exists(name):
            self.sql(f'ALTER DATABASE "{name}" WITH IS_TEMPLATE false')
            self.sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", name
            )
            self.sql(f'DROP DATABASE IF EXISTS "{name}"')
        shutil.rmtree(self._filestore(name), ignore_errors=True)
        (self.used / name).unlink(missing_ok=True)

    def _filestore(self, name):
        return self.server.data_dir / "filestore" / name

    def clone(self, source, target):
        """Copy a database and its files; Odoo never rewrites a file, so links do."""
        self.drop(target)
        with lock(f"db-{source}", shared=True):
            self.sql(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')
            if self._filestore(source).exists():
                copy = shutil.copy2 if platform.system() == "Darwin" else os.link
                shutil.copytree(
                    self._filestore(source), self._filestore(target), copy_function=copy
                )

    # === LAYERS === #

    def template(self, demo=False):
        """A database with the addon's dependencies and their asset bundles."""
        depends = sorted(manifest()["depends"])
        requirements = (LIBRARY / "requirements-odoo.txt").read_text()
        parts = [depends, demo, LANGUAGES, requirements, version_key()]
        if self.server.is_named:
            # Others may use that server too, and their files are in another home.
            parts.append(home())
        name = f"cd_tpl_{digest(*parts)}"
        if demo:
            title = "Odoo's applications with demo data in three languages (once, minutes)"
            options = ["--with-demo", "--load-language", LANGUAGES]
        else:
            title = "Odoo's applications (once, one to three minutes)"
            options = []

        def build(database):
            self.odoo.run(database, "-i", ",".join(depends), *options)
            self.pregenerate_assets(database)

        return self._layer(name, title, build)

    def installed(self, demo=False):
        """The template with the addon installed."""
        template = self.template(demo)
        name = f"cd_ins_{digest(template, installed_key())}"

        def build(database):
            self.clone(template, database)
            self.odoo.install(database, demo=demo)

        return self._layer(name, f"install {ADDON}", build)

    def web(self):
        """The installed database with the asset bundles that the addon's files change."""
        installed = self.installed()
        name = f"cd_web_{digest(installed, assets_key())}"

        def build(database):
            self.clone(installed, database)
            self.pregenerate_assets(database)

        return self._layer(name, "asset bundles", build)

    def pregenerate_assets(self, database):
        self.odoo.shell(database, 'env["ir.qweb"]._pregenerate_assets_bundles(); env.cr.commit()')

    def _layer(self, name, title, build):
        with lock(f"make-{name}"):
            if not self._is_template(name):
                self.drop(name)
                with step(title):
                    try:
                        build(name)
                    except BaseException:
                        self.drop(name)
                        raise
                self.sql(f'ALTER DATABASE "{name}" WITH IS_TEMPLATE true ALLOW_CONNECTIONS false')
            (self.used / name).touch()
        self._prune(name[:6])
        return name

    def _is_template(self, name):
        """Whether the layer is complete, with its files."""
        query = "SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate"
        return (self.used / name).exists() and bool(self.sql(query, name))

    def _prune(self, prefix):
        """Keep the layers used last; one that is being cloned stays."""
        dated = []
        for name in self.names(prefix):
            with contextlib.suppress(FileNotFoundError):
                dated.append(((self.used / name).stat().st_mtime, name))
        for _date, name in sorted(dated)[: -KEPT[prefix]]:
            path = home() / "locks" / f"db-{name}"
            with open(path, "w") as handle, contextlib.suppress(BlockingIOError):
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self.drop(name)

    # === RUNS === #

    @contextlib.contextmanager
    def run_database(self, source):
        """A clone for one run, gone afterwards."""
        self._runs += 1
        name = f"{self._run_prefix}_{os.getpid()}_{self._runs}"
        self.clone(source, name)
        try:
            yield name
        finally:
            self.drop(name)

    def drop_stale_runs(self):
        """Drop what runs left behind that were killed."""
        for name in self.names(self._run_prefix):
            pid = int(name.split("_")[3])
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                self.drop(name)
            except PermissionError:
                continue
