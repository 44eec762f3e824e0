from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tools import format_list

from .signoff_round_step import ASKED

ENDED_CHANGES = ("closed", "rejected", "withdrawn")
ENDED_REQUIREMENTS = ("accepted", "cancelled")


class ProjectProject(models.Model):
    """Handing over a project: all open matters of one person move to another in one step."""

    _inherit = "project.project"

    def action_open_hand_over(self):
        """Open the dialog that hands the open matters of one person over."""
        self.ensure_one()
        return self._open_delivery_dialog("project.delivery.handover", self.env._("Hand Over"))

    def action_hand_over(self, from_user_id, to_user_id, reason=""):
        """Move all open matters of one person in this project to another.

        :param int from_user_id: who had them
        :param int to_user_id: who has them from now on; one of ours with a role in delivery
        :param str reason: said in the history of the project
        :return: dictionary with ``moved`` {what: number} and ``left`` (list of texts)
        :raises AccessError: for others than those who run the project
        """
        project = self._delivery_entry()
        guard = self.env["delivery.guarded.mixin"]
        users = project.env["res.users"]
        before = users.browse(guard._entry_id(from_user_id) or 0).exists()
        after = users.browse(guard._entry_id(to_user_id) or 0).exists()
        reason = guard._entry_text(reason)
        project._check_hand_over(before, after)
        # who takes over sees the project before the first matter is his
        project.sudo().message_subscribe(partner_ids=after.sudo().partner_id.ids)
        moved, left = {}, []
        for model, name, domain in project._get_handover_models():
            records = project._find_handover(model, name, domain, before)
            count = project._hand_over_records(records, name, before, after, left)
            if count:
                moved[project.env[model]._description] = count
        activities = project._hand_over_activities(before, after)
        if activities:
            moved[project.env["mail.activity"]._description] = activities
        slots = project._hand_over_slots(before, after, reason, left)
        if slots:
            moved[project.env["signoff.slot"]._description] = slots
        # last: who hands his own project over may do no more afterwards
        if project.user_id == before:
            project.sudo().write({"user_id": after.id})
            moved[project._fields["user_id"]._description_string(project.env)] = 1
        project._log_hand_over(before, after, reason, moved)
        return {"moved": moved, "left": left}

    def _check_hand_over(self, before, after):
        after_sudo = after.sudo()
        if not before or not after or before == after:
            raise UserError(self.env._("Please choose two people."))
        if (
            not after_sudo.active
            or after_sudo.share
            or self._get_delivery_company() not in after_sudo.company_ids
            or not after_sudo.has_group("customer_delivery.group_delivery_user")
        ):
            raise UserError(
                self.env._(
                    "%(person)s has no role in delivery in this company. Ask an administrator to "
                    "give one first.",
                    person=after_sudo.name,
                )
            )

    def _get_handover_models(self):
        """Return [(model, field of the person, domain of what is open)].

        Override it to let further documents move; each model has ``project_id`` or is reached by
        a domain that names the project.
        """
        mine = Domain("project_id", "=", self.id)
        return [
            (
                "project.requirement",
                "user_id",
                mine & Domain("stage_id.kind", "not in", ENDED_REQUIREMENTS),
            ),
            ("project.task", "user_ids", mine & Domain("is_closed", "=", False)),
            ("project.change", "user_id", mine & Domain("stage_id.kind", "not in", ENDED_CHANGES)),
            (
                "project.change.impact",
                "assessor_id",
                Domain("change_id.project_id", "=", self.id)
                & Domain("assessed_at", "=", False)
                & Domain("change_id.stage_id.kind", "not in", ENDED_CHANGES),
            ),
            (
                "project.acceptance.issue",
                "user_id",
                mine & Domain("state", "in", ("open", "fixed")),
            ),
        ]

    def _get_handover_documents(self):
        """Return the models whose activities move with the project."""
        return ("project.task", "project.requirement", "project.change", "project.acceptance")

    def _find_handover(self, model, name, domain, user):
        """Return what is open with ``user``, of what the caller may see."""
        return self.env[model].search(domain & Domain(name, "in", user.ids))

    def _hand_over_records(self, records, name, before, after, left):
        """Move the person in the field ``name``; what cannot move is named in ``left``."""
        if not records:
            return 0
        if records._fields[name].type == "many2one":
            vals = {name: after.id}
        else:
            vals = {name: [Command.unlink(before.id), Command.link(after.id)]}
        try:
            with self.env.cr.savepoint():
                records.write(vals)
            return len(records)
        except (UserError, AccessError) as error:
            if len(records) == 1:
                left.append(f"{records.display_name}: {error}")
                return 0
        # one of them is locked: the others move
        return sum(self._hand_over_records(record, name, before, after, left) for record in records)

    def _hand_over_activities(self, before, after):
        """Move planned activities on documents of this project; return how many."""
        domain = Domain("res_model", "=", self._name) & Domain("res_id", "=", self.id)
        for model in self._get_handover_documents():
            # of whatever the documents are: their people change, not what they say
            ids = self.env[model].sudo()._search([("project_id", "=", self.id)])
            domain |= Domain("res_model", "=", model) & Domain("res_id", "in", ids)
        # tasks of a colleague are not for others to write: this method is how they move
        activities_sudo = (
            self.env["mail.activity"].sudo().search(domain & Domain("user_id", "=", before.id))
        )
        activities_sudo.with_context(mail_activity_quick_update=True).write({"user_id": after.id})
        return len(activities_sudo)

    def _hand_over_slots(self, before, after, reason, left):
        """Ask the other person for the decisions that wait; return how many."""
        slots = self.env["signoff.slot"].search(
            [
                ("project_id", "=", self.id),
                ("user_id", "=", before.id),
                ("state", "in", ASKED),
            ]
        )
        reason = reason or self.env._("Handed over to %s", after.sudo().name)
        count = 0
        for slot in slots:
            try:
                with self.env.cr.savepoint():
                    slot.action_replace(after.sudo().partner_id.id, reason)
                count += 1
            except (UserError, AccessError) as error:
                left.append(f"{slot.document_name}: {error}")
        return count

    def _log_hand_over(self, before, after, reason, moved):
        parts = format_list(self.env, [f"{what}: {count}" for what, count in moved.items()])
        self.sudo()._message_log(
            body=self.env._(
                "Handed over from %(before)s to %(after)s. %(parts)s. %(reason)s",
                before=before.sudo().name,
                after=after.sudo().name,
                parts=parts or self.env._("Nothing was open"),
                reason=reason,
            ).strip(),
            author_id=self.env.user.partner_id.id,
        )
