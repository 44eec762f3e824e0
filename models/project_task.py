from odoo import fields, models


class ProjectTask(models.Model):
    _inherit = "project.task"

    delivery_issue_ids = fields.One2many(
        "project.acceptance.issue",
        "task_id",
        string="Remaining Issues",
        groups="project.group_project_user,customer_delivery.group_delivery_auditor",
    )
    delivery_link_ids = fields.One2many(
        "project.requirement.link",
        "task_id",
        string="Requirement Links",
        groups="project.group_project_user,customer_delivery.group_delivery_auditor",
    )
