from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..core.grant import Granted

SUBMITTED_EVENT = "acceptance.submitted"
SIGNED_EVENT = "acceptance.signed"
REVOKED_EVENT = "acceptance.revoked"
RETURNED = ("rejected", "returned", "asked", "deferred", "reset", "expired")


class ProjectAcceptance(models.Model):
    """Signing an acceptance: both sides decide on a snapshot, and what follows from it."""

    _inherit = "project.acceptance"

    # === ACTION METHODS === #

    def action_send(self):
        """Send these acceptances to those who sign, by the flow of the delivery mode."""
        self.action_send_signoff()
        return True

    def action_revoke(self, reason):
        """Revoke signed acceptances (作废); works on many.

        They stay readable as they were signed. A milestone that was reached stays reached: it
        may have been invoiced; its people are told.

        :param str reason: why
        :raises AccessError: for others than delivery managers
        """
        acceptances = self._entry()
        acceptances.check_access("write")
        self.env["signoff.void"]._check_may_void()
        reason = acceptances._entry_text(reason)
        if not reason:
            raise UserError(self.env._("Please say why it is revoked."))
        for acceptance in acceptances:
            acceptance._check_step("revoke")
            last = acceptance.signoff_round_id
            if last.state == "approved":
                last.action_void(reason)
            else:
                # deemed accepted: no round was signed
                acceptances.env["signoff.void"]._void(acceptance._get_deemed(), reason)
                acceptance._revoke(reason)
        return True

    def _get_worded_actions(self):
        return {
            **super()._get_worded_actions(),
            "action_revoke": (
                self.env._("Revoke"),
                self.env._(
                    "Why does this acceptance not count any more? It stays readable, and a "
                    "milestone that was reached stays reached."
                ),
                "reason",
            ),
            "action_withdraw_signoff": (
                self.env._("Withdraw"),
                self.env._("Why are those who sign not asked any more?"),
                "reason",
            ),
            "action_reopen": (
                self.env._("Open Again"),
                self.env._("What has to be checked or written again?"),
                "reason",
            ),
        }

    # === HOOKS OF ROUNDS === #

    def _signoff_check_start(self):
        for acceptance in self:
            if acceptance.state != "concluded":
                raise UserError(
                    self.env._(
                        "%(acceptance)s has no conclusion yet. Conclude it, then both sides sign.",
                        acceptance=acceptance.display_name,
                    )
                )

    @api.model
    def _signoff_verb(self):
        return self.env._("Accept")

    def _signoff_title(self):
        self.ensure_one()
        return self.env._(
            "%(kind)s of %(project)s (%(number)s)",
            kind=self.name,
            project=self.sudo().project_id.name,
            number=self.number,
        )

    def _signoff_get_lang(self):
        return self._get_document_lang()

    def _signoff_get_authors(self):
        self.ensure_one()
        return super()._signoff_get_authors() | self.concluded_by_id

    def _signoff_get_assessors(self):
        self.ensure_one()
        return self.item_ids.check_user_id

    def _signoff_on_event(self, name, row):
        # what was signed stays locked also when it counts no more
        if name != "voided":
            super()._signoff_on_event(name, row)
        # whoever decides needs no right to edit the acceptance
        for acceptance in self.sudo():
            if name == "approved":
                acceptance._note_conditions(row)
                acceptance._sign(acceptance._get_day_signed(row))
            elif name == "voided":
                acceptance._revoke(row.end_reason or "")
            elif name in RETURNED:
                if name == "rejected":
                    # refused for good: what comes next is another round of checking
                    acceptance._move("fail")
                acceptance._notify_returned(row)

    def _signoff_restart(self, row, from_key):
        if row.state == "reset":
            # somebody concludes what has changed, then sends it
            return row.browse()
        return super()._signoff_restart(row, from_key)

    # === BUSINESS METHODS === #

    def _get_day_signed(self, row):
        """Return the day on which the last one signed, as stated where it was on paper."""
        decisions_sudo = row.sudo().decision_ids
        days = [decision.occurred_on for decision in decisions_sudo if decision.occurred_on]
        return max(days) if days else fields.Date.context_today(self)

    def _sign(self, day):
        """Both sides have signed, or the acceptance is deemed: what that means for the parts."""
        self.ensure_one()
        if self.conclusion == "fail":
            self._move("fail")
            return
        self._move("sign", signed_on=day)
        self._after_signing(day)

    def _after_signing(self, day):
        self.ensure_one()
        self.deliverable_ids._accept(day)
        self.env["delivery.event"]._emit(
            SIGNED_EVENT,
            self,
            payload={"conclusion": self.conclusion, "round": self.round, "deemed": self.deemed},
            key=lambda record: f"{SIGNED_EVENT}|{record.id}|{record.round}",
        )

    def _revoke(self, reason):
        """The acceptance counts no more; nothing that was reached is undone silently."""
        self.ensure_one()
        if self.state == "failed" and self.conclusion != "fail":
            # the refusal is void: it waits for signatures again
            self.sudo()._move("restore")
        if self.state != "signed":
            return
        # who may void was checked where it was asked for
        acceptance_sudo = self.sudo()
        acceptance_sudo._move(
            "revoke",
            revoke_reason=reason,
            revoked_by_id=self.env.uid,
            revoked_on=fields.Datetime.now(),
        )
        acceptance_sudo._release_deliverables()
        acceptance_sudo._message_log(body=self.env._("Revoked: %s", reason))
        self.env["delivery.event"]._emit(REVOKED_EVENT, self, payload={"reason": reason})

    def _release_deliverables(self):
        """Deliverables that no other acceptance has accepted are not accepted any more."""
        others = self.search(
            Domain("id", "not in", self.ids)
            & Domain("state", "=", "signed")
            & Domain("deliverable_ids", "in", self.deliverable_ids.ids)
        )
        (self.deliverable_ids - others.deliverable_ids)._release()

    def _note_conditions(self, row):
        """What the customer made a condition when he signed is followed up like an issue."""
        self.ensure_one()
        conditional = row.sudo().decision_ids.filtered(
            lambda decision: decision.verdict == "conditional" and decision.conditions
        )
        owner = self._get_responsible()
        issues = self.env["project.acceptance.issue"].create(
            [
                {
                    "name": decision.conditions,
                    "project_id": self.project_id.id,
                    "later_acceptance_id": self.id,
                    "origin": "condition",
                    "user_id": owner.id,
                }
                for decision in conditional
            ]
        )
        issues._ask_for_tasks()

    def _notify_returned(self, row):
        """Tell the person who runs the project that it was not signed."""
        self.ensure_one()
        user = self._get_responsible() or row.author_id
        states = dict(row._fields["state"]._description_selection(self.env))
        if user.active and self.with_user(user).has_access("read"):
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=user.id,
                summary=f"{row.name}: {states[row.state]}",
                note=row.end_reason or False,
            )

    # === OUTBOX === #

    def _signoff_get_told(self, row):
        # _tell_signed says more
        return self.env["res.users"]

    @api.model
    def _get_event_names(self):
        return {
            SUBMITTED_EVENT: self.env._("Acceptance given to the customer"),
            SIGNED_EVENT: self.env._("Acceptance signed"),
            REVOKED_EVENT: self.env._("Acceptance revoked"),
        }

    def _on_delivery_event(self, name, payload):
        if name == SUBMITTED_EVENT:
            self._tell_submitted()
        elif name == SIGNED_EVENT:
            self._tell_signed()
            self._mark_requirements_accepted()
        elif name == REVOKED_EVENT:
            self._tell_revoked(payload.get("reason", ""))

    def _tell_submitted(self):
        """Tell those who accept for the customer that the checklist waits for them."""
        self.ensure_one()
        if self.state != "customer":
            return
        contacts = self._get_customer_signers().partner_id.filtered(lambda p: not p.is_company)
        for contact in contacts:
            self.env["delivery.notice"]._mail_customer(
                contact,
                lambda env: env._(
                    "Please check: %(document)s",
                    document=self.with_context(lang=env.lang)._signoff_title(),
                ),
                [lambda env: env._("Everything is ready. Please check the items one by one.")],
                self,
                # light projects write for signatures only
                news=True,
                due=self.date_planned,
                url=self._get_contact_url(contact),
                button=lambda env: env._("Check the Items"),
                key=f"{SUBMITTED_EVENT}|{self.id}|{self.round}|{contact.id}",
            )

    def _tell_signed(self):
        """Tell who has to act on it: project, customer's account, and finance once."""
        self.ensure_one()
        project = self.project_id
        told = self.env["res.users"]
        for user in (project.user_id, self.commercial_partner_ref_id.user_id):
            if user and user not in told:
                told |= user
                self._tell(
                    user,
                    "customer_delivery.mail_activity_type_accepted",
                    lambda acceptance: acceptance.env._(
                        "%(acceptance)s was signed", acceptance=acceptance.display_name
                    ),
                    lambda acceptance: acceptance._choice(acceptance, "conclusion")["label"],
                )
        self._tell_payment()

    def _tell_payment(self):
        """Tell finance that a payment falls due, once whatever acceptances its milestone has."""
        self.ensure_one()
        if self.state != "signed" or self.payment_told or self._is_payment_known():
            return
        told = self._tell_finance(
            lambda acceptance: acceptance.env._(
                "Payment due: %(payment)s (%(percent)s %%)",
                payment=acceptance.payment_name,
                percent=f"{acceptance.payment_percent:g}",
            ),
            self.display_name,
        )
        if told:
            self.write(Granted(payment_told=True))

    def _tell_finance(self, get_summary, note):
        """Tell who sends the invoice of this acceptance's payment; return whether there is one."""
        self.ensure_one()
        finance = self.company_id.delivery_finance_user_id
        if not self.payment_name or not finance:
            return False
        self._tell(finance, "customer_delivery.mail_activity_type_payment", get_summary, note)
        return True

    def _is_payment_known(self):
        """Tell whether finance knows of this payment by another acceptance of its milestone."""
        self.ensure_one()
        return bool(
            self.milestone_id
            and self.search_count(
                Domain("milestone_id", "=", self.milestone_id.id)
                & Domain("payment_name", "=", self.payment_name)
                & Domain("state", "=", "signed")
                & Domain("payment_told", "=", True),
                limit=1,
            )
        )

    def _tell(self, user, activity_type, get_summary, note):
        """Give somebody an activity, or a notice where he cannot open the acceptance.

        :param get_summary: callable ``acceptance -> text``, called in his language
        :param note: text, or a callable as well
        """
        self.ensure_one()
        if not user.active:
            return
        own = self.with_context(lang=user.lang)
        summary = get_summary(own)
        note = note(own) if callable(note) else note
        if self.with_user(user).has_access("read"):
            own.activity_schedule(activity_type, user_id=user.id, summary=summary, note=note)
        else:
            own.message_notify(
                partner_ids=user.partner_id.ids, subject=summary, body=f"{summary}. {note}"
            )

    def _tell_revoked(self, reason):
        """Warn who runs the project; a milestone that was reached stays reached."""
        self.ensure_one()
        user = self.project_id.user_id or self._get_responsible()
        reached = self.milestone_id.filtered("is_reached")

        def summary(acceptance):
            if reached:
                return acceptance.env._(
                    "%(acceptance)s was revoked. The milestone %(milestone)s is still reached: "
                    "decide whether it stays so.",
                    acceptance=acceptance.display_name,
                    milestone=reached.name,
                )
            return acceptance.env._(
                "%(acceptance)s was revoked.", acceptance=acceptance.display_name
            )

        if user:
            self._tell(user, "customer_delivery.mail_activity_type_accepted", summary, reason)
        if self.payment_told:
            self._tell_finance(
                lambda acceptance: acceptance.env._(
                    "%(acceptance)s was revoked: %(payment)s is not due by it",
                    acceptance=acceptance.display_name,
                    payment=acceptance.payment_name,
                ),
                reason,
            )

    def _mark_requirements_accepted(self):
        """Move confirmed requirements whose items all passed to the mode's accepted stage."""
        self.ensure_one()
        if not self.kind_id.is_final or self.state != "signed":
            return
        items = self.item_ids.filtered(lambda item: item.requirement_id and not item.superseded)
        failed = items.filtered(lambda item: item.customer_verdict == "fail").requirement_id
        passed = items.filtered(lambda item: item.customer_verdict == "pass").requirement_id
        for requirement in passed - failed:
            stage = requirement.allowed_stage_ids.filtered(lambda s: s.kind == "accepted")[:1]
            if (
                stage
                and requirement.content_lock == "agreed"
                and requirement.stage_id.kind in ("confirmed", "done")
            ):
                requirement.write(Granted(stage_id=stage.id))
