"""Versions, baselines, redline and links: what it costs to keep evidence."""

import random
import time

import screens
import words
from psycopg2.extras import execute_values

from odoo.fields import Command

REQUIREMENT = "project.requirement"
# What a list shows of versions and locks.
EVIDENCE_COLUMNS = (
    "version_number",
    "confirmed_version_number",
    "has_unversioned_changes",
    "content_lock",
    "content_locked",
    "changed_after_agreement",
)
LEVELS = 5
TEXT = 2_000
LONG_TEXT = 50_000
SILENT = {"mail_create_nolog": True, "mail_notrack": True, "tracking_disable": True}


class Function:
    """A side that needs no database."""

    def __init__(self, call):
        self.call = call

    def measure(self, clock=time.perf_counter):
        started = clock()
        self.call()
        return clock() - started, 0


# === TEXTS === #


def paragraphs(size, seed, languages=("EN", "ZH")):
    """Sentences of both languages, four to a paragraph, of so many bytes together."""
    chosen = random.Random(seed)
    result, written = [], 0
    while written < size:
        language = languages[len(result) % len(languages)]
        parts = [getattr(words, f"{name}_{language}") for name in ("OBJECTS", "PLACES", "DEEDS")]
        shape = "The {} in {} {}. " if language == "EN" else "{1}的{0}{2}。"
        text = "".join(shape.format(*map(chosen.choice, parts)) for _sentence in range(4))
        result.append(text.strip())
        written += len(text.encode()) + len("<p></p>")
    return result


def html(texts, attributes=""):
    return "".join(f"<p{attributes}>{text}</p>" for text in texts)


def edited(texts, every, seed=1):
    """The texts with a word changed in every so many, and some that came or went."""
    chosen = random.Random(seed)
    result = list(texts)
    for place in range(0, len(result), every):
        at = chosen.randrange(len(result[place]))
        result[place] = f"{result[place][:at]}另行 agreed{result[place][at:]}"
    for place in range(5, len(result), 25):
        result.insert(place, f"Added at the meeting, point {place}: {result[place - 4]}")
        del result[place + 3]
    return result


# === SIDES === #


def freeze(count):
    """Publishing a project of so many requirements, none of which has a version."""

    def prepare(env):
        silent = env(context={**env.context, **SILENT})
        project = silent["project.project"].create({"name": f"Baseline of {count}"})
        project.action_enable_delivery(silent.ref("customer_delivery.delivery_mode_standard").id)
        texts = paragraphs(count * 600, seed=count)
        silent[REQUIREMENT].create(
            [
                {
                    "name": f"Requirement {number}",
                    "project_id": project.id,
                    "description": html(texts[number * 2 : number * 2 + 2]),
                    "criterion_ids": [
                        Command.create({"name": "It can be seen"}),
                        Command.create({"name": "三班运行无故障", "target": "72 h"}),
                    ],
                    "indicator_ids": [Command.create({"name": "Cycle", "target": 2.5})],
                }
                for number in range(count)
            ]
        )
        project = project.with_env(env)
        return lambda: project.action_publish_baseline("V1.0")

    return prepare


def save(model, field, new, confirmed=False):
    """Saving a text over one that says the same, or something else."""

    def prepare(env):
        texts = paragraphs(TEXT, seed=7)
        record = env[model].search([("project_id", "!=", False)], order="id", limit=1)
        record.write({field: html(texts)})
        if confirmed:
            record._signoff_agree()
        # an editor leaves other bytes behind, although nobody typed
        vals = {field: new(texts)}
        return lambda: record.write(dict(vals))

    return prepare


def spelled_otherwise(texts):
    return html(texts, ' class="mb-0"')


def said_otherwise(texts):
    return html(edited(texts, 2))


def list_with(columns):
    def prepare(env):
        specification = {**screens.columns(REQUIREMENT), **{name: {} for name in columns}}
        records = env[REQUIREMENT].with_context(bin_size=True)
        return lambda: records.web_search_read(
            [], specification, limit=screens.PAGE, order=screens.ORDER[REQUIREMENT]
        )

    return prepare


