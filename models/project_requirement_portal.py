import secrets
import uuid

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import consteq

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

    portal_attachment_ids = fields.Many2many(
        "ir.attachment",
        "project_requirement_portal_attachment_rel",
        string="Files for the Customer",
        copy=False,
        bypass_search_access=True,
        help="Files that customers see on the page of the requirement, "
        "among them those that they sent with a wish.",
    )
    # Core lets whoever holds the value of this field speak in the customer's name. It is
    # another one each time it is asked for, so nobody ever holds it.
    post_token = fields.Char(
        compute="_compute_post_token",
        store=False,
        export_string_translation=False,
    )

    # === COMPUTE METHODS === #

    def _compute_post_token(self):
        for requirement in self:
            requirement.post_token = secrets.token_hex(16)

    # === ACCESS === #

    @api.model
    def _has_field_access(self, field, operation):
        if not super()._has_field_access(field, operation):
            return False
        if self.env.su or self.env.user._is_internal():
            return True
        return operation == "read" and field.name in PORTAL_READABLE_FIELDS

    @api.model
    def _get_thread_with_access(self, thread_id, *, hash=None, pid=None, token=None, **kwargs):
        # Neither the token of a link nor a signed contact opens the conversation.
        return super()._get_thread_with_access(thread_id, **kwargs)

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        operations = super()._mail_get_operation_for_mail_message_operation(message_operation)
        if message_operation != "create" or not self.env.user.share:
            return operations
        # customers write on what they may comment; on the rest they need a right they never have
        return {
            requirement: operation if requirement._is_open_to_comments() else "write"
            for requirement, operation in operations.items()
        }

    def _is_open_to_comments(self):
        """Tell whether record and stage let those customers comment who read this."""
        self.ensure_one()
        requirement_sudo = self.sudo()
        return (
            requirement_sudo.active
            and requirement_sudo.portal_access == "comment"
            and requirement_sudo.stage_id.portal_access == "comment"
        )

    def message_post(self, **kwargs):
        if not self.env.user.share:
            return super().message_post(**kwargs)
        if not self.env.su:
            raise AccessError(self.env._("Please comment on the page of the requirement."))
        # who answers does not follow; that stays the customer's own choice
        thread = self.with_context(
            mail_post_autofollow=False, mail_post_autofollow_author_skip=True
        )
        return super(ProjectRequirement, thread).message_post(**kwargs)

    def _message_get_suggested_recipients(self, *args, **kwargs):
        if self.env.user.share:
            return []  # addresses of others are not for customers
        return super()._message_get_suggested_recipients(*args, **kwargs)

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

    # === LINKS === #

    def _get_access_action(self, access_uid=None, force_website=False):
        user = self.env["res.users"].sudo().browse(access_uid) if access_uid else self.env.user
        if not (user.share or force_website):
            return super()._get_access_action(access_uid=access_uid, force_website=False)
        # Following a link makes no token: who came with one keeps it, who may read needs none.
        token = self.sudo().access_token if force_website else False
        return {
            "type": "ir.actions.act_url",
            "url": f"{self.access_url}?access_token={token}" if token else self.access_url,
            "target": "self",
            "res_id": self.id,
        }

    def action_new_portal_link(self):
        """Replace the reading link of these requirements; links given out before stop working."""
        requirements = self._entry()
        requirements.check_access("write")
        for requirement in requirements:
            requirement.access_token = str(uuid.uuid4())
        return True

    def _is_published(self):
        """Tell whether a link shows this requirement: published, in a living project."""
        self.ensure_one()
        project = self.project_id
        return (
            self.active
            and self.portal_access != "hidden"
            and self.stage_id.portal_access != "hidden"
            and (not project or project.active)
        )

    @api.model
    def _get_portal_record(self, requirement_id, access_token=None):
        """Return (requirement as superuser, whether the user himself reads it).

        :return: an empty recordset when neither the user nor the token may see it
        """
        requirement_sudo = self.sudo().browse(requirement_id).exists()
        if not requirement_sudo:
            return requirement_sudo, False
        if requirement_sudo.sudo(False).has_access("read"):
            return requirement_sudo, True
        token = requirement_sudo.access_token
        if (
            access_token
            and token
            and consteq(token, access_token)
            and requirement_sudo._is_published()
        ):
            return requirement_sudo, False
        return requirement_sudo.browse(), False

    # === WHAT WAITS FOR WHOM === #

    @api.model
    def _get_portal_waiting_domain(self):
        """Return the domain of what the current customer is asked to answer."""
        projects_sudo = self.env["project.project"]._get_portal_projects()
        return Domain("stage_id.kind", "=", "customer") & Domain(
            "project_id", "in", projects_sudo.ids
        )

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
