from odoo import api, models
from odoo.fields import Domain
from odoo.tools import plaintext2html


class SignoffSlot(models.Model):
    """What the people of a customer see of what they are asked."""

    _inherit = "signoff.slot"

    @api.model
    def _get_contact_domain(self, partner):
        """Return the domain of what a contact outside is asked, or was."""
        return Domain("partner_id", "=", partner.id) & Domain("user_id", "=", False)

    @api.model
    def _get_contact_rounds_domain(self, partner):
        """Return the domain of rounds of which a contact keeps a copy: he was asked, and not
        somebody else in his place, and the round has ended or has his answer.
        """
        slots_sudo = self.sudo()
        own = self._get_contact_domain(partner)
        replaced = slots_sudo.search_fetch(
            own & Domain("replaces_slot_id", "=", False) & Domain("state", "=", "void"), ["id"]
        )
        gone = slots_sudo.search_fetch(
            Domain("replaces_slot_id", "in", replaced.ids), ["replaces_slot_id"]
        ).replaces_slot_id
        answered = Domain("slot_ids", "any", own & Domain("state", "=", "done"))
        asked = Domain("slot_ids", "any", own & Domain("id", "not in", gone.ids))
        ended = Domain("state", "in", ("approved", "rejected", "void"))
        return answered | (asked & ended)

    def _get_verbs(self):
        """Return {slot id: the one word on the button that opens it}."""
        verbs = {model: self.env[model]._signoff_verb() for model in set(self.mapped("res_model"))}
        return {slot.id: verbs[slot.res_model] for slot in self}

    def _get_closed_reason(self):
        """Return in one sentence why this slot can no longer be answered, or nothing."""
        self.ensure_one()
        row = self.round_id
        if self.state == "done" or (self.state == "pending" and row.state == "running"):
            return ""
        reasons = {
            "withdrawn": self.env._("We have taken this request back."),
            "reset": self.env._("The content has changed. You will be asked again."),
            "expired": self.env._("The time to answer has run out."),
            "void": self.env._("This does not count any more."),
            "asked": self.env._("Somebody has asked a question first. We will come back to you."),
            "deferred": self.env._("The decision was put off. We will come back to you."),
            "rejected": self.env._("Somebody else has refused already."),
        }
        if row.state in reasons:
            return reasons[row.state]
        if self.search_count([("replaces_slot_id", "=", self.id)], limit=1):
            return self.env._("Somebody else is asked instead of you.")
        return self.env._("Somebody else has answered already. You need not do anything.")

    def _get_contact(self):
        """Return our person (superuser) whom the signatory may call."""
        self.ensure_one()
        row_sudo = self.sudo().round_id
        return row_sudo.project_id.user_id or row_sudo.author_id

    def _hand_over(self, name, phone):
        """The signatory names a colleague who should sign; a person of ours takes care of it.

        Pressing twice makes no second task.
        """
        self.ensure_one()
        slot_sudo = self.sudo()
        manager = slot_sudo._get_contact()
        # a task for us, in our language
        ours = slot_sudo.with_context(lang=manager.lang)
        summary = ours.env._(
            "%(person)s names somebody else to sign “%(document)s”",
            person=slot_sudo.person_name,
            document=slot_sudo.document_name,
        )
        note = plaintext2html(f"{name}, {phone}" if phone else name)
        known = slot_sudo.project_id.activity_ids.filtered(
            lambda activity: activity.summary == summary and activity.user_id == manager
        )
        if known:
            known[:1].note = note
            return
        slot_sudo.project_id.activity_schedule(
            "mail.mail_activity_data_todo", user_id=manager.id, summary=summary, note=note
        )
