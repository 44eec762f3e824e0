from odoo import api, models
from odoo.exceptions import UserError, ValidationError

from ..core.grant import Granted, like
from .project_requirement import ORDER_FIELDS


class ProjectRequirement(models.Model):
    """Where a requirement belongs: company, customer, project, section."""

    _inherit = "project.requirement"

    # === CONSTRAINT METHODS === #

    @api.constrains("parent_id", "project_id", "section_id")
    def _check_place(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A requirement cannot be a part of itself."))
        for requirement in self:
            project = requirement.project_id
            if requirement.parent_id and requirement.parent_id.project_id != project:
                raise ValidationError(
                    self.env._(
                        "%(requirement)s and the requirement above it belong to the same project.",
                        requirement=requirement.display_name,
                    )
                )
            if requirement.section_id and requirement.section_id.project_id != project:
                raise ValidationError(
                    self.env._(
                        "The section of %(requirement)s belongs to another project.",
                        requirement=requirement.display_name,
                    )
                )

    @api.constrains("project_id")
    def _check_project_uses_delivery(self):
        self._check_uses_delivery(self.project_id)

    @api.model
    def _check_uses_delivery(self, projects):
        for project in projects:
            if not project.sudo().delivery_mode_id:
                raise ValidationError(
                    self.env._(
                        "%(project)s does not use delivery yet. Press “Enable Delivery” there.",
                        project=project.display_name,
                    )
                )

    @api.onchange("project_id")
    def _onchange_project_id(self):
        if not self._origin and self.project_id:
            self.portal_access = self.project_id.sudo().delivery_mode_id.portal_access or "hidden"

    # === CRUD METHODS === #

    def write(self, vals):
        if "project_id" in vals:
            return self._write_project(vals)
        if "partner_id" in vals:
            partner_id = self._entry_id(vals["partner_id"])
            self._check_partner_change(partner_id)
            changing = self.filtered(lambda requirement: requirement.partner_id.id != partner_id)
        result = super().write(vals)
        if "partner_id" in vals:
            changing._store_commercial_partner()
        if vals.keys() & ORDER_FIELDS:
            self._renumber(self.project_id)
        return result

    def _write_project(self, vals):
        """Write values with another project: customer, section and stage follow it."""
        project = self.env["project.project"].browse(self._entry_id(vals["project_id"]) or 0)
        moving = self.filtered(lambda requirement: requirement.project_id != project)
        moving._check_project_change(project)
        before = self.project_id
        # what stood above or below stays behind, unless it moves along
        parts_left = moving.child_ids - moving
        torn = moving.filtered(lambda req: req.parent_id and req.parent_id not in moving)
        super(ProjectRequirement, parts_left | torn).write({"parent_id": False})
        values = {"section_id": False, **vals}
        if project.sudo().partner_id:
            values["partner_id"] = project.sudo().partner_id.id
        customers = {requirement.id: requirement.partner_id for requirement in moving}
        super(ProjectRequirement, moving).write(like(vals, values))
        super(ProjectRequirement, self - moving).write(vals)
        moving.filtered(
            lambda requirement: requirement.partner_id != customers[requirement.id]
        )._store_commercial_partner()
        moving._fit_stages()
        self._renumber(before | project)
        return True

    def _store_commercial_partner(self):
        """Keep beside the customer the company that he belongs to now."""
        for company, requirements in self.grouped(
            lambda requirement: requirement.partner_id.sudo().commercial_partner_id
        ).items():
            stale = requirements.filtered(lambda req, c=company: req.commercial_partner_ref_id != c)
            super(ProjectRequirement, stale).write(Granted(commercial_partner_ref_id=company.id))

    # === BUSINESS METHODS === #

    @api.model
    def _prepare_create_vals_list(self, vals_list):
        """Return the values with what the project, the customer and the mode decide."""
        defaults = self.default_get(["project_id", "partner_id", "type_id"])
        defaults = {key: defaults[key] for key in defaults if defaults[key]}
        prepared = [like(vals, {**defaults, **vals}) for vals in vals_list]
        projects_sudo = self._browse_projects(prepared)
        for values in prepared:
            project_sudo = projects_sudo[values.get("project_id") or 0]
            if project_sudo.partner_id:
                values["partner_id"] = project_sudo.partner_id.id
            if not values.get("portal_access"):
                mode = project_sudo.delivery_mode_id
                values["portal_access"] = mode.portal_access if mode else "hidden"
        return prepared

    @api.model
    def _browse_projects(self, vals_list):
        """Return {id: project (as superuser)} of new requirements, read together; 0: none."""
        ids = {self._entry_id(vals.get("project_id")) or 0 for vals in vals_list}
        projects_sudo = self.env["project.project"].sudo().browse(ids - {0})
        return {0: projects_sudo.browse(), **{project.id: project for project in projects_sudo}}

    @api.model
    def _get_companies(self, vals_list):
        """Return the company of each new requirement: never that of the user's switcher."""
        projects_sudo = self._browse_projects(vals_list)
        companies = []
        for vals in vals_list:
            project_sudo = projects_sudo[vals.get("project_id") or 0]
            channel_sudo = self.env["delivery.channel"].sudo().browse(vals.get("channel_id") or 0)
            partner_sudo = (
                self.env["res.partner"].sudo().browse(self._entry_id(vals.get("partner_id")) or 0)
            )
            company = (
                (project_sudo and project_sudo._get_delivery_company())
                or channel_sudo.company_id
                or partner_sudo.company_id
                or self.env.user.company_id
            )
            companies.append(self.env["res.company"].browse(company.id))
        return companies

    def _check_partner_change(self, partner_id):
        """Refuse a customer other than the project's."""
        for requirement in self:
            customer = requirement.project_id.sudo().partner_id
            if customer and partner_id not in (customer.id, requirement.partner_id.id):
                raise UserError(
                    self.env._(
                        "%(requirement)s has the customer of its project, %(customer)s.",
                        requirement=requirement.display_name,
                        customer=customer.display_name,
                    )
                )

    def _check_project_change(self, project):
        """Refuse to move these requirements to ``project`` (empty: to the pool)."""
        bound = self.filtered(lambda requirement: requirement.content_lock != "none")
        if bound:
            raise UserError(
                self.env._(
                    "%(requirement)s has been confirmed for its project and stays there.",
                    requirement=bound[0].display_name,
                )
            )
        if not project:
            return
        project.check_access("read")
        self._check_uses_delivery(project)
        # a practice project is deleted whole, what was evidence elsewhere is not
        kept = self.filtered(
            lambda requirement: requirement.version_number and not requirement._may_delete_agreed()
        )
        if kept and project.sudo().delivery_practice:
            raise UserError(
                self.env._(
                    "%(requirement)s has versions that stay readable. It does not go to a "
                    "practice project.",
                    requirement=kept[0].display_name,
                )
            )
        company = project.sudo()._get_delivery_company()
        foreign = self.filtered(lambda requirement: requirement.company_id != company)
        if foreign:
            raise UserError(
                self.env._(
                    "%(requirement)s belongs to %(company)s, the project to another company.",
                    requirement=foreign[0].display_name,
                    company=foreign[0].company_id.name,
                )
            )
