"""Layers that run Odoo itself: the addon's life in a database, JavaScript tests, Odoo's lint."""

import re

from browser import require_browser
from odoo_process import OdooFailed, free_port
from places import ADDON, repository_files
from say import note, step

RESULT = re.compile(r"odoo\.tests\.result: (\d+) failed, (\d+) error\(s\) of (\d+) tests")
HOOT_RESULT = re.compile(r"\[HOOT\] Passed (\d+) tests")


class LifeCycle:
    """Install with demo data in three languages, update, remove: each without a complaint."""

    title = "install, update, remove"

    def run(self, options, tally, databases):
        odoo = databases.odoo

        def attempt(name, action, *arguments):
            try:
                with step(name, quiet_below=1):
                    result = action(*arguments)
            except OdooFailed as failure:
                tally.check(name, str(failure))
                return None
            tally.check(name, "")
            return result

        source = attempt("install with demo data", databases.installed, True)
        if not source:
            return
        with databases.run_database(source) as database:
            attempt("update", odoo.update, database)
            attempt("remove", odoo.uninstall, database)
            rows = databases.sql(
                "SELECT model, name FROM ir_model_data WHERE module = %s", ADDON, database=database
            )
            tally.check("nothing remains", "\n".join(f"{model} {name}" for model, name in rows))


class OdooRunner:
    """Tests that Odoo's own runner must run, in a clone of the installed database."""

    def _run(self, databases, database, tally, tags, *arguments):
        """Count the results of one run and return its log."""
        log = databases.odoo.run(
            database,
            *("--test-tags", tags, "--http-port", str(free_port())),
            *("--log-handler", "odoo.tests.result:INFO", *arguments),
            tests=True,
        )
        result = RESULT.search(log)
        if not result:
            tally.check(self.title, f"no result in the log:\n{log[-4000:]}")
            return log
        failures, errors, total = map(int, result.groups())
        failed = min(failures + errors, total)
        tally.add(passed=total - failed, failed=failed)
        note(log if failed else f"{self.title}: {total} tests")
        return log


class JavaScript(OdooRunner):
    """The unit tests of static/tests, in Odoo's own page for them."""

    title = "JavaScript unit tests"

    @staticmethod
    def exist():
        return any(
            name.startswith("static/tests/") and name.endswith(".test.js")
            for name in repository_files()
        )

    def run(self, options, tally, databases):
        require_browser()
        with databases.run_database(databases.web()) as database:
            log = self._run(
                databases,
                database,
                tally,
                f"/web:WebSuite.test_unit_desktop[@{ADDON}]",
                *("--log-handler", "odoo.addons.web.tests.test_js:INFO"),
            )
        found = HOOT_RESULT.search(log)
        tally.check("they ran", "" if found and int(found.group(1)) else "no test was run")


class OdooLint(OdooRunner):
    """Odoo's test_lint, which reads all addons and the loaded registry."""

    title = "Odoo's lint"

    def run(self, options, tally, databases):
        # TestPyLint reads all of Odoo, and its checkers run in our lint. TestTestHoles takes
        # the plain tests of core/ for forgotten ones; our lint has its own check.
        tags = "/test_lint,-/test_lint:TestPyLint,-/test_lint:TestTestHoles"
        with databases.run_database(databases.installed()) as database:
            self._run(databases, database, tally, tags, "-i", "test_lint")
