import json
from urllib.parse import urlencode

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

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
            of names) and ``gaps`` (list of what is missing, in the language of the environment)
        """
        found = {
            record_id: {"criteria": 0, "tasks": [], "items": [], "changes": [], "deliverables": []}
            for record_id in [*self._origin.ids, False]
        }
        inside = Domain("requirement_id", "in", self._origin.ids)
        for model in ("project.requirement.criterion", "project.requirement.indicator"):
            for requirement, count in self.env[model]._read_group(
                inside, ["requirement_id"], ["__count"]
            ):
                found[requirement.id]["criteria"] += count
        self._trace_tasks(found, inside)
        self._trace_items(found, inside)
        self._trace_changes(found, inside)
        self._trace_deliverables(found)
        self._trace_gaps(found)
        return found

    def _trace_tasks(self, found, inside):
        links = self.env["project.requirement.link"].search_fetch(
            inside & Domain("task_id", "!=", False), ["requirement_id", "task_id"]
        )
        visible = links.task_id._filtered_access("read")
        visible.fetch(["name"])
        for link in links:
            name = (
                link.task_id.name if link.task_id in visible else self.env._("Not visible to you")
            )
            found[link.requirement_id.id]["tasks"].append(name)

    def _trace_items(self, found, inside):
        items = self.env["project.acceptance.item"].search_fetch(
            inside & COUNTING,
            ["requirement_id", "acceptance_id", "number", "customer_verdict"],
            order="acceptance_id, number",
        )
        items.acceptance_id.fetch(["number"])
        for item in items:
            sign = SIGNS.get(item.customer_verdict, "")
            found[item.requirement_id.id]["items"].append(
                f"{item.acceptance_id.number}/{item.number} {sign}".strip()
            )

    def _trace_changes(self, found, inside):
        lines = self.env["project.change.line"].search_fetch(
            inside, ["requirement_id", "change_id"], order="change_id"
        )
        visible = lines.change_id._filtered_access("read")
        visible.fetch(["number"])
        for line in lines:
            if line.change_id in visible:
                found[line.requirement_id.id]["changes"].append(line.change_id.number)

    def _trace_deliverables(self, found):
        deliverables = self.env["project.deliverable"].search_fetch(
            [("requirement_ids", "in", self._origin.ids)], ["name", "version", "requirement_ids"]
        )
        for deliverable in deliverables:
            for requirement in deliverable.requirement_ids:
                if requirement.id in found:
                    found[requirement.id]["deliverables"].append(deliverable.display_name)

    def _trace_gaps(self, found):
        for requirement in self:
            row = found[requirement._origin.id]
            row["gaps"] = gaps = []
            if requirement.stage_id.kind == "cancelled" or not requirement.priority_id.in_scope:
                continue
            if not row["criteria"]:
                gaps.append(self.env._("no criterion"))
            if not row["tasks"]:
                gaps.append(self.env._("no task"))
            if not row["items"]:
                gaps.append(self.env._("no checklist item"))
            elif requirement.acceptance_result != "passed":
                gaps.append(self.env._("not passed"))
        found[False]["gaps"] = []

    # === WORKBOOK === #

    @api.model
    def _check_may_read_matrix(self):
        self.check_access("read")
        if not self.env.user._is_internal():
            raise AccessError(self.env._("Please ask your contact person for this document."))

    @api.model
    def _search_matrix(self, projects):
        """Return the requirements of ``projects`` in the order of their documents."""
        return self.search_fetch(
            Domain("project_id", "in", projects.ids) & Domain("stage_id.kind", "!=", "cancelled"),
            ["project_id", "outline", "number", "name", "priority_id", "stage_id"],
            order="project_id, outline_key, id",
        )

    # === ACTION METHODS === #

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
