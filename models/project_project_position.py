from odoo import fields, models
from odoo.fields import Domain

from .project_project import STAFF_GROUPS


class ProjectProject(models.Model):
    """Where a project stands between the first wish and its close-out, and what comes next."""

    _inherit = "project.project"

    delivery_next_step = fields.Selection(
        [
            ("requirement", "Gather requirements"),
            ("confirm", "Send for confirmation"),
            ("accept", "Prepare the acceptance"),
            ("check", "Continue the acceptance"),
            ("close", "Close the project"),
            ("done", "Closed out"),
        ],
        string="Next Step",
        compute="_compute_delivery_next_step",
        groups=STAFF_GROUPS,
    )
    delivery_overdue_issue_count = fields.Integer(
        string="Overdue Remaining Issues",
        compute="_compute_delivery_overdue_issue_count",
        groups=STAFF_GROUPS,
    )

    def _compute_delivery_next_step(self):
        acceptances = self.env["project.acceptance"]
        here = Domain("project_id", "in", self.ids)
        begun, accepted = set(), set()
        if acceptances.has_access("read"):
            begun = acceptances._read_group(
                here & Domain("state", "not in", ("signed", "failed", "revoked")), ["project_id"]
            )
            accepted = acceptances._read_group(
                here & Domain("state", "=", "signed") & self._get_last_acceptance_domain(),
                ["project_id"],
            )
            begun = {project.id for (project,) in begun}
            accepted = {project.id for (project,) in accepted}
        for project in self:
            project.delivery_next_step = project._get_next_step(
                project._origin.id in begun, project._origin.id in accepted
            )

    def _get_last_acceptance_domain(self):
        """Return the domain of acceptances after which nothing is left to accept."""
        # light projects have one kind, which is the last
        light = Domain("project_id.delivery_mode_id.code", "=", "light")
        return Domain("kind_id.is_final", "=", True) | light

    def _get_next_step(self, is_begun, is_accepted):
        self.ensure_one()
        if not self.delivery_requirement_count:
            return "requirement"
        if is_begun:
            return "check"
        if is_accepted:
            return "done" if self.delivery_closing_pack_count else "close"
        # only who runs the project sends; others go on gathering
        if self.delivery_to_confirm_count:
            return "confirm" if self.delivery_can_manage else "requirement"
        return "accept"

    def _compute_delivery_overdue_issue_count(self):
        issues = self.env["project.acceptance.issue"]
        counts = {}
        if issues.has_access("read"):
            overdue = Domain("project_id", "in", self.ids) & Domain("is_overdue", "=", True)
            counts = dict(issues._read_group(overdue, ["project_id"], ["__count"]))
        for project in self:
            project.delivery_overdue_issue_count = counts.get(project._origin, 0)

    def action_continue_acceptance(self):
        """Open the acceptance that is under way, or the list of several."""
        self.ensure_one()
        action = self.action_view_acceptances()
        begun = self.env["project.acceptance"].search(
            [
                ("project_id", "=", self.id),
                ("state", "not in", ("signed", "failed", "revoked")),
            ],
            limit=2,
        )
        if len(begun) != 1:
            return action
        return {
            "type": "ir.actions.act_window",
            "res_model": begun._name,
            "res_id": begun.id,
            "views": [(False, "form")],
        }
