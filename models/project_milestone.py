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
        coverages = self._get_coverages()
        for milestone in self:
            total, passed = coverages[milestone]
            milestone.delivery_coverage = 100 * passed // total if total else 0

    def _get_coverages(self):
        """Return {milestone: (must requirements, of them passed)} of these milestones.

        They are those linked to the milestone or its tasks; of the whole project where none is.
        """
        if not self:
            return {}
        # figures of the project, the same for everybody who sees it
        requirements_sudo = self.env["project.requirement"].sudo()
        must_sudo = requirements_sudo.search_fetch(
            requirements_sudo._get_must_domain() & Domain("project_id", "in", self.project_id.ids),
            ["project_id"],
        )
        results = must_sudo._get_acceptance_results(must_sudo.ids)
        passed = {record_id for record_id, result in results.items() if result == "passed"}
        by_project, by_milestone = {}, {}
        for row in must_sudo:
            by_project.setdefault(row.project_id.id, set()).add(row.id)
        links_sudo = requirements_sudo.link_ids.search_fetch(
            Domain("requirement_id", "in", must_sudo.ids)
            & (
                Domain("milestone_id", "in", self.ids)
                | Domain("task_id.milestone_id", "in", self.ids)
            ),
            ["requirement_id", "milestone_id", "task_id"],
        )
        for link in links_sudo:
            milestone = link.milestone_id or link.task_id.milestone_id
            by_milestone.setdefault(milestone.id, set()).add(link.requirement_id.id)
        coverages = {}
        for milestone in self:
            wanted = by_milestone.get(milestone.id) or by_project.get(milestone.project_id.id, ())
            coverages[milestone] = (len(wanted), len(passed.intersection(wanted)))
        return coverages
