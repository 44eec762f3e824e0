"""Every door that leads to an acceptance, tried by everybody who must not pass."""

import base64

from odoo import Command, fields
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .common import DeliveryCase
from .test_acceptance_verdict import PIXEL

QUIET = (
    "odoo.http",
    "odoo.addons.base.models.ir_rule",
    "odoo.addons.base.models.ir_model",
    "odoo.addons.base.models.ir_access",
)
PICTURE = base64.b64decode(PIXEL)
KEY = "a-key-of-a-phone-{}"
# model, method, arguments after the ids
CALLS = (
    ("project.acceptance", "read", (["name"],)),
    ("project.acceptance", "get_walk_data", ()),
    ("project.acceptance", "action_submit", ()),
    ("project.acceptance", "action_conclude", ("pass",)),
    ("project.acceptance", "action_begin_round", ()),
    ("project.acceptance", "action_send", ()),
    ("project.acceptance", "action_revoke", ("x",)),
    ("project.acceptance", "write", ({"name": "x"},)),
    ("project.acceptance.item", "read", (["name"],)),
    ("project.acceptance.item", "action_record_verdict", ("customer", "pass")),
    ("project.acceptance.item", "action_waive", ("x",)),
    ("project.acceptance.item", "write", ({"customer_verdict": "pass"},)),
    ("project.acceptance.issue", "read", (["name"],)),
    ("project.acceptance.issue", "action_close", ("x",)),
    ("project.acceptance.verdict", "read", (["verdict"],)),
)


