"""Checklists, answers, milestones and the traceability matrix."""

import tempfile

import off_cost
import xlsxwriter

from odoo.api import SUPERUSER_ID
from odoo.fields import Command

SILENT = {"mail_create_nolog": True, "mail_notrack": True, "tracking_disable": True}
ITEMS = 2_000
FEW = 20
REQUIREMENTS = 5_000
PAGE = 80
# one running number per statement: what the matrix shows of a requirement
MATRIX_ROWS = """
SELECT p.name->>'en_US', r.outline, r.number, r.name, w.name->>'en_US', s.name->>'en_US',
       (SELECT count(*) FROM project_requirement_criterion c WHERE c.requirement_id = r.id)::text,
       (SELECT string_agg(t.name, ', ') FROM project_requirement_link l
          JOIN project_task t ON t.id = l.task_id WHERE l.requirement_id = r.id),
       (SELECT string_agg(a.number || '/' || i.number || ' ✓', ', ')
          FROM project_acceptance_item i JOIN project_acceptance a ON a.id = i.acceptance_id
         WHERE i.requirement_id = r.id),
       (SELECT CASE WHEN bool_and(i.customer_verdict = 'pass') THEN 'Passed' ELSE 'Failed' END
          FROM project_acceptance_item i WHERE i.requirement_id = r.id),
       (SELECT string_agg(h.number, ', ') FROM project_change_line n
          JOIN project_change h ON h.id = n.change_id WHERE n.requirement_id = r.id),
       (SELECT string_agg(d.name, ', ') FROM project_deliverable_requirement_rel x
          JOIN project_deliverable d ON d.id = x.project_deliverable_id
         WHERE x.project_requirement_id = r.id),
       CASE WHEN r.id %% 10 = 0 THEN 'no task' END
  FROM project_requirement r
  JOIN project_project p ON p.id = r.project_id
  LEFT JOIN project_requirement_priority w ON w.id = r.priority_id
  LEFT JOIN project_requirement_stage s ON s.id = r.stage_id
 WHERE r.project_id = %s AND r.active AND s.kind <> 'cancelled'
 ORDER BY r.outline_key, r.id
"""


def _project(env, name):
    """A new project in standard mode that the user who is measured follows."""
    silent = env(user=SUPERUSER_ID, context={**env.context, **SILENT})
    project = silent["project.project"].create({"name": name, "user_id": env.uid})
    project.message_subscribe(env.user.partner_id.ids)
    project.action_enable_delivery(silent.ref("customer_delivery.delivery_mode_standard").id)
    return project


def _acceptance(project, env, kind="final", **values):
    kind = env.ref(f"customer_delivery.project_acceptance_kind_{kind}")
    acceptance = project.env["project.acceptance"].create(
        {"name": "Final", "project_id": project.id, "kind_id": kind.id, **values}
    )
    return acceptance.with_env(env)


# === CHECKLIST === #


