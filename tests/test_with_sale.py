from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .change_common import ChangeCase


@tagged("post_install", "-at_install", "-standard", "with_sale")
class TestWithSale(ChangeCase):
    """Changes and the application Sales; run in a database that has it installed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls._create_user(
            "seller",
            "customer_delivery.group_delivery_manager,sales_team.group_sale_salesman_all_leads",
        )

    def _create_priced(self, **values):
        values = {"agreed_amount": 900, "billing": "charged", **values}
        return self._create_change(**values).with_user(self.seller)

    def _orders(self, change):
        return self.env["sale.order"].search([("origin", "=", change._get_full_number())])

    def test_a_priced_change_makes_one_draft_quotation(self):
        change = self._create_priced(customer_ref="PO 7")
        self.assertTrue(change.can_quote)
        action = change.action_make_quotation()
        order = self._orders(change)
        self.assertEqual((action["res_model"], action["res_id"]), ("sale.order", order.id))
        self.assertEqual(order.state, "draft")
        self.assertEqual(order.partner_id, self.customer_a)
        self.assertEqual(order.client_order_ref, "PO 7")
        self.assertEqual(order.company_id, change.company_id)
        self.assertEqual(order.currency_id, change.currency_id)
        self.assertEqual(order.order_line.price_unit, 900)
        self.assertIn(change.number, order.order_line.name)
        self.assertEqual(order.amount_untaxed, 900)
        self.assertEqual(change.quotation_name, order.display_name)
        self.assertIn(order.name, change.message_ids[0].body)

    def test_clicking_twice_makes_one(self):
        change = self._create_priced()
        first, second = change.action_make_quotation(), change.action_make_quotation()
        self.assertEqual(first, second)
        self.assertEqual(len(self._orders(change)), 1)
        self.assertFalse(change.can_quote)
        # two changes share the product that stands for them
        other = self._create_priced()
        other.action_make_quotation()
        orders = self._orders(change) | self._orders(other)
        self.assertEqual(len(orders.order_line.product_id), 1)

    def test_after_a_cancelled_one_there_may_be_another(self):
        change = self._create_priced()
        change.action_make_quotation()
        self._orders(change)._action_cancel()
        change.invalidate_recordset()
        self.assertTrue(change.can_quote)
        change.action_make_quotation()
        self.assertEqual(len(self._orders(change)), 2)

    def test_the_price_keeps_its_currency(self):
        currency = self.env.ref("base.CHF")
        currency.active = True
        change = self._create_priced(currency_id=currency.id)
        self.env["product.pricelist"].search([("currency_id", "=", currency.id)]).unlink()
        with self.assertRaisesRegex(UserError, "price list in CHF"):
            change.action_make_quotation()
        self.env["product.pricelist"].create({"name": "CHF", "currency_id": currency.id})
        change.action_make_quotation()
        self.assertEqual(self._orders(change).currency_id, currency)
        self.assertEqual(self._orders(change).amount_untaxed, 900)

    def test_what_has_no_price_is_not_quoted(self):
        for values in ({"agreed_amount": 0}, {"billing": "free"}):
            change = self._create_priced(**values)
            self.assertFalse(change.can_quote)
            with self.assertRaisesRegex(UserError, "no price"):
                change.action_make_quotation()
        withdrawn = self._create_priced()
        withdrawn.action_put_aside("withdrawn", "Not wanted")
        self.assertFalse(withdrawn.can_quote)

    def test_who_may_not_sell_makes_none(self):
        change = self._create_priced().with_user(self.delivery_user)
        self.assertFalse(change.can_quote)
        with self.assertRaises(AccessError):
            change.action_make_quotation()
        self.assertFalse(self._orders(change))
        made = self._create_priced()
        made.action_make_quotation()
        # its name is for those who may read it: Odoo lets people of projects, not auditors
        order = self._orders(made)
        for user in (self.delivery_user, self.auditor):
            readable = order.with_user(user).has_access("read")
            self.assertEqual(bool(made.with_user(user).quotation_name), readable, user.login)
        self.assertFalse(order.with_user(self.auditor).has_access("read"))

    def test_the_customer_sees_the_price_and_never_the_quotation(self):
        change = self._create_priced(portal_access="visible")
        change.action_make_quotation()
        seen = change.with_user(self.portal_a)
        self.assertEqual(seen.agreed_amount, 900)
        with self.assertRaises(AccessError):
            seen.read(["quotation_ref"])
