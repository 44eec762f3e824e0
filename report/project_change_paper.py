from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_amount, format_date

# rounds whose decisions say something of what is printed
TELLING_STATES = ("running", "approved", "rejected", "deferred", "asked")


class ProjectChangePaper(models.AbstractModel):
    """What the papers about one change share."""

    _name = "project.change.paper"
    _description = "Paper About a Change"
    _inherit = ["project.requirement.paper"]

    @api.model
    def _browse_changes(self, docids, options):
        self._check_may_print()
        changes = self.env["project.change"].browse(docids or options.get("change_ids") or [])
        changes.check_access("read")
        return changes

    @api.model
    def _in_language_of(self, change, options):
        """Return this paper and the change in the language of the paper."""
        paper = self.with_context(lang=self._get_paper_lang(change.project_id, options))
        return paper, change.with_env(paper.env)

    @api.model
    def _prepare_change_frame(self, title, change, options):
        """Return what every paper says of the change before its own matter."""
        frame = self._prepare_frame(
            title, change.project_id, change.partner_id, change.company_id, options
        )
        # the contact has no secret towards those who read the change
        requester_sudo = change.requester_id.sudo()
        return {
            **frame,
            "code": f"{change._get_full_number()}-{self._paper_code}",
            "number": change._get_full_number(),
            "name": change.name,
            "type": change.type_id.name,
            "standard": change.template_id and change.standard_note,
            "stage": change.stage_id.name,
            "requester": requester_sudo.name or "",
            "requester_company": requester_sudo.commercial_partner_id.name or "",
            "requested_on": self._day(change.requested_at),
            "origin": self._label(change, "origin"),
            "said_via": self._label(change, "said_via"),
            "customer_ref": change.customer_ref or "",
            "contract": self._label(change, "contract_scope"),
            "billing": self._label(change, "billing"),
            "days": f"{change.agreed_days:g}",
            "amount": change.agreed_amount
            and format_amount(self.env, change.agreed_amount, change.currency_id),
            "supplement": change.supplement_no or "",
            # what is still open is for those who sign to fill in
            "decision": change.decision != "none" and self._label(change, "decision"),
            "decided_on": self._day(change.date_decided),
            "milestones": [
                (milestone.name, format_date(self.env, milestone.deadline) or "-")
                for milestone in change.milestone_ids
            ],
        }

    @api.model
    def _label(self, record, name):
        return self._labels(record, name).get(record[name], "")

    @api.model
    def _day(self, moment):
        """Return the day of a stored moment as people write it."""
        if not moment:
            return ""
        return format_date(self.env, fields.Datetime.context_timestamp(self, moment).date())

    @api.model
    def _prepare_decisions(self, change, signatures, outside=False):
        """Return what was decided on the change as it stands, our side apart from the customer's.

        :param list signatures: places to sign, as of the frame
        :param bool outside: the paper goes to the customer, without what our people remarked
        :return: ``ours`` and ``theirs`` as ``paper_signed`` prints them, places to sign for those
            of whom nothing stands there, and sentences naming what was signed before
        """
        row = self.env["signoff.round"]._get_last(change).get(change.id)
        ours, theirs, versions = [], [], []
        if row and row.state in TELLING_STATES and change._signoff_is_fresh(row):
            zone, supplier = self._get_zone(change.company_id), self._get_side_label("supplier")
            # of steps that were not asked again, what they said of the version before
            carried = [
                self._as_signed(decision, "") for decision in change._get_carried_decisions(row)
            ]
            if outside:
                for signed in carried:
                    signed.comment = ""
            for signed in carried + self._get_signed(row, outside)[row.id]:
                side = ours if signed.side == supplier else theirs
                side.append(self._lay_out(signed, zone))
        elif row and row.state == "approved":
            versions = [self._get_signed_text(row)]
        supplier = self._get_side_label("supplier")
        return {
            "ours": ours,
            "theirs": theirs,
            "sign_ours": [block for block in signatures if block["side"] == supplier],
            "sign_theirs": [block for block in signatures if block["side"] != supplier],
            "signed_versions": versions,
        }