def linked(links, what, document=lambda requirement: requirement):
    """Everything within five levels of a requirement, among a tenth as many others and tasks."""

    def prepare(env):
        ends = {
            model: env[model].search([("project_id", "!=", False)], order="id", limit=links // 10)
            for model in (REQUIREMENT, "project.task")
        }
        requirements, tasks = (ends[model].ids for model in ends)
        chosen = random.Random(links)
        pairs = set()
        while len(pairs) < links:
            source, other = chosen.sample(requirements, 2)
            pairs.add(
                (source, None, chosen.choice(tasks)) if len(pairs) % 2 else (source, other, None)
            )
        kind = env["project.requirement.link.kind"].search([], limit=1).id
        execute_values(
            env.cr._obj,
            "INSERT INTO project_requirement_link"
            " (requirement_id, target_requirement_id, task_id, kind_id) VALUES %s",
            [(*pair, kind) for pair in sorted(pairs, key=str)],
        )
        env.cr.execute("ANALYZE project_requirement_link")
        first = env[REQUIREMENT].browse(requirements[0])
        assert len(env["project.requirement.link"]._walk(first, LEVELS)) > links * 0.19
        chosen_document = document(first)
        return lambda: what(chosen_document)

    return prepare


def walk(requirement):
    return requirement.env["project.requirement.link"]._walk(requirement, LEVELS)


def dialog(requirement):
    """What opening the analysis asks the server: the action and the content of the form."""
    action = requirement.action_analyse_impact(LEVELS)
    return requirement.env[action["res_model"]].browse(action["res_id"])


def change_of(requirement):
    """A change request that touches the requirement."""
    return requirement.env["project.change"].create(
        {
            "name": "Another label",
            "project_id": requirement.project_id.id,
            "line_ids": [Command.create({"requirement_id": requirement.id})],
        }
    )


def change_dialog(change):
    """The same of a change, with open changes, checklist items and milestones on the way."""
    impact = change.env["project.requirement.impact"]
    return impact.create({"change_id": change.id, "levels": LEVELS}).line_ids


# === ROWS === #


def measure_impact(report, manager, rounds, quick):
    """Add the rows of what hangs on a requirement, and on a change of it."""
    links = 1_000 if quick else 10_000
    for title, what, document in (
        ("impact of a requirement", dialog, {}),
        ("impact of a change", change_dialog, {"document": change_of}),
        ("impact, the walk alone", walk, {}),
    ):
        report.alone(
            f"{title}, {LEVELS} levels, {links} links",
            manager(linked(links, what, **document)),
            min(rounds, 5),
            "<= 200 ms",
        )


def measure(report, manager, reader, rounds, quick):
    """Add the rows of evidence.

    :param manager, reader: make a side of what a manager or a member of the staff does
    """
    # found only when the configuration with the path of the addons has been read
    from odoo.addons.customer_delivery.core.html_canon import canonical
    from odoo.addons.customer_delivery.core.redline import redline

    count = 100 if quick else 1_000
    report.compare(
        f"freeze of {count} requirements, peer: of {count // 10}",
        manager(freeze(count)),
        manager(freeze(count // 10)),
        min(rounds, 5),
        "<= 5 s, as many queries",
    )
    plain = manager(save(REQUIREMENT, "notes", said_otherwise))
    for title, ours, peer in (
        ("open, peer: a plain write", {}, plain),
        ("confirmed, peer: a plain write", {"confirmed": True}, plain),
        (
            "open, peer: the same of a task",
            {},
            manager(save("project.task", "description", spelled_otherwise)),
        ),
    ):
        report.compare(
            f"no-op save, {title}",
            manager(save(REQUIREMENT, "description", spelled_otherwise, **ours)),
            peer,
            rounds * 10,
            "<= 1.1",
        )
    report.compare(
        "list, 80 rows with version and lock, peer: without",
        reader(list_with(EVIDENCE_COLUMNS)),
        reader(list_with(())),
        rounds,
        "as many queries",
    )
    text = paragraphs(LONG_TEXT, seed=1)
    for title, other in (
        ("one paragraph in ten", edited(text, 10)),
        ("every paragraph", edited(text, 1)),
        ("written anew", paragraphs(LONG_TEXT, seed=2)),
    ):
        sides = canonical(html(text)), canonical(html(other))
        report.alone(
            f"redline of 50 kB, {title}",
            Function(lambda sides=sides: redline(*sides)),
            rounds,
            "<= 100 ms",
        )
