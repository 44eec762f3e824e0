import re
from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import ConcurrencyError
from odoo.http import Request, root
from odoo.tests.common import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.customer_delivery.controllers import wish
from odoo.addons.customer_delivery.models import project_requirement_filing as filing

from .common import DeliveryCase

KEY = "key-of-one-form-0001"
PDF = ("plan.pdf", b"%PDF-1.7 plan", "application/pdf")


class WishCase(DeliveryCase, HttpCase):
    __test__ = False

    def setUp(self):
        super().setUp()
        wish.ADDRESS_WINDOW.forget()

    def _wishes(self):
        return self.env["project.requirement"].search([("client_key", "=like", "key-of-one%")])

    def _mails(self):
        """Return the mails that wait to be sent outside; staff get theirs about activities."""
        return (
            self.env["mail.mail"]
            .search([("model", "=", "project.requirement")])
            .filtered(lambda mail: "received your wish" in (mail.subject or ""))
        )

    def _submit(self, url, files=(), **values):
        data = {"csrf_token": Request.csrf_token(self), "client_key": KEY, **values}
        sent = [("files", file) for file in files]
        with mute_logger("odoo.http"):
            return self.url_open(url, data=data, files=sent or None, allow_redirects=False)


@tagged("post_install", "-at_install")
class TestPortalWish(WishCase):
    """The public form behind a link: one wish per submission, and nothing else to be had."""

    __test__ = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.must = cls.env.ref("customer_delivery.project_requirement_priority_must")
        cls.wont = cls.env.ref("customer_delivery.project_requirement_priority_wont")
        cls.channel = cls._create_channel(
            project_id=cls.project_light.id,
            user_id=cls.delivery_user.id,
            welcome="Tell us about the line",
        )
        cls.url = f"/delivery/wish/{cls.channel.token}"

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)

    def _file(self, **values):
        values = {
            "text": "One label per box\nwith the order number",
            "why": "Boxes get lost",
            "priority_id": str(self.must.id),
            "name": "Vera",
            "contact": "vera@visitor.example.com",
            **values,
        }
        return self._submit(self.url, **values)

    # === THE FORM === #

    def test_the_form_names_the_project_and_nothing_internal(self):
        self.project_light.description = "internal plan"
        html = self.url_open(self.url).text
        for shown in ("Project light", "Tell us about the line", self.company.name, "Must"):
            self.assertIn(shown, html)
        for hidden in ("internal plan", "Customer A", "delivery_user", "Won't"):
            self.assertNotIn(hidden, html)

    def test_the_form_speaks_the_language_of_the_browser_and_of_the_switch(self):
        for code in ("zh_CN", "zh_TW"):
            self.env["res.lang"]._activate_lang(code)
        self.must.with_context(lang="zh_CN").name = "必须实现"
        self.must.with_context(lang="zh_TW").name = "必須實現"
        session = self.authenticate(None, None)
        session.context["lang"] = False  # as a visitor who comes for the first time
        root.session_store.save(session)
        chinese = self.url_open(self.url, headers={"Accept-Language": "zh-CN,zh;q=0.9"})
        self.assertIn("必须实现", chinese.text)
        self.assertIn('lang="zh-CN"', chinese.text)
        self.assertIn("必須實現", self.url_open(f"{self.url}?lang=zh_TW").text)
        self.assertIn("Must", self.url_open(f"/zh_CN{self.url}?lang=en_US").text)
        self.assertIn("Must", self.url_open(f"{self.url}?lang=nonsense").text)

    def test_a_wish_is_filed_once_with_everything_that_was_said(self):
        response = self._file(files=[PDF, ("photo.jpg", b"\xff\xd8\xff\xe0 0", "image/jpeg")])
        self.assertEqual(response.status_code, 303)
        requirement = self._wishes()
        self.assertRecordValues(
            requirement,
            [
                {
                    "name": "One label per box",
                    "project_id": self.project_light.id,
                    "partner_id": self.customer_a.id,
                    "company_id": self.company.id,
                    "origin": "form",
                    "portal_access": "comment",
                    "channel_id": self.channel.id,
                    "requester_id": False,
                    "requester_name": "Vera",
                    "requester_contact": "vera@visitor.example.com",
                    "requested_on": fields.Date.today(),
                    "wish_priority_id": self.must.id,
                    "priority_id": False,
                }
            ],
        )
        self.assertIn("with the order number", requirement.description)
        self.assertIn("Boxes get lost", requirement.rationale)
        self.assertEqual(
            sorted(requirement.portal_attachment_ids.mapped("name")), ["photo.jpg", "plan.pdf"]
        )
        activity = requirement.activity_ids
        self.assertEqual(activity.user_id, self.delivery_user)
        self.assertEqual(requirement.message_partner_ids, self.delivery_user.partner_id)
        mail = self._mails()
        self.assertEqual(mail.email_to, "vera@visitor.example.com")
        self.assertIn(requirement.number, mail.subject)
        self.assertEqual(mail.state, "outgoing")
        self.assertNotIn("One label", mail.body_html)

    def test_the_same_form_sent_twice_files_one_wish(self):
        first, second = self._file(), self._file(text="Something else")
        self.assertEqual(first.headers["Location"], second.headers["Location"])
        self.assertEqual(len(self._wishes()), 1)
        self.assertEqual(len(self._mails()), 1)

    def test_two_forms_at_the_same_moment_make_the_second_try_again(self):
        requirements = self.env["project.requirement"]
        with (
            patch.object(type(requirements), "create", side_effect=UniqueViolation()),
            self.assertRaises(ConcurrencyError),
        ):
            requirements._file_wish("text", KEY, origin="form")

    def test_the_receipt_shows_the_number_to_the_holder_of_the_address_only(self):
        location = self._file().headers["Location"]
        requirement = self._wishes()
        html = self.url_open(location).text
        for shown in (requirement._get_full_number(), "One label per box", "Project light"):
            self.assertIn(shown, html)
        self.assertNotIn("with the order number", html)
        path = location.split("?")[0]
        forged = path[:-1] + ("0" if path[-1] != "0" else "1")
        other = self._create_requirement(name="Not a wish")
        stolen = re.sub(r"/receipt/\d+/", f"/receipt/{other.id}/", path)
        for url in (forged, stolen, other._get_receipt_url()):
            self.assertEqual(self.url_open(url).status_code, 404)

    def test_a_phone_number_gets_no_mail(self):
        self._file(contact="138 1234 5678")
        self.assertEqual(self._wishes().requester_contact, "138 1234 5678")
        self.assertFalse(self._mails())

    def test_a_known_address_is_not_taken_for_our_contact(self):
        self._file(contact="portal_a@example.com")
        self.assertFalse(self._wishes().requester_id)

    def test_the_receipt_follows_the_language_of_the_visitor(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        template = self.env.ref("customer_delivery.mail_template_wish_receipt")
        template.with_context(lang="zh_CN").subject = "received your wish 已收到"
        self.url_open(f"{self.url}?lang=zh_CN")
        self._file()
        self.assertIn("已收到", self._mails().subject)

    def test_a_logged_in_party_is_the_requester(self):
        self.authenticate("portal_a", "portal_a")
        html = self.url_open(self.url).text
        self.assertIn(self.contact_a.name, html)
        self.assertNotIn('name="contact"', html)
        location = self._file(name="", contact="").headers["Location"]
        requirement = self._wishes()
        self.assertEqual((requirement.origin, requirement.requester_id), ("portal", self.contact_a))
        self.assertIn(f"/my/requirements/{requirement.id}", self.url_open(location).text)
        self.assertEqual(self._mails().recipient_ids, self.contact_a)

    def test_a_logged_in_stranger_is_a_visitor_like_any_other(self):
        self.authenticate("portal_b", "portal_b")
        self._file()
        requirement = self._wishes()
        self.assertEqual((requirement.origin, requirement.requester_id.id), ("form", False))

    # === REFUSALS === #

    def test_what_is_missing_is_named_and_what_was_typed_stays(self):
        response = self._file(text=" ", name="", contact="call me", why="<b>because</b>")
        self.assertEqual(response.status_code, 422)
        for text in ("what you need", "your name", "phone number or a mail", "&lt;b&gt;because"):
            self.assertIn(text, response.text)
        self.assertFalse(self._wishes())

    def test_files_outside_the_limits_are_refused_with_the_reason(self):
        self.company.delivery_upload_limit = 1
        self.company.delivery_upload_types = "pdf, txt"
        for file, reason in (
            (("run.exe", b"MZ"), "does not accept|do not accept"),
            (("big.pdf", b"%PDF-" + b"0" * 1024 * 1024), "larger than 1 MB"),
            (("page.txt", b"<html><script>alert(1)</script></html>"), "not what its ending says"),
            (("page.pdf", b"<svg onload='alert(1)'/>"), "not what its ending says"),
            (("empty.pdf", b""), "empty"),
        ):
            response = self._file(files=[file])
            self.assertEqual(response.status_code, 422, file[0])
            self.assertRegex(response.text, reason)
        response = self._file(files=[PDF] * 11)
        self.assertIn("at most 10 files", response.text)
        self.assertFalse(self._wishes())

    def test_a_robot_is_thanked_and_forgotten(self):
        response = self._file(website_url="https://spam.example.com")
        self.assertEqual(response.status_code, 200)
        self.assertFalse(self._wishes())
        self.assertFalse(self._mails())

    def test_a_form_without_valid_key_files_nothing(self):
        self.assertEqual(self._file(client_key="short").status_code, 422)
        self.assertFalse(self._wishes())

    def test_a_class_that_is_not_offered_is_ignored(self):
        self._file(priority_id=str(self.wont.id))
        self.assertFalse(self._wishes().wish_priority_id)

    def test_a_submission_without_csrf_token_is_refused(self):
        response = self._file(csrf_token="")
        self.assertEqual(response.status_code, 400)
        self.assertFalse(self._wishes())

    def test_a_flood_through_one_channel_is_stopped_and_the_text_kept(self):
        with patch.object(filing, "WISHES_PER_HOUR", 2):
            for number in range(3):
                response = self._file(client_key=f"key-of-one-form-flood-{number}")
        self.assertEqual(response.status_code, 429)
        self.assertIn("One label per box", response.text)
        self.assertEqual(len(self._wishes()), 2)

    def test_a_flood_from_one_address_is_stopped(self):
        with patch.object(wish.ADDRESS_WINDOW, "limit", 1):
            self.assertEqual(self._file(client_key="key-of-one-form-a").status_code, 303)
            self.assertEqual(self._file(client_key="key-of-one-form-b").status_code, 429)

    def test_links_that_ended_say_so(self):
        yesterday = fields.Date.subtract(fields.Date.today(), days=1)
        self.assertEqual(self.url_open("/delivery/wish/unknown-token").status_code, 404)
        for values, status in (
            ({"date_expiry": yesterday}, 410),
            ({"date_expiry": False, "has_form": False}, 410),
            ({"has_form": True, "active": False}, 410),
            ({"active": True}, 200),
        ):
            self.channel.write(values)
            self.assertEqual(self.url_open(self.url).status_code, status, values)
            if status == 410:
                self.assertEqual(self._file().status_code, 410)
        self.project_light.active = False
        self.assertEqual(self.url_open(self.url).status_code, 410)
        self.project_light.active = True
        self.channel.action_new_link()
        self.assertEqual(self.url_open(self.url).status_code, 404)
        self.assertEqual(self._file().status_code, 404)
        self.assertFalse(self._wishes())


@tagged("post_install", "-at_install")
class TestPortalNewWish(WishCase):
    """The form of people who have an account."""

    __test__ = True

    url = "/my/delivery/wish/new"

    def setUp(self):
        super().setUp()
        self.authenticate("portal_a", "portal_a")

    def test_only_own_projects_are_offered(self):
        html = self.url_open(f"{self.url}?project={self.project_strict.id}").text
        self.assertIn("Project light", html)
        self.assertNotIn("Project of B", html)
        self.assertRegex(
            html, rf'value="{self.project_strict.id}"[^>]*selected|selected[^>]*value="'
        )

    def test_a_wish_for_a_project_is_seen_at_once_and_takes_comments(self):
        response = self._submit(
            self.url,
            text="Dark mode",
            project_id=str(self.project_standard.id),
            files=[PDF],
        )
        self.assertEqual(response.status_code, 303)
        requirement = self._wishes()
        self.assertRecordValues(
            requirement,
            [
                {
                    "project_id": self.project_standard.id,
                    "origin": "portal",
                    "requester_id": self.contact_a.id,
                    "portal_access": "comment",
                    "partner_id": self.customer_a.id,
                }
            ],
        )
        page = self.url_open(response.headers["Location"]).text
        self.assertIn(requirement._get_full_number(), page)
        self.assertIn("o_portal_chatter", page)
        self.assertIn("plan.pdf", page)
        self.assertIn("Dark mode", self.url_open("/my/requirements?filterby=own").text)
        self.assertEqual(requirement.activity_ids.user_id, self.delivery_manager)
        mail = self._mails()
        self.assertEqual(mail.recipient_ids, self.contact_a)
        self.assertIn("Dark mode", mail.body_html)
        self.assertIn(f"/my/requirements/{requirement.id}", mail.body_html)
        self.assertNotIn(self.contact_a, requirement.message_partner_ids)

    def test_a_wish_about_no_project_goes_to_the_pool_of_the_customer(self):
        self.customer_a.user_id = self.delivery_user
        self._submit(self.url, text="Something new", project_id="")
        requirement = self._wishes()
        self.assertFalse(requirement.project_id)
        self.assertEqual(requirement.commercial_partner_ref_id, self.customer_a)
        self.assertEqual(requirement.activity_ids.user_id, self.delivery_user)
        self.assertIn("Something new", self.url_open("/my/requirements").text)

    def test_a_colleague_without_party_files_into_the_pool_only(self):
        self.authenticate("portal_a_colleague", "portal_a_colleague")
        response = self._submit(self.url, text="Mine", project_id=str(self.project_light.id))
        self.assertEqual(response.status_code, 422)
        self.assertFalse(self._wishes())
        self.assertEqual(self._submit(self.url, text="Mine").status_code, 303)
        self.assertIn("Mine", self.url_open("/my/requirements").text)

    def test_another_customers_project_is_refused(self):
        response = self._submit(self.url, text="Mine", project_id=str(self.project_b.id))
        self.assertEqual(response.status_code, 422)
        self.assertNotIn("Project of B", response.text)
        self.assertFalse(self._wishes())

    def test_the_limits_are_those_of_the_project_s_company(self):
        self._create_party(self.project_other, self.contact_a)
        self.other_company.delivery_upload_types = "txt"
        response = self._submit(
            self.url, text="Mine", project_id=str(self.project_other.id), files=[PDF]
        )
        self.assertEqual(response.status_code, 422)
        self.assertFalse(self._wishes())

    def test_sent_twice_is_filed_once(self):
        for _time in range(2):
            self._submit(self.url, text="Once", project_id=str(self.project_light.id))
        self.assertEqual(len(self._wishes()), 1)
        self.assertEqual(len(self._mails()), 1)

    def test_the_receipt_follows_the_language_of_the_contact(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        template = self.env.ref("customer_delivery.mail_template_wish_receipt")
        template.with_context(lang="zh_CN").subject = "received your wish 已收到"
        self.contact_a.lang = "zh_CN"
        self._submit(self.url, text="Once", project_id=str(self.project_light.id))
        self.assertIn("已收到", self._mails().subject)
