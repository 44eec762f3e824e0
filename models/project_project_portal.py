from odoo import api, models
from odoo.fields import Domain


class ProjectProject(models.Model):
    """The projects of a customer's contact."""

    _inherit = "project.project"

    @api.model
    def _get_portal_projects(self):
        """Return the projects (as superuser) that the current user reads as a party."""
        parties = self.env["project.party"]
        partner = self.env.user.partner_id
        company = partner.commercial_partner_id
        readers = (
            parties._get_current_domain()
            & Domain("may_read", "=", True)
            & Domain("side", "!=", "supplier")
            & Domain("partner_id", "in", (partner | company).ids)
            & Domain("commercial_partner_ref_id", "=", company.id)
        )
        domain = self._get_delivery_domain() & Domain("delivery_party_ids", "any", readers)
        return self.sudo().search(domain, order="name, id")

    @api.model
    def _get_portal_project(self, project_id):
        """Return one of :meth:`_get_portal_projects`, or an empty recordset."""
        projects_sudo = self._get_portal_projects()
        return projects_sudo.filtered(lambda project: project.id == project_id)
