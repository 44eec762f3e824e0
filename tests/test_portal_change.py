from odoo.exceptions import AccessError
from odoo.http import Request
from odoo.tests.common import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .change_common import ChangeCase
from .signoff_common import SignoffCase

QUIET = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_access", "odoo.http")
KEY = "key-of-one-change-0001"
PDF = ("plan.pdf", b"%PDF-1.7 plan", "application/pdf")
NEW = "/my/delivery/change/new"
SECRETS = (
    "secret-note",
    "76543210",
    "76,543,210",
    "margin is thin",
    "carrier-of-work",
    "47110815",
    "47,110,815",
)


class PortalChangeCase(ChangeCase, SignoffCase, HttpCase):
    __test__ = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.change = cls._create_change(
            cls.confirmed,
            name="Two labels per box",
            agreed_days=3,
            agreed_amount=900,
            billing="charged",
            portal_access="comment",
            notes="<p>secret-note</p>",
        )
        cls.change.line_ids.name = "Print two labels"
        cls._assess(cls.change)
        cls.change.impact_ids[0].write(
            {"delta_cost": 76543210, "delta_hours": 47110815, "internal_note": "margin is thin"}
        )
        cls.hidden = cls._create_change(name="Never shown", portal_access="hidden")
        cls.internal = cls._create_change(
            name="Our own matter", portal_access="comment", kind="internal"
        )
        cls.own = cls._create_change(
            name="Of the colleague", portal_access="comment", requester_id=cls.colleague_a.id
        )
        cls.file = cls.env["ir.attachment"].create(
            {
                "name": "plan.txt",
                "raw": b"published plan",
                "res_model": "project.change",
                "res_id": cls.change.id,
            }
        )
        cls.change.content_attachment_ids = cls.file

    def _url(self, change):
        return f"/my/changes/{change.id}"

    def _status(self, url):
        with mute_logger(*QUIET):
            return self.url_open(url, allow_redirects=False).status_code

    def _rpc(self, method, args, **kwargs):
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/project.change/{method}",
            {"model": "project.change", "method": method, "args": args, "kwargs": kwargs},
        )

    def _assert_refused(self, change, login=None):
        """Neither the page, nor the file, nor any RPC gives the change away."""
        if login:
            self.authenticate(login, login)
        self.assertEqual(self._status(self._url(change)), 404)
        for file in change.content_attachment_ids:
            self.assertEqual(self._status(f"{self._url(change)}/files/{file.id}"), 404)
            self.assertNotIn(b"published", self.url_open(f"/web/content/{file.id}").content)
        self.assertEqual(self._rpc("search", [[["id", "=", change.id]]]), [])
        with self.assertRaises(JsonRpcException), mute_logger(*QUIET):
            self._rpc("read", [change.ids, ["name"]])


