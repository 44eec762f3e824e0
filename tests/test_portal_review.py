"""A customer reviews item by item on the page where he signs."""

from odoo.tests import HttpCase
from odoo.tests.common import tagged
from odoo.tools import mute_logger

from .test_signoff_remark import RemarkCase


@tagged("post_install", "-at_install")
class TestSignoffRemarkPortal(HttpCase, RemarkCase):
    def _open(self, row):
        slot = self._pending(row, self.contact_a)
        self.authenticate("portal_a", "portal_a")
        return slot, f"/my/delivery/sign/{slot.id}"

    def _post(self, url, slot, **form):
        page = self.url_open(url).text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        return self.url_open(
            url,
            data={"csrf_token": token, "snapshot_sha256": slot.round_id.snapshot_sha256, **form},
        )

    def test_a_customer_reviews_on_his_page(self):
        row = self._review(self.internal, self.contact_a)
        slot, url = self._open(row)
        page = self.url_open(url).text
        self.assertIn("Item by item", page)
        self.assertIn("Need 0", page)
        first, second = self.keys[:2]
        answer = self._post(url, slot, **{"act": "remark", f"mark-{first}": "reject"})
        self.assertEqual(answer.status_code, 422)
        self.assertIn("write down why", answer.text)
        self._post(
            url,
            slot,
            **{"act": "remark", f"mark-{first}": "reject", f"remark-{first}": "Too late"},
        )
        self.assertEqual(row.remark_ids.mapped("comment"), ["Too late"])
        self.assertEqual(row.remark_ids.method, "login")
        self.assertIn("Too late", self.url_open(url).text)
        self._post(url, slot, **{"act": "comment", f"mark-{second}": "approve"})
        self.assertEqual((slot.state, slot.verdict), ("done", "comment"))
        self.assertEqual(len(row.remark_ids), 2)

    @mute_logger("odoo.http")
    def test_another_customer_does_not(self):
        row = self._review(self.contact_a)
        slot = self._pending(row, self.contact_a)
        self.authenticate("portal_b", "portal_b")
        url = f"/my/delivery/sign/{slot.id}"
        self.assertEqual(self.url_open(url).status_code, 404)
        self.assertFalse(row.remark_ids)
