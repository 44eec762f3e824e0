from odoo import api, fields, models
from odoo.tools import SQL


class ProjectChangeEstimate(models.Model):
    """What changes were estimated at, and what they took in the end; see ``core.volatility``."""

    _name = "project.change.estimate"
    _description = "Estimates of Changes"
    _auto = False
    _order = "change_id desc, unit"
    _rec_name = "change_id"
    _depends = {
        "project.change": [
            "active",
            "actual_days",
            "actual_hours",
            "company_id",
            "date_decided",
            "estimated_days",
            "estimated_hours",
            "project_id",
            "type_id",
            "user_id",
        ],
    }

    change_id = fields.Many2one("project.change", readonly=True)
    project_id = fields.Many2one("project.project", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    type_id = fields.Many2one("project.change.type", readonly=True)
    user_id = fields.Many2one("res.users", string="Owner", readonly=True)
    date_decided = fields.Datetime(string="Decided On", readonly=True)
    unit = fields.Selection([("days", "Days"), ("hours", "Hours")], readonly=True)
    estimated = fields.Float(readonly=True, digits=(16, 1))
    actual = fields.Float(readonly=True, digits=(16, 1))
    deviation = fields.Float(
        readonly=True, digits=(16, 1), help="By how much the actual effort missed the estimate."
    )
    accuracy = fields.Float(
        string="Accuracy (%)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="100 less the deviations in per cent of the estimates. Too high and too low do not "
        "make up for each other; large changes weigh more.",
    )

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        if aggregate_spec != "accuracy:avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "GREATEST(100 - 100.0 * SUM(%s) / NULLIF(SUM(%s), 0), 0)",
            self._field_to_sql(self._table, "deviation", query),
            self._field_to_sql(self._table, "estimated", query),
        )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT c.id * 2 + e.number AS id, c.id AS change_id, c.project_id, c.company_id,
                   c.type_id, c.user_id, c.date_decided, e.unit, e.estimated, e.actual,
                   ABS(e.actual - e.estimated) AS deviation,
                   GREATEST(100 - 100.0 * ABS(e.actual - e.estimated) / e.estimated, 0) AS accuracy
              FROM project_change c
             CROSS JOIN LATERAL (VALUES
                   (0, 'days', c.estimated_days, c.actual_days),
                   (1, 'hours', c.estimated_hours, c.actual_hours)
             ) AS e(number, unit, estimated, actual)
             WHERE c.active AND e.estimated > 0 AND e.actual > 0
            """
        )
