import secrets

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import consteq, format_date, hmac

from ..core.canonical import digest
from ..core.grant import Granted

LINK_DAYS = 14
CODE_MINUTES = 15
CODE_TRIES = 5
# codes that a visitor may have mailed per link: with five tries each, guessing stays hopeless
MAILED_CODES = 10
MAIL_PAUSE_SECONDS = 60
SCOPE = "customer_delivery.signoff"


class SignoffSlot(models.Model):
    """The personal link of a signatory who has no login, and the code that belongs to it.

    The link is bound to person and slot; it reads nothing and signs nothing without the code,
    where the step asks for one. Opening it changes nothing: link scanners open everything.
    """

    _inherit = "signoff.slot"

    link_codes = fields.Integer(
        string="Codes Mailed", readonly=True, groups="base.group_system", aggregator=None
    )

    def action_get_link(self):
        """Return the personal link of this signatory, to be handed to him.

        :return: dictionary with ``url``, ``text`` for a chat message in his language, and
            ``needs_code``
        :raises UserError: when the step takes no links, or nothing is waiting
        """
        slot = self._entry()
        slot.ensure_one()
        slot._check_may_manage()
        slot_sudo = slot.sudo()
        slot_sudo._check_open("link")
        now = fields.Datetime.now()
        if not slot_sudo.link_nonce or slot_sudo.link_until < now:
            slot_sudo._renew_link()
        url = slot_sudo._get_link_url()
        return {
            "url": url,
            "text": slot_sudo._get_link_text(url, self.env.user.name),
            "needs_code": slot_sudo.step_id.needs_code,
        }

    def action_rotate_link(self):
        """Make the link that was handed out worthless; the next one is another."""
        slot = self._entry()
        slot.ensure_one()
        slot._check_may_manage()
        slot.sudo()._renew_link()
        return True

    def action_get_code(self):
        """Return a code to read out to the signatory by phone; it is noted who read it out."""
        slot = self._entry()
        slot.ensure_one()
        slot._check_may_manage()
        slot_sudo = slot.sudo()
        slot_sudo._check_open("link")
        return slot_sudo._make_code(f"phone:{self.env.uid}")

    def action_open_link(self):
        """Open link, QR code, text for a chat message and code of this signatory."""
        self.ensure_one()
        return self._get_share_action(self.env["signoff.slot.share"].create([{"slot_id": self.id}]))

    def _get_share_action(self, share):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Personal Link"),
            "res_model": share._name,
            "res_id": share.id,
            "views": [(False, "form")],
            "target": "new",
        }

    # === LINK === #

    def _renew_link(self):
        self.write(
            Granted(
                link_nonce=secrets.token_hex(16),
                link_until=fields.Datetime.add(fields.Datetime.now(), days=LINK_DAYS),
                link_codes=0,
                # a code belongs to the link that it was made for
                code_hash=False,
                code_until=False,
            )
        )

    def _get_secret(self):
        self.ensure_one()
        return hmac(self.env(su=True), SCOPE, (self.id, self.link_nonce))

    def _get_link_url(self):
        self.ensure_one()
        return f"{self.get_base_url()}/delivery/sign/{self.id}/{self._get_secret()}"

    def _get_link_text(self, url, sender):
        """Return what is written into the chat, in the language of the signatory."""
        self.ensure_one()
        slot = self.with_context(lang=self.partner_id.lang or self.round_id.lang)
        values = {"document": slot.document_name, "url": url, "sender": sender}
        if slot.due_at:
            due = format_date(slot.env, slot.due_at.date())
            return slot.env._(
                "Please read and sign “%(document)s” by %(due)s:\n%(url)s\nSent by %(sender)s",
                due=due,
                **values,
            )
        return slot.env._(
            "Please read and sign “%(document)s”:\n%(url)s\nSent by %(sender)s", **values
        )

    def _judge_secret(self, secret):
        """Tell how ``secret`` fits the link of this slot: ``open``, ``expired`` or ``wrong``."""
        self.ensure_one()
        if not self.link_nonce or not consteq(self._get_secret(), secret or ""):
            return "wrong"
        expired = not self.link_until or self.link_until < fields.Datetime.now()
        return "expired" if expired else "open"

    def _fits_secret(self, secret):
        """Tell whether ``secret`` is that of this slot's link, and the link still counts."""
        return self._judge_secret(secret) == "open"

    # === CODE === #

    def _make_code(self, sent_by, **values):
        """Make a new code; the one before counts no more.

        :return: six digits
        """
        self.ensure_one()
        code = f"{secrets.randbelow(10**6):06d}"
        self.write(
            Granted(
                code_hash=self._hash_code(code),
                code_until=fields.Datetime.add(fields.Datetime.now(), minutes=CODE_MINUTES),
                code_tries=0,
                code_sent_by=sent_by,
                **values,
            )
        )
        return code

    def _hash_code(self, code):
        return digest(hmac(self.env(su=True), SCOPE + ".code", (self.id, code)))

    def _mail_code(self):
        """Send a new code to the signatory's own address, and say to which.

        It goes at once: he sits before the page and waits for it.

        :raises UserError: no address, a code went a moment ago, or too many went already
        """
        self.ensure_one()
        slot = self.with_context(lang=self.partner_id.lang or self.round_id.lang)
        address = slot.partner_id.email_normalized
        if not address:
            raise UserError(
                slot.env._("We have no mail address of yours. Ask us to read the code to you.")
            )
        pause = fields.Datetime.subtract(
            fields.Datetime.now(), seconds=MAIL_PAUSE_SECONDS - CODE_MINUTES * 60
        )
        if slot.code_sent_by == "mail" and slot.code_until and slot.code_until > pause:
            raise UserError(slot.env._("A code was sent a moment ago. Please look at your mail."))
        if slot.link_codes >= MAILED_CODES:
            raise UserError(
                slot.env._("Too many codes were sent. Please ask us to read one to you by phone.")
            )
        code = slot._make_code("mail", link_codes=slot.link_codes + 1)
        text = slot.env._(
            "Your code for “%(document)s” is %(code)s. It is valid for %(minutes)s minutes. "
            "Give it to nobody.",
            document=slot.document_name,
            code=code,
            minutes=CODE_MINUTES,
        )
        mail = self.env["mail.mail"].create(
            {
                "subject": slot.env._("Code for signing"),
                "body_html": Markup("<p>%s</p>") % text,
                "email_to": address,
                "email_from": self.company_id.email_formatted or self.env.user.email_formatted,
                "auto_delete": True,
            }
        )
        mail.send()
        name, _at, domain = address.partition("@")
        return f"{name[:2]}…@{domain}"

    def _check_code(self, code):
        """Count one try; tell whether the code is right. A code opens the document once."""
        self.ensure_one()
        tries = self.code_tries + 1
        if (
            not self.code_hash
            or not self.code_until
            or self.code_until < fields.Datetime.now()
            or tries > CODE_TRIES
        ):
            return False
        is_right = consteq(self._hash_code(code.strip()), self.code_hash)
        self.write(Granted(code_tries=CODE_TRIES if is_right else tries))
        return is_right

    def _has_spent_code(self):
        """Tell whether the last code can be tried no more, so that another one is needed."""
        self.ensure_one()
        return bool(self.code_hash) and self.code_tries >= CODE_TRIES

    def _stamp_seen(self):
        """Note that the signatory has opened the document; called by the page, never by a GET."""
        self.filtered(lambda slot: not slot.seen_at).write(Granted(seen_at=fields.Datetime.now()))
