from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests.common import freeze_time, tagged
from odoo.tools import file_open, mute_logger

from .common import DeliveryCase

# a Monday; the company works from Monday to Friday, the contact lives in Shanghai (UTC+8)
MONDAY_MORNING = "2026-10-12 02:00:00"  # 10:00 there
MONDAY_NOON = "2026-10-12 04:00:00"
MONDAY_NIGHT = "2026-10-12 15:00:00"  # 23:00 there
TUESDAY_EARLY = "2026-10-12 23:30:00"  # 07:30 there
TUESDAY_OPENING = "2026-10-13 00:00:00"  # 08:00 there
SATURDAY = "2026-10-17 03:00:00"


@tagged("post_install", "-at_install")
class TestDeliveryNotice(DeliveryCase):
    """Mails to customers: few, by day, all that they need, and nobody else's to read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact_a.write({"email": "ann@example.com", "tz": "Asia/Shanghai", "lang": "en_US"})
        cls.notices = cls.env["delivery.notice"]
        cls.requirement = cls._create_requirement(project_id=cls.project_standard.id)
        cls.project = cls.project_standard
        cls.delivery_manager.partner_id.phone = "+86 21 5555 0100"
        # mails stay in the queue, where they can be read
        cls.env.ref("mail.ir_cron_mail_scheduler_action").active = False

    def _note(self, subject="Change 7 is effective", parts=("It works now.",), **options):
        options.setdefault("record", self.requirement)
        partner = options.pop("partner", self.contact_a)
        return self.notices._mail_customer(partner, subject, list(parts), **options)

    def _mails(self):
        return self.env["mail.mail"].search(
            [("recipient_ids", "in", self.contact_a.ids)], order="id"
        )

    def _send_at(self, moment):
        with freeze_time(moment):
            self._send_notices()
        return self._mails()

    # === WHEN === #

    def test_a_mail_goes_by_day(self):
        with freeze_time(MONDAY_MORNING):
            notice = self._note(urgent=True)
        mail = self._send_at(MONDAY_MORNING)
        self.assertEqual(len(mail), 1)
        self.assertRecordValues(notice, [{"state": "sent", "mail_id": mail.id}])

    def test_at_night_it_waits_for_the_morning(self):
        with freeze_time(MONDAY_NIGHT):
            notice = self._note(urgent=True)
        self.assertEqual(str(notice.send_after), TUESDAY_OPENING)
        self.assertFalse(self._send_at(MONDAY_NIGHT))
        self.assertFalse(self._send_at(TUESDAY_EARLY))
        self.assertEqual(len(self._send_at(TUESDAY_OPENING)), 1)

    def test_a_late_cron_does_not_send_at_night(self):
        with freeze_time(MONDAY_MORNING):
            notice = self._note(urgent=True)
        self.assertFalse(self._send_at(MONDAY_NIGHT))
        self.assertEqual(str(notice.send_after), TUESDAY_OPENING)

    def test_free_days_of_the_company_are_kept(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "National holiday",
                "calendar_id": self.company.resource_calendar_id.id,
                "company_id": self.company.id,
                "date_from": "2026-10-18 00:00:00",
                "date_to": "2026-10-20 23:59:59",
            }
        )
        with freeze_time(SATURDAY):
            notice = self._note(urgent=True)
        self.assertEqual(str(notice.send_after), "2026-10-21 00:00:00")

    def test_days_that_are_worked_for_a_holiday_count(self):
        company = type(self.company)
        saturday = date(2026, 10, 17)
        with (
            patch.object(company, "_get_delivery_workdays", lambda *_days: {saturday}),
            freeze_time(SATURDAY),
        ):
            notice = self._note(urgent=True)
        self.assertEqual(str(notice.send_after), SATURDAY)

    def test_what_happens_together_goes_in_one_mail(self):
        with freeze_time(MONDAY_MORNING):
            notices = self._note("First") + self._note("Second")
        self.assertFalse(self._send_at(MONDAY_MORNING), "more may come within minutes")
        mail = self._send_at("2026-10-12 02:11:00")
        self.assertEqual(len(mail), 1)
        self.assertEqual(set(notices.mapped("state")), {"sent"})
        self.assertEqual(mail.subject, f"{self.project.name}: First, and 1 more")
        self.assertIn("Second", mail.body_html)

    def test_one_mail_per_contact_project_and_day(self):
        with freeze_time(MONDAY_MORNING):
            self._note("First")
        self._send_at(MONDAY_NOON)
        with freeze_time(MONDAY_NOON):
            second, third = self._note("Second"), self._note("Third")
        self.assertEqual(str(second.send_after), TUESDAY_OPENING)
        self.assertEqual(len(self._send_at("2026-10-12 08:00:00")), 1)
        mails = self._send_at(TUESDAY_OPENING)
        self.assertEqual(len(mails), 2)
        self.assertEqual(second.mail_id, mails[1])
        self.assertEqual(third.mail_id, mails[1])

    def test_another_project_or_contact_has_its_own_mail(self):
        self.colleague_a.write({"email": "bob@example.com", "tz": "Asia/Shanghai"})
        with freeze_time(MONDAY_MORNING):
            self._note("First")
            self._note("Other project", record=self.project_strict)
            self._note("Other person", partner=self.colleague_a)
        self.assertEqual(len(self._send_at(MONDAY_NOON)), 2)
        colleague = self.env["mail.mail"].search([("recipient_ids", "in", self.colleague_a.ids)])
        self.assertEqual(len(colleague), 1)

    def test_a_request_to_sign_does_not_wait_and_takes_the_rest_along(self):
        with freeze_time(MONDAY_MORNING):
            self._note("First")
        self._send_at(MONDAY_NOON)
        with freeze_time(MONDAY_NOON):
            waiting = self._note("News")
            self._note("Please sign", urgent=True)
        mails = self._send_at(MONDAY_NOON)
        self.assertEqual(len(mails), 2)
        self.assertEqual(waiting.state, "sent")
        self.assertIn("Please sign", mails[1].subject)
        self.assertLess(mails[1].body_html.index("Please sign"), mails[1].body_html.index("News"))

    # === WHAT === #

    def test_a_mail_says_all_that_is_needed(self):
        with freeze_time(MONDAY_MORNING):
            self._note(
                "Please confirm version 2",
                ["Three requirements changed.", "A < B"],
                urgent=True,
                due=date(2026, 10, 16),
                url="https://example.com/s/secret",
                button="Read and sign",
            )
        mail = self._send_at(MONDAY_MORNING)
        body = mail.body_html
        for words in (
            self.project.name,
            "Please confirm version 2",
            "Three requirements changed.",
            "A &lt; B",
            "10/16/2026",
            "https://example.com/s/secret",
            "Read and sign",
            self.delivery_manager.name,
            "+86 21 5555 0100",
        ):
            self.assertIn(words, body)
        self.assertEqual(body.count("background-color: #1f5fa8"), 1, "one button")
        self.assertEqual(mail.reply_to, self.delivery_manager.email_formatted)
        self.assertIn("Auto-Submitted", mail.headers)

    def test_texts_may_be_made_in_the_contact_s_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.contact_a.lang = "zh_CN"
        langs = []

        def subject(env):
            langs.append(env.lang)
            return "请确认"

        with freeze_time(MONDAY_MORNING):
            self._note(subject, [subject], urgent=True, due=date(2026, 10, 16))
        self.assertEqual(langs, ["zh_CN", "zh_CN"])
        mail = self._send_at(MONDAY_MORNING)
        self.assertIn("请确认", mail.subject)

    def test_the_history_names_the_mail_and_nobody_follows(self):
        followers = self.requirement.message_partner_ids
        with freeze_time(MONDAY_MORNING):
            self._note("Please confirm", urgent=True, url="https://example.com/s/secret")
        self._send_at(MONDAY_MORNING)
        self.assertEqual(self.requirement.message_partner_ids, followers)
        log = self.requirement.message_ids[:1]
        self.assertIn(f"{self.contact_a.name}: Please confirm", log.body)
        self.assertTrue(log.is_internal)
        self.assertNotIn("secret", log.body)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_the_personal_link_is_for_the_contact_alone(self):
        with freeze_time(MONDAY_MORNING):
            notice = self._note(urgent=True, url="https://example.com/s/secret")
        for user in (self.delivery_manager, self.env.ref("base.user_admin")):
            with self.assertRaises(AccessError):
                notice.with_user(user).read(["url"])
        mail = self._send_at(MONDAY_MORNING)
        self.assertFalse(notice.url)
        for user in (self.delivery_manager, self.delivery_user, self.internal):
            with self.assertRaises(AccessError):
                mail.mail_message_id.with_user(user).read(["body"])

    # === WHETHER === #

    def test_without_an_address_nothing_is_noted(self):
        self.contact_a.email = False
        self.assertFalse(self._note())

    def test_practice_projects_write_to_nobody(self):
        practice = self._create_project(name="Practice")
        practice.action_enable_delivery(self.mode_standard.id, practice=True)
        self.assertFalse(self._note(record=practice, urgent=True))

    def test_light_mode_sends_no_news(self):
        self.assertFalse(self._note(record=self.project_light, news=True))
        self.assertTrue(self._note(record=self.project_light))
        self.assertTrue(self._note(record=self.project_standard, news=True))

    def test_a_key_is_noted_once(self):
        self.assertTrue(self._note(key="slot 1"))
        self.assertFalse(self._note(key="slot 1"))

    def test_what_is_withdrawn_is_not_sent(self):
        with freeze_time(MONDAY_NIGHT):
            notice = self._note(urgent=True, url="https://example.com/s/secret")
            other = self._note(record=self.project_standard)
            self.notices._withdraw(self.requirement)
        self.assertRecordValues(notice + other, [{"state": "cancelled"}, {"state": "pending"}])
        self.assertFalse(notice.sudo().url)

    def test_staff_takes_a_mail_back(self):
        with freeze_time(MONDAY_NIGHT):
            notice = self._note()
        with self.assertRaises(AccessError):
            notice.with_user(self.project_user).action_cancel()
        notice.with_user(self.delivery_user).action_cancel()
        self.assertEqual(notice.state, "cancelled")

    def test_a_hostile_context_does_not_act(self):
        requirement = self.requirement.with_user(self.portal_a).with_context(
            default_state="sent",
            default_url="https://evil.example",
            lang="xx_XX",
            mail_notrack=True,
        )
        notice = requirement.env["delivery.notice"]._mail_customer(
            self.contact_a, "Subject", ["Text"], requirement
        )
        self.assertRecordValues(
            notice.sudo(), [{"state": "pending", "url": self.requirement.access_url}]
        )

    # === FAILURES === #

    def test_a_mail_that_cannot_be_made_stops_no_other(self):
        self.colleague_a.write({"email": "bob@example.com", "tz": "Asia/Shanghai"})
        with freeze_time(MONDAY_MORNING):
            broken = self._note(urgent=True)
            fine = self._note(partner=self.colleague_a, urgent=True)
        render = self.env.registry["delivery.notice"]._render_mail

        def fail(notices, *args):
            if notices.partner_id == self.contact_a:
                raise ValueError("No template")
            return render(notices, *args)

        with (
            patch.object(self.env.registry["delivery.notice"], "_render_mail", fail),
            mute_logger("odoo.addons.customer_delivery.models.delivery_notice"),
        ):
            self._send_at(MONDAY_MORNING)
        self.assertRecordValues(broken, [{"state": "failed", "error": "No template"}])
        self.assertEqual(fine.state, "sent")

    def test_a_mail_that_was_refused_makes_somebody_call(self):
        with freeze_time(MONDAY_MORNING):
            notice = self._note(urgent=True)
        mail = self._send_at(MONDAY_MORNING)
        mail.write({"state": "exception", "failure_reason": "Mailbox unknown"})
        self._send_at(MONDAY_NOON)
        self._send_at(MONDAY_NOON)
        self.assertRecordValues(notice, [{"state": "failed", "error": "Mailbox unknown"}])
        call = self.env["mail.activity"].search(
            [("res_model", "=", "project.project"), ("res_id", "=", self.project.id)]
        )
        self.assertEqual(len(call), 1)
        self.assertEqual(call.user_id, self.project.user_id)

    def test_a_copy_of_the_database_writes_to_nobody(self):
        with freeze_time(MONDAY_MORNING):
            notice = self._note(urgent=True)
        self.env.flush_all()
        with file_open("customer_delivery/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        self.assertFalse(self._send_at(MONDAY_NOON))
        self.assertEqual(notice.state, "silenced")


@tagged("post_install", "-at_install")
class TestDeliverySummary(DeliveryCase):
    """The morning's summary: once a day, to each what is his, at the cost of a batch."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.requirement = cls._create_requirement()
        cls.staff = cls.delivery_user + cls.delivery_manager + cls.project_user
        cls.staff.partner_id.tz = "Asia/Shanghai"
        cls.env.ref("mail.ir_cron_mail_scheduler_action").active = False

    def _ask(self, users, deadline="2026-10-12", **values):
        for user in users:
            self.requirement.with_context(mail_activity_quick_update=True).activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=user.id,
                summary="Assess it",
                date_deadline=deadline,
                **values,
            )

    def _run_at(self, moment):
        with freeze_time(moment):
            self._run_cron("summary")

    def _mails(self, user):
        return self.env["mail.mail"].search(
            [("recipient_ids", "in", user.partner_id.ids), ("subject", "ilike", "for you today")]
        )

    def test_it_comes_at_half_past_eight(self):
        self._ask(self.delivery_user)
        self._run_at("2026-10-12 00:29:00")
        self.assertFalse(self._mails(self.delivery_user))
        self._run_at("2026-10-12 00:31:00")
        mail = self._mails(self.delivery_user)
        self.assertEqual(mail.subject, "One matter waits for you today")
        self.assertIn("Assess it", mail.body_html)
        self.assertIn(self.requirement.display_name, mail.body_html)

    def test_it_comes_once_a_day(self):
        self._ask(self.delivery_user)
        for minute in ("31", "46", "59"):
            self._run_at(f"2026-10-12 00:{minute}:00")
        self.assertEqual(len(self._mails(self.delivery_user)), 1)
        self._run_at("2026-10-13 00:31:00")
        self.assertEqual(len(self._mails(self.delivery_user)), 2)

    def test_it_does_not_come_on_free_days_or_in_the_afternoon(self):
        self._ask(self.delivery_user)
        self._run_at("2026-10-11 00:31:00")
        self._run_at("2026-10-12 06:00:00")
        self.assertFalse(self._mails(self.delivery_user))

    def test_who_has_nothing_to_do_gets_nothing(self):
        self._ask(self.delivery_user)
        self._run_at("2026-10-12 00:31:00")
        self.assertFalse(self._mails(self.delivery_manager))

    def test_what_is_due_later_or_not_ours_is_left_out(self):
        self._ask(self.delivery_user, deadline="2026-10-13")
        task = self.env["project.task"].create(
            {"name": "Task", "project_id": self.project_light.id}
        )
        task.with_context(mail_activity_quick_update=True).activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=self.delivery_user.id,
            date_deadline="2026-10-12",
        )
        self._run_at("2026-10-12 00:31:00")
        self.assertFalse(self._mails(self.delivery_user))

    def test_an_inbox_is_used_by_who_wants_it(self):
        self.delivery_user.notification_type = "inbox"
        self._ask(self.delivery_user)
        self._run_at("2026-10-12 00:31:00")
        self.assertFalse(self._mails(self.delivery_user))
        notification = self.env["mail.notification"].search(
            [
                ("res_partner_id", "=", self.delivery_user.partner_id.id),
                ("notification_type", "=", "inbox"),
            ]
        )
        message = notification.mail_message_id.with_user(self.delivery_user)
        self.assertEqual(message.subject, "One matter waits for you today")
        self.assertTrue(message.needaction)

    def test_models_add_their_own_lines(self):
        def get_summary_lines(model, users):
            line = {"what": "Sign it", "document": "Document", "url": "/x", "due": date(2026, 1, 1)}
            return {user: [line] for user in users}

        with patch.object(
            type(self.mode_light), "_get_summary_lines", get_summary_lines, create=True
        ):
            self.env.registry.clear_cache()
            self._ask(self.delivery_user)
            self._run_at("2026-10-12 00:31:00")
        self.env.registry.clear_cache()
        mail = self._mails(self.delivery_user)
        self.assertEqual(mail.subject, "2 matters wait for you today")
        self.assertLess(mail.body_html.index("Sign it"), mail.body_html.index("Assess it"))

    def test_a_hundred_users_cost_what_few_cost(self):
        users = self.env["res.users"]
        for number in range(12):
            users |= self._create_user(f"staff{number}", "customer_delivery.group_delivery_user")
        self._ask(users)
        day = date(2026, 10, 12)
        summary = self.env["delivery.summary"]
        summary._tell(users[:1], day)  # templates and types are cached from now on
        few = self._count(summary, users[1:3], day)
        many = self._count(summary, users[3:], day)
        self.assertEqual(few, many)

    def _count(self, summary, users, day):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        summary._tell(users, day)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before
