from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..core.grant import Granted

LONGEST = 5000


class ProjectChange(models.Model):
    """Questions about a change, asked and answered in both directions."""

    _inherit = "project.change"

    inquiry_ids = fields.One2many(
        "project.change.inquiry", "change_id", string="Questions", readonly=True
    )
    asks_customer = fields.Boolean(
        string="Waits for an Answer of the Customer",
        compute="_compute_open_inquiries",
        search="_search_asks_customer",
    )
    asks_us = fields.Boolean(
        string="Waits for Our Answer",
        compute="_compute_open_inquiries",
        search="_search_asks_us",
    )

    @api.depends("inquiry_ids.answered_at")
    def _compute_open_inquiries(self):
        for change in self:
            open_rows = change.inquiry_ids.filtered(lambda row: not row.answered_at)
            asked = set(open_rows.mapped("asks"))
            change.asks_customer = "customer" in asked
            change.asks_us = bool(asked - {"customer"})

    def _search_asks_customer(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return self._get_open_inquiry_domain(("customer",))

    def _search_asks_us(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return self._get_open_inquiry_domain(("us", "internal"))

    @api.model
    def _get_open_inquiry_domain(self, asked):
        rows = Domain("answered_at", "=", False) & Domain("asks", "in", asked)
        return Domain("inquiry_ids", "any", rows)

    # === ACTION METHODS === #

    def action_ask_customer(self, question):
        """Ask the customer's person who wanted this change; the answer comes in the portal.

        :param str question: what is asked
        :raises UserError: when nobody is named, or the customer does not see the change
        """
        change = self._entry()
        change.ensure_one()
        change.check_access("write")
        question = change._entry_words(question)
        if not change.requester_id:
            raise UserError(self.env._("Please name the customer's person who asked for it."))
        if not change.sudo()._is_published():
            raise UserError(
                self.env._("The customer does not see this change yet. Choose what he sees first.")
            )
        inquiry_sudo = change._note_inquiry("customer", question, self.env.user.partner_id)
        change._mail_inquiry(inquiry_sudo, question)
        return True

    def action_answer(self, inquiry_id, answer):
        """Answer a question about this change; the customer's answer is recorded for him.

        :param int inquiry_id: the question
        :param str answer: what is answered
        """
        change = self._entry()
        change.ensure_one()
        change.check_access("write")
        inquiry_sudo = change._get_open_inquiry(inquiry_id)
        if inquiry_sudo.asks == "customer":
            change._note_answer(
                inquiry_sudo, answer, change.requester_id, recorded_by_id=self.env.uid
            )
        else:
            change._note_answer(inquiry_sudo, answer, self.env.user.partner_id)
            if inquiry_sudo.asks == "us":
                change._mail_answer(inquiry_sudo)
        return True

    # === BUSINESS METHODS === #

    def _answer_as_customer(self, inquiry_id, answer):
        """Keep what a customer answered in the portal; the caller has checked who it is."""
        self.ensure_one()
        inquiry_sudo = self._get_open_inquiry(inquiry_id)
        if inquiry_sudo.asks != "customer":
            raise AccessError(self.env._("This question is not for you."))
        self._note_answer(inquiry_sudo, answer, self.env.user.partner_id)
        self._tell_owner(lambda env: env._("The customer has answered: read it"))

    def _get_open_inquiry(self, inquiry_id):
        wanted = self._entry_id(inquiry_id)
        # what the change shows to whoever may see the change
        found_sudo = self.sudo().inquiry_ids.filtered(lambda row: row.id == wanted)
        if not found_sudo or found_sudo.answered_at:
            raise UserError(self.env._("This question does not wait for an answer any more."))
        return found_sudo

    @api.model
    def _entry_words(self, text):
        words = self._entry_text(text)
        if not words:
            raise UserError(self.env._("Please write something."))
        return words[:LONGEST]

    def _note_inquiry(self, asks, question, partner, name=None):
        partner_sudo = partner.sudo()
        # no right on rows: named methods are their only door
        return (
            self.env["project.change.inquiry"]
            .sudo()
            .create(
                Granted(
                    change_id=self.id,
                    asks=asks,
                    question=question,
                    asked_by=name or partner_sudo.name,
                    asked_by_id=partner_sudo.id,
                    asked_at=fields.Datetime.now(),
                )
            )
        )

    def _note_answer(self, inquiry_sudo, answer, partner, **control):
        partner_sudo = partner.sudo()
        inquiry_sudo.write(
            Granted(
                answer=self._entry_words(answer),
                answered_by=partner_sudo.name,
                answered_by_id=partner_sudo.id,
                answered_at=fields.Datetime.now(),
                **control,
            )
        )

    def _tell_owner(self, say):
        """Ask the owner of this change to look at it, in his language."""
        self.ensure_one()
        change_sudo = self.sudo()
        user = change_sudo.user_id or change_sudo._get_contact_user()
        # what a customer does never fails because somebody of ours cannot open it
        if user.active and self.with_user(user).has_access("read"):
            change_sudo = change_sudo.with_context(lang=user.lang, mail_activity_quick_update=True)
            change_sudo.activity_schedule(
                "mail.mail_activity_data_todo", user_id=user.id, summary=say(change_sudo.env)
            )

    def _mail_inquiry(self, inquiry_sudo, question):
        number = self._get_full_number()
        self.env["delivery.notice"]._mail_customer(
            self.requester_id,
            lambda env: env._("A question about your change request %s", number),
            [question],
            self,
            button=lambda env: env._("Answer"),
            key=f"change-inquiry-{inquiry_sudo.id}",
        )

    def _mail_answer(self, inquiry_sudo):
        number = self._get_full_number()
        if inquiry_sudo.asked_by_id and self.sudo()._is_published():
            self.env["delivery.notice"]._mail_customer(
                inquiry_sudo.asked_by_id,
                lambda env: env._("Our answer about the change request %s", number),
                [inquiry_sudo.question, inquiry_sudo.answer],
                self,
                key=f"change-answer-{inquiry_sudo.id}",
            )

    # === WHO IS ASKED TO DECIDE ASKS BACK === #

    def _signoff_on_event(self, name, row):
        super()._signoff_on_event(name, row)
        if name == "asked":
            self._note_asked_back(row.sudo())

    def _note_asked_back(self, row_sudo):
        decision_sudo = row_sudo.decision_ids.filtered(lambda each: each.verdict == "ask")[-1:]
        if not decision_sudo:
            return
        partner_sudo = decision_sudo.slot_id.partner_id or decision_sudo.slot_id.user_id.partner_id
        internal = decision_sudo.step_id.side == "supplier"
        self._note_inquiry(
            "internal" if internal else "us",
            decision_sudo.comment,
            partner_sudo,
            decision_sudo.person_name,
        )
        person = decision_sudo.person_name
        self._tell_owner(lambda env: env._("%(person)s asks before deciding", person=person))

    def _get_waits_for(self):
        kind = self.stage_id.kind
        if kind in ("new", "assess") and self.asks_customer:
            return self.requester_id.sudo().name
        return super()._get_waits_for()

    # === THE CUSTOMER'S LISTS === #

    @api.model
    def _get_portal_questions(self):
        """Return the questions (superuser) that wait for the customer's contact, oldest first."""
        # a customer has no right on questions; these are about what he may read
        changes_sudo = self.sudo().search(
            self._get_audience_domain() & self._get_open_inquiry_domain(("customer",))
        )
        return changes_sudo.inquiry_ids.filtered(
            lambda row: row.asks == "customer" and not row.answered_at
        ).sorted("id")
