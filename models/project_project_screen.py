from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

UPCOMING_MILESTONES = 3


class ProjectProject(models.Model):
    """What the tab *Delivery* shows, and the dialogs that its buttons open."""

    _inherit = "project.project"

    delivery_milestone_ids = fields.Many2many(
        "project.milestone",
        string="Next Milestones",
        compute="_compute_delivery_milestone_ids",
        export_string_translation=False,
    )
    delivery_can_manage = fields.Boolean(
        compute="_compute_delivery_can_manage", export_string_translation=False
    )

    @api.depends("milestone_ids.deadline", "milestone_ids.is_reached")
    def _compute_delivery_milestone_ids(self):
        groups = self.env["project.milestone"]._read_group(
            Domain("project_id", "in", self.ids)
            & Domain("is_reached", "=", False)
            & Domain("deadline", "!=", False),
            ["project_id"],
            ["id:recordset"],
        )
        open_milestones = dict(groups)
        for project in self:
            milestones = open_milestones.get(project, self.env["project.milestone"])
            project.delivery_milestone_ids = milestones.sorted("deadline")[:UPCOMING_MILESTONES]

    @api.depends("user_id")
    @api.depends_context("uid")
    def _compute_delivery_can_manage(self):
        for project in self:
            project.delivery_can_manage = project._may_manage_delivery()

    # === ACTION METHODS === #

    def action_choose_delivery_mode(self, mode_id):
        """Switch to a mode in one click when there is nothing to ask, else open the dialog.

        :param int mode_id: the mode whose card was pressed
        :return: action of the dialog, or False when the mode is on
        """
        self.ensure_one()
        guard = self.env["delivery.guarded.mixin"]
        mode = self.env["delivery.mode"].browse(guard._entry_id(mode_id) or 0).exists()
        asks_company = not (
            self.company_id or self.delivery_company_id or len(self.env.user.company_ids) == 1
        )
        lowers = self.delivery_mode_id and mode.level < self.delivery_mode_id.level
        if asks_company or lowers:
            return self._open_delivery_dialog(
                "project.delivery.enable",
                self.env._("Enable Delivery"),
                {"default_mode_id": mode.id},
            )
        self.action_enable_delivery(mode.id)
        return False

    def action_open_delivery_enable(self):
        """Open the dialog that switches delivery on or to another mode."""
        self.ensure_one()
        title = self.env._("Delivery Mode") if self.delivery_mode_id else None
        return self._open_delivery_dialog(
            "project.delivery.enable", title or self.env._("Enable Delivery")
        )

    def action_open_delivery_contract(self):
        """Open the contract block for editing."""
        self.ensure_one()
        return self._open_delivery_dialog("project.delivery.contract", self.env._("Contract"))

    def action_open_requirement_paste(self):
        """Open the dialog that makes requirements of a pasted list."""
        self.ensure_one()
        return self._open_delivery_dialog(
            "project.requirement.paste", self.env._("Paste a List"), size="extra-large"
        )

    def action_open_requirement_record(self):
        """Open the dialog that records what the customer said."""
        self.ensure_one()
        return self._open_delivery_dialog(
            "project.requirement.record", self.env._("Record for the Customer")
        )

    def action_open_delivery_share(self):
        """Open link, QR code and text of the project's wish form."""
        self.ensure_one()
        return self._open_delivery_dialog("delivery.share", self.env._("Wish Form"))

    def action_new_requirement(self):
        """Open an empty requirement of this project."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Requirement"),
            "res_model": "project.requirement",
            "views": [(False, "form")],
            "context": {"default_project_id": self.id},
        }

    def action_view_promised_requirements(self):
        """Open the requirements that are part of the delivery."""
        return self._open_delivery_requirements("in_scope")

    def action_view_confirmed_requirements(self):
        """Open the requirements that the customer has confirmed."""
        return self._open_delivery_requirements("in_scope", "confirmed")

    def _open_delivery_requirements(self, *filters):
        """Open the project's requirements under these filters of the search view."""
        self.ensure_one()
        action = self.action_view_requirements()
        chosen = {f"search_default_{name}": 1 for name in filters}
        return {**action, "context": {**action["context"], **chosen}}

    def action_view_delivery_parties(self):
        """Open the people of this project, to be edited by whoever runs it."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_delivery.project_party_action"
        )
        return {
            **action,
            "domain": [("project_id", "=", self.id)],
            "context": {"default_project_id": self.id},
        }

    def action_view_delivery_sections(self):
        """Open the headings of the requirement document."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_delivery.project_requirement_section_action"
        )
        return {
            **action,
            "domain": [("project_id", "=", self.id)],
            "context": {"default_project_id": self.id},
        }

    def _open_delivery_dialog(self, model, title, context=None, size="large"):
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": model,
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_project_id": self.id,
                "dialog_size": size,
                **(context or {}),
            },
        }

    def _may_manage_delivery(self):
        self.ensure_one()
        try:
            self._check_may_manage_delivery()
        except AccessError:
            return False
        return True
