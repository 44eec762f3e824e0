from odoo import api, fields, models
from odoo.fields import Domain

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
        "delivery.portal.mixin",
        "delivery.search.mixin",
        "delivery.numbered.mixin",
        "delivery.keyed.mixin",
        "mail.activity.mixin",
        # stages first: content that comes with a move is judged before the move locks it
        "delivery.staged.mixin",
        "signoff.mixin",
    ]
    _order = "outline_key, id desc"
    _rec_names_search = ["number", "name", "customer_ref"]
    _check_company_auto = True

    _number_code = "project.requirement"
    _number_prefix = "REQ-"
    _number_title = "Requirements"
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
        "content_attachment_ids",
    )
    _control_fields = (
        "content_rev",
        "content_lock",
        "agreed_strength",
        "changed_after_agreement",
        "content_editor_id",
        "date_stage",
        "paused_stage_id",
        "number",
        "company_id",
        "commercial_partner_ref_id",
        "outline",
        "outline_key",
        "origin",
        "channel_id",
        "recorded_by_id",
        "client_key",
        "taken_over",
        "post_token",
        "current_version_id",
        "confirmed_version_id",
        "version_number",
        "version_content_rev",
        "confirmed_version_number",
    )

    # identity
    number = fields.Char(readonly=True, copy=False, index="trigram")
    company_id = fields.Many2one("res.company", required=True, readonly=True, copy=False)
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
        check_company=True,
    )
    commercial_partner_ref_id = fields.Many2one(
        "res.partner",
        string="Customer's Company",
        readonly=True,
        copy=False,
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
    paused_stage_id = fields.Many2one(
        "project.requirement.stage",
        string="Interrupted In",
        readonly=True,
        copy=False,
        export_string_translation=False,
    )
    mode_id = fields.Many2one(
        "delivery.mode",
        compute="_compute_mode_id",
        search="_search_mode_id",
        string="Delivery Mode",
        compute_sudo=True,
    )
    allowed_stage_ids = fields.Many2many(
        "project.requirement.stage",
        compute="_compute_allowed_stage_ids",
        compute_sudo=True,
        export_string_translation=False,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        index="btree_not_null",
        tracking=True,
        check_company=True,
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
        copy=False,
        default=lambda self: self._default_portal_access(),
        help="What the reading parties of the project see of this requirement.",
    )
    published_to_me = fields.Boolean(
        compute="_compute_published_to_me",
        search="_search_published_to_me",
        export_string_translation=False,
    )
    customer_ref = fields.Char(string="Customer's Reference", copy=False, index="trigram")
    criterion_count = fields.Integer(compute="_compute_criterion_count")

    _number_uniq = models.UniqueIndex(
        "(company_id, number)", "Another requirement has this number."
    )
    # what counting the visible ones reads
    _company_project_idx = models.Index("(company_id, project_id) WHERE active IS TRUE")
    _document_idx = models.Index("(project_id, outline_key, id DESC)")

    @api.model
    def _default_portal_access(self):
        project_id = self._entry_id(self.env.context.get("default_project_id"))
        project_sudo = self.env["project.project"].sudo().browse(project_id or 0)
        return project_sudo.delivery_mode_id.portal_access or "hidden"

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

    @api.depends("importance", "urgency")
    def _compute_score(self):
        for requirement in self:
            requirement.score = int(requirement.importance or 0) * int(requirement.urgency or 0)

    @api.depends(
        "active",
        "portal_access",
        "stage_id",
        "requester_id",
        "commercial_partner_ref_id",
        "project_id.delivery_party_ids.reads_now",
    )
    @api.depends_context("uid")
    def _compute_published_to_me(self):
        published = self.sudo().filtered_domain(self._get_audience_domain())
        for requirement in self:
            requirement.published_to_me = requirement in published

    def _search_published_to_me(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return self._get_audience_domain()

    @api.model
    def _get_audience_domain(self):
        """Return the domain of what the current user, a customer's contact, may read.

        That is what was published to a party that he is, and what he asked for himself while
        he works for that customer. Record rules use it through ``published_to_me``.
        """
        partner = self.env.user.sudo().partner_id
        own = Domain("requester_id", "=", partner.id) & Domain(
            "commercial_partner_ref_id", "=", partner.commercial_partner_id.id
        )
        party = Domain("project_id.delivery_party_ids", "any", [("reads_now", "=", True)])
        living = Domain("active", "=", True) & (
            Domain("project_id", "=", False) | Domain("project_id.active", "=", True)
        )
        return (
            living
            & Domain("portal_access", "!=", "hidden")
            & Domain("stage_id.portal_access", "!=", "hidden")
            & (own | party)
        )

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
        project_id = self._entry_id(self.env.context.get("default_project_id"))
        mode = self.env["project.project"].browse(project_id or 0).sudo().delivery_mode_id
        return mode.requirement_stage_ids.filtered("active").sorted() if mode else stages

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        requirements = super().create(self._prepare_create_vals_list(vals_list))
        self._renumber(requirements.project_id)
        return requirements

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

    # === HOOKS OF THE MIXINS === #

    @api.model
    def _get_control_values(self, vals_list):
        companies = self._get_companies(vals_list)
        partners_sudo = self.env["res.partner"].sudo()
        return [
            {
                "number": number,
                "company_id": company.id,
                "commercial_partner_ref_id": partners_sudo.browse(
                    vals.get("partner_id") or 0
                ).commercial_partner_id.id,
            }
            for company, number, vals in zip(
                companies, self._draw_numbers_for(companies), vals_list, strict=True
            )
        ]

    # === BUSINESS METHODS === #

    def _get_full_number(self):
        """Return the permanent number with the project's code, as people quote it."""
        # customers, who cannot read the project, quote its code too
        code = self.project_id.sudo().delivery_code
        return f"{code}/{self.number}" if code else self.number or ""

    # === ACTION METHODS === #

    def action_publish(self, access="visible"):
        """Set what the customer's reading parties see; works on many.

        :param str access: ``hidden``, ``visible`` or ``comment``
        """
        requirements = self._entry()
        requirements.check_access("write")
        access = self._entry_choice("portal_access", access)
        requirements.write({"portal_access": access or "hidden"})
        return True

    def action_open_portal(self):
        """Open the page as the customer sees it."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.access_url, "target": "self"}
