"""Customers sign on a phone, as they really do."""

from odoo.tests import HttpCase, tagged

from .signoff_common import SignoffCase

# a browser on a busy machine is slow; a tour that hangs still ends
TOUR_SECONDS = 240


@tagged("post_install", "-at_install")
class TestTourSignoff(SignoffCase, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    def setUp(self):
        super().setUp()
        self.package = self._create_package()
        self.row = self._send(self.package)
        self.slot = self._pending(self.row)

    def _tour(self, path, name, login):
        self.start_tour(path, name, login=login, timeout=TOUR_SECONDS)
        self.env.invalidate_all()

    def test_from_the_link_to_the_signature_in_four_taps(self):
        manager = self.slot.with_user(self.delivery_manager)
        path = manager.action_get_link()["url"].removeprefix(self.slot.get_base_url())
        code = manager.action_get_code()
        self.authenticate(None, None)
        self._tour(f"{path}?tourcode={code}", "delivery_signoff_link", None)
        decision = self.row.decision_ids
        self.assertEqual((self.row.state, decision.method), ("approved", "link"))
        self.assertTrue(decision.identity_id.image)
        self.assertTrue(self.slot.seen_at)

    def test_a_refusal_with_a_login_loses_nothing(self):
        self._tour("/my/delivery", "delivery_signoff_login", "portal_a")
        self.assertEqual((self.row.state, self.row.decision_ids.verdict), ("rejected", "reject"))

    def test_on_our_device(self):
        self._tour(
            f"/delivery/device/{self.slot.id}", "delivery_signoff_device", "delivery_manager"
        )
        self.assertEqual(self.row.decision_ids.witness, self.delivery_manager.name)
