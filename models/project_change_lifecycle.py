from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ..core.grant import Granted
from .project_change import APPROVED
from .project_change_stage import CLOSED_KINDS

# the way of a change; a mode that lacks a meaning offers the nearest one before it
WAY = ("new", "assess", "approve", "implement", "verify", "closed")
# what must be said before anybody assesses a change
REQUEST_FIELDS = ("reason", "content")


class ProjectChange(models.Model):
    """How a change moves on: submitted, decided, put aside, taken up again."""

    _inherit = "project.change"

    can_submit = fields.Boolean(compute="_compute_can", export_string_translation=False)
    can_withdraw = fields.Boolean(compute="_compute_can", export_string_translation=False)
    can_reopen = fields.Boolean(compute="_compute_can", export_string_translation=False)

    @api.depends("stage_id", "date_applied", "allowed_stage_ids", "signoff_state")
    def _compute_can(self):
        for change in self:
            kind = change.stage_id.kind
            change.can_submit = kind == "new" and bool(change._get_stage_of("assess"))
            change.can_withdraw = kind not in (*CLOSED_KINDS, "hold") and not change.date_applied
            # what was refused for good stays refused
            refused = change.signoff_state == "rejected"
            change.can_reopen = kind in ("hold", "rejected", "withdrawn") and not refused

    @api.depends("content_lock", "agreed_strength", "project_id.delivery_mode_id.lock_strength")
    def _compute_content_locked(self):
        super()._compute_content_locked()

    # === HOOKS OF THE MIXINS === #

    @api.model
    def _get_initial_stages(self, vals_list):
        projects_sudo = self.env["project.project"].sudo()
        stages, found = [], {}
        for vals in vals_list:
            project_sudo = projects_sudo.browse(self._entry_id(vals.get("project_id")) or 0)
            mode_sudo = project_sudo.delivery_mode_id
            if not project_sudo:
                raise UserError(self.env._("Please choose the project that changes."))
            if mode_sudo not in found:
                self.env["project.requirement"]._check_uses_delivery(project_sudo)
                found[mode_sudo] = mode_sudo._get_change_stage("new").with_env(self.env)
            if not found[mode_sudo]:
                raise UserError(
                    self.env._(
                        "Delivery mode %(mode)s has no stage for changes. Ask your administrator.",
                        mode=mode_sudo.name,
                    )
                )
            stages.append(found[mode_sudo])
        return stages

    def _get_allowed_stage_ids(self):
        self.ensure_one()
        return frozenset(self.allowed_stage_ids.ids)

    def _get_lock_strength(self):
        """What was decided stays as it was decided; while it is asked, the mode says."""
        self.ensure_one()
        if self.content_lock == "agreed":
            return "refuse"
        return self.mode_id.sudo().lock_strength or "refuse"

    def _get_lock_way_out(self):
        return self.env._("withdraw it, or make another change request.")

    def _may_delete_agreed(self):
        return self.project_id.delivery_practice

    def _is_practice(self):
        return all(self.mapped("project_id.delivery_practice"))

    def _check_stage_move(self, stage):
        super()._check_stage_move(stage)
        problems = [problem for change in self for problem in change._get_move_problems(stage)]
        if problems:
            raise UserError("\n".join(dict.fromkeys(problems)))

    def _get_move_problems(self, stage):
        """Return sentences against a move by hand; what needs a decision has a button of its own.

        Extend it with the conditions of further stages.
        """
        self.ensure_one()
        kind, name = stage.kind, self.display_name
        if kind == "assess":
            return self._get_request_problems()
        if kind == "approve":
            return [
                self.env._("%(change)s is sent with the button “Send for Approval”.", change=name)
            ]
        if kind == "rejected":
            return [self.env._("%(change)s is rejected by those who are asked.", change=name)]
        if kind in ("hold", "withdrawn"):
            return [
                self.env._(
                    "%(change)s is put aside with the button that asks for the reason.", change=name
                )
            ]
        if kind in ("implement", "verify", "closed") and not self._may_be_carried_out():
            return [self.env._("%(change)s has not been approved yet.", change=name)]
        if kind == "new" and self.stage_id.kind not in ("assess", "hold"):
            return [self.env._("%(change)s has been decided on. Reopen it.", change=name)]
        return []

    def _get_request_problems(self):
        """Return sentences that say what the request lacks before anybody can assess it."""
        self.ensure_one()
        missing = [name for name in REQUEST_FIELDS if not self._is_filled(name)]
        if not self.please_assess and not self._is_filled("expected_impact"):
            missing.append("expected_impact")
        if not missing:
            return []
        labels = [self._fields[name]._description_string(self.env) for name in missing]
        return [
            self.env._(
                "%(change)s cannot be submitted yet. Please fill in: %(fields)s.",
                change=self.display_name,
                fields=format_list(self.env, labels),
            )
        ]

    def _may_be_carried_out(self):
        """Tell whether the change was decided in favour, or is done before it is decided."""
        self.ensure_one()
        return self.decision in APPROVED

    def _after_stage_move(self):
        super()._after_stage_move()
        by_kind = self.grouped(lambda change: change.stage_id.kind)
        none = self.browse()
        by_kind.get("assess", none)._enter_assessment()
        ended = none.union(*(by_kind.get(kind, none) for kind in CLOSED_KINDS))
        ended.filtered(lambda change: not change.date_closed).write(
            Granted(date_closed=fields.Datetime.now())
        )
        (self - ended).filtered("date_closed").write(Granted(date_closed=False))
        self._close_assessor_activities()

    def _enter_assessment(self):
        self._note_submitted()
        self._open_assessment()

    def _note_submitted(self):
        """Note when these were submitted, and what their proposals were written against."""
        self.filtered(lambda change: not change.date_submitted).write(
            Granted(date_submitted=fields.Datetime.now())
        )
        self._pin_bases()

    def _pin_bases(self):
        """Cut a version of what the proposals were written against, where none stands yet."""
        for change in self:
            lines = change.line_ids.filtered(
                lambda line: line.requirement_id and not line.base_version_id and not line.is_stale
            )
            requirements = lines.requirement_id
            self.env["project.requirement.version"]._cut(requirements, "saved", change.number)
            for line in lines:
                version = line.requirement_id.current_version_id
                line.write(Granted(base_version_id=version.id, base_number=version.number))

    # === STAGES BY MEANING === #

    def _get_stage_of(self, kind):
        """Return the first stage of this kind on the way of this change."""
        self.ensure_one()
        allowed = self.allowed_stage_ids
        return allowed.filtered(lambda stage: stage.kind == kind and stage.active).sorted()[:1]

    def _enter(self, *kinds):
        """Move each to the first stage of these kinds that its way has, whatever lies between."""
        moves = {}
        for change in self:
            found = [stage for kind in kinds if (stage := change._get_stage_of(kind))]
            if found and found[0] != change.stage_id:
                moves[found[0]] = moves.get(found[0], self.browse()) | change
        for stage, changes in moves.items():
            changes.write(Granted(stage_id=stage.id))

    def _fit_stages(self):
        """Move changes whose mode lacks their stage to its stage of the nearest meaning."""
        moves = {}
        for change in self:
            allowed = change.allowed_stage_ids
            if allowed and change.stage_id not in allowed:
                kind = change.stage_id.kind
                kinds = WAY[WAY.index(kind) :: -1] if kind in WAY else (kind, "new")
                found = [stage for each in kinds if (stage := change._get_stage_of(each))]
                if found:
                    moves[found[0]] = moves.get(found[0], self.browse()) | change
        for stage, changes in moves.items():
            changes.write(Granted(stage_id=stage.id))

    # === ACTION METHODS === #

    def action_submit(self):
        """Submit these changes for assessment; works on many.

        :raises UserError: naming each change and what it lacks
        """
        changes = self._entry()
        changes.check_access("write")
        moves = {}
        for change in changes:
            stage = change._get_stage_of("assess")
            if not stage:
                raise UserError(
                    self.env._(
                        "%(change)s is not assessed. Send it for approval.",
                        change=change.display_name,
                    )
                )
            moves[stage] = moves.get(stage, changes.browse()) | change
        for stage, submitted in moves.items():
            submitted._move_to_stage(stage)
        return True

    def action_put_aside(self, kind, reason, until=False):
        """Put these changes on hold or withdraw them; works on many.

        :param str kind: ``hold`` or ``withdrawn``
        :param str reason: why; kept in the history
        :param str until: day on which a change on hold is looked at again (``YYYY-MM-DD``)
        """
        changes = self._entry()
        changes.check_access("write")
        reason, day = self._entry_text(reason), self._entry_date(until)
        if kind not in ("hold", "withdrawn"):
            raise UserError(self.env._("A change is put on hold or withdrawn."))
        if not reason:
            raise UserError(self.env._("Please say why."))
        if any(not change.can_withdraw for change in changes):
            raise UserError(
                self.env._("What is in effect or closed cannot be put aside. Make another change.")
            )
        changes._stop_asking(reason)
        changes._enter(kind)
        changes.write({"deferred_until": kind == "hold" and day})
        stage_name = changes.stage_id[:1].name
        changes._message_log_batch({change.id: f"{stage_name}: {reason}" for change in changes})
        return True

    def action_reopen(self):
        """Take up again what was on hold, rejected or withdrawn; works on many."""
        changes = self._entry()
        changes.check_access("write")
        for change in changes:
            if not change.can_reopen:
                raise UserError(
                    self.env._(
                        "%(change)s is not put aside, or was refused for good.",
                        change=change.display_name,
                    )
                )
            was_on_hold = change.stage_id.kind == "hold"
            stage = was_on_hold and change.paused_stage_id
            if change.decision not in APPROVED:
                change._signoff_release()
                change.write(Granted(decision="none", date_decided=False))
            elif not was_on_hold:
                stage = change._get_stage_of("implement") or change._get_stage_of("approve")
            if stage and stage.kind == "approve" and change.decision not in APPROVED:
                # nobody is asked any more: it has to be sent again
                stage = change._get_stage_of("assess")
            stage = stage or change._get_stage_of("new")
            change.write(Granted(stage_id=stage.id))
            change.deferred_until = False
        return True

    # === DECISION === #

    def _decide(self, decision, until=False):
        """Note how these changes were decided, and move them on; the caller has the proof.

        :param str decision: approved, conditional, rejected or deferred
        :param until: day until which a decision is deferred
        """
        self.write(Granted(decision=decision, date_decided=fields.Datetime.now()))
        if decision in APPROVED:
            self._signoff_agree()
            self._enter_approved()
        elif decision == "rejected":
            self._signoff_release()
            self._enter("rejected")
        else:
            self._signoff_release()
            self._enter("hold")
            self.write({"deferred_until": until})

    def _enter_approved(self):
        """Move on what was approved; a light mode has no stage for carrying it out."""
        self._enter("implement", "approve")

    # === HOOKS === #

    def _stop_asking(self, reason):
        """Called before changes are put aside: nobody has to decide on them any more."""

    def _delete_practice(self):
        """Delete changes of practice projects, in whatever stage they are."""
        practice = self.filtered(lambda change: change._may_delete_agreed())
        self.env["signoff.snapshot"].sudo().search(
            [("res_model", "=", self._name), ("res_id", "in", practice.ids)]
        )._delete_practice()
        practice.unlink()
