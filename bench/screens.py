"""What the web client asks when somebody opens the list or the kanban, or searches."""

import words

ORDER = {
    # the default_order of the views
    "project.requirement": "outline_key, id desc",
    "project.change": "id desc",
    "project.task": "priority desc, sequence, state, date_deadline asc, id desc",
}
COUNT_LIMIT = 10001
PAGE = 80


def columns(model):
    """A title, three records, tags, a day and a choice: the same kinds for both models."""
    named = {"fields": {"display_name": {}}}
    return {
        "name": {},
        "project_id": named,
        "partner_id": named,
        "stage_id": named,
        "tag_ids": {"fields": {"display_name": {}, "color": {}}},
        "date_deadline": {},
        "importance" if model == "project.requirement" else "priority": {},
    }


def open_list(model, domain=(), shown=columns):
    def prepare(env):
        records = env[model].with_context(bin_size=True)

        def call():
            found = records.web_search_read(
                list(domain),
                shown(model),
                offset=0,
                limit=PAGE,
                order=ORDER[model],
                count_limit=COUNT_LIMIT,
            )
            assert found["length"], "nothing found: the comparison would be empty"

        return call

    return prepare


def open_kanban(model, domain=(), shown=columns):
    def prepare(env):
        records = env[model].with_context(read_group_expand=True)

        def call():
            found = records.web_read_group(
                list(domain),
                ["stage_id"],
                [],
                limit=PAGE,
                offset=0,
                order=ORDER[model],
                auto_unfold=True,
                opening_info=[],
                unfold_read_specification=shown(model),
                unfold_read_default_limit=PAGE,
                groupby_read_specification={},
            )
            assert any(group.get("__records") for group in found["groups"])

        return call

    return prepare


def measure(report, pair, rounds):
    """Add the rows of the screens; ``pair(prepare of a model)`` makes the two sides."""
    aim = "<= 0.8 and fewer queries"
    one = "{} in one project"

    def in_one_project(action):
        return lambda model: (
            lambda env: action(model, [("project_id", "=", _some_project(env))])(env)
        )

    report.compare("list, 80 rows", *pair(open_list), rounds, aim)
    report.compare(one.format("list, 80 rows"), *pair(in_one_project(open_list)), rounds, aim)
    report.compare("kanban, 80 cards a column", *pair(open_kanban), rounds, aim)
    report.compare(
        one.format("kanban, 80 cards a column"), *pair(in_one_project(open_kanban)), rounds, aim
    )
    for title, text in (
        ("search, rare word", words.RARE_EN),
        ("search, rare Chinese word", words.RARE_ZH),
        ("search, frequent Chinese word", words.COMMON_ZH),
    ):

        def search(model, text=text):
            return open_list(model, _search_box(model, text))

        report.compare(title, *pair(search), rounds, aim)


def _search_box(model, text):
    """What the first field of each search view looks in."""
    fields = ["name", "number", "customer_ref"] if model == "project.requirement" else ["name"]
    return ["|"] * (len(fields) - 1) + [(field, "ilike", text) for field in fields]


def _some_project(env):
    """A project that the reader follows."""
    return env["project.project"].search([("name", "=like", "003 %")], limit=1).id
