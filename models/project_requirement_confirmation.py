from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_list


class ProjectRequirement(models.Model):
    """What a requirement has to do with the next package that goes to the customer."""

    _inherit = "project.requirement"

    confirmation_change = fields.Selection(
        [("new", "Added"), ("changed", "Changed"), ("same", "Confirmed")],
        string="Since the Last Confirmation",
        compute="_compute_confirmation_change",
    )
    confirmation_lacks = fields.Char(
        string="Lacks",
        compute="_compute_confirmation_lacks",
        help="What the delivery mode demands before the customer is asked.",
    )
    confirmation_round_id = fields.Many2one(
        "signoff.round",
        string="Waits in the Round",
        compute="_compute_confirmation_round_id",
        compute_sudo=True,
    )
    can_send_confirmation = fields.Boolean(
        compute="_compute_can_send_confirmation", export_string_translation=False
    )

    @api.depends("confirmed_version_number", "changed_after_agreement")
    def _compute_confirmation_change(self):
        for requirement in self:
            if not requirement.confirmed_version_number:
                requirement.confirmation_change = "new"
            else:
                changed = requirement.changed_after_agreement
                requirement.confirmation_change = "changed" if changed else "same"

    @api.depends("content_rev", "priority_id", "type_id", "requester_id", "user_id", "mode_id")
    @api.depends_context("lang")
    def _compute_confirmation_lacks(self):
        for requirement in self:
            names = [
                name
                for name in requirement._get_stage_mandatory_fields()
                if not requirement._is_filled(name)
            ]
            labels = [self._fields[name]._description_string(self.env) for name in names]
            requirement.confirmation_lacks = format_list(self.env, labels) if labels else False

    @api.depends("content_lock")
    def _compute_confirmation_round_id(self):
        rounds = {}
        for line in self._get_running_lines():
            rounds[line.requirement_id.id] = line.baseline_id.signoff_round_id
        for requirement in self:
            requirement.confirmation_round_id = rounds.get(requirement.id, False)

    @api.depends("confirmation_change", "stage_id", "project_id", "mode_id")
    @api.depends_context("uid")
    def _compute_can_send_confirmation(self):
        manages = {project: project._may_manage_delivery() for project in self.project_id}
        for requirement in self:
            requirement.can_send_confirmation = (
                requirement.mode_id
                and manages.get(requirement.project_id)
                and requirement.stage_id.kind != "cancelled"
                and requirement.confirmation_change != "same"
                and not requirement.confirmation_round_id
            )

    @api.depends("content_lock")
    def _compute_waits_for(self):
        super()._compute_waits_for()
        # who was really asked says more than who wished for it
        rounds_sudo = self.sudo().confirmation_round_id
        names = {}
        for slot_sudo in rounds_sudo.slot_ids:
            if slot_sudo.state == "pending" and not slot_sudo.on_behalf_slot_id:
                names.setdefault(slot_sudo.round_id.id, []).append(slot_sudo.person_name)
        for requirement in self:
            if waiting := names.get(requirement.sudo().confirmation_round_id.id):
                requirement.waits_for = format_list(self.env, waiting)

    # === ACTION METHODS === #

    def action_send_confirmation(self):
        """Ask the customer to confirm these requirements of one project.

        In light mode, and when nothing is missing, one tap sends them; else the dialog opens.

        :return: action of the round that was started, or of the dialog
        :raises UserError: for requirements of several projects, or of none
        """
        requirements = self._entry()
        project = requirements.project_id
        if len(project) != 1 or any(not requirement.project_id for requirement in requirements):
            raise UserError(self.env._("Choose requirements of one project."))
        project._check_may_manage_delivery()
        wizard = self.env["project.baseline.send"]
        if project.delivery_mode_id.code == "light" and wizard._is_ready(requirements):
            return project.action_send_confirmation(requirement_ids=requirements.ids)._get_action()
        return project._open_delivery_dialog(
            "project.baseline.send",
            self.env._("Send for Confirmation"),
            {"default_requirement_ids": requirements.ids},
            size="extra-large",
        )

    def action_open_confirmation_round(self):
        """Open the round in which this requirement waits for the customer."""
        self.ensure_one()
        if not self.confirmation_round_id:
            raise UserError(self.env._("Nothing is waiting for a decision here."))
        return self.confirmation_round_id._get_action()

    # === BUSINESS METHODS === #

    @api.model
    def _get_to_confirm(self, project):
        """Return what the next package to the customer of ``project`` holds, in its order."""
        requirements = self.search(
            Domain("project_id", "=", project.id) & self._get_to_confirm_domain(),
            order="outline_key, id",
        )
        return requirements - requirements._get_running_lines().requirement_id.with_env(self.env)

    @api.model
    def _get_to_confirm_domain(self):
        """Return the domain of what the customer has not confirmed as it stands."""
        return (
            Domain("stage_id.kind", "!=", "cancelled")
            & Domain("content_lock", "!=", "running")
            & (
                Domain("confirmed_version_number", "in", (0, False))
                | Domain("changed_after_agreement", "=", True)
            )
        )

    def _get_running_lines(self):
        """Return the lines (superuser) of baselines in which these wait for the customer."""
        # a package that waits concerns whoever works on its requirements
        return (
            self.env["project.baseline.line"]
            .sudo()
            .search(
                [
                    ("requirement_id", "in", self.ids),
                    ("baseline_id.signoff_state", "=", "running"),
                    ("baseline_id.kind", "=", "customer"),
                ]
            )
        )