@tagged("post_install", "-at_install")
class TestPortalChange(PortalChangeCase):
    """Every door that leads to a change, tried by those who may pass and those who must not."""

    __test__ = True

    def test_a_party_sees_price_and_days_and_nothing_internal(self):
        self.authenticate("portal_a", "portal_a")
        page = self.url_open(self._url(self.change))
        self.assertEqual(page.status_code, 200)
        for word in ("Two labels per box", "900.00", "+3", "The line runs two products."):
            self.assertIn(word, page.text)
        for secret in SECRETS:
            self.assertNotIn(secret, page.text)
        file = self.url_open(f"{self._url(self.change)}/files/{self.file.id}")
        self.assertEqual(file.content, b"published plan")

    def test_the_list_shows_what_is_published_and_finds_it(self):
        self.authenticate("portal_a", "portal_a")
        page = self.url_open("/my/changes").text
        self.assertIn("Two labels per box", page)
        self.assertIn("Of the colleague", page)
        for name in ("Never shown", "Our own matter"):
            self.assertNotIn(name, page)
        number = self.change.number
        page = self.url_open(f"/my/changes?search={number}&filterby=open").text
        self.assertIn("Two labels per box", page)
        self.assertNotIn("Of the colleague", page)
        self.assertIn("Nothing matches", self.url_open("/my/changes?search=zzz").text)

    def test_before_and_after_appear_when_it_is_sent(self):
        self.authenticate("portal_a", "portal_a")
        self.confirmed.sudo().portal_access = "visible"
        self.assertNotIn("two labels</ins>", self.url_open(self._url(self.change)).text)
        self._send(self.change, self.delivery_user)
        page = self.url_open(self._url(self.change)).text
        self.assertIn("two labels</ins>", page)
        for secret in SECRETS:
            self.assertNotIn(secret, page)

    def test_what_waits_for_the_customer_is_opened_from_the_change(self):
        row = self._send(self.change, self.delivery_user)
        while slots := self._pending(row).filtered("user_id"):
            for slot in slots:
                self._decide(slot.with_user(slot.user_id))
        slot = self._pending(row, self.contact_a)
        self.authenticate("portal_a", "portal_a")
        page = self.url_open(self._url(self.change)).text
        self.assertIn(f"/my/delivery/sign/{slot.id}", page)

    def test_only_named_fields_are_readable(self):
        self.authenticate("portal_a", "portal_a")
        row = self._rpc("read", [self.change.ids, ["name", "agreed_amount", "agreed_days"]])[0]
        self.assertEqual((row["agreed_amount"], row["agreed_days"]), (900, 3))
        for name in (
            "notes",
            "estimated_cost",
            "estimated_days",
            "impact_ids",
            "risk_level",
            "user_id",
            "line_ids",
            "cumulative_amount",
            "proof_ids",
            "waits_for",
        ):
            with (
                self.subTest(field=name),
                self.assertRaises(JsonRpcException),
                mute_logger(*QUIET),
            ):
                self._rpc("read", [self.change.ids, [name]])
        for method, args in (
            ("write", [self.change.ids, {"name": "Mine"}]),
            ("create", [{"name": "x", "project_id": self.project.id}]),
            ("action_submit", [self.own.ids]),
            ("action_publish", [self.hidden.ids]),
        ):
            with (
                self.subTest(method=method),
                self.assertRaises(JsonRpcException),
                mute_logger(*QUIET),
            ):
                self._rpc(method, args)

    def test_another_customer_is_refused(self):
        self._assert_refused(self.change, "portal_b")
        self._assert_refused(self.own)

    def test_a_colleague_without_party_sees_only_what_he_asked_for(self):
        self.authenticate("portal_a_colleague", "portal_a_colleague")
        self.assertEqual(self._status(self._url(self.own)), 200)
        self._assert_refused(self.change)

    def test_hidden_and_internal_changes_are_refused(self):
        self._assert_refused(self.hidden, "portal_a")
        self._assert_refused(self.internal)
        self.assertEqual(self._status("/my/changes/99999999"), 404)

    def test_a_file_that_was_not_given_to_the_customer_is_refused(self):
        inside = self.env["ir.attachment"].create(
            {
                "name": "calculation.txt",
                "raw": b"published margin",
                "res_model": "project.change",
                "res_id": self.change.id,
            }
        )
        self.authenticate("portal_a", "portal_a")
        self.assertEqual(self._status(f"{self._url(self.change)}/files/{inside.id}"), 404)
        with mute_logger(*QUIET):
            self.assertNotIn(b"margin", self.url_open(f"/web/content/{inside.id}").content)

    def test_without_login_the_visitor_is_asked_to_sign_in(self):
        self.authenticate(None, None)
        for url in (self._url(self.change), "/my/changes/99999999", "/my/changes", NEW):
            response = self.url_open(url, allow_redirects=False)
            self.assertIn("/web/login", response.headers["Location"])
        self.assertEqual(self._status(f"{self._url(self.change)}?access_token=guessed"), 404)

    def test_comments_where_that_is_open(self):
        def post(change, login):
            self.authenticate(login, login)
            with mute_logger(*QUIET):
                return self.make_jsonrpc_request(
                    "/mail/message/post",
                    {
                        "thread_model": "project.change",
                        "thread_id": change.id,
                        "post_data": {
                            "body": "hello from outside",
                            "message_type": "comment",
                            "subtype_xmlid": "mail.mt_comment",
                        },
                    },
                )

        post(self.change, "portal_a")
        message = self.change.message_ids.filtered(lambda row: "hello" in (row.body or ""))
        self.assertEqual(message.author_id, self.contact_a)
        self.assertIn("o_portal_chatter", self.url_open(self._url(self.change)).text)
        for change, login in ((self.change, "portal_b"), (self.hidden, "portal_a")):
            with self.assertRaises(JsonRpcException):
                post(change, login)
        self.change.portal_access = "visible"
        with self.assertRaises(JsonRpcException):
            post(self.change, "portal_a")


