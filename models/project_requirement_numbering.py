from odoo import api, models
from odoo.tools import SQL

from ..core import outline
from .project_requirement import ORDER_FIELDS


class ProjectRequirement(models.Model):
    """Permanent numbers and outline numbers of requirements."""

    _inherit = "project.requirement"

    @api.model
    def _prepare_create_vals_list(self, vals_list):
        """Put new requirements at the end of their project's document."""
        prepared = super()._prepare_create_vals_list(vals_list)
        open_ended = [
            vals for vals in prepared if vals.get("project_id") and "sequence" not in vals
        ]
        if not open_ended:
            return prepared
        groups = self.sudo()._read_group(
            [("project_id", "in", [vals["project_id"] for vals in open_ended])],
            ["project_id"],
            ["sequence:max"],
        )
        last = {project.id: sequence for project, sequence in groups}
        for vals in open_ended:
            last[vals["project_id"]] = last.get(vals["project_id"], 0) + 1
            vals["sequence"] = last[vals["project_id"]]
        return prepared

    @api.model
    def _renumber(self, projects):
        """Give the requirements of ``projects`` their outline numbers; three queries at most.

        Order and outline say where a requirement stands, not what was agreed, so they are
        outside the content lock and move without touching anything else.
        """
        if not projects:
            return
        sections, items = self._read_outline(projects)
        per_project = {}
        for row in sections:
            per_project.setdefault(row[0], ([], []))[0].append(row[1:])
        for row in items:
            per_project.setdefault(row[0], ([], []))[1].append(row[1:])
        section_rows, item_rows = [], []
        for section_list, item_list in per_project.values():
            section_numbers, item_numbers = outline.number(
                [row[:3] for row in section_list], [row[:4] for row in item_list]
            )
            section_rows += [
                (row[0], section_numbers[row[0]])
                for row in section_list
                if section_numbers[row[0]] != row[3]
            ]
            item_rows += [
                (row[0], item_numbers[row[0]])
                for row in item_list
                if item_numbers[row[0]] != row[4]
            ]
        self._store_outline(item_rows)
        if section_rows:
            self._update_from_values("project_requirement_section", section_rows, ("outline",))
            self.env["project.requirement.section"].invalidate_model(["outline"], flush=False)

    @api.model
    def _read_outline(self, projects):
        self.env["project.requirement.section"].flush_model(
            ["project_id", "parent_id", "sequence", "outline"]
        )
        self.flush_model([*ORDER_FIELDS, "outline"])
        sections = self.env.execute_query(
            SQL(
                "SELECT project_id, id, parent_id, sequence, outline"
                " FROM project_requirement_section WHERE project_id IN %s",
                tuple(projects.ids),
            )
        )
        items = self.env.execute_query(
            SQL(
                "SELECT project_id, id, parent_id, section_id, sequence, outline"
                " FROM project_requirement WHERE project_id IN %s AND active",
                tuple(projects.ids),
            )
        )
        return sections, items

    @api.model
    def _store_outline(self, rows):
        if not rows:
            return
        values = [(res_id, number, outline.sort_key(number)) for res_id, number in rows]
        self._update_from_values("project_requirement", values, ("outline", "outline_key"))
        self.browse([row[0] for row in rows]).invalidate_recordset(
            ["outline", "outline_key"], flush=False
        )

    @api.model
    def _update_from_values(self, table, rows, columns):
        assignments = SQL(", ").join(
            SQL("%s = v.%s", SQL.identifier(column), SQL.identifier(column)) for column in columns
        )
        names = SQL(", ").join(SQL.identifier(column) for column in ("id", *columns))
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s FROM (VALUES %s) AS v(%s) WHERE %s.id = v.id",
                SQL.identifier(table),
                assignments,
                SQL(", ").join(SQL("%s", row) for row in rows),
                names,
                SQL.identifier(table),
            )
        )
