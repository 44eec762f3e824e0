from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain


class SignoffDelegation(models.Model):
    """Who decides for whom, from when to when: configuration that makes slots of its own."""

    _name = "signoff.delegation"
    _description = "Delegation"
    _inherit = ["mail.thread"]
    _order = "date_from desc, id desc"

    user_id = fields.Many2one(
        "res.users",
        string="Absent",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        ondelete="restrict",
        tracking=True,
    )
    delegate_id = fields.Many2one(
        "res.users",
        string="Decides Instead",
        required=True,
        index=True,
        domain=[("share", "=", False)],
        ondelete="restrict",
        tracking=True,
    )
    date_from = fields.Date(required=True, default=fields.Date.context_today, tracking=True)
    date_to = fields.Date(required=True, tracking=True)
    res_model = fields.Selection(
        selection="_get_document_models", string="Documents", help="Empty: all documents."
    )
    company_id = fields.Many2one("res.company", index=True, help="Empty: in all companies of both.")
    reason = fields.Char()
    active = fields.Boolean(default=True)

    _dates_order = models.Constraint(
        "CHECK(date_to >= date_from)", "The last day cannot lie before the first day."
    )
    _two_people = models.Constraint(
        "CHECK(user_id != delegate_id)", "Nobody stands in for himself."
    )
    _current_idx = models.Index("(user_id, date_from, date_to) WHERE active IS TRUE")

    @api.model
    def _get_document_models(self):
        return self.env["signoff.flow"]._get_document_models()

    @api.depends("user_id", "delegate_id")
    def _compute_display_name(self):
        for delegation in self:
            delegation.display_name = f"{delegation.user_id.name} → {delegation.delegate_id.name}"

    @api.constrains("user_id", "delegate_id", "date_from", "date_to", "active")
    def _check_no_cycle(self):
        """Two who stand in for each other at the same time would both wait."""
        for delegation in self.filtered("active"):
            back = self.sudo().search_count(
                Domain("user_id", "=", delegation.delegate_id.id)
                & Domain("delegate_id", "=", delegation.user_id.id)
                & Domain("date_from", "<=", delegation.date_to)
                & Domain("date_to", ">=", delegation.date_from),
                limit=1,
            )
            if back:
                raise ValidationError(
                    self.env._(
                        "%(delegate)s is absent at that time and has named %(user)s. "
                        "Choose somebody else.",
                        delegate=delegation.delegate_id.name,
                        user=delegation.user_id.name,
                    )
                )

    @api.constrains("user_id")
    def _check_own(self):
        user = self.env.user
        # constraints run as superuser: the user counts, not his present rights
        if user.has_group("customer_delivery.group_delivery_manager"):
            return
        if self.filtered(lambda delegation: delegation.user_id != user):
            raise AccessError(self.env._("You can name who decides for you, not for others."))

    # === BUSINESS METHODS === #

    @api.model
    def _get_current(self, users, res_model, company):
        """Return {user: users who decide for him now}; one query."""
        today = fields.Date.context_today(self)
        found_sudo = self.sudo().search(
            Domain("user_id", "in", users.ids)
            & Domain("date_from", "<=", today)
            & Domain("date_to", ">=", today)
            & Domain("res_model", "in", [res_model, False])
            & Domain("company_id", "in", [company.id, False])
            & Domain("delegate_id.active", "=", True)
        )
        return {
            user: delegations.delegate_id
            for user, delegations in found_sudo.grouped("user_id").items()
        }

    @api.model
    def _prepare_slots(self, slots_sudo):
        """Return values of the slots that ask those who stand in for the people of ``slots``."""
        values = []
        with_user = slots_sudo.filtered("user_id")
        for (model, company), slots in with_user.grouped(
            lambda slot: (slot.res_model, slot.company_id)
        ).items():
            current = self._get_current(slots.user_id, model, company)
            for slot in slots:
                barred = slot.round_id._get_plan()["barred"] if current else ()
                for delegate in current.get(slot.user_id, ()):
                    if delegate.id in barred or company not in delegate.company_ids:
                        continue
                    (person,) = self.env["signoff.planner"]._as_people(delegate, company)
                    person["group"] = slot.group_key
                    values.append(
                        self.env["signoff.slot"]._prepare_slot_vals(
                            slot.step_id,
                            person,
                            origin="delegation",
                            on_behalf_slot_id=slot.id,
                        )
                    )
        return values
