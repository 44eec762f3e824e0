from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

DAYS_TO_ANSWER = 7


class ProjectBaselineSend(models.TransientModel):
    """Ask the customer to confirm requirements (发客户确认): what, who signs, until when."""

    _name = "project.baseline.send"
    _description = "Send for Confirmation"

    project_id = fields.Many2one("project.project", required=True, ondelete="cascade")
    # sent again, as it was published
    baseline_id = fields.Many2one("project.baseline", ondelete="cascade")
    name = fields.Char(
        string="Version",
        required=True,
        compute="_compute_name",
        store=True,
        precompute=True,
        readonly=False,
    )
    requirement_ids = fields.Many2many(
        "project.requirement",
        "project_baseline_send_requirement_rel",
        "send_id",
        "requirement_id",
        string="Requirements",
        compute="_compute_requirement_ids",
        store=True,
        readonly=False,
        domain="[('project_id', '=', project_id), ('stage_id.kind', '!=', 'cancelled')]",
    )
    signatory_ids = fields.Many2many(
        "project.party",
        "project_baseline_send_party_rel",
        "send_id",
        "party_id",
        string="Who Signs",
        compute="_compute_signatory_ids",
        store=True,
        readonly=False,
        domain="[('project_id', '=', project_id), ('may_sign', '=', True),"
        " ('is_current', '=', True), ('side', '!=', 'supplier')]",
    )
    due_date = fields.Date(
        string="Answer Until",
        default=lambda self: fields.Date.context_today(self) + timedelta(days=DAYS_TO_ANSWER),
    )
    note = fields.Text(string="Words to the Customer")
    # a person who is not among the parties yet
    adds_person = fields.Boolean(export_string_translation=False)
    person_name = fields.Char(string="Name")
    person_post = fields.Char(string="Post")
    person_phone = fields.Char(string="Phone")
    person_email = fields.Char(string="Email")
    # what the dialog tells
    new_count = fields.Integer(compute="_compute_counts", export_string_translation=False)
    changed_count = fields.Integer(compute="_compute_counts", export_string_translation=False)
    same_count = fields.Integer(compute="_compute_counts", export_string_translation=False)
    lacking_count = fields.Integer(compute="_compute_counts", export_string_translation=False)
    lacking_note = fields.Char(compute="_compute_counts", export_string_translation=False)
    steps_note = fields.Char(string="Asked in This Order", compute="_compute_steps_note")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        context = self.env.context
        if context.get("active_model") == "project.requirement" and context.get("active_ids"):
            requirements = self.env["project.requirement"].browse(context["active_ids"]).exists()
            if len(requirements.project_id) != 1:
                raise UserError(self.env._("Choose requirements of one project."))
            values["project_id"] = requirements.project_id.id
            values["requirement_ids"] = [Command.set(requirements.ids)]
        if context.get("active_model") == "project.baseline" and context.get("active_id"):
            values["baseline_id"] = context["active_id"]
        if values.get("baseline_id"):
            baseline = self.env["project.baseline"].browse(values["baseline_id"])
            values.update(
                project_id=baseline.project_id.id,
                name=baseline.name,
                requirement_ids=[Command.set(baseline.line_ids.requirement_id.ids)],
            )
        return values

    # === COMPUTE METHODS === #

    @api.depends("project_id")
    def _compute_name(self):
        for wizard in self:
            wizard.name = wizard.baseline_id.name or self.env["project.baseline"]._propose_name(
                wizard.project_id
            )

    @api.depends("project_id")
    def _compute_requirement_ids(self):
        for wizard in self:
            wizard.requirement_ids = self.env["project.requirement"]._get_to_confirm(
                wizard.project_id
            )

    @api.depends("project_id")
    def _compute_signatory_ids(self):
        for wizard in self:
            wizard.signatory_ids = self._get_signatories(wizard.project_id)

    @api.depends("requirement_ids")
    @api.depends_context("lang")
    def _compute_counts(self):
        for wizard in self:
            by_change = wizard.requirement_ids.grouped("confirmation_change")
            wizard.new_count = len(by_change.get("new", ()))
            wizard.changed_count = len(by_change.get("changed", ()))
            wizard.same_count = len(by_change.get("same", ()))
            lacking = wizard._get_lacking()
            wizard.lacking_count = len(lacking)
            wizard.lacking_note = wizard._get_lacking_note(lacking)

    @api.depends("project_id")
    @api.depends_context("lang")
    def _compute_steps_note(self):
        flows = self.env["signoff.flow"]
        for wizard in self:
            project = wizard.project_id
            company = project.company_id or project.delivery_company_id
            draft = self.env["project.baseline"].new(
                {"kind": "customer", "project_id": project.id, "company_id": company.id}
            )
            flow_sudo = flows._find_for_draft(draft)
            names = flow_sudo.step_ids.sorted().mapped("name")
            wizard.steps_note = " → ".join(names) or False

    def _get_lacking(self):
        return self.requirement_ids.filtered("confirmation_lacks")

    def _get_lacking_note(self, lacking):
        """Return “2 lack Acceptance criteria, 1 lacks Description”."""
        counts = {}
        for requirement in lacking:
            for name in requirement._get_stage_mandatory_fields():
                if not requirement._is_filled(name):
                    counts[name] = counts.get(name, 0) + 1
        fields_of = self.env["project.requirement"]._fields
        parts = [
            self.env._(
                "%(count)s × %(field)s",
                count=count,
                field=fields_of[name]._description_string(self.env),
            )
            for name, count in counts.items()
        ]
        return ", ".join(parts) or False

    @api.model
    def _get_signatories(self, project):
        """Return the parties of the customer's side who may sign now."""
        return self.env["project.party"].search(
            Domain("project_id", "=", project.id)
            & Domain("may_sign", "=", True)
            & Domain("is_current", "=", True)
            & Domain("side", "!=", "supplier")
        )

    @api.model
    def _is_ready(self, requirements):
        """Tell whether these can go to the customer without a question."""
        return bool(
            self._get_signatories(requirements.project_id)
            and not requirements.filtered("confirmation_lacks")
            and not requirements._get_running_lines()
        )

    # === ACTION METHODS === #

    def action_send(self):
        """Publish, ask the signatories, and open the round to hand out its links."""
        self.ensure_one()
        if not self.signatory_ids and not self._get_signatories(self.project_id):
            raise UserError(
                self.env._("Nobody of the customer may sign yet. Add the person who signs.")
            )
        values = {
            "due_date": fields.Date.to_string(self.due_date),
            "note": self.note or "",
            "signatory_ids": self.signatory_ids.ids,
        }
        if self.baseline_id:
            row = self.baseline_id.action_send_signoff(**values)
        else:
            row = self.project_id.action_send_confirmation(
                self.name, self.requirement_ids.ids, **values
            )
        return row._get_action()

    def action_leave_out_lacking(self):
        """Send without those that lack something."""
        self.ensure_one()
        self.requirement_ids -= self._get_lacking()
        return self._reopen()

    def action_leave_out_same(self):
        """Send without those that the customer confirmed as they stand."""
        self.ensure_one()
        self.requirement_ids = self.requirement_ids.filtered(
            lambda requirement: requirement.confirmation_change != "same"
        )
        return self._reopen()

    def action_view_lacking(self):
        """Open the requirements that lack something, to be completed."""
        self.ensure_one()
        action = self.project_id.action_view_requirements()
        return {
            **action,
            "display_name": self.env._("To Be Completed"),
            "domain": [("id", "in", self._get_lacking().ids)],
        }

    def action_show_person(self):
        """Ask for a person who shall sign and is no party yet."""
        self.ensure_one()
        self.adds_person = True
        return self._reopen()

    def action_add_person(self):
        """Make the person a contact of the customer and a party who may sign."""
        self.ensure_one()
        party = self.project_id.action_add_signatory(
            self.person_name,
            post=self.person_post or "",
            phone=self.person_phone or "",
            email=self.person_email or "",
        )
        self.write(
            {
                "signatory_ids": [Command.link(party.id)],
                "adds_person": False,
                "person_name": False,
                "person_post": False,
                "person_phone": False,
                "person_email": False,
            }
        )
        return self._reopen()

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send for Confirmation"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }
