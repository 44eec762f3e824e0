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
