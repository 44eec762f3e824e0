from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..core.conclusion import Issue
from ..core.grant import Granted, like
from .project_acceptance_item import ITEM_SEVERITIES

OPEN_STATES = ("open", "fixed")
ISSUE_STATES = [
    ("open", "To be settled"),
    ("fixed", "Settled, to be checked"),
    ("closed", "Checked and closed"),
    ("waived", "Waived"),
]
ORIGINS = [
    ("item", "Checklist"),
    ("trial", "Trial run"),
    ("condition", "Condition of the customer"),
    ("warranty", "Warranty"),
    ("other", "Other"),
]


class ProjectAcceptanceIssue(models.Model):
    """What remains to be settled (遗留问题): who, until when, and the result, with photos.

    What was found, by whom and until when it is settled is part of what the customer signs;
    how the work goes on afterwards is not. The work itself is a task.
    """

    _name = "project.acceptance.issue"
    _description = "Remaining Issue"
    _inherit = [
        "project.acceptance.worded.mixin",
        "signoff.line.mixin",
        "delivery.numbered.mixin",
        "delivery.keyed.mixin",
        "delivery.guarded.mixin",
    ]
    _order = "state, date_deadline, id"
    _rec_names_search = ["number", "name"]

    _signoff_parent = "acceptance_id"
    _signoff_content_fields = ("name", "severity", "user_id", "owner_name", "date_deadline")
    _control_fields = (
        "number",
        "company_id",
        "state",
        "round",
        "item_number",
        "fixed_on",
        "fixed_by_id",
        "closed_on",
        "verified_by_name",
        "closed_by_id",
        "waive_reason",
        "reopened_count",
        "overdue_told",
        "client_key",
    )
    _number_code = "project.acceptance.issue"
    _number_prefix = "ISS-"
    _number_title = "Issues"

    number = fields.Char(readonly=True, copy=False, index="trigram")
    name = fields.Text(string="Issue", required=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, copy=False, index=True
    )
    project_id = fields.Many2one(
        "project.project",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('delivery_mode_id', '!=', False)]",
    )
    acceptance_id = fields.Many2one(
        "project.acceptance",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('project_id', '=', project_id)]",
        help="Empty for what is found after acceptance, under warranty.",
    )
    later_acceptance_id = fields.Many2one(
        "project.acceptance",
        string="Found After",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('project_id', '=', project_id)]",
        help="The signed acceptance after which this was found: it is no part of what was signed.",
    )
    item_id = fields.Many2one(
        "project.acceptance.item",
        string="Checklist Item",
        index="btree_not_null",
        ondelete="restrict",
        readonly=True,
    )
    item_number = fields.Integer(string="Item No.", readonly=True, aggregator=None)
    round = fields.Integer(string="Found in Round", readonly=True, aggregator=None)
    origin = fields.Selection(ORIGINS, required=True, default="other")
    severity = fields.Selection(ITEM_SEVERITIES, required=True, default="minor", index=True)
    found_on = fields.Date(default=fields.Date.context_today)
    # who settles it
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        index="btree_not_null",
        domain=[("share", "=", False)],
        ondelete="restrict",
    )
    owner_name = fields.Char(
        string="Owner Outside", help="Who settles it, when it is nobody of ours."
    )
    date_deadline = fields.Date(string="Settled Until", index="btree_not_null")
    date_moved = fields.Date(
        string="New Date", help="Told to the customer after the list was signed."
    )
    task_id = fields.Many2one("project.task", index="btree_not_null", ondelete="set null")
    task_state = fields.Selection(related="task_id.state", string="Task Status")
    # how it goes
    state = fields.Selection(
        ISSUE_STATES, string="Status", required=True, readonly=True, default="open", index=True
    )
    result = fields.Text(string="What Was Done")
    fixed_on = fields.Date(string="Settled On", readonly=True, copy=False)
    fixed_by_id = fields.Many2one(
        "res.users", string="Settled By", readonly=True, copy=False, ondelete="restrict"
    )
    closed_on = fields.Date(readonly=True, copy=False)
    closed_by_id = fields.Many2one(
        "res.users", string="Recorded By", readonly=True, copy=False, ondelete="restrict"
    )
    verified_by_name = fields.Char(string="Checked By", readonly=True, copy=False)
    waive_reason = fields.Char(readonly=True, copy=False)
    reopened_count = fields.Integer(
        string="Opened Again", readonly=True, copy=False, aggregator=None
    )
    before_attachment_ids = fields.Many2many(
        "ir.attachment",
        "project_acceptance_issue_before_rel",
        string="Photos Before",
        copy=False,
        bypass_search_access=True,
    )
    after_attachment_ids = fields.Many2many(
        "ir.attachment",
        "project_acceptance_issue_after_rel",
        string="Photos After",
        copy=False,
        bypass_search_access=True,
    )
    is_overdue = fields.Boolean(compute="_compute_is_overdue", search="_search_is_overdue")
    client_key = fields.Char(readonly=True, copy=False, export_string_translation=False)

    _number_uniq = models.UniqueIndex("(company_id, number)", "Another issue has this number.")
    _client_key_uniq = models.UniqueIndex("(client_key) WHERE client_key IS NOT NULL")
    _open_idx = models.Index("(project_id, date_deadline) WHERE state IN ('open', 'fixed')")

    # === COMPUTE METHODS === #

    @api.depends("number", "name")
    def _compute_display_name(self):
        for issue in self:
            first_line = (issue.name or "").split("\n")[0]
            issue.display_name = f"{issue.number or ''} {first_line}".strip()

    @api.depends("state", "date_deadline", "date_moved")
    def _compute_is_overdue(self):
        today = fields.Date.context_today(self)
        for issue in self:
            due = issue.date_moved or issue.date_deadline
            issue.is_overdue = bool(due and due < today and issue.state == "open")

    def _search_is_overdue(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return Domain("state", "=", "open") & (
            Domain("date_moved", "<", "today")
            | (Domain("date_moved", "=", False) & Domain("date_deadline", "<", "today"))
        )

    # === CONSTRAINT METHODS === #

    @api.constrains("acceptance_id", "project_id")
    def _check_same_project(self):
        for issue in self:
            if issue.acceptance_id and issue.acceptance_id.project_id != issue.project_id:
                raise ValidationError(
                    self.env._(
                        "%s belongs to another project than its acceptance.", issue.display_name
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        issues = super().create([self._prepare_create_vals(vals) for vals in vals_list])
        for name in ("before_attachment_ids", "after_attachment_ids"):
            issues._adopt_attachments(name)
        return issues

    @api.model
    def _prepare_create_vals(self, vals):
        """Let an issue belong to the project of its acceptance."""
        values = {**self.default_get(["acceptance_id", "project_id"]), **vals}
        acceptance_id = self._entry_id(values.get("acceptance_id"))
        if not acceptance_id or values.get("project_id"):
            return vals
        acceptance = self.env["project.acceptance"].browse(acceptance_id)
        return like(vals, {**vals, "project_id": acceptance.project_id.id})

    def write(self, vals):
        if "project_id" in vals and any(
            issue.project_id.id != vals["project_id"] for issue in self
        ):
            raise UserError(self.env._("An issue stays in its project."))
        result = super().write(vals)
        for name in {"before_attachment_ids", "after_attachment_ids"} & vals.keys():
            self._adopt_attachments(name)
        return result

    @api.model
    def _get_control_values(self, vals_list):
        default = self.default_get(["project_id"])
        projects_sudo = self.env["project.project"].sudo()
        companies = []
        for vals in vals_list:
            project_id = self._entry_id({**default, **vals}.get("project_id"))
            if not project_id:
                raise ValidationError(self.env._("An issue needs a project."))
            company = projects_sudo.browse(project_id)._get_delivery_company()
            companies.append(self.env["res.company"].browse(company.id))
        return [
            {"number": number, "company_id": company.id}
            for number, company in zip(self._draw_numbers_for(companies), companies, strict=True)
        ]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_followed(self):
        for issue in self:
            practice = issue.project_id.delivery_practice
            if (issue.state != "open" or issue.item_id) and not practice:
                raise UserError(
                    self.env._(
                        "%(issue)s stays readable. Close or waive it instead.",
                        issue=issue.display_name,
                    )
                )

    # === ACTION METHODS === #

    def action_fix(self, result=""):
        """Say that these issues are settled and may be checked; works on many.

        :param str result: what was done
        """
        issues = self._entry()
        issues.check_access("write")
        result = issues._entry_text(result)
        issues._check_state("open")
        values = Granted(
            state="fixed", fixed_on=fields.Date.context_today(self), fixed_by_id=self.env.uid
        )
        if result:
            values["result"] = result
        issues.write(values)
        return True

    def action_close(self, verified_by=""):
        """Close these issues after they were checked again (复验); works on many.

        :param str verified_by: who checked; the current user when empty
        """
        issues = self._entry()
        issues.check_access("write")
        issues._check_state("open", "fixed")
        issues._settle(issues._entry_text(verified_by) or self.env.user.name)
        return True

    def action_reopen(self, reason):
        """Open these issues again: the check failed; works on many.

        :param str reason: what is still wrong
        """
        issues = self._entry()
        issues.check_access("write")
        reason = issues._entry_text(reason)
        if not reason:
            raise UserError(self.env._("Please say what is still wrong."))
        issues._check_state("fixed", "closed")
        issues._reopen(reason)
        return True

    def action_waive(self, reason):
        """Let these issues rest (豁免); only a delivery manager may, and with a reason.

        :param str reason: why, and who agreed
        """
        issues = self._entry()
        issues.check_access("write")
        self.env["project.acceptance"]._check_manager(
            self.env._("Only a delivery manager may waive an issue.")
        )
        reason = issues._entry_text(reason)
        if not reason:
            raise UserError(self.env._("Please say why the issue is waived."))
        issues._check_state("open", "fixed")
        issues._check_list_open()
        issues.write(Granted(state="waived", waive_reason=reason))
        return True

    @api.model
    def _get_worded_actions(self):
        return {
            "action_fix": (
                self.env._("Settled"),
                self.env._("What was done?"),
                "result",
            ),
            "action_close": (
                self.env._("Checked and Closed"),
                self.env._("Who has checked that it is settled?"),
                "verified_by",
            ),
            "action_reopen": (
                self.env._("Open Again"),
                self.env._("What is still wrong?"),
                "reason",
            ),
            "action_waive": (
                self.env._("Waive"),
                self.env._("Why may it rest, and who agreed?"),
                "reason",
            ),
        }

    # === BUSINESS METHODS === #

    def _check_state(self, *states):
        labels = dict(ISSUE_STATES)
        for issue in self:
            if issue.state not in states:
                label = dict(self._fields["state"]._description_selection(self.env)).get(
                    issue.state, labels[issue.state]
                )
                raise UserError(
                    self.env._(
                        "%(issue)s is “%(state)s”: this step is not possible now.",
                        issue=issue.display_name,
                        state=label,
                    )
                )

    def _check_list_open(self):
        """An issue that the customer has signed as open is settled, not struck off."""
        for issue in self:
            if issue.acceptance_id.content_lock != "none":
                raise UserError(
                    self.env._(
                        "%(issue)s stands on a list that the customer has signed or is signing: "
                        "it is settled and checked.",
                        issue=issue.display_name,
                    )
                )

    def _reopen(self, note):
        again = self.filtered(lambda issue: issue.state != "open")
        for count, issues in again.grouped("reopened_count").items():
            issues.write(
                Granted(
                    state="open",
                    reopened_count=count + 1,
                    fixed_on=False,
                    fixed_by_id=False,
                    closed_on=False,
                    closed_by_id=False,
                    verified_by_name=False,
                    overdue_told=False,
                )
            )
        if note:
            for issue in self:
                issue.result = f"{issue.result or ''}\n✗ {note}".strip()

    def _settle(self, verified_by, result=""):
        today = fields.Date.context_today(self)
        for issue in self:
            values = Granted(
                state="closed",
                closed_on=today,
                closed_by_id=self.env.uid,
                verified_by_name=verified_by,
                fixed_on=issue.fixed_on or today,
            )
            if result and not issue.result:
                values["result"] = result
            issue.write(values)

    def _get_open_issue(self):
        """Return this open issue as plain data for ``core.conclusion``."""
        self.ensure_one()
        owned = self.user_id or self.owner_name
        return Issue(self.severity, bool(owned and self.date_deadline))

    def _delete_practice(self):
        """Delete issues of practice projects, in whatever state they are."""
        self.filtered("project_id.delivery_practice").unlink()

    # === CONTENT === #

    def _get_payload(self, choice):
        """Return the canonical content of this issue, as it is signed."""
        self.ensure_one()
        return {
            "number": self.number,
            "item": self.item_number or None,
            "text": self.name,
            "severity": choice(self, "severity"),
            "owner": self.user_id.name or self.owner_name or None,
            "due": self.date_deadline or None,
            "status": choice(self, "state"),
            "result": self.result or None,
            "settled": self.fixed_on or None,
            "checked_by": self.verified_by_name or None,
            "closed": self.closed_on or None,
        }
