from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..core.grant import Granted, is_granted

# what decides whether a milestone may be reached
GATE_FIELDS = {"is_reached", "project_id", "delivery_acceptance_kind_id"}
ACCEPTED = Domain("state", "=", "signed") & Domain("conclusion", "in", ("pass", "conditional"))


class ProjectMilestone(models.Model):
    """A milestone is reached with its acceptance, as strictly as the delivery mode says.

    Every door ends in ``create`` or ``write``. They look at the keys first, and at the project
    then: one that does not use delivery pays nothing. The superuser is no exception; only
    ``action_override_gate`` goes past, with a reason that is evidence.
    """

    _name = "project.milestone"
    _inherit = ["project.milestone", "delivery.kept.mixin"]

    delivery_coverage_required = fields.Boolean(
        string="All Must Requirements Passed",
        help="Also wants every must requirement to have passed an acceptance.",
    )
    delivery_override_ids = fields.One2many(
        "project.milestone.override",
        "milestone_id",
        string="Reached Without Acceptance",
        readonly=True,
        groups="project.group_project_user,customer_delivery.group_delivery_auditor",
    )
    delivery_mode_id = fields.Many2one(
        related="project_id.delivery_mode_id", string="Delivery Mode"
    )
    delivery_missing = fields.Text(
        string="Still Missing",
        compute="_compute_delivery_missing",
        groups="project.group_project_user,customer_delivery.group_delivery_auditor",
        help="What the milestone needs before it is reached, or lacks although it is.",
    )

    @api.depends(
        "project_id",
        "is_reached",
        "delivery_acceptance_kind_id",
        "delivery_coverage_required",
        "delivery_acceptance_ids.state",
    )
    def _compute_delivery_missing(self):
        asked = self.filtered(lambda m: m._origin.id and m._get_gate() != "none")
        missing = asked._origin._get_missing() if asked else {}
        for milestone in self:
            milestone.delivery_missing = missing.get(milestone._origin, False)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        milestones = super().create(vals_list)
        # a default may have reached them as well as a value
        reached = milestones.filtered("is_reached")
        if reached:
            reached._pass_gate()
        return milestones

    def write(self, vals):
        if GATE_FIELDS.isdisjoint(vals):
            return super().write(vals)
        if is_granted(vals):
            return super().write(dict(vals))
        gated = self._filter_gated(vals.get("project_id"))
        if not gated:
            return super().write(vals)
        if "delivery_acceptance_kind_id" in vals:
            gated._check_kind_change(vals["delivery_acceptance_kind_id"])
        before = {milestone.id: (milestone.is_reached, milestone.project_id) for milestone in gated}
        # nothing of a refused write may stay, also when the caller catches the error
        with self.env.cr.savepoint():
            result = super().write(vals)
            gated.filtered(
                lambda m: m.is_reached and before[m.id] != (True, m.project_id)
            )._pass_gate()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_final(self):
        for milestone in self._filter_gated():
            if milestone._get_gate() == "block" and milestone._is_final():
                milestone._check_manages_gate(
                    self.env._(
                        "%(milestone)s waits for the final acceptance. Only a delivery manager "
                        "may delete it.",
                        milestone=milestone.name,
                    )
                )
                milestone._note_gate_taken_away(self.env._("Milestone deleted"), deleted=True)

    # === ACTION METHODS === #

    def action_override_gate(self, reason):
        """Let milestones count as reached without their acceptance; works on many.

        :param str reason: why; kept as evidence
        :raises AccessError: for others than delivery managers
        """
        guard = self.env["delivery.guarded.mixin"]
        milestones = self.with_env(guard._entry().env)
        milestones.check_access("write")
        milestones._check_manages_gate(
            self.env._("Only a delivery manager may reach a milestone without its acceptance.")
        )
        reason = guard._entry_text(reason)
        if not reason:
            raise UserError(self.env._("Please say why it is reached without acceptance."))
        open_ones = milestones.filtered(lambda m: not m.is_reached and m.delivery_mode_id)
        if not open_ones:
            raise UserError(self.env._("This milestone has been reached already."))
        missing = open_ones._get_missing()
        self.env["project.milestone.override"]._record(
            {milestone: missing.get(milestone, "") for milestone in open_ones}, reason
        )
        open_ones.write(Granted(is_reached=True))
        open_ones._message_log_batch(
            {
                milestone.id: self.env._("Reached without acceptance: %s", reason)
                for milestone in open_ones
            }
        )
        return True

    def action_ask_override(self):
        """Open the dialog that asks for the reason of :meth:`action_override_gate`."""
        return self.env["project.acceptance.words"]._open(self, "action_override_gate")

    @api.model
    def _get_worded_actions(self):
        return {
            "action_override_gate": (
                self.env._("Reach Without Acceptance"),
                self.env._("Why is it reached without its acceptance? The reason is kept."),
                "reason",
            ),
        }

    # === THE GATE === #

    def _filter_gated(self, project_id=False):
        """Return those of these whose project, the old or the new one, uses delivery."""
        if project_id and self.env["project.project"].browse(project_id).sudo().delivery_mode_id:
            return self
        # whether a project uses delivery is no secret, and read together with the milestone
        return self.filtered(lambda milestone: milestone.sudo().project_id.delivery_mode_id)

    def _is_final(self):
        """Tell whether this milestone is the one of the final acceptance."""
        self.ensure_one()
        return self.sudo().delivery_acceptance_kind_id.is_final

    def _get_gate(self):
        """Return what this milestone meets without acceptance: none, warn or block."""
        self.ensure_one()
        modes = self.env["delivery.mode"]
        return modes._get_gate_of(self.project_id, self._is_final())

    def _get_missing(self):
        """Return {milestone: sentence} of those of these that may not be reached yet."""
        # whether something was accepted counts, not whether the user may read it
        acceptances_sudo = self.env["project.acceptance"].sudo()
        accepted = acceptances_sudo.search(ACCEPTED & Domain("milestone_id", "in", self.ids))
        by_milestone = accepted.grouped("milestone_id")
        undelivered = self._get_undelivered()
        coverages = self.filtered("delivery_coverage_required")._get_coverages()
        missing = {}
        for milestone in self:
            found = by_milestone.get(milestone.sudo(), acceptances_sudo.browse())
            kind_sudo = milestone.sudo().delivery_acceptance_kind_id
            if kind_sudo:
                found = found.filtered(lambda a, kind=kind_sudo: a.kind_id == kind)
            lacks = []
            if not found:
                lacks.append(
                    self.env._(
                        "%(milestone)s has no signed acceptance (%(kind)s).",
                        milestone=milestone.name,
                        kind=kind_sudo.name or self.env._("any kind"),
                    )
                )
            if milestone.id in undelivered:
                lacks.append(
                    self.env._(
                        "%(milestone)s waits for what was not delivered yet: %(deliverables)s.",
                        milestone=milestone.name,
                        deliverables=", ".join(undelivered[milestone.id]),
                    )
                )
            total, passed = coverages.get(milestone, (0, 0))
            if passed < total:
                lacks.append(
                    self.env._(
                        "%(milestone)s wants every must requirement passed: "
                        "%(coverage)s %% so far.",
                        milestone=milestone.name,
                        coverage=100 * passed // total,
                    )
                )
            if lacks:
                missing[milestone] = "\n".join(lacks)
        return missing

    def _get_undelivered(self):
        """Return {milestone id: names of its deliverables that are still planned}."""
        # names what is missing to who reaches the milestone, whoever owns it
        planned_sudo = (
            self.env["project.deliverable"]
            .sudo()
            .search(Domain("milestone_id", "in", self.ids) & Domain("state", "=", "planned"))
        )
        return {
            milestone.id: deliverables.mapped("display_name")
            for milestone, deliverables in planned_sudo.grouped("milestone_id").items()
        }

    def _pass_gate(self):
        """Refuse or warn about those of these that are reached without acceptance."""
        asked = self.filtered(lambda m: m.sudo().project_id.delivery_mode_id)
        asked = asked.filtered(lambda m: m._get_gate() != "none")
        if not asked:
            return
        missing = asked._get_missing()
        refused = [text for m, text in missing.items() if m._get_gate() == "block"]
        if refused:
            raise UserError(
                "\n".join(refused)
                + "\n"
                + self.env._(
                    "Have it accepted and signed first, or ask a delivery manager to let it "
                    "through with a reason."
                )
            )
        if missing:
            self.browse([m.id for m in missing])._warn_about_gate(missing)

    def _warn_about_gate(self, missing):
        self._message_log_batch({milestone.id: missing[milestone] for milestone in self})
        self.env.user._bus_send(
            "simple_notification",
            {
                "type": "warning",
                "title": self.env._("Reached without acceptance"),
                "message": "\n".join(missing.values()),
            },
        )
        for project, milestones in self.grouped("project_id").items():
            project._ask_for_acceptance(milestones)

    def _check_kind_change(self, kind_id):
        """A milestone of the final acceptance does not become another one in passing."""
        guard = self.env["delivery.guarded.mixin"]
        kind = self.env["project.acceptance.kind"].browse(guard._entry_id(kind_id) or 0)
        for milestone in self:
            if milestone._is_final() and not kind.sudo().is_final:
                if milestone._get_gate() == "block":
                    milestone._check_manages_gate(
                        self.env._(
                            "%(milestone)s is reached with the final acceptance. Only a delivery "
                            "manager may change that.",
                            milestone=milestone.name,
                        )
                    )
                    milestone._note_gate_taken_away(
                        self.env._("No longer reached with the final acceptance")
                    )

    def _note_gate_taken_away(self, reason, deleted=False):
        """Keep as evidence that a manager took the gate away from a milestone that lacks it."""
        missing = self.filtered(lambda milestone: not milestone.is_reached)._get_missing()
        if missing and not self.project_id.sudo().delivery_practice:
            self.env["project.milestone.override"]._record(missing, reason, deleted)

    def _check_manages_gate(self, message):
        if not self.env.user.has_group("customer_delivery.group_delivery_manager"):
            raise AccessError(message)
