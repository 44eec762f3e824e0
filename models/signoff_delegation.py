from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

# how many who are absent themselves may stand between who is asked and who decides
CHAIN_LIMIT = 3
DAY = timedelta(days=1)


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
        """People who stand in for each other at the same time would all wait."""
        for delegation in self.filtered("active"):
            seen = delegates_sudo = delegation.sudo().delegate_id
            while delegates_sudo:
                following_sudo = self.sudo().search(
                    Domain("user_id", "in", delegates_sudo.ids)
                    & Domain("date_from", "<=", delegation.date_to)
                    & Domain("date_to", ">=", delegation.date_from)
                )
                if delegation.user_id in following_sudo.delegate_id:
                    raise ValidationError(
                        self.env._(
                            "%(delegate)s is absent at that time and has named %(user)s, or "
                            "somebody for whom %(user)s stands in. Choose somebody else.",
                            delegate=delegation.delegate_id.name,
                            user=delegation.user_id.name,
                        )
                    )
                delegates_sudo = following_sudo.delegate_id - seen
                seen |= delegates_sudo

    @api.constrains(
        "user_id", "delegate_id", "date_from", "date_to", "res_model", "company_id", "active"
    )
    def _check_own(self):
        """Nobody but the absent says who decides for him, what and how long."""
        user = self.env.user
        # constraints run as superuser: the user counts, not his present rights
        if user.has_group("customer_delivery.group_delivery_manager"):
            return
        if self.filtered(lambda delegation: delegation.user_id != user):
            raise AccessError(self.env._("You can name who decides for you, not for others."))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        delegations = super().create(vals_list)
        delegations._begin()
        return delegations

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"user_id", "delegate_id", "date_from", "date_to", "res_model", "active"}:
            self._begin()
        return result

    # === BUSINESS METHODS === #

    def _begin(self):
        """Ask who stands in about what waits for the absent already."""
        begun = self.filtered(lambda row: row.active and row._is_current())
        if not begun:
            return
        # those for whom the absent stand in wait too
        absent = behind = begun.user_id
        for _link in range(CHAIN_LIMIT - 1):
            behind = self.sudo().search([("delegate_id", "in", behind.ids)]).user_id - absent
            absent |= behind
        # whoever goes on leave need not see what those ask for whom he stands in
        slots_sudo = self.env["signoff.slot"].sudo()
        pending = Domain("state", "=", "pending") & Domain("user_id", "in", absent.ids)
        for row_sudo in slots_sudo.search(pending).round_id:
            # nobody is asked to stand in for what is decided at this moment
            row_sudo._lock()
        slots_sudo.invalidate_model(["state"], flush=False)
        slots_sudo.search(pending)._ask_delegates()

    @api.model
    def _cron_begin(self):
        """Ask who stands in, on the first day of each absence; nobody is asked twice."""
        today = fields.Date.today()
        # days begin earlier in the east
        near = [("date_from", "<=", today + DAY), ("date_to", ">=", today - DAY)]
        delegations = self.search(near)
        progress = self.env["ir.cron"]
        progress._commit_progress(remaining=len(delegations))
        for delegation in delegations:
            try:
                with self.env.cr.savepoint():
                    delegation._begin()
                    self.env.flush_all()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # somebody decides just now; the next run looks again
                self.env.cr.rollback()
                return
            if not progress._commit_progress(1):
                return

    def _is_current(self):
        """Tell whether the absence lasts today, where the absent person is."""
        self.ensure_one()
        today = fields.Date.context_today(self.with_context(tz=self.user_id.tz))
        return self.date_from <= today <= self.date_to

    @api.model
    def _get_current(self, users, res_model, company):
        """Return {user: users who decide for him now}; a query for each link of a chain.

        Who stands in and is absent himself is asked, and so is who stands in for him.
        """
        today = fields.Date.context_today(self)
        scope = (
            Domain("date_from", "<=", today)
            & Domain("date_to", ">=", today)
            & Domain("res_model", "in", [res_model, False])
            & Domain("company_id", "in", [company.id, False])
            & Domain("delegate_id.active", "=", True)
        )
        direct, wanted = {}, users
        for _link in range(CHAIN_LIMIT):
            found_sudo = self.sudo().search(scope & Domain("user_id", "in", wanted.ids))
            for user, delegations in found_sudo.grouped("user_id").items():
                direct[user] = delegations.delegate_id
            wanted = found_sudo.delegate_id - self.env["res.users"].union(*direct)
            if not wanted:
                break
        return {
            user: self._follow(user, direct) - user
            for user in users.with_env(found_sudo.env)
            if user in direct
        }

    @api.model
    def _follow(self, user, direct):
        """Return all who stand in for ``user`` by the direct delegations, along the chain."""
        found = last = direct[user]
        for _link in range(CHAIN_LIMIT - 1):
            last = found.union(*(direct[one] for one in last if one in direct)) - found
            found |= last
        return found

    @api.model
    def _ask_delegates(self, slots_sudo):
        """Ask those who stand in for the people of ``slots_sudo``, each once.

        :return: the new slots (superuser)
        """
        values = []
        own = slots_sudo.filtered(
            lambda slot: slot.user_id and not slot.on_behalf_slot_id and slot.state == "pending"
        )
        for (model, company), slots in own.grouped(
            lambda slot: (slot.res_model, slot.company_id)
        ).items():
            current = self._get_current(slots.user_id, model, company)
            asked = slots.filtered(lambda slot, current=current: slot.user_id in current)
            known = {
                (twin.on_behalf_slot_id, twin.user_id)
                for twin in slots.search([("on_behalf_slot_id", "in", asked.ids)])
            }
            for slot in asked:
                barred = slot.round_id._get_plan()["barred"]
                for delegate in current[slot.user_id]:
                    if (
                        delegate.id in barred
                        or company not in delegate.company_ids
                        or (slot, delegate) in known
                    ):
                        continue
                    (person,) = self.env["signoff.planner"]._as_people(delegate, company)
                    person["group"] = slot.group_key
                    values.append(
                        self.env["signoff.slot"]._prepare_slot_vals(
                            slot.step_id,
                            person,
                            origin="delegation",
                            on_behalf_slot_id=slot.id,
                            asked_at=fields.Datetime.now(),
                        )
                    )
        return self.env["signoff.slot"].sudo().create(values)
