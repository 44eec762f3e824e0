from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..core.grant import Granted

# the way of a document; a mode that lacks a meaning offers the nearest one before it
WAY = ("new", "analysis", "review", "customer", "confirmed", "done", "accepted")


class ProjectRequirement(models.Model):
    """How a requirement moves on: mode, stages, lock, voiding."""

    _inherit = "project.requirement"

    # === COMPUTE METHODS === #

    @api.depends("project_id.delivery_mode_id", "company_id")
    def _compute_mode_id(self):
        modes = self.env["delivery.mode"]
        pooled = self.filtered(lambda requirement: not requirement.project_id.delivery_mode_id)
        # one without a company is being entered
        fallback = self.env.user.company_id
        pool_modes = {
            company: modes._get_pool_mode(company)
            for company in {requirement.company_id or fallback for requirement in pooled}
        }
        for requirement in self:
            requirement.mode_id = (
                pool_modes[requirement.company_id or fallback]
                if requirement in pooled
                else requirement.project_id.delivery_mode_id
            )

    @api.depends("mode_id.requirement_stage_ids")
    def _compute_allowed_stage_ids(self):
        for requirement in self:
            requirement.allowed_stage_ids = requirement.mode_id.requirement_stage_ids

    @api.model
    def _search_mode_id(self, operator, value):
        modes = self.env["delivery.mode"].sudo()
        if operator in ("any", "any!"):
            operator, value = "in", modes.search(value).ids
        if operator != "in":
            return NotImplemented
        companies = self.env["res.company"].sudo().search([])
        pools = [company.id for company in companies if modes._get_pool_mode(company).id in value]
        in_pool = Domain("project_id", "=", False) & Domain("company_id", "in", pools)
        return Domain("project_id.delivery_mode_id", "in", list(value)) | in_pool

    @api.depends("content_lock", "agreed_strength", "project_id.delivery_mode_id.lock_strength")
    def _compute_content_locked(self):
        super()._compute_content_locked()

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_begun(self):
        for requirement in self:
            begun = requirement.stage_id.kind != "new" and not requirement._may_delete_agreed()
            if begun:
                raise UserError(
                    self.env._(
                        "Work on %(requirement)s has begun. Cancel it instead of deleting it.",
                        requirement=requirement.display_name,
                    )
                )

    # === HOOKS OF THE MIXINS === #

    @api.model
    def _get_initial_stages(self, vals_list):
        modes_sudo = self.env["delivery.mode"].sudo()
        projects_sudo = self._browse_projects(vals_list)
        stages, found = [], {}
        companies = self._get_companies(vals_list)
        for vals, company in zip(vals_list, companies, strict=True):
            mode_sudo = projects_sudo[vals.get("project_id") or 0].delivery_mode_id
            key = mode_sudo or company
            if key not in found:
                mode_sudo = mode_sudo or modes_sudo._get_pool_mode(company)
                found[key] = mode_sudo._get_initial_requirement_stage().with_env(self.env)
            if not found[key]:
                raise UserError(
                    self.env._("No delivery mode has a first stage. Ask your administrator.")
                )
            stages.append(found[key])
        return stages

    def _get_allowed_stage_ids(self):
        self.ensure_one()
        return frozenset(self.allowed_stage_ids.ids)

    def _get_stage_mandatory_fields(self):
        self.ensure_one()
        # the mode and the type are configuration, readable here whoever moves the document
        asked = self.mode_id.sudo().requirement_field_ids + self.type_id.sudo().required_field_ids
        return asked.mapped("name")

    def _after_stage_move(self):
        self.filtered(
            lambda requirement: (
                requirement.stage_id.locks_content and requirement.content_lock != "agreed"
            )
        )._signoff_agree()

    def _get_lock_strength(self):
        self.ensure_one()
        return self.mode_id.sudo().lock_strength or "refuse"

    def _may_delete_agreed(self):
        return self.project_id.delivery_practice

    # === BUSINESS METHODS === #

    def _delete_practice(self):
        """Delete requirements of practice projects, in whatever stage they are."""
        self.filtered(lambda requirement: requirement._may_delete_agreed()).unlink()

    def _fit_stages(self):
        """Move requirements whose mode lacks their stage to its stage of the nearest meaning."""
        moves = {}
        for requirement in self:
            allowed = requirement.allowed_stage_ids
            if allowed and requirement.stage_id not in allowed:
                stage = requirement._get_nearest_stage(allowed)
                moves[stage] = moves.get(stage, self.browse()) | requirement
        for stage, requirements in moves.items():
            requirements.write(Granted(stage_id=stage.id))

    def _get_nearest_stage(self, allowed):
        """Return the stage among ``allowed`` that means what the present one means, or less."""
        self.ensure_one()
        by_kind = {stage.kind: stage for stage in allowed.sorted(reverse=True)}
        kind = self.stage_id.kind
        kinds = WAY[WAY.index(kind) :: -1] if kind in WAY else (kind,)
        found = [by_kind[kind] for kind in kinds if kind in by_kind]
        return found[0] if found else self.mode_id._get_initial_requirement_stage()

    # === ACTION METHODS === #

    def action_void_confirmation(self, reason):
        """Void the confirmation (作废) of agreed requirements, which opens their content again.

        :param str reason: why; kept in the history of each requirement
        :raises UserError: without a reason, or for somebody who is not a delivery manager
        """
        requirements = self._entry()
        requirements.check_access("write")
        if not self.env.user.has_group("customer_delivery.group_delivery_manager"):
            raise UserError(self.env._("Only a delivery manager may void a confirmation."))
        reason = self._entry_text(reason)
        if not reason:
            raise UserError(self.env._("Please say why the confirmation is void."))
        agreed = requirements.filtered_domain(Domain("content_lock", "=", "agreed"))
        agreed._signoff_release()
        for stage, documents in agreed.grouped(
            lambda requirement: requirement.mode_id._get_initial_requirement_stage()
        ).items():
            documents.write(Granted(stage_id=stage.id))
        for requirement in agreed:
            requirement.message_post(
                body=self.env._("Confirmation voided: %(reason)s", reason=reason),
                subtype_xmlid="mail.mt_note",
            )
        return True
