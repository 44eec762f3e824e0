from odoo.exceptions import AccessError, UserError
from odoo.http import Request
from odoo.tests.common import HttpCase, tagged
from odoo.tools import mute_logger

from .change_common import ChangeCase
from .signoff_common import SignoffCase

QUIET = ("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule", "odoo.http")


class InquiryCase(ChangeCase, SignoffCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.change = cls._create_change(
            cls.confirmed, requester_id=cls.contact_a.id, portal_access="comment"
        )

    def _ask(self, question="Which label size?"):
        self.change.action_ask_customer(question)
        return self.change.inquiry_ids[-1:]


@tagged("post_install", "-at_install")
class TestChangeInquiry(InquiryCase):
    """We ask the customer, those who decide ask us; question and answer stay with the change."""

    def test_the_customer_is_asked_by_mail_and_page(self):
        inquiry = self._ask()
        self.assertEqual((inquiry.asks, inquiry.asked_by), ("customer", self.delivery_user.name))
        self.assertTrue(self.change.asks_customer)
        self.assertEqual(self.change.waits_for, self.contact_a.name)
        notice = self.env["delivery.notice"].search(
            [("res_model", "=", "project.change"), ("res_id", "=", self.change.id)]
        )
        self.assertEqual(notice.partner_id, self.contact_a)
        self.assertIn("Which label size?", notice.body)
        found = self.changes.search([("asks_customer", "=", True)])
        self.assertEqual(found, self.change)

    def test_the_answer_comes_back_to_the_owner(self):
        inquiry = self._ask()
        portal = self.change.with_user(self.portal_a).sudo()
        portal._answer_as_customer(inquiry.id, "60 × 40 mm")
        self.assertEqual((inquiry.answer, inquiry.answered_by_id), ("60 × 40 mm", self.contact_a))
        self.assertFalse(inquiry.recorded_by_id)
        self.assertFalse(self.change.asks_customer)
        self.assertIn("answered", self.change.activity_ids.summary)
        with self.assertRaisesRegex(UserError, "any more"):
            portal._answer_as_customer(inquiry.id, "Or 80 mm")

    def test_an_answer_by_phone_is_recorded_for_the_customer(self):
        inquiry = self._ask()
        self.change.action_answer(inquiry.id, "60 mm, he said")
        self.assertEqual(inquiry.answered_by_id, self.contact_a)
        self.assertEqual(inquiry.recorded_by_id, self.delivery_user)

    def test_who_is_not_named_or_sees_nothing_is_not_asked(self):
        self.change.portal_access = "hidden"
        with self.assertRaisesRegex(UserError, "does not see"):
            self._ask()
        self.change.write({"portal_access": "comment", "requester_id": False})
        with self.assertRaisesRegex(UserError, "name the customer"):
            self._ask()
        with self.assertRaisesRegex(UserError, "write something"):
            self.change.requester_id = self.contact_a
            self._ask("  ")

    def test_others_neither_ask_nor_answer(self):
        inquiry = self._ask()
        for user in (self.project_user, self.auditor, self.portal_a, self.other_user):
            change = self.change.with_user(user)
            with (
                self.subTest(user=user.login),
                mute_logger(*QUIET),
                self.assertRaises(AccessError),
            ):
                change.action_ask_customer("x")
            with (
                self.subTest(user=user.login),
                mute_logger(*QUIET),
                self.assertRaises(AccessError),
            ):
                change.action_answer(inquiry.id, "x")

    def test_what_was_said_stays_as_it_was_said(self):
        inquiry = self._ask()
        for values in ({"question": "x"}, {"answer": "x"}, {"answered_by": "x"}):
            with self.assertRaises(AccessError):
                inquiry.sudo().write(values)
        with mute_logger(*QUIET), self.assertRaises(AccessError):
            inquiry.with_user(self.delivery_manager).unlink()

    def test_a_question_before_deciding_is_answered_and_sent_anew(self):
        self.change.line_ids.name = "Print two labels"
        row = self._send(self._assess(self.change), self.delivery_user)
        self._decide(self._pending(row).with_user(self.delivery_user))
        self._decide(self._pending(row, self.contact_a), "ask", comment="For both lines?")
        inquiry = self.change.inquiry_ids
        self.assertEqual((inquiry.asks, inquiry.question), ("us", "For both lines?"))
        self.assertEqual(inquiry.asked_by_id, self.contact_a)
        self.assertTrue(self.change.asks_us)
        self.assertIn("asks before deciding", self.change.activity_ids.mapped("summary")[-1])
        self.assertEqual(self.change.stage_id.kind, "assess")
        self.change.action_answer(inquiry.id, "For both")
        self.assertEqual(inquiry.answered_by_id, self.delivery_user.partner_id)
        self.assertFalse(inquiry.recorded_by_id)
        self.assertFalse(self.change.asks_us)
        again = self._send(self.change, self.delivery_user)
        self.assertEqual(again.state, "running")

    def test_a_question_among_us_never_reaches_the_customer(self):
        row = self._send(self._assess(self.change), self.delivery_user)
        self._decide(
            self._pending(row).with_user(self.delivery_user), "ask", comment="Is the margin right?"
        )
        self.assertEqual(self.change.inquiry_ids.asks, "internal")
        self.change.action_answer(self.change.inquiry_ids.id, "It is thin")
        notices = self.env["delivery.notice"].search([("res_id", "=", self.change.id)])
        self.assertFalse(notices.filtered(lambda notice: "margin" in (notice.body or "")))

    def test_the_dialog_asks_and_answers(self):
        dialogs = self.env["project.change.ask"].with_user(self.delivery_user)
        dialogs.create({"change_id": self.change.id, "text": "Which size?"}).action_send()
        inquiry = self.change.inquiry_ids
        context = inquiry.with_user(self.delivery_user).action_open_answer()["context"]
        dialogs.with_context(**context).create({"text": "60 mm"}).action_send()
        self.assertEqual(inquiry.answer, "60 mm")


@tagged("post_install", "-at_install")
class TestPortalInquiry(InquiryCase, HttpCase):
    def _post(self, inquiry, answer):
        return self.url_open(
            f"/my/changes/{self.change.id}/questions/{inquiry.id}",
            data={"answer": answer, "csrf_token": Request.csrf_token(self)},
        )

    def test_the_customer_answers_on_the_page(self):
        inquiry = self._ask()
        internal = self.change._note_inquiry(
            "internal", "Is the margin right?", self.delivery_user.partner_id
        )
        self.authenticate("portal_a", "portal_a")
        home = self.url_open("/my/delivery").text
        self.assertIn("Which label size?", home)
        self.assertNotIn("Nothing needs your attention", home)
        page = self.url_open(f"/my/changes/{self.change.id}").text
        self.assertIn("o_delivery_inquiry_form", page)
        self.assertNotIn("margin", page)
        self.assertIn("write something", self._post(inquiry, " ").text)
        page = self._post(inquiry, "60 × 40 mm").text
        self.assertIn("60 × 40 mm", page)
        self.assertNotIn("o_delivery_inquiry_form", page)
        self.env.invalidate_all()
        self.assertEqual(inquiry.answered_by_id, self.contact_a)
        self.assertNotIn("Which label size?", self.url_open("/my/delivery").text)
        # what is not asked of him he does not answer
        self._post(internal, "x")
        self.env.invalidate_all()
        self.assertFalse(internal.answer)

    def test_strangers_and_links_answer_nothing(self):
        inquiry = self._ask()
        url = f"/my/changes/{self.change.id}?access_token={self.change._portal_ensure_token()}"
        self.authenticate(None, None)
        self.assertNotIn("o_delivery_inquiry_form", self.url_open(url).text)
        self._post(inquiry, "x")
        with mute_logger(*QUIET):
            self.authenticate("portal_b", "portal_b")
            self.assertEqual(self._post(inquiry, "x").status_code, 404)
        self.env.invalidate_all()
        self.assertFalse(inquiry.answer)
