from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .change_common import ChangeCase


@tagged("post_install", "-at_install")
class TestChangeQuotation(ChangeCase):
    """Where Sales is not installed there is nothing to quote with; see test_with_sale.py."""

    def test_without_sales_there_is_no_button(self):
        if self.env.get("sale.order") is not None:
            # tested with Sales, in a database that has it
            return
        change = self._create_change(agreed_amount=900, billing="charged")
        self.assertFalse(change.can_quote)
        self.assertFalse(change.quotation_name)
        with self.assertRaisesRegex(UserError, "not installed"):
            change.action_make_quotation()
        with self.assertRaisesRegex(UserError, "no quotation"):
            change.action_open_quotation()

    def test_nobody_sets_the_quotation_by_hand(self):
        change = self._create_change(agreed_amount=900)
        with self.assertRaises(AccessError):
            change.write({"quotation_ref": 1})
