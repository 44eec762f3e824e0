from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..core import acceptance_state as steps
from ..core import conclusion as rules
from .project_acceptance import CONCLUSIONS


class ProjectAcceptance(models.Model):
    """What an acceptance shows beside its fields: possible steps, progress, proposal."""

    _inherit = "project.acceptance"

    # what the buttons ask; the methods ask the same
    can_check = fields.Boolean(compute="_compute_can", export_string_translation=False)
    can_submit = fields.Boolean(compute="_compute_can", export_string_translation=False)
    can_take_back = fields.Boolean(compute="_compute_can", export_string_translation=False)
    can_conclude = fields.Boolean(compute="_compute_can", export_string_translation=False)
    can_reopen = fields.Boolean(compute="_compute_can", export_string_translation=False)
    can_begin_round = fields.Boolean(compute="_compute_can", export_string_translation=False)
    can_deem = fields.Boolean(compute="_compute_can", export_string_translation=False)
    can_note_notice = fields.Boolean(compute="_compute_can", export_string_translation=False)
    # figures
    item_count = fields.Integer(string="Items", compute="_compute_counts")
    checked_count = fields.Integer(string="Checked by Us", compute="_compute_counts")
    answered_count = fields.Integer(string="Decided", compute="_compute_counts")
    failed_count = fields.Integer(string="Failed", compute="_compute_counts")
    progress = fields.Integer(string="Decided (%)", compute="_compute_counts")
    family_progress = fields.Json(
        compute="_compute_family_progress", export_string_translation=False
    )
    open_issue_count = fields.Integer(string="Open Issues", compute="_compute_open_issue_count")
    waits_for = fields.Char(string="Now With", compute="_compute_waits_for")
    proposal = fields.Selection(CONCLUSIONS, compute="_compute_proposal")
    proposal_text = fields.Text(string="Why", compute="_compute_proposal")
    score = fields.Float(string="Result (%)", compute="_compute_proposal", digits=(5, 1))

    # === COMPUTE METHODS === #

    @api.depends(
        "state",
        "content_lock",
        "item_ids.customer_verdict",
        "kind_id.deemed_days",
        "deemed_notice_id",
        "deemed_until",
        "deemed_answered_on",
    )
    def _compute_can(self):
        for acceptance in self:
            events = steps.possible(acceptance.state)
            free = not acceptance._is_being_signed()
            acceptance.can_check = "check" in events and acceptance.kind_id.self_check_first
            acceptance.can_submit = "submit" in events
            acceptance.can_take_back = "take_back" in events
            acceptance.can_conclude = "conclude" in events
            acceptance.can_reopen = "reopen" in events and free
            acceptance.can_note_notice = acceptance._may_note_notice()
            acceptance.can_deem = "deem" in events and free and acceptance._is_silence_over()
            acceptance.can_begin_round = "round" in events and bool(acceptance.failed_count)

    @api.depends("item_ids.check_verdict", "item_ids.customer_verdict", "item_ids.superseded")
    def _compute_counts(self):
        rows = self.env["project.acceptance.item"]._read_group(
            [("acceptance_id", "in", self.ids), ("superseded", "=", False)],
            ["acceptance_id", "check_verdict", "customer_verdict", "waived"],
            ["__count"],
        )
        counts = {}
        for acceptance, check, customer, waived, count in rows:
            row = counts.setdefault(acceptance.id, [0, 0, 0, 0])
            row[0] += count
            row[1] += count if check or waived else 0
            row[2] += count if customer or waived else 0
            row[3] += count if customer == "fail" and not waived else 0
        for acceptance in self:
            total, checked, answered, failed = counts.get(acceptance._origin.id, (0, 0, 0, 0))
            acceptance.item_count = total
            acceptance.checked_count = checked
            acceptance.answered_count = answered
            acceptance.failed_count = failed
            acceptance.progress = round(100 * answered / total) if total else 0

    @api.depends("item_ids.customer_verdict", "item_ids.check_verdict", "item_ids.superseded")
    @api.depends_context("lang")
    def _compute_family_progress(self):
        rows = self.env["project.acceptance.item"]._read_group(
            [("acceptance_id", "in", self.ids), ("superseded", "=", False)],
            ["acceptance_id", "family_id", "check_verdict", "customer_verdict", "waived"],
            ["__count"],
        )
        counts = {}
        for acceptance, family, check, customer, waived, count in rows:
            families = counts.setdefault(acceptance.id, {})
            row = families.setdefault(family, {"total": 0, "pass": 0, "fail": 0, "na": 0})
            row["total"] += count
            # before the customer's turn our own check is what moves
            verdict = "na" if waived else customer
            if acceptance.state in ("draft", "self_check") and not verdict:
                verdict = check
            if verdict:
                row[verdict] += count
        for acceptance in self:
            families = counts.get(acceptance._origin.id, {})
            acceptance.family_progress = [
                {
                    "id": family.id,
                    "name": family.name,
                    "weight": family.weight,
                    **families[family],
                }
                for family in sorted(families, key=lambda f: (f.sequence, f.id))
            ]

    @api.depends("issue_ids.state")
    def _compute_open_issue_count(self):
        counts = dict(
            self.env["project.acceptance.issue"]._read_group(
                [("acceptance_id", "in", self.ids), ("state", "in", ("open", "fixed"))],
                ["acceptance_id"],
                ["__count"],
            )
        )
        for acceptance in self:
            acceptance.open_issue_count = counts.get(acceptance._origin, 0)

    @api.depends("state", "user_id", "project_id")
    @api.depends_context("lang")
    def _compute_waits_for(self):
        for acceptance in self:
            acceptance.waits_for = acceptance._get_waits_for()

    def _get_waits_for(self):
        self.ensure_one()
        if self.state in ("draft", "self_check"):
            return self.user_id.name or self.env._("the project team")
        if self.state == "customer":
            return self.commercial_partner_ref_id.sudo().name or self.env._("Customer")
        if self.state == "concluded":
            return self.signoff_waiting_for or self.env._("Signature")
        return False

    @api.depends(
        "item_ids.customer_verdict",
        "item_ids.waived",
        "item_ids.superseded",
        "issue_ids.state",
        "issue_ids.severity",
        "issue_ids.user_id",
        "issue_ids.date_deadline",
        "deliverable_ids.state",
        "project_id.delivery_deliverable_ids.state",
        "trial_from",
        "trial_to",
        "trial_extended_to",
        "kind_id.has_trial_run",
        "kind_id.max_serious",
        "kind_id.max_minor",
        "kind_id.min_score",
    )
    @api.depends_context("lang")
    def _compute_proposal(self):
        for acceptance, proposal in self._propose().items():
            acceptance.proposal = proposal.verdict
            acceptance.proposal_text = "\n".join(
                acceptance._get_reason_text(*reason) for reason in proposal.reasons
            )
            acceptance.score = proposal.score or 0.0

    # === PROPOSAL === #

    def _propose(self):
        """Return {acceptance: proposal of ``core.conclusion``}, in a constant number of queries."""
        items = self.env["project.acceptance.item"].search_fetch(
            [("acceptance_id", "in", self.ids), ("superseded", "=", False)],
            [
                "acceptance_id",
                "family_id",
                "weight",
                "kind",
                "customer_verdict",
                "customer_value",
                "waived",
            ],
        )
        issues = self.env["project.acceptance.issue"].search_fetch(
            [("acceptance_id", "in", self.ids), ("state", "in", ("open", "fixed"))],
            ["acceptance_id", "severity", "user_id", "date_deadline"],
        )
        open_parts, earlier = self._count_open_parts(), self._count_earlier_issues()
        items_by, issues_by = items.grouped("acceptance_id"), issues.grouped("acceptance_id")
        return {
            acceptance: rules.propose(
                acceptance.kind_id.sudo()._get_rule() if acceptance.kind_id else rules.Rule(),
                [item._get_result() for item in items_by.get(acceptance._origin, items.browse())],
                [
                    issue._get_open_issue()
                    for issue in issues_by.get(acceptance._origin, issues.browse())
                ],
                open_parts.get(acceptance._origin.id, 0),
                earlier.get(acceptance._origin.id, 0),
                acceptance._get_trial_problem(),
            )
            for acceptance in self
        }

    def _count_open_parts(self):
        """Return {id: deliverables neither accepted nor waived} of final acceptances."""
        final = self.filtered("kind_id.is_final")
        deliverables = self.env["project.deliverable"]._read_group(
            Domain("project_id", "in", final.project_id.ids)
            & Domain("state", "not in", ("accepted", "waived")),
            ["project_id"],
            ["id:array_agg"],
        )
        open_by_project = {project.id: set(ids) for project, ids in deliverables}
        return {
            # those on its own list are accepted together with it
            acceptance._origin.id: len(
                open_by_project.get(acceptance.project_id.id, set())
                - set(acceptance.deliverable_ids.ids)
            )
            for acceptance in final
        }

    def _count_earlier_issues(self):
        """Return {id: issues that other acceptances have left open} of final acceptances.

        What the customer made a condition counts; what breaks under warranty does not.
        """
        final = self.filtered(lambda a: a.kind_id.is_final and a.scope == "project")
        if not final:
            return {}
        issues = self.env["project.acceptance.issue"]
        rows = issues._read_group(
            Domain("project_id", "in", final.project_id.ids)
            & Domain("state", "in", ("open", "fixed"))
            & (Domain("acceptance_id", "!=", False) | Domain("origin", "=", "condition")),
            ["project_id", "acceptance_id", "later_acceptance_id"],
            ["__count"],
        )
        return {
            acceptance._origin.id: sum(
                count
                for project, *where, count in rows
                if project == acceptance.project_id and acceptance._origin not in where
            )
            for acceptance in final
        }

    def _get_reason_text(self, code, payload):
        """Return the sentence of one reason of a proposal."""
        if code == "unanswered":
            return self.env._("%s items have no verdict of the customer yet.", payload)
        if code == "serious":
            return self.env._("%s fatal or serious issues are open.", payload)
        if code == "minor":
            return self.env._("%s minor issues are open, more than this kind allows.", payload)
        if code == "score":
            return self.env._(
                "The result is %(reached)s %%, %(demanded)s %% are demanded.",
                reached=payload[0],
                demanded=payload[1],
            )
        if code == "parts":
            return self.env._("%s deliverables are neither accepted nor waived.", payload)
        if code == "trial":
            if payload is True:
                return self.env._("Nobody has written from when until when the trial run lasted.")
            return self.env._(
                "The trial run lasts until %(day)s.", day=format_date(self.env, payload)
            )
        if code == "undated":
            return self.env._("%s open issues lack a person or a date.", payload)
        if code == "earlier":
            return self.env._("%s issues of earlier acceptances are still open.", payload)
        return self.env._("%s issues are to be settled after acceptance.", payload)
