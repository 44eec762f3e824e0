from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

DAYS_TO_REVIEW = 3


class ProjectBaselineReview(models.TransientModel):
    """Ask people to review requirements item by item (发起评审): what, who, until when."""

    _name = "project.baseline.review"
    _description = "Send for Review"

    project_id = fields.Many2one("project.project", required=True, ondelete="cascade")
    # reviewed as it was published
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
        "project_baseline_review_requirement_rel",
        "review_id",
        "requirement_id",
        string="Requirements",
        compute="_compute_requirement_ids",
        store=True,
        readonly=False,
        domain="[('project_id', '=', project_id), ('stage_id.kind', '!=', 'cancelled')]",
    )
    user_ids = fields.Many2many(
        "res.users",
        "project_baseline_review_user_rel",
        string="Our Reviewers",
        domain=[("share", "=", False)],
    )
    party_ids = fields.Many2many(
        "project.party",
        "project_baseline_review_party_rel",
        string="Reviewers of the Customer",
        domain="[('project_id', '=', project_id), ('side', '=', 'customer'),"
        " ('is_current', '=', True)]",
    )
    closes_name = fields.Char(string="Closes the Review", related="project_id.user_id.name")
    due_date = fields.Date(
        string="Review Until",
        default=lambda self: fields.Date.context_today(self) + timedelta(days=DAYS_TO_REVIEW),
    )
    note = fields.Text(string="Words to the Reviewers")

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
        if values.get("baseline_id"):
            baseline = self.env["project.baseline"].browse(values["baseline_id"])
            values.update(
                project_id=baseline.project_id.id,
                name=baseline.name,
                requirement_ids=[Command.set(baseline.line_ids.requirement_id.ids)],
            )
        return values

    @api.depends("project_id")
    def _compute_name(self):
        for wizard in self:
            wizard.name = wizard.baseline_id.name or self.env["project.baseline"]._propose_name(
                wizard.project_id
            )

    @api.depends("project_id")
    def _compute_requirement_ids(self):
        for wizard in self:
            wizard.requirement_ids = self.env["project.requirement"].search(
                [("project_id", "=", wizard.project_id.id), ("stage_id.kind", "!=", "cancelled")]
            )

    def action_send(self):
        """Keep what the requirements say now, and ask the reviewers about each of them."""
        self.ensure_one()
        reviewers = self.user_ids.partner_id | self.party_ids.partner_id
        if not reviewers:
            raise UserError(self.env._("Choose who reviews."))
        baseline = self.baseline_id or self.project_id.action_publish_baseline(
            self.name,
            "internal",
            purpose=self.env._("Review"),
            requirement_ids=self.requirement_ids.ids,
        )
        row = baseline.action_send_signoff(
            due_date=fields.Date.to_string(self.due_date) if self.due_date else False,
            note=self.note or "",
            reviewer_ids=reviewers.ids,
        )
        return row._get_action()
