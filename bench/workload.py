"""Makes the data that is measured: as many tasks as requirements, alike in everything.

Configuration and people come through the ORM; customers, tasks and requirements are inserted
by one statement each, as copies of one record that the ORM made.
"""

import words

from odoo.api import SUPERUSER_ID, Environment
from odoo.fields import Command

STAFF = 20
STAGES = 8
TAGS = 30
SECTIONS = 5
SILENT = {
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "no_reset_password": True,
    "tracking_disable": True,
}
READER = "bench_staff_1"
PORTAL = "bench_portal"


def generate(registry, rows, projects, customers):
    """Fill an empty database and commit."""
    with registry.cursor() as cr:
        Workload(Environment(cr, SUPERUSER_ID, SILENT), rows, projects, customers).make()
        cr.commit()


def array(values):
    """An SQL array of literals."""
    literals = [
        "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)
        for value in values
    ]
    return f"ARRAY[{', '.join(literals)}]"


def pick(values, number):
    """SQL: the element of ``values`` that the running ``number`` falls on."""
    return f"({array(values)})[1 + ({number}) % {len(values)}]"


class Workload:
    def __init__(self, env, rows, projects, customers):
        self.env = env
        self.rows = rows
        self.project_count = projects
        self.customer_count = customers
        # k counts rows from 1; rows of one project lie `projects` apart
        self.nth_project = f"(k - 1) % {projects}"
        self.nth_in_project = f"(k - 1) / {projects}"

    def make(self):
        self.make_people()
        self.make_projects()
        self.make_tasks()
        self.make_requirements()
        self.make_criteria()
        self.make_changes()
        self.make_followers()
        self.make_portal()

    # === BY THE ORM === #

    def make_people(self):
        env = self.env
        groups = "project.group_project_user", "customer_delivery.group_delivery_user"
        self.staff = env["res.users"].create(
            [
                {
                    "name": f"Staff {number}",
                    "login": f"bench_staff_{number}",
                    "email": f"staff{number}@example.com",
                    "group_ids": [Command.set([env.ref(group).id for group in groups])],
                }
                for number in range(1, STAFF + 1)
            ]
        )
        model = env["res.partner"].create({"name": "Customer", "is_company": True})
        names = "CASE k % 2 WHEN 0 THEN {} || ' ' || {} || ' ' || k ELSE {} || {} || k END".format(
            pick(words.CITIES_EN, "k"),
            pick(words.TRADES_EN, "k / 7"),
            pick(words.CITIES_ZH, "k"),
            pick(words.TRADES_ZH, "k / 7"),
        )
        first = self.copies(
            model,
            self.customer_count,
            name=names,
            complete_name=names,
            commercial_company_name=names,
            email="'office' || k || '@example.com'",
            email_normalized="'office' || k || '@example.com'",
            commercial_partner_id="{id}",
        )
        self.customers = list(range(first, first + self.customer_count))

    def make_projects(self):
        env = self.env
        mode = env.ref("customer_delivery.delivery_mode_standard")
        stages = mode.requirement_stage_ids.sorted()[:STAGES]
        self.stages = stages
        self.task_stages = env["project.task.type"].create(
            [
                {"name": stage.name, "sequence": stage.sequence, "fold": stage.fold}
                for stage in stages
            ]
        )
        self.projects = env["project.project"].create(
            [
                {
                    "name": f"{number:03d} {words.TRADES_EN[number % 7]}",
                    "privacy_visibility": "followers",
                    "type_ids": [Command.set(self.task_stages.ids)],
                    "company_id": env.company.id,
                }
                for number in range(1, self.project_count + 1)
            ]
        )
        for number, project in enumerate(self.projects):
            # every second member of the staff, among them those who own its rows
            project.message_subscribe(self.staff[number % 2 :: 2].partner_id.ids)
            project.action_enable_delivery(mode.id)
        self.sections = env["project.requirement.section"].create(
            [
                {"name": f"Section {number + 1}", "project_id": project.id, "sequence": number}
                for project in self.projects
                for number in range(SECTIONS)
            ]
        )

    def make_portal(self):
        """A contact of a customer who sees the first project, its tasks and requirements."""
        project = self.projects[0]
        company = self.env["res.partner"].create({"name": "Portal Customer", "is_company": True})
        contact = self.env["res.partner"].create(
            {"name": "Portal Contact", "parent_id": company.id, "email": "portal@example.com"}
        )
        self.env["res.users"].create(
            {
                "login": PORTAL,
                "partner_id": contact.id,
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )
        project.privacy_visibility = "portal"
        project.message_subscribe(contact.ids)
        self.env["project.collaborator"].create(
            {"project_id": project.id, "partner_id": contact.id, "limited_access": False}
        )
        self.env["project.party"].create({"project_id": project.id, "partner_id": contact.id})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE project_requirement SET portal_access = 'visible' WHERE project_id = %s",
            (project.id,),
        )

    # === BY ONE STATEMENT EACH === #

    def copies(self, record, count, **columns):
        """Replace ``record`` by ``count`` copies and return the id of the first one.

        :param columns: SQL for the columns that differ; ``k`` counts from 1, ``{id}`` is the
            new row's id
        """
        cr = self.env.cr
        self.env.flush_all()
        table = record._table
        cr.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'",
            (table,),
        )
        names = [name for (name,) in cr.fetchall() if name != "id"]
        cr.execute(f"SELECT nextval('{table}_id_seq')")
        first = cr.fetchone()[0] + 1
        values = [
            columns[name].replace("{id}", f"({first - 1} + k)") if name in columns else f"t.{name}"
            for name in names
        ]
        cr.execute(
            f"INSERT INTO {table} (id, {', '.join(names)})"
            f" SELECT {first - 1} + k, {', '.join(values)}"
            f" FROM {table} t, generate_series(1, {count}) k WHERE t.id = {record.id}"
        )
        cr.execute(f"SELECT setval('{table}_id_seq', {first + count})")
        record.unlink()
        return first

    def texts(self):
        """SQL of the titles and descriptions: every second row of a project is Chinese."""
        number = self.nth_in_project
        english = f"({number}) % 2 = 0"
        mixed = f"(k * 7919 + ({number}) * 31)"
        parts = {
            language: [
                pick(getattr(words, f"{part}_{language}"), f"{mixed} / {step}")
                for part, step in (("OBJECTS", 1), ("DEEDS", 23), ("PLACES", 437))
            ]
            for language in ("EN", "ZH")
        }
        rare = f"k % {max(self.rows // 20, 1)}"
        name = (
            f"CASE WHEN {english} THEN"
            f" 'The ' || {parts['EN'][0]} || ' in ' || {parts['EN'][2]} || ' ' || {parts['EN'][1]}"
            f" || CASE WHEN {rare} = 1 THEN ', {words.RARE_EN}' ELSE '' END"
            f" ELSE {parts['ZH'][2]} || '的' || {parts['ZH'][0]} || {parts['ZH'][1]}"
            f" || CASE WHEN {rare} IN (0, 1, {self.project_count + 1}) THEN '，{words.RARE_ZH}'"
            " ELSE '' END END"
        )
        return {
            "name": name,
            "description": f"'<p>' || {name} || '.</p><ul><li>' || {parts['EN'][1]}"
            f" || '</li><li>' || {parts['ZH'][1]} || '</li></ul><p>' || {parts['EN'][0]}"
            f" || ' / ' || {parts['ZH'][0]} || ', ' || {parts['ZH'][2]} || '。</p>'",
        }

    def shared_columns(self):
        """SQL of what both tables have alike."""
        share = self.customer_count // self.project_count
        customers = f"({self.customers[0]} + ({self.nth_project}) * {share}"
        customers += f" + ({self.nth_in_project}) % {share})"
        return {
            **self.texts(),
            "project_id": pick(self.projects.ids, self.nth_project),
            "partner_id": customers,
            "sequence": "10",
            "create_date": "now() at time zone 'UTC' - k * interval '7 minutes'",
            "write_date": "now() at time zone 'UTC' - k * interval '5 minutes'",
            "create_uid": pick(self.staff.ids, "k"),
            "date_deadline": "CASE WHEN k % 5 = 0 THEN NULL ELSE"
            " (now() at time zone 'UTC')::date + (k * 37 % 400 - 200)::int END",
            "access_token": "NULL",
        }

    def owner(self):
        """SQL: one of the project's followers."""
        return (
            f"({array(self.staff.ids)})[1 + ({self.nth_project}) % 2"
            f" + 2 * (({self.nth_in_project}) % {STAFF // 2})]"
        )

    def stage_number(self):
        """SQL: most rows are early on their way."""
        return f"(least(k * 13 % {STAGES}, k * 7 / 11 % {STAGES}))"

    def link(self, model, name, first, target):
        """Insert one row per record into the table of a many2many field."""
        field = self.env[model]._fields[name]
        self.env.cr.execute(
            f"INSERT INTO {field.relation} ({field.column1}, {field.column2})"
            f" SELECT {first - 1} + k, {target} FROM generate_series(1, {self.rows}) k"
            " ON CONFLICT DO NOTHING"
        )

    def skip_numbers(self, model):
        """The numbers of the copies are taken."""
        sequence = self.env[model]._get_number_sequence(self.projects.company_id)
        self.env.cr.execute(f"SELECT setval('ir_sequence_{sequence.id:03d}', {self.rows + 1})")

    def make_tags(self, model, first):
        tags = self.env[self.env[model]._fields["tag_ids"].comodel_name].create(
            [{"name": f"{words.OBJECTS_EN[n % 23]} {n}", "color": n % 12} for n in range(TAGS)]
        )
        self.link(model, "tag_ids", first, pick(tags.ids, "k"))
        self.link(model, "tag_ids", first, pick(tags.ids, "k * 3 / 2"))

    def make_tasks(self):
        record = self.env["project.task"].create(
            {
                "name": "Task",
                "project_id": self.projects[0].id,
                "stage_id": self.task_stages[0].id,
                "description": "<p>Text</p>",
            }
        )
        first = self.copies(
            record,
            self.rows,
            **self.shared_columns(),
            stage_id=pick(self.task_stages.ids, self.stage_number()),
            priority="(k * 5 % 17 / 8)::text",
        )
        self.link("project.task", "user_ids", first, self.owner())
        self.make_tags("project.task", first)
        self.first_task = first

    def make_requirements(self):
        env = self.env
        record = env["project.requirement"].create(
            {
                "name": "Requirement",
                "project_id": self.projects[0].id,
                "description": "<p>Text</p>",
            }
        )
        shared = self.shared_columns()
        classes = env["project.requirement.priority"].search([])
        per_project = self.rows // self.project_count
        section = f"({array(self.sections.ids)})[1 + ({self.nth_project}) * {SECTIONS}"
        section += f" + (({self.nth_in_project}) * {SECTIONS} / {per_project})]"
        locked = [int(stage.locks_content) for stage in self.stages]
        first = self.copies(
            record,
            self.rows,
            **shared,
            number="'REQ-' || lpad((k + 1)::text, 6, '0')",
            commercial_partner_ref_id=shared["partner_id"],
            stage_id=pick(self.stages.ids, self.stage_number()),
            content_lock=f"CASE {pick(locked, self.stage_number())}"
            " WHEN 1 THEN 'agreed' ELSE 'none' END",
            agreed_strength=f"CASE {pick(locked, self.stage_number())} WHEN 1 THEN 'refuse' END",
            user_id=self.owner(),
            priority_id=pick(classes.ids, "k / 3"),
            importance="(1 + k * 5 % 3)::text",
            section_id=section,
            outline="NULL",
            outline_key="NULL",
        )
        self.make_tags("project.requirement", first)
        self.first_requirement = first
        self.skip_numbers("project.requirement")
        env.invalidate_all()
        for start in range(0, self.project_count, 20):
            env["project.requirement"]._renumber(self.projects[start : start + 20])

    def make_criteria(self):
        """One acceptance criterion for each requirement."""
        first = self.first_requirement
        line = self.env["project.requirement.criterion"].create(
            {"requirement_id": first, "name": "Criterion"}
        )
        self.copies(
            line,
            self.rows,
            requirement_id=f"{first - 1} + k",
            name=f"'Shown at acceptance: ' || {pick(words.DEEDS_EN, 'k')}",
        )
        # the line just made and removed counted as changes of the first requirement
        self.env.cr.execute("UPDATE project_requirement SET content_rev = 1")

    def make_changes(self):
        """As many change requests, in the stages that a board opens as those of the tasks."""
        env = self.env
        record = env["project.change"].create(
            {
                "name": "Change",
                "project_id": self.projects[0].id,
                "reason": "<p>Text</p>",
                "content": "<p>Text</p>",
                "contract_scope": "in",
            }
        )
        shared = self.shared_columns()
        stages = record.mode_id.change_stage_ids.sorted()[:STAGES]
        types = record.mode_id._get_change_types()
        self.first_change = self.copies(
            record,
            self.rows,
            **shared,
            reason=shared["description"],
            content=shared["description"],
            number="'CHG-' || lpad((k + 1)::text, 6, '0')",
            commercial_partner_ref_id=shared["partner_id"],
            stage_id=pick(stages.ids, self.stage_number()),
            type_id=pick(types.ids, "k / 3"),
            user_id=self.owner(),
            contract_scope=pick(["in", "out"], "k"),
            decision=pick(["none", "approved", "rejected", "conditional"], "k / 5"),
            agreed_days="k % 4",
            requested_at="now() at time zone 'UTC' - k * interval '7 minutes'",
        )
        self.skip_numbers("project.change")

    def make_followers(self):
        """The owner follows what he owns, as after an assignment in the web client."""
        cr = self.env.cr
        self.env.flush_all()
        subtypes = self.env["mail.message.subtype"]
        for model, first in (
            ("project.task", self.first_task),
            ("project.requirement", self.first_requirement),
            ("project.change", self.first_change),
        ):
            default = subtypes.default_subtypes(model)[0]
            cr.execute(
                "INSERT INTO mail_followers (res_model, res_id, partner_id)"
                f" SELECT '{model}', {first - 1} + k, u.partner_id"
                f" FROM generate_series(1, {self.rows}) k JOIN res_users u ON u.id = {self.owner()}"
            )
            cr.execute(
                "INSERT INTO mail_followers_mail_message_subtype_rel"
                " SELECT f.id, s.id FROM mail_followers f, mail_message_subtype s"
                " WHERE f.res_model = %s AND s.id = ANY(%s) ON CONFLICT DO NOTHING",
                (model, default.ids),
            )
