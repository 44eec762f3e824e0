from odoo import api, fields, models

# where a requirement goes only on purpose, never as "the next step"
ASIDE_KINDS = ("hold", "cancelled")
# stages where the content is still being written
DRAFT_KINDS = ("new", "analysis", "review")


class ProjectRequirement(models.Model):
    """What the screens show beside the stored fields: the next step, and who it waits for."""

    _inherit = "project.requirement"

    priority_color = fields.Integer(
        related="priority_id.color", string="Class Color", export_string_translation=False
    )
    is_practice = fields.Boolean(related="project_id.delivery_practice", string="Practice")
    next_stage_id = fields.Many2one(
        "project.requirement.stage",
        string="Next Step",
        compute="_compute_next_stage_id",
    )
    waits_for = fields.Char(string="Waits For", compute="_compute_waits_for")

    @api.depends("stage_id", "project_id", "mode_id", "allowed_stage_ids", "content_lock")
    def _compute_next_stage_id(self):
        for requirement in self:
            requirement.next_stage_id = requirement._get_next_stage()

    @api.depends("stage_id", "user_id", "project_id", "partner_id", "requester_id", "priority_id")
    @api.depends_context("lang")
    def _compute_waits_for(self):
        for requirement in self:
            requirement.waits_for = requirement._get_waits_for()

    def _get_next_stage(self):
        """Return the stage that the main button offers, or an empty recordset."""
        self.ensure_one()
        stage = self.stage_id
        forward = self.allowed_stage_ids.filtered(
            lambda s: (
                s.active
                and s.kind not in ASIDE_KINDS
                and (not stage.next_ids or s in stage.next_ids)
                and (s.sequence > stage.sequence or stage.kind in ASIDE_KINDS)
            )
        )
        following = forward.sorted()[:1]
        # the customer confirms; no button of ours does
        unsigned = following.locks_content and self.content_lock != "agreed"
        return following.browse() if unsigned else following

    def _get_waits_for(self):
        """Return the name of whom the next step depends on, or False when nothing is open."""
        self.ensure_one()
        kind = self.stage_id.kind
        if kind == "customer":
            return self.requester_id.name or self.partner_id.name or self.env._("Customer")
        if kind in ASIDE_KINDS or kind == "accepted":
            return False
        owner = self.user_id or self.project_id.user_id
        if not self.priority_id and kind in DRAFT_KINDS:
            return self.env._(
                "Classification by %(person)s", person=owner.name or self.env._("the project team")
            )
        return owner.name or self.env._("An owner")

    def action_next_stage(self):
        """Move to the next stage, as the main button says; works on many."""
        requirements = self._entry()
        requirements.check_access("write")
        for requirement in requirements:
            if requirement.next_stage_id:
                requirement._move_to_stage(requirement.next_stage_id)
        return True
