from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class ProjectRequirementSection(models.Model):
    """A heading of a project's requirement document."""

    _name = "project.requirement.section"
    _description = "Requirement Section"
    _inherit = ["delivery.guarded.mixin"]
    _order = "project_id, sequence, id"
    _control_fields = ("outline",)

    # in the language of the document, whoever reads it
    name = fields.Char(required=True)
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
    outline = fields.Char(string="No.", readonly=True, copy=False)
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

    def _check_stays(self, project_id):
        """Refuse to carry a section, and what stands in it, to another project."""
        if any(section.project_id.id != project_id for section in self):
            raise UserError(self.env._("A section stays in its project. Make a new one there."))

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
        if "project_id" in vals:
            self._check_stays(vals["project_id"])
        result = super().write(vals)
        if vals.keys() & {"parent_id", "sequence"}:
            self.env["project.requirement"]._renumber(self.project_id)
        return result

    def unlink(self):
        projects = self.project_id
        result = super().unlink()
        self.env["project.requirement"]._renumber(projects)
        return result
