from datetime import timedelta
from math import ceil

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date, format_list

from ..core.grant import Granted
from .project_change import APPROVED
from .project_change_stage import CLOSED_KINDS
from .project_change_type import INTERNAL_KINDS

NAMED_AT_MOST = 5


class ProjectChange(models.Model):
    """Putting a change into effect (变更生效): all of it in one transaction, once."""

    _inherit = "project.change"

    date_applied = fields.Datetime(string="In Effect Since", readonly=True, copy=False)
    applied_by_id = fields.Many2one(
        "res.users", string="Put Into Effect By", readonly=True, copy=False, ondelete="restrict"
    )
    makes_tasks = fields.Boolean(
        string="Make Tasks",
        help="When the change comes into effect, every affected requirement without an open task "
        "gets one. Open tasks are told what changed.",
    )
    task_ids = fields.Many2many(
        "project.task",
        "project_change_task_rel",
        string="Tasks",
        domain="[('project_id', '=', project_id)]",
        copy=False,
    )
    version_ids = fields.One2many(
        "project.requirement.version", "change_id", string="Versions Made", readonly=True
    )
    can_apply = fields.Boolean(compute="_compute_can_apply", export_string_translation=False)

    @api.depends("date_applied", "decision", "stage_id")
    def _compute_can_apply(self):
        for change in self:
            change.can_apply = (
                not change.date_applied
                and change._may_be_carried_out()
                and change.stage_id.kind not in (*CLOSED_KINDS, "hold")
            )

    # === ACTION METHODS === #

    def action_apply(self):
        """Put these changes into effect; what is in effect already is left alone.

        Everything happens in one transaction: new versions of the requirements, links to review,
        milestones moved by the agreed days, tasks.

        :return: whether anything was done
        :raises UserError: naming everything that stands in the way
        """
        changes = self._entry()
        changes.check_access("write")
        for project in changes.project_id:
            project._check_may_manage_delivery()
        done = [change._apply() for change in changes]
        return any(done)

    def action_rebase(self):
        """Carry the proposals of these changes over to what stands in the requirements now.

        An approval that was given to other words ends: the change is to be approved again.
        """
        changes = self._entry()
        changes.check_access("write")
        for change in changes:
            change._lock_for_apply()
            if change.date_applied:
                raise UserError(
                    self.env._("%(change)s is in effect already.", change=change.display_name)
                )
            stale = change.line_ids.filtered("is_stale")
            if not stale:
                raise UserError(self.env._("%(change)s is up to date.", change=change.display_name))
            names = format_list(self.env, stale.mapped("requirement_id.number"))
            change._before_rebase()
            stale._rebase()
            change._pin_bases()
            change._after_rebase()
            change._message_log(
                body=self.env._("Brought up to date with: %(requirements)s", requirements=names)
            )
        return True

    # === APPLYING === #

    def _apply(self):
        self.ensure_one()
        self._lock_for_apply()
        if self.date_applied:
            return False
        problems = self._get_apply_problems()
        if problems:
            raise UserError("\n".join(problems))
        # before anything is written: the users' rights on requirements are checked by the ORM
        changed = self._apply_lines()
        moved = self._apply_milestones()
        made = self._apply_tasks(changed)
        self.write(Granted(date_applied=fields.Datetime.now(), applied_by_id=self.env.uid))
        self._log_applied(changed, moved, made)
        self._after_apply()
        return True

    def _lock_for_apply(self):
        """Make a second Apply at the same time, of this or on the same requirements, wait.

        It starts again when this one has committed, and finds the change applied or the
        requirements moved on.
        """
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                "SELECT id FROM project_change WHERE id IN %s ORDER BY id FOR UPDATE",
                tuple(self.ids),
            )
        )
        self.invalidate_recordset()
        requirements = self.line_ids.requirement_id
        if requirements:
            requirements._lock_for_version()
            requirements.invalidate_recordset()

    def _get_apply_problems(self):
        """Return sentences that say what keeps the change from coming into effect."""
        self.ensure_one()
        name = self.display_name
        if not self._may_be_carried_out():
            return [self.env._("%(change)s has not been approved yet.", change=name)]
        if not self.can_apply:
            return [
                self.env._(
                    "%(change)s is in stage %(stage)s and cannot come into effect there.",
                    change=name,
                    stage=self.stage_id.name,
                )
            ]
        return [
            *self._get_freeze_problems(),
            *self._get_conflict_problems(),
            *self._get_requirement_problems(),
        ]

    def _get_freeze_problems(self):
        freeze_sudo = self.env["project.change.freeze"]._find(self.project_id)
        if not freeze_sudo:
            return []
        return [
            self.env._(
                "No change comes into effect in %(project)s until %(date)s: %(reason)s",
                project=self.project_id.display_name,
                date=format_date(self.env, freeze_sudo.date_to),
                reason=freeze_sudo.reason,
            )
        ]

    def _get_conflict_problems(self):
        if self.type_id.kind == "urgent":
            return []
        return [
            self.env._(
                "%(other)s was approved before and touches the same requirements or milestones. "
                "Put it into effect first, or withdraw it; then bring this change up to date.",
                other=other.sudo().display_name,
            )
            for other in self._get_changes_ahead()
        ]

    def _get_requirement_problems(self):
        lines = self.line_ids
        problems = []
        stale = lines.filtered("is_stale").requirement_id
        if stale:
            problems.append(
                self.env._(
                    "Changed since this change was written: %(requirements)s. "
                    "Bring the change up to date first.",
                    requirements=self._name_some(stale),
                )
            )
        running = lines.requirement_id.filtered(lambda req: req.content_lock == "running")
        if running:
            problems.append(
                self.env._(
                    "The customer is just being asked to confirm: %(requirements)s. Wait for the "
                    "answer, or withdraw the question.",
                    requirements=self._name_some(running),
                )
            )
        agreed = lines.requirement_id.filtered(lambda req: req.content_lock == "agreed")
        if agreed and self.type_id.kind == "internal":
            problems.append(
                self.env._(
                    "Confirmed by the customer, so that an internal change cannot touch it: "
                    "%(requirements)s.",
                    requirements=self._name_some(agreed),
                )
            )
        return problems

    def _name_some(self, records):
        names = records[:NAMED_AT_MOST].mapped("display_name")
        more = len(records) - NAMED_AT_MOST
        if more > 0:
            names.append(self.env._("%(count)s more", count=more))
        return format_list(self.env, names)

    def _apply_lines(self):
        """Write what the lines propose; return the requirements that changed or are new."""
        requirements = self.env["project.requirement"]
        version = {
            "reason": "erratum" if self.type_id.kind == "erratum" else "change",
            "note": f"{self.number} {self.name}",
            "confirm": self._confirms_requirements(),
            "change_id": self.id,
        }
        by_action = self.line_ids.grouped("action")
        none = self.line_ids.browse()
        modified = by_action.get("modify", none)
        modified._hand_over_files()
        changed = modified.requirement_id._amend(modified._prepare_contents(), **version)
        added = by_action.get("add", none)
        if added:
            made = requirements._add_decided(
                [line._prepare_requirement() for line in added], **version
            )
            for line, requirement in zip(added, made, strict=True):
                line.write(Granted(created_requirement_id=requirement.id))
            added._hand_over_files()
            changed |= made
        by_action.get("remove", none).requirement_id._remove_decided()
        return changed

    def _confirms_requirements(self):
        """Tell whether what is applied stands as confirmed by the customer.

        An erratum leaves the confirmation as it is; what is done before it is approved does not
        count as confirmed before that.
        """
        self.ensure_one()
        kind = self.type_id.kind
        return self.decision in APPROVED and (kind not in INTERNAL_KINDS or kind == "erratum")

    def _apply_milestones(self):
        """Move the affected milestones by the agreed days; return [(milestone, before, after)]."""
        self.ensure_one()
        shift = timedelta(days=ceil(self.agreed_days or 0))
        if not shift:
            return []
        # who may put the change into effect moves the dates that were agreed with it
        milestones_sudo = self.sudo().milestone_ids.filtered("deadline")
        moved = []
        for milestone_sudo in milestones_sudo:
            before = milestone_sudo.deadline
            milestone_sudo.deadline = before + shift
            moved.append((milestone_sudo, before, milestone_sudo.deadline))
        return moved

    def _apply_tasks(self, requirements):
        """Make a task of each changed requirement that has no open one, and tell the others."""
        self.ensure_one()
        links_model = self.env["project.requirement.link"]
        # open tasks, whether or not the user sees them
        links_sudo = links_model.sudo().search(
            [("requirement_id", "in", requirements.ids), ("task_id.is_closed", "=", False)]
        )
        known_sudo = links_sudo.task_id
        if known_sudo:
            body = self._get_task_message()
            known_sudo._message_log_batch(dict.fromkeys(known_sudo.ids, body))
        if not self.makes_tasks:
            return self.env["project.task"]
        without = requirements - links_sudo.requirement_id.with_env(self.env)
        # who has to act gets his tasks assigned; followers of the project hear of one change,
        # not of each of its tasks
        tasks = (
            self.env["project.task"]
            .with_context(mail_create_nolog=True)
            .create([self._prepare_task(requirement) for requirement in without])
            .with_env(self.env)
        )
        if tasks:
            text = self.env._("Made by %(change)s", change=self.display_name)
            tasks._message_log_batch(dict.fromkeys(tasks.ids, text))
        kind = links_model.default_get(["kind_id"])
        links_model.create(
            [
                {**kind, "requirement_id": requirement.id, "task_id": task.id}
                for requirement, task in zip(without, tasks, strict=True)
            ]
        )
        self.task_ids |= tasks | known_sudo.with_env(self.env)._filtered_access("read")
        return tasks

    def _get_task_message(self):
        return Markup("<p>%s</p>") % self.env._(
            "In effect: %(change)s. It changed what this task is for.", change=self.display_name
        )

    def _prepare_task(self, requirement):
        """Return the values of the task that carries the change out for ``requirement``."""
        return {
            "name": requirement.display_name,
            "project_id": self.project_id.id,
            "description": Markup("<p>%s</p>") % self.display_name,
            "user_ids": [fields.Command.set(self.user_id.ids)],
            "milestone_id": self.milestone_ids[:1].id,
            "date_deadline": self.date_deadline,
        }

    def _log_applied(self, requirements, moved, tasks):
        """Tell in the histories of change and requirements what was done."""
        text = self.env._("Changed by %(change)s", change=self.display_name)
        if requirements:
            requirements._message_log_batch(dict.fromkeys(requirements.ids, text))
        taken_out = self.line_ids.filtered(lambda line: line.action == "remove").requirement_id
        if taken_out:
            text = self.env._("Taken out by %(change)s", change=self.display_name)
            taken_out._message_log_batch(dict.fromkeys(taken_out.ids, text))
        facts = [
            self.env._("Requirements: %(count)s", count=len(requirements) + len(taken_out)),
            *(
                f"{milestone_sudo.name}: {format_date(self.env, before)} → "
                f"{format_date(self.env, after)}"
                for milestone_sudo, before, after in moved
            ),
        ]
        if tasks:
            facts.append(self.env._("Tasks: %(count)s", count=len(tasks)))
        items = Markup().join(Markup("<li>%s</li>") % fact for fact in facts)
        self._message_log(body=Markup("<p>%s</p><ul>%s</ul>") % (self.env._("In effect"), items))

    def _after_apply(self):
        """Called once the change is in effect; a light mode has nothing more to do."""
        if self.decision in APPROVED and not self._get_stage_of("implement"):
            self._enter("closed")

    # === HOOKS OF REBASING === #

    def _before_rebase(self):
        """Open the proposals again, also those that were agreed to."""
        if self.decision in APPROVED or self.content_lock != "none":
            self._stop_asking(self.env._("Brought up to date with the requirements"))
            self._signoff_release()
            self.write(Granted(decision="none", date_decided=False))

    def _after_rebase(self):
        """Put the change where it can be approved again."""
        if self.stage_id.kind in ("approve", "implement", "verify"):
            self._enter("assess", "new")
