"""Handing a link over, and reminding whoever has not answered."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests.common import tagged

from .signoff_common import SignoffCase


@tagged("post_install", "-at_install")
class TestSignoffShare(SignoffCase):
    def _slot(self):
        self.contact_a.email = "a@example.com"
        return self._pending(self._send(self._create_package())).with_user(self.delivery_manager)

    def _share(self, slot):
        action = slot.action_open_link()
        return self.env[action["res_model"]].with_user(slot.env.user).browse(action["res_id"])

    def test_a_link_is_handed_over_without_its_code(self):
        slot = self._slot()
        share = self._share(slot)
        self.assertIn(share.link, share.message)
        self.assertTrue(share.qr_image)
        self.assertFalse(share.code)
        share.action_show_code()
        self.assertRegex(share.code, r"^\d{6}$")
        self.assertNotIn(share.code, share.message)
        self.assertTrue(slot.sudo()._check_code(share.code))

    def test_a_new_link_makes_the_old_one_worthless(self):
        slot = self._slot()
        share = self._share(slot)
        old = share.link
        share.action_renew()
        self.assertNotEqual(share.link, old)
        self.assertFalse(slot.sudo()._fits_secret(old.rpartition("/")[2]))

    def test_handing_over_is_noted(self):
        slot = self._slot()
        share = self._share(slot)
        share.sent_via = "person"
        share.action_mark_sent()
        body = self.project_standard.message_ids[:1].body
        self.assertIn(slot.person_name, body)
        self.assertIn("In person", body)
        self.assertNotIn(share.link, body)

    def test_the_caller_names_no_link(self):
        slot = self._slot()
        share = (
            self.env["signoff.slot.share"]
            .with_user(self.delivery_manager)
            .create({"slot_id": slot.id, "link": "https://evil.example.com", "code": "1"})
        )
        self.assertNotIn("evil", share.link)
        self.assertFalse(share.code)

    def test_only_who_runs_the_project_hands_links_out(self):
        slot = self._slot()
        with self.assertRaises(AccessError):
            slot.with_user(self.project_user).action_open_link()
        with self.assertRaises(AccessError):
            slot.with_user(self.project_user).action_remind()
        with self.assertRaises(AccessError):
            self.env["signoff.slot.share"].with_user(self.delivery_user).create(
                {"slot_id": slot.id}
            )

    def test_two_reminders_then_a_person_calls(self):
        slot = self._slot()
        self.contact_a.phone = "+86 510 1234"
        for number in (1, 2):
            slot.action_remind()
            self.assertEqual(slot.reminders, number)
        notices = self.env["delivery.notice"].search([("partner_id", "=", self.contact_a.id)])
        self.assertEqual(len(notices.filtered(lambda notice: "Reminder" in notice.subject)), 2)
        with self.assertRaisesRegex(UserError, "510 1234"):
            slot.action_remind()

    def test_who_has_no_mail_is_called(self):
        slot = self._slot()
        self.contact_a.email = False
        with self.assertRaisesRegex(UserError, "cannot be reached by mail"):
            slot.action_remind()
        self.assertFalse(slot.reminders)

    def test_one_of_us_is_reminded_in_his_inbox(self):
        self._create_flow({"user_ids": [Command.set(self.internal.ids)]})
        slot = self._pending(self._send(self._create_package())).with_user(self.delivery_manager)
        slot.action_remind()
        self.assertEqual(slot.reminders, 1)
        message = self.env["mail.message"].search(
            [("partner_ids", "in", self.internal.partner_id.ids)], order="id desc", limit=1
        )
        self.assertIn("Reminder", message.subject)
