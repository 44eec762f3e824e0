"""The close-out pack: what is in it, for whom, and who may make and have it."""

import io
import re
import zipfile
from unittest.mock import patch
from urllib.parse import unquote

from lxml import html

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.customer_delivery.core import bundle_verifier
from odoo.addons.customer_delivery.core.canonical import digest

from .change_common import COMPLETE
from .signoff_common import SignoffCase

SECRET_COST = "87654.32"
SECRET_NOTE = "Only we know this"


class ClosingCase(SignoffCase):
    """A standard project with a signed package, three changes and two acceptances."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls.project_standard
        cls.project.write({"user_id": cls.delivery_user.id, "delivery_code": "MES-1"})
        changes = cls.env["project.change"].with_user(cls.delivery_user)
        cls.change, cls.internal, cls.hidden = changes.create(
            [
                {
                    "name": name,
                    "project_id": cls.project.id,
                    "type_id": cls.env.ref(f"customer_delivery.project_change_type_{kind}").id,
                    **COMPLETE,
                }
                for name, kind in (
                    ("Two labels", "normal"),
                    ("Our own matter", "internal"),
                    ("Not told yet", "normal"),
                )
            ]
        )
        cls.change.portal_access = "visible"
        cls.hidden.portal_access = "hidden"
        cls.change.action_submit()
        cls.change.impact_ids[0].write({"rating": "low", "internal_note": SECRET_NOTE})
        cls.change.impact_ids[0].delta_cost = float(SECRET_COST)
        cls.acceptance = cls._create_acceptance(
            name="Handover", project_id=cls.project.id, notes=f"<p>{SECRET_NOTE}</p>"
        )
        cls.acceptance.action_submit()
        cls.draft = cls._create_acceptance(name="Not begun", project_id=cls.project.id)

    def _sign_package(self):
        row = self._send(self._create_package(self.project))
        self._sign(self._pending(row, self.contact_a))
        return row

    def _build(self, user=None, project=None):
        """Ask for a pack and return it."""
        project = (project or self.project).with_user(user or self.delivery_user)
        action = project.action_build_closing_pack()
        return self.env[action["res_model"]].browse(action["res_id"])

    def _make(self, pack):
        """Let the outbox make the pack; papers are printed as the HTML that they are made of."""

        def print_html(line, env, records):
            options = {"outside": True} if line.outside else None
            reports = env["ir.actions.report"]
            return reports._render_qweb_html(line.report, records.ids, data=options)[0]

        with patch.object(type(pack.line_ids), "_print", print_html):
            pack._on_delivery_event("project.closing.requested", {})
        return pack

    def _open(self, attachment):
        archive = zipfile.ZipFile(io.BytesIO(attachment.raw))
        return {name: archive.read(name) for name in archive.namelist()}

    def _listed(self, files):
        """Return {path: check code} as the index page lists them."""
        page = html.fromstring(files["index.html"])
        return {
            unquote(row.find(".//a").get("href")): row.find(".//code").text
            for row in page.iterfind(".//tbody/tr")
        }


@tagged("post_install", "-at_install")
class TestClosingPack(ClosingCase):
    def test_the_index_lists_every_file_with_its_check_code(self):
        self._sign_package()
        pack = self._make(self._build())
        self.assertEqual(pack.state, "ready")
        for attachment, code in (
            (pack.archive_id, pack.archive_sha256),
            (pack.customer_archive_id, pack.customer_archive_sha256),
        ):
            files = self._open(attachment)
            self.assertEqual(digest(attachment.raw), code)
            listed = self._listed(files)
            self.assertEqual({*listed, "index.html", "verify.py", "SHA256SUMS"}, set(files))
            self.assertTrue(listed)
            for path, sha256 in listed.items():
                self.assertEqual(digest(files[path]), sha256)

    def test_the_verifier_checks_files_and_every_proof(self):
        row = self._sign_package()
        pack = self._make(self._build())
        for attachment in (pack.archive_id, pack.customer_archive_id):
            told = bundle_verifier.check(io.BytesIO(attachment.raw))
            self.assertIn("1 signatures", told)
            self.assertIn(row.snapshot_sha256, told)
            files = self._open(attachment)
            files["index.html"] += b" "
            changed = io.BytesIO()
            with zipfile.ZipFile(changed, "w") as archive:
                for name, data in files.items():
                    archive.writestr(name, data)
            with self.assertRaisesRegex(AssertionError, "index.html was changed"):
                bundle_verifier.check(changed)

    def test_it_says_what_was_signed_how_by_whom(self):
        self._sign_package()
        pack = self._build()
        signed = pack.line_ids.filtered(lambda line: line.section == "signed")
        self.assertEqual(signed.mapped("source"), ["round", "bundle"])
        self.assertIn(f"By personal link: {self.contact_a.name}", signed[0].signed_how)
        self.assertEqual(signed[0].version, "V1.0")
        paper = pack.line_ids.filtered(lambda line: line.section == "requirement")[0]
        self.assertEqual((paper.version, paper.signed_how), ("V1.0", signed[0].signed_how))

    def test_the_customer_gets_nothing_internal(self):
        self._sign_package()
        pack = self._make(self._build())
        ours = self._open(pack.archive_id)
        theirs = self._open(pack.customer_archive_id)
        everything = b"\n".join(ours.values()).decode(errors="replace")
        outside = b"\n".join(theirs.values()).decode(errors="replace")
        for secret in ("87,654.32", SECRET_NOTE, "Our own matter", "Not told yet", "Not begun"):
            self.assertTrue(secret in everything, secret)
            self.assertFalse(secret in outside, secret)
        for number in (self.internal.number, self.hidden.number, self.draft.number):
            self.assertFalse(number in outside, number)
        for text in ("Two labels", "Handover", self.change.number):
            self.assertTrue(text in outside, text)
        self.assertFalse("Impact Assessment" in outside)
        self.assertTrue(any(name.endswith(".xlsx") for name in ours))
        self.assertFalse(any(name.endswith(".xlsx") for name in theirs))
        # what is not for the outside at all says so
        self.assertTrue(b"not for the customer" in ours["index.html"])
        self.assertFalse(b"not for the customer" in theirs["index.html"])

    def test_what_our_people_remarked_stays_with_us(self):
        flow = self._create_flow(
            {"user_ids": [Command.set(self.delivery_manager.ids)]},
            {"source": "signatory", "side": "customer", "accepts_link": True},
            res_model="project.change",
        )
        self.change.portal_access = "hidden"
        self.change.impact_ids.rating = "low"
        row = self._send(self.change, self.delivery_user, flow_id=flow.id)
        self._decide(self._pending(row, self.delivery_manager), comment="They pay any price")
        self._sign(self._pending(row, self.contact_a))
        self.assertEqual(row.state, "approved")
        pack = self._make(self._build())
        ours = b"\n".join(self._open(pack.archive_id).values())
        theirs = b"\n".join(self._open(pack.customer_archive_id).values())
        self.assertTrue(b"They pay any price" in ours)
        self.assertFalse(b"They pay any price" in theirs)
        # signed by the customer, and so in his copy although it was never published
        self.assertTrue(b"Two labels" in theirs)

    def test_minutes_of_reviews_are_in_our_archive_only(self):
        package = self._create_package(self.project)
        row = self._send(package)
        slot = self._pending(row, self.contact_a)
        marks = [{"key": package.line_ids[:1].number, "verdict": "comment", "comment": "Louder"}]
        slot._remark(marks, "link", row.snapshot_sha256)
        pack = self._make(self._build())
        self.assertFalse(any("Minutes" in name for name in self._open(pack.archive_id)))
        self._sign(slot)
        pack = self._make(self._build())
        minutes = [name for name in self._open(pack.archive_id) if "Review Minutes" in name]
        self.assertEqual(len(minutes), 1)
        self.assertIn(b"Louder", self._open(pack.archive_id)[minutes[0]])
        self.assertFalse(any("Minutes" in name for name in self._open(pack.customer_archive_id)))

    def test_it_speaks_the_language_of_the_project(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["ir.module.module"]._load_module_terms(["customer_delivery"], ["zh_CN"])
        self.project.delivery_lang = "zh_CN"
        pack = self._make(self._build())
        self.assertEqual(pack.lang, "zh_CN")
        index = self._open(pack.archive_id)["index.html"].decode()
        self.assertTrue('lang="zh-CN"' in index)
        self.assertTrue("变更台账" in index)

    def test_a_turn_that_ends_early_goes_on_with_the_next(self):
        pack = self._build()
        events = self.env["delivery.event"]
        domain = [("res_model", "=", pack._name), ("res_id", "=", pack.id)]
        self.assertEqual(events.search_count(domain), 1)
        module = "odoo.addons.customer_delivery.models.project_closing_pack_build.TURN_SECONDS"
        with patch(module, -1):
            self._make(pack)
        self.assertEqual(len(pack.line_ids.filtered("sha256")), 1)
        self.assertEqual((pack.state, events.search_count(domain)), ("building", 2))
        kept = pack.line_ids[0].sha256
        self._make(pack)
        self.assertEqual((pack.state, pack.line_ids[0].sha256), ("ready", kept))
        # a second event of the same pack changes nothing
        archive = pack.archive_id
        self._make(pack)
        self.assertEqual(pack.archive_id, archive)
        self.assertFalse(pack.line_ids.file_id)

    def test_who_asked_is_told(self):
        pack = self._make(self._build())
        activity = self.project.activity_ids.filtered(
            lambda row: row.user_id == self.delivery_user and pack.name in (row.summary or "")
        )
        self.assertEqual(len(activity), 1)

    def test_an_archived_project_is_packed_too(self):
        self._sign_package()
        self.project.active = False
        pack = self._make(self._build())
        self.assertTrue(pack.line_ids.filtered(lambda line: line.section == "signed"))
        pack.with_user(self.delivery_user).action_publish()
        packs = self.env["project.closing.pack"].with_user(self.portal_a)
        self.assertEqual(packs._get_portal_packs(), pack)

    def test_who_may_make_and_read_it(self):
        for user in (self.project_user, self.internal_user(), self.auditor, self.portal_a):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.project.with_user(user).action_build_closing_pack()
        pack = self._make(self._build())
        pack.with_user(self.delivery_manager).action_download()
        pack.with_user(self.auditor).action_download()
        for user in (self.project_user, self.other_manager, self.portal_a):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                pack.with_user(user).action_download()
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                pack.archive_id.with_user(user).read(["raw"])

    def internal_user(self):
        return self._create_user("somebody", "base.group_user")

    def test_who_may_publish_it(self):
        pack = self._build()
        with self.assertRaisesRegex(UserError, "still being prepared"):
            pack.with_user(self.delivery_user).action_publish()
        self._make(pack)
        with self.assertRaises(AccessError):
            pack.with_user(self.auditor).action_publish()
        colleague = self._create_user("colleague", "customer_delivery.group_delivery_user")
        with self.assertRaises(AccessError):
            pack.with_user(colleague).action_publish()
        pack.with_user(self.delivery_user).action_publish()
        self.assertTrue(pack.published)
        pack.with_user(self.delivery_manager).action_unpublish()
        self.assertFalse(pack.published)

    def test_columns_move_only_by_buttons(self):
        pack = self._make(self._build())
        for user in (self.delivery_user, self.delivery_manager, self.env.user):
            for record, values in (
                (pack, {"published": True}),
                (pack, {"archive_sha256": "0"}),
                (pack.line_ids[0], {"sha256": "0"}),
            ):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    record.with_user(user).write(values)

    def test_nothing_to_pack_is_said(self):
        empty = self._create_project(name="Empty", mode=self.mode_standard)
        with self.assertRaisesRegex(UserError, "nothing to pack"):
            self._build(project=empty)
        with self.assertRaisesRegex(UserError, "does not use delivery"):
            self._build(project=self.project_off)

    def test_deleting_a_pack_deletes_its_files(self):
        pack = self._make(self._build())
        files = pack.archive_id | pack.customer_archive_id
        with self.assertRaises(AccessError):
            pack.with_user(self.delivery_user).unlink()
        pack.with_user(self.delivery_manager).unlink()
        self.assertFalse(files.exists())

    def test_the_button_shows_the_last_pack(self):
        project = self.project.with_user(self.delivery_user)
        first = project.action_open_closing_pack()["res_id"]
        self.assertEqual(project.action_open_closing_pack()["res_id"], first)
        self._make(self.env["project.closing.pack"].browse(first))
        self.env.invalidate_all()
        self.assertEqual(project.delivery_closing_pack_count, 1)


@tagged("post_install", "-at_install")
class TestClosingPackDownload(ClosingCase, HttpCase):
    def test_papers_are_real_and_the_customer_downloads_his(self):
        self._sign_package()
        pack = self._build()
        with self.allow_pdf_render():
            while pack.state != "ready":
                pack.with_context(force_report_rendering=True)._on_delivery_event(
                    "project.closing.requested", {}
                )
        files = self._open(pack.archive_id)
        papers = [name for name in files if name.endswith(".pdf")]
        self.assertGreater(len(papers), 4)
        for name in papers:
            self.assertTrue(files[name].startswith(b"%PDF"), name)
        url = f"/my/delivery/closing/{pack.id}"
        self.authenticate("portal_a", "portal_a")
        self.assertEqual(self.url_open(url).status_code, 404)
        pack.with_user(self.delivery_user).action_publish()
        self.assertEqual(self.url_open(url).content, pack.customer_archive_id.raw)
        page = self.url_open("/my/delivery/documents").text
        self.assertIn(url, page)
        self.assertIn("/my/delivery/documents", self.url_open("/my/delivery").text)
        ours = self.url_open(f"/web/content/{pack.archive_id.id}")
        self.assertNotEqual(ours.status_code, 200)
        for login in ("portal_b", "portal_a_colleague"):
            self.authenticate(login, login)
            self.assertEqual(self.url_open(url).status_code, 404, login)
            self.assertNotIn(url, self.url_open("/my/delivery/documents").text)
        self.authenticate(None, None)
        self.assertRegex(self.url_open(url).url, re.escape("/web/login"))

    def test_third_parties_and_those_who_left_get_none(self):
        pack = self._make(self._build())
        pack.with_user(self.delivery_user).action_publish()
        packs = self.env["project.closing.pack"]
        self._create_party(self.project, self.contact_b, side="third")
        self.assertFalse(packs.with_user(self.portal_b)._get_portal_packs())
        self.signatory.date_to = fields.Date.subtract(fields.Date.today(), days=1)
        self.env.invalidate_all()
        self.assertFalse(packs.with_user(self.portal_a)._get_portal_packs())
