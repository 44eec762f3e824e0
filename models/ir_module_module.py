from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import str2bool

PARAMETER = "customer_delivery.allow_uninstall"


class IrModuleModule(models.Model):
    _inherit = "ir.module.module"

    def button_uninstall(self):
        names = {*self.mapped("name"), *self.downstream_dependencies().mapped("name")}
        if "customer_delivery" in names:
            self._check_no_delivery_evidence()
        return super().button_uninstall()

    def _check_no_delivery_evidence(self):
        """Refuse to remove evidence along with the app, unless a parameter says so."""
        if str2bool(self.env["ir.config_parameter"].sudo().get_param(PARAMETER, ""), False):
            return
        # of all companies: they share the database
        versions_sudo = self.env["project.requirement.version"].sudo()
        baselines_sudo = self.env["project.baseline"].sudo()
        versions = versions_sudo.search_count(
            ~Domain("requirement_id.project_id.delivery_practice", "=", True)
        )
        baselines = baselines_sudo.search_count(~Domain("project_id.delivery_practice", "=", True))
        if versions or baselines:
            raise UserError(
                self.env._(
                    "Customer Delivery keeps %(versions)s versions of requirements and "
                    "%(baselines)s baselines, which would be gone for good. Export them first. "
                    "To remove all the same, set the system parameter %(parameter)s to True.",
                    versions=versions,
                    baselines=baselines,
                    parameter=PARAMETER,
                )
            )
