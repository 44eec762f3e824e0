from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.grant import Granted
from ..core.variance import variance
from .project_change_impact import INTERNAL_GROUPS

RESULTS = [
    ("effective", "Effective"),
    ("partly", "Partly effective"),
    ("none", "Not effective"),
]
SECONDS_A_DAY = 24 * 3600


class ProjectChange(models.Model):
    """What became of a change: carried out, verified by another person, compared with estimates."""

    _inherit = "project.change"

    # carried out
    date_implemented = fields.Datetime(string="Carried Out On", readonly=True, copy=False)
    implemented_by_id = fields.Many2one(
        "res.users", string="Carried Out By", readonly=True, copy=False, ondelete="restrict"
    )
    actual_days = fields.Float(digits=(16, 1), copy=False)
    actual_hours = fields.Float(copy=False, groups=INTERNAL_GROUPS)
    actual_cost = fields.Monetary(
        currency_field="company_currency_id", copy=False, groups=INTERNAL_GROUPS
    )
    # verified
    result = fields.Selection(RESULTS, copy=False, tracking=True)
    result_note = fields.Text(copy=False, string="What Was Found")
    verified_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, ondelete="restrict", string="Verified By"
    )
    # actual against estimate
    variance_days = fields.Float(
        digits=(16, 1), compute="_compute_variance_days", store=True, aggregator="avg"
    )
    variance_days_percent = fields.Float(
        string="Variance of Days (%)",
        digits=(16, 1),
        compute="_compute_variance_days",
        store=True,
        aggregator="avg",
    )
    variance_hours = fields.Float(
        compute="_compute_variance", store=True, aggregator="avg", groups=INTERNAL_GROUPS
    )
    variance_hours_percent = fields.Float(
        string="Variance of Hours (%)",
        digits=(16, 1),
        compute="_compute_variance",
        store=True,
        aggregator="avg",
        groups=INTERNAL_GROUPS,
    )
    variance_cost = fields.Monetary(
        currency_field="company_currency_id",
        compute="_compute_variance",
        store=True,
        aggregator="avg",
        groups=INTERNAL_GROUPS,
    )
    variance_cost_percent = fields.Float(
        string="Variance of Cost (%)",
        digits=(16, 1),
        compute="_compute_variance",
        store=True,
        aggregator="avg",
        groups=INTERNAL_GROUPS,
    )
    variance_percent = fields.Float(
        string="Variance (%)",
        digits=(16, 1),
        compute="_compute_variance",
        store=True,
        aggregator="avg",
        groups=INTERNAL_GROUPS,
        help="Actual hours against those estimated. Without hours: days.",
    )
    # how long it took
    decision_days = fields.Float(
        string="Days to Decision",
        compute="_compute_lead_times",
        store=True,
        aggregator="avg",
        help="From the day it was asked for to the decision.",
    )
    lead_days = fields.Float(
        string="Days to Effect",
        compute="_compute_lead_times",
        store=True,
        aggregator="avg",
        help="From the day it was asked for to the day it came into effect.",
    )
    condition_ids = fields.One2many("project.change.condition", "change_id", string="Conditions")
    open_condition_count = fields.Integer(compute="_compute_open_condition_count")
    can_finish = fields.Boolean(compute="_compute_can", export_string_translation=False)
    can_close = fields.Boolean(compute="_compute_can", export_string_translation=False)

    # === COMPUTE METHODS === #

    @api.depends("actual_days", "estimated_days")
    def _compute_variance_days(self):
        for change in self:
            change.variance_days, change.variance_days_percent = variance(
                change.actual_days, change.estimated_days
            )

    @api.depends(
        "actual_hours",
        "estimated_hours",
        "actual_days",
        "estimated_days",
        "actual_cost",
        "estimated_cost",
    )
    def _compute_variance(self):
        for change in self:
            hours, cost = (
                variance(change.actual_hours, change.estimated_hours),
                variance(change.actual_cost, change.estimated_cost),
            )
            change.variance_hours, change.variance_hours_percent = hours
            change.variance_cost, change.variance_cost_percent = cost
            days = variance(change.actual_days, change.estimated_days)
            known = change.actual_hours and change.estimated_hours
            change.variance_percent = hours[1] if known else days[1]

    @api.depends("requested_at", "date_decided", "date_applied")
    def _compute_lead_times(self):
        for change in self:
            change.decision_days = change._count_days_until(change.date_decided)
            change.lead_days = change._count_days_until(change.date_applied)

    def _count_days_until(self, moment):
        if not moment or not self.requested_at:
            return 0
        return max((moment - self.requested_at).total_seconds(), 0) / SECONDS_A_DAY

    @api.depends("condition_ids.is_met")
    def _compute_open_condition_count(self):
        for change in self:
            change.open_condition_count = len(
                change.condition_ids.filtered(lambda condition: not condition.is_met)
            )

    @api.depends("date_applied")
    def _compute_can(self):
        super()._compute_can()
        for change in self:
            kind = change.stage_id.kind
            change.can_finish = kind == "implement" and bool(change.date_applied)
            change.can_close = kind == "verify"

    # === STAGES === #

    def _get_move_problems(self, stage):
        problems = super()._get_move_problems(stage)
        name = self.display_name
        if stage.kind in ("verify", "closed") and not self.date_applied:
            problems.append(self.env._("%(change)s is not in effect yet.", change=name))
        if stage.kind == "closed":
            problems += self._get_close_problems()
        return problems

    def _get_close_problems(self):
        """Return sentences that say what closing still lacks."""
        self.ensure_one()
        name = self.display_name
        problems = []
        if not self.result:
            problems.append(
                self.env._("Please say whether %(change)s had the effect wanted.", change=name)
            )
        if self.open_condition_count:
            problems.append(
                self.env._("Conditions of the approval of %(change)s are not met yet.", change=name)
            )
        return problems

    def _after_stage_move(self):
        super()._after_stage_move()
        by_kind = self.grouped(lambda change: change.stage_id.kind)
        none = self.browse()
        by_kind.get("verify", none).filtered(lambda change: not change.date_implemented).write(
            Granted(date_implemented=fields.Datetime.now(), implemented_by_id=self.env.uid)
        )
        # what is worked on again has not been carried out yet
        by_kind.get("implement", none).filtered("date_implemented").write(
            Granted(date_implemented=False, implemented_by_id=False)
        )

    # === ACTION METHODS === #

    def action_finish(self):
        """Say that these changes have been carried out; works on many."""
        return self._move_by_button("verify", "closed")

    def action_close(self):
        """Close these changes as verified; works on many.

        :raises UserError: without a result, and for whoever carried the change out himself
        """
        return self._move_by_button("closed")

    def _move_by_button(self, *kinds):
        changes = self._entry()
        changes.check_access("write")
        moves = {}
        for change in changes:
            found = [stage for kind in kinds if (stage := change._get_stage_of(kind))]
            if not found:
                raise UserError(
                    self.env._(
                        "The delivery mode of %(change)s has no such stage.",
                        change=change.display_name,
                    )
                )
            moves[found[0]] = moves.get(found[0], changes.browse()) | change
        for stage, group in moves.items():
            group._move_to_stage(stage)
        return True
