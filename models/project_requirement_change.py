from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .project_change_stage import CLOSED_KINDS


class ProjectRequirement(models.Model):
    """What changes do to a requirement, and how one is begun."""

    _inherit = "project.requirement"

    change_line_ids = fields.One2many(
        "project.change.line",
        "requirement_id",
        string="Changes",
        groups="project.group_project_user,customer_delivery.group_delivery_auditor",
    )
    open_change_count = fields.Integer(
        string="Open Changes",
        compute="_compute_open_change_count",
        search="_search_open_change_count",
    )

    def _compute_open_change_count(self):
        counts = {}
        if self.env["project.change"].has_access("read"):
            counts = dict(
                self.env["project.change.line"]._read_group(
                    self._get_open_line_domain() & Domain("requirement_id", "in", self.ids),
                    ["requirement_id"],
                    ["__count"],
                )
            )
        for requirement in self:
            requirement.open_change_count = counts.get(requirement, 0)

    def _search_open_change_count(self, operator, value):
        if operator not in (">", "!=") or value not in (0, False):
            return NotImplemented
        return Domain("change_line_ids", "any", self._get_open_line_domain())

    @api.model
    def _get_open_line_domain(self):
        return (
            Domain("change_id.active", "=", True)
            & Domain("change_id.date_applied", "=", False)
            & Domain("change_id.stage_id.kind", "not in", CLOSED_KINDS)
        )

    def _get_lock_way_out(self):
        return self.env._("ask for a change request or an erratum.")

    # === ACTION METHODS === #

    def action_start_change(self):
        """Begin a change request for these requirements, all of one project, and open it."""
        requirements = self._entry()
        requirements.check_access("read")
        if len(requirements.project_id) != 1 or not all(
            requirement.project_id for requirement in requirements
        ):
            raise UserError(
                self.env._("A change touches requirements of one project. Choose those of one.")
            )
        name = requirements.name if len(requirements) == 1 else requirements.project_id.name
        change = self.env["project.change"].create(
            [
                {
                    "name": self.env._("Change of %(what)s", what=name),
                    "project_id": requirements.project_id.id,
                    "line_ids": [
                        fields.Command.create({"requirement_id": requirement.id})
                        for requirement in requirements
                    ],
                }
            ]
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": change._name,
            "res_id": change.id,
            "views": [(False, "form")],
        }

    def action_view_changes(self):
        """Open the changes of this requirement, also those that are closed."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_delivery.project_change_action"
        )
        return {
            **action,
            "domain": [("line_ids.requirement_id", "=", self.id)],
            "context": {"default_project_id": self.project_id.id},
        }
