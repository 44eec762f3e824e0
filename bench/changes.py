"""Creating and changing many records at once, with tracking, followers and messages as usual."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command

REQUIREMENT = "project.requirement"


def _owner(model, user):
    return {"user_id": user.id} if model == REQUIREMENT else {"user_ids": [Command.set(user.ids)]}


def _deadline(days):
    return {"date_deadline": fields.Date.today() + timedelta(days=days)}


def oneself(env):
    return env.user


def colleagues(env):
    """Others who follow the same projects; they are told what they are assigned."""
    numbers = range(3, 21, 2)
    logins = [f"bench_staff_{number}" for number in numbers]
    return env["res.users"].search([("login", "in", logins)])


def create(model, count, owners):
    """As many new records, in one call, spread over ten projects."""

    def prepare(env):
        records = env[model]
        projects = env["project.project"].search([], limit=10)
        users = owners(env)
        tags = env[records._fields["tag_ids"].comodel_name].search([], limit=3)
        values = [
            {
                "name": f"New one {number}: 安全门打开后停机",
                "description": f"<p>Number {number}</p><p>开门后半秒内停机</p>",
                "project_id": projects[number % len(projects)].id,
                "tag_ids": [Command.set(tags.ids)],
                **_owner(model, users[number % len(users)]),
                **_deadline(number % 90),
            }
            for number in range(count)
        ]
        return lambda: records.create([dict(vals) for vals in values])

    return prepare


def write(model, count, values):
    """The same new values for as many records of the first stage, in one call."""

    def prepare(env):
        records = env[model]
        first = _stages(env, model)[0]
        ids = records.search([("stage_id", "=", first.id)], order="id", limit=count).ids
        assert len(ids) == count, f"only {len(ids)} rows to change"
        new = values(env, model)
        return lambda: records.browse(ids).write(dict(new))

    return prepare


def take(env, model):
    return {**_owner(model, oneself(env)), **_deadline(400)}


def assign(env, model):
    return {**_owner(model, colleagues(env)[0]), **_deadline(400)}


def next_stage(env, model):
    return {"stage_id": _stages(env, model)[1].id}


def _stages(env, model):
    if model == REQUIREMENT:
        mode = env.ref("customer_delivery.delivery_mode_standard")
        return mode.requirement_stage_ids.sorted()
    project = env["project.project"].search([("name", "=like", "003 %")])
    return project.type_ids.sorted()


def measure(report, pair, rounds, count):
    """Add the rows of the changes."""
    for title, owners in (("one's own", oneself), ("of ten colleagues", colleagues)):
        report.compare(
            f"create of {count} in one call, {title}",
            *pair(lambda model, owners=owners: create(model, count, owners)),
            rounds,
            "<= 0.3 and fewer queries",
            warm=False,
        )
    for title, values in (
        ("oneself as owner, deadline", take),
        ("a colleague as owner, deadline", assign),
        ("stage", next_stage),
    ):
        report.compare(
            f"write on {count}: {title}",
            *pair(lambda model, values=values: write(model, count, values)),
            rounds,
            "<= 0.8 and fewer queries",
            warm=False,
        )
