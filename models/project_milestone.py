from odoo import api, fields, models
from odoo.fields import Domain


class ProjectMilestone(models.Model):
    """What hangs on a milestone in delivery: its acceptance and its payment."""

    _inherit = "project.milestone"

    delivery_acceptance_ids = fields.One2many(
        "project.acceptance",
        "milestone_id",
        string="Acceptances",
        groups="project.group_project_user,customer_delivery.group_delivery_auditor",
    )
    delivery_acceptance_kind_id = fields.Many2one(
        "project.acceptance.kind",
        string="Reached With",
        copy=True,
        ondelete="restrict",
        help="The kind of acceptance that opens this milestone.",
    )
    delivery_payment_name = fields.Char(
        string="Payment Milestone", help="Payment that falls due when this is accepted."
    )
    delivery_payment_percent = fields.Float(
        string="Payment (%)",
        digits=(5, 2),
        aggregator=None,
    )
    delivery_coverage = fields.Integer(
        string="Must Requirements Passed (%)",
        compute="_compute_delivery_coverage",
        groups="project.group_project_user,customer_delivery.group_delivery_auditor",
        help="Of those linked to the milestone or its tasks; of the whole project where none is.",
    )

    @api.depends("project_id")
    def _compute_delivery_coverage(self):
        for milestone in self:
            milestone.delivery_coverage = milestone._get_coverage()

    def _get_coverage(self):
        """Return the share of must requirements of this milestone that have passed."""
        self.ensure_one()
        # figures of the project, the same for everybody who sees it
        requirements_sudo = self.env["project.requirement"].sudo()
        must = requirements_sudo._get_must_domain() & Domain("project_id", "=", self.project_id.id)
        linked = Domain("milestone_id", "=", self.id) | Domain("task_id.milestone_id", "=", self.id)
        own = must & Domain("link_ids", "any", linked)
        scope = own if requirements_sudo.search_count(own, limit=1) else must
        total = requirements_sudo.search_count(scope)
        passed = requirements_sudo.search_count(
            scope & Domain("acceptance_result", "in", ["passed"])
        )
        return 100 * passed // total if total else 0
