from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .project_change_stage import CLOSED_KINDS

# what makes a project come first: its light, a late milestone, work without contract, open wishes
STATUS_WEIGHTS = {"off_track": 80, "at_risk": 40, "to_define": 1, "on_hold": 1, "on_track": 1}
LATE_WEIGHT, AHEAD_WEIGHT, UNCLASSIFIED_WEIGHT = 20, 10, 5
TROUBLED = ("off_track", "at_risk")


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
                   %(severity)s AS severity
              FROM project_project p
              LEFT JOIN project_update u ON u.id = p.last_update_id
              LEFT JOIN LATERAL (%(milestone)s) m ON TRUE
              LEFT JOIN (%(requirements)s) r ON r.project_id = p.id
              LEFT JOIN (%(changes)s) g ON g.project_id = p.id
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
            + CASE WHEN r.unclassified_count > 0 THEN %s ELSE 0 END
            """,
            cases,
            LATE_WEIGHT,
            AHEAD_WEIGHT,
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

    # === TILES === #

    @api.model
    @api.readonly
    def get_tiles(self):
        """Return the tiles above the board, for the projects that the user may see.

        :return: list of dictionaries with ``key``, ``label``, ``value`` and ``alarm``
        """
        tiles = []
        for key, label, model, domain in self._get_tile_definitions():
            records = self.env[model]
            if records.has_access("read"):
                value = records.search_count(domain)
                alarm = bool(value) and key in ("troubled", "late")
                tiles.append({"key": key, "label": label, "value": value, "alarm": alarm})
        return tiles

    @api.model
    def action_open_tile(self, key):
        """Open the list that a tile counts.

        :param str key: key of a tile as given by :meth:`get_tiles`
        """
        for tile_key, label, model, domain in self._get_tile_definitions():
            if tile_key == key:
                return self._get_list_action(label, model, domain)
        raise UserError(self.env._("This tile does not exist any more. Reload the page."))

    @api.model
    def _get_tile_definitions(self):
        """Return (key, label, model, domain) of each tile; extend it to add tiles."""
        late_milestones = (
            Domain("is_reached", "=", False)
            & Domain("deadline", "<", "today")
            & Domain("project_id.delivery_mode_id", "!=", False)
            & Domain("project_id.is_template", "=", False)
        )
        unclassified = Domain("priority_id", "=", False) & Domain(
            "stage_id.kind", "!=", "cancelled"
        )
        return [
            (
                "troubled",
                self.env._("Projects at risk or late"),
                "delivery.board",
                Domain("status", "in", TROUBLED),
            ),
            ("late", self.env._("Milestones late"), "project.milestone", late_milestones),
            (
                "ahead",
                self.env._("Working ahead of signature"),
                "delivery.board",
                Domain("ahead_days", ">", 0),
            ),
            (
                "unclassified",
                self.env._("Wishes to classify"),
                "project.requirement",
                unclassified,
            ),
            (
                "customer",
                self.env._("Requirements with the customer"),
                "project.requirement",
                Domain("stage_id.kind", "=", "customer"),
            ),
            (
                "changes",
                self.env._("Changes waiting for us"),
                "project.change",
                self.env["project.change"]._get_open_domain()
                & Domain("signoff_state", "!=", "running"),
            ),
            (
                "changes_sent",
                self.env._("Changes waiting for decisions"),
                "project.change",
                Domain("signoff_state", "=", "running"),
            ),
        ]

    @api.model
    def _get_list_action(self, label, model, domain):
        actions = {
            "delivery.board": "customer_delivery.delivery_board_action",
            "project.change": "customer_delivery.project_change_action",
            "project.requirement": "customer_delivery.project_requirement_action",
        }
        base = {
            "type": "ir.actions.act_window",
            "res_model": model,
            "views": [(False, "list"), (False, "form")],
            "target": "current",
        }
        if model in actions:
            base = self.env["ir.actions.actions"]._for_xml_id(actions[model])
            base.pop("path", None)
        return {
            **base,
            "name": label,
            "display_name": label,
            "domain": list(domain),
            "context": {"create": False} if model == "project.milestone" else {},
        }

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
