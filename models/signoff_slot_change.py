from odoo import api, models
from odoo.fields import Domain


class SignoffSlot(models.Model):
    """Changes that wait to be assessed, in *My work*."""

    _inherit = "signoff.slot"

    @api.model
    def _get_work_sections(self):
        sections = super()._get_work_sections()
        changes = self.env["project.change"]
        if not changes.has_access("read"):
            return sections
        domain = Domain("stage_id.kind", "=", "assess") & Domain(
            "impact_ids",
            "any",
            [("assessor_id", "=", self.env.uid), ("assessed_at", "=", False)],
        )
        section = self._prepare_work_section(
            "assess",
            self.env._("Waiting for My Assessment"),
            changes,
            domain,
            "date_deadline, id",
            self._prepare_change_work_row,
        )
        return [*sections[:1], section, *sections[1:]]

    def _prepare_change_work_row(self, change):
        return self._prepare_work_row(
            change,
            change.display_name,
            change.project_id,
            change.date_submitted or change.create_date,
            change.date_deadline,
            asked=self.env._("What does it mean for: %s?", change.my_open_dimensions),
            button=self.env._("Assess"),
            method="action_open_assessment",
            primary=True,
        )
