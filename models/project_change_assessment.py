from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_list

from ..core import risk
from ..core.grant import Granted
from .project_change_impact import INTERNAL_GROUPS

RISK_LEVELS = [
    (risk.LOW, "Low"),
    (risk.MODERATE, "Moderate"),
    (risk.HIGH, "High"),
]
ASSESS_ACTIVITY = "customer_delivery.mail_activity_type_change_assess"


class ProjectChange(models.Model):
    """What a change means for schedule, cost, resource, quality and risk, and who says so."""

    _inherit = "project.change"

    impact_ids = fields.One2many("project.change.impact", "change_id", string="Impact Assessment")
    reviewer_ids = fields.Many2many(
        "res.users",
        string="Assessors",
        compute="_compute_reviewer_ids",
        compute_sudo=True,
        help="Those who assess the change. An approval flow may ask them together.",
    )
    answer_ids = fields.One2many("project.change.answer", "change_id", string="Risk Questions")
    # sums of the rows
    estimated_days = fields.Float(
        digits=(16, 1), compute="_compute_estimated_days", store=True, readonly=True
    )
    estimated_cost = fields.Monetary(
        currency_field="company_currency_id",
        compute="_compute_estimates",
        store=True,
        groups=INTERNAL_GROUPS,
    )
    estimated_hours = fields.Float(compute="_compute_estimates", store=True, groups=INTERNAL_GROUPS)
    risk_points = fields.Integer(compute="_compute_risk", store=True)
    risk_level = fields.Selection(RISK_LEVELS, compute="_compute_risk", store=True, string="Risk")
    alternatives = fields.Text(
        copy=False,
        help="What else could be done, and why it is not proposed. The customer reads it in the "
        "impact assessment.",
    )
    assessed_count = fields.Integer(compute="_compute_assessed_count")
    impact_count = fields.Integer(compute="_compute_assessed_count")
    my_open_impact_count = fields.Integer(
        compute="_compute_assessed_count", export_string_translation=False
    )
    my_open_dimensions = fields.Char(
        compute="_compute_assessed_count", export_string_translation=False
    )
    roles_not_named = fields.Char(
        compute="_compute_roles_not_named", export_string_translation=False
    )

    # === COMPUTE METHODS === #

    @api.depends("impact_ids.assessor_id")
    def _compute_reviewer_ids(self):
        for change in self:
            change.reviewer_ids = change.impact_ids.assessor_id

    @api.depends("impact_ids.delta_days")
    def _compute_estimated_days(self):
        for change in self:
            change.estimated_days = sum(change.impact_ids.mapped("delta_days"))

    @api.depends("impact_ids.delta_cost", "impact_ids.delta_hours")
    def _compute_estimates(self):
        for change in self:
            change.estimated_cost = sum(change.impact_ids.mapped("delta_cost"))
            change.estimated_hours = sum(change.impact_ids.mapped("delta_hours"))

    # not on the thresholds of the type: another choice there judges no change anew
    @api.depends("answer_ids.points", "answer_ids.is_answered")
    def _compute_risk(self):
        for change in self:
            answers = change.answer_ids.filtered("is_answered")
            change.risk_points = sum(answers.mapped("points"))
            change.risk_level = answers and risk.level(
                change.risk_points,
                change.type_id.risk_moderate_from,
                change.type_id.risk_high_from,
            )

    @api.depends("impact_ids.assessed_at", "impact_ids.assessor_id", "stage_id")
    @api.depends_context("uid", "lang")
    def _compute_assessed_count(self):
        for change in self:
            rows = change.impact_ids
            open_rows = rows.filtered(lambda row: not row.assessed_at)
            change.impact_count = len(rows)
            change.assessed_count = len(rows) - len(open_rows)
            mine = open_rows.filtered(lambda row: row._is_open_to_me())
            change.my_open_impact_count = len(mine)
            asked = mine.filtered(lambda row: row.assessor_id == self.env.user)
            names = change.stage_id.kind == "assess" and asked.dimension_id.mapped("name")
            change.my_open_dimensions = format_list(self.env, names) if names else False

    @api.depends("impact_ids.is_named", "impact_ids.role_id", "impact_ids.assessed_at")
    def _compute_roles_not_named(self):
        for change in self:
            rows = change.impact_ids.filtered(lambda row: row.role_id and not row.is_named)
            open_rows = rows.filtered(lambda row: not row.assessed_at)
            names = open_rows.role_id.sorted("sequence").mapped("name")
            change.roles_not_named = format_list(self.env, names) if names else False

    # === BUSINESS METHODS === #

    def _open_assessment(self):
        """Make the rows and questions that the type asks for, and tell those who fill them."""
        rows, answers = [], []
        for change in self:
            type_sudo = change.type_id.sudo()
            rows += change._prepare_impact_rows(type_sudo)
            change._ask_named_assessors(type_sudo)
            asked = change.answer_ids.question_id
            answers += [
                {
                    "change_id": change.id,
                    "question_id": question.id,
                    "sequence": question.sequence,
                }
                for question in type_sudo.question_ids.filtered("active")
                if question not in asked
            ]
        if rows:
            self.env["project.change.impact"].create(rows)
        if answers:
            self.env["project.change.answer"].create(answers)
        self._tell_assessors()

    def _prepare_impact_rows(self, type_sudo):
        self.ensure_one()
        # who the parties of the project are decides who is asked, whoever submits
        project_sudo = self.project_id.sudo()
        present = self.impact_ids.dimension_id
        return [
            Granted(
                self._prepare_asked(row, project_sudo),
                change_id=self.id,
                dimension_id=row.dimension_id.id,
                sequence=row.sequence,
            )
            for row in type_sudo.dimension_ids
            if row.dimension_id not in present and row.dimension_id.active
        ]

    def _prepare_asked(self, row, project_sudo):
        """Return whom this row of the type asks, as control values of a row of the change."""
        self.ensure_one()
        candidates = row._get_candidates(project_sudo)
        # who is asked has to be able to answer
        able = candidates.filtered(lambda user: self.with_user(user).has_access("write"))
        return {
            "assessor_id": (able[:1] or project_sudo.user_id).id,
            "is_mandatory": row.is_mandatory,
            "is_named": bool(able),
            "role_id": row._get_asked_role(project_sudo).id,
        }

    def _ask_named_assessors(self, type_sudo):
        """See to it that rows written before are filled by those whom the type names."""
        self.ensure_one()
        project_sudo = self.project_id.sudo()
        present = {row.dimension_id: row for row in self.impact_ids}
        for row in type_sudo.dimension_ids:
            impact = present.get(row.dimension_id.with_env(self.env))
            if not impact:
                continue
            # whom the project manager has named since then stays
            named = row.user_id.active or row._get_asked_role(project_sudo)
            if named and not impact.is_named:
                impact._ask(**self._prepare_asked(row, project_sudo))
            elif row.is_mandatory:
                impact.write(Granted(is_mandatory=True))

    def action_no_further_impact(self):
        """Say of every row that is open to oneself that there is no impact (其余无影响)."""
        changes = self._entry()
        changes.check_access("write")
        rows = changes.impact_ids.filtered(lambda row: not row.assessed_at and row._is_open_to_me())
        if not rows:
            raise UserError(self.env._("No row of the assessment waits for you."))
        rows.write({"rating": "none"})
        return True

    def action_open_assessment(self):
        """Open what one has to know and the rows that one fills, and nothing else."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Impact Assessment"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [
                [self.env.ref("customer_delivery.project_change_view_form_assess").id, "form"]
            ],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _get_assessment_problems(self):
        """Return sentences that say what the assessment still lacks."""
        self.ensure_one()
        open_rows = self.impact_ids.filtered(
            lambda row: row.is_mandatory and not row._is_filled_by_assessor()
        )
        problems = [
            self.env._(
                "%(dimension)s has not been assessed by %(person)s.",
                dimension=row.dimension_id.name,
                person=row.assessor_id.name or self.env._("anybody"),
            )
            for row in open_rows
        ]
        unanswered = self.answer_ids.filtered(lambda answer: not answer.is_answered)
        if unanswered:
            problems.append(
                self.env._("Risk questions without an answer: %(count)s.", count=len(unanswered))
            )
        return problems

    # === ACTIVITIES === #

    def _tell_assessors(self):
        """Give each assessor of an open row one activity, those who have one none."""
        waiting = {}
        for change in self:
            if change.stage_id.kind == "assess":
                for row in change.impact_ids.filtered(lambda row: not row.assessed_at):
                    if row.assessor_id.active:
                        waiting.setdefault((change, row.assessor_id), row)
        told = self._get_assessor_activities()
        has_one = {(activity.res_id, activity.user_id) for activity in told}
        for change, user in waiting:
            if (change.id, user) not in has_one and change.with_user(user).has_access("read"):
                told_in = change.with_context(lang=user.lang, mail_activity_quick_update=True)
                told_in.activity_schedule(
                    ASSESS_ACTIVITY,
                    summary=told_in.env._("Assess the change"),
                    user_id=user.id,
                    date_deadline=change.date_deadline or fields.Date.context_today(change),
                )
        self._close_assessor_activities()

    def _close_assessor_activities(self):
        """End the activities of those of whom no row waits any more."""
        waiting = {
            (change.id, row.assessor_id)
            for change in self
            if change.stage_id.kind == "assess"
            for row in change.impact_ids
            if not row.assessed_at
        }
        done = self._get_assessor_activities().filtered(
            lambda activity: (activity.res_id, activity.user_id) not in waiting
        )
        done.action_feedback()

    def _get_assessor_activities(self):
        # of all assessors, also those whose activities the current user does not see
        activities_sudo = self.env["mail.activity"].sudo()
        return activities_sudo.search(
            Domain("res_model", "=", self._name)
            & Domain("res_id", "in", self.ids)
            & Domain("activity_type_id", "=", self.env.ref(ASSESS_ACTIVITY).id)
        )
