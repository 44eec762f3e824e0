from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ProjectRequirementSection(models.Model):
    """A heading of a project's requirement document."""

    _name = "project.requirement.section"
    _description = "Requirement Section"
    _order = "project_id, sequence, id"

    name = fields.Char(required=True, translate=True)
    project_id = fields.Many2one(
        "project.project",
        required=True,
        index=True,
        ondelete="cascade",
    )
    parent_id = fields.Many2one(
        "project.requirement.section",
        index="btree_not_null",
        domain="[('project_id', '=', project_id), ('id', '!=', id)]",
        ondelete="restrict",
    )
    sequence = fields.Integer(default=10)
    outline = fields.Char(string="No.", readonly=True)
    requirement_ids = fields.One2many("project.requirement", "section_id")

    @api.constrains("parent_id", "project_id")
    def _check_parent(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A section cannot lie inside itself."))
        for section in self.filtered("parent_id"):
            if section.parent_id.project_id != section.project_id:
                raise ValidationError(
                    self.env._("A section and the one above it belong to the same project.")
                )

    @api.depends("outline", "name")
    def _compute_display_name(self):
        for section in self:
            section.display_name = f"{section.outline or ''} {section.name or ''}".strip()

    @api.model_create_multi
    def create(self, vals_list):
        sections = super().create(vals_list)
        self.env["project.requirement"]._renumber(sections.project_id)
        return sections

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"parent_id", "sequence", "project_id"}:
            self.env["project.requirement"]._renumber(self.project_id)
        return result

    def unlink(self):
        projects = self.project_id
        result = super().unlink()
        self.env["project.requirement"]._renumber(projects)
        return result
