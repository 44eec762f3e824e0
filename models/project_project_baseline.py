from odoo import fields, models
from odoo.exceptions import UserError

from .project_project import STAFF_GROUPS


class ProjectProject(models.Model):
    """Baselines of a project."""

    _inherit = "project.project"

    delivery_baseline_ids = fields.One2many(
        "project.baseline", "project_id", string="Baselines", groups=STAFF_GROUPS
    )
    delivery_baseline_count = fields.Integer(
        string="Baseline Count", compute="_compute_delivery_baseline_count", groups=STAFF_GROUPS
    )

    def _compute_delivery_baseline_count(self):
        baselines = self.env["project.baseline"]
        counts = {}
        if baselines.has_access("read"):
            counts = dict(
                baselines._read_group([("project_id", "in", self.ids)], ["project_id"], ["__count"])
            )
        for project in self:
            project.delivery_baseline_count = counts.get(project, 0)

    def action_publish_baseline(self, name, kind="internal", purpose="", requirement_ids=None):
        """Publish a baseline of this project's requirements (发布基线).

        :param str name: unique in the project
        :param str kind: ``internal`` or ``customer``
        :param str purpose: what it is for
        :param list requirement_ids: a selection; by default all that are not cancelled
        :return: the baseline
        :raises UserError: without a name or requirements
        :raises AccessError: for others than those who run the project
        """
        project = self._delivery_entry()
        guard = self.env["delivery.guarded.mixin"]
        name, purpose = guard._entry_text(name), guard._entry_text(purpose)
        if not name:
            raise UserError(self.env._("Please give the baseline a name."))
        if kind not in ("internal", "customer"):
            raise UserError(self.env._("A baseline is internal or for the customer."))
        requirements = None
        if requirement_ids is not None:
            ids = [guard._entry_id(requirement_id) for requirement_id in requirement_ids]
            requirements = project.env["project.requirement"].browse(ids)
        baselines = project.env["project.baseline"]
        return baselines._freeze(project, name, kind, purpose, requirements)

    def action_open_baseline_freeze(self):
        """Open the dialog that publishes a baseline."""
        self.ensure_one()
        return self._open_delivery_dialog("project.baseline.freeze", self.env._("Publish Baseline"))

    def _get_stat_buttons(self):
        buttons = super()._get_stat_buttons()
        if self.delivery_mode_id and self.env["project.baseline"].has_access("read"):
            buttons.append(
                {
                    "icon": "bookmark",
                    "text": self.env._("Baselines"),
                    "number": self.sudo().delivery_baseline_count,
                    "action_type": "object",
                    "action": "action_view_baselines",
                    "show": True,
                    "sequence": 4,
                }
            )
        return buttons

    def action_view_baselines(self):
        """Open the baselines of this project."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_delivery.project_baseline_action"
        )
        return {
            **action,
            "domain": [("project_id", "=", self.id)],
            "context": {"one_project": True},
        }

    def _get_projects_with_documents(self):
        # a project whose requirements have moved on keeps its baselines
        baselines_sudo = self.env["project.baseline"].sudo()
        groups = baselines_sudo._read_group([("project_id", "in", self.ids)], ["project_id"])
        projects = super()._get_projects_with_documents()
        for (project,) in groups:
            projects |= project.with_env(self.env)
        return projects

    def _delete_practice_documents(self):
        baselines_sudo = self.sudo().delivery_baseline_ids
        of_baselines = [
            ("res_model", "=", "project.baseline"),
            ("res_id", "in", baselines_sudo.ids),
        ]
        for model in ("signoff.void", "signoff.snapshot"):
            self.env[model].sudo().search(of_baselines)._delete_practice()
        baselines_sudo.line_ids._delete_practice()
        baselines_sudo._delete_practice()
        return super()._delete_practice_documents()
