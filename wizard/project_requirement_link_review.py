from odoo import fields, models


class ProjectRequirementLinkReview(models.TransientModel):
    """Ask what was looked at before links count as reviewed."""

    _name = "project.requirement.link.review"
    _description = "Review Links"

    link_ids = fields.Many2many(
        "project.requirement.link",
        "project_requirement_link_review_rel",
        string="Links",
        default=lambda self: self._default_link_ids(),
    )
    note = fields.Char(required=True)

    def _default_link_ids(self):
        if self.env.context.get("active_model") != "project.requirement.link":
            return False
        return self.env["project.requirement.link"].browse(self.env.context.get("active_ids"))

    def action_review(self):
        """Note the review with every link chosen."""
        self.ensure_one()
        self.link_ids.action_review(self.note)
        return {"type": "ir.actions.act_window_close"}
