"""What contacts, colleagues and strangers try on the pages and methods of signing."""

import io
import json
import zipfile
from unittest.mock import patch

from odoo import fields
from odoo.sql_db import Cursor
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.customer_delivery.core import bundle_verifier
from odoo.addons.customer_delivery.core.bundle import pack

from .signoff_common import SIGNATURE
from .test_portal_signoff import drawn
from .test_signoff_attack_http import HOSTILE, SignoffHttpCase


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
