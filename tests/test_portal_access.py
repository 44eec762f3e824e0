import json
from contextlib import contextmanager
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.sql_db import Cursor
from odoo.tests.common import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .common import DeliveryCase

SECRETS = {
    "notes": "<p>secret-note</p>",
    "effort": 47110815.0,
    "risk": "3",
    "difficulty": "3",
    "importance": "3",
    "urgency": "3",
}
QUIET = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_access", "odoo.http")


@tagged("post_install", "-at_install")
class TestPortalAccess(DeliveryCase, HttpCase):
    """Every door that leads to a requirement, tried by everybody who must not pass."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.published = cls._create_requirement(
            name="Label per box", portal_access="comment", user_id=cls.delivery_user.id, **SECRETS
        )
        cls.shown = cls._create_requirement(name="Only shown", portal_access="visible")
        cls.hidden = cls._create_requirement(name="Never shown", portal_access="hidden")
        cls.wish = cls._create_requirement(
            name="Wish of the colleague",
            portal_access="comment",
            requester_id=cls.colleague_a.id,
        )
        cls.file = cls._attach(cls.published, "plan.txt", b"published plan")
        cls.published.portal_attachment_ids = cls.file

    @classmethod
    def _attach(cls, requirement, name, content):
        return cls.env["ir.attachment"].create(
            {"name": name, "raw": content, "res_model": requirement._name, "res_id": requirement.id}
        )

    def _url(self, requirement):
        return f"/my/requirements/{requirement.id}"

    def _status(self, url):
        with mute_logger(*QUIET):
            return self.url_open(url, allow_redirects=False).status_code

    def _assert_refused(self, requirement=None, login=None):
        """Neither the page, nor the file, nor any RPC gives the requirement away."""
        requirement = requirement or self.published
        if login:
            self.authenticate(login, login)
        self.assertEqual(self._status(self._url(requirement)), 404)
        for file in requirement.portal_attachment_ids:
            self.assertEqual(self._status(f"{self._url(requirement)}/files/{file.id}"), 404)
            for url in (f"/web/content/{file.id}", f"/web/image/{file.id}"):
                response = self.url_open(url)
                self.assertNotIn(b"published plan", response.content)
        self.assertEqual(self._rpc("search", [[["id", "=", requirement.id]]]), [])
        with self.assertRaises(JsonRpcException), mute_logger(*QUIET):
            self._rpc("read", [requirement.ids, ["name"]])

    def _rpc(self, method, args, **kwargs):
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/project.requirement/{method}",
            {"model": "project.requirement", "method": method, "args": args, "kwargs": kwargs},
        )

    # === WHO SEES === #

    def test_a_party_sees_the_page_the_file_and_the_list(self):
        self.authenticate("portal_a", "portal_a")
        page = self.url_open(self._url(self.published))
        self.assertEqual(page.status_code, 200)
        self.assertIn("Label per box", page.text)
        file = self.url_open(f"{self._url(self.published)}/files/{self.file.id}")
        self.assertEqual(file.content, b"published plan")
        self.assertIn("Label per box", self.url_open("/my/requirements").text)

    def test_a_colleague_without_party_sees_only_his_own_wish(self):
        self.authenticate("portal_a_colleague", "portal_a_colleague")
        self.assertEqual(self._status(self._url(self.wish)), 200)
        self._assert_refused()

    def test_another_customer_is_refused(self):
        self._assert_refused(login="portal_b")
        self._assert_refused(self.wish)
        self.assertEqual(self._status(f"/my/delivery/project/{self.project_light.id}"), 404)

    def test_a_hidden_requirement_is_refused(self):
        self._assert_refused(self.hidden, login="portal_a")

    def test_a_stage_that_is_hidden_hides_its_requirements(self):
        self.published.stage_id.portal_access = "hidden"
        self._assert_refused(login="portal_a")

    def test_a_guessed_number_looks_like_one_that_does_not_exist(self):
        self.authenticate("portal_a", "portal_a")
        missing = self.published.browse(self.published.id + 100000)
        pages = [self.url_open(self._url(req)) for req in (self.hidden, missing)]
        self.assertEqual({page.status_code for page in pages}, {404})
        bodies = {page.text.replace(str(missing.id), str(self.hidden.id)) for page in pages}
        self.assertNotIn("Never shown", "".join(bodies))

    def test_without_login_the_visitor_is_asked_to_sign_in(self):
        self.authenticate(None, None)
        for requirement_id in (self.published.id, self.published.id + 100000):
            response = self.url_open(f"/my/requirements/{requirement_id}", allow_redirects=False)
            self.assertEqual(response.status_code, 302)
            self.assertIn("/web/login", response.headers["Location"])
        for url in ("/my/delivery", "/my/requirements", "/my/delivery/wish/new"):
            response = self.url_open(url, allow_redirects=False)
            self.assertIn("/web/login", response.headers["Location"])

    def test_a_party_whose_time_is_over_is_refused(self):
        party = self.project_light.delivery_party_ids.filtered(
            lambda party: party.partner_id == self.contact_a
        )
        yesterday = fields.Date.subtract(fields.Date.today(), days=1)
        party.write({"date_from": yesterday, "date_to": yesterday})
        self._assert_refused(login="portal_a")
        party.write({"date_from": fields.Date.add(yesterday, days=2), "date_to": False})
        self._assert_refused()

    def test_a_party_that_may_not_read_is_refused(self):
        self.project_light.delivery_party_ids.may_read = False
        self._assert_refused(login="portal_a")

    def test_who_moved_to_another_company_is_refused(self):
        self.contact_a.parent_id = self.customer_b
        self._assert_refused(login="portal_a")
        self.colleague_a.parent_id = self.customer_b
        self._assert_refused(self.wish, login="portal_a_colleague")

    def test_an_archived_project_is_closed(self):
        self.project_light.active = False
        self._assert_refused(login="portal_a")
        self._assert_refused(self.wish, login="portal_a_colleague")
        self.assertEqual(self._status(f"/my/delivery/project/{self.project_light.id}"), 404)

    def test_an_archived_requirement_is_closed(self):
        self.published.active = False
        self._assert_refused(login="portal_a")

    def test_a_party_reads_a_project_of_another_company_than_his_user(self):
        self._create_party(self.project_other, self.contact_a)
        requirement = self._create_requirement(
            name="Of company B", project_id=self.project_other.id, portal_access="comment"
        )
        self.assertEqual(requirement.company_id, self.other_company)
        self.authenticate("portal_a", "portal_a")
        self.assertIn("Of company B", self.url_open(self._url(requirement)).text)
        self.assertIn(
            "Of company B", self.url_open(f"/my/delivery/project/{self.project_other.id}").text
        )
        self._assert_refused(requirement, login="portal_b")

    # === WHAT IS SEEN === #

    def test_nothing_internal_is_in_the_pages(self):
        self.published.message_post(body="secret-log", subtype_xmlid="mail.mt_note")
        self.project_light.sudo().delivery_contract_amount = 98765432.0
        self.delivery_user.partner_id.phone = "+1 555 77777"
        self.authenticate("portal_a", "portal_a")
        urls = (
            "/my/delivery",
            "/my/requirements",
            f"/my/delivery/project/{self.project_light.id}",
            self._url(self.published),
        )
        for url in urls:
            html = self.url_open(url).text
            for secret in (
                "secret-",
                "47110815",
                "47,110,815",
                "98765432",
                "98,765,432",
                "555 77777",
                "delivery_user",
            ):
                self.assertNotIn(secret, html, url)

    def test_rpc_reads_only_the_named_fields(self):
        self.authenticate("portal_a", "portal_a")
        row = self._rpc("read", [self.published.ids, ["name", "number", "stage_id"]])[0]
        self.assertEqual(row["name"], "Label per box")
        with mute_logger(*QUIET):
            for name, value in {
                **SECRETS,
                "score": 9,
                "user_id": self.delivery_user.id,
                "access_token": "x",
                "proof_ids": 1,
                "origin": "staff",
            }.items():
                for method, args, kwargs in (
                    ("read", [self.published.ids, [name]], {}),
                    ("search", [[[name, "=", value]]], {}),
                    ("search", [[]], {"order": f"{name} desc"}),
                ):
                    if kwargs and name == "proof_ids":
                        continue  # nothing can be sorted by it
                    with self.assertRaisesRegex(JsonRpcException, "AccessError", msg=name):
                        self._rpc(method, args, **kwargs)
            with self.assertRaisesRegex(JsonRpcException, "AccessError"):
                self._rpc("formatted_read_group", [[]], groupby=["risk"])
            with self.assertRaises(JsonRpcException):
                self._rpc("export_data", [self.published.ids, ["name"]])

    def test_every_readable_field_can_be_read_and_no_other(self):
        requirement = self.published.with_user(self.portal_a)
        readable = set(requirement.fields_get())
        self.assertTrue({"name", "description", "criterion_ids"} <= readable)
        self.assertFalse(readable & {*SECRETS, "score", "user_id", "client_key", "post_token"})
        self.assertEqual(set(requirement.read()[0]), readable)
        for name in set(requirement._fields) - readable:
            with self.assertRaises(AccessError, msg=name), mute_logger("odoo.orm.models"):
                requirement.read([name])

    def test_secrets_cannot_be_asked_for_through_a_line(self):
        self.env["project.requirement.criterion"].create(
            {"requirement_id": self.published.id, "name": "It can be seen"}
        )
        criteria = self.env["project.requirement.criterion"].with_user(self.portal_a)
        self.assertTrue(criteria.search([("requirement_id.name", "ilike", "label")]))
        with self.assertRaises(AccessError), mute_logger("odoo.orm.models"):
            criteria.search([("requirement_id.notes", "ilike", "secret")])

    # === WHAT IS CHANGED === #

    def test_customers_cannot_write_create_or_delete(self):
        token = self.published.access_token
        self.authenticate("portal_a", "portal_a")
        calls = [
            ("write", [self.published.ids, {"name": "Mine"}]),
            ("create", [[{"name": "Mine", "project_id": self.project_light.id}]]),
            ("unlink", [self.published.ids]),
            ("action_publish", [self.hidden.ids]),
            ("action_new_portal_link", [self.published.ids]),
            ("get_portal_url", [self.published.ids]),
            ("action_quick_entry", ["text", "k" * 20, self.project_light.id]),
            ("message_post", [self.published.ids], {"body": "by the back door"}),
        ]
        with mute_logger(*QUIET):
            for method, args, *kwargs in calls:
                with self.assertRaises(JsonRpcException, msg=method):
                    self._rpc(method, args, **(kwargs[0] if kwargs else {}))
        self.assertEqual(self.published.name, "Label per box")
        self.assertEqual(self.published.access_token, token)

    def test_the_key_of_a_customer_opens_no_more_than_his_pages(self):
        key = self.env["res.users.apikeys"].with_user(self.portal_b).sudo()
        key = key._generate("rpc", "test", fields.Datetime.add(fields.Datetime.now(), days=1))

        def call(method, **body):
            with mute_logger(*QUIET):
                return self.url_open(
                    f"/json/2/project.requirement/{method}",
                    data=json.dumps(body),
                    headers={
                        "Authorization": f"Bearer {key}",
                        "Content-Type": "application/json",
                    },
                )

        self.authenticate(None, None)
        found = call("search_read", domain=[["id", "=", self.published.id]], fields=["name"])
        self.assertEqual((found.status_code, found.json()), (200, []))
        for method, body in (
            ("read", {"ids": self.published.ids, "fields": ["name"]}),
            ("write", {"ids": self.published.ids, "vals": {"name": "Mine"}}),
            ("search_read", {"domain": [], "fields": ["notes"]}),
        ):
            self.assertIn(call(method, **body).status_code, (403, 404), method)
        self.assertEqual(self.published.name, "Label per box")

    # === FILES === #

    def test_files_that_were_not_published_stay_inside(self):
        internal = self._attach(self.published, "internal.txt", b"internal plan")
        note = self.published.message_post(
            body="note", subtype_xmlid="mail.mt_note", attachments=[("note.txt", b"note file")]
        )
        self.authenticate("portal_a", "portal_a")
        for file in internal | note.attachment_ids:
            for url in (
                f"/web/content/{file.id}?download=true",
                f"/web/image/{file.id}",
                f"{self._url(self.published)}/files/{file.id}",
            ):
                with mute_logger(*QUIET):
                    content = self.url_open(url).content
                self.assertNotIn(b"internal plan", content)
                self.assertNotIn(b"note file", content)
        with self.assertRaises(AccessError):
            internal.with_user(self.portal_a).read(["raw"])

    def test_an_address_joins_a_file_with_its_own_requirement_only(self):
        other = self._create_requirement(name="Other", portal_access="comment")
        self.authenticate("portal_a", "portal_a")
        self.assertEqual(self._status(f"{self._url(other)}/files/{self.file.id}"), 404)

    # === RECORD LINK === #

    def _token_url(self, requirement):
        return f"{self._url(requirement)}?access_token={requirement._portal_ensure_token()}"

    def test_a_link_reads_without_login_and_says_so(self):
        self.published.message_post(
            body="said to the customer", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        url = self._token_url(self.published)
        self.authenticate(None, None)
        page = self.url_open(url)
        self.assertEqual(page.status_code, 200)
        self.assertIn("Label per box", page.text)
        self.assertIn("Read-only link", page.text)
        self.assertNotIn("o_portal_chatter", page.text)
        file_url = f"{self._url(self.published)}/files/{self.file.id}"
        token = self.published.access_token
        self.assertEqual(
            self.url_open(f"{file_url}?access_token={token}").content, b"published plan"
        )

    def test_a_new_link_ends_the_old_one(self):
        old = self._token_url(self.published)
        self.published.with_user(self.delivery_user).action_new_portal_link()
        self.authenticate(None, None)
        self.assertEqual(self._status(old), 404)
        self.assertEqual(self._status(self._token_url(self.published)), 200)

    def test_a_link_runs_out_and_sharing_makes_another(self):
        self.company.delivery_link_days = 30
        self.published.access_token = False
        with freeze_time("2026-01-01"):
            old = self._token_url(self.published)
            self.assertEqual(self._token_url(self.published), old)
        self.assertEqual(f"{self.published.portal_link_until:%Y-%m-%d}", "2026-01-31")
        self.authenticate(None, None)
        self.assertEqual(self._status(old), 404)
        self.assertNotEqual(self._token_url(self.published), old)
        self.assertEqual(self._status(old), 404)
        self.assertEqual(self._status(self._token_url(self.published)), 200)

    def test_links_that_never_run_out_are_a_choice(self):
        self.company.delivery_link_days = 0
        self.published.access_token = False
        with freeze_time("2020-01-01"):
            old = self._token_url(self.published)
        self.authenticate(None, None)
        self.assertEqual(self._status(old), 200)

    def test_a_wrong_or_foreign_token_opens_nothing(self):
        foreign = self.shown._portal_ensure_token()
        self.published._portal_ensure_token()
        self.authenticate(None, None)
        for token in ("wrong", foreign, "False", "None"):
            self.assertEqual(self._status(f"{self._url(self.published)}?access_token={token}"), 404)

    def test_a_link_shows_only_what_is_published(self):
        urls = [self._token_url(req) for req in (self.hidden, self.published)]
        self.authenticate(None, None)
        self.assertEqual(self._status(urls[0]), 404)
        self.published.portal_access = "hidden"
        self.assertEqual(self._status(urls[1]), 404)
        self.published.portal_access = "visible"
        self.assertEqual(self._status(urls[1]), 200)
        self.project_light.active = False
        self.assertEqual(self._status(urls[1]), 404)

    def test_looking_changes_nothing(self):
        """No page mints a token; read-only routes would be refused any write by the cursor."""
        self.authenticate("portal_a", "portal_a")
        self.published.access_token = False
        self.env.flush_all()
        before = self.published.read(["write_date", "access_token"])
        for url in (
            "/my/delivery",
            "/my/requirements",
            "/my/delivery/wish/new",
            f"/my/delivery/project/{self.project_light.id}",
            self._url(self.published),
            f"{self._url(self.published)}/files/{self.file.id}",
        ):
            self._assert_reads_only(url)
        view = f"/mail/view?model=project.requirement&res_id={self.published.id}"
        response = self.url_open(view, allow_redirects=False)
        self.assertTrue(response.headers["Location"].endswith(self._url(self.published)))
        self.published.invalidate_recordset()
        self.assertEqual(self.published.read(["write_date", "access_token"]), before)
        self.assertFalse(self.published.access_token)

    def test_looking_without_login_changes_nothing(self):
        channel = self._create_channel(project_id=self.project_light.id)
        url = self._token_url(self.published)
        self.env.flush_all()
        self.authenticate(None, None)
        self._assert_reads_only(url)
        self._assert_reads_only(f"/delivery/wish/{channel.token}")

    def _assert_reads_only(self, url):
        self.url_open(url)  # fills caches
        with self.assertNoWrites():
            self.assertEqual(self.url_open(url).status_code, 200, url)

    @contextmanager
    def assertNoWrites(self):
        """Fail when a query of the block changes anything but the log of devices."""
        queries = []
        execute = Cursor.execute

        def listen(cursor, query, *args, **kwargs):
            queries.append(str(getattr(query, "code", query)).lstrip())
            return execute(cursor, query, *args, **kwargs)

        with patch.object(Cursor, "execute", listen):
            yield
        self.assertTrue(queries)
        writes = [
            query
            for query in queries
            if query.upper().startswith(("INSERT", "UPDATE", "DELETE"))
            and "res_device" not in query
        ]
        self.assertFalse(writes)
