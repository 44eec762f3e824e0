from odoo import models
from odoo.fields import Domain

CONDITION_ACTIVITY = "customer_delivery.mail_activity_type_change_condition"
DEFERRED_ACTIVITY = "customer_delivery.mail_activity_type_change_deferred"


class ProjectChange(models.Model):
    """Who has to think of what was decided: conditions to meet, changes put off until a day."""

    _inherit = "project.change"

    def _note_conditions(self, row):
        conditions = super()._note_conditions(row)
        for condition in conditions:
            self._remind(
                CONDITION_ACTIVITY,
                condition.user_id,
                lambda env: env._("Meet a condition of the approval"),
                note=condition.name,
            )
        return conditions

    def write(self, vals):
        result = super().write(vals)
        if "deferred_until" in vals:
            self._remind_deferred()
        return result

    def _remind_deferred(self):
        """Let the owner look again, on their day, at changes that were put off."""
        self._close_reminders(DEFERRED_ACTIVITY)
        for change in self.filtered("deferred_until"):
            change._remind(
                DEFERRED_ACTIVITY,
                change.user_id or change.sudo().project_id.user_id,
                lambda env: env._("Put off until today: decide anew"),
                date_deadline=change.deferred_until,
            )

    def _remind(self, activity, user, say, **values):
        self.ensure_one()
        # whoever decides needs no right on activities of colleagues
        if user.active and self.with_user(user).has_access("read"):
            change_sudo = self.sudo().with_context(lang=user.lang, mail_activity_quick_update=True)
            change_sudo.activity_schedule(
                activity, user_id=user.id, summary=say(change_sudo.env), **values
            )

    def _close_reminders(self, activity):
        self.env["mail.activity"].sudo().search(
            Domain("res_model", "=", self._name)
            & Domain("res_id", "in", self.ids)
            & Domain("activity_type_id", "=", self.env.ref(activity).id)
        ).action_feedback()

    def _after_conditions_met(self):
        """Called when conditions of these changes were met."""
        done = self.filtered(lambda change: not change.open_condition_count)
        done._close_reminders(CONDITION_ACTIVITY)
