from odoo.tests.common import HttpCase, tagged

from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestTourPortalWish(DeliveryCase, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_a_visitor_files_a_wish_on_a_phone(self):
        channel = self._create_channel(
            project_id=self.project_light.id, user_id=self.delivery_user.id
        )
        path = f"/delivery/wish/{channel.token}"
        self.assertTrue(channel.form_url.endswith(path))
        self.start_tour(path, "delivery_portal_wish_phone", login=None)
        wish = self.env["project.requirement"].search([("channel_id", "=", channel.id)])
        self.assertEqual(len(wish), 1)
        self.assertEqual(wish.requester_name, "Visitor Vera")
        self.assertEqual(wish.wish_priority_id.name, "Must")
