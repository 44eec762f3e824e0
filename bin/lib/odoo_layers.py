"""Layers that run Odoo itself: the addon's life in a database, JavaScript tests, Odoo's lint."""

import re

from browser import require_browser
from odoo_process import OdooFailed, complaints, free_port
from places import ADDON, repository_files
from say import note, step

RESULT = re.compile(r"odoo\.tests\.result: (\d+) failed, (\d+) error\(s\) of (\d+) tests")


# A customer signs, our people check, a change is applied, all is sealed: evidence of every kind
# holds on to the rest when the addon goes.
EVIDENCE = """
project = env["project.project"].create({"name": "Life", "partner_id": env["res.partner"].create(
    {"name": "Customer", "email": "customer@example.com"}).id,
    "company_id": env.ref("base.main_company").id})
project.action_enable_delivery(env.ref("customer_delivery.delivery_mode_light").id)
signer = env["res.partner"].create({"name": "Signer", "email": "signer@example.com"})
env["project.party"].create(
    {"project_id": project.id, "partner_id": signer.id, "may_sign": True})
need = env["project.requirement"].create({"name": "Need", "project_id": project.id,
    "priority_id": env.ref("customer_delivery.project_requirement_priority_must").id})

def sign(row):
    values = {"snapshot_sha256": row.snapshot_sha256, "image": b"drawn",
              "files": [("scan.pdf", b"%PDF-1.4 scan", "application/pdf")]}
    while slot := row.slot_ids.filtered(lambda slot: slot.state == "pending")[:1]:
        slot._decide("approve", slot.step_id._get_methods()[0], values)

sign(project.action_publish_baseline("V1", "customer").action_send_signoff())
project.action_publish_baseline("V2").action_void("Wrong list")
change = env["project.change"].create({"name": "Change", "project_id": project.id,
    "agreed_days": 1, "makes_tasks": True,
    "line_ids": [(0, 0, {"requirement_id": need.id, "name": "Need more"})]})
change._pin_bases()
change._decide("approved")
change.action_apply()
acceptance = env["project.acceptance"].create({"project_id": project.id,
    "kind_id": env.ref("customer_delivery.project_acceptance_kind_simple").id,
    "item_ids": [(0, 0, {"name": "It works"})]})
acceptance.item_ids.action_record_verdict("check", "pass")
milestone = env["project.milestone"].create({"name": "Milestone", "project_id": project.id})
env["project.milestone.override"]._record({milestone: ""}, "Agreed by phone")
env["project.acceptance.deemed"]._record(
    acceptance, "2026-01-01", "Registered mail", "Clause 7", [("proof.txt", b"proof")])
env.cr.commit()
env["delivery.event"]._cron_drain()
env["signoff.seal"]._cron_seal()
env.cr.commit()
"""
VERIFY = """
sealed, problems, _count = env["signoff.seal"]._verify(env.ref("base.main_company"))
print("SEALED", sealed, "PROBLEMS", problems)
"""
# what the addon has made in the database: tables, also of relations, and columns of others
MADE = """
    SELECT replace(m.model, '.', '_'), NULL
      FROM ir_model m
      JOIN ir_model_data d ON d.model = 'ir.model' AND d.res_id = m.id
  GROUP BY m.model
    HAVING min(d.module) = %s AND max(d.module) = %s
     UNION
    SELECT r.name, NULL FROM ir_model_relation r JOIN ir_module_module o ON o.id = r.module
     WHERE o.name = %s
     UNION
    SELECT replace(f.model, '.', '_'), f.name
      FROM ir_model_fields f
      JOIN ir_model_data d ON d.model = 'ir.model.fields' AND d.res_id = f.id
     WHERE f.store
  GROUP BY f.model, f.name
    HAVING min(d.module) = %s AND max(d.module) = %s
"""
FOUND = """
    SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'
     UNION
    SELECT table_name, NULL FROM information_schema.tables WHERE table_schema = 'public'
     UNION
    SELECT 'function ' || proname, NULL FROM pg_proc WHERE proname ~ '^customer_delivery'
"""


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
            attempt("evidence of every kind", odoo.shell, database, EVIDENCE)
            attempt("update", odoo.update, database)
            tally.check("the update keeps the evidence", self._verify(odoo, database))
            made = set(databases.sql(MADE, *[ADDON] * 5, database=database))
            tally.check("removal is refused while there is evidence", odoo.try_uninstall(database))
            attempt("remove", odoo.uninstall, database)
            rows = databases.sql(
                "SELECT model, count(*) FROM ir_model_data WHERE module = %s GROUP BY model",
                ADDON,
                database=database,
            )
            remains = "\n".join(f"{count} records of {model}" for model, count in rows)
            found = set(databases.sql(FOUND, database=database))
            left = {row for row in found if row in made or row[0].startswith("function ")}
            remains += "\n".join(".".join(filter(None, row)) for row in sorted(left, key=str))
            tally.check("nothing remains", remains)

    def _verify(self, odoo, database):
        """Return what is wrong with the evidence, nothing when all of it is sealed and green."""
        log = odoo.shell(database, VERIFY)
        found = re.search(r"SEALED (\d+) PROBLEMS (.*)", log)
        if not found:
            return f"It cannot be verified:\n{log[-2000:]}"
        sealed, problems = found.groups()
        return "" if int(sealed) and problems == "[]" else f"{sealed} sealed, {problems}"


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