class ReportChangeRequest(models.AbstractModel):
    """The change request (变更申请单): what is asked, decided, signed, and what became of it."""

    _name = "report.customer_delivery.report_change_request"
    _description = "Change Request Paper"
    _inherit = ["project.change.paper"]

    _paper_code = "CR"

    @api.model
    def _get_report_values(self, docids, data=None):
        """Return the papers to print, one for each change.

        :param list docids: change ids
        :param dict data: ``change_ids`` in place of docids, ``lang``, ``classification``
        """
        options = data or {}
        changes = self._browse_changes(docids, options)
        return {"papers": [self._prepare_request(change, options) for change in changes]}

    @api.model
    def _prepare_request(self, change, options):
        self, change = self._in_language_of(change, options)
        frame = self._prepare_change_frame(self.env._("Change Request Form"), change, options)
        return {
            **frame,
            **self._prepare_decisions(change, frame["signatures"], bool(options.get("outside"))),
            "reason": self._rich_text(change.reason),
            "content": self._rich_text(change.content),
            "expected_impact": self._rich_text(change.expected_impact),
            "please_assess": change.please_assess,
            "lines": [
                {
                    "action": self._label(line, "action"),
                    "name": line.display_name,
                    "html": line.redline,
                }
                for line in change.line_ids
            ],
            "result": self._prepare_result(change, bool(options.get("outside"))),
        }

    @api.model
    def _prepare_result(self, change, outside=False):
        """Return what is printed of carrying the change out; what is open is filled in by hand.

        :param bool outside: the paper goes to the customer, without what our people remarked
        """
        # who did it is told with the result
        implemented_by_sudo, verified_by_sudo = (
            change.implemented_by_id.sudo(),
            change.verified_by_id.sudo(),
        )
        return {
            "in_effect": self._day(change.date_applied),
            "implemented": self._day(change.date_implemented),
            "implemented_by": implemented_by_sudo.name or "",
            "days": self._prepare_actual_days(change),
            "result": self._label(change, "result"),
            "note": change.result_note or "",
            "verified_by": verified_by_sudo.name or "",
            "closed": self._day(change.date_closed),
            "conditions": [
                (row.name, self._day(row.met_at) if row.is_met else "")
                for row in change.condition_ids
            ],
            "checks": [self._prepare_check(check, outside) for check in change.check_ids],
        }

    @api.model
    def _prepare_actual_days(self, change):
        """Return the actual days, with the estimate and by how much it was missed."""
        if not change.actual_days:
            return ""
        actual, estimate = f"{change.actual_days:g}", f"{change.estimated_days:g}"
        if not change.estimated_days:
            return actual
        return self.env._(
            "%(actual)s (estimate %(estimate)s, %(percent)s %%)",
            actual=actual,
            estimate=estimate,
            percent=f"{change.variance_days_percent:+.0f}",
        )

    @api.model
    def _prepare_check(self, check, outside):
        # who checked it is told with what was found
        checked_by_sudo = check.checked_by_id.sudo()
        return {
            "name": check.name,
            "target": check.target or "",
            "before": self._label(check, "verdict_before"),
            "verdict": self._label(check, "verdict"),
            "failed": check.verdict == "fail",
            "note": "" if outside else check.note or "",
            "by": checked_by_sudo.name or "",
            "on": self._day(check.checked_at),
        }


