from odoo import api, models
from odoo.fields import Domain

PROJECT_LIMIT = 60
PEOPLE_LIMIT = 40


class ProjectRequirement(models.Model):
    """What the quick entry screen on the phone offers to choose from."""

    _inherit = "project.requirement"

    @api.model
    @api.readonly
    def get_quick_entry_data(self):
        """Return projects, their people and the ways a wish is said; kept for offline use.

        :return: dictionary with ``projects`` (id, name, people) and ``ways`` (key, label)
        """
        projects = self.env["project.project"].search(
            self.env["project.project"]._get_delivery_domain(),
            limit=PROJECT_LIMIT,
            order="is_favorite desc, write_date desc, id",
        )
        people = self._get_quick_entry_people(projects)
        ways = self._fields["said_via"]._description_selection(self.env)
        return {
            "projects": [
                {"id": project.id, "name": project.display_name, "people": people[project.id]}
                for project in projects
            ],
            "ways": [{"key": key, "label": label} for key, label in ways],
        }

    @api.model
    def _get_quick_entry_people(self, projects):
        """Return {project id: people of the customer}, its parties before other contacts."""
        parties = self.env["project.party"].search_fetch(
            Domain("project_id", "in", projects.ids)
            & Domain("side", "=", "customer")
            & Domain("partner_id.is_company", "=", False),
            ["project_id", "partner_id"],
        )
        customers = projects.partner_id.commercial_partner_id
        contacts = self.env["res.partner"].search_fetch(
            Domain("commercial_partner_id", "in", customers.ids)
            & Domain("is_company", "=", False)
            & Domain("type", "=", "contact"),
            ["name", "commercial_partner_id"],
        )
        by_project = parties.grouped("project_id")
        by_customer = contacts.grouped("commercial_partner_id")
        people = {}
        for project in projects:
            named = by_project[project].partner_id if project in by_project else contacts.browse()
            customer = project.partner_id.commercial_partner_id
            named |= by_customer.get(customer, contacts.browse())
            people[project.id] = [
                {"id": person.id, "name": person.name} for person in named[:PEOPLE_LIMIT]
            ]
        return people
