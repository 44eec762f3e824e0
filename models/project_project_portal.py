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

    def _get_account_managers(self, user):
        """Return who looks after the customers of these projects, and after the user's own firm.

        :return: list of dictionaries with ``name``, ``phone``, ``email`` and ``qr``, a picture
            that a phone keeps as a contact
        """
        # a customer has no right on our users, but may know who is there for him
        customers_sudo = (self.sudo().partner_id | user.sudo().partner_id).commercial_partner_id
        managers_sudo = customers_sudo.user_id.filtered(lambda one: one.active and not one.share)
        return [
            {
                "name": manager_sudo.name,
                "phone": manager_sudo.phone or manager_sudo.company_id.phone,
                "email": manager_sudo.email,
                "qr": manager_sudo._get_delivery_card_image(),
            }
            for manager_sudo in managers_sudo
        ]
