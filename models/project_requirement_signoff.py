from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ..core.grant import Granted

# how many names a refusal lists before it counts
NAMED_AT_MOST = 10
BEFORE_CUSTOMER = ("new", "analysis", "review")


class ProjectRequirement(models.Model):
    """A requirement while its baseline waits for the customer, and after."""

    _inherit = "project.requirement"

    def _signoff_check_complete(self):
        """Raise unless these requirements say all that the stage of confirmation asks for."""
        lacking = {}
        for requirement in self:
            for name in requirement._get_stage_mandatory_fields():
                if not requirement._is_filled(name):
                    lacking.setdefault(name, []).append(requirement._get_full_number())
        if lacking:
            parts = []
            for name, numbers in lacking.items():
                listed = format_list(self.env, numbers[:NAMED_AT_MOST])
                if len(numbers) > NAMED_AT_MOST:
                    listed = self.env._("%(names)s and others", names=listed)
                parts.append(
                    self.env._(
                        "%(count)s requirements lack “%(field)s”: %(numbers)s",
                        count=len(numbers),
                        field=self._fields[name]._description_string(self.env),
                        numbers=listed,
                    )
                )
            raise UserError("\n".join(parts))

    def _signoff_check_not_waiting(self):
        """Raise when the customer is being asked about one of these already."""
        waiting = self._get_running_lines().requirement_id.with_env(self.env)
        if waiting:
            raise UserError(
                self.env._(
                    "%(requirements)s: the customer has been asked already. Withdraw that first, "
                    "or leave them out.",
                    requirements=format_list(
                        self.env, waiting[:NAMED_AT_MOST].mapped("display_name")
                    ),
                )
            )

    def _signoff_begin(self):
        """The customer has been asked: nothing changes quietly until he has answered."""
        self._signoff_mark("none", "running")
        for stage, requirements in self._grouped_by_mode_stage("customer").items():
            waiting = requirements.filtered(lambda req: req.stage_kind in BEFORE_CUSTOMER)
            waiting._signoff_move(stage)

    def _signoff_stop(self):
        """The customer did not agree: the content is open again."""
        open_again = self.filtered(lambda requirement: requirement.content_lock == "running")
        self._signoff_mark("running", "none")
        back = open_again.filtered(lambda requirement: requirement.stage_kind == "customer")
        for stage, requirements in back._grouped_by_mode_stage("review", "new").items():
            requirements._signoff_move(stage)

    def _signoff_confirm(self):
        """The customer has agreed to the content as it stands."""
        behind = self.filtered(lambda req: req.stage_kind in (*BEFORE_CUSTOMER, "customer", "hold"))
        for stage, requirements in behind._grouped_by_mode_stage("confirmed").items():
            requirements._signoff_move(stage)
        self.filtered(
            lambda req: req.content_lock != "agreed" or req.changed_after_agreement
        )._signoff_agree()

    def _signoff_reopen(self):
        """An agreement is void: open the content and go back to the first stage."""
        self._signoff_release()
        for stage, requirements in self._grouped_by_mode_stage("new").items():
            requirements._signoff_move(stage)

    def _signoff_move(self, stage):
        """Move to a stage as a consequence of the customer's answer."""
        if stage:
            self.write(Granted(stage_id=stage.id))

    def _grouped_by_mode_stage(self, *kinds):
        """Return {first stage of the mode that means one of ``kinds``: requirements}."""

        def stage_of(requirement):
            stages = requirement.mode_id.sudo().requirement_stage_ids.filtered("active").sorted()
            for kind in kinds:
                if found := stages.filtered(lambda stage, kind=kind: stage.kind == kind):
                    return found[0]
            return stages.browse()

        by_mode = {mode: stage_of(members[:1]) for mode, members in self.grouped("mode_id").items()}
        groups = {}
        for requirement in self:
            stage = by_mode[requirement.mode_id].with_env(self.env)
            groups[stage] = groups.get(stage, self.browse()) | requirement
        return groups

    def _check_stage_move(self, stage):
        super()._check_stage_move(stage)
        if not stage.locks_content:
            return
        unsigned = self.filtered(lambda requirement: requirement.content_lock != "agreed")
        if unsigned:
            raise UserError(
                self.env._(
                    "%(requirements)s: only the customer confirms. Send for confirmation, or "
                    "record there what he said or signed.",
                    requirements=format_list(
                        self.env, unsigned[:NAMED_AT_MOST].mapped("display_name")
                    ),
                )
            )

    def _signoff_touch(self, names=()):
        super()._signoff_touch(names)
        running = self.filtered(lambda requirement: requirement.content_lock == "running")
        if running:
            running._signoff_reset_baselines()

    def _signoff_reset_baselines(self):
        """What waits for the customer is not what the requirements say any more."""
        # whoever edits a requirement need not see the baseline that holds it
        baselines_sudo = (
            self.env["project.baseline.line"]
            .sudo()
            .search(
                [
                    ("requirement_id", "in", self.ids),
                    ("baseline_id.signoff_state", "=", "running"),
                    ("baseline_id.kind", "=", "customer"),
                ]
            )
            .baseline_id
        )
        reason = self.env._(
            "%(requirements)s changed after it had been sent.",
            requirements=format_list(self.env, self[:NAMED_AT_MOST].mapped("display_name")),
        )
        baselines_sudo.signoff_round_id.filtered(lambda row: row.state == "running")._reset(reason)
