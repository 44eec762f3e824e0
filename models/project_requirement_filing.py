import hmac
from datetime import timedelta

from odoo import api, fields, models, tools
from odoo.fields import Domain
from odoo.tools import email_normalize, plaintext2html

WISHES_PER_HOUR = 120  # of one channel, before its form asks to wait
WISH_FILED = "requirement.wish.filed"
RECEIPT_SCOPE = "customer_delivery.wish_receipt"


class ProjectRequirement(models.Model):
    """Wishes that customers file themselves."""

    _inherit = "project.requirement"

    @api.model
    def _file_wish(self, text, client_key, files=(), why="", **values):
        """Record a wish in the customer's own words, once per ``client_key``.

        The caller has checked who files it and where; customers have no right to create.

        :param str text: what is needed; the first line becomes the title
        :param files: dictionaries with ``name`` and ``raw``, checked by the caller
        :param str why: why it is needed
        :param values: further fields; ``origin`` says by which door it came
        :return: (requirement as superuser, whether it was created now)
        """
        wishes_sudo = self.sudo()
        known = self._find_by_client_key(client_key)
        if known:
            return known.sudo(), False
        title, body = self._split_text(text)
        vals = {
            "name": title,
            "description": body,
            "rationale": plaintext2html(why.strip()) if (why or "").strip() else False,
            "portal_access": "comment",
            **values,
        }
        vals = {key: value for key, value in vals.items() if value}
        wish_sudo = wishes_sudo._file_once(vals, client_key)
        wish_sudo._attach_filed(files)
        wish_sudo._tell_owner_of_wish()
        wish_sudo._send_receipt()
        self.env["delivery.event"]._emit(WISH_FILED, wish_sudo, key=WISH_FILED)
        return wish_sudo, True

    @api.model
    def _get_event_names(self):
        return {WISH_FILED: self.env._("New wish of a customer")}

    def _get_event_words(self, _name, _payload, _lang):
        """Return the words in which a group is told of this requirement."""
        self.ensure_one()
        customer = self.partner_id.commercial_partner_id or self.partner_id
        return {
            "project": self.project_id.name or customer.name,
            "document": f"{self._get_full_number()} {self.name}",
        }

    def _attach_filed(self, files):
        """Keep the files that came with a wish where the customer sees them."""
        self.ensure_one()
        if files:
            self.portal_attachment_ids = self.env["ir.attachment"].create(
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

    def _tell_owner_of_wish(self):
        """Ask one person to classify the wish, in that person's language."""
        self.ensure_one()
        owner = self.channel_id.user_id or self.project_id.user_id
        user = owner or self._get_contact_user()
        wish = self.with_context(lang=user.lang)
        if owner:
            wish._tell_owner()
        elif user:
            wish.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=user.id,
                summary=wish.env._("New wish: classify and answer"),
            )

    def _send_receipt(self):
        """Queue the receipt for the person who filed the wish, if there is an address."""
        self.ensure_one()
        if self.requester_id:
            address, lang = self.requester_id.email_normalized, self.requester_id.lang
        else:
            address, lang = email_normalize(self.requester_contact or ""), self.env.lang
        if address:
            template = self.env.ref("customer_delivery.mail_template_wish_receipt")
            template.sudo().with_context(lang=lang).send_mail(
                self.id,
                email_values={
                    "email_to": False if self.requester_id else address,
                    "recipient_ids": [fields.Command.set(self.requester_id.ids)],
                },
            )

    # === RECEIPT === #

    def _get_receipt_signature(self):
        self.ensure_one()
        wish_sudo = self.sudo()
        return tools.hmac(wish_sudo.env, RECEIPT_SCOPE, (wish_sudo.id, wish_sudo.client_key or ""))

    def _get_receipt_url(self):
        """Return the address of the page that confirms what was filed, and nothing else."""
        return f"/delivery/wish/receipt/{self.id}/{self._get_receipt_signature()}"

    @api.model
    def _from_receipt(self, requirement_id, signature):
        """Return the wish (as superuser) behind a receipt address, or an empty recordset."""
        wish_sudo = self.sudo().browse(requirement_id).exists()
        known = wish_sudo.client_key and hmac.compare_digest(
            wish_sudo._get_receipt_signature().encode(), (signature or "").encode()
        )
        return wish_sudo if known else wish_sudo.browse()

    # === LIMITS === #

    @api.model
    def _is_channel_flooded(self, channel):
        """Tell whether more arrived through the channel in the last hour than people write."""
        since = fields.Datetime.now() - timedelta(hours=1)
        recent = Domain("channel_id", "=", channel.id) & Domain("create_date", ">=", since)
        return self.sudo().search_count(recent, limit=WISHES_PER_HOUR) >= WISHES_PER_HOUR
