from odoo import api, fields, models
from odoo.fields import Domain

# What customers may read of a requirement through any door. What is not named stays inside.
PORTAL_READABLE_FIELDS = frozenset(
    {
        "id",
        "display_name",
        "create_date",
        "write_date",
        "active",
        # identity
        "number",
        "company_id",
        "project_id",
        "partner_id",
        "commercial_partner_ref_id",
        "customer_ref",
        # what is required
        "name",
        "description",
        "type_id",
        "priority_id",
        "wish_priority_id",
        "background",
        "constraints",
        "out_of_scope",
        "rationale",
        "verification",
        "criterion_ids",
        "criterion_count",
        "indicator_ids",
        # where it stands
        "section_id",
        "parent_id",
        "child_ids",
        "sequence",
        "outline",
        "outline_key",
        "stage_id",
        "stage_kind",
        "date_stage",
        "changed_after_agreement",
        # the customer's own part
        "requester_id",
        "requested_on",
        "portal_access",
        "portal_attachment_ids",
        "access_url",
        "access_warning",
    }
)


class ProjectRequirement(models.Model):
    """What customers see of a requirement, and how they answer."""

    _inherit = "project.requirement"

    _portal_readable_fields = PORTAL_READABLE_FIELDS

    portal_attachment_ids = fields.Many2many(
        "ir.attachment",
        "project_requirement_portal_attachment_rel",
        string="Files for the Customer",
        copy=False,
        bypass_search_access=True,
        help="Files that customers see on the page of the requirement, "
        "among them those that they sent with a wish.",
    )

    # === ACCESS === #

    @api.model
    def _search(self, domain, *args, **options):
        if not self.env.su and self.env.user._is_portal():
            domain = Domain(domain) & self._get_portal_reach_domain()
        return super()._search(domain, *args, **options)

    @api.model
    def _get_portal_reach_domain(self):
        """Return a domain that holds all that the rule of customers can allow to this one.

        The rule decides; naming the projects lets the database judge a customer's few rows
        where it would judge the rows of all customers.
        """
        partner = self.env.user.partner_id
        parties_sudo = self.env["project.party"].sudo().with_context(active_test=False)
        found = parties_sudo.search_fetch(
            [("partner_id", "in", (partner | partner.commercial_partner_id).ids)], ["project_id"]
        )
        return Domain("requester_id", "=", partner.id) | Domain(
            "project_id", "in", found.project_id.ids
        )

    # === WHAT WAITS FOR WHOM === #

    @api.model
    def _get_portal_waiting_domain(self, projects_sudo=None):
        """Return the domain of what the current customer is asked to answer.

        What was sent in a package waits there as one thing, and for those alone who are asked.

        :param projects_sudo: the customer's projects, where the caller knows them
        """
        if projects_sudo is None:
            projects_sudo = self.env["project.project"]._get_portal_projects()
        here = Domain("project_id", "in", projects_sudo.ids)
        # whether a package runs is not for customers to read, that it waits elsewhere is
        packed = self.sudo()._search(here & Domain("content_lock", "=", "running"))
        return Domain("stage_id.kind", "=", "customer") & here & Domain("id", "not in", packed)

    @api.model
    def _get_portal_filters(self):
        """Return {key: (label, domain)} of the filters of the customer's list, in order."""
        own = Domain("requester_id", "=", self.env.user.partner_id.id)
        kinds = ("new", "analysis", "review")
        filters = {
            "all": (self.env._("All"), Domain.TRUE),
            "you": (self.env._("Waiting for you"), self._get_portal_waiting_domain()),
            "us": (self.env._("Waiting for us"), Domain("stage_id.kind", "in", kinds)),
            "own": (self.env._("My wishes"), own),
        }
        for priority in self.env["project.requirement.priority"].search([]):
            domain = Domain("priority_id", "=", priority.id)
            filters[f"class_{priority.id}"] = (priority.name, domain)
        return filters

    @api.model
    def _get_portal_search_domain(self, search, search_in="content"):
        """Return the domain of requirements that match what a customer typed."""
        words = (search or "").strip()
        if not words:
            return Domain.TRUE
        by_number = Domain("number", "ilike", words.rpartition("/")[2])
        by_title = Domain("name", "ilike", words)
        if search_in == "number":
            return by_number
        if search_in == "name":
            return by_title
        return by_number | by_title | Domain("description", "ilike", words)

    def _get_full_number(self):
        # the project's code is part of the number, also for those who cannot read the project
        return super(ProjectRequirement, self.sudo())._get_full_number()

    def _get_contact_user(self):
        """Return the person (as superuser) whom the customer may call about this."""
        self.ensure_one()
        requirement_sudo = self.sudo()
        return (
            requirement_sudo.project_id.user_id
            or requirement_sudo.channel_id.user_id
            or requirement_sudo.commercial_partner_ref_id.user_id
        )
