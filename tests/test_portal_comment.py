from odoo.exceptions import AccessError
from odoo.http import Request
from odoo.tests.common import HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from .common import SILENT, DeliveryCase

QUIET = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_access", "odoo.http")
POST = "/mail/message/post"


@tagged("post_install", "-at_install")
class TestPortalComment(DeliveryCase, HttpCase):
    """Who reads may comment where record and stage say so; nobody else speaks as the customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.open = cls._create_requirement(name="Open to comments", portal_access="comment")
        cls.shown = cls._create_requirement(name="Only shown", portal_access="visible")
        cls.hidden = cls._create_requirement(name="Hidden", portal_access="hidden")
        cls.wish = cls._create_requirement(
            name="Own wish", portal_access="comment", requester_id=cls.colleague_a.id
        )
        new_test_user(cls.env, "portal_stray", groups="base.group_portal", context=SILENT)

    def _post(self, requirement, login=None, **access):
        if login:
            self.authenticate(login, login)
        with mute_logger(*QUIET):
            return self.make_jsonrpc_request(
                POST,
                {
                    "thread_model": "project.requirement",
                    "thread_id": requirement.id,
                    "post_data": {
                        "body": "hello from outside",
                        "message_type": "comment",
                        "subtype_xmlid": "mail.mt_comment",
                    },
                    **access,
                },
            )

    def _heard(self, requirement):
        return requirement.message_ids.filtered(lambda m: "hello from outside" in (m.body or ""))

    def _assert_cannot_post(self, requirement, login=None, **access):
        with self.assertRaises(JsonRpcException):
            self._post(requirement, login, **access)
        self.assertFalse(self._heard(requirement))

    # === WHO MAY === #

    def test_a_party_comments_and_does_not_follow(self):
        self._post(self.open, "portal_a")
        message = self._heard(self.open)
        self.assertEqual(message.author_id, self.contact_a)
        self.assertNotIn(self.contact_a, self.open.message_partner_ids)
        self.assertIn("o_portal_chatter", self.url_open(f"/my/requirements/{self.open.id}").text)

    def test_who_filed_a_wish_comments_on_it_without_being_a_party(self):
        self._post(self.wish, "portal_a_colleague")
        self.assertEqual(self._heard(self.wish).author_id, self.colleague_a)

    def test_staff_comment_whatever_customers_may(self):
        self.hidden.with_user(self.delivery_user).message_post(body="hello from outside")
        self.assertTrue(self._heard(self.hidden))

    # === WHO MAY NOT === #

    def test_a_requirement_that_is_only_shown_takes_no_comment(self):
        self._assert_cannot_post(self.shown, "portal_a")
        page = self.url_open(f"/my/requirements/{self.shown.id}").text
        self.assertNotIn("o_portal_chatter", page)

    def test_a_stage_that_is_only_shown_takes_no_comment(self):
        self.open.stage_id.portal_access = "visible"
        self._assert_cannot_post(self.open, "portal_a")

    def test_hidden_and_foreign_requirements_take_no_comment(self):
        self._assert_cannot_post(self.hidden, "portal_a")
        self._assert_cannot_post(self.open, "portal_b")
        self._assert_cannot_post(self.open, "portal_a_colleague")

    def test_a_following_contact_has_no_more_rights(self):
        self.shown.message_subscribe(partner_ids=(self.contact_a | self.contact_b).ids)
        self._assert_cannot_post(self.shown, "portal_a")
        self._assert_cannot_post(self.shown, "portal_b")
        for user in (self.portal_a, self.portal_b):
            with self.assertRaises(AccessError):
                self._create_message(user, self.shown)

    def test_having_been_notified_elsewhere_opens_nothing(self):
        notified = self.open.message_post(
            body="for B",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.contact_b.ids,
        )
        for requirement in (self.open, self.shown, self.hidden):
            with self.assertRaises(AccessError):
                self._create_message(self.portal_b, requirement, parent_id=notified.id)

    def _create_message(self, user, requirement, **values):
        with mute_logger(*QUIET):
            return (
                self.env["mail.message"]
                .with_user(user)
                .create(
                    {
                        "model": requirement._name,
                        "res_id": requirement.id,
                        "body": "hello from outside",
                        "message_type": "comment",
                        "subtype_id": self.env.ref("mail.mt_comment").id,
                        **values,
                    }
                )
            )

    # === TOKENS AND SIGNED CONTACTS === #

    def test_the_token_of_a_link_never_posts(self):
        token = self.open._portal_ensure_token()
        for login in (None, "portal_stray", "portal_b"):
            self.authenticate(login, login)
            self._assert_cannot_post(self.open, token=token)
            self._assert_cannot_post(self.open, token="False")

    def test_a_signed_contact_never_posts_nor_reads(self):
        self.open.message_post(
            body="between us", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        for requirement in (self.open, self.shown):
            signed = requirement._sign_token(self.contact_a.id)
            for login in (None, "portal_b"):
                self.authenticate(login, login)
                access = {"pid": self.contact_a.id, "hash": signed}
                self._assert_cannot_post(self.open, **access)
                self.assertEqual(self._fetch(self.open, **access), [])
                store = self.make_jsonrpc_request(
                    "/portal/chatter_init",
                    {"thread_model": "project.requirement", "thread_id": self.open.id, **access},
                )
                self.assertFalse(store.get("mail.thread"))

    def test_the_token_of_a_link_does_not_open_the_conversation(self):
        self.open.message_post(
            body="between us", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.authenticate(None, None)
        with self.assertRaises(JsonRpcException):
            self._fetch(self.open, token=self.open._portal_ensure_token())
        self.assertEqual(self._fetch(self.open), [])
        self.authenticate("portal_b", "portal_b")
        self.assertEqual(self._fetch(self.open), [])

    def _fetch(self, requirement, **access):
        with mute_logger(*QUIET):
            result = self.make_jsonrpc_request(
                "/mail/chatter_fetch",
                {"thread_model": requirement._name, "thread_id": requirement.id, **access},
            )
        return [message["body"][1] for message in result["data"].get("mail.message", [])]

    # === WHAT THE CONVERSATION SHOWS === #

    def test_the_conversation_shows_comments_and_no_logs(self):
        self.open.message_post(body="secret note", subtype_xmlid="mail.mt_note")
        self.open.message_post(
            body="for the customer", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.open.write({"user_id": self.delivery_user.id})
        self.authenticate("portal_a", "portal_a")
        self.assertEqual(self._fetch(self.open), ["<p>for the customer</p>"])

    def test_logs_cannot_be_read_by_their_id(self):
        notes = self.open.message_post(body="secret note", subtype_xmlid="mail.mt_note")
        notes |= self.open.message_post(
            body="secret comment", message_type="comment", subtype_xmlid="mail.mt_note"
        )
        said = self.open.message_post(
            body="for the customer", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertIn("for the customer", said.with_user(self.portal_a).body)
        for note in notes:
            with self.assertRaises(AccessError), mute_logger(*QUIET):
                note.with_user(self.portal_a).read(["body"])

    def test_addresses_of_others_are_not_suggested(self):
        self.open.message_subscribe(partner_ids=self.delivery_user.partner_id.ids)
        self.authenticate("portal_a", "portal_a")
        found = self.make_jsonrpc_request(
            "/mail/thread/recipients",
            {"thread_model": "project.requirement", "thread_id": self.open.id},
        )
        self.assertEqual(found, [])

    def test_a_file_can_be_sent_only_where_one_may_comment(self):
        self.authenticate("portal_a", "portal_a")
        for requirement, status in ((self.open, 200), (self.shown, 404), (self.hidden, 404)):
            with mute_logger(*QUIET):
                response = self.url_open(
                    "/mail/attachment/upload",
                    data={
                        "thread_model": "project.requirement",
                        "thread_id": requirement.id,
                        "csrf_token": Request.csrf_token(self),
                    },
                    files={"ufile": ("a.txt", b"text", "text/plain")},
                )
            self.assertEqual(response.status_code, status, requirement.name)
