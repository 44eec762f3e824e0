from odoo import fields, models
from odoo.fields import Domain

from ..core.grant import Granted
from .project_project import STAFF_GROUPS


class ProjectProject(models.Model):
    """Change requests of a project."""

    _inherit = "project.project"

    delivery_change_count = fields.Integer(
        string="Open Changes", compute="_compute_delivery_change_count", groups=STAFF_GROUPS
    )
    delivery_change_days = fields.Float(
        string="Days of Open Changes",
        digits=(16, 1),
        compute="_compute_delivery_change_count",
        groups=STAFF_GROUPS,
    )
    delivery_free_days = fields.Float(
        string="Days Given Free",
        digits=(16, 1),
        compute="_compute_delivery_free_days",
        groups=STAFF_GROUPS,
        help="Days of all changes that were granted free of charge.",
    )
    delivery_freeze_ids = fields.One2many(
        "project.change.freeze", "project_id", string="Freeze Periods", groups=STAFF_GROUPS
    )

    def _compute_delivery_change_count(self):
        changes = self.env["project.change"]
        counts = {}
        if changes.has_access("read"):
            groups = changes._read_group(
                Domain("project_id", "in", self.ids) & changes._get_open_domain(),
                ["project_id"],
                ["__count", "agreed_days:sum"],
            )
            counts = {project: (count, days) for project, count, days in groups}
        for project in self:
            project.delivery_change_count, project.delivery_change_days = counts.get(
                project, (0, 0)
            )

    def _compute_delivery_free_days(self):
        changes = self.env["project.change"]
        days = {}
        if changes.has_access("read"):
            days = dict(
                changes._read_group(
                    [("project_id", "in", self.ids), ("free_days", ">", 0)],
                    ["project_id"],
                    ["free_days:sum"],
                )
            )
        for project in self:
            project.delivery_free_days = days.get(project, 0)

    # === ACTION METHODS === #

    def action_view_changes(self):
        """Open the open changes of this project."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_delivery.project_change_action"
        )
        return {
            **action,
            "display_name": self.env._("Changes of %(project)s", project=self.name),
            "domain": [("project_id", "=", self.id)],
            "context": {"default_project_id": self.id, "search_default_open": 1},
        }

    def action_view_standard_changes(self):
        """Open the standard changes of this project."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_delivery.project_change_template_action"
        )
        return {
            **action,
            "domain": [("project_id", "=", self.id)],
            "context": {"default_project_id": self.id},
        }

    def action_view_volatility(self):
        """Open how much of what was agreed in this project moved, month by month."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_delivery.project_requirement_volatility_action"
        )
        return {
            **action,
            "display_name": self.env._("Volatility of %(project)s", project=self.name),
            "domain": [("project_id", "=", self.id)],
            "context": {"one_project": True},
        }

    def action_view_free_changes(self):
        """Open the changes that were granted free of charge in this project."""
        self.ensure_one()
        action = self.action_view_changes()
        return {**action, "context": {"default_project_id": self.id, "search_default_free": 1}}

    def action_view_change_log(self):
        """Open the change log of this project."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_delivery.project_change_action_log"
        )
        return {
            **action,
            "display_name": self.env._("Change log of %(project)s", project=self.name),
            "domain": [("project_id", "=", self.id)],
            "context": {"default_project_id": self.id, "active_test": False},
        }

    def action_new_change(self):
        """Open an empty change request of this project."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Change Request"),
            "res_model": "project.change",
            "views": [(False, "form")],
            "context": {"default_project_id": self.id},
        }

    def action_view_freezes(self):
        """Open the freeze periods of this project."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_delivery.project_change_freeze_action"
        )
        return {
            **action,
            "domain": [("project_id", "=", self.id)],
            "context": {"default_project_id": self.id},
        }

    # === DOCUMENTS OF THE PROJECT === #

    def _get_projects_with_documents(self):
        changes_sudo = self.env["project.change"].sudo().with_context(active_test=False)
        projects = super()._get_projects_with_documents()
        for (project,) in changes_sudo._read_group(
            [("project_id", "in", self.ids)], ["project_id"]
        ):
            projects |= project.with_env(self.env)
        return projects

    def _fit_delivery_documents(self):
        result = super()._fit_delivery_documents()
        if self.delivery_mode_id:
            # all of them, also those that the person who changes the mode does not see
            changes_sudo = self.env["project.change"].sudo().with_context(active_test=False)
            changes_sudo.search([("project_id", "in", self.ids)])._fit_stages()
        return result

    def _delete_practice_documents(self):
        # who may delete the project may delete all of it
        changes_sudo = self.env["project.change"].sudo().with_context(active_test=False)
        changes_sudo = changes_sudo.search([("project_id", "in", self.ids)])
        # those that repeat a standard change hold its round
        changes_sudo.filtered("approved_before_id").write(Granted(approved_before_id=False))
        # lines hold requirements, and versions of requirements hold changes
        changes_sudo.line_ids._signoff_unlink_decided()
        templates_sudo = self.env["project.change.template"].sudo().with_context(active_test=False)
        templates_sudo = templates_sudo.search([("project_id", "in", self.ids)])
        result = super()._delete_practice_documents()
        changes_sudo._delete_practice()
        templates_sudo._delete_practice()
        return result
