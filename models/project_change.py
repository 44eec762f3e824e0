from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..core.grant import like
from .delivery_stage_mixin import PORTAL_ACCESS
from .project_change_stage import CLOSED_KINDS

DECISIONS = [
    ("none", "Not decided"),
    ("approved", "Approved"),
    ("conditional", "Approved with conditions"),
    ("rejected", "Rejected"),
    ("deferred", "Deferred"),
]
APPROVED = ("approved", "conditional")


class ProjectChange(models.Model):
    """A change of what was agreed: asked in writing, assessed, decided, applied in one stroke."""

    _name = "project.change"
    _description = "Change Request"
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
    _order = "id desc"
    _rec_names_search = ["number", "name", "customer_ref"]
    _check_company_auto = True

    _number_code = "project.change"
    _number_prefix = "CHG-"
    _number_title = "Changes"
    _signoff_content_fields = (
        "name",
        "type_id",
        "reason",
        "content",
        "expected_impact",
        "please_assess",
        "contract_scope",
        "billing",
        "agreed_days",
        "agreed_amount",
        "currency_id",
        "supplement_no",
        "milestone_ids",
        "template_id",
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
        "partner_id",
        "commercial_partner_ref_id",
        "origin",
        "recorded_by_id",
        "client_key",
        "signoff_state",
        "decision",
        "approved_before_id",
        "quotation_ref",
        "date_submitted",
        "date_decided",
        "decide_due",
        "date_applied",
        "applied_by_id",
        "date_done_first",
        "ratify_due",
        "ratify_reminded",
        "date_ratified",
        "done_in_freeze",
        "date_implemented",
        "implemented_by_id",
        "date_closed",
        "verified_by_id",
    )

    # identity
    number = fields.Char(readonly=True, copy=False, index="trigram")
    company_id = fields.Many2one("res.company", required=True, readonly=True, copy=False)
    project_id = fields.Many2one(
        "project.project",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        check_company=True,
        domain="[('delivery_mode_id', '!=', False), ('is_template', '=', False)]",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
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
    # what is asked for
    name = fields.Char(string="Title", required=True, tracking=True, index="trigram")
    type_id = fields.Many2one(
        "project.change.type",
        required=True,
        index=True,
        tracking=True,
        ondelete="restrict",
    )
    type_kind = fields.Selection(related="type_id.kind", string="Type Meaning")
    reason = fields.Html(sanitize_attributes=True, sanitize_style=True)
    content = fields.Html(sanitize_attributes=True, sanitize_style=True)
    expected_impact = fields.Html(
        string="Expected Impact",
        help="What the customer expects of it: dates, cost, effect on other parts.",
    )
    please_assess = fields.Boolean(
        string="Please Assess",
        default=True,
        help="The customer does not know the impact and asks us to find out.",
    )
    line_ids = fields.One2many(
        "project.change.line", "change_id", string="Affected Requirements", copy=True
    )
    line_count = fields.Integer(string="Affected", compute="_compute_line_count")
    content_attachment_ids = fields.Many2many(
        "ir.attachment",
        "project_change_content_attachment_rel",
        string="Files of the Change",
        copy=False,
        bypass_search_access=True,
        help="Drawings and documents that are part of what is decided.",
    )
    # progress
    stage_id = fields.Many2one(
        "project.change.stage",
        required=True,
        index=True,
        tracking=True,
        copy=False,
        ondelete="restrict",
        group_expand="_read_group_stage_ids",
    )
    stage_kind = fields.Selection(related="stage_id.kind", string="Stage Meaning")
    paused_stage_id = fields.Many2one(
        "project.change.stage",
        string="Interrupted In",
        readonly=True,
        copy=False,
        export_string_translation=False,
    )
    mode_id = fields.Many2one(
        related="project_id.delivery_mode_id", string="Delivery Mode", related_sudo=True
    )
    allowed_stage_ids = fields.Many2many(
        "project.change.stage",
        compute="_compute_allowed",
        compute_sudo=True,
        export_string_translation=False,
    )
    allowed_type_ids = fields.Many2many(
        "project.change.type",
        compute="_compute_allowed",
        compute_sudo=True,
        export_string_translation=False,
    )
    decision = fields.Selection(
        DECISIONS, default="none", required=True, readonly=True, copy=False, tracking=True
    )
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        index="btree_not_null",
        tracking=True,
        check_company=True,
        domain=[("share", "=", False)],
        help="Carries the change out.",
    )
    date_deadline = fields.Date(string="Due", tracking=True)
    deferred_until = fields.Date(tracking=True, copy=False)
    date_submitted = fields.Datetime(string="Submitted On", readonly=True, copy=False)
    date_decided = fields.Datetime(string="Decided On", readonly=True, copy=False)
    date_closed = fields.Datetime(string="Closed On", readonly=True, copy=False)
    notes = fields.Html(string="Internal Notes")
    color = fields.Integer()
    # what the customer sees
    portal_access = fields.Selection(
        PORTAL_ACCESS,
        string="Customer Sees",
        required=True,
        copy=False,
        default=lambda self: self._default_portal_access(),
        help="What the reading parties of the project see of this change.",
    )
    customer_ref = fields.Char(string="Customer's Reference", copy=False, index="trigram")

    _number_uniq = models.UniqueIndex("(company_id, number)", "Another change has this number.")
    _company_project_idx = models.Index("(company_id, project_id) WHERE active IS TRUE")
    _newest_idx = models.Index("(project_id, id DESC)")

    @api.model
    def _default_portal_access(self):
        project_id = self._entry_id(self.env.context.get("default_project_id"))
        project_sudo = self.env["project.project"].sudo().browse(project_id or 0)
        return project_sudo.delivery_mode_id.portal_access or "hidden"

    # === COMPUTE METHODS === #

    @api.depends("number", "name", "project_id.delivery_code")
    def _compute_display_name(self):
        for change in self:
            change.display_name = f"{change._get_full_number()} {change.name or ''}".strip()

    @api.depends("line_ids")
    def _compute_line_count(self):
        counts = dict(
            self.env["project.change.line"]._read_group(
                [("change_id", "in", self.ids)], ["change_id"], ["__count"]
            )
        )
        for change in self:
            change.line_count = counts.get(change._origin, 0) if change.id else len(change.line_ids)

    @api.depends("project_id.delivery_mode_id", "type_id")
    def _compute_allowed(self):
        for change in self:
            mode, change_type = change.project_id.delivery_mode_id, change.type_id
            stages = mode.change_stage_ids
            change.allowed_stage_ids = (
                stages & change_type.stage_ids if change_type.stage_ids else stages
            )
            change.allowed_type_ids = mode._get_change_types() if mode else change_type

    def _compute_access_url(self):
        super()._compute_access_url()
        for change in self:
            change.access_url = f"/my/changes/{change.id}"

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        project_id = self._entry_id(self.env.context.get("default_project_id"))
        mode = self.env["project.project"].browse(project_id or 0).sudo().delivery_mode_id
        return mode.change_stage_ids.filtered("active").sorted() if mode else stages

    # === CONSTRAINT METHODS === #

    @api.constrains("project_id")
    def _check_project_uses_delivery(self):
        self.env["project.requirement"]._check_uses_delivery(self.project_id)

    @api.onchange("project_id")
    def _onchange_project_id(self):
        if self._origin or not self.project_id:
            return
        mode = self.project_id.sudo().delivery_mode_id
        self.portal_access = mode.portal_access or "hidden"
        self.currency_id = self._get_default_currency(self.project_id)
        types = mode._get_change_types() if mode else self.type_id
        if self.type_id not in types:
            self.type_id = types[:1].with_env(self.env)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        changes = super().create(self._prepare_create_vals_list(vals_list))
        if any(vals.get("content_attachment_ids") for vals in vals_list):
            changes._adopt_attachments("content_attachment_ids")
        return changes

    def write(self, vals):
        if "project_id" in vals:
            self._check_project_change(self._entry_id(vals["project_id"]))
        result = super().write(vals)
        if "content_attachment_ids" in vals:
            self._adopt_attachments("content_attachment_ids")
        return result

    def _check_project_change(self, project_id):
        """Refuse to carry a change to another project."""
        if any(change.project_id.id != (project_id or False) for change in self):
            raise UserError(self.env._("A change stays in its project. Make a new one there."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_begun(self):
        for change in self:
            if change.date_submitted and not change._may_delete_agreed():
                raise UserError(
                    self.env._(
                        "%(change)s has been submitted and stays. Withdraw it instead.",
                        change=change.display_name,
                    )
                )

    def copy_data(self, default=None):
        return [
            dict(vals, name=self.env._("%s (copy)", change.name))
            if not (default or {}).get("name")
            else vals
            for change, vals in zip(self, super().copy_data(default=default), strict=True)
        ]

    @api.model
    def _prepare_create_vals_list(self, vals_list):
        """Return the values with the type that the mode of the project begins with."""
        projects_sudo = self.env["project.project"].sudo()
        default = self.default_get(["project_id", "type_id"])
        prepared = []
        for vals in vals_list:
            values = like(vals, {**default, **vals})
            project_sudo = projects_sudo.browse(self._entry_id(values.get("project_id")) or 0)
            mode = project_sudo.delivery_mode_id
            if not values.get("currency_id"):
                values["currency_id"] = self._get_default_currency(project_sudo).id
            if not values.get("type_id") and mode:
                values["type_id"] = mode._get_change_types()[:1].id
            if not values.get("portal_access"):
                values["portal_access"] = mode.portal_access or "hidden"
            prepared.append(values)
        return prepared

    # === HOOKS OF THE MIXINS === #

    @api.model
    def _get_control_values(self, vals_list):
        projects_sudo = self.env["project.project"].sudo()
        projects = [
            projects_sudo.browse(self._entry_id(vals.get("project_id")) or 0) for vals in vals_list
        ]
        companies = [
            self.env["res.company"].browse(project._get_delivery_company().id)
            for project in projects
        ]
        return [
            {
                "number": number,
                "company_id": company.id,
                "partner_id": project.partner_id.id,
                "commercial_partner_ref_id": project.partner_id.commercial_partner_id.id,
            }
            for project, company, number in zip(
                projects, companies, self._draw_numbers_for(companies), strict=True
            )
        ]

    # === BUSINESS METHODS === #

    def _get_full_number(self):
        """Return the permanent number with the project's code, as people quote it."""
        # customers, who cannot read the project, quote its code too
        code = self.project_id.sudo().delivery_code
        return f"{code}/{self.number}" if code else self.number or ""

    def _get_document_lang(self):
        """Return the language in which the change is written, read and signed."""
        self.ensure_one()
        project_sudo, company_sudo = self.project_id.sudo(), self.company_id.sudo()
        return project_sudo.delivery_lang or company_sudo.partner_id.lang or "en_US"

    @api.model
    def _get_open_domain(self):
        """Return the domain of changes of which something is still to be done."""
        return Domain("stage_id.kind", "not in", CLOSED_KINDS)

    # === ACTION METHODS === #

    def action_publish(self, access="visible"):
        """Set what the customer's reading parties see; works on many.

        :param str access: ``hidden``, ``visible`` or ``comment``
        """
        changes = self._entry()
        changes.check_access("write")
        access = self._entry_choice("portal_access", access)
        changes.write({"portal_access": access or "hidden"})
        return True

    def action_open_portal(self):
        """Open the page as the customer sees it."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.access_url, "target": "self"}
