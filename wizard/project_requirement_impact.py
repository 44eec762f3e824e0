from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.canonical import decimal

SCHEMA = "cd.impact/1"
LEVELS = (1, 10)
# what is left of a task when times are noted, else what it was given
HOURS = ("remaining_hours", "allocated_hours")


class ProjectRequirementImpact(models.TransientModel):
    """Everything that hangs on a requirement, through links of links."""

    _name = "project.requirement.impact"
    _description = "Impact Analysis"

    requirement_id = fields.Many2one("project.requirement", readonly=True, ondelete="cascade")
    levels = fields.Integer(default=3, help="How many links to follow, 1 to 10.")
    line_ids = fields.One2many(
        "project.requirement.impact.line",
        "impact_id",
        compute="_compute_line_ids",
        # what a stored field computes, it computes as superuser: here one sees what one may see
        compute_sudo=False,
        store=True,
    )

    @api.depends("requirement_id", "levels")
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = [
                fields.Command.clear(),
                *(fields.Command.create(vals) for vals in wizard._prepare_lines()),
            ]

    def _prepare_lines(self):
        self.ensure_one()
        levels = min(max(self.levels, LEVELS[0]), LEVELS[1])
        links = self.env["project.requirement.link"]
        start = self._get_start()
        found = links._walk(start, levels)
        visible = {
            model: self._read_model(model, [node[1] for _l, node, *_r in found if node[0] == model])
            for model in {node[0] for _level, node, *_rest in found}
        }
        rows = [
            {"level": level, **visible[node[0]][node[1]]}
            for level, node, _link, _origin in found
            if node[1] in visible[node[0]]
        ]
        reached = {
            node[1]: level
            for level, node, *_rest in found
            if node[0] == "project.requirement" and node[1] in visible[node[0]]
        }
        further = self._prepare_further_lines({**dict.fromkeys(start.ids, 0), **reached})
        rows += self._prepare_milestone_lines(rows)
        return sorted(rows + further, key=lambda row: row["level"])

    @api.model
    def _prepare_milestone_lines(self, rows):
        """Return the lines of milestones that no link names: those of the tasks among ``rows``."""
        known = {row["res_id"] for row in rows if row["res_model"] == "project.milestone"}
        levels = {}
        for row in rows:
            if row["res_model"] == "project.task":
                levels.setdefault(row["res_id"], row["level"])
        tasks = (
            self.env["project.task"]
            .browse(levels)
            .filtered(lambda task: task.milestone_id and task.milestone_id.id not in known)
        )
        by_milestone = {}
        for task in tasks:
            by_milestone.setdefault(task.milestone_id.id, []).append(levels[task.id] + 1)
        visible = self._read_model("project.milestone", list(by_milestone))
        return [{"level": min(by_milestone[key]), **row} for key, row in visible.items()]

    def _get_start(self):
        """Return the requirements from which the links are followed."""
        return self.requirement_id

    def _get_document(self):
        """Return the document with which the analysis is kept."""
        return self.requirement_id

    def _prepare_further_lines(self, levels_by_requirement):  # noqa: ARG002 (signature of a hook)
        """Return the lines of what no link names; other parts add what they keep.

        :param dict levels_by_requirement: {requirement id: level}, 0 where the walk began
        """
        return []

    @api.model
    def _read_model(self, model, ids):
        """Return {id: values} of those records that the user may see."""
        records = self.env[model].browse(ids)._filtered_access("read")
        return {record.id: self._prepare_line(record) for record in records}

    @api.model
    def _prepare_line(self, record):
        users = "user_ids" if "user_ids" in record._fields else "user_id"
        owner = record[users] if users in record._fields else self.env["res.users"]
        return {
            "res_model": record._name,
            "res_id": record.id,
            "name": record.display_name,
            "kind": record._description,
            "owner": ", ".join(owner.mapped("name")),
            "stage": record.stage_id.name if "stage_id" in record._fields else False,
            "milestone": (record.milestone_id.name if "milestone_id" in record._fields else False),
            "remaining_hours": next((record[name] for name in HOURS if name in record._fields), 0),
        }

    def action_record(self):
        """Record this analysis, as it is, with the requirement."""
        self.ensure_one()
        document = self._get_document()._entry()
        if not document:
            raise UserError(
                self.env._("Open the impact analysis from a requirement or a change request.")
            )
        document.check_access("write")
        # worked out anew: rows of a dialog can be edited by who opened it
        rows = self._prepare_lines()
        payload = {
            "schema": SCHEMA,
            "number": document.number,
            "levels": self.levels,
            "lines": [
                {
                    "level": row["level"],
                    "kind": row["kind"],
                    "name": row["name"],
                    "owner": row["owner"] or None,
                    "stage": row["stage"] or None,
                    "milestone": row["milestone"] or None,
                    "hours": decimal(row["remaining_hours"], 2) if row["remaining_hours"] else None,
                }
                for row in rows
            ],
        }
        document.env["signoff.snapshot"]._record(document, [payload])
        document._message_log(
            body=self.env._("Impact analysis recorded: %(count)s items.", count=len(rows))
        )
        return {"type": "ir.actions.act_window_close"}

    @api.model
    def _open(self, requirement, levels):
        """Return the action that opens the analysis."""
        requirement.ensure_one()
        wizard = self.create({"requirement_id": requirement.id, "levels": levels})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Impact of %s", requirement.display_name),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }


class ProjectRequirementImpactLine(models.TransientModel):
    """One thing that a change would touch."""

    _name = "project.requirement.impact.line"
    _description = "Affected Item"
    _order = "level, id"

    impact_id = fields.Many2one("project.requirement.impact", index=True, ondelete="cascade")
    level = fields.Integer(readonly=True)
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)
    kind = fields.Char(readonly=True)
    name = fields.Char(readonly=True)
    owner = fields.Char(readonly=True)
    stage = fields.Char(readonly=True)
    milestone = fields.Char(readonly=True)
    remaining_hours = fields.Float(readonly=True)

    def action_open(self):
        """Open the affected item."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }
