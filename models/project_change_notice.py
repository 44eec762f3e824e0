from markupsafe import Markup

from odoo import models
from odoo.fields import Domain
from odoo.tools import format_list

NAMED_AT_MOST = 5
SHOWN_AT_MOST = 20


class ProjectChange(models.Model):
    """Who is told that a change is in effect: owners of tasks it touches, and the customer."""

    _inherit = "project.change"

    def _log_applied(self, requirements, moved, tasks):
        super()._log_applied(requirements, moved, tasks)
        self._tell_task_owners(requirements)
        self._tell_customer_applied()

    # === OUR PEOPLE === #

    def _tell_task_owners(self, requirements):
        """Give everybody who works on a requirement that changed one activity, not one a task."""
        self.ensure_one()
        # open tasks, whether or not the user sees them
        links_sudo = self.env["project.requirement.link"].sudo()
        tasks_sudo = links_sudo.search(
            Domain("requirement_id", "in", requirements.ids)
            & Domain("task_id.is_closed", "=", False)
        ).task_id
        by_user = {}
        for task in tasks_sudo:
            for user in task.user_ids.filtered("active"):
                by_user[user] = by_user.get(user, tasks_sudo.browse()) | task
        for user, tasks in by_user.items():
            if user == self.env.user or not self.with_user(user).has_access("read"):
                continue
            names = tasks[:NAMED_AT_MOST].mapped("name") + ["…"] * (len(tasks) > NAMED_AT_MOST)
            change_sudo = self.sudo().with_context(lang=user.lang, mail_activity_quick_update=True)
            change_sudo.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=user.id,
                summary=change_sudo.env._("In effect: it changes what your tasks are for"),
                note=format_list(change_sudo.env, names),
            )

    # === THE CUSTOMER === #

    def _tell_customer_applied(self):
        """Tell the customer what is in effect now; what is our own matter stays with us."""
        self.ensure_one()
        kind = self.type_id.kind
        change_sudo = self.sudo()
        erratum = kind == "erratum"
        if kind == "internal" or not (erratum or change_sudo._is_published()):
            return
        number = self._get_full_number()
        # a link is enough where the customer reads what he has signed before
        redline = self._get_published_redline() if erratum else []
        for partner in self._get_told_of_apply():
            self.env["delivery.notice"]._mail_customer(
                partner,
                lambda env: (
                    env._("Wording corrected: %s", number)
                    if erratum
                    else env._("Change in effect: %s", number)
                ),
                [
                    self.name,
                    lambda env: (
                        env._("What was confirmed stays confirmed; only its wording changed.")
                        if erratum
                        else env._("The change is in effect.")
                    ),
                    *redline,
                ],
                self,
                # a correction of what was confirmed is told in every mode
                news=not erratum,
                url=None if change_sudo._is_published() else "/my/delivery",
                key=f"change-applied-{self.id}-{partner.id}",
            )

    def _get_told_of_apply(self):
        """Return the contacts who are told: who asked, of an erratum those who confirmed."""
        if self.type_id.kind != "erratum":
            return self.requester_id
        parties_sudo = self.project_id.sudo().delivery_party_ids.filtered(
            lambda party: party.is_current and party.side == "customer" and party.may_read
        )
        return parties_sudo.partner_id.filtered(lambda partner: not partner.is_company)

    def _get_published_redline(self):
        """Return before and after of the requirements that the customer sees, as paragraphs."""
        return [
            Markup("%s%s") % (Markup("<b>%s</b>") % line.display_name, Markup(line.redline or ""))
            # the rest is read on the page
            for line in self.sudo().line_ids[:SHOWN_AT_MOST].with_prefetch()
            if not line.requirement_id or line.requirement_id._is_published()
        ]
