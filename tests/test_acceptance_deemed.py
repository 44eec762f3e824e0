"""Silence that counts: a proven notice, working days, reminders, an answer that ends it."""

import base64
from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests.common import freeze_time, tagged

from odoo.addons.customer_delivery.core.canonical import digest

from .signoff_common import SignoffCase
from .test_acceptance_verdict import PIXEL

# a Thursday; 1 to 7 October are free, 10 October (a Saturday) is worked in exchange
NOTICE = "2026-09-24"
HOLIDAYS = [f"2026-10-0{day}" for day in range(1, 8)]


@tagged("post_install", "-at_install")
class TestAcceptanceDeemed(SignoffCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact_a.write({"email": "ann@example.com", "lang": "zh_CN", "tz": "UTC"})
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls.company.resource_calendar_id.tz = "UTC"
        cls.env["delivery.workday"].create(
            [
                *({"company_id": cls.company.id, "date": day, "kind": "off"} for day in HOLIDAYS),
                {"company_id": cls.company.id, "date": "2026-10-10", "kind": "extra"},
            ]
        )
        cls.env.ref("mail.ir_cron_mail_scheduler_action").active = False
        cls.kind = cls._acceptance_kind("final")
        cls.kind.write({"deemed_days": 10, "deemed_remind_days": 2})
        cls.project_standard.user_id = cls.delivery_user
        with freeze_time(NOTICE + " 09:00:00"):
            cls.acceptance = cls._create_acceptance(
                project_id=cls.project_standard.id,
                kind_id=cls.kind.id,
                item_ids=[
                    Command.create({"name": "Prints labels"}),
                    Command.create({"name": "Looks fine"}),
                ],
            ).with_user(cls.delivery_user)
            for item in cls.acceptance.item_ids:
                item.action_record_verdict("check", "pass")
            cls.acceptance.action_submit()

    def _note(self, acceptance=None, **values):
        arguments = {
            "notice_on": NOTICE,
            "notice_how": "Registered mail",
            "clause": "§ 7: 10 working days without an answer count as acceptance",
            "files": [{"name": "receipt.png", "data": PIXEL}],
            **values,
        }
        own = (acceptance or self.acceptance).with_user(self.delivery_manager)
        with freeze_time(NOTICE + " 10:00:00"):
            return own.action_note_notice(**arguments)

    def _strike(self, moment):
        with freeze_time(moment):
            self._run_cron("acceptance_notice")

    def _reminders(self):
        return self.env["delivery.notice"].search(
            [("key", "like", "acceptance.%"), ("key", "not like", "acceptance.submitted%")]
        )

    def _calls(self):
        kind = self.env.ref("customer_delivery.mail_activity_type_accepted")
        return self.acceptance.activity_ids.filtered(lambda a: a.activity_type_id == kind)

    def _deem(self, moment):
        with freeze_time(moment):
            return self.acceptance.with_user(self.delivery_manager).action_deem()

    def _customer_verdict(self, verdict):
        self.acceptance.item_ids[0].action_record_verdict(
            "customer", verdict, note="Jams", images=[{"name": "jam.png", "datas": PIXEL}]
        )

    # === THE NOTICE === #

    def test_silence_counts_only_where_the_kind_says_so(self):
        self.kind.deemed_days = 0
        self.assertFalse(self.acceptance.can_note_notice)
        with self.assertRaisesRegex(UserError, "never accepted without an answer"):
            self._note()

    def test_a_notice_needs_its_proof_and_a_manager(self):
        for missing in (
            {"notice_on": False},
            {"notice_how": ""},
            {"clause": " "},
            {"files": []},
        ):
            with self.subTest(missing=missing), self.assertRaisesRegex(UserError, "file that"):
                self._note(**missing)
        with self.assertRaisesRegex(AccessError, "delivery manager"):
            self.acceptance.action_note_notice(NOTICE, "x", "y", [{"name": "a", "data": PIXEL}])
        self.assertFalse(self.acceptance.notice_ids)

    def test_the_days_are_working_days_and_stay_as_they_were_noted(self):
        self._note()
        notice = self.acceptance.notice_ids
        # 25, 28, 29, 30 September; 8, 9, 10 (worked), 12, 13, 14 October
        self.assertEqual((notice.days, notice.until), (10, date(2026, 10, 14)))
        self.assertIn(digest(base64.b64decode(PIXEL)), notice.notice_files)
        self.env["delivery.workday"].search([("date", "=", "2026-10-10")]).unlink()
        self.kind.deemed_days = 3
        self.assertEqual(self.acceptance.deemed_until, date(2026, 10, 14))
        with self.assertRaises(AccessError):
            notice.sudo().write({"until": "2026-09-25"})
        with self.assertRaises(AccessError):
            self.acceptance.sudo().write({"deemed_until": "2026-09-25"})

    def test_the_dialog_notes_what_is_then_kept(self):
        dialogs = self.env["project.acceptance.deem"].with_context(active_id=self.acceptance.id)
        values = {"notice_on": NOTICE, "notice_how": "Registered mail", "clause": "§ 7"}
        with self.assertRaises(AccessError):
            dialogs.with_user(self.delivery_user).create(values)
        dialog = dialogs.with_user(self.delivery_manager).create(values)
        self.assertEqual(dialog.until, date(2026, 10, 14))
        with self.assertRaisesRegex(UserError, "a file that proves"):
            dialog.action_note()
        receipt = dialog.env["ir.attachment"].create(
            {"name": "receipt.png", "datas": PIXEL, "res_model": dialog._name}
        )
        dialog.file_ids = receipt
        dialog.action_note()
        notice = self.acceptance.deemed_notice_id
        self.assertEqual(notice.sudo().attachment_ids.mapped("name"), ["receipt.png"])
        self.assertFalse(receipt.exists())

    # === REMINDERS === #

    def test_the_customer_is_reminded_before_and_on_the_last_day_once_each(self):
        self._note()
        for moment, mails, calls in (
            ("2026-10-09 18:00:00", 0, 0),
            # two working days before the 14th is the 12th
            ("2026-10-11 18:00:00", 0, 0),
            ("2026-10-12 09:00:00", 1, 0),
            ("2026-10-12 18:00:00", 1, 0),
            ("2026-10-13 18:00:00", 1, 0),
            ("2026-10-14 09:00:00", 2, 0),
            ("2026-10-14 23:00:00", 2, 0),
            ("2026-10-15 01:00:00", 2, 1),
            ("2026-10-20 09:00:00", 2, 1),
        ):
            self._strike(moment)
            with self.subTest(moment=moment):
                self.assertEqual((len(self._reminders()), len(self._calls())), (mails, calls))
        self.assertEqual(self._reminders().partner_id, self.contact_a)
        self.assertEqual(self.acceptance.deemed_reminders, 2)
        self.assertEqual(set(self._reminders().mapped("due")), {date(2026, 10, 14)})
        self.assertEqual(self._calls().user_id, self.delivery_user)
        self.assertIn("may be counted", self._calls().summary)

    def test_who_slept_through_the_first_reminder_sends_one_mail_not_two(self):
        self._note()
        self._strike("2026-10-14 10:00:00")
        self.assertEqual(len(self._reminders()), 1)
        self._strike("2026-10-14 11:00:00")
        self.assertEqual(len(self._reminders()), 1)

    def test_a_reminder_is_written_in_the_language_of_its_reader(self):
        self._note()
        self._strike("2026-10-12 09:00:00")
        reminder = self._reminders()
        # dates as his language writes them; the words follow with the translations
        self.assertIn("2026/10/14", str(reminder.body))
        self.contact_a.lang = "en_US"
        self._strike("2026-10-14 09:00:00")
        latest = self._reminders() - reminder
        self.assertIn("Without an answer until 10/14/2026 it counts as accepted", latest.body)

    def test_without_reminders_the_days_run_all_the_same(self):
        self.kind.deemed_remind_days = 0
        self._note()
        self._strike("2026-10-14 12:00:00")
        self.assertFalse(self._reminders())
        self._strike("2026-10-15 01:00:00")
        self.assertEqual(len(self._calls()), 1)

    def test_where_nobody_can_be_written_to_a_person_phones(self):
        self.contact_a.email = False
        self._note()
        self._strike("2026-10-12 09:00:00")
        self.assertFalse(self._reminders())
        self.assertIn("phone the customer", self._calls().summary)
        self.assertEqual(self.acceptance.deemed_reminders, 0)

    def test_without_a_notice_nobody_is_reminded(self):
        self._strike("2026-12-01 09:00:00")
        self.assertFalse(self._reminders())
        self.assertFalse(self._calls())
        with self.assertRaisesRegex(UserError, "note first"):
            self._deem("2026-12-01 09:00:00")

    # === ANSWERS === #

    def test_what_the_customer_does_not_let_pass_is_an_answer(self):
        self._note()
        with freeze_time("2026-10-09 09:00:00"):
            self._customer_verdict("pass")
        self.assertFalse(self.acceptance.deemed_answered_on)
        with freeze_time("2026-10-09 10:00:00"):
            self._customer_verdict("fail")
        self.assertEqual(self.acceptance.deemed_answered_on, date(2026, 10, 9))
        self._strike("2026-10-15 09:00:00")
        self.assertFalse(self._reminders())
        self.assertFalse(self._calls())
        with self.assertRaisesRegex(UserError, "answered on"):
            self._deem("2026-10-15 09:00:00")
        self.assertFalse(self.acceptance.can_deem)
        # what was mended is notified anew
        self.assertTrue(self.acceptance.can_note_notice)

    def test_a_refusal_is_an_answer_and_ours_is_none(self):
        self._note()
        for item in self.acceptance.item_ids:
            item.action_record_verdict("customer", "pass", person_name="Ann")
        self.acceptance.action_conclude("pass")
        row = self._send(self.acceptance, self.delivery_user)
        self._decide(self._pending(row, self.delivery_user), "reject", comment="Wrong paper")
        self.assertEqual(row.state, "rejected")
        self.assertFalse(self.acceptance.deemed_answered_on)
        row = self._send(self.acceptance, self.delivery_user)
        self._decide(self._pending(row, self.delivery_user))
        self._decide(self._pending(row, self.contact_a), "reject", "link", comment="It jams")
        self.assertEqual(row.state, "rejected")
        self.assertTrue(self.acceptance.deemed_answered_on)
        self.assertFalse(self.acceptance.deemed_clock_at)

    def test_a_signature_ends_the_reminders(self):
        self._note()
        for item in self.acceptance.item_ids:
            item.action_record_verdict("customer", "pass", person_name="Ann")
        self.acceptance.action_conclude("pass")
        row = self._send(self.acceptance, self.delivery_user)
        self._decide(self._pending(row, self.delivery_user))
        self._sign(self._pending(row, self.contact_a))
        self.assertRecordValues(
            self.acceptance, [{"state": "signed", "deemed": False, "deemed_clock_at": False}]
        )
        self._strike("2026-10-15 09:00:00")
        self.assertFalse(self._reminders())

    def test_who_takes_it_back_has_to_give_notice_again(self):
        self._note()
        self.acceptance.action_take_back()
        self.assertFalse(self.acceptance.deemed_notice_id or self.acceptance.deemed_clock_at)
        self.assertEqual(len(self.acceptance.notice_ids), 1)

    # === DEEMING === #

    def test_silence_counts_after_the_days_and_only_once(self):
        self._note()
        self._strike("2026-10-12 09:00:00")
        with self.assertRaisesRegex(UserError, "10 working days"):
            self._deem("2026-10-14 23:00:00")
        with freeze_time("2026-10-15 01:00:00"), self.assertRaises(AccessError):
            self.acceptance.action_deem()
        self._deem("2026-10-15 01:00:00")
        self.assertRecordValues(
            self.acceptance,
            [{"state": "signed", "deemed": True, "content_lock": "agreed"}],
        )
        proof = self.acceptance._get_deemed()
        self.assertEqual((proof.days, proof.until, proof.reminders), (10, date(2026, 10, 14), 1))
        self.assertIn(digest(base64.b64decode(PIXEL)), proof.notice_files)
        with self.assertRaises(UserError):
            self._deem("2026-10-16 01:00:00")
        self.assertEqual(len(self.acceptance.deemed_ids), 1)
        self._strike("2026-10-20 09:00:00")
        self.assertEqual(len(self._reminders()), 1)
        with self.assertRaises(AccessError):
            proof.sudo().write({"clause": "x"})
        self.acceptance.with_user(self.delivery_manager).action_revoke("The notice went astray")
        self.assertEqual(self.acceptance.state, "revoked")

    def test_the_record_and_the_customer_see_how_the_notice_stands(self):
        self._note()
        with freeze_time("2026-10-09 09:00:00"):
            self.acceptance.invalidate_recordset()
            self.assertIn("without an answer until", self.acceptance.deemed_text)
            self.assertIn("counts as accepted", self.acceptance._get_notice_words())
        with freeze_time("2026-10-15 09:00:00"):
            self.acceptance.invalidate_recordset()
            self.assertIn("it may be counted", self.acceptance.deemed_text)
            self.assertTrue(self.acceptance.can_deem)
        self._deem("2026-10-15 09:00:00")
        self.assertIn("deemed accepted", self.acceptance.deemed_text)

    # === THE CUSTOMER'S TURN === #

    def test_who_accepts_is_told_once_that_the_list_waits(self):
        for _twice in range(2):
            self._run_cron("outbox")
        told = self.env["delivery.notice"].search([("key", "like", "acceptance.submitted%")])
        self.assertEqual(told.partner_id, self.contact_a)
        self.acceptance.action_take_back()
        self.acceptance.action_submit()
        self._run_cron("outbox")
        self.assertEqual(len(told.search([("key", "like", "acceptance.submitted%")])), 1)