def generate(count, confirmed):
    """The checklist of a project with so many criteria and indicators, in its last baseline."""

    def prepare(env):
        project = _project(env, f"Checklist of {count}")
        project.env["project.requirement"].create(
            [
                {
                    "name": f"Requirement {number}",
                    "project_id": project.id,
                    "description": "<p>开门后半秒内停机</p>",
                    "priority_id": env.ref(
                        "customer_delivery.project_requirement_priority_must"
                    ).id,
                    "criterion_ids": [
                        Command.create({"name": "It can be seen"}),
                        Command.create({"name": "三班运行无故障", "target": "≤ 3 s"}),
                        Command.create({"name": "The log names who did it"}),
                    ],
                    "indicator_ids": [Command.create({"name": "Cycle", "target": 2.5})],
                }
                for number in range(count // 4)
            ]
        )
        if confirmed:
            project.action_publish_baseline("V1.0", "customer")
        acceptance = _acceptance(project, env)

        def call():
            added = acceptance.action_generate()["added"]
            assert added >= count, f"only {added} items"

        return call

    return prepare


def answer(count, side):
    """One answer on a checklist of so many items, as the phone sends it."""

    def prepare(env):
        project = _project(env, f"Answers on {count}")
        lines = [Command.create({"name": f"Item {number}"}) for number in range(count)]
        # this kind does not want every item checked by us before the customer comes
        acceptance = _acceptance(project, env, "simple", item_ids=lines)
        if side == "customer":
            acceptance.action_submit()
        item = acceptance.item_ids[count // 2]
        return lambda: item.action_record_verdict(
            side,
            "pass",
            client_key="bench-0123456789abcdef",
            expected_rev=0,
            note="Seen at the machine",
            person_name="Ms Li" if side == "customer" else "",
        )

    return prepare


def write_task(moved):
    """A task that gets a note, and moves on to its next stage."""

    def prepare(env):
        project = _project(env, "Task")
        stages = project.env["project.task.type"].create([{"name": "Open"}, {"name": "Done"}])
        project.type_ids = stages
        task = project.env["project.task"].create({"name": "Task", "project_id": project.id})
        task = task.with_env(env)
        values = {"description": "<p>Seen at the machine</p>"}
        if moved:
            values["stage_id"] = stages[1].id
        return lambda: task.write(dict(values))

    return prepare


# === MATRIX === #


def _full_project(env):
    """A project of so many requirements with criterion, task, item, and some changes and parts."""
    project = _project(env, "Matrix")
    sudo = project.env
    parent = _acceptance(project, env, name="Matrix")
    change = sudo["project.change"].create({"name": "Faster", "project_id": project.id})
    part = sudo["project.deliverable"].create({"name": "Manual", "project_id": project.id})
    family = sudo["project.acceptance.family"].search([], limit=1)
    kind = sudo["project.requirement.link.kind"].search([], limit=1)
    sudo.flush_all()
    names = {
        "project": project.id,
        "acceptance": parent.id,
        "change": change.id,
        "part": part.id,
        "family": family.id,
        "kind": kind.id,
        "count": REQUIREMENTS,
    }
    for statement in (
        """UPDATE project_requirement SET project_id = %(project)s
            WHERE id IN (SELECT id FROM project_requirement ORDER BY id LIMIT %(count)s)""",
        """UPDATE project_task SET project_id = %(project)s
            WHERE id IN (SELECT id FROM project_task ORDER BY id LIMIT %(count)s)""",
        """INSERT INTO project_requirement_link (requirement_id, task_id, kind_id)
           SELECT r.id, t.id, %(kind)s
             FROM (SELECT id, row_number() OVER (ORDER BY id) n FROM project_requirement
                    ORDER BY id LIMIT %(count)s) r
             JOIN (SELECT id, row_number() OVER (ORDER BY id) n FROM project_task
                    ORDER BY id LIMIT %(count)s) t ON t.n = r.n
            WHERE r.n %% 10 > 0""",
        """INSERT INTO project_acceptance_item (acceptance_id, requirement_id, number, sequence,
                  round, family_id, name, kind, severity, source, weight, superseded, waived,
                  customer_verdict)
           SELECT %(acceptance)s, id, row_number() OVER (ORDER BY id), 10, 1, %(family)s, name,
                  'pass', 'minor', 'manual', 1, FALSE, FALSE,
                  CASE WHEN id %% 7 = 0 THEN 'fail' ELSE 'pass' END
             FROM project_requirement WHERE project_id = %(project)s""",
        """INSERT INTO project_change_line (change_id, requirement_id, sequence, action)
           SELECT %(change)s, id, 10, 'modify' FROM project_requirement
            WHERE project_id = %(project)s AND id %% 5 = 0""",
        """INSERT INTO project_deliverable_requirement_rel
                  (project_deliverable_id, project_requirement_id)
           SELECT %(part)s, id FROM project_requirement
            WHERE project_id = %(project)s AND id %% 3 = 0""",
        "ANALYZE project_requirement_link, project_acceptance_item, project_change_line,"
        " project_deliverable_requirement_rel",
    ):
        env.cr.execute(statement, names)
    env.invalidate_all()
    return project.with_env(env)


def screen(domain):
    """The first page of the matrix as the web client asks for it, with the number of rows."""

    def prepare(env):
        project = _full_project(env)
        requirements = env["project.requirement"]
        view = env.ref("customer_delivery.project_requirement_view_list_matrix")
        names = requirements.get_view(view.id, "list")["models"]["project.requirement"]
        columns = {
            name: {"fields": {"display_name": {}}}
            if requirements._fields[name].type == "many2one"
            else {}
            for name in names
            if name in requirements._fields
        }
        inside = [("project_id", "=", project.id), *domain]

        def call():
            found = requirements.web_search_read(inside, columns, limit=PAGE, count_limit=10001)
            assert len(found["records"]) == PAGE

        return call

    return prepare


def export(env):
    project = _full_project(env)
    requirements = env["project.requirement"]

    def call():
        with tempfile.TemporaryFile() as file:
            requirements._write_matrix(file, project)

    return call


def bare_loop(env):
    """The same cells of the first sheet, by who knows this database."""
    project = _full_project(env)

    def call():
        options = {"constant_memory": True}
        with tempfile.TemporaryFile() as file, xlsxwriter.Workbook(file, options) as workbook:
            sheet = workbook.add_worksheet()
            env.cr.execute(MATRIX_ROWS, (project.id,))
            for line, row in enumerate(env.cr.fetchall(), 1):
                for place, text in enumerate(row):
                    if text:
                        sheet.write_string(line, place, text)

    return call


# === ROWS === #


def measure(report, side_of, off_sides, rounds, quick):
    """Add the rows of acceptance.

    :param side_of: makes a side of what a delivery user does
    :param off_sides: make the sides with and without the addon, for milestones
    """
    measure_checklists(report, side_of, rounds, quick)
    off_cost.measure(report, off_sides, rounds, off_cost.MILESTONES)
    measure_matrix(report, side_of, min(rounds, 5))


def measure_checklists(report, side_of, rounds, quick):
    for title, confirmed in (("as they stand", False), ("of a baseline", True)):
        report.alone(
            f"checklist of {ITEMS} items, {title}",
            side_of(generate(ITEMS, confirmed)),
            1 if quick else 3,
            "<= 3 s",
        )
    for title, side in (("own check", "check"), ("customer", "customer")):
        for count in (FEW, ITEMS):
            report.compare(
                f"one answer ({title}) among {count}, peer: a task moves",
                side_of(answer(count, side)),
                side_of(write_task(moved=True)),
                rounds,
                "<= 1.0, queries as among few",
            )
    report.compare(
        f"one answer (customer) among {ITEMS}, peer: a task's note",
        side_of(answer(ITEMS, "customer")),
        side_of(write_task(moved=False)),
        rounds,
        "<= 1.0",
    )


def measure_matrix(report, side_of, rounds):
    for title, domain in (
        ("all", []),
        ("not passed", [("acceptance_result", "!=", "passed")]),
        ("no task", [("link_ids", "not any", [("task_id", "!=", False)])]),
    ):
        report.alone(
            f"matrix of {REQUIREMENTS}: a page of the screen, {title}",
            side_of(screen(domain)),
            rounds,
            "<= 1 s",
        )
    report.compare(
        f"matrix of {REQUIREMENTS} as XLSX, against a bare loop",
        side_of(export),
        side_of(bare_loop),
        rounds,
        "<= 1.5",
    )
