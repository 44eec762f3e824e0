from odoo import api, fields, models

from ..core.grant import Granted


class ProjectMilestoneOverride(models.Model):
    """Who let a milestone count as reached without its acceptance, and why."""

    _name = "project.milestone.override"
    _description = "Milestone Reached Without Acceptance"
    _inherit = ["signoff.coded.mixin"]
    _order = "id desc"

    milestone_id = fields.Many2one(
        "project.milestone", readonly=True, index=True, ondelete="restrict"
    )
    project_id = fields.Many2one("project.project", readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", readonly=True, index=True, ondelete="restrict")
    milestone_name = fields.Char(string="Milestone Name", required=True, readonly=True)
    project_name = fields.Char(readonly=True)
    missing = fields.Text(string="What Was Missing", readonly=True)
    reason = fields.Text(required=True, readonly=True)
    author_id = fields.Many2one(
        "res.users", string="Recorded By", readonly=True, index=True, ondelete="restrict"
    )
    author_name = fields.Char(string="Decided By", readonly=True)
    recorded_at = fields.Datetime(string="Recorded", required=True, readonly=True)

    @api.depends("milestone_name")
    def _compute_display_name(self):
        for override in self:
            override.display_name = self.env._("Without acceptance: %s", override.milestone_name)

    def _is_practice(self):
        return all(self.mapped("project_id.delivery_practice"))

    @api.model
    def _record(self, missing, reason, deleted=False):
        """Record why milestones are reached all the same; the caller has checked who may.

        :param dict missing: {milestone: what it lacks}
        :param bool deleted: the milestones are about to go, their names stay
        """
        now = fields.Datetime.now()
        # evidence has no ACL for anybody: this method is its only door
        return self.sudo().create(
            [
                Granted(
                    milestone_id=not deleted and milestone.id,
                    project_id=milestone.project_id.id,
                    company_id=milestone.project_id._get_delivery_company().id,
                    milestone_name=milestone.name,
                    project_name=milestone.project_id.name,
                    missing=lack or False,
                    reason=reason,
                    author_id=self.env.uid,
                    author_name=self.env.user.name,
                    recorded_at=now,
                )
                for milestone, lack in missing.items()
            ]
        )
