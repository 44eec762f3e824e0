from odoo import fields, models
from odoo.tools import SQL

# stage of the way -> (when it began, when it ended), control columns of a change
PERIODS = (
    ("new", SQL("c.requested_at"), SQL("c.date_submitted")),
    ("assess", SQL("c.date_submitted"), SQL("LEAST(s.sent_at, c.date_decided)")),
    ("approve", SQL("s.sent_at"), SQL("c.date_decided")),
    ("implement", SQL("COALESCE(c.date_done_first, c.date_decided)"), SQL("c.date_implemented")),
    ("verify", SQL("c.date_implemented"), SQL("c.date_closed")),
)
SECONDS_A_DAY = 24 * 3600


class ProjectChangeLeadTime(models.Model):
    """How long changes stay in each stage of their way, once they have left it.

    Read from the moments that named methods note, never from the history of a chatter.
    """

    _name = "project.change.lead.time"
    _description = "Lead Time of Changes"
    _auto = False
    _order = "change_id desc, stage_kind"
    _rec_name = "change_id"
    _depends = {
        "project.change": [
            "active",
            "company_id",
            "date_closed",
            "date_decided",
            "date_done_first",
            "date_implemented",
            "date_submitted",
            "decision",
            "project_id",
            "requested_at",
            "type_id",
            "user_id",
        ],
        "signoff.round": ["res_id", "res_model", "started_at"],
    }

    change_id = fields.Many2one("project.change", readonly=True)
    project_id = fields.Many2one("project.project", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    type_id = fields.Many2one("project.change.type", readonly=True)
    user_id = fields.Many2one("res.users", string="Owner", readonly=True)
    stage_kind = fields.Selection(
        [
            ("new", "Draft"),
            ("assess", "Assessment"),
            ("approve", "Approval"),
            ("implement", "Carrying out"),
            ("verify", "Verification"),
        ],
        string="Stage",
        readonly=True,
    )
    date_left = fields.Datetime(string="Left On", readonly=True)
    days = fields.Float(
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Calendar days from the moment the stage began to the moment it was left.",
    )

    @property
    def _table_query(self):
        periods = [
            SQL("(%s, %s, %s, %s)", number, *period) for number, period in enumerate(PERIODS)
        ]
        return SQL(
            """
            SELECT c.id * %(count)s + p.number AS id, c.id AS change_id, c.project_id,
                   c.company_id, c.type_id, c.user_id, p.kind AS stage_kind, p.till AS date_left,
                   EXTRACT(EPOCH FROM p.till - p.since) / %(day)s AS days
              FROM project_change c
              LEFT JOIN (
                   SELECT res_id, MIN(started_at) AS sent_at
                     FROM signoff_round
                    WHERE res_model = 'project.change'
                    GROUP BY res_id
              ) s ON s.res_id = c.id
             CROSS JOIN LATERAL (VALUES %(periods)s) AS p(number, kind, since, till)
             WHERE c.active AND p.till >= p.since
            """,
            count=len(PERIODS),
            day=SECONDS_A_DAY,
            periods=SQL(", ").join(periods),
        )
