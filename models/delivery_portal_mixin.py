import secrets
import uuid

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import consteq


class DeliveryPortalMixin(models.AbstractModel):
    """A document that customers see in part, and comment on where that is opened.

    The concrete model has ``active``, ``stage_id``, ``portal_access``, ``project_id`` and rules
    for customers; it names in ``_portal_readable_fields`` what customers may read through any
    door. Its classes inherit this mixin first and ``delivery.guarded.mixin`` too.
    """

    _name = "delivery.portal.mixin"
    _description = "Document Shown to Customers"
    _inherit = ["portal.mixin", "delivery.thread.mixin"]

    _mail_post_access = "read"
    _mail_thread_customer = False
    # The link of a record only reads; nobody gets the customer's voice from it.
    _mail_post_token_field = "post_token"

    # what is not named stays inside
    _portal_readable_fields = frozenset()

    # Core lets whoever holds the value of this field speak in the customer's name. It is
    # another one each time it is asked for, so nobody ever holds it.
    post_token = fields.Char(
        compute="_compute_post_token",
        copy=False,
        export_string_translation=False,
    )

    portal_link_until = fields.Datetime(
        string="Reading Link Valid Until",
        readonly=True,
        copy=False,
        help="Empty: until a new link is made.",
    )

    # === COMPUTE METHODS === #

    def _compute_post_token(self):
        for document in self:
            document.post_token = secrets.token_hex(16)

    # === ACCESS === #

    @api.model
    def _has_field_access(self, field, operation):
        if not super()._has_field_access(field, operation):
            return False
        # asked for each field of each read: what costs nothing comes first
        if self.env.su or (operation == "read" and field.name in self._portal_readable_fields):
            return True
        return self.env.user._is_internal()

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
            document: operation if document._is_open_to_comments() else "write"
            for document, operation in operations.items()
        }

    def _is_open_to_comments(self):
        """Tell whether record and stage let those customers comment who read this."""
        self.ensure_one()
        document_sudo = self.sudo()
        return (
            document_sudo.active
            and document_sudo.portal_access == "comment"
            and document_sudo.stage_id.portal_access == "comment"
        )

    def message_post(self, **kwargs):
        if not self.env.user.share:
            return super().message_post(**kwargs)
        if not self.env.su:
            raise AccessError(self.env._("Please comment on the page of the document."))
        # who answers does not follow; that stays the customer's own choice
        thread = self.with_context(
            mail_post_autofollow=False, mail_post_autofollow_author_skip=True
        )
        return super(DeliveryPortalMixin, thread).message_post(**kwargs)

    def _message_get_suggested_recipients(self, *args, **kwargs):
        if self.env.user.share:
            return []  # addresses of others are not for customers
        return super()._message_get_suggested_recipients(*args, **kwargs)

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
        """Replace the reading link of these documents; links given out before stop working."""
        documents = self._entry()
        documents.check_access("write")
        documents._renew_portal_link()
        return True

    def _renew_portal_link(self):
        for document in self:
            # who hands a link over need not know the settings of the company
            days = document.company_id.sudo().delivery_link_days
            document.write(
                {
                    "access_token": str(uuid.uuid4()),
                    "portal_link_until": days
                    and fields.Datetime.add(fields.Datetime.now(), days=days),
                }
            )

    def _portal_ensure_token(self):
        """Return the token of the reading link; a link that is too old is replaced."""
        self.ensure_one()
        # refused here to those who may not know it
        if not self.access_token or self._is_link_over():
            # core makes the first one for whoever reads the document, so does this
            self.sudo()._renew_portal_link()
        return self.access_token

    def _is_link_over(self):
        self.ensure_one()
        return bool(self.portal_link_until) and self.portal_link_until < fields.Datetime.now()

    def _is_published(self):
        """Tell whether a link shows this document: published, in a living project."""
        self.ensure_one()
        project = self.project_id
        return (
            self.active
            and self.portal_access != "hidden"
            and self.stage_id.portal_access != "hidden"
            and (not project or project.active)
        )

    @api.model
    def _get_portal_record(self, document_id, access_token=None):
        """Return (document as superuser, whether the user himself reads it).

        :return: an empty recordset when neither the user nor the token may see it
        """
        document_sudo = self.sudo().browse(document_id).exists()
        if not document_sudo:
            return document_sudo, False
        if document_sudo.sudo(False).has_access("read"):
            return document_sudo, True
        token = document_sudo.access_token
        if access_token and token and consteq(token, access_token):
            if document_sudo._is_published() and not document_sudo._is_link_over():
                return document_sudo, False
        return document_sudo.browse(), False
