from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..core.grant import Granted

# where the number of the product is kept that stands for a change on a quotation
PRODUCT_PARAMETER = "customer_delivery.change_product_id"
ENDED_KINDS = ("rejected", "withdrawn")


class ProjectChange(models.Model):
    """A priced change becomes a draft quotation where the application Sales is installed.

    This file is all that knows of it. Without Sales there is no button and nothing to call.
    """

    _inherit = "project.change"

    # a number, for the model behind it may not exist
    quotation_ref = fields.Integer(
        readonly=True, copy=False, aggregator=None, export_string_translation=False
    )
    quotation_name = fields.Char(string="Quotation", compute="_compute_quotation")
    can_quote = fields.Boolean(compute="_compute_quotation", export_string_translation=False)

    # === COMPUTE METHODS === #

    @api.depends("quotation_ref", "agreed_amount", "billing", "stage_id")
    @api.depends_context("uid")
    def _compute_quotation(self):
        orders = self.env.get("sale.order")
        may_quote = orders is not None and orders.has_access("create")
        for change in self:
            order = change._get_quotation()
            change.quotation_name = order and order.display_name
            change.can_quote = may_quote and not order and change._is_priced()

    def _is_priced(self):
        return (
            self.agreed_amount > 0
            and self.billing != "free"
            and self.stage_id.kind not in ENDED_KINDS
        )

    def _get_quotation(self):
        """Return the quotation of this change that the user may read, else nothing.

        One that was cancelled or deleted counts no more.
        """
        self.ensure_one()
        orders = self.env.get("sale.order")
        if orders is None or not self.quotation_ref or not orders.has_access("read"):
            return None
        order = orders.browse(self.quotation_ref).exists()._filtered_access("read")
        return order if order and order.state != "cancel" else None

    # === ACTION METHODS === #

    def action_make_quotation(self):
        """Make a draft quotation of the price of this change, once, and open it.

        :raises UserError: without Sales, or when the change has no price
        """
        self.ensure_one()
        change = self._entry()
        change.check_access("write")
        if change.env.get("sale.order") is None:
            raise UserError(self.env._("The application Sales is not installed."))
        if not change._is_priced():
            raise UserError(
                self.env._(
                    "%(change)s has no price for the customer, so there is nothing to quote.",
                    change=change.display_name,
                )
            )
        # two at once: the second one starts again, and finds the first one's quotation
        change.flush_recordset()
        change.env.cr.execute(
            SQL("SELECT id FROM project_change WHERE id = %s FOR UPDATE", change.id)
        )
        change.invalidate_recordset(["quotation_ref"])
        if not change._has_live_quotation():
            order = change.env["sale.order"].create(change._prepare_quotation())
            change.sudo().write(Granted(quotation_ref=order.id))
            change._message_log(
                body=self.env._("Quotation: %(quotation)s", quotation=order._get_html_link())
            )
        return change.action_open_quotation()

    def action_open_quotation(self):
        """Open the quotation of this change."""
        self.ensure_one()
        order = self._get_quotation()
        if not order:
            raise UserError(self.env._("There is no quotation that you may read."))
        return {
            "type": "ir.actions.act_window",
            "res_model": order._name,
            "res_id": order.id,
            "views": [(False, "form")],
        }

    # === BUSINESS METHODS === #

    def _has_live_quotation(self):
        # whoever made it, and whether or not this user may read it
        return bool(self.sudo()._get_quotation())

    def _prepare_quotation(self):
        """Return the values of the quotation, in the currency of the price."""
        self.ensure_one()
        customer = self.partner_id or self.commercial_partner_ref_id
        if not customer:
            raise UserError(
                self.env._(
                    "The project %(project)s has no customer to whom anything could be quoted.",
                    project=self.project_id.display_name,
                )
            )
        values = {
            "partner_id": customer.id,
            "company_id": self.company_id.id,
            "origin": self._get_full_number(),
            "client_order_ref": self.customer_ref,
            "order_line": [fields.Command.create(self._prepare_quotation_line())],
        }
        pricelist = self._get_quotation_pricelist()
        return {**values, "pricelist_id": pricelist.id} if pricelist else values

    def _prepare_quotation_line(self):
        self.ensure_one()
        return {
            "product_id": self._get_quotation_product().id,
            "name": self.display_name,
            "product_uom_qty": 1,
            "price_unit": self.agreed_amount,
        }

    @api.model
    def _get_quotation_product(self):
        """Return the service that stands for a change on a quotation, made when first needed."""
        # who sells need not be allowed to make products
        parameters_sudo = self.env["ir.config_parameter"].sudo()
        products_sudo = self.env["product.product"].sudo()
        known = parameters_sudo.get_param(PRODUCT_PARAMETER, "")
        product_sudo = products_sudo.browse(int(known) if known.isdigit() else 0).exists()
        if not product_sudo:
            product_sudo = products_sudo.create(
                {"name": self.env._("Change request"), "type": "service", "sale_ok": True}
            )
            parameters_sudo.set_param(PRODUCT_PARAMETER, product_sudo.id)
        return product_sudo.with_env(self.env)

    def _get_quotation_pricelist(self):
        """Return a price list in the currency of the change, where it is not the company's."""
        self.ensure_one()
        if self.currency_id == self.company_id.currency_id:
            return None
        # the currency alone is looked at, no price
        found_sudo = (
            self.env["product.pricelist"]
            .sudo()
            .search(
                Domain("currency_id", "=", self.currency_id.id)
                & Domain("company_id", "in", (False, self.company_id.id)),
                limit=1,
            )
        )
        if not found_sudo:
            raise UserError(
                self.env._(
                    "There is no price list in %(currency)s. Make one in Sales first.",
                    currency=self.currency_id.name,
                )
            )
        return found_sudo