@tagged("post_install", "-at_install")
class TestPortalChangeForm(PortalChangeCase):
    """A customer asks for a change: guided, once, with a number that he gets by mail."""

    __test__ = True

    def _submit(self, files=(), **values):
        data = {
            "csrf_token": Request.csrf_token(self),
            "client_key": KEY,
            "project_id": self.project.id,
            "text": "Export as CSV\nToday only PDF, our tool reads CSV.",
            "why": "The monthly report needs it.",
            "please_assess": "1",
            **values,
        }
        sent = [("files", file) for file in files]
        with mute_logger("odoo.http"):
            return self.url_open(NEW, data=data, files=sent or None, allow_redirects=False)

    def _filed(self):
        return self.env["project.change"].search([("client_key", "=", KEY)])

    def test_a_request_arrives_with_its_files_and_a_receipt(self):
        self.authenticate("portal_a", "portal_a")
        response = self._submit([PDF])
        change = self._filed()
        self.assertEqual(response.status_code, 303)
        self.assertIn(f"/my/changes/{change.id}?filed=1", response.headers["Location"])
        self.assertEqual(change.name, "Export as CSV")
        self.assertIn("our tool reads CSV", change.content)
        self.assertIn("monthly report", change.reason)
        self.assertTrue(change.please_assess)
        self.assertEqual((change.origin, change.requester_id), ("portal", self.contact_a))
        self.assertEqual(change.type_id, self._change_type("normal"))
        self.assertEqual(change.content_attachment_ids.name, "plan.pdf")
        self.assertEqual(change.activity_ids.user_id, self.delivery_user)
        page = self.url_open(f"/my/changes/{change.id}?filed=1").text
        self.assertIn(change._get_full_number(), page)
        self.assertEqual(self._receipts(change).mapped("recipient_ids"), self.contact_a)
        change.with_user(self.delivery_user).action_submit()
        self.assertEqual(change.stage_id.kind, "assess")

    def _receipts(self, change):
        return (
            self.env["mail.mail"]
            .search([("model", "=", "project.change"), ("res_id", "=", change.id)])
            .filtered(lambda mail: "received your change request" in (mail.subject or ""))
        )

    def test_sent_twice_it_is_one_request_and_one_receipt(self):
        self.authenticate("portal_a", "portal_a")
        first, second = self._submit(), self._submit()
        self.assertEqual(first.headers["Location"], second.headers["Location"])
        self.assertEqual(len(self._filed()), 1)
        self.assertEqual(len(self._receipts(self._filed())), 1)

    def test_what_is_missing_is_said_and_what_was_typed_is_kept(self):
        self.authenticate("portal_a", "portal_a")
        response = self._submit(why="", please_assess="0", expected="")
        self.assertEqual(response.status_code, 422)
        for text in ("Please say why", "write what you expect", "our tool reads CSV"):
            self.assertIn(text, response.text)
        self.assertFalse(self._filed())
        self._submit(please_assess="0", expected="One week later is fine")
        self.assertIn("One week later", self._filed().expected_impact)
        self.assertFalse(self._filed().please_assess)

    def test_a_program_behind_a_document_is_no_attachment(self):
        self.authenticate("portal_a", "portal_a")
        response = self._submit([("plan.pdf", b"MZ program", "application/pdf")])
        self.assertEqual(response.status_code, 422)
        self.assertFalse(self._filed())

    def test_nobody_asks_in_the_project_of_somebody_else(self):
        for login in ("portal_b", "portal_a_colleague"):
            self.authenticate(login, login)
            response = self._submit()
            self.assertEqual(response.status_code, 422)
            self.assertIn("one of your projects", response.text)
        self.assertFalse(self._filed())

    def test_a_customer_has_no_other_door(self):
        with self.assertRaises(AccessError):
            self.env["project.change"].with_user(self.portal_a).create(
                {"name": "x", "project_id": self.project.id}
            )
