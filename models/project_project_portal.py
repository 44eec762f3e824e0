from odoo import api, models
from odoo.fields import Domain


class ProjectProject(models.Model):
    """The projects of a customer's contact."""

    _inherit = "project.project"

    @api.model
    def _get_portal_projects(self):
        """Return the projects (as superuser) that the current user reads as a party."""
        parties = self.env["project.party"]
        readers = parties._get_reader_domain()
        domain = self._get_delivery_domain() & Domain("delivery_party_ids", "any", readers)
        return self.sudo().search(domain, order="name, id")

    @api.model
    def _get_portal_project(self, project_id):
        """Return one of :meth:`_get_portal_projects`, or an empty recordset."""
        projects_sudo = self._get_portal_projects()
        return projects_sudo.filtered(lambda project: project.id == project_id)
