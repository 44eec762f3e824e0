from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .project_change import APPROVED
from .project_change_stage import CLOSED_KINDS


class ProjectChange(models.Model):
    """Open changes that touch the same requirement or milestone."""

    _inherit = "project.change"

    conflict_ids = fields.Many2many(
        "project.change",
        string="Conflicting Changes",
        compute="_compute_conflict_ids",
        search="_search_conflict_ids",
    )
    has_conflict = fields.Boolean(
        compute="_compute_conflict_ids", search="_search_has_conflict", string="Conflict"
    )
    stale_count = fields.Integer(compute="_compute_stale_count", export_string_translation=False)

    # === COMPUTE METHODS === #

    @api.depends("line_ids.requirement_id", "milestone_ids", "stage_id", "date_applied")
    def _compute_conflict_ids(self):
        pairs = self._find_conflicts()
        for change in self:
            change.conflict_ids = pairs.get(change._origin.id, [])
            change.has_conflict = bool(change.conflict_ids)

    def _search_has_conflict(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("id", "in", self._get_conflict_sql(SQL("TRUE"), columns=SQL("mine.id")))

    def _search_conflict_ids(self, operator, value):
        if operator != "in":
            return NotImplemented
        others = [res_id for res_id in value if isinstance(res_id, int)]
        where = SQL("other.id = ANY(%s)", others)
        return Domain("id", "in", self._get_conflict_sql(where, columns=SQL("mine.id")))

    @api.depends("line_ids.is_stale")
    def _compute_stale_count(self):
        for change in self:
            change.stale_count = len(change.line_ids.filtered("is_stale"))

    # === BUSINESS METHODS === #

    def _find_conflicts(self):
        """Return {id: ids of other open changes on the same requirement or milestone}."""
        if not self.ids:
            return {}
        where = SQL("mine.id = ANY(%s)", self.ids)
        found = {}
        for mine, other in self.env.execute_query(
            self._get_conflict_sql(where, columns=SQL("mine.id, other.id"))
        ):
            found.setdefault(mine, []).append(other)
        return found

    @api.model
    def _get_conflict_sql(self, where, columns):
        """Return SQL of pairs of open changes that touch the same thing."""
        self.env["project.change.line"].flush_model(["change_id", "requirement_id"])
        self.flush_model(["stage_id", "date_applied", "active", "milestone_ids"])
        return SQL(
            """
            (SELECT DISTINCT %(columns)s
               FROM (
                     SELECT a.change_id AS mine_id, b.change_id AS other_id
                       FROM project_change_line a
                       JOIN project_change_line b ON b.requirement_id = a.requirement_id
                      UNION ALL
                     SELECT a.project_change_id, b.project_change_id
                       FROM project_change_milestone_rel a
                       JOIN project_change_milestone_rel b
                         ON b.project_milestone_id = a.project_milestone_id
                    ) pair
               JOIN project_change mine ON mine.id = pair.mine_id
               JOIN project_change other ON other.id = pair.other_id
               JOIN project_change_stage mine_stage ON mine_stage.id = mine.stage_id
               JOIN project_change_stage other_stage ON other_stage.id = other.stage_id
              WHERE mine.id != other.id AND %(where)s
                AND mine.active AND other.active
                AND mine.date_applied IS NULL AND other.date_applied IS NULL
                AND mine_stage.kind != ALL(%(closed)s) AND other_stage.kind != ALL(%(closed)s))
            """,
            columns=columns,
            where=where,
            closed=list(CLOSED_KINDS),
        )

    def _get_changes_ahead(self):
        """Return the changes on the same requirements or milestones, approved before this one.

        They come into effect first: what they write is what this one has to be written against.
        """
        self.ensure_one()
        requirements = self.line_ids.requirement_id
        # milestones only move where days were agreed
        milestones_sudo = self.sudo().milestone_ids if self.agreed_days else self.milestone_ids[:0]
        same = Domain("line_ids.requirement_id", "in", requirements.ids) | (
            Domain("milestone_ids", "in", milestones_sudo.ids) & Domain("agreed_days", ">", 0)
        )
        if not requirements and not milestones_sudo:
            return self.browse()
        # a change that the user may not see holds his back all the same
        others_sudo = self.sudo().search(
            self._get_open_domain()
            & Domain("id", "!=", self.id)
            & Domain("date_applied", "=", False)
            & Domain("decision", "in", APPROVED)
            & Domain("stage_id.kind", "!=", "hold")
            & same
        )
        return others_sudo.filtered(
            lambda other: (
                not self.date_decided
                or (other.date_decided, other.id) < (self.date_decided, self.id)
            )
        ).with_env(self.env)
