"""Customers sign: with a login, by a personal link and code, on our device."""

import re
from base64 import b64encode
from io import BytesIO

from PIL import Image, ImageDraw

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import html2plaintext, mute_logger

from odoo.addons.customer_delivery.controllers.portal_signoff import CODE_WINDOW

from .signoff_common import SignoffCase


def drawn():
    """Return a picture with enough ink, as the page sends it."""
    picture = Image.new("RGB", (300, 100), "white")
    pen = ImageDraw.Draw(picture)
    for x in range(10, 280, 20):
        pen.line((x, 80, x + 15, 20, x + 25, 70), fill="black", width=4)
    data = BytesIO()
    picture.save(data, "PNG")
    return "data:image/png;base64," + b64encode(data.getvalue()).decode()


@tagged("post_install", "-at_install")
class TestPortalSignoff(SignoffCase, HttpCase):
    def setUp(self):
        super().setUp()
        CODE_WINDOW.forget()
        self.package = self._create_package()
        self.row = self._send(self.package)
        self.slot = self._pending(self.row)
        self.path = f"/my/delivery/sign/{self.slot.id}"

    def _token(self, html):
        return re.search(r'name="csrf_token" value="([^"]+)"', html)[1]

    def _post(self, path, page, **form):
        form.setdefault("snapshot_sha256", self.row.snapshot_sha256)
        shown = re.search(r'name="rendition" value="([^"]+)"', page.text)
        form.setdefault("rendition", shown[1] if shown else "")
        return self.url_open(path, data={"csrf_token": self._token(page.text), **form})

    def test_the_contact_reads_and_signs(self):
        self.authenticate("portal_a", "portal_a")
        home = self.url_open("/my/delivery")
        self.assertIn(self.path, home.text)
        page = self.url_open(self.path)
        self.assertIn("Need 1", page.text)
        self.assertIn("I confirm these requirements.", page.text)
        done = self._post(self.path, page, act="approve", signature=drawn(), printed_name="Anna A")
        self.assertIn("Your answer has been recorded", done.text)
        self.env.invalidate_all()
        decision = self.row.decision_ids
        self.assertEqual((self.row.state, decision.method), ("approved", "login"))
        self.assertEqual((decision.person_name, decision.other_name), ("Anna A", True))
        self.assertTrue(decision.identity_id.image)
        self.assertTrue(self.slot.seen_at)
        # once more changes nothing
        self.assertEqual(
            self._post(self.path, page, act="approve", signature=drawn()).status_code, 200
        )
        self.env.invalidate_all()
        self.assertEqual(len(self.row.decision_ids), 1)

    def test_nothing_is_signed_without_a_signature_or_on_other_content(self):
        self.authenticate("portal_a", "portal_a")
        page = self.url_open(self.path)
        for form in (
            {"signature": ""},
            {"signature": "data:image/png;base64,AAAA"},
            {"signature": drawn(), "snapshot_sha256": "0" * 64},
            {"signature": drawn(), "rendition": "0"},
            {"signature": drawn(), "act": "sign"},
        ):
            form = {"act": "approve", **form}
            answer = self._post(self.path, page, post="Chief", **form)
            self.assertEqual(answer.status_code, 422)
            self.assertIn("Chief", answer.text, "what was typed is not lost")
        self.env.invalidate_all()
        self.assertFalse(self.row.decision_ids)

    def test_refusing_needs_a_reason(self):
        self.authenticate("portal_a", "portal_a")
        page = self.url_open(self.path)
        self.assertIn("Please give a reason", self._post(self.path, page, act="reject").text)
        self._post(self.path, page, act="reject", comment="The label is missing")
        self.env.invalidate_all()
        self.assertEqual(
            (self.row.state, self.row.end_reason), ("rejected", "The label is missing")
        )

    def test_somebody_else_signs(self):
        self.authenticate("portal_a", "portal_a")
        page = self.url_open(self.path)
        answer = self._post(self.path, page, act="replace", comment="Ms Li")
        self.assertIn("who should sign instead", answer.text)
        person = {"colleague_name": "Ms <b>Li", "colleague_phone": "138 0000 0000"}
        for _twice in range(2):
            answer = self._post(self.path, page, act="replace", **person)
        self.assertIn("We will ask the other person", answer.text)
        self.env.invalidate_all()
        self.assertEqual(self.row.state, "running")
        activity = self.project_standard.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertEqual(html2plaintext(activity.note), "Ms <b>Li, 138 0000 0000")

    def test_scripts_of_the_page_speak_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        words = self.url_open("/website/translations?lang=zh_CN").json()
        messages = words["modules"]["customer_delivery"]["messages"]
        texts = {message["id"]: message["string"] for message in messages}
        self.assertEqual(texts["Sign here by hand"], "请在此手写签名")

    @mute_logger("odoo.http")
    def test_others_find_nothing(self):
        for login in ("portal_a_colleague", "portal_b", "delivery_user"):
            self.authenticate(login, login)
            for path in (self.path, f"/my/delivery/sign/{self.slot.id + 1000}"):
                with self.subTest(login=login, path=path):
                    self.assertEqual(self.url_open(path).status_code, 404)
        for login in ("portal_a", "portal_b"):
            self.authenticate(login, login)
            self.assertEqual(self.url_open(f"/delivery/device/{self.slot.id}").status_code, 404)
        self.logout()
        self.assertIn("/web/login", self.url_open(self.path).url)

    @mute_logger("odoo.http")
    def test_the_contact_answers_over_the_api_and_others_learn_nothing(self):
        def call(user, method, slot_id, **values):
            arguments = {"snapshot_sha256": self.row.snapshot_sha256, **values}
            slot = self.env["signoff.slot"].with_user(user).browse(slot_id)
            return getattr(slot, method)(**arguments)

        image = drawn().partition(",")[2]
        for user in (self.portal_b, self.portal_a_colleague):
            for slot_id in (self.slot.id, self.slot.id + 1000):
                for method, values in (
                    ("action_sign", {"image": image}),
                    ("action_decide", {"verdict": "reject", "comment": "No"}),
                ):
                    with self.assertRaisesRegex(AccessError, "^You are not asked"):
                        call(user, method, slot_id, **values)
        with self.assertRaisesRegex(AccessError, "^You are not asked"):
            self.slot.with_user(self.portal_b).action_withdraw_decision("Why not")
        with self.assertRaisesRegex(UserError, "changed since"):
            call(self.portal_a, "action_sign", self.slot.id, image=image, snapshot_sha256="0" * 64)
        self.assertFalse(self.row.decision_ids)

        call(self.portal_a, "action_sign", self.slot.id, image=image)
        decision = self.row.decision_ids
        self.assertEqual((self.row.state, decision.method), ("approved", "login"))
        self.assertTrue(decision.identity_id.image)
        # he may answer, and still reads no row of ours
        with self.assertRaises(AccessError):
            self.slot.with_user(self.portal_a).read(["person_name"])

    @mute_logger("odoo.http")
    def test_a_link_shows_nothing_without_the_code(self):
        link = self.slot.with_user(self.delivery_manager).action_get_link()
        self.assertTrue(link["needs_code"])
        path = link["url"].split(self.slot.get_base_url())[1]
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.slot.read()
        page = self.url_open(path)
        self.assertIn("Code needed", page.text)
        self.assertNotIn("Need 1", page.text)
        self.env.invalidate_all()
        self.assertEqual(self.slot.read(), before, "opening changes nothing")
        code = self.slot.with_user(self.delivery_manager).action_get_code()
        self.env.flush_all()
        wrong = f"{(int(code) + 1) % 10**6:06d}"
        self.assertIn("not right", self._post(f"{path}/code", page, code=wrong).text)
        opened = self._post(f"{path}/code", page, code=code)
        self.assertIn("Need 1", opened.text)
        done = self._post(path, opened, act="approve", signature=drawn())
        self.assertIn("Your answer has been recorded", done.text)
        self.env.invalidate_all()
        self.assertEqual(self.row.decision_ids.method, "link")

    @mute_logger("odoo.http")
    def test_a_code_is_not_guessed(self):
        manager = self.slot.with_user(self.delivery_manager)
        path = manager.action_get_link()["url"].split(self.slot.get_base_url())[1]
        code = manager.action_get_code()
        page = self.url_open(path)
        for number in range(5):
            wrong = f"{(int(code) + 1 + number) % 10**6:06d}"
            self._post(f"{path}/code", page, code=wrong)
        self.assertIn("does not count", self._post(f"{path}/code", page, code=code).text)

    @mute_logger("odoo.http")
    def test_links_are_bound_to_one_slot_and_can_be_changed(self):
        manager = self.slot.with_user(self.delivery_manager)
        path = manager.action_get_link()["url"].split(self.slot.get_base_url())[1]
        other = self._create_package(self.project_light, name="Other")
        other_slot = self._pending(self._send(other))
        other_slot.with_user(self.delivery_manager).action_get_link()
        secret = path.rsplit("/", 1)[1]
        for wrong in (f"/delivery/sign/{other_slot.id}/{secret}", path[:-1], path + "a"):
            self.assertEqual(self.url_open(wrong).status_code, 404)
        manager.action_rotate_link()
        self.assertEqual(self.url_open(path).status_code, 404)

    def test_on_our_device_the_user_is_the_witness(self):
        self.project_standard.user_id = self.delivery_user
        self.authenticate("delivery_user", "delivery_user")
        path = f"/delivery/device/{self.slot.id}"
        page = self.url_open(path)
        self._post(path, page, act="approve", signature=drawn())
        self.env.invalidate_all()
        decision = self.row.decision_ids
        self.assertEqual((decision.method, decision.witness), ("device", self.delivery_user.name))
