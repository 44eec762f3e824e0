from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..core.grant import Granted, like
from .delivery_stage_mixin import PORTAL_ACCESS
from .project_requirement_criterion import VERIFICATION_METHODS

# fields that say where a requirement stands in its document
ORDER_FIELDS = {"project_id", "section_id", "parent_id", "sequence", "active"}
LEVELS = [("1", "Low"), ("2", "Medium"), ("3", "High")]


class ProjectRequirement(models.Model):
    """What the customer needs, under one number for life."""

    _name = "project.requirement"
    _description = "Requirement"
    _inherit = [
        "portal.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "signoff.mixin",
        "delivery.staged.mixin",
    ]
    _order = "outline_key, id desc"
    _rec_names_search = ["number", "name", "customer_ref"]
    _check_company_auto = True
    _mail_post_access = "read"
    _mail_thread_customer = False
    # The link of a record only reads; nobody gets the customer's voice from it.
    _mail_post_token_field = "post_token"

    _signoff_content_fields = (
        "name",
        "description",
        "type_id",
        "priority_id",
        "background",
        "constraints",
        "out_of_scope",
        "rationale",
        "verification",
        "properties",
    )
    _control_fields = (
        "content_rev",
        "content_lock",
        "changed_after_agreement",
        "number",
        "company_id",
        "commercial_partner_ref_id",
        "outline",
        "outline_key",
        "origin",
        "recorded_by_id",
        "client_key",
        "taken_over",
        "post_token",
    )

    # identity
    number = fields.Char(readonly=True, copy=False, index="trigram")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    project_id = fields.Many2one(
        "project.project",
        index=True,
        ondelete="restrict",
        tracking=True,
        check_company=True,
        domain="[('delivery_mode_id', '!=', False), ('is_template', '=', False)]",
        help="Empty while the requirement waits in the pool.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        index="btree_not_null",
        tracking=True,
        ondelete="restrict",
    )
    commercial_partner_ref_id = fields.Many2one(
        "res.partner",
        string="Customer's Company",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    active = fields.Boolean(default=True)
    # what is required
    name = fields.Char(string="Title", required=True, tracking=True, index="trigram")
    description = fields.Html(sanitize_attributes=True, sanitize_style=True)
    type_id = fields.Many2one(
        "project.requirement.type",
        index=True,
        tracking=True,
        ondelete="restrict",
        default=lambda self: self.env["project.requirement.type"].search([], limit=1),
    )
    priority_id = fields.Many2one(
        "project.requirement.priority",
        string="Class",
        index=True,
        tracking=True,
        ondelete="restrict",
        help="Agreed class: must, should, later or won't.",
    )
    criterion_ids = fields.One2many(
        "project.requirement.criterion",
        "requirement_id",
        string="Acceptance Criteria",
        copy=True,
    )
    indicator_ids = fields.One2many(
        "project.requirement.indicator",
        "requirement_id",
        string="Performance Indicators",
        copy=True,
    )
    background = fields.Html()
    constraints = fields.Html()
    out_of_scope = fields.Html(string="Not Included")
    rationale = fields.Html()
    verification = fields.Selection(VERIFICATION_METHODS, string="Verification Method")
    properties = fields.Properties(definition="type_id.properties_definition", copy=True)
    # where it stands in the document
    section_id = fields.Many2one(
        "project.requirement.section",
        index="btree_not_null",
        domain="[('project_id', '=', project_id)]",
        ondelete="set null",
    )
    parent_id = fields.Many2one(
        "project.requirement",
        index="btree_not_null",
        domain="[('project_id', '=', project_id), ('id', '!=', id)]",
        check_company=True,
        ondelete="set null",
    )
    child_ids = fields.One2many("project.requirement", "parent_id", string="Parts")
    sequence = fields.Integer(default=10)
    outline = fields.Char(string="No.", readonly=True, copy=False)
    outline_key = fields.Char(
        readonly=True, copy=False, index=True, export_string_translation=False
    )
    # progress
    stage_id = fields.Many2one(
        "project.requirement.stage",
        required=True,
        index=True,
        tracking=True,
        copy=False,
        ondelete="restrict",
        group_expand="_read_group_stage_ids",
    )
    stage_kind = fields.Selection(related="stage_id.kind", string="Stage Meaning")
    mode_id = fields.Many2one(
        "delivery.mode", compute="_compute_mode_id", string="Delivery Mode", compute_sudo=True
    )
    allowed_stage_ids = fields.Many2many(
        "project.requirement.stage",
        compute="_compute_mode_id",
        compute_sudo=True,
        export_string_translation=False,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        index="btree_not_null",
        tracking=True,
        domain=[("share", "=", False)],
    )
    date_deadline = fields.Date(string="Due", tracking=True)
    effort = fields.Float(string="Effort (Hours)")
    tag_ids = fields.Many2many(
        "project.requirement.tag", "project_requirement_tag_rel", string="Tags"
    )
    importance = fields.Selection(LEVELS)
    urgency = fields.Selection(LEVELS)
    score = fields.Integer(
        string="Importance × Urgency",
        compute="_compute_score",
        store=True,
        aggregator="avg",
    )
    risk = fields.Selection(LEVELS)
    difficulty = fields.Selection(LEVELS)
    notes = fields.Html(string="Internal Notes")
    color = fields.Integer()
    # what the customer sees
    portal_access = fields.Selection(
        PORTAL_ACCESS,
        string="Customer Sees",
        required=True,
        default="hidden",
        help="What the reading parties of the project see of this requirement.",
    )
    post_token = fields.Char(copy=False, export_string_translation=False)
    customer_ref = fields.Char(string="Customer's Reference", copy=False)
    criterion_count = fields.Integer(compute="_compute_criterion_count")

    _number_uniq = models.UniqueIndex(
        "(company_id, number)", "Another requirement has this number."
    )
    _newest_idx = models.Index("(company_id, id DESC)")
    _document_idx = models.Index("(project_id, outline_key, id DESC)")

    # === COMPUTE METHODS === #

    @api.depends("number", "name", "project_id.delivery_code")
    @api.depends_context("requirement_number_only")
    def _compute_display_name(self):
        for requirement in self:
            full_number = requirement._get_full_number()
            if self.env.context.get("requirement_number_only"):
                requirement.display_name = full_number
            else:
                requirement.display_name = f"{full_number} {requirement.name or ''}".strip()

    @api.depends("project_id.delivery_mode_id", "company_id")
    def _compute_mode_id(self):
        modes = self.env["delivery.mode"]
        pool_modes = {company: modes._get_pool_mode(company) for company in self.company_id}
        for requirement in self:
            company = requirement.company_id or self.env.user.company_id
            mode = requirement.project_id.delivery_mode_id or pool_modes.get(
                company, modes._get_pool_mode(company) if not requirement.company_id else modes
            )
            requirement.mode_id = mode
            requirement.allowed_stage_ids = mode.requirement_stage_ids

    @api.depends("content_lock", "project_id.delivery_mode_id.lock_strength")
    def _compute_content_locked(self):
        super()._compute_content_locked()

    @api.depends("importance", "urgency")
    def _compute_score(self):
        for requirement in self:
            requirement.score = int(requirement.importance or 0) * int(requirement.urgency or 0)

    def _compute_criterion_count(self):
        counts = dict(
            self.env["project.requirement.criterion"]._read_group(
                [("requirement_id", "in", self.ids)], ["requirement_id"], ["__count"]
            )
        )
        for requirement in self:
            requirement.criterion_count = counts.get(requirement, 0)

    def _compute_access_url(self):
        super()._compute_access_url()
        for requirement in self:
            requirement.access_url = f"/my/requirements/{requirement.id}"

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        project_id = self.env.context.get("default_project_id")
        mode = self.env["project.project"].browse(project_id or 0).sudo().delivery_mode_id
        return mode.requirement_stage_ids.filtered("active").sorted() if mode else stages

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
        for project in self.project_id:
            if not project.sudo().delivery_mode_id:
                raise ValidationError(
                    self.env._(
                        "%(project)s does not use delivery yet. Press “Enable Delivery” there first.",
                        project=project.display_name,
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        requirements = super().create(self._prepare_create_vals_list(vals_list))
        self._renumber(requirements.project_id)
        return requirements

    def write(self, vals):
        if "project_id" in vals:
            self._check_project_change(vals["project_id"])
            projects = self.project_id
        result = super().write(vals)
        if "project_id" in vals:
            self._after_project_change()
            self._renumber(projects | self.project_id)
        elif vals.keys() & ORDER_FIELDS:
            self._renumber(self.project_id)
        return result

    def unlink(self):
        projects = self.project_id
        result = super().unlink()
        self._renumber(projects)
        return result

    def copy_data(self, default=None):
        return [
            dict(vals, name=self.env._("%s (copy)", requirement.name))
            if not (default or {}).get("name")
            else vals
            for requirement, vals in zip(self, super().copy_data(default=default), strict=True)
        ]

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
    def _prepare_create_vals_list(self, vals_list):
        """Return the values with what the project, the customer and the mode decide."""
        defaults = self.default_get(["project_id", "partner_id", "type_id", "channel_id"])
        defaults = {key: defaults[key] for key in defaults if defaults[key]}
        prepared = []
        for vals in vals_list:
            values = like(vals, {**defaults, **vals})
            project_sudo = self.env["project.project"].sudo().browse(values.get("project_id") or 0)
            if project_sudo.partner_id:
                values["partner_id"] = project_sudo.partner_id.id
            if not values.get("portal_access"):
                mode = project_sudo.delivery_mode_id
                values["portal_access"] = mode.portal_access if mode else "hidden"
            prepared.append(values)
        return prepared

    @api.model
    def _get_control_values(self, vals_list):
        companies = [self._get_company(vals) for vals in vals_list]
        numbers = {
            company: iter(self._draw_numbers(company, companies.count(company)))
            for company in set(companies)
        }
        partners_sudo = self.env["res.partner"].sudo()
        return [
            {
                "number": next(numbers[company]),
                "company_id": company.id,
                "commercial_partner_ref_id": partners_sudo.browse(
                    vals.get("partner_id") or 0
                ).commercial_partner_id.id,
            }
            for company, vals in zip(companies, vals_list, strict=True)
        ]

    @api.model
    def _get_company(self, vals):
        """Return the company of a new requirement: never that of the user's switcher."""
        project_sudo = self.env["project.project"].sudo().browse(vals.get("project_id") or 0)
        channel_sudo = self.env["delivery.channel"].sudo().browse(vals.get("channel_id") or 0)
        partner_sudo = self.env["res.partner"].sudo().browse(vals.get("partner_id") or 0)
        company = (
            (project_sudo and project_sudo._get_delivery_company())
            or channel_sudo.company_id
            or partner_sudo.company_id
            or self.env.user.company_id
        )
        return self.env["res.company"].browse(company.id)

    @api.model
    def _get_initial_stages(self, vals_list):
        modes = self.env["delivery.mode"].sudo()
        projects_sudo = self.env["project.project"].sudo()
        stages = []
        for vals in vals_list:
            mode = projects_sudo.browse(
                vals.get("project_id") or 0
            ).delivery_mode_id or modes._get_pool_mode(self._get_company(vals))
            stage = mode._get_initial_requirement_stage()
            if not stage:
                raise UserError(
                    self.env._("No delivery mode has a first stage. Ask your administrator.")
                )
            stages.append(stage.with_env(self.env))
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

    def _get_full_number(self):
        """Return the permanent number with the project's code, as people quote it."""
        code = self.project_id.delivery_code
        return f"{code}/{self.number}" if code else self.number or ""

    def _delete_practice(self):
        """Delete requirements of practice projects, in whatever stage they are."""
        self.filtered(lambda requirement: requirement._may_delete_agreed()).unlink()

    def _check_project_change(self, project_id):
        bound = self.filtered(
            lambda req: req.content_lock != "none" and req.project_id.id != project_id
        )
        if bound:
            raise UserError(
                self.env._(
                    "%(requirement)s has been confirmed for its project and stays there.",
                    requirement=bound[0].display_name,
                )
            )

    def _after_project_change(self):
        """Fit requirements into their new project: customer, company, stage, section."""
        for requirement in self:
            project = requirement.project_id
            values = {}
            if project and project._get_delivery_company() != requirement.company_id:
                raise UserError(
                    self.env._(
                        "%(requirement)s belongs to %(company)s, the project to another company.",
                        requirement=requirement.display_name,
                        company=requirement.company_id.name,
                    )
                )
            if project.partner_id and project.partner_id != requirement.partner_id:
                values["partner_id"] = project.partner_id.id
                values["commercial_partner_ref_id"] = project.partner_id.commercial_partner_id.id
            if requirement.section_id.project_id != project:
                values["section_id"] = False
            if requirement.parent_id.project_id != project:
                values["parent_id"] = False
            if values:
                super(ProjectRequirement, requirement).write(Granted(values))
        self._fit_stages()

    def _fit_stages(self):
        """Move requirements whose mode lacks their stage to its stage of the same meaning."""
        for requirement in self:
            allowed = requirement.allowed_stage_ids
            if requirement.stage_id in allowed or not allowed:
                continue
            stage = (
                allowed.filtered(lambda s, kind=requirement.stage_kind: s.kind == kind)[:1]
                or requirement.mode_id._get_initial_requirement_stage()
            )
            requirement.write(Granted(stage_id=stage.id))

    # === ACTION METHODS === #

    def action_publish(self, access="visible"):
        """Set what the customer's reading parties see; works on many.

        :param str access: ``hidden``, ``visible`` or ``comment``
        """
        requirements = self._entry()
        requirements.check_access("write")
        requirements.write({"portal_access": access})
        return True

    def action_void_confirmation(self, reason):
        """Void the confirmation (作废) of agreed requirements, which opens their content again.

        :param str reason: why; kept in the history of each requirement
        :raises UserError: without a reason, or for somebody who is not a delivery manager
        """
        requirements = self._entry()
        requirements.check_access("write")
        if not self.env.user.has_group("customer_delivery.group_delivery_manager"):
            raise UserError(self.env._("Only a delivery manager may void a confirmation."))
        if not (reason or "").strip():
            raise UserError(self.env._("Please say why the confirmation is void."))
        agreed = requirements.filtered_domain(Domain("content_lock", "=", "agreed"))
        for requirement in agreed:
            stage = requirement.mode_id._get_initial_requirement_stage()
            requirement.write(Granted(stage_id=stage.id))
            requirement.message_post(
                body=self.env._("Confirmation voided: %(reason)s", reason=reason),
                subtype_xmlid="mail.mt_note",
            )
        agreed._signoff_release()
        return True

    def action_open_portal(self):
        """Open the page as the customer sees it."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.access_url, "target": "self"}
