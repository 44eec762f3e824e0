"""Layers that run Odoo itself: the addon's life in a database, JavaScript tests, Odoo's lint."""

import re

from browser import require_browser
from odoo_process import OdooFailed, complaints, free_port
from places import ADDON, repository_files
from say import note, step

RESULT = re.compile(r"odoo\.tests\.result: (\d+) failed, (\d+) error\(s\) of (\d+) tests")


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
            tally.check("removal is refused while there is evidence", odoo.try_uninstall(database))
            attempt("remove", odoo.uninstall, database)
            rows = databases.sql(
                "SELECT model, count(*) FROM ir_model_data WHERE module = %s GROUP BY model",
                ADDON,
                database=database,
            )
            remains = "\n".join(f"{count} records of {model}" for model, count in rows)
            tally.check("nothing remains", remains)


class OdooRunner:
    """Tests that Odoo's own runner must run, in a clone of the installed database."""

    def _log(self, databases, source, tags, *arguments):
        with databases.run_database(source) as database:
            return databases.odoo.run(
                database,
                *("--test-tags", tags, "--http-port", str(free_port()), *arguments),
                tests=True,
            )

    def _count(self, tally, log, passed, failed):
        """Count a run; one that tested nothing, or that ended otherwise, has failed."""
        said = "\n".join(complaints(log, everything=True))
        if failed or not passed:
            note(said or f"no result in the log:\n{log[-4000:]}")
        else:
            note(f"{self.title}: {passed} tests")
        tally.add(passed=passed, failed=failed or not passed)

    def _count_result(self, tally, log):
        """Count a run that has logged its result (``--log-handler=odoo.tests.result:INFO``)."""
        result = RESULT.search(log)
        failures, errors, total = map(int, result.groups()) if result else (1, 0, 0)
        failed = failures + errors
        self._count(tally, log, max(total - failed, 0), failed)


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
        test = "WebSuite.test_unit_desktop"
        log = self._log(
            databases,
            databases.web(),
            f"/web:{test}[@{ADDON}]",
            f"--log-handler=odoo.addons.web.tests.test_js.{test}.browser:INFO",
        )
        passed = len(re.findall(r'\[HOOT\] Test ".*" passed', log))
        failed = len(re.findall(r'\[HOOT\] Test ".*" failed', log))
        if "[HOOT] Test suite succeeded" not in log:
            failed = failed or 1
        self._count(tally, log, passed, failed)


class OdooLint(OdooRunner):
    """Odoo's test_lint, which reads all addons and the loaded registry."""

    title = "Odoo's lint"

    def run(self, options, tally, databases):
        # TestPyLint reads all of Odoo, and its checkers run in our lint. TestTestHoles knows only
        # imports written one by one, and takes the plain tests of core/ for forgotten ones.
        tags = "/test_lint,-/test_lint:TestPyLint,-/test_lint:TestTestHoles"
        log = self._log(
            databases,
            databases.installed(),
            tags,
            *("-i", "test_lint", "--log-handler=odoo.tests.result:INFO"),
        )
        self._count_result(tally, log)


class WithSales(OdooRunner):
    """What the addon does only where the application Sales is installed, in a clone that has it."""

    title = "with Sales installed"

    def run(self, options, tally, databases):
        log = self._log(
            databases,
            databases.installed(),
            "with_sale",
            # only of what is installed or updated Odoo runs the tests
            *("-i", "sale_management", "-u", ADDON),
            "--log-handler=odoo.tests.result:INFO",
        )
        self._count_result(tally, log)
