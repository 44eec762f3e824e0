from odoo import models


class ProjectProject(models.Model):
    """Papers, register and import, from the project."""

    _inherit = "project.project"

    def action_export_register(self):
        """Download the requirement register of this project; works on one project."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/delivery/register.xlsx?project_id={self.id}",
            "target": "download",
        }

    def action_import_requirements(self):
        """Open the import of requirements into this project; works on one project."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_delivery.project_requirement_import_action"
        )
        return {**action, "context": {"default_project_id": self.id}}

    def action_print_requirements(self):
        """Open the dialog that prints the requirements of this project; works on one project."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_delivery.project_requirement_print_action"
        )
        light = self.delivery_mode_id.code == "light"
        return {
            **action,
            "context": {
                "default_project_id": self.id,
                "default_paper": "confirmation" if light else "specification",
            },
        }
