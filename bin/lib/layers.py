"""The layers of bin/test, and which of them a call asks for."""

import importlib.util
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from types import SimpleNamespace

from odoo_process import OdooFailed
from places import ADDON, LIBRARY, REPOSITORY, addons_folder, checkout_home, repository_files
from say import CannotGoOn, note

CORE = "tests/core"
PLUGINS = LIBRARY / "plugins"
COUNTS = ("tests", "failures", "errors", "skipped")
# The names Odoo looks for, in its order.
BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")


def chosen(options):
    """The layers of a call, those that need no database first."""
    without_odoo, in_odoo = [], []
    if options.database_only:
        in_odoo.append(OdooTests(_database_tests()))
    elif options.paths or options.name:
        paths = [_relative(path) for path in options.paths]
        core = [path for path in paths if path.startswith(CORE)]
        others = [path for path in paths if path not in core]
        if core or not paths:
            without_odoo.append(CoreTests(core))
        if others or not paths:
            in_odoo.append(OdooTests(others))
    else:
        without_odoo.append(CoreTests([]))
        in_odoo.append(OdooTests([]))
    return SimpleNamespace(without_odoo=without_odoo, in_odoo=in_odoo)


def _relative(argument):
    """A path as given, relative to the repository; a node id keeps its tail."""
    path, colons, tail = argument.partition("::")
    for base in (Path.cwd(), REPOSITORY):
        full = Path(os.path.abspath(base / path))
        if full.exists() and full.is_relative_to(REPOSITORY):
            return str(full.relative_to(REPOSITORY)) + colons + tail
    raise CannotGoOn(f"{path} does not exist in this checkout: name a test file or folder.")


def _database_tests():
    found = [
        name
        for name in repository_files()
        if name.startswith("tests/test_") and name.endswith(".py") and "database" in name
    ]
    if not found:
        raise CannotGoOn("No tests/test_*database*.py exists: nothing depends on the database.")
    return found


class PytestLayer:
    """Runs pytest in a process of its own and counts its results."""

    def _pytest(self, options, tally, arguments, environ):
        results = checkout_home() / "results.xml"
        results.unlink(missing_ok=True)
        command = [sys.executable, "-m", "pytest", "-c", str(REPOSITORY / "pyproject.toml")]
        command += [f"--junit-xml={results}", "-q", "-p", "no:cacheprovider", *arguments]
        if options.name:
            command += ["-k", options.name]
        if options.first:
            command.append("-x")
        state = {
            **os.environ,
            "HYPOTHESIS_STORAGE_DIRECTORY": str(checkout_home() / "hypothesis"),
            **environ,
        }
        code = subprocess.run(command, env=state, cwd=checkout_home()).returncode
        passed = failed = skipped = 0
        if results.exists():
            for suite in ElementTree.parse(results).getroot().iter("testsuite"):
                count = {name: int(suite.get(name, 0)) for name in COUNTS}
                failed += count["failures"] + count["errors"]
                skipped += count["skipped"]
                passed += count["tests"] - count["failures"] - count["errors"] - count["skipped"]
        # 5: nothing matched, which is for the whole call to judge.
        if code not in (0, 5) and not failed:
            failed = 1
        tally.add(passed, failed, skipped)


class CoreTests(PytestLayer):
    title = "core: plain Python"

    def __init__(self, paths):
        self.paths = paths

    def run(self, options, tally):
        folder = REPOSITORY / CORE
        if not folder.is_dir():
            return
        paths = [REPOSITORY / path for path in self.paths] or [folder]
        arguments = ["-p", "no:odoo", "-p", "bare_addon"]
        # The folders above are the addon: not to be imported here.
        arguments += [f"--rootdir={folder}", f"--confcutdir={folder}", *map(str, paths)]
        self._pytest(options, tally, arguments, {"PYTHONPATH": str(PLUGINS)})


class OdooTests(PytestLayer):
    title = "tests in Odoo"

    def __init__(self, paths):
        self.paths = paths

    def run(self, options, tally, databases):
        if not any(
            name.startswith("tests/test_") and name.endswith(".py") for name in repository_files()
        ):
            return
        source = self._source(options, tally, databases)
        if source:
            with databases.run_database(source) as database:
                self._run_in(database, options, tally, databases)

    def _source(self, options, tally, databases):
        """The database to clone: with asset bundles if a test opens pages."""
        texts = self._texts(options)
        if any("start_tour" in text or "browser_js" in text for text in texts):
            _require_browser()
        try:
            if any("HttpCase" in text for text in texts):
                return databases.web()
            return databases.installed()
        except OdooFailed as failure:
            note(str(failure))
            tally.add(failed=1)
            return None

    def _texts(self, options):
        paths = [path.partition("::")[0] for path in self.paths] or ["tests"]
        files = []
        for name in repository_files():
            if name.endswith(".py") and not (options.fast and _is_tour(name)):
                if any(name == path or name.startswith(f"{path}/") for path in paths):
                    files.append(REPOSITORY / name)
        return [file.read_text() for file in files]

    def _run_in(self, database, options, tally, databases):
        arguments = ["-W", "ignore", "--odoo-http", "--odoo-log-level=warn"]
        arguments += ["-p", "odoo_log_guard", f"--odoo-database={database}"]
        for folder in (REPOSITORY, addons_folder() / ADDON):
            arguments.append(f"--ignore={folder / CORE}")
            if options.fast:
                arguments.append(f"--ignore-glob={folder}/tests/test_tour*.py")
        arguments += ["--pyargs", *(_dotted(path) for path in self.paths or ["tests"])]
        port_free_config = databases.odoo.config()
        environ = {
            **databases.odoo.environ,
            "ODOO_RC": str(port_free_config),
            "PYTHONPATH": os.pathsep.join([str(PLUGINS), databases.odoo.environ["PYTHONPATH"]]),
        }
        self._pytest(options, tally, arguments, environ)


def _is_tour(name):
    return Path(name).name.startswith("test_tour")


def _dotted(path):
    """tests/test_x.py::Case as pytest's --pyargs wants it."""
    file, colons, tail = path.partition("::")
    return "odoo.addons." + ".".join([ADDON, *Path(file).with_suffix("").parts]) + colons + tail


def _require_browser():
    """Odoo skips tours silently where something lacks; here that is no success."""
    if not any(map(shutil.which, BROWSERS)) and sys.platform != "darwin":
        raise CannotGoOn(
            "The tours need Chromium: install it (Debian: apt-get install chromium) or use --fast."
        )
    if importlib.util.find_spec("websocket") is None:
        raise CannotGoOn(
            "The tours need the Python package websocket-client: delete the folder venvs below "
            "CUSTOMER_DELIVERY_HOME and run this again."
        )
