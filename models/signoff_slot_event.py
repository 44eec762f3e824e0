from markupsafe import Markup

from odoo import api, fields, models

from ..core.grant import Granted

MY_WORK = "/odoo/customer-delivery-my-work"


class SignoffSlot(models.Model):
    """What follows, after the commit, from asking somebody: a task for our people, a mail for
    the customer's.
    """

    _inherit = "signoff.slot"

    # the one task of an internal user; it goes when he is not asked any more
    activity_id = fields.Many2one(
        "mail.activity",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        groups="base.group_system",
        export_string_translation=False,
    )

    @api.model
    def _get_event_names(self):
        return {
            "signoff.asked": self.env._("Decision asked for"),
            "signoff.withdrew": self.env._("Decision withdrawn"),
            "signoff.left": self.env._("Who is asked has left"),
        }

    def _get_event_words(self, name, payload, lang):
        """Return the words in which a chat group of ours is told of this request.

        The personal link of a signatory is none of them: it is for him alone.
        """
        words = self.round_id._get_event_words(name, payload, lang)
        if name == "signoff.asked":
            words["what"] = self.env._("%(person)s is asked", person=self.person_name)
            words["due"] = self.due_at or ""
        return words

    def _on_delivery_event(self, name, payload):
        """Carry out what follows from an event of this request; the outbox calls it."""
        self.ensure_one()
        # who was replaced is not asked any more
        self.round_id.slot_ids._close_requests()
        if name == "signoff.asked":
            self._tell_asked()
        elif name == "signoff.left":
            self._tell_left()
        elif name == "signoff.withdrew":
            for slot in self.step_id.slot_ids:
                slot._tell_asked()

    def _tell_asked(self):
        """Tell whoever is asked, once; not those who were asked for a moment only."""
        self.ensure_one()
        if self.state != "pending":
            return
        if self.user_id and not self.user_id.active:
            self._tell_left()
        elif self.user_id:
            self._assign_activity()
        else:
            self._mail_request()

    def _tell_left(self):
        """Tell who sent the document that it waits for somebody who is gone."""
        if self.state != "pending" or self.user_id.active:
            return
        author = self.round_id.author_id
        user = author if author.active else self.project_id.user_id
        if not user.active:
            return
        ours = self.with_context(lang=user.lang, mail_activity_quick_update=True)
        ours.project_id.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=user.id,
            summary=ours.env._("%(person)s has left", person=self.person_name),
            note=ours.env._(
                "“%(document)s” waits for this person in step “%(step)s”. Open it and press "
                "“Replace” to ask somebody else.",
                document=self.document_name,
                step=self.step_name,
            ),
        )

    def _close_requests(self):
        """Take back tasks and waiting mails of those of these who are not asked any more."""
        settled = self.filtered(lambda slot: slot.state != "pending")
        settled.activity_id.unlink()
        if settled:
            self.env["delivery.notice"]._withdraw(settled)

    # === OUR PEOPLE === #

    def _assign_activity(self):
        """Give our user his one task for this request.

        It hangs on no document: whoever is asked need not be able to read the live document.
        """
        if self.activity_id:
            return
        slot = self.with_context(lang=self.user_id.lang)
        deadline = self.due_at or fields.Datetime.now()
        today = fields.Date.context_today(self)
        link = Markup('<a href="%s">%s</a>') % (MY_WORK, slot.env._("Open My Work"))
        activity = self.env["mail.activity"]
        if deadline.date() > today:
            # a mail only when it is due today: the morning's summary tells the rest
            activity = activity.with_context(mail_activity_quick_update=True)
        activity = activity.create(
            {
                "activity_type_id": self.env.ref("customer_delivery.mail_activity_type_signoff").id,
                "user_id": self.user_id.id,
                "date_deadline": max(deadline.date(), today),
                "summary": slot.env._(
                    "%(step)s: %(document)s", step=slot.step_name, document=slot.document_name
                ),
                "note": link,
            }
        )
        self.write(Granted(activity_id=activity.id))

    # === THE CUSTOMER'S PEOPLE === #

    def _get_request_url(self):
        """Return where this contact answers: his page, else his personal link, else nothing."""
        self.ensure_one()
        methods = self.step_id._get_methods()
        has_login = any(user.active for user in self.partner_id.user_ids)
        if has_login and "login" in methods:
            return f"/my/delivery/sign/{self.id}"
        if "link" not in methods:
            return ""
        if not self.link_nonce or self.link_until < fields.Datetime.now():
            self._renew_link()
        return self._get_link_url()

    def _get_copy_url(self):
        """Return where this contact finds what he signed."""
        self.ensure_one()
        if any(user.active for user in self.partner_id.user_ids):
            return "/my/delivery/documents"
        now = fields.Datetime.now()
        if "link" in self.step_id._get_methods():
            if not self.link_nonce or self.link_until < now:
                self._renew_link()
            return self._get_link_url()
        return "/my/delivery/documents"

    def _mail_request(self, key="signoff.asked", subject=None):
        """Ask the contact by mail; whoever signs on paper or with us gets none.

        :param subject: callable ``env -> text``; by default that the document waits to be signed
        """
        url = self._get_request_url()
        if not url:
            return self.env["delivery.notice"]
        row, name = self.round_id, self.document_name
        said = [lambda env: self.meaning]
        if row.note:
            said.append(row.note)
        return self.env["delivery.notice"]._mail_customer(
            self.partner_id,
            subject or (lambda env: env._("Please read and sign: %(document)s", document=name)),
            said,
            self,
            urgent=True,
            due=self.due_at.date() if self.due_at else None,
            url=url,
            button=lambda env: env._("Read and Sign"),
            key=f"{key}|{self.id}",
        )
