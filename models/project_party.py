from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..core.grant import Granted, is_granted


class ProjectParty(models.Model):
    """Who is who on a project, on the customer's side as on ours."""

    _name = "project.party"
    _description = "Project Party"
    _inherit = ["delivery.guarded.mixin"]
    _order = "project_id, side, sequence, id"
    _rec_names_search = ["partner_id.name", "title"]
    _check_company_auto = True
    _control_fields = ("company_id", "commercial_partner_ref_id")

    project_id = fields.Many2one(
        "project.project",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, readonly=True, copy=False
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    # who
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        required=True,
        index=True,
        ondelete="restrict",
        help="A person, or a whole company: then everybody there is this party.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="User",
        index="btree_not_null",
        compute="_compute_user_id",
        search="_search_user_id",
    )
    commercial_partner_ref_id = fields.Many2one(
        "res.partner",
        string="Company at the Time",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The company for which the contact acts here. Who changes company loses access.",
    )
    title = fields.Char(string="Post", help="Post, as it is printed under a signature.")
    role_id = fields.Many2one("project.role", ondelete="restrict")
    side = fields.Selection(
        [("customer", "Customer"), ("supplier", "Us"), ("third", "Third party")],
        required=True,
        default="customer",
        index=True,
    )
    # what the party may do
    may_read = fields.Boolean(
        default=True,
        help="Sees in the portal what is published to the customer.",
    )
    may_sign = fields.Boolean(help="May confirm, accept and sign for this side.")
    may_accept = fields.Boolean(
        string="May Check",
        help="Gives verdicts on the checklist when a delivery is accepted, without signing. "
        "Who may sign may do that too.",
    )
    sign_limit = fields.Monetary(
        currency_field="currency_id",
        groups="customer_delivery.group_delivery_user,customer_delivery.group_delivery_auditor",
        help="Highest amount this person may sign for. Zero: no limit.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(string="From")
    date_to = fields.Date(string="Until")
    backup_id = fields.Many2one(
        "project.party",
        string="Stands In",
        domain="[('project_id', '=', project_id), ('side', '=', side), ('id', '!=', id)]",
        ondelete="set null",
        help="Acts when this person cannot.",
    )
    letter_ids = fields.Many2many(
        "ir.attachment",
        "project_party_letter_rel",
        string="Letter of Authority",
        bypass_search_access=True,
    )
    is_current = fields.Boolean(compute="_compute_is_current", search="_search_is_current")
    reads_now = fields.Boolean(
        string="Is the Current User",
        compute="_compute_reads_now",
        search="_search_reads_now",
        export_string_translation=False,
    )

    _dates_order = models.Constraint(
        "CHECK(date_to IS NULL OR date_from IS NULL OR date_to >= date_from)",
        "The last day of a party cannot lie before its first day.",
    )
    # No unique index on the contact: merging two contacts would fail on it, or lose parties.
    _current_idx = models.Index("(partner_id, project_id) WHERE active IS TRUE")

    @api.depends("partner_id.user_ids")
    def _compute_user_id(self):
        for party in self:
            party.user_id = party.partner_id.sudo().user_ids[:1]

    def _search_user_id(self, operator, value):
        return Domain("partner_id.user_ids", operator, value)

    @api.depends("date_from", "date_to", "active")
    def _compute_is_current(self):
        today = fields.Date.context_today(self)
        for party in self:
            party.is_current = (
                party.active
                and (not party.date_from or party.date_from <= today)
                and (not party.date_to or party.date_to >= today)
            )

    def _search_is_current(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return self._get_current_domain()

    @api.depends("partner_id", "commercial_partner_ref_id", "side", "may_read", "is_current")
    @api.depends_context("uid")
    def _compute_reads_now(self):
        reading = self.filtered_domain(self._get_reader_domain())
        for party in self:
            party.reads_now = party in reading

    def _search_reads_now(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return self._get_reader_domain()

    @api.depends("partner_id", "title", "role_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for party in self:
            post = party.title or party.role_id.name
            name = party.partner_id.display_name or ""
            party.display_name = f"{name} ({post})" if post else name

    @api.constrains("backup_id", "project_id", "side")
    def _check_backup(self):
        for party in self | self.search([("backup_id", "in", self.ids)]):
            backup = party.backup_id
            if backup and (
                backup == party
                or backup.project_id != party.project_id
                or backup.side != party.side
            ):
                raise ValidationError(
                    self.env._(
                        "The person who stands in must be another party of this project, "
                        "on the same side."
                    )
                )

    @api.constrains("partner_id", "project_id", "side", "active")
    def _check_once(self):
        same = self.search([("project_id", "in", self.project_id.ids)]).grouped(
            lambda party: (party.project_id, party.partner_id, party.side)
        )
        for party in self.filtered("active"):
            if len(same.get((party.project_id, party.partner_id, party.side), ())) > 1:
                raise ValidationError(
                    self.env._(
                        "%(party)s is already a party of the project on this side.",
                        party=party.partner_id.display_name,
                    )
                )

    @api.constrains("may_sign", "partner_id")
    def _check_signatory_is_person(self):
        for party in self.filtered("may_sign"):
            if party.partner_id.is_company:
                raise ValidationError(
                    self.env._(
                        "%(party)s is a company. Only a person can sign: add that person.",
                        party=party.partner_id.display_name,
                    )
                )

    @api.model
    def _get_control_values(self, vals_list):
        values = []
        default = self.default_get(["project_id", "partner_id"])
        for vals in vals_list:
            project_id = self._entry_id({**default, **vals}.get("project_id"))
            partner_id = self._entry_id({**default, **vals}.get("partner_id"))
            if not project_id or not partner_id:
                raise ValidationError(self.env._("A party needs a project and a contact."))
            project = self.env["project.project"].browse(project_id)
            partner = self.env["res.partner"].browse(partner_id)
            values.append(
                {
                    "company_id": project._get_delivery_company().id,
                    "commercial_partner_ref_id": partner.commercial_partner_id.id,
                }
            )
        return values

    @api.model_create_multi
    def create(self, vals_list):
        parties = super().create(vals_list)
        parties._adopt_attachments("letter_ids")
        return parties

    def write(self, vals):
        if not is_granted(vals):
            self._refuse_control_fields(vals)
        if "project_id" in vals and any(
            party.project_id.id != vals["project_id"] for party in self
        ):
            raise UserError(self.env._("A party stays in its project. Add the contact there."))
        if "partner_id" in vals:
            partner = self.env["res.partner"].browse(self._entry_id(vals["partner_id"]) or 0)
            company_then = partner.commercial_partner_id.id
            vals = Granted(vals, commercial_partner_ref_id=company_then)
        result = super().write(vals)
        if "letter_ids" in vals:
            self._adopt_attachments("letter_ids")
        return result

    @api.model
    def _get_reader_domain(self):
        """Return the domain of parties by which the current user reads what is published.

        Record rules reach it through ``reads_now``. The domain of a rule is kept for as long
        as the registry, so that the user's company must not stand there as a value: who
        changed company would go on reading.
        """
        partner = self.env.user.sudo().partner_id
        company = partner.commercial_partner_id
        return (
            self._get_current_domain()
            & Domain("may_read", "=", True)
            & Domain("side", "!=", "supplier")
            & Domain("partner_id", "in", (partner | company).ids)
            & Domain("commercial_partner_ref_id", "=", company.id)
        )

    @api.model
    def _get_current_domain(self):
        """Return the domain of parties whose dates include today."""
        return (
            Domain("active", "=", True)
            & (Domain("date_from", "=", False) | Domain("date_from", "<=", "today"))
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", "today"))
        )
