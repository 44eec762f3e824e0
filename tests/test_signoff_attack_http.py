"""What people try with links, codes and forms that are not theirs."""

import re
from unittest.mock import patch

from odoo import fields
from odoo.tests import HttpCase, freeze_time, tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.customer_delivery.controllers.portal_signoff import CODE_WINDOW
from odoo.addons.customer_delivery.core.grant import Granted

from .signoff_common import SignoffCase
from .test_portal_signoff import drawn

# what evidence and requests are kept in
TABLES = (
    "signoff_slot",
    "signoff_round",
    "signoff_round_step",
    "signoff_decision",
    "signoff_signature",
    "signoff_identity",
    "signoff_rendition",
    "signoff_snapshot",
    "signoff_void",
    "delivery_event",
    "mail_mail",
    "mail_activity",
    "mail_message",
    "project_baseline",
    "project_requirement",
    "ir_attachment",
)
HOSTILE = {
    "default_state": "done",
    "default_verdict": "approve",
    "default_partner_id": 1,
    "force": True,
    "su": True,
    "tracking_disable": True,
    "bin_size": True,
    "mail_create_nolog": True,
    "lang": "xx_XX'; --",
    "active_test": False,
}


class SignoffHttpCase(SignoffCase, HttpCase):
    """A package that waits for contact A, and the ways to it."""

    def setUp(self):
        super().setUp()
        CODE_WINDOW.forget()
        self.package = self._create_package()
        self.row = self._send(self.package)
        self.slot = self._pending(self.row)
        self.manager_slot = self.slot.with_user(self.delivery_manager)

    def _link(self, slot=None):
        slot = slot or self.slot
        url = slot.with_user(self.delivery_manager).action_get_link()["url"]
        self.env.flush_all()
        return url.removeprefix(slot.get_base_url())

    def _token(self, page):
        return re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]

    def _form(self, page, **form):
        shown = re.search(r'name="rendition" value="([^"]+)"', page.text)
        return {
            "csrf_token": self._token(page),
            "snapshot_sha256": self.row.snapshot_sha256,
            "rendition": shown[1] if shown else "",
            **form,
        }

    def _open_with_code(self, path):
        """Open a link with the code that our person reads out."""
        code = self.manager_slot.action_get_code()
        self.env.flush_all()
        page = self.url_open(path)
        return self.url_open(f"{path}/code", data={"csrf_token": self._token(page), "code": code})

    def _rows(self):
        """Return how all kept rows stand: {table: (count, digest)}."""
        self.env.flush_all()
        found = {}
        for table in TABLES:
            self.env.cr.execute(
                SQL(
                    "SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t.id)) FROM %s t %s",
                    SQL.identifier(table),
                    # bundles of style and script are made when they are asked for
                    SQL("WHERE url IS NULL OR url NOT LIKE '/web/assets/%%'")
                    if table == "ir_attachment"
                    else SQL(""),
                )
            )
            found[table] = self.env.cr.fetchone()
        return found


