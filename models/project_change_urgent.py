from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..core.grant import Granted
from .project_change_stage import CLOSED_KINDS

RATIFY_ACTIVITY = "customer_delivery.mail_activity_type_change_ratify"


class ProjectChange(models.Model):
    """Urgent changes (先做后补): done first, ratified within the hours that their type allows."""

    _inherit = "project.change"

    date_done_first = fields.Datetime(string="Done First On", readonly=True, copy=False)
    done_in_freeze = fields.Boolean(
        string="In a Freeze Period",
        readonly=True,
        copy=False,
        help="Urgent, and sent or done while no change should come into effect. Steps of approval "
        "flows may ask for a release.",
    )
    ratify_due = fields.Datetime(string="Ratify Until", readonly=True, copy=False)
    date_ratified = fields.Datetime(string="Ratified On", readonly=True, copy=False)
    ratify_reminded = fields.Boolean(readonly=True, copy=False, export_string_translation=False)
    is_unratified = fields.Boolean(
        string="Not Ratified", compute="_compute_is_unratified", search="_search_is_unratified"
    )
    is_ratify_overdue = fields.Boolean(
        string="Ratification Overdue",
        compute="_compute_is_unratified",
        search="_search_is_ratify_overdue",
    )
    can_do_first = fields.Boolean(compute="_compute_can", export_string_translation=False)

    _unratified_idx = models.Index(
        "(ratify_due) WHERE ratify_due IS NOT NULL AND date_ratified IS NULL"
    )

    # === COMPUTE METHODS === #

    @api.depends("date_done_first", "date_ratified", "ratify_due", "stage_id")
    def _compute_is_unratified(self):
        now = fields.Datetime.now()
        for change in self:
            change.is_unratified = (
                bool(change.date_done_first)
                and not change.date_ratified
                and change.stage_id.kind not in ("rejected", "withdrawn")
            )
            change.is_ratify_overdue = change.is_unratified and change.ratify_due < now

    def _search_is_unratified(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return self._get_unratified_domain()

    def _search_is_ratify_overdue(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return self._get_unratified_domain() & Domain("ratify_due", "<", "now")

    @api.model
    def _get_unratified_domain(self):
        return (
            Domain("ratify_due", "!=", False)
            & Domain("date_ratified", "=", False)
            & Domain("stage_id.kind", "not in", ("rejected", "withdrawn"))
        )

    @api.depends("type_id", "date_done_first")
    def _compute_can(self):
        super()._compute_can()
        for change in self:
            change.can_do_first = (
                change.type_id.kind == "urgent"
                and not change.date_done_first
                and change.decision == "none"
                and change.stage_id.kind in ("new", "assess", "approve")
            )

    # === ACTION METHODS === #

    def action_do_first(self):
        """Carry these urgent changes out before they are approved; works on many.

        One line is enough for that. Reason and content are needed to have it ratified.
        """
        changes = self._entry()
        changes.check_access("write")
        for change in changes:
            if not change.can_do_first:
                raise UserError(
                    self.env._(
                        "%(change)s cannot be done before it is approved: only urgent changes "
                        "that nobody has decided on can.",
                        change=change.display_name,
                    )
                )
            hours = change.type_id.sudo().ratify_hours
            now = fields.Datetime.now()
            change.write(Granted(date_done_first=now, ratify_due=now + timedelta(hours=hours)))
            change._note_freeze()
            change._note_submitted()
            if change.stage_id.kind != "approve":
                change._enter("implement")
        return True

    # === BUSINESS METHODS === #

    def _note_freeze(self):
        """Keep that an urgent change was done although nothing should change now."""
        self.ensure_one()
        if not self.done_in_freeze and self.env["project.change.freeze"]._find(self.project_id):
            self.write(Granted(done_in_freeze=True))

    def _note_freeze_when_sent(self):
        """Keep that an urgent change is asked for now, so that its flow asks for a release."""
        if self.type_id.kind == "urgent" and not self.date_applied:
            self._note_freeze()

    def _is_released_for_freeze(self):
        """Tell whether somebody above the project agrees that it comes into effect in a freeze.

        What is done first is released when it is ratified.
        """
        self.ensure_one()
        manager = "customer_delivery.group_delivery_manager"
        if self.date_done_first or self.env.user.has_group(manager):
            return True
        # who has decided, whoever may read the round
        row = self.env["signoff.round"].sudo()._get_last(self).get(self.id)
        if not row or row.state != "approved":
            return False
        slots_sudo = row.decision_ids.slot_id
        users_sudo = (slots_sudo | slots_sudo.on_behalf_slot_id).user_id
        return any(user.has_group(manager) for user in users_sudo)

    def _get_freeze_problems(self):
        problems = super()._get_freeze_problems()
        if self.type_id.kind != "urgent" or not problems:
            return problems
        if self._is_released_for_freeze():
            return []
        return [
            *problems,
            self.env._(
                "%(change)s is urgent: a delivery manager may put it into effect all the same.",
                change=self.display_name,
            ),
        ]

    def _after_apply(self):
        if self.type_id.kind == "urgent":
            self._note_freeze()
        super()._after_apply()

    def _may_be_carried_out(self):
        done_first = bool(self.date_done_first) and self.decision in ("none", "deferred")
        return done_first or super()._may_be_carried_out()

    def _enter_approved(self):
        done_first = self.filtered("date_done_first")
        super(ProjectChange, self - done_first)._enter_approved()
        done_first.write(Granted(date_ratified=fields.Datetime.now()))
        for change in done_first:
            change._confirm_applied()
            if change.stage_id.kind in ("approve", "hold"):
                change._enter("implement", "approve")
            if change.date_applied:
                change._after_apply()
        done_first._close_ratify_activities()

    def _confirm_applied(self):
        """Let requirements count as confirmed as this change, now ratified, has left them."""
        self.ensure_one()
        # versions of other changes that came later are confirmed by those
        mine = self.version_ids.requirement_id.filtered(
            lambda requirement: requirement.current_version_id in self.version_ids
        )
        agreed = mine.filtered(lambda requirement: requirement.content_lock == "agreed")
        agreed._confirm_as_it_stands()
        new = (mine - agreed) & self.line_ids.created_requirement_id
        if new:
            new._enter_decided(self.mode_id, "confirmed")

    def _get_move_problems(self, stage):
        problems = super()._get_move_problems(stage)
        if stage.kind == "closed" and self.is_unratified:
            problems.append(
                self.env._("%(change)s has not been ratified yet.", change=self.display_name)
            )
        return problems

    def _after_stage_move(self):
        super()._after_stage_move()
        ended = self.filtered(lambda change: change.stage_id.kind in CLOSED_KINDS)
        ended._close_ratify_activities()

    # === CRON === #

    @api.model
    def _cron_remind_unratified(self, batch_size=100):
        """Tell the project manager once of every urgent change that was not ratified in time.

        Each is committed by itself, so that a run that is killed goes on where it stopped.
        """
        domain = (
            self._get_unratified_domain()
            & Domain("ratify_due", "<", fields.Datetime.now())
            & Domain("ratify_reminded", "=", False)
        )
        cron = self.env["ir.cron"]
        left = self.search_count(domain)
        while changes := self.search(domain, order="ratify_due, id", limit=batch_size):
            # a worker that does the same at this moment keeps what it has locked
            locked = changes.try_lock_for_update()
            if not locked:
                return
            for change in locked:
                change._remind_unratified()
                left -= 1
                if not cron._commit_progress(1, remaining=max(left, 0)):
                    return

    def _remind_unratified(self):
        self.ensure_one()
        self.write(Granted(ratify_reminded=True))
        user = self.project_id.user_id or self.user_id or self.create_uid
        if user.active and self.with_user(user).has_access("read"):
            change = self.with_context(lang=user.lang, mail_activity_quick_update=True)
            change.activity_schedule(
                RATIFY_ACTIVITY,
                summary=change.env._("Urgent change not ratified in time"),
                user_id=user.id,
                date_deadline=fields.Date.context_today(self),
            )

    def _close_ratify_activities(self):
        activities_sudo = self.env["mail.activity"].sudo()
        activities_sudo.search(
            Domain("res_model", "=", self._name)
            & Domain("res_id", "in", self.ids)
            & Domain("activity_type_id", "=", self.env.ref(RATIFY_ACTIVITY).id)
        ).action_feedback()
