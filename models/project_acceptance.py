from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..core.acceptance_state import SHOWN_TO_CUSTOMER
from ..core.grant import Granted

STATES = [
    ("draft", "Preparation"),
    ("self_check", "Own check"),
    ("customer", "With the customer"),
    ("concluded", "Concluded"),
    ("signed", "Accepted"),
    ("failed", "Not accepted"),
    ("revoked", "Revoked"),
]
CONCLUSIONS = [
    ("pass", "Passed"),
    ("conditional", "Passed with conditions"),
    ("fail", "Not passed"),
]
SCOPES = [
    ("project", "Whole project"),
    ("milestone", "What belongs to the milestone"),
    ("deliverables", "The deliverables listed only"),
]


class ProjectAcceptance(models.Model):
    """What was promised, checked with the customer item by item, concluded and signed."""

    _name = "project.acceptance"
    _description = "Acceptance"
    _inherit = [
        "delivery.portal.mixin",
        "delivery.search.mixin",
        "delivery.numbered.mixin",
        "mail.activity.mixin",
        "project.acceptance.worded.mixin",
        "signoff.document.mixin",
        "signoff.mixin",
    ]
    _order = "id desc"
    _rec_names_search = ["number", "name"]
    _check_company_auto = True

    _number_code = "project.acceptance"
    _number_prefix = "ACC-"
    _number_title = "Acceptances"
    _signoff_content_fields = (
        "name",
        "kind_id",
        "scope",
        "milestone_id",
        "deliverable_ids",
        "team_ids",
        "basis",
        "place",
        "method",
        "date_planned",
        "date_from",
        "date_to",
        "trial_from",
        "trial_to",
        "trial_extended_to",
        "trial_extension_reason",
        "trial_note",
        "payment_name",
        "payment_percent",
        "warranty_from",
        "warranty_to",
        "warranty_note",
        "conclusion",
        "conclusion_note",
        "content_attachment_ids",
    )
    _control_fields = (
        "content_rev",
        "content_lock",
        "agreed_strength",
        "changed_after_agreement",
        "content_editor_id",
        "signoff_state",
        "number",
        "company_id",
        "commercial_partner_ref_id",
        "state",
        "round",
        "submitted_on",
        "conclusion",
        "concluded_by_id",
        "concluded_on",
        "signed_on",
        "deemed",
        "deemed_notice_id",
        "deemed_until",
        "deemed_answered_on",
        "deemed_reminders",
        "deemed_reminded_at",
        "deemed_clock_at",
        "payment_told",
        "revoke_reason",
        "revoked_by_id",
        "revoked_on",
    )

    # identity
    number = fields.Char(readonly=True, copy=False, index="trigram")
    name = fields.Char(string="Title", required=True, tracking=True, index="trigram")
    company_id = fields.Many2one("res.company", required=True, readonly=True, copy=False)
    project_id = fields.Many2one(
        "project.project",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="[('delivery_mode_id', '!=', False), ('is_template', '=', False)]",
    )
    partner_id = fields.Many2one(related="project_id.partner_id", string="Customer")
    commercial_partner_ref_id = fields.Many2one(
        "res.partner",
        string="Customer's Company",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    active = fields.Boolean(default=True)
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        index="btree_not_null",
        tracking=True,
        check_company=True,
        domain=[("share", "=", False)],
        default=lambda self: self.env.user,
    )
    # what is accepted
    kind_id = fields.Many2one(
        "project.acceptance.kind",
        string="Kind",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        domain="[('id', 'in', allowed_kind_ids)]",
    )
    allowed_kind_ids = fields.Many2many(
        "project.acceptance.kind",
        compute="_compute_allowed_kind_ids",
        compute_sudo=True,
        export_string_translation=False,
    )
    is_final = fields.Boolean(related="kind_id.is_final", export_string_translation=False)
    has_trial_run = fields.Boolean(related="kind_id.has_trial_run", export_string_translation=False)
    gives_warranty = fields.Boolean(
        related="kind_id.gives_warranty", export_string_translation=False
    )
    scope = fields.Selection(SCOPES, required=True, default="project")
    milestone_id = fields.Many2one(
        "project.milestone",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('project_id', '=', project_id)]",
        help="The milestone that this acceptance opens.",
    )
    deliverable_ids = fields.Many2many(
        "project.deliverable",
        "project_acceptance_deliverable_rel",
        string="Deliverables",
        domain="[('project_id', '=', project_id)]",
        copy=False,
    )
    basis = fields.Text(
        string="Basis", help="Contract, confirmed requirements and changes that are accepted."
    )
    method = fields.Text(string="How It Is Checked")
    place = fields.Char()
    date_planned = fields.Date(string="Planned On", tracking=True)
    date_from = fields.Date(string="Carried Out From", copy=False)
    date_to = fields.Date(string="Carried Out Until", copy=False)
    team_ids = fields.Many2many(
        "project.party",
        "project_acceptance_team_rel",
        string="Acceptance Team",
        domain="[('project_id', '=', project_id)]",
        copy=False,
        help="Who takes part, of both sides and of third parties.",
    )
    content_attachment_ids = fields.Many2many(
        "ir.attachment",
        "project_acceptance_content_attachment_rel",
        string="Files",
        copy=False,
        bypass_search_access=True,
        help="Test reports and lists that are part of what is signed.",
    )
    # checklist
    item_ids = fields.One2many("project.acceptance.item", "acceptance_id", string="Checklist")
    issue_ids = fields.One2many("project.acceptance.issue", "acceptance_id", string="Issues")
    later_issue_ids = fields.One2many(
        "project.acceptance.issue", "later_acceptance_id", string="Found Later"
    )
    # progress
    state = fields.Selection(
        STATES, required=True, readonly=True, default="draft", copy=False, index=True, tracking=True
    )
    round = fields.Integer(readonly=True, default=1, copy=False, aggregator=None)
    submitted_on = fields.Datetime(string="Given to the Customer On", readonly=True, copy=False)
    # what follows from it
    payment_name = fields.Char(
        string="Payment Milestone", help="Payment that falls due with this acceptance."
    )
    payment_percent = fields.Float(string="Payment (%)", digits=(5, 2), aggregator=None)
    payment_told = fields.Boolean(
        string="Finance Told", readonly=True, copy=False, help="Finance knows that it is due."
    )
    warranty_from = fields.Date(string="Warranty From", copy=False)
    warranty_to = fields.Date(string="Warranty Until", copy=False)
    warranty_note = fields.Text(string="Warranty Terms", copy=False)
    # conclusion
    conclusion = fields.Selection(
        CONCLUSIONS, readonly=True, copy=False, tracking=True, string="Conclusion"
    )
    conclusion_note = fields.Text(string="Words of the Conclusion", copy=False)
    concluded_by_id = fields.Many2one(
        "res.users", string="Concluded By", readonly=True, copy=False, ondelete="restrict"
    )
    concluded_on = fields.Datetime(readonly=True, copy=False)
    signed_on = fields.Date(string="Accepted On", readonly=True, copy=False)
    deemed = fields.Boolean(
        string="Deemed Accepted",
        readonly=True,
        copy=False,
        help="The customer did not answer within the agreed days after a proven notice.",
    )
    revoke_reason = fields.Text(readonly=True, copy=False)
    revoked_by_id = fields.Many2one(
        "res.users", string="Revoked By", readonly=True, copy=False, ondelete="restrict"
    )
    revoked_on = fields.Datetime(readonly=True, copy=False)
    notes = fields.Html(string="Internal Notes", copy=False)
    color = fields.Integer()
    is_practice = fields.Boolean(related="project_id.delivery_practice", string="Practice")

    _number_uniq = models.UniqueIndex("(company_id, number)", "Another acceptance has this number.")
    _project_idx = models.Index("(project_id, state)")
    _warranty_order = models.Constraint(
        "CHECK(warranty_from IS NULL OR warranty_to IS NULL OR warranty_to >= warranty_from)",
        "A warranty cannot end before it begins.",
    )

    # === COMPUTE METHODS === #

    @api.depends("number", "name", "project_id.delivery_code")
    def _compute_display_name(self):
        for acceptance in self:
            acceptance.display_name = (
                f"{acceptance._get_full_number()} {acceptance.name or ''}".strip()
            )

    @api.depends("project_id")
    def _compute_allowed_kind_ids(self):
        kinds = self.env["project.acceptance.kind"].search([])
        for acceptance in self:
            used = acceptance.project_id.delivery_mode_id.acceptance_kind_ids
            acceptance.allowed_kind_ids = used.filtered("active") or kinds

    def _compute_access_url(self):
        super()._compute_access_url()
        for acceptance in self:
            acceptance.access_url = f"/my/acceptances/{acceptance.id}"

    # === CONSTRAINT METHODS === #

    @api.constrains("milestone_id", "project_id", "deliverable_ids", "team_ids")
    def _check_same_project(self):
        for acceptance in self:
            # who edits the acceptance names things of its project, visible to him or not
            parts = acceptance.sudo()
            for records in (parts.milestone_id, parts.deliverable_ids, parts.team_ids):
                if records.project_id - acceptance.project_id:
                    raise ValidationError(
                        self.env._(
                            "%(acceptance)s names something of another project.",
                            acceptance=acceptance.display_name,
                        )
                    )

    @api.constrains("project_id")
    def _check_project_uses_delivery(self):
        self.env["project.requirement"]._check_uses_delivery(self.project_id)

    @api.constrains("payment_percent")
    def _check_payment_percent(self):
        for acceptance in self:
            if not 0 <= acceptance.payment_percent <= 100:
                raise ValidationError(self.env._("A payment lies between 0 and 100 %."))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        prepared = [self._prepare_create_vals(vals) for vals in vals_list]
        acceptances = super().create(prepared)
        acceptances._adopt_attachments("content_attachment_ids")
        acceptances._fill_kind_defaults()
        acceptances._mark_milestones()
        return acceptances

    def write(self, vals):
        if "project_id" in vals and any(
            acceptance.project_id.id != vals["project_id"] for acceptance in self
        ):
            raise UserError(self.env._("An acceptance stays in its project. Make a new one there."))
        result = super().write(vals)
        if vals.keys() & {"milestone_id", "kind_id"}:
            self._mark_milestones()
        if "content_attachment_ids" in vals:
            self._adopt_attachments("content_attachment_ids")
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_begun(self):
        for acceptance in self:
            if acceptance.state != "draft" and not acceptance._may_delete_agreed():
                raise UserError(
                    self.env._(
                        "%(acceptance)s has begun and stays readable. Archive it instead.",
                        acceptance=acceptance.display_name,
                    )
                )

    # === HOOKS OF THE MIXINS === #

    @api.model
    def _get_control_values(self, vals_list):
        default = self.default_get(["project_id"])
        projects_sudo = self.env["project.project"].sudo()
        companies, customers = [], []
        for vals in vals_list:
            project_id = self._entry_id({**default, **vals}.get("project_id"))
            if not project_id:
                raise ValidationError(self.env._("An acceptance needs a project."))
            project_sudo = projects_sudo.browse(project_id)
            companies.append(
                self.env["res.company"].browse(project_sudo._get_delivery_company().id)
            )
            customers.append(project_sudo.partner_id.commercial_partner_id.id)
        return [
            {"number": number, "company_id": company.id, "commercial_partner_ref_id": customer}
            for number, company, customer in zip(
                self._draw_numbers_for(companies), companies, customers, strict=True
            )
        ]

    def _get_lock_strength(self):
        # results are facts: in every mode they stay as they were signed
        return "refuse"

    def _get_lock_way_out(self):
        return self.env._("a delivery manager can revoke it, or make a new acceptance.")

    def _may_delete_agreed(self):
        return self.project_id.delivery_practice

    def _is_practice(self):
        return all(self.mapped("project_id.delivery_practice"))

    def _delete_practice(self):
        """Delete acceptances of practice projects, in whatever state they are."""
        practice = self.filtered(lambda acceptance: acceptance._may_delete_agreed())
        # evidence of practice projects is the only one that may go
        practice_sudo = practice.sudo()
        verdicts_sudo = self.env["project.acceptance.verdict"].sudo()
        verdicts_sudo.search([("acceptance_id", "in", practice.ids)])._delete_practice()
        practice_sudo.write(Granted(deemed_notice_id=False))
        for model in ("project.acceptance.notice", "project.acceptance.deemed"):
            self.env[model].sudo().search(
                [("acceptance_id", "in", practice.ids)]
            )._delete_practice()
        self.env["signoff.snapshot"].sudo().search(
            [("res_model", "=", self._name), ("res_id", "in", practice.ids)]
        )._delete_practice()
        (practice_sudo.issue_ids | practice_sudo.later_issue_ids)._signoff_unlink_decided()
        practice_sudo.item_ids._signoff_unlink_decided()
        practice.unlink()

    # === BUSINESS METHODS === #

    def _get_full_number(self):
        """Return the permanent number with the project's code, as people quote it."""
        # customers, who cannot read the project, quote its code too
        code = self.project_id.sudo().delivery_code
        return f"{code}/{self.number}" if code else self.number or ""

    def _get_responsible(self):
        """Return who settles what comes up: the responsible person, else the project's manager."""
        self.ensure_one()
        # the project's manager is known to everybody who works on its acceptance
        candidates = (self.user_id, self.project_id.sudo().user_id.with_env(self.env))
        return next((user for user in candidates if user.active), self.env["res.users"])

    def _get_baseline(self):
        """Return what the customer signed last, else what he was given to confirm, or nothing."""
        self.ensure_one()
        # of the project, whatever the reader's own rights to baselines
        baselines_sudo = self.env["project.baseline"].sudo()
        published = (
            Domain("project_id", "=", self.project_id.id)
            & Domain("kind", "=", "customer")
            & Domain("state", "=", "frozen")
        )
        signed = published & Domain("signoff_state", "=", "approved")
        return baselines_sudo.search(signed, limit=1) or baselines_sudo.search(published, limit=1)

    def _get_document_lang(self):
        self.ensure_one()
        # of the document, not of who happens to read it
        project_sudo, company_sudo = self.project_id.sudo(), self.company_id.sudo()
        return project_sudo.delivery_lang or company_sudo.partner_id.lang or "en_US"

    def _get_customer_signers(self):
        """Return the parties (superuser) who may accept for the customer now."""
        self.ensure_one()
        parties_sudo = self.env["project.party"].sudo()
        return parties_sudo.search(self._get_customer_signer_domain(self.project_id))

    @api.model
    def _get_customer_signer_domain(self, projects):
        """Return the domain of the parties that accept for the customers of ``projects`` now."""
        return (
            self.env["project.party"]._get_current_domain()
            & Domain("project_id", "in", projects.ids)
            & Domain("side", "=", "customer")
            & (Domain("may_sign", "=", True) | Domain("may_accept", "=", True))
        )

    def _is_published(self):
        """Tell whether the customer's page shows this acceptance."""
        self.ensure_one()
        return self.active and self.state in SHOWN_TO_CUSTOMER and self.project_id.active

    def _is_open_to_comments(self):
        # a customer answers items and signs; he writes to his contact person
        return False
