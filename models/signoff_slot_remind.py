from odoo import fields, models
from odoo.exceptions import UserError

from ..core.grant import Granted
from .signoff_slot_clock import MAILS


class SignoffSlot(models.Model):
    """Reminding whoever has not answered (催办): twice in writing, then by phone."""

    _inherit = "signoff.slot"

    def action_remind(self):
        """Remind those who are asked; works on many.

        :return: notification that says who was reminded
        :raises UserError: for who was reminded twice already, or has no way to be reached
        """
        slots = self._entry()
        slots._check_may_manage()
        for slot in slots:
            slot.sudo()._remind()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Reminded: %(people)s", people=", ".join(slots.mapped("person_name"))
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _remind(self):
        """Remind the person of this slot (superuser) and count it."""
        self.ensure_one()
        if self.state != "pending":
            raise UserError(self.env._("This is not waiting any more."))
        if self.reminders >= MAILS:
            raise UserError(
                self.env._(
                    "%(person)s was reminded twice already. Please call: %(phone)s",
                    person=self.person_name,
                    phone=self.partner_id.phone or self.env._("no phone number is known"),
                )
            )
        number = self.reminders + 1
        if self.user_id:
            self._notify_reminder()
        else:
            self._remind_contact(number)
        self.write(Granted(reminders=number, reminded_at=fields.Datetime.now()))

    def _notify_reminder(self):
        """Tell one of our people once more; his task stays as it is."""
        slot = self.with_context(lang=self.user_id.lang)
        self.env["mail.thread"].message_notify(
            partner_ids=self.user_id.partner_id.ids,
            subject=slot.env._("Reminder: %(document)s", document=slot.document_name),
            body=slot.env._(
                "%(sender)s reminds you that your decision is waited for: %(step)s.",
                sender=self.env.user.name,
                step=slot.step_name,
            ),
        )

    def _remind_contact(self, number):
        """Mail a contact once more."""
        name = self.document_name
        notices = self.partner_id.email and self._mail_request(
            key=f"signoff.remind{number}",
            subject=lambda env: env._(
                "Reminder, please read and sign: %(document)s", document=name
            ),
        )
        if not notices:
            raise UserError(
                self.env._(
                    "%(person)s cannot be reached by mail. Hand the link over, or call: %(phone)s",
                    person=self.person_name,
                    phone=self.partner_id.phone or self.env._("no phone number is known"),
                )
            )