@tagged("post_install", "-at_install")
class TestSignoffLinkAttacks(SignoffHttpCase):
    @mute_logger("odoo.http")
    def test_scanners_that_follow_every_link_change_nothing(self):
        path = self._link()
        sha = self.row.snapshot_sha256
        self.url_open(path)
        before = self._rows()
        for url in (
            path,
            f"{path}?act=approve&snapshot_sha256={sha}&signature=x",
            f"{path}?code=123456",
            f"{path}/code",
            f"{path}/seen",
            f"{path}/copy",
            f"{path}/bundle",
            f"{path}/files/1",
            f"/my/delivery/sign/{self.slot.id}",
            f"/my/delivery/sign/{self.slot.id}/seen",
            f"/delivery/device/{self.slot.id}",
            "/my/delivery/documents",
            f"/my/delivery/documents/{self.row.id}/bundle",
        ):
            for head in (False, True):
                with self.subTest(url=url, head=head):
                    verb = self.opener.head if head else self.opener.get
                    verb(self.base_url() + url, timeout=30)
        self.env.invalidate_all()
        self.assertEqual(self._rows(), before)

    @mute_logger("odoo.http")
    def test_pages_that_are_only_read_write_nothing_for_whoever_may_read(self):
        path = self._link()
        self._open_with_code(path)
        before = self._rows()
        for url in (path, f"{path}/copy", f"{path}/bundle", f"{path}/files/7", f"{path}?handed=1"):
            self.url_open(url)
        self.env.invalidate_all()
        self.assertEqual(self._rows(), before)

    @mute_logger("odoo.http")
    def test_a_forwarded_link_shows_nothing_without_the_code(self):
        path = self._link()
        self._open_with_code(path)
        # the colleague to whom it was forwarded has a browser of his own
        self.authenticate(None, None)
        for login in (None, "portal_a_colleague", "portal_b"):
            self.authenticate(login, login)
            page = self.url_open(path)
            self.assertIn("Code needed", page.text)
            for secret in ("Need 1", self.package.name, self.slot.document_name, "REQ-"):
                self.assertNotIn(secret, page.text)
            for what in ("copy", "bundle", "files/1"):
                self.assertNotIn("Need 1", self.url_open(f"{path}/{what}").text)
            form = self._form(page, act="approve", signature=drawn(), rendition="1")
            self.assertIn("Code needed", self.url_open(path, data=form).text)
            self.assertIn("Code needed", self.url_open(f"{path}/seen", data=form).text)
        self.env.invalidate_all()
        self.assertFalse(self.row.decision_ids)
        self.assertFalse(self.slot.seen_at)

    @mute_logger("odoo.http")
    def test_a_code_is_of_one_link_opens_once_and_grows_old(self):
        path = self._link()
        page = self.url_open(path)
        form = {"csrf_token": self._token(page)}
        code = self.manager_slot.action_get_code()
        self.assertEqual(self.slot.code_sent_by, f"phone:{self.delivery_manager.id}")
        self.env.flush_all()
        self.assertIn("Need 1", self.url_open(f"{path}/code", data={**form, "code": code}).text)
        self.authenticate(None, None)
        form = {"csrf_token": self._token(self.url_open(path))}
        again = self.url_open(f"{path}/code", data={**form, "code": code})
        self.assertNotIn("Need 1", again.text, "the code was used")
        with freeze_time(fields.Datetime.subtract(fields.Datetime.now(), minutes=16)):
            code = self.slot._make_code("mail")
        self.assertFalse(self.slot._check_code(code), "the code is too old")
        code = self.slot._make_code("mail")
        self.manager_slot.action_rotate_link()
        self.assertFalse(self.slot._check_code(code), "the link was another one")

    @mute_logger("odoo.http")
    def test_mailing_codes_again_and_again_is_no_way_to_guess(self):
        self.contact_a.email = "anna@example.com"
        path = self._link()
        form = {"csrf_token": self._token(self.url_open(path))}
        first = self.url_open(f"{path}/code", data=form)
        self.assertIn("an…@example.com", first.text)
        self.assertNotIn("anna@", first.text)
        second = self.url_open(f"{path}/code", data=form)
        self.assertIn("a moment ago", second.text)
        mails = self.env["mail.mail"].sudo().search([("email_to", "=", "anna@example.com")])
        self.assertLessEqual(len(mails), 1)
        self.slot.write(Granted(link_codes=10, code_until=False))
        self.env.flush_all()
        self.assertIn("Too many codes", self.url_open(f"{path}/code", data=form).text)
        # one address is slowed down, whatever it tries
        for _number in range(25):
            answer = self.url_open(f"{path}/code", data={**form, "code": "000000"})
        self.assertEqual(answer.status_code, 429)

    def test_the_mailed_code_is_in_the_mail_and_nowhere_else(self):
        self.contact_a.write({"email": "anna@example.com", "name": "Anna"})
        sent = []
        mails = self.registry["mail.mail"]
        with patch.object(mails, "send", lambda mail, *a, **k: sent.append(mail.body_html)):
            self.slot._mail_code()
        code = re.search(r"\b(\d{6})\b", str(sent[0]))[1]
        self.assertNotIn(code, self.slot.code_hash)
        self.assertTrue(self.slot._check_code(code))

    @mute_logger("odoo.http")
    def test_an_old_link_says_whom_to_call(self):
        self.delivery_manager.partner_id.phone = "+86 21 5555 0000"
        path = self._link()
        self.slot.write(Granted(link_until=fields.Datetime.subtract(fields.Datetime.now(), days=1)))
        self.env.flush_all()
        page = self.url_open(path)
        self.assertEqual(page.status_code, 410)
        self.assertIn("+86 21 5555 0000", page.text)
        self.assertNotIn("Need 1", page.text)
        posted = self.url_open(path, data={"csrf_token": "x"})
        self.assertIn(posted.status_code, (400, 410))

    @mute_logger("odoo.http")
    def test_numbers_and_secrets_are_not_guessed(self):
        path = self._link()
        secret = path.rsplit("/", 1)[1]
        other = self._pending(self._send(self._create_package(self.project_light, name="Other")))
        self._link(other)
        for wrong in (
            f"/delivery/sign/{other.id}/{secret}",
            f"/delivery/sign/{self.slot.id + 999}/{secret}",
            f"/delivery/sign/{2**40}/{secret}",
            f"/delivery/sign/0/{secret}",
            f"/delivery/sign/{self.slot.id}/{secret[:-1]}",
            f"/delivery/sign/{self.slot.id}/False",
            f"/delivery/sign/{self.slot.id}/%00",
        ):
            with self.subTest(url=wrong):
                page = self.url_open(wrong)
                self.assertEqual(page.status_code, 404)
                self.assertNotIn("Need 1", page.text)
        # without a link there is no secret that would fit
        fresh = self._pending(self._send(self._create_package(name="Fresh")))
        self.assertFalse(fresh.link_nonce)
        self.assertEqual(fresh._judge_secret(fresh._get_secret()), "wrong")

    @mute_logger("odoo.http")
    def test_what_was_sent_once_is_not_sent_again(self):
        path = self._link()
        page = self._open_with_code(path)
        form = self._form(page, act="approve", signature=drawn())
        self.assertIn("has been recorded", self.url_open(path, data=form).text)
        self.env.invalidate_all()
        before = self._rows()
        for act in ("approve", "reject", "ask", "replace"):
            answer = {"comment": "no", "colleague_name": "Li"}
            self.url_open(path, data={**form, **answer, "act": act})
        self.env.invalidate_all()
        self.assertEqual(self._rows(), before)
        self.assertEqual(len(self.row.decision_ids), 1)

    @mute_logger("odoo.http")
    def test_content_that_changed_while_it_was_read_is_not_signed(self):
        path = self._link()
        page = self._open_with_code(path)
        form = self._form(page, act="approve", signature=drawn(), post="Chief")
        # as plain SQL would do it, past all locks
        requirement = self.package.line_ids.requirement_id[0]
        self.env.cr.execute(
            "UPDATE project_requirement SET content_rev = content_rev + 1 WHERE id = %s",
            [requirement.id],
        )
        self.env.invalidate_all()
        answer = self.url_open(path, data=form)
        self.assertEqual(answer.status_code, 422)
        self.assertIn("has changed since you opened it", answer.text)
        self.assertIn("Chief", answer.text)
        self.env.invalidate_all()
        self.assertFalse(self.row.decision_ids)
        self.assertFalse(self.slot.seen_at)

    @mute_logger("odoo.http")
    def test_what_is_not_asked_any_more_says_so(self):
        path = self._link()
        page = self._open_with_code(path)
        form = self._form(page, act="approve", signature=drawn())
        self.package.with_user(self.delivery_manager).action_withdraw_signoff("Wrong list")
        self.env.flush_all()
        again = self.url_open(path)
        self.assertIn("taken this request back", again.text)
        self.assertNotIn("Need 1", again.text)
        self.assertNotIn("Wrong list", again.text)
        self.assertEqual(self.url_open(path, data=form).status_code, 422)
        self.assertEqual(self.url_open(f"{path}/copy").status_code, 404)
        self.env.invalidate_all()
        self.assertFalse(self.row.decision_ids)

    @mute_logger("odoo.http")
    def test_forms_of_other_pages_are_refused(self):
        path = self._link()
        self._open_with_code(path)
        form = {"act": "approve", "signature": drawn()}
        self.assertEqual(self.url_open(path, data=form).status_code, 400)
        self.assertEqual(self.url_open(f"{path}/seen", data={"x": "1"}).status_code, 400)
        self.env.invalidate_all()
        self.assertFalse(self.row.decision_ids)

    @mute_logger("odoo.http")
    def test_the_page_itself_tells_that_it_was_seen(self):
        path = self._link()
        page = self._open_with_code(path)
        self.env.invalidate_all()
        self.assertFalse(self.slot.seen_at)
        answer = self.url_open(f"{path}/seen", data={"csrf_token": self._token(page)})
        self.assertEqual(answer.status_code, 204)
        self.env.invalidate_all()
        self.assertTrue(self.slot.seen_at)
        self.assertEqual(self.slot.state, "pending")
