from odoo import fields, models


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
