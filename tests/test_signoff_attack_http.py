"""What people try with links, codes and forms that are not theirs."""

import io
import json
import re
import zipfile
from unittest.mock import patch

from odoo import fields
from odoo.sql_db import Cursor
from odoo.tests import HttpCase, freeze_time, tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.customer_delivery.controllers.portal_signoff import CODE_WINDOW
from odoo.addons.customer_delivery.core import bundle_verifier
from odoo.addons.customer_delivery.core.bundle import pack
from odoo.addons.customer_delivery.core.grant import Granted

from .signoff_common import SIGNATURE, SignoffCase
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


@tagged("post_install", "-at_install")
class TestSignoffPortalAttacks(SignoffHttpCase):
    @mute_logger("odoo.http")
    def test_others_reach_nothing_of_a_request(self):
        self._sign(self.slot)
        self.env.flush_all()
        base = f"/my/delivery/sign/{self.slot.id}"
        urls = [base, f"{base}/copy", f"{base}/bundle", f"{base}/files/1"]
        urls += [f"/my/delivery/documents/{self.row.id}/{what}" for what in ("copy", "bundle")]
        for login in ("portal_a_colleague", "portal_b", "internal", "other_manager"):
            self.authenticate(login, login)
            for url in urls:
                with self.subTest(login=login, url=url):
                    self.assertEqual(self.url_open(url).status_code, 404)
            self.assertNotIn(self.package.name, self.url_open("/my/delivery/documents").text)
        self.authenticate(None, None)
        for url in urls:
            self.assertIn("/web/login", self.url_open(url).url)

    @mute_logger("odoo.http")
    def test_only_who_runs_the_project_hands_over_his_device(self):
        path = f"/delivery/device/{self.slot.id}"
        for login in ("internal", "project_user", "other_manager", "portal_a", "auditor"):
            self.authenticate(login, login)
            with self.subTest(login=login):
                self.assertEqual(self.url_open(path).status_code, 404)

    def test_documents_stay_after_the_project_is_put_away(self):
        self._sign(self.slot)
        self.project_standard.active = False
        self.env.flush_all()
        self.authenticate("portal_a", "portal_a")
        page = self.url_open("/my/delivery/documents")
        self.assertIn(self.slot.document_name, page.text)
        copy = self.url_open(f"/my/delivery/documents/{self.row.id}/copy")
        self.assertIn("Need 1", copy.text)
        self.assertIn(self.slot.person_name, copy.text)
        self.assertIn("sandbox", copy.headers["Content-Security-Policy"])
        bundle = self.url_open(f"/my/delivery/documents/{self.row.id}/bundle")
        self.assertEqual(bundle.headers["Content-Type"], "application/zip")
        self.assertIn("1 decisions, 1 signatures", self._verify(bundle.content))

    def _verify(self, content):
        return bundle_verifier.check(io.BytesIO(content))

    def test_one_changed_byte_of_the_bundle_is_found(self):
        self._sign(self.slot)
        self.env["signoff.seal"]._seal_batch(10)
        content = self.row._get_evidence_bundle()
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
        self.assertTrue([name for name in names if name.startswith("evidence/seals/")])
        for name in names:
            if name == "SHA256SUMS":
                continue
            changed = io.BytesIO()
            with (
                zipfile.ZipFile(io.BytesIO(content)) as before,
                zipfile.ZipFile(changed, "w") as after,
            ):
                for each in names:
                    data = before.read(each)
                    after.writestr(each, data + b" " if each == name else data)
            with self.subTest(name=name), self.assertRaises(AssertionError):
                self._verify(changed.getvalue())
        # whoever counts the check codes anew as well still has the signatures against him
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = {name: archive.read(name) for name in names}
        text = files["evidence/content.json"].replace(b"V1.0", b"V2.0")
        files = {**files, "evidence/content.json": text}
        files.pop("SHA256SUMS")
        with self.assertRaisesRegex(AssertionError, "other content"):
            self._verify(pack(files))

    def test_what_our_people_said_stays_inside(self):
        flow = self._create_flow(
            {"user_ids": [(6, 0, self.delivery_user.ids)], "name": "Ours"},
            {
                "side": "customer",
                "source": "signatory",
                "needs_signature": True,
                "accepts_link": True,
                "sequence": 9,
            },
        )
        row = self._send(self._create_package(name="V2.0"), flow_id=flow.id)
        self._decide(self._pending(row), comment="We lose money on this")
        self._sign(self._pending(row))
        self.env.flush_all()
        self.assertNotIn("lose money", row._get_signed_html())
        with zipfile.ZipFile(io.BytesIO(row._get_evidence_bundle())) as archive:
            for name in archive.namelist():
                self.assertNotIn(b"lose money", archive.read(name), name)
        self.authenticate("portal_a", "portal_a")
        slot = row.slot_ids.filtered("partner_id").filtered(lambda slot: not slot.user_id)
        self.assertNotIn("lose money", self.url_open(f"/my/delivery/sign/{slot.id}").text)

    def test_a_signer_takes_his_answer_back_until_others_act(self):
        flow = self._create_flow(
            {"side": "customer", "source": "signatory", "sequence": 1},
            {"user_ids": [(6, 0, self.delivery_user.ids)], "sequence": 2},
        )
        row = self._send(self._create_package(name="V2.0"), flow_id=flow.id)
        slot = self._pending(row, self.contact_a)
        self.authenticate("portal_a", "portal_a")
        path = f"/my/delivery/sign/{slot.id}"
        form = self._form(self.url_open(path), act="approve")
        form["snapshot_sha256"] = row.snapshot_sha256
        page = self.url_open(path, data=form)
        self.assertIn("Take my answer back", page.text)
        token = {"csrf_token": self._token(page)}
        self.assertEqual(self.url_open(path, data={**token, "act": "withdraw"}).status_code, 422)
        self.url_open(path, data={**token, "act": "withdraw", "comment": "I misread it"})
        self.env.invalidate_all()
        self.assertEqual(slot.state, "pending")
        self.assertEqual(row.decision_ids.sorted("id").mapped("verdict"), ["approve", "withdrawn"])

    def test_who_was_replaced_keeps_nothing(self):
        self._create_party(self.project_standard, self.colleague_a, may_sign=True)
        self.manager_slot.action_replace(self.colleague_a.id, "Left the company")
        self._sign(self._pending(self.row, self.colleague_a))
        self.env.flush_all()
        for login, sees in (("portal_a", False), ("portal_a_colleague", True)):
            self.authenticate(login, login)
            page = self.url_open("/my/delivery/documents")
            self.assertEqual(self.slot.document_name in page.text, sees)

    def test_the_list_costs_the_same_for_two_hundred(self):
        user = self.portal_a

        def cost():
            self.env.flush_all()
            self.env.invalidate_all()
            queries = []
            execute = Cursor.execute

            def counted(cursor, query, *args, **kwargs):
                queries.append(query)
                return execute(cursor, query, *args, **kwargs)

            with patch.object(Cursor, "execute", counted):
                page = self.url_open("/my/delivery")
            return len(queries), page.text.count("o_delivery_sign_task")

        self.authenticate(user.login, user.login)
        self.url_open("/my/delivery")
        few, one = cost()
        packages = self.env["project.baseline"]
        for number in range(199):
            self._create_complete_requirement(project_id=self.project_standard.id)
            packages |= self.project_standard.action_publish_baseline(f"P{number}", "customer")
        packages.with_user(self.delivery_manager).action_send_signoff()
        self.url_open("/my/delivery")
        many, all_of_them = cost()
        self.assertEqual((one, all_of_them), (1, 200))
        self.assertLessEqual(many, few + 2)
        self.assertLessEqual(many, 25)

    def test_signing_takes_few_queries(self):
        # the caches of a worker that has signed before
        before = self._send(self._create_package(self.project_light, name="Before"))
        self._sign(self._pending(before))
        self.authenticate("portal_a", "portal_a")
        path = f"/my/delivery/sign/{self.slot.id}"
        form = self._form(self.url_open(path), act="approve", signature=drawn())
        self.env.flush_all()
        self.env.invalidate_all()
        slot = self.slot.with_user(self.portal_a).sudo()
        values = {
            "snapshot_sha256": self.row.snapshot_sha256,
            "rendition": self.env["signoff.rendition"].browse(int(form["rendition"])),
            "image": SIGNATURE,
        }
        queries = []
        execute = Cursor.execute

        def counted(cursor, query, *args, **kwargs):
            queries.append(query)
            return execute(cursor, query, *args, **kwargs)

        with patch.object(Cursor, "execute", counted):
            slot._decide("approve", "login", values)
            self.env.flush_all()
        # of these, a dozen are the events and the three requirements that are confirmed
        self.assertLessEqual(len(queries), 36)

    # === EVERY PUBLIC METHOD === #

    def _call(self, model, method, ids, args=(), kwargs=None):
        """Call over JSON-RPC; return (result, error)."""
        params = {
            "model": model,
            "method": method,
            "args": [ids, *args],
            "kwargs": {"context": HOSTILE, **(kwargs or {})},
        }
        answer = self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        ).json()
        return answer.get("result"), answer.get("error")

    def _get_public_methods(self, model):
        names = {
            name
            for cls in type(self.env[model]).mro()
            if cls.__module__.startswith("odoo.addons.customer_delivery")
            for name, value in vars(cls).items()
            if callable(value) and not name.startswith("_")
        }
        return sorted(names)

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.models", "odoo.sql_db")
    def test_no_public_method_lets_strangers_decide(self):
        self._link()
        self.manager_slot.action_get_code()
        self.env.flush_all()
        arguments = (
            (),
            ("approve", self.row.snapshot_sha256, drawn()),
            (self.row.snapshot_sha256, drawn()),
            ("approve", "chat", "2020-01-01", "said so"),
            ({"a": 1}, [1, 2], None),
            (True, -1, 2**40),
        )
        records = {
            "signoff.slot": self.slot.ids,
            "signoff.round": self.row.ids,
            "signoff.rendition": self.env["signoff.rendition"].search([]).ids[:1],
            "signoff.decision": [1],
            "signoff.signature": [1],
            "signoff.identity": [1],
        }
        methods = [(model, name) for model in records for name in self._get_public_methods(model)]
        self.assertIn(("signoff.slot", "action_sign"), methods)
        self.assertIn(("signoff.slot", "action_get_code"), methods)
        before = self._rows()
        for login in ("portal_a_colleague", "portal_b", "internal", "other_manager"):
            self.authenticate(login, login)
            for model, name in methods:
                for args in arguments:
                    result, _error = self._call(model, name, records[model], args)
                    text = json.dumps(result)
                    self.assertNotIn("/delivery/sign/", text, f"{login}: {model}.{name}")
            for model, ids in records.items():
                for name, vals in (
                    ("write", {"state": "done", "verdict": "approve", "link_nonce": "x"}),
                    ("unlink", None),
                    ("create", None),
                    ("copy", None),
                ):
                    args = [vals] if vals else []
                    _result, error = self._call(model, name, ids, args)
                    self.assertTrue(error, f"{login}: {model}.{name}")
                for hidden in ("_decide", "_make_code", "_get_secret", "_replace"):
                    _result, error = self._call(model, hidden, ids)
                    self.assertTrue(error, f"{login}: {model}.{hidden}")
        self.env.invalidate_all()
        after = self._rows()
        self.assertEqual({t: v for t, v in after.items() if before[t] != v}, {})

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.models")
    def test_no_secret_of_a_link_is_read(self):
        self._link()
        self.manager_slot.action_get_code()
        self.env.flush_all()
        names = ["link_nonce", "code_hash", "code_until", "code_tries", "code_sent_by"]
        for login in ("portal_a", "internal", "delivery_user", "delivery_manager", "auditor"):
            self.authenticate(login, login)
            for name in names:
                with self.subTest(login=login, field=name):
                    _result, error = self._call("signoff.slot", "read", self.slot.ids, [[name]])
                    self.assertTrue(error)
                    domain = [["id", "in", self.slot.ids], [name, "!=", False]]
                    _result, error = self._call("signoff.slot", "search_count", domain)
                    self.assertTrue(error)

    @mute_logger("odoo.http")
    def test_the_same_over_the_other_door(self):
        key = (
            self.env["res.users.apikeys"]
            .with_user(self.internal)
            ._generate("rpc", "test", fields.Datetime.add(fields.Datetime.now(), hours=1))
        )
        before = self._rows()
        for name, body in (
            ("action_sign", {"snapshot_sha256": self.row.snapshot_sha256, "image": drawn()}),
            ("action_get_link", {}),
            ("action_get_code", {}),
            ("action_rotate_link", {}),
            ("action_decide", {"verdict": "approve", "snapshot_sha256": "x"}),
            ("action_replace", {"partner_id": self.contact_b.id, "reason": "x"}),
            ("_decide", {"verdict": "approve", "method": "link", "values": {}}),
            ("_make_code", {"sent_by": "x"}),
        ):
            answer = self.url_open(
                f"/json/2/signoff.slot/{name}",
                data=json.dumps({"ids": self.slot.ids, "context": HOSTILE, **body}),
                headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
            )
            with self.subTest(method=name):
                self.assertGreaterEqual(answer.status_code, 400)
        self.env.invalidate_all()
        after = self._rows()
        self.assertEqual({t: v for t, v in after.items() if before[t] != v}, {})
