"""Change requests: their list and board beside those of tasks, and what Apply costs."""

import evidence
import screens
from lxml import etree

from odoo.fields import Command

CHANGE, TASK = "project.change", "project.task"
SILENT = evidence.SILENT
FEW, MANY = 20, 200
# Columns of a board that both sides open.
COLUMNS = 5
CHOICE = {CHANGE: "decision", TASK: "priority"}
X2MANY = ("one2many", "many2many")


# === SCREENS === #


def alike(model):
    """A title, three records, a day and a choice: the same kinds for both models."""
    named = {"fields": {"display_name": {}}}
    return {
        "name": {},
        "project_id": named,
        "partner_id": named,
        "stage_id": named,
        "date_deadline": {},
        CHOICE[model]: {},
    }


def as_shipped(kind):
    """What the client asks for by the view that a user sees who has chosen no columns."""

    def prepare_of(model, opened):
        def prepare(env):
            view = env[model].get_view(view_type=kind)
            shown = {}
            for node in etree.fromstring(view["arch"]).iter("field"):
                field = env[model]._fields.get(node.get("name"))
                if not field or node.get("optional") == "hide":
                    continue
                names = {"display_name": {}} if field.type not in X2MANY else {}
                shown[field.name] = {"fields": names} if field.relational else {}
            return opened(model, shown=lambda _model: shown)(env)

        return prepare

    return prepare_of


def open_columns(model, shown=alike):
    """The board with as many open columns on both sides, full of cards."""

    def prepare(env):
        project = env["project.project"].search([("name", "=like", "003 %")], limit=1)
        stages = (
            project.sudo().delivery_mode_id.change_stage_ids.sorted()
            if model == CHANGE
            else project.type_ids.sorted()
        )[:COLUMNS]
        assert not any(stages.mapped("fold")), "a folded column costs nothing"
        return screens.open_kanban(model, [("stage_id", "in", stages.ids)], shown)(env)

    return prepare


def measure_screens(report, pair, rounds):
    """Add the rows of list and board; ``pair(prepare, prepare)`` makes the two sides."""

    def both(prepare_of):
        return pair(*map(prepare_of, (CHANGE, TASK)))

    report.compare(
        "changes: list, 80 rows",
        *both(lambda model: screens.open_list(model, shown=alike)),
        rounds,
        "<= 1.0",
    )
    report.compare(
        f"changes: kanban, {COLUMNS} columns of 80 cards", *both(open_columns), rounds, "<= 1.0"
    )
    report.compare(
        "changes: list as it ships",
        *both(lambda model: as_shipped("list")(model, screens.open_list)),
        rounds,
    )
    report.compare(
        "changes: kanban as it ships",
        *both(lambda model: as_shipped("kanban")(model, open_columns)),
        rounds,
    )


# === APPLY === #


def approved(env, count, **values):
    """A change with so many confirmed requirements, each with another title and text."""
    silent = env(context={**env.context, **SILENT})
    project = silent["project.project"].create(
        {"name": f"Change of {count}", "user_id": env.uid, "company_id": env.company.id}
    )
    project.action_enable_delivery(env.ref("customer_delivery.delivery_mode_standard").id)
    texts = evidence.paragraphs(count * 600, seed=count)
    requirements = silent["project.requirement"].create(
        [
            {
                "name": f"Requirement {number}",
                "project_id": project.id,
                "description": evidence.html(texts[number * 2 : number * 2 + 2]),
                "criterion_ids": [
                    Command.create({"name": "It can be seen"}),
                    Command.create({"name": "三班运行无故障", "target": "72 h"}),
                ],
            }
            for number in range(count)
        ]
    )
    requirements._signoff_agree()
    change = silent[CHANGE].create(
        {
            "name": f"Change {count} at once",
            "project_id": project.id,
            "reason": "<p>Two products</p>",
            "content": "<p>Two labels</p>",
            "contract_scope": "in",
            "user_id": env.uid,
            "line_ids": [
                Command.create(
                    {
                        "requirement_id": requirement.id,
                        "name": f"{requirement.name}, changed",
                        "description": requirement.description + "<p>And printed twice.</p>",
                        "criterion_ids": [
                            Command.create({"name": "It can be seen twice"}),
                        ],
                    }
                )
                for requirement in requirements
            ],
            **values,
        }
    )
    change.sudo()._decide("approved")
    return change.with_env(env)


def apply(count, **values):
    def prepare(env):
        change = approved(env, count, **values)
        return lambda: _done(change.action_apply())

    return prepare


def _done(result):
    assert result, "nothing was put into effect"


def create_tasks(count):
    """Core's own batch create of the tasks that Apply would make."""

    def prepare(env):
        change = approved(env, count, makes_tasks=True)
        values = [change._prepare_task(line.requirement_id) for line in change.line_ids]
        return lambda: env[TASK].create([dict(vals) for vals in values])

    return prepare


def measure_apply(report, side, rounds):
    """Add the rows of Apply; ``side(prepare)`` makes a side of what a manager does."""
    report.compare(
        f"apply a change of {MANY} requirements, peer: of {FEW}",
        side(apply(MANY)),
        side(apply(FEW)),
        rounds,
        "<= 2 s, as many queries",
    )
    report.compare(
        f"apply with {MANY} tasks, peer: core's create of them",
        side(apply(MANY, makes_tasks=True)),
        side(create_tasks(MANY)),
        rounds,
        "<= 1.2",
    )
