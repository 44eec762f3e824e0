"""What the addon costs a project that does not use it: CPU time against a database without it."""

import time

from odoo.api import SUPERUSER_ID, Environment
from odoo.fields import Command

LOGIN = "bench_plain"
GROUPS = ("project.group_project_user", "base.group_partner_manager")
COUNT = 40


def prepare_database(registry, with_addon):
    """A project with tasks and milestones, and partners; commit."""
    with registry.cursor() as cr:
        env = Environment(cr, SUPERUSER_ID, {"no_reset_password": True})
        if prepared := env["res.users"].search([("login", "=", LOGIN)]):
            return prepared.id
        user = env["res.users"].create(
            {
                "name": "Plain",
                "login": LOGIN,
                "email": "plain@example.com",
                "group_ids": [Command.set([env.ref(group).id for group in GROUPS])],
            }
        )
        stages = env["project.task.type"].create([{"name": "Open"}, {"name": "Done"}])
        project = env["project.project"].create(
            {
                "name": "Off",
                "allow_milestones": True,
                "type_ids": [Command.set(stages.ids)],
                "privacy_visibility": "employees",
            }
        )
        if with_addon:
            other = env["project.project"].create({"name": "On"})
            other.action_enable_delivery(env.ref("customer_delivery.delivery_mode_standard").id)
        env["project.task"].create(
            [{"name": f"Task {n}", "project_id": project.id} for n in range(COUNT)]
        )
        env["project.milestone"].create(
            [{"name": f"Milestone {n}", "project_id": project.id} for n in range(COUNT)]
        )
        env["res.partner"].create([{"name": f"Bench partner {n}"} for n in range(COUNT)])
        uid = user.id
        cr.commit()
    return uid


def _records(env, model, domain=()):
    records = env[model].search([*domain], order="id desc", limit=COUNT)
    assert len(records) == COUNT
    return records


def _one_by_one(env, records, values):
    """Change each record in a call of its own, as clerks do."""

    def call():
        for record in records:
            record.write(dict(values))
            env.cr.flush()

    return call


def create_tasks(env):
    project = env["project.project"].search([("name", "=", "Off")])

    def call():
        for number in range(COUNT):
            env["project.task"].create({"name": f"New {number}", "project_id": project.id})
            env.cr.flush()

    return call


def write_tasks(env):
    tasks = _records(env, "project.task", [("project_id.name", "=", "Off")])
    values = {"name": "Renamed", "stage_id": tasks.project_id.type_ids[1].id, "priority": "1"}
    return _one_by_one(env, tasks, values)


def write_partners(env):
    partners = _records(env, "res.partner", [("name", "=like", "Bench partner %")])
    return _one_by_one(env, partners, {"phone": "+41 44 000 00 00", "city": "Zürich"})


def create_milestones(env):
    project = env["project.project"].search([("name", "=", "Off")])

    def call():
        for number in range(COUNT):
            env["project.milestone"].create({"name": f"New {number}", "project_id": project.id})
            env.cr.flush()

    return call


def write_milestones(env):
    values = {"name": "Renamed", "deadline": "2030-01-31"}
    return _one_by_one(env, _records(env, "project.milestone"), values)


def reach_milestones(env):
    return _one_by_one(env, _records(env, "project.milestone"), {"is_reached": True})


def toggle_milestones(env):
    milestones = _records(env, "project.milestone")

    def call():
        for milestone in milestones:
            milestone.toggle_is_reached(True)
            env.cr.flush()

    return call


TASKS_AND_PARTNERS = (
    ("create a task", create_tasks),
    ("write a task", write_tasks),
    ("write a partner", write_partners),
    ("reach a milestone", reach_milestones),
)
MILESTONES = (
    ("create a milestone", create_milestones),
    ("write a milestone", write_milestones),
    ("tick a milestone", toggle_milestones),
)


def measure(report, pair, pairs, rows=TASKS_AND_PARTNERS):
    """Add the rows; ``pair(prepare)`` makes the side with and the side without the addon."""
    for title, prepare in rows:
        report.compare(
            f"project off: {title} ({COUNT} times), CPU",
            *pair(prepare),
            pairs,
            "<= 1.05 and no more queries",
            time.process_time,
        )
