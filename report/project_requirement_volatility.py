from odoo import api, fields, models
from odoo.tools import SQL

# aggregate -> (what moved, out of what)
RATES = {
    "volatility": ("moved_count", "base_count"),
    "weighted_volatility": ("moved_weight", "base_weight"),
}
STABLE = {"stability": "weighted_volatility"}


class ProjectRequirementVolatility(models.Model):
    """Volatility of what was agreed, for each project, month and class of requirements.

    A requirement is part of what was agreed from its first baseline on, or from the change that
    brought it in. ``core.volatility`` says how the figures are reckoned; a month without any
    movement has a row, so that a mean over months is one.
    """

    _name = "project.requirement.volatility"
    _description = "Volatility of Requirements"
    _auto = False
    _order = "month desc, project_id, priority_id"
    _rec_name = "project_id"
    _depends = {
        "project.baseline": ["project_id", "recorded_at", "state"],
        "project.baseline.line": ["baseline_id", "requirement_id"],
        "project.milestone": ["deadline", "project_id"],
        "project.project": ["company_id", "delivery_company_id", "delivery_mode_id", "partner_id"],
        "project.requirement": ["date_stage", "priority_id", "project_id", "stage_id"],
        "project.requirement.priority": ["weight"],
        "project.requirement.stage": ["kind"],
        "project.requirement.version": ["change_id", "reason", "recorded_at", "requirement_id"],
    }

    project_id = fields.Many2one("project.project", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    priority_id = fields.Many2one("project.requirement.priority", string="Class", readonly=True)
    month = fields.Date(readonly=True)
    milestone_id = fields.Many2one(
        "project.milestone",
        string="Phase",
        readonly=True,
        help="The milestone that was due next when the month began.",
    )
    added = fields.Integer(readonly=True)
    changed = fields.Integer(
        readonly=True, help="Requirements whose content changed in the month, each once."
    )
    removed = fields.Integer(string="Taken Out", readonly=True)
    base_count = fields.Integer(
        string="Agreed at the Beginning",
        readonly=True,
        help="Requirements that were agreed when the month began; in the first month those of "
        "the first baseline.",
    )
    moved_count = fields.Integer(string="Moved", readonly=True)
    base_weight = fields.Float(string="Agreed, Weighted", readonly=True)
    moved_weight = fields.Float(string="Moved, Weighted", readonly=True)
    volatility = fields.Float(
        string="Volatility (%)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="RVI = (added + changed + taken out) / agreed at the beginning of the month, in per "
        "cent. Over several months it is the mean of a month.",
    )
    weighted_volatility = fields.Float(
        string="Weighted Volatility (%)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="The same, where each requirement counts with the weight of its class.",
    )
    stability = fields.Float(
        string="Stability (%)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="100 less the weighted volatility.",
    )

    # === READING === #

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        # a rate of sums: a mean of rates would count a class of two like one of two hundred
        name, _, function = aggregate_spec.partition(":")
        if function != "avg" or name not in (*RATES, *STABLE):
            return super()._read_group_select(aggregate_spec, query)
        moved, base = (
            self._field_to_sql(self._table, part, query) for part in RATES[STABLE.get(name, name)]
        )
        rate = SQL("100.0 * SUM(%s) / NULLIF(SUM(%s), 0)", moved, base)
        return SQL("GREATEST(100 - %s, 0)", rate) if name in STABLE else rate

    @property
    def _table_query(self):
        return SQL(
            """
            WITH start AS (%(start)s),
                 scope AS (%(scope)s),
                 moves AS (%(moves)s),
                 grid AS (
                    SELECT s.project_id, c.priority_id, date_trunc('month', s.at) AS first_month,
                           m.month
                      FROM start s
                      JOIN (SELECT DISTINCT project_id, priority_id FROM scope) c
                        ON c.project_id = s.project_id
                     CROSS JOIN LATERAL generate_series(
                           date_trunc('month', s.at),
                           date_trunc('month', now() AT TIME ZONE 'UTC'),
                           interval '1 month'
                     ) AS m(month)
                 ),
                 figures AS (
                    SELECT g.project_id, g.priority_id, g.month,
                           COALESCE(v.added, 0) AS added,
                           COALESCE(v.changed, 0) AS changed,
                           COALESCE(v.removed, 0) AS removed,
                           CASE WHEN g.month = g.first_month THEN COALESCE(v.first, 0)
                                ELSE COALESCE(
                                     SUM(COALESCE(v.first + v.added - v.removed, 0)) OVER (
                                         PARTITION BY g.project_id, g.priority_id ORDER BY g.month
                                         ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                                     ), 0)
                           END AS base
                      FROM grid g
                      LEFT JOIN moves v
                        ON v.project_id = g.project_id AND v.month = g.month
                       AND v.priority_id IS NOT DISTINCT FROM g.priority_id
                 )
            SELECT ROW_NUMBER() OVER (ORDER BY f.project_id, f.month, f.priority_id) AS id,
                   f.project_id, f.priority_id, f.month::date AS month, m.id AS milestone_id,
                   COALESCE(p.company_id, p.delivery_company_id) AS company_id, p.partner_id,
                   f.added::int AS added, f.changed::int AS changed, f.removed::int AS removed,
                   f.base::int AS base_count,
                   (f.added + f.changed + f.removed)::int AS moved_count,
                   f.base * w.weight AS base_weight,
                   (f.added + f.changed + f.removed) * w.weight AS moved_weight,
                   r.rate AS volatility,
                   CASE WHEN w.weight > 0 THEN r.rate END AS weighted_volatility,
                   CASE WHEN w.weight > 0 THEN GREATEST(100 - r.rate, 0) END AS stability
              FROM figures f
              JOIN project_project p ON p.id = f.project_id
              LEFT JOIN project_requirement_priority c ON c.id = f.priority_id
             CROSS JOIN LATERAL (SELECT COALESCE(c.weight, 1) AS weight) w
             CROSS JOIN LATERAL (
                   SELECT 100.0 * (f.added + f.changed + f.removed) / NULLIF(f.base, 0) AS rate
             ) r
              LEFT JOIN LATERAL (
                   SELECT id FROM project_milestone
                    WHERE project_id = f.project_id AND deadline >= f.month
                    ORDER BY deadline, id LIMIT 1
             ) m ON TRUE
             WHERE p.delivery_mode_id IS NOT NULL
            """,
            start=self._get_start_sql(),
            scope=self._get_scope_sql(),
            moves=self._get_moves_sql(),
        )

    @api.model
    def _get_start_sql(self):
        """Return the SQL of the moment at which something was agreed in a project first."""
        return SQL(
            "SELECT project_id, MIN(recorded_at) AS at FROM project_baseline"
            " WHERE state = 'frozen' GROUP BY project_id"
        )

    @api.model
    def _get_scope_sql(self):
        """Return the SQL of what was agreed: since when, and when it was taken out."""
        return SQL(
            """
            SELECT r.id, r.project_id, r.priority_id, s.at AS start_at, MIN(a.at) AS at,
                   MIN(CASE WHEN g.kind = 'cancelled' THEN r.date_stage END) AS removed_at
              FROM (
                   SELECT l.requirement_id, b.recorded_at AS at
                     FROM project_baseline_line l
                     JOIN project_baseline b ON b.id = l.baseline_id
                    WHERE b.state = 'frozen'
                    UNION ALL
                   SELECT requirement_id, recorded_at
                     FROM project_requirement_version
                    WHERE change_id IS NOT NULL
              ) a
              JOIN project_requirement r ON r.id = a.requirement_id
              JOIN start s ON s.project_id = r.project_id
              JOIN project_requirement_stage g ON g.id = r.stage_id
             GROUP BY r.id, s.at
            """
        )

    @api.model
    def _get_moves_sql(self):
        """Return the SQL of what moved in each month."""
        return SQL(
            """
            SELECT project_id, priority_id, month, SUM(first) AS first, SUM(added) AS added,
                   SUM(changed) AS changed, SUM(removed) AS removed
              FROM (
                   SELECT project_id, priority_id,
                          date_trunc('month', GREATEST(at, start_at)) AS month,
                          (at <= start_at)::int AS first, (at > start_at)::int AS added,
                          0 AS changed, 0 AS removed
                     FROM scope
                    UNION ALL
                   SELECT project_id, priority_id, date_trunc('month', removed_at), 0, 0, 0, 1
                     FROM scope
                    WHERE removed_at > at
                    UNION ALL
                   SELECT s.project_id, s.priority_id, date_trunc('month', v.recorded_at), 0, 0,
                          COUNT(DISTINCT s.id), 0
                     FROM scope s
                     JOIN project_requirement_version v ON v.requirement_id = s.id
                    WHERE v.recorded_at > s.at AND v.reason != 'erratum'
                    GROUP BY s.project_id, s.priority_id, date_trunc('month', v.recorded_at)
              ) rows
             GROUP BY project_id, priority_id, month
            """
        )