@tagged("post_install", "-at_install")
class TestPortalAcceptanceAccess(DeliveryCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project_light.delivery_party_ids.may_accept = True
        cls.project_b.delivery_party_ids.may_accept = True
        cls.acceptance = cls._give(cls.project_light, "Secret acceptance")
        cls.own_of_b = cls._give(cls.project_b, "Acceptance of B")
        cls.item = cls.acceptance.item_ids[0]
        failed = cls.acceptance.item_ids[1]
        failed.action_record_verdict(
            "customer",
            "fail",
            note="Secret fault",
            person_name="Ms Li",
            images=[{"name": "fault.png", "datas": PIXEL}],
        )
        cls.issue = cls.acceptance.issue_ids
        cls.photo = failed.attachment_ids
        cls.after = cls.env["ir.attachment"].create(
            {"name": "after.png", "raw": PICTURE, "res_model": cls.issue._name}
        )
        cls.issue.after_attachment_ids = cls.after
        cls.url = f"/my/acceptances/{cls.acceptance.id}"

    @classmethod
    def _give(cls, project, name):
        acceptance = cls._create_acceptance(
            name=name,
            project_id=project.id,
            item_ids=[
                Command.create({"name": f"{name}: prints labels"}),
                Command.create({"name": f"{name}: looks fine"}),
            ],
        )
        acceptance.action_submit()
        return acceptance

    def _get(self, url):
        with mute_logger(*QUIET):
            return self.url_open(url, allow_redirects=False)

    def _rpc(self, url, **params):
        with mute_logger(*QUIET):
            return self.make_jsonrpc_request(url, params)

    def _call(self, model, method, ids, *args):
        return self._rpc(
            f"/web/dataset/call_kw/{model}/{method}",
            model=model,
            method=method,
            args=[ids, *args],
            kwargs={},
        )

    def _pages(self):
        return [
            self.url,
            f"{self.url}?access_token={self.acceptance._portal_ensure_token()}",
            f"{self.url}/walk",
            f"{self.url}/walk/1",
            f"{self.url}/photo/{self.photo.id}",
            f"{self.url}/photo/{self.after.id}",
        ]

    def _files(self):
        token = self.acceptance._portal_ensure_token()
        return [
            path
            for photo in (self.photo | self.after)
            for path in (
                f"/web/content/{photo.id}",
                f"/web/image/{photo.id}",
                f"/web/content/{photo.id}?access_token={token}",
                f"/web/image/{photo.id}?access_token={token}",
            )
        ]

    def _answer(self, acceptance=None, item=None, **values):
        return self._rpc(
            f"/my/acceptances/{(acceptance or self.acceptance).id}/walk/verdict",
            item_id=(item or self.item).id,
            values={"verdict": "pass", "expected_rev": 0, **values},
            key=KEY.format((item or self.item).id),
        )

    def _records(self, model):
        return {
            "project.acceptance": self.acceptance,
            "project.acceptance.item": self.item,
            "project.acceptance.issue": self.issue,
            "project.acceptance.verdict": self.acceptance.item_ids.verdict_ids,
        }[model]

    def _assert_untouched(self):
        self.env.invalidate_all()
        self.assertFalse(self.item.customer_verdict)
        self.assertFalse(self.item.verdict_ids)
        self.assertEqual((self.acceptance.state, self.issue.state), ("customer", "open"))

    # === WHO MAY === #

    def test_the_customer_himself_gets_page_list_photos_and_answers(self):
        self.authenticate(self.portal_a.login, self.portal_a.login)
        for url in self._pages():
            with self.subTest(url=url):
                self.assertEqual(self._get(url).status_code, 200)
        for photo in (self.photo, self.after):
            self.assertEqual(self._get(f"{self.url}/photo/{photo.id}").content, PICTURE)
        data = self._rpc(f"{self.url}/walk/data")
        self.assertEqual([row["id"] for row in data["items"]], self.acceptance.item_ids.ids)
        self.assertEqual(data["people"], [])
        outcome = self._answer(note="Good", images=[{"name": "a.png", "datas": PIXEL}])
        self.assertEqual((outcome["status"], outcome["item"]["photos"]), ("saved", 1))
        self.assertEqual(self._answer()["status"], "known")
        self.assertEqual(self.item.verdict_ids.mapped("verdict"), ["pass"])

    def test_he_gets_nothing_that_our_people_remarked(self):
        self.item.action_record_verdict("check", "pass", note="Do not tell him")
        self.authenticate(self.portal_a.login, self.portal_a.login)
        self.assertNotIn("Do not tell him", str(self._rpc(f"{self.url}/walk/data")))
        self.assertNotIn("Do not tell him", str(self._answer()))
        for url in (self.url, f"{self.url}/walk/1"):
            self.assertNotIn("Do not tell him", self._get(url).text)

    def test_he_and_our_people_do_not_overwrite_each_other(self):
        self.authenticate(self.portal_a.login, self.portal_a.login)
        self.item.action_record_verdict("customer", "fail", note="Jams", person_name="Ms Li")
        self.env.flush_all()
        outcome = self._answer()
        self.assertEqual(outcome["status"], "conflict")
        self.assertEqual(outcome["item"]["customer"]["by"], "Ms Li")
        self.assertEqual(self.item.customer_verdict, "fail")
        self.assertEqual(self._answer(expected_rev=1)["status"], "saved")
        self.assertEqual(self.item.customer_verdict, "pass")
        late = self.item.action_record_verdict(
            "customer", "fail", expected_rev=1, person_name="Ms Li"
        )
        self.assertEqual((late["status"], self.item.customer_verdict), ("conflict", "pass"))

    def test_what_comes_after_the_conclusion_is_refused_with_the_reason(self):
        self.item.action_record_verdict("customer", "pass", person_name="Ms Li")
        self.acceptance.action_conclude("conditional")
        self.env.flush_all()
        self.authenticate(self.portal_a.login, self.portal_a.login)
        with self.assertRaisesRegex(JsonRpcException, "UserError"):
            self._answer()

    # === WHO MAY NOT === #

    def test_others_are_refused_at_every_page_photo_and_call(self):
        others = (self.portal_b, self.portal_a_colleague)
        for user in others:
            self.authenticate(user.login, user.login)
            for url in self._pages():
                with self.subTest(user=user.login, url=url):
                    self.assertEqual(self._get(url).status_code, 404)
            for url in self._files():
                with self.subTest(user=user.login, url=url):
                    self.assertNotEqual(self._get(url).content, PICTURE)
            with self.assertRaisesRegex(JsonRpcException, "NotFound"):
                self._rpc(f"{self.url}/walk/data")
            with self.assertRaisesRegex(JsonRpcException, "NotFound"):
                self._answer()
            self.assertNotIn("Secret", self._get("/my/delivery").text)
        self._assert_untouched()

    def test_a_guessed_id_behind_ones_own_acceptance_leads_nowhere(self):
        self.authenticate(self.portal_b.login, self.portal_b.login)
        own = f"/my/acceptances/{self.own_of_b.id}"
        self.assertEqual(self._get(own).status_code, 200)
        for photo in self.photo | self.after:
            self.assertEqual(self._get(f"{own}/photo/{photo.id}").status_code, 404)
        with self.assertRaisesRegex(JsonRpcException, "NotFound"):
            self._answer(self.own_of_b)
        for place in (0, 3, 999999):
            self.assertEqual(self._get(f"{own}/walk/{place}").status_code, 404)
        self.assertNotIn("Secret", str(self._rpc(f"{own}/walk/data")))
        self._assert_untouched()

    def test_no_customer_calls_the_models(self):
        for user in (self.portal_a, self.portal_b):
            self.authenticate(user.login, user.login)
            for model, method, args in CALLS:
                call = f"{model}.{method}"
                with self.subTest(user=user.login, call=call), self.assertRaises(JsonRpcException):
                    self._call(model, method, self._records(model).ids, *args)
        self._assert_untouched()

    def test_without_a_login_there_is_nothing(self):
        self.authenticate(None, None)
        for url in self._pages():
            with self.subTest(url=url):
                response = self._get(url)
                self.assertEqual(response.status_code, 303)
                self.assertIn("/web/login", response.headers["Location"])
        for url in self._files():
            with self.subTest(url=url):
                self.assertNotEqual(self._get(url).content, PICTURE)
        for call in (self._answer, lambda: self._rpc(f"{self.url}/walk/data")):
            with self.assertRaisesRegex(JsonRpcException, "SessionExpired"):
                call()
        self._assert_untouched()

    def test_papers_and_conversation_are_no_way_in(self):
        self.authenticate(self.portal_b.login, self.portal_b.login)
        for report in ("report_acceptance", "report_issue_list_acceptance"):
            for kind in ("html", "pdf"):
                url = f"/report/{kind}/customer_delivery.{report}/{self.acceptance.id}"
                with self.subTest(url=url):
                    response = self._get(url)
                    self.assertNotEqual(response.status_code, 200)
                    self.assertNotIn("Secret", response.text)
        with self.assertRaises(JsonRpcException):
            self._rpc(
                "/mail/message/post",
                thread_model="project.acceptance",
                thread_id=self.acceptance.id,
                post_data={"body": "x"},
                token=self.acceptance._portal_ensure_token(),
            )
        self._assert_untouched()

    def test_a_form_of_another_site_is_refused(self):
        self.authenticate(self.portal_a.login, self.portal_a.login)
        with mute_logger(*QUIET):
            response = self.url_open(
                f"{self.url}/walk/1",
                data={"verdict": "pass", "key": KEY.format(1), "revision": "0"},
            )
        self.assertEqual(response.status_code, 400)
        self._assert_untouched()

    def test_a_party_whose_time_is_over_decides_nothing_more(self):
        today = fields.Date.context_today(self.acceptance)
        self.project_light.delivery_party_ids.date_to = fields.Date.subtract(today, days=1)
        self.env.flush_all()
        self.authenticate(self.portal_a.login, self.portal_a.login)
        for url in self._pages():
            with self.subTest(url=url):
                self.assertEqual(self._get(url).status_code, 404)
        with self.assertRaisesRegex(JsonRpcException, "NotFound"):
            self._answer()
        self._assert_untouched()