class ReportChangeAssessment(models.AbstractModel):
    """The impact assessment (变更影响评估表) for the customer: no cost, nothing internal."""

    _name = "report.customer_delivery.report_change_assessment"
    _description = "Impact Assessment Paper"
    _inherit = ["project.change.paper"]

    _paper_code = "IA"
    _is_internal_copy = False

    @api.model
    def _get_report_values(self, docids, data=None):
        """Return the papers to print, one for each change.

        :param list docids: change ids
        :param dict data: ``change_ids`` in place of docids, ``lang``, ``classification``
        """
        options = data or {}
        changes = self._browse_changes(docids, options)
        return {"papers": [self._prepare_assessment(change, options) for change in changes]}

    @api.model
    def _prepare_assessment(self, change, options):
        self, change = self._in_language_of(change, options)
        title = self.env._("Change Impact Assessment")
        frame = self._prepare_change_frame(title, change, options)
        rows = [row for row in change.impact_ids if self._is_internal_copy or not row.is_internal]
        return {
            **frame,
            "internal": self._is_internal_copy,
            "rows": [self._prepare_row(row) for row in rows],
            "estimated_days": f"{change.estimated_days:g}",
            "estimated_cost": self._is_internal_copy
            and format_amount(self.env, change.estimated_cost, change.company_currency_id),
            "risk": self._label(change, "risk_level"),
            "actuals": self._is_internal_copy and self._prepare_actuals(change),
            "lines": [(self._label(line, "action"), line.display_name) for line in change.line_ids],
            **self._prepare_tasks(change),
            "alternatives": change.alternatives or "",
            "signatures": self._prepare_assessors(change, rows),
        }

    @api.model
    def _prepare_row(self, row):
        figures = []
        if row.delta_days:
            figures.append(self.env._("%(number)s days", number=f"{row.delta_days:+g}"))
        if self._is_internal_copy and row.delta_hours:
            figures.append(self.env._("%(number)s hours", number=f"{row.delta_hours:+g}"))
        assessor_sudo = (row.assessed_by_id or row.assessor_id).sudo()
        values = {
            "dimension": row.dimension_id.name,
            "rating": self._label(row, "rating"),
            "figures": figures,
            "note": row.note or "",
            "assessor": assessor_sudo.name or "",
            "date": self._day(row.assessed_at),
        }
        if self._is_internal_copy:
            cost = row.delta_cost
            values["cost"] = cost and format_amount(self.env, cost, row.company_currency_id)
            values["internal_note"] = row.internal_note or ""
        return values

    @api.model
    def _prepare_actuals(self, change):
        """Return rows of what was estimated, what it took, and the variance, for us alone."""
        currency = change.company_currency_id
        rows = []
        for kind, label, show in (
            ("days", self.env._("Days"), lambda value: f"{value:g}"),
            ("hours", self.env._("Hours"), lambda value: f"{value:g}"),
            ("cost", self.env._("Cost"), lambda value: format_amount(self.env, value, currency)),
        ):
            estimated, actual = change[f"estimated_{kind}"], change[f"actual_{kind}"]
            if actual:
                percent = change[f"variance_{kind}_percent"]
                rows.append(
                    {
                        "label": label,
                        "estimated": show(estimated),
                        "actual": show(actual),
                        "variance": show(change[f"variance_{kind}"]),
                        "percent": f"{percent:+.1f} %" if estimated else "",
                    }
                )
        return rows

    @api.model
    def _prepare_tasks(self, change):
        """Return the tasks made for the change and those linked to what it touches."""
        links = self.env["project.requirement.link"].search_fetch(
            Domain("requirement_id", "in", change.line_ids.requirement_id.ids)
            & Domain("task_id", "!=", False),
            ["task_id"],
        )
        tasks = (change.task_ids | links.task_id)._filtered_access("read")
        # how we split our work up stays with us; the customer reads how much there is
        names = tasks.mapped("name") if self._is_internal_copy else []
        return {"task_names": names, "task_count": len(tasks)}

    @api.model
    def _prepare_assessors(self, change, rows):
        assessors_sudo = self.env["res.users"].union(
            *(row.assessed_by_id or row.assessor_id for row in rows)
        )
        assessors_sudo = (assessors_sudo or change.project_id.user_id).sudo()
        return [
            {
                "side": self.env._("Assessed by"),
                "company": change.company_id.sudo().name,
                "signers": [{"name": assessor.name, "post": assessor.partner_id.function or ""}],
                "unstamped": True,
            }
            for assessor in assessors_sudo
        ]


class ReportChangeAssessmentInternal(models.AbstractModel):
    """The same assessment for us: with cost, hours, tasks and what is for us only."""

    _name = "report.customer_delivery.report_change_assessment_internal"
    _description = "Impact Assessment Paper, Internal Copy"
    _inherit = ["report.customer_delivery.report_change_assessment"]

    _is_internal_copy = True
