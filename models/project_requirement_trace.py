import json
from urllib.parse import urlencode

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .project_project import STAFF_GROUPS
from .project_requirement_acceptance import COUNTING

# as many names as a cell of the screen shows
SHOWN = 3
SIGNS = {"pass": "✓", "fail": "✗", "na": "–"}


class ProjectRequirement(models.Model):
    """The traceability matrix (需求跟踪矩阵): what exists for a requirement, and what does not.

    Everything is read with the rights of the reader, by a number of queries that does not grow
    with the number of requirements.
    """

    _inherit = "project.requirement"

    trace_criteria_count = fields.Integer(
        string="Criteria", compute="_compute_trace", groups=STAFF_GROUPS
    )
    trace_tasks = fields.Char(string="Tasks", compute="_compute_trace", groups=STAFF_GROUPS)
    trace_items = fields.Char(string="Checked As", compute="_compute_trace", groups=STAFF_GROUPS)
    trace_changes = fields.Char(string="Changed By", compute="_compute_trace", groups=STAFF_GROUPS)
    trace_deliverables = fields.Char(
        string="Delivered As", compute="_compute_trace", groups=STAFF_GROUPS
    )
    trace_gaps = fields.Char(
        string="Missing",
        compute="_compute_trace",
        groups=STAFF_GROUPS,
        help="What a requirement of this delivery has to have and does not have.",
    )

    # === COMPUTE METHODS === #

    @api.depends_context("lang", "uid")
    def _compute_trace(self):
        trace = self._get_trace()
        for requirement in self:
            row = trace[requirement._origin.id]
            requirement.trace_criteria_count = row["criteria"]
            for name in ("tasks", "items", "changes", "deliverables"):
                requirement[f"trace_{name}"] = self._get_cell(row[name])
            requirement.trace_gaps = ", ".join(row["gaps"])

    @api.model
    def _get_cell(self, names):
        more = len(names) - SHOWN
        shown = ", ".join(names[:SHOWN])
        return f"{shown} +{more}" if more > 0 else shown

    def _get_trace(self):
        """Return {id: row} of what exists for each of these requirements.

        :return: ``criteria`` (number), ``tasks``, ``items``, ``changes``, ``deliverables`` (lists
            of names), ``result`` and ``gaps`` (list of what is missing, in the language of the
            environment)
        """
        ids = self._origin.ids
        found = {
            record_id: {
                "criteria": 0,
                "tasks": [],
                "items": [],
                "changes": [],
                "deliverables": [],
                "result": "none",
                "gaps": [],
            }
            for record_id in [*ids, False]
        }
        inside = Domain("requirement_id", "in", ids)
        for model in ("project.requirement.criterion", "project.requirement.indicator"):
            for (requirement_id,) in self._read_columns(model, inside, ["requirement_id"]):
                found[requirement_id]["criteria"] += 1
        self._trace_tasks(found, inside)
        self._trace_items(found, inside)
        self._trace_changes(found, inside)
        self._trace_deliverables(found, ids)
        for requirement_id, result in self._get_acceptance_results(ids).items():
            found[requirement_id]["result"] = result
        self._trace_gaps(found, ids)
        return found

    @api.model
    def _read_columns(self, model, domain, names, order=None, active_test=True):
        """Return rows of stored columns in one statement, as far as the reader may read them.

        A matrix of thousands of rows is read as plain values: a record for each cell would take
        more time than all the rest.
        """
        records = self.env[model].with_context(active_test=active_test)
        records.flush_model(names)
        query = records._search(domain, order=order)
        columns = [records._field_to_sql(query.table, name, query) for name in names]
        return self.env.execute_query(query.select(*columns))

    @api.model
    def _read_names(self, model, ids, name):
        """Return {id: name} of those of ``ids`` that the reader may read, archived ones too."""
        inside = Domain("id", "in", list(ids))
        return dict(self._read_columns(model, inside, ["id", name], active_test=False))

    def _trace_tasks(self, found, inside):
        links = self._read_columns(
            "project.requirement.link",
            inside & Domain("task_id", "!=", False),
            ["requirement_id", "task_id"],
            order="id",
        )
        names = self._read_names("project.task", {task_id for _id, task_id in links}, "name")
        closed = self.env._("Not visible to you")
        for requirement_id, task_id in links:
            found[requirement_id]["tasks"].append(names.get(task_id, closed))

    def _trace_items(self, found, inside):
        items = self._read_columns(
            "project.acceptance.item",
            inside & COUNTING,
            ["requirement_id", "acceptance_id", "number", "customer_verdict"],
            order="acceptance_id, number",
        )
        acceptance_ids = {acceptance_id for _id, acceptance_id, *_rest in items}
        numbers = self._read_names("project.acceptance", acceptance_ids, "number")
        for requirement_id, acceptance_id, number, verdict in items:
            sign = SIGNS.get(verdict, "")
            cell = f"{numbers.get(acceptance_id) or ''}/{number} {sign}".strip()
            found[requirement_id]["items"].append(cell)

    def _trace_changes(self, found, inside):
        lines = self._read_columns(
            "project.change.line", inside, ["requirement_id", "change_id"], order="change_id"
        )
        changes = {change_id for _id, change_id in lines}
        numbers = self._read_names("project.change", changes, "number")
        for requirement_id, change_id in lines:
            if change_id in numbers:
                found[requirement_id]["changes"].append(numbers[change_id])

    def _trace_deliverables(self, found, ids):
        deliverables = self.env["project.deliverable"].search_fetch(
            [("requirement_ids", "in", ids)], ["name", "version"]
        )
        names = {deliverable.id: deliverable.display_name for deliverable in deliverables}
        field = deliverables._fields["requirement_ids"]
        deliverables.flush_model(["requirement_ids"])
        rows = self.env.execute_query(
            SQL(
                "SELECT %(part)s, %(requirement)s FROM %(relation)s WHERE %(part)s = ANY(%(ids)s)",
                part=SQL.identifier(field.column1),
                requirement=SQL.identifier(field.column2),
                relation=SQL.identifier(field.relation),
                ids=deliverables.ids,
            )
        )
        requirements = {}
        for deliverable_id, requirement_id in rows:
            requirements.setdefault(deliverable_id, []).append(requirement_id)
        for deliverable_id, name in names.items():
            for requirement_id in requirements.get(deliverable_id, ()):
                if requirement_id in found:
                    found[requirement_id]["deliverables"].append(name)

    def _trace_gaps(self, found, ids):
        """Name what requirements of this delivery lack; those left out need nothing."""
        rows = self._read_columns(
            self._name,
            Domain("id", "in", ids),
            ["id", "stage_id", "priority_id"],
            active_test=False,
        )
        cancelled = self.env["project.requirement.stage"].with_context(active_test=False)
        cancelled = set(cancelled.search([("kind", "=", "cancelled")]).ids)
        promised = self.env["project.requirement.priority"].with_context(active_test=False)
        promised = set(promised.search([("in_scope", "=", True)]).ids)
        lacks = {
            "criteria": self.env._("no criterion"),
            "tasks": self.env._("no task"),
            "items": self.env._("no checklist item"),
        }
        not_passed = self.env._("not passed")
        for requirement_id, stage_id, priority_id in rows:
            if stage_id in cancelled or priority_id not in promised:
                continue
            row = found[requirement_id]
            row["gaps"] = [text for name, text in lacks.items() if not row[name]]
            if row["items"] and row["result"] != "passed":
                row["gaps"].append(not_passed)

    # === WORKBOOK === #

    @api.model
    def _check_may_read_matrix(self):
        self.check_access("read")
        if not self.env.user._is_internal():
            raise AccessError(self.env._("Please ask your contact person for this document."))

    @api.model
    def _read_matrix(self, projects):
        """Return what stands of the requirements of ``projects``, in the order of documents.

        :return: rows of id, project, outline, number, title, class and stage (ids)
        """
        return self._read_columns(
            self._name,
            Domain("project_id", "in", projects.ids) & Domain("stage_id.kind", "!=", "cancelled"),
            ["id", "project_id", "outline", "number", "name", "priority_id", "stage_id"],
            order="project_id, outline_key, id",
        )

    # === ACTION METHODS === #

    def action_view_unasked(self):
        """Open the tasks that no requirement asks for: of the project shown, or of all."""
        shown = self._entry_id(self.env.context.get("default_project_id"))
        projects = self.env["project.project"]
        domain = projects._get_delivery_domain()
        if shown:
            domain &= Domain("id", "=", shown)
        return projects.search(domain)._open_unasked_tasks()

    def action_export_matrix(self):
        """Download the traceability matrix of the projects of these, or of the project shown."""
        requirements = self._entry()
        requirements._check_may_read_matrix()
        shown = self._entry_id(self.env.context.get("default_project_id"))
        projects = requirements.project_id or self.env["project.project"].browse(shown or ())
        if not projects:
            raise UserError(self.env._("Please select requirements of the projects that you need."))
        projects.check_access("read")
        query = urlencode({"project_ids": json.dumps(projects.ids)})
        return {
            "type": "ir.actions.act_url",
            "url": f"/delivery/traceability.xlsx?{query}",
            "target": "download",
        }
