from odoo import fields, models
from odoo.fields import Domain

from .project_project import STAFF_GROUPS


class ProjectProject(models.Model):
    """How many of the must requirements have passed an acceptance."""

    _inherit = "project.project"

    delivery_must_count = fields.Integer(
        string="Must Requirements", compute="_compute_delivery_coverage", groups=STAFF_GROUPS
    )
    delivery_must_passed_count = fields.Integer(
        string="Must Requirements Passed",
        compute="_compute_delivery_coverage",
        groups=STAFF_GROUPS,
    )
    delivery_coverage = fields.Integer(
        string="Passed (%)", compute="_compute_delivery_coverage", groups=STAFF_GROUPS
    )

    def _compute_delivery_coverage(self):
        # figures of the project, the same for everybody who sees it
        requirements_sudo = self.env["project.requirement"].sudo()
        must = requirements_sudo._get_must_domain() & Domain("project_id", "in", self.ids)
        passed = must & Domain("acceptance_result", "in", ["passed"])
        wanted = dict(requirements_sudo._read_group(must, ["project_id"], ["__count"]))
        reached = dict(requirements_sudo._read_group(passed, ["project_id"], ["__count"]))
        for project in self:
            count = wanted.get(project.sudo(), 0)
            done = reached.get(project.sudo(), 0)
            project.delivery_must_count = count
            project.delivery_must_passed_count = done
            project.delivery_coverage = 100 * done // count if count else 0

    def _get_unasked_domain(self):
        """Return the domain of tasks of these projects that no requirement asks for."""
        return Domain("project_id", "in", self.ids) & Domain("delivery_link_ids", "=", False)

    # === ACTION METHODS === #

    def action_view_matrix(self):
        """Open the traceability matrix of this project."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_delivery.project_requirement_action_matrix"
        )
        return {
            **action,
            "display_name": self.env._("Traceability of %(project)s", project=self.name),
            "domain": [("project_id", "=", self.id)],
            "context": {"default_project_id": self.id, "one_project": True},
        }

    def action_view_unasked_tasks(self):
        """Open the tasks of this project that no requirement asks for."""
        self.ensure_one()
        return self._open_unasked_tasks()

    def _open_unasked_tasks(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Tasks Without Requirement"),
            "res_model": "project.task",
            "view_mode": "list,kanban,form",
            "views": [(False, "list"), (False, "kanban"), (False, "form")],
            "domain": list(self._get_unasked_domain()),
            "context": {"default_project_id": self.id} if len(self) == 1 else {"create": False},
        }
