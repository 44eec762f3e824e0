"""Layers that pytest runs: the plain tests of core/ and bin/, and the tests in Odoo."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from browser import require_browser
from odoo_process import OdooFailed
from places import ADDON, LIBRARY, REPOSITORY, addons_folder, checkout_home, repository_files
from say import CannotGoOn

CORE = "tests/core"
TOOLS = "bin/tests"
# runs in a layer of its own, where Sales is installed
WITH_SALE = "tests/test_with_sale.py"
PLUGINS = LIBRARY / "plugins"
COUNTS = ("tests", "failures", "errors", "skipped")


def database_tests():
    """The tests whose outcome can depend on the kind of PostgreSQL."""
    found = [name for name in _test_files() if "database" in name]
    if not found:
        raise CannotGoOn("No tests/test_*database*.py exists: nothing depends on the database.")
    return found


def _test_files():
    return [
        name
        for name in repository_files()
        if name.startswith("tests/test_") and name.endswith(".py")
    ]


def _is_tour(name):
    return Path(name).name.startswith("test_tour")


class PytestLayer:
    """Runs pytest in a process of its own and counts its results."""

    def __init__(self, paths):
        self.paths = paths

    def _pytest(self, options, tally, arguments, environ):
        results = checkout_home() / f"results-{os.getpid()}.xml"
        # The program, not the module: that one would put the addon's folders on the path.
        command = [str(Path(sys.executable).parent / "pytest"), "-c", "pyproject.toml"]
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
        code = subprocess.run(
            command, env=state, cwd=REPOSITORY, stdin=subprocess.DEVNULL
        ).returncode
        passed, failed, skipped = _counts(results)
        results.unlink(missing_ok=True)
        # 5: nothing matched, which is for the whole call to judge.
        if code not in (0, 5) and not failed:
            failed = 1
        tally.add(passed, failed, skipped)


def _counts(results):
    passed = failed = skipped = 0
    if results.exists():
        for suite in ElementTree.parse(results).getroot().iter("testsuite"):
            count = {name: int(suite.get(name, 0)) for name in COUNTS}
            failures = count["failures"] + count["errors"]
            failed += failures
            skipped += count["skipped"]
            passed += count["tests"] - failures - count["skipped"]
    return passed, failed, skipped


class PlainTests(PytestLayer):
    title = "plain Python"

    def run(self, options, tally):
        folder = REPOSITORY / CORE
        paths = [REPOSITORY / path for path in self.paths or (CORE, TOOLS)]
        arguments = ["-p", "no:odoo", "-p", "bare_addon"]
        # The folders above are the addon: not to be imported here.
        arguments += [f"--rootdir={folder}", f"--confcutdir={folder}", *map(str, paths)]
        environ = {"PYTHONPATH": os.pathsep.join([str(PLUGINS), str(LIBRARY)])}
        self._pytest(options, tally, arguments, environ)


class OdooTests(PytestLayer):
    title = "tests in Odoo"

    def run(self, options, tally, databases):
        files = self._files(options)
        if not files:
            return
        texts = [(REPOSITORY / name).read_text() for name in files]
        if any("start_tour" in text or "browser_js" in text for text in texts):
            require_browser()
        try:
            opens_pages = any("HttpCase" in text for text in texts)
            source = databases.web() if opens_pages else databases.installed()
        except OdooFailed as failure:
            tally.check("install", str(failure))
            return
        with databases.run_database(source) as database:
            self._run_in(database, options, tally, databases)

    def _files(self, options):
        paths = [path.partition("::")[0] for path in self.paths] or ["tests"]
        return [
            name
            for name in _test_files()
            if name != WITH_SALE
            and not (options.fast and _is_tour(name))
            and any(name == path or name.startswith(f"{path}/") for path in paths)
        ]

    def _run_in(self, database, options, tally, databases):
        arguments = ["-W", "ignore", "--odoo-http", "--odoo-log-level=warn"]
        arguments += ["-p", "odoo_log_guard", f"--odoo-database={database}"]
        link = addons_folder() / ADDON
        arguments.append(f"--rootdir={link}")
        for folder in (REPOSITORY, link):
            arguments += [f"--ignore={folder / CORE}", f"--ignore={folder / WITH_SALE}"]
            if options.fast:
                arguments.append(f"--ignore-glob={folder}/tests/test_tour*.py")
        arguments += ["--pyargs", *(_dotted(path) for path in self.paths or ["tests"])]
        environ = {
            **databases.odoo.environ,
            "ODOO_RC": str(databases.odoo.config()),
            "PYTHONPATH": os.pathsep.join([str(PLUGINS), databases.odoo.environ["PYTHONPATH"]]),
        }
        self._pytest(options, tally, arguments, environ)


def _dotted(path):
    """tests/test_x.py::Case as pytest's --pyargs wants it."""
    file, colons, tail = path.partition("::")
    return "odoo.addons." + ".".join([ADDON, *Path(file).with_suffix("").parts]) + colons + tail
