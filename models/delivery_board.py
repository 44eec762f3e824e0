from odoo import api, fields, models
from odoo.tools import SQL

from .project_change_stage import CLOSED_KINDS

# what makes a project come first: its light, a late milestone, work without contract, issues that
# are overdue, wishes that nobody has classified
STATUS_WEIGHTS = {"off_track": 80, "at_risk": 40, "to_define": 1, "on_hold": 1, "on_track": 1}
LATE_WEIGHT, AHEAD_WEIGHT, ISSUE_WEIGHT, UNCLASSIFIED_WEIGHT = 20, 10, 10, 5


class DeliveryBoard(models.Model):
    """The delivery board: one row per project that uses delivery, the worst first."""

    _name = "delivery.board"
    _description = "Delivery Board"
    _auto = False
    _order = "severity desc, days_late desc, id"
    _rec_name = "project_id"
    _depends = {
        "project.project": [
            "active",
            "company_id",
            "delivery_ahead_since",
            "delivery_company_id",
            "delivery_contract_state",
            "delivery_mode_id",
            "delivery_practice",
            "is_template",
            "last_update_id",
            "last_update_status",
            "partner_id",
            "user_id",
        ],
        "project.acceptance": ["active", "project_id", "state"],
        "project.acceptance.issue": ["date_deadline", "date_moved", "project_id", "state"],
        "project.change": ["active", "agreed_days", "project_id", "stage_id"],
        "project.change.stage": ["kind"],
        "project.milestone": ["deadline", "is_reached", "name", "project_id"],
        "project.requirement": [
            "active",
            "content_lock",
            "priority_id",
            "project_id",
            "stage_id",
        ],
        "project.requirement.priority": ["in_scope"],
        "project.requirement.stage": ["kind"],
        "project.update": ["date"],
    }

    project_id = fields.Many2one("project.project", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    user_id = fields.Many2one("res.users", string="Project Manager", readonly=True)
    mode_id = fields.Many2one("delivery.mode", string="Delivery Mode", readonly=True)
    practice = fields.Boolean(string="Practice", readonly=True)
    status = fields.Selection(
        [
            ("off_track", "Late"),
            ("at_risk", "At risk"),
            ("on_track", "On track"),
            ("on_hold", "On hold"),
            ("done", "Complete"),
            ("to_define", "Not reported"),
        ],
        readonly=True,
    )
    severity = fields.Integer(readonly=True, aggregator=None)
    # dates
    milestone_id = fields.Many2one("project.milestone", string="Next Milestone", readonly=True)
    milestone_deadline = fields.Date(string="Milestone Due", readonly=True)
    days_late = fields.Integer(string="Days Late", readonly=True, aggregator="max")
    ahead_days = fields.Integer(string="Days Ahead of Signature", readonly=True, aggregator="max")
    report_date = fields.Date(string="Last Status Report", readonly=True)
    # requirements
    requirement_count = fields.Integer(string="Requirements", readonly=True)
    confirmed_count = fields.Integer(string="Confirmed", readonly=True)
    customer_count = fields.Integer(string="With the Customer", readonly=True)
    unclassified_count = fields.Integer(string="To Classify", readonly=True)
    # changes
    change_count = fields.Integer(string="Open Changes", readonly=True)
    change_days = fields.Float(
        string="Days of Open Changes",
        digits=(16, 1),
        readonly=True,
        help="What all open changes of the project ask for, decided or not.",
    )

    # acceptance
    acceptance_count = fields.Integer(string="Acceptances", readonly=True)
    accepted_count = fields.Integer(string="Accepted", readonly=True)
    signing_count = fields.Integer(
        string="Acceptances Waiting for Signature",
        readonly=True,
        help="Concluded, but not signed by both sides yet.",
    )
    overdue_issue_count = fields.Integer(string="Overdue Remaining Issues", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT p.id, p.id AS project_id, p.partner_id, p.user_id,
                   p.delivery_mode_id AS mode_id, p.delivery_practice AS practice,
                   COALESCE(p.company_id, p.delivery_company_id) AS company_id,
                   p.last_update_status AS status, u.date AS report_date,
                   m.id AS milestone_id, m.deadline AS milestone_deadline,
                   late.days AS days_late, ahead.days AS ahead_days,
                   COALESCE(r.requirement_count, 0) AS requirement_count,
                   COALESCE(r.confirmed_count, 0) AS confirmed_count,
                   COALESCE(r.customer_count, 0) AS customer_count,
                   COALESCE(r.unclassified_count, 0) AS unclassified_count,
                   COALESCE(g.change_count, 0) AS change_count,
                   COALESCE(g.change_days, 0) AS change_days,
                   COALESCE(a.acceptance_count, 0) AS acceptance_count,
                   COALESCE(a.accepted_count, 0) AS accepted_count,
                   COALESCE(a.signing_count, 0) AS signing_count,
                   COALESCE(i.overdue_issue_count, 0) AS overdue_issue_count,
                   %(severity)s AS severity
              FROM project_project p
              LEFT JOIN project_update u ON u.id = p.last_update_id
              LEFT JOIN LATERAL (%(milestone)s) m ON TRUE
              LEFT JOIN (%(requirements)s) r ON r.project_id = p.id
              LEFT JOIN (%(changes)s) g ON g.project_id = p.id
              LEFT JOIN (%(acceptances)s) a ON a.project_id = p.id
              LEFT JOIN (%(issues)s) i ON i.project_id = p.id
             CROSS JOIN LATERAL (
                   SELECT GREATEST(%(today)s::date - m.deadline, 0) AS days
             ) late
             CROSS JOIN LATERAL (
                   SELECT CASE WHEN p.delivery_contract_state = 'ahead'
                               THEN %(today)s::date - p.delivery_ahead_since
                               ELSE 0 END AS days
             ) ahead
             WHERE p.active AND p.delivery_mode_id IS NOT NULL AND p.is_template IS NOT TRUE
            """,
            today=fields.Date.context_today(self),
            severity=self._get_severity_sql(),
            milestone=self._get_milestone_sql(),
            requirements=self._get_requirement_sql(),
            changes=self._get_change_sql(),
            acceptances=self._get_acceptance_sql(),
            issues=self._get_issue_sql(),
        )

    @api.model
    def _get_severity_sql(self):
        """Return the weight by which the board is ordered, highest first."""
        cases = SQL(" ").join(
            SQL("WHEN %s THEN %s", status, weight) for status, weight in STATUS_WEIGHTS.items()
        )
        return SQL(
            """
            CASE p.last_update_status %s ELSE 0 END
            + CASE WHEN late.days > 0 THEN %s ELSE 0 END
            + CASE WHEN ahead.days > 0 THEN %s ELSE 0 END
            + CASE WHEN i.overdue_issue_count > 0 THEN %s ELSE 0 END
            + CASE WHEN r.unclassified_count > 0 THEN %s ELSE 0 END
            """,
            cases,
            LATE_WEIGHT,
            AHEAD_WEIGHT,
            ISSUE_WEIGHT,
            UNCLASSIFIED_WEIGHT,
        )

    @api.model
    def _get_milestone_sql(self):
        return SQL(
            """
            SELECT id, deadline
              FROM project_milestone
             WHERE project_id = p.id AND is_reached IS NOT TRUE AND deadline IS NOT NULL
             ORDER BY deadline, id
             LIMIT 1
            """
        )

    @api.model
    def _get_requirement_sql(self):
        return SQL(
            """
            SELECT q.project_id,
                   COUNT(*) FILTER (WHERE c.in_scope) AS requirement_count,
                   COUNT(*) FILTER (WHERE c.in_scope AND q.content_lock = 'agreed')
                       AS confirmed_count,
                   COUNT(*) FILTER (WHERE s.kind = 'customer') AS customer_count,
                   COUNT(*) FILTER (WHERE q.priority_id IS NULL) AS unclassified_count
              FROM project_requirement q
              JOIN project_requirement_stage s ON s.id = q.stage_id
              LEFT JOIN project_requirement_priority c ON c.id = q.priority_id
             WHERE q.active AND q.project_id IS NOT NULL AND s.kind != 'cancelled'
             GROUP BY q.project_id
            """
        )

    @api.model
    def _get_change_sql(self):
        return SQL(
            """
            SELECT h.project_id, COUNT(*) AS change_count,
                   SUM(h.agreed_days)::float8 AS change_days
              FROM project_change h
              JOIN project_change_stage t ON t.id = h.stage_id
             WHERE h.active AND t.kind NOT IN %s
             GROUP BY h.project_id
            """,
            CLOSED_KINDS,
        )

    @api.model
    def _get_acceptance_sql(self):
        return SQL(
            """
            SELECT project_id, COUNT(*) AS acceptance_count,
                   COUNT(*) FILTER (WHERE state = 'signed') AS accepted_count,
                   COUNT(*) FILTER (WHERE state = 'concluded') AS signing_count
              FROM project_acceptance
             WHERE active AND state != 'revoked'
             GROUP BY project_id
            """
        )

    @api.model
    def _get_issue_sql(self):
        return SQL(
            """
            SELECT project_id, COUNT(*) AS overdue_issue_count
              FROM project_acceptance_issue
             WHERE state = 'open' AND COALESCE(date_moved, date_deadline) < %s
             GROUP BY project_id
            """,
            fields.Date.context_today(self),
        )

    # === ACTION METHODS === #

    def action_open_project(self):
        """Open the project of the row."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "project.project",
            "res_id": self.project_id.id,
            "views": [(self.env.ref("project.edit_project").id, "form")],
        }

    def action_view_requirements(self):
        """Open what was promised in this project."""
        return self.project_id._open_delivery_requirements("in_scope")

    def action_view_confirmed(self):
        """Open what the customer of this project has confirmed."""
        return self.project_id._open_delivery_requirements("in_scope", "confirmed")

    def action_view_customer(self):
        """Open what the customer of this project has to answer."""
        return self.project_id._open_delivery_requirements("with_customer")

    def action_view_unclassified(self):
        """Open the wishes of this project that nobody has classified."""
        return self.project_id._open_delivery_requirements("unclassified")

    def action_view_changes(self):
        """Open the open changes of this project."""
        self.ensure_one()
        return self.project_id.action_view_changes()

    def action_view_acceptances(self):
        """Open the acceptances of this project."""
        self.ensure_one()
        return self._narrow(self.project_id.action_view_acceptances(), ("state", "!=", "revoked"))

    def action_view_signing(self):
        """Open the acceptances of this project that wait for signatures."""
        self.ensure_one()
        return self._narrow(self.project_id.action_view_acceptances(), ("state", "=", "concluded"))

    def action_view_overdue_issues(self):
        """Open the remaining issues of this project that are overdue."""
        self.ensure_one()
        return self.project_id.action_view_overdue_issues()

    @api.model
    def _narrow(self, action, leaf):
        """Return ``action`` with one condition more, and without filters of its own."""
        context = {
            key: value
            for key, value in dict(action["context"]).items()
            if not key.startswith("search_default_")
        }
        return {**action, "domain": [*action["domain"], leaf], "context": context}

    def action_view_milestones(self):
        """Open the milestones of this project."""
        self.ensure_one()
        return self.project_id.action_get_list_view()

    def action_view_report(self):
        """Open the status reports of this project."""
        self.ensure_one()
        return self.project_id.with_context(
            active_id=self.project_id.id
        ).project_update_all_action()

    def action_view_contract(self):
        """Open the contract of this project."""
        return self.action_open_project()
