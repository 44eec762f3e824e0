from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain

from .project_change_commercial import BILLINGS, SCOPES

# what a change made from a template takes over
COPIED_FIELDS = ("name", "reason", "content", "contract_scope", "billing", "agreed_days")


class ProjectChangeTemplate(models.Model):
    """A change that the customer approves once for repetition (标准变更): content and limits.

    While the customer's approval stands, changes made from the template are not sent to him
    again as long as they keep within what he has signed. The template is locked by the approval:
    to change it, the approval is revoked.
    """

    _name = "project.change.template"
    _description = "Standard Change"
    _inherit = [
        "delivery.thread.mixin",
        "delivery.numbered.mixin",
        "mail.activity.mixin",
        "signoff.document.mixin",
        "signoff.mixin",
    ]
    _order = "id desc"
    _rec_names_search = ["number", "name"]
    _check_company_auto = True

    _number_code = "project.change.template"
    _number_prefix = "STD-"
    _number_title = "Standard Changes"
    _signoff_content_fields = (
        "name",
        "project_id",
        "reach",
        "type_id",
        "reason",
        "content",
        "contract_scope",
        "billing",
        "agreed_days",
        "agreed_amount",
        "currency_id",
        "max_days",
        "max_amount",
        "valid_until",
        "max_count",
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
        "used_count",
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
        tracking=True,
        domain="[('delivery_mode_id', '!=', False), ('is_template', '=', False)]",
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
    reach = fields.Selection(
        [("project", "This project"), ("customer", "All projects of this customer")],
        string="Holds For",
        default="project",
        required=True,
        tracking=True,
    )
    # what is proposed each time
    type_id = fields.Many2one(
        "project.change.type",
        required=True,
        ondelete="restrict",
        domain=[("kind", "=", "standard")],
        default=lambda self: self._default_type_id(),
        help="Type of the changes made from it.",
    )
    reason = fields.Html(sanitize_attributes=True, sanitize_style=True)
    content = fields.Html(sanitize_attributes=True, sanitize_style=True)
    contract_scope = fields.Selection(SCOPES, string="Contract", default="in", tracking=True)
    billing = fields.Selection(BILLINGS, tracking=True)
    agreed_days = fields.Float(
        string="Days", digits=(16, 1), tracking=True, help="Proposed for each change."
    )
    agreed_amount = fields.Monetary(
        string="Amount",
        currency_field="currency_id",
        tracking=True,
        help="Price for the customer, proposed for each change.",
    )
    currency_id = fields.Many2one("res.currency", required=True, ondelete="restrict")
    line_ids = fields.One2many(
        "project.change.template.line", "template_id", string="Lines", copy=True
    )
    impact_ids = fields.One2many(
        "project.change.template.impact", "template_id", string="Impact Assessment", copy=True
    )
    # how far the approval goes
    max_days = fields.Float(
        string="Days at Most",
        digits=(16, 1),
        tracking=True,
        help="For one change. A change of more days is sent to the customer.",
    )
    max_amount = fields.Monetary(
        string="Amount at Most",
        currency_field="currency_id",
        tracking=True,
        help="For one change. A change of a higher price is sent to the customer.",
    )
    valid_until = fields.Date(copy=False, tracking=True, help="The last day on which it holds.")
    max_count = fields.Integer(
        string="Changes at Most", tracking=True, help="Zero: as many as are needed."
    )
    # where it is used
    change_ids = fields.One2many("project.change", "template_id", string="Changes", readonly=True)
    change_count = fields.Integer(string="Changes Made", compute="_compute_change_count")
    used_count = fields.Integer(
        string="Without Asking Again",
        readonly=True,
        copy=False,
        help="Changes for which the customer was not asked again.",
    )
    is_usable = fields.Boolean(
        string="In Force", compute="_compute_is_usable", search="_search_is_usable"
    )
    why_not = fields.Char(string="Why Not", compute="_compute_is_usable")

    _number_uniq = models.UniqueIndex(
        "(company_id, number)", "Another standard change has this number."
    )

    @api.model
    def _default_type_id(self):
        return self.env["project.change.type"].search([("kind", "=", "standard")], limit=1)

    # === COMPUTE METHODS === #

    @api.depends("number", "name")
    def _compute_display_name(self):
        for template in self:
            template.display_name = f"{template.number or ''} {template.name or ''}".strip()

    def _compute_change_count(self):
        counts = dict(
            self.env["project.change"]._read_group(
                [("template_id", "in", self.ids)], ["template_id"], ["__count"]
            )
        )
        for template in self:
            template.change_count = counts.get(template, 0)

    @api.depends("signoff_state", "active", "valid_until", "max_count", "used_count")
    def _compute_is_usable(self):
        for template in self:
            problems = template._get_own_problems()
            template.is_usable = not problems
            template.why_not = problems[0] if problems else False

    def _search_is_usable(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        spent = self.search([("max_count", ">", 0)]).filtered(lambda row: row._is_used_up())
        return (
            Domain("signoff_state", "=", "approved")
            & (Domain("valid_until", "=", False) | Domain("valid_until", ">=", "today"))
            & Domain("id", "not in", spent.ids)
        )

    def _is_used_up(self):
        return 0 < self.max_count <= self.used_count

    def _get_own_problems(self, counted=False):
        """Return sentences that say why the customer's approval does not hold now.

        :param bool counted: of a change that is among those that were made by it
        """
        self.ensure_one()
        if self.signoff_state != "approved":
            return [self.env._("The customer has not approved it, or the approval was revoked.")]
        problems = []
        if not self.active:
            problems.append(self.env._("It is archived."))
        if self.valid_until and self.valid_until < fields.Date.context_today(self):
            problems.append(self.env._("It was valid until %s.", self.valid_until))
        if self._is_used_up() and not counted:
            problems.append(
                self.env._("It has been used %s times, as often as was agreed.", self.used_count)
            )
        return problems

    # === CONSTRAINT METHODS === #

    @api.constrains("agreed_days", "agreed_amount", "max_days", "max_amount", "max_count")
    def _check_limits(self):
        for template in self:
            if min(template.agreed_days, template.agreed_amount, template.max_count) < 0:
                raise ValidationError(self.env._("Days, amount and number are not negative."))
            if (
                template.max_days < template.agreed_days
                or template.max_amount < template.agreed_amount
            ):
                raise ValidationError(
                    self.env._("What is proposed for each change lies within its limits.")
                )

    @api.constrains("type_id")
    def _check_type(self):
        if any(template.type_id.kind != "standard" for template in self):
            raise ValidationError(
                self.env._("A standard change makes changes of a type of the kind Standard.")
            )

    @api.constrains("project_id")
    def _check_project_uses_delivery(self):
        self.env["project.requirement"]._check_uses_delivery(self.project_id)

    @api.onchange("project_id")
    def _onchange_project_id(self):
        if self.project_id and not self._origin:
            self.currency_id = self.env["project.change"]._get_default_currency(self.project_id)

    @api.onchange("agreed_days", "agreed_amount")
    def _onchange_agreed(self):
        self.max_days = max(self.max_days, self.agreed_days)
        self.max_amount = max(self.max_amount, self.agreed_amount)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        projects = self.env["project.project"]
        default = self.default_get(["project_id"])
        prepared = []
        for vals in vals_list:
            values = {**default, **vals}
            if not values.get("currency_id"):
                project = projects.browse(self._entry_id(values.get("project_id")) or 0)
                currency = self.env["project.change"]._get_default_currency(project)
                values["currency_id"] = currency.id
            # without limits of its own it goes as far as what it proposes
            values.setdefault("max_days", values.get("agreed_days") or 0)
            values.setdefault("max_amount", values.get("agreed_amount") or 0)
            prepared.append(values)
        return super().create(prepared)

    def write(self, vals):
        if "project_id" in vals and any(
            template.project_id.id != self._entry_id(vals["project_id"]) for template in self
        ):
            raise UserError(self.env._("It stays in its project. Make a new one there."))
        return super().write(vals)

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
                "commercial_partner_ref_id": project.partner_id.commercial_partner_id.id,
            }
            for project, company, number in zip(
                projects, companies, self._draw_numbers_for(companies), strict=True
            )
        ]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        for template in self:
            if template.signoff_state != "none" and not template._may_delete_agreed():
                raise UserError(
                    self.env._(
                        "%(template)s was sent to the customer and stays. Archive it instead.",
                        template=template.display_name,
                    )
                )

    def copy_data(self, default=None):
        return [
            dict(vals, name=self.env._("%s (copy)", template.name))
            for template, vals in zip(self, super().copy_data(default=default), strict=True)
        ]

    # === HOOKS OF THE MIXINS === #

    def _get_lock_way_out(self):
        return self.env._("revoke the approval and send it again, or make another one.")

    def _may_delete_agreed(self):
        return self.project_id.delivery_practice

    def _is_practice(self):
        return all(self.mapped("project_id.delivery_practice"))

    def _delete_practice(self):
        """Delete standard changes of practice projects, whether or not they were approved."""
        practice = self.filtered(lambda template: template._may_delete_agreed())
        self.env["signoff.snapshot"].sudo().search(
            [("res_model", "=", self._name), ("res_id", "in", practice.ids)]
        )._delete_practice()
        practice.unlink()

    # === ACTION METHODS === #

    def action_make_change(self, project_id=False):
        """Make a change from this template and open it.

        :param int project_id: project of the change; by default that of the template
        """
        self.ensure_one()
        template = self._entry()
        template.check_access("read")
        project = template.env["project.project"].browse(
            self._entry_id(project_id) or template.project_id.id
        )
        change = template.env["project.change"].create(
            {"template_id": template.id, "project_id": project.id}
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": change._name,
            "res_id": change.id,
            "views": [(False, "form")],
        }

    def action_view_changes(self):
        """Open the changes that were made from this template."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_delivery.project_change_action"
        )
        return {**action, "domain": [("template_id", "=", self.id)], "context": {"create": False}}

    # === BUSINESS METHODS === #

    def _prepare_change(self):
        """Return the values that a change made from this template begins with."""
        self.ensure_one()
        return {
            **{name: self[name] for name in COPIED_FIELDS},
            "type_id": self.type_id.id,
            "agreed_amount": self.agreed_amount,
            "currency_id": self.currency_id.id,
            "please_assess": True,
            "line_ids": [
                Command.create(
                    {
                        "action": "add",
                        "name": line.name,
                        "description": line._get_html(),
                    }
                )
                for line in self.line_ids
                if line.kind == "requirement"
            ],
            "impact_ids": [Command.create(row._prepare_impact()) for row in self.impact_ids],
        }
