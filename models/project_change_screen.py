from odoo import api, fields, models
from odoo.tools import format_list

from .project_change_stage import CLOSED_KINDS


class ProjectChange(models.Model):
    """What the screens show beside the stored fields."""

    _inherit = "project.change"

    is_practice = fields.Boolean(related="project_id.delivery_practice", string="Practice")
    type_color = fields.Integer(
        related="type_id.color", string="Type Color", export_string_translation=False
    )
    waits_for = fields.Char(string="Next Step Waits For", compute="_compute_waits_for")
    redline = fields.Html(string="Before and After", compute="_compute_redline", sanitize=False)

    @api.depends(
        "stage_id",
        "user_id",
        "project_id",
        "impact_ids.assessed_at",
        "date_applied",
        "decision",
        "signoff_state",
    )
    @api.depends_context("lang")
    def _compute_waits_for(self):
        for change in self:
            change.waits_for = change._get_waits_for()

    def _get_waits_for(self):
        """Return the name of whom the next step depends on, or False when nothing is open."""
        self.ensure_one()
        kind = self.stage_id.kind
        if kind in (*CLOSED_KINDS, "hold"):
            return False
        owner = self.user_id or self.project_id.user_id
        if self.signoff_state == "running":
            return self.signoff_waiting_for
        if kind == "assess":
            open_rows = self.impact_ids.filtered(lambda row: not row.assessed_at)
            names = (open_rows.assessor_id or owner).mapped("name")
            return format_list(self.env, names) if names else False
        if kind == "verify" and self.implemented_by_id:
            return self.env._("Somebody other than %(person)s", person=self.implemented_by_id.name)
        if kind == "implement" and not self.date_applied:
            return self.project_id.user_id.name or owner.name
        return owner.name or self.env._("An owner")

    def action_open_impact(self):
        """Open everything that hangs on the requirements of this change, through links too."""
        self.ensure_one()
        self.check_access("read")
        wizard = self.env["project.requirement.impact"].create({"change_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Impact of %s", self.display_name),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    @api.depends("line_ids.redline")
    def _compute_redline(self):
        for change in self:
            change.redline = change.line_ids and self.env["ir.qweb"]._render(
                "customer_delivery.project_change_redline", {"lines": change.line_ids}
            )
