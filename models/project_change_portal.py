from odoo import api, fields, models
from odoo.fields import Command, Domain
from odoo.tools import plaintext2html

from .project_change_stage import CLOSED_KINDS

# What customers may read of a change through any door. What is not named stays inside: no cost,
# no assessment, no risk, no note of ours, no name of those who carry it out.
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
        # what is asked for
        "name",
        "type_id",
        "reason",
        "content",
        "expected_impact",
        "please_assess",
        "content_attachment_ids",
        # what it means for the contract
        "contract_scope",
        "billing",
        "agreed_days",
        "agreed_amount",
        "currency_id",
        "supplement_no",
        # where it stands
        "stage_id",
        "stage_kind",
        "date_stage",
        "decision",
        "date_decided",
        "date_applied",
        # the customer's own part
        "requester_id",
        "requested_at",
        "portal_access",
        "access_url",
        "access_warning",
    }
)
CHANGE_FILED = "change.request.filed"


class ProjectChange(models.Model):
    """What customers see of a change, and how they ask for one."""

    _inherit = "project.change"

    _portal_readable_fields = PORTAL_READABLE_FIELDS

    published_to_me = fields.Boolean(
        compute="_compute_published_to_me",
        search="_search_published_to_me",
        export_string_translation=False,
    )

    # === COMPUTE METHODS === #

    @api.depends_context("uid")
    def _compute_published_to_me(self):
        published = self.sudo().filtered_domain(self._get_audience_domain())
        for change in self:
            change.published_to_me = change in published

    def _search_published_to_me(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return self._get_audience_domain()

    # === ACCESS === #

    @api.model
    def _get_audience_domain(self):
        """Return the domain of what the current user, a customer's contact, may read.

        That is what was published to a party that he is, and what he asked for himself while
        he works for that customer. Record rules use it through ``published_to_me``.
        """
        partner = self.env.user.sudo().partner_id
        own = Domain("requester_id", "=", partner.id) & Domain(
            "commercial_partner_ref_id", "=", partner.commercial_partner_id.id
        )
        party = Domain("project_id.delivery_party_ids", "any", [("reads_now", "=", True)])
        return (
            Domain("active", "=", True)
            & Domain("project_id.active", "=", True)
            & Domain("portal_access", "!=", "hidden")
            & Domain("stage_id.portal_access", "!=", "hidden")
            # our own matters are none of the customer's, whatever was chosen on the form
            & Domain("type_id.kind", "!=", "internal")
            & (own | party)
        )

    def _is_published(self):
        return super()._is_published() and self.type_id.kind != "internal"

    # === THE CUSTOMER'S LISTS === #

    @api.model
    def _get_portal_filters(self):
        """Return {key: (label, domain)} of the filters of the customer's list, in order."""
        own = Domain("requester_id", "=", self.env.user.partner_id.id)
        return {
            "all": (self.env._("All"), Domain.TRUE),
            "open": (self.env._("Open"), Domain("stage_id.kind", "not in", CLOSED_KINDS)),
            "own": (self.env._("My requests"), own),
            "closed": (self.env._("Closed"), Domain("stage_id.kind", "in", CLOSED_KINDS)),
        }

    @api.model
    def _get_portal_search_domain(self, search):
        """Return the domain of changes that match what a customer typed."""
        words = (search or "").strip()
        if not words:
            return Domain.TRUE
        by_number = Domain("number", "ilike", words.rpartition("/")[2])
        return by_number | Domain("name", "ilike", words) | Domain("content", "ilike", words)

    def _get_contact_user(self):
        """Return the person (as superuser) whom the customer may call about this."""
        self.ensure_one()
        change_sudo = self.sudo()
        return change_sudo.project_id.user_id or change_sudo.commercial_partner_ref_id.user_id

    # === FILING === #

    @api.model
    def _file_request(self, project_sudo, requester, text, client_key, files=(), **values):
        """Record a change request in the customer's own words, once per ``client_key``.

        The caller has checked who asks and in which project; customers have no right to create.

        :param project_sudo: a project of the requester, as superuser
        :param requester: the contact who asks
        :param str text: what shall change; the first line becomes the title
        :param files: dictionaries with ``name`` and ``raw``, checked by the caller
        :param values: ``reason``, ``expected_impact`` as plain text, ``please_assess``
        :return: (change as superuser, whether it was created now)
        """
        known = self._find_by_client_key(client_key)
        if known:
            return known.sudo(), False
        title, body = self.env["project.requirement"]._split_text(text)
        types_sudo = project_sudo.delivery_mode_id._get_change_types()
        vals = {
            "name": title,
            # one line says both what it is called and what shall change
            "content": body or plaintext2html(title),
            "reason": values.get("reason") and plaintext2html(values["reason"]),
            "expected_impact": values.get("expected_impact")
            and plaintext2html(values["expected_impact"]),
            "please_assess": bool(values.get("please_assess")),
            "project_id": project_sudo.id,
            "type_id": types_sudo.filtered("customer_may_file")[:1].id,
            "requester_id": requester.id,
            "portal_access": "comment",
        }
        change_sudo = self.sudo()._file_once(vals, client_key, origin="portal")
        change_sudo._keep_filed_files(files)
        change_sudo._tell_owner_of_request()
        change_sudo._send_receipt()
        self.env["delivery.event"]._emit(CHANGE_FILED, change_sudo, key=CHANGE_FILED)
        return change_sudo, True

    @api.model
    def _get_event_names(self):
        return {CHANGE_FILED: self.env._("New change request")}

    def _get_event_words(self, _name, _payload, _lang):
        """Return the words in which a group is told of this change."""
        self.ensure_one()
        return {
            "project": self.project_id.name,
            "document": f"{self._get_full_number()} {self.name}",
        }

    def _keep_filed_files(self, files):
        """Keep the files that came with a request: they are part of what is decided."""
        self.ensure_one()
        if files:
            attachments = self.env["ir.attachment"].create(
                [
                    {
                        "name": file["name"][:120],
                        "raw": file["raw"],
                        "res_model": self._name,
                        "res_id": self.id,
                    }
                    for file in files
                ]
            )
            self.content_attachment_ids = [Command.link(file.id) for file in attachments]

    def _tell_owner_of_request(self):
        """Ask one person to look at the request, in that person's language."""
        self.ensure_one()
        user = self._get_contact_user()
        # a request never fails because somebody of ours cannot open it
        if user.active and self.with_user(user).has_access("read"):
            change = self.with_context(lang=user.lang, mail_activity_quick_update=True)
            change.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=user.id,
                summary=change.env._("New change request: read and answer"),
            )

    def _send_receipt(self):
        """Queue the receipt for the person who asked, if there is an address."""
        self.ensure_one()
        if self.requester_id.email_normalized:
            template = self.env.ref("customer_delivery.mail_template_change_receipt")
            template.sudo().with_context(lang=self.requester_id.lang).send_mail(
                self.id,
                email_values={"recipient_ids": [Command.set(self.requester_id.ids)]},
            )
