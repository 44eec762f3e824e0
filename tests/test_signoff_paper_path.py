"""The way over paper: printed for stamping, uploaded, recorded for the customer."""

import datetime
import io

from PIL import Image
from PyPDF2 import PdfReader

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests.common import Form, HttpCase, tagged

from ..core import short_code
from ..core.canonical import digest
from ..core.grant import Granted
from ..core.photo_pdf import to_pdf
from .signoff_common import SignoffCase

DAY = datetime.date(2020, 4, 12)


def photo(width=60, height=80, kind="JPEG"):
    out = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(out, kind)
    return out.getvalue()


class PaperCase(SignoffCase):
    def setUp(self):
        super().setUp()
        self.baseline = self._create_package()
        self.row = self._send(self.baseline)

    def _print(self, row=None, user=None):
        row = (row or self.row).with_user(user or self.delivery_manager)
        action = row.action_print_for_stamping()
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            action["report_name"], row.ids
        )
        return html.decode()

    def _upload_files(self, *contents, user=None):
        user = user or self.delivery_manager
        files = self.env["ir.attachment"].with_user(user)
        return files.create(
            [
                {
                    "name": f"photo{index}.jpg",
                    "raw": content,
                    "res_model": "signoff.paper.upload",
                    "res_id": 0,
                }
                for index, content in enumerate(contents)
            ]
        )

    def _dialog(self, row=None, user=None, files=None, **values):
        row = row or self.row
        user = user or self.delivery_manager
        dialog = (
            self.env["signoff.paper.upload"]
            .with_user(user)
            .with_context(default_round_id=row.id)
            .create(
                {
                    "file_ids": [(6, 0, (files or self._upload_files(photo(), user=user)).ids)],
                    "occurred_on": DAY,
                    "paper_code": row.paper_code,
                    **values,
                }
            )
        )
        return dialog


@tagged("post_install", "-at_install")
class TestSignoffPaperPath(PaperCase):
    # === PRINTING === #

    def test_the_paper_states_what_was_frozen_and_carries_its_code(self):
        html = self._print()
        self.assertTrue(short_code.read(self.row.paper_code))
        self.assertIn(short_code.show(self.row.paper_code), html)
        self.assertIn("data:image/png;base64,", html)
        for text in ("Need 0", "Need 2", self.contact_a.name, "Head of IT", "Customer A"):
            self.assertIn(text, html)
        self.assertIn("I confirm these requirements.", html)

    def test_printing_again_keeps_the_code_and_two_papers_never_share_one(self):
        self._print()
        code = self.row.paper_code
        self._print()
        self.assertEqual(self.row.paper_code, code)
        other = self._send(self._create_package(self.project_light))
        self._print(other)
        self.assertNotEqual(other.paper_code, code)

    def test_the_paper_shows_the_rendition_that_was_kept(self):
        rendition = self.env["signoff.rendition"].search([("round_id", "=", self.row.id)], limit=1)
        self.assertIn(rendition.html, self._print())

    def test_a_round_that_is_over_is_not_printed_for_stamping(self):
        self.baseline.with_user(self.delivery_manager).action_withdraw_signoff("Typo")
        with self.assertRaisesRegex(UserError, "does not wait for a decision"):
            self._print()

    def test_a_step_that_accepts_no_paper_is_not_printed(self):
        self._create_flow(
            {
                "side": "customer",
                "source": "signatory",
                "needs_signature": True,
                "accepts_link": True,
                "accepts_paper": False,
            }
        )
        row = self._send(self._create_package(name="V2.0"))
        self.assertFalse(row.with_user(self.delivery_manager).accepts_paper)
        with self.assertRaisesRegex(UserError, "No step of this round accepts"):
            self._print(row)

    def test_only_who_may_send_prints_for_stamping(self):
        for user in (self.project_user, self.auditor):
            with self.assertRaises(AccessError):
                self.row.with_user(user).action_print_for_stamping()
        with self.assertRaises(AccessError):
            self.row.with_user(self.portal_a).action_print_for_stamping()

    # === UPLOADING === #

    def test_photos_become_one_pdf_under_the_signature(self):
        self._print()
        files = self._upload_files(photo(), photo(80, 60, "PNG"))
        self._dialog(files=files, seal_kind="contract").action_upload()
        self.assertEqual(self.row.state, "approved")
        self.assertEqual(self.baseline.signoff_state, "approved")
        decision = self.row.decision_ids
        self.assertRecordValues(
            decision,
            [
                {
                    "method": "paper",
                    "verdict": "approve",
                    "occurred_on": DAY,
                    "person_name": self.contact_a.name,
                    "entered_by": self.delivery_manager.name,
                    "other_name": False,
                }
            ],
        )
        signature = decision.signature_ids
        self.assertEqual(signature.seal_kind, "contract")
        self.assertEqual(signature.paper_code, self.row.paper_code)
        kept = signature.attachment_ids
        self.assertEqual(len(PdfReader(io.BytesIO(kept.raw)).pages), 2)
        self.assertIn(digest(kept.raw), signature.file_sha256s)
        self.assertFalse(signature._find_problem() or decision._find_problem())
        self.assertNotEqual(decision.recorded_at.date(), DAY)
        self.assertFalse(files.exists(), "what was brought to the dialog is kept once")

    def test_what_is_kept_is_opened_from_the_decision(self):
        self._print()
        self._dialog(seal_kind="contract").action_upload()
        decision = self.row.decision_ids
        shown = decision.with_user(self.project_user)
        self.assertEqual((shown.paper_note, shown.file_count), ("Contract seal", 1))
        file = decision.signature_ids.attachment_ids
        self.assertEqual(shown.action_open_file()["url"], f"/web/content/{file.id}")
        self.assertEqual(file.with_user(self.project_user).read(["name"])[0]["id"], file.id)
        with self.assertRaises(AccessError):
            decision.with_user(self.portal_a).action_open_file()
        signed = self._send(self._create_package(self.project_light))
        self._sign(self._pending(signed))
        with self.assertRaisesRegex(UserError, "No file is kept"):
            signed.decision_ids.with_user(self.delivery_manager).action_open_file()

    def test_a_stamped_pdf_stays_byte_for_byte(self):
        self._print()
        content = to_pdf([("a.jpg", photo())]).content
        self._dialog(files=self._upload_files(content)).action_upload()
        self.assertEqual(self.row.decision_ids.signature_ids.attachment_ids.raw, content)

    def test_the_code_is_read_however_it_is_typed(self):
        self._print()
        typed = f" {self.row.paper_code[:4].lower()} - {self.row.paper_code[4:].lower()} "
        self._dialog(paper_code=typed).action_upload()
        self.assertEqual(self.row.state, "approved")

    def test_a_paper_with_another_code_is_refused(self):
        self._print()
        other = self._send(self._create_package(self.project_light))
        self._print(other)
        for code in (other.paper_code, short_code.make(), "", "12345678"):
            with self.assertRaisesRegex(UserError, "This is not the code"):
                self._dialog(paper_code=code).action_upload()
        self.assertFalse(self.row.decision_ids)

    def test_the_customers_own_form_is_accepted_and_named(self):
        dialog = self._dialog(own_form=True, paper_code="")
        with self.assertRaisesRegex(UserError, "which form"):
            dialog.action_upload()
        dialog.own_form_note = "QF-07"
        dialog.action_upload()
        signature = self.row.decision_ids.signature_ids
        self.assertEqual(signature.own_form, "QF-07")
        self.assertFalse(signature.paper_code)

    def test_a_paper_that_was_never_printed_has_no_code(self):
        with self.assertRaisesRegex(UserError, "never printed for stamping"):
            self._dialog(paper_code=short_code.make()).action_upload()

    def test_date_photos_and_signers_are_demanded(self):
        self._print()
        tomorrow = fields.Date.add(fields.Date.today(), days=2)
        for values, sentence in (
            ({"occurred_on": False}, "date that stands on the paper"),
            ({"occurred_on": tomorrow}, "future"),
            ({"file_ids": False}, "add a photo"),
            ({"file_ids": self._upload_files(b"\0\0\0\x18ftypheic0000").ids}, "HEIC"),
            ({"file_ids": self._upload_files(photo()[:200]).ids}, "damaged"),
            ({"file_ids": self._upload_files(b"<html>").ids}, "neither"),
        ):
            with self.assertRaisesRegex(UserError, sentence):
                self._dialog(**values).action_upload()
        dialog = self._dialog()
        dialog.line_ids.is_signed = False
        with self.assertRaisesRegex(UserError, "tick who signed"):
            dialog.action_upload()
        self.assertFalse(self.row.decision_ids)

    def test_another_name_on_the_paper_is_kept_and_flagged(self):
        self._print()
        dialog = self._dialog()
        dialog.line_ids.printed_name = "Deputy X"
        dialog.action_upload()
        decision = self.row.decision_ids
        self.assertEqual(decision.person_name, "Deputy X")
        self.assertTrue(decision.other_name)

    def test_what_was_changed_after_printing_is_not_signed_by_the_old_paper(self):
        self._print()
        dialog = self._dialog()
        requirement = self.baseline.line_ids.requirement_id[:1]
        requirement.write(Granted(content_rev=requirement.content_rev + 1))
        with self.assertRaisesRegex(UserError, "was changed after this paper"):
            dialog.action_upload()

    def test_a_refusal_on_paper_ends_the_round(self):
        self._print()
        self._dialog(verdict="reject", comment="Too late").action_upload()
        self.assertEqual(self.row.state, "rejected")
        self.assertEqual(self.row.decision_ids.comment, "Too late")

    def test_a_condition_on_paper_is_kept(self):
        self._print()
        self._dialog(verdict="conditional", conditions="After test 3").action_upload()
        self.assertEqual(self.row.state, "approved")
        self.assertEqual(self.row.decision_ids.conditions, "After test 3")

    def test_several_signers_of_steps_in_order_sign_one_paper(self):
        self._create_party(self.project_standard, self.colleague_a, may_sign=True)
        self._create_flow(
            {"side": "customer", "source": "signatory", "rule": "all", "needs_signature": True,
             "accepts_paper": True},
            {"side": "customer", "source": "signatory", "rule": "any", "needs_signature": True,
             "accepts_paper": True},
        )  # fmt: skip
        row = self._send(self._create_package(name="V2.0"))
        html = self._print(row)
        self.assertIn(self.colleague_a.name, html)
        dialog = self._dialog(row)
        self.assertEqual(len(dialog.line_ids), 4)
        self.assertFalse(any(dialog.line_ids.mapped("is_signed")), "somebody looks at the paper")
        dialog.line_ids.is_signed = True
        dialog.action_upload()
        self.assertEqual(row.state, "approved")
        # the last step needs one of the two; the other one is named with him
        self.assertEqual(len(row.decision_ids), 3)
        last = row.decision_ids.sorted("id")[-1]
        for contact in (self.contact_a, self.colleague_a):
            self.assertIn(contact.name, last.comment)

    def test_nobody_signs_before_it_is_his_turn(self):
        self._create_flow(
            {"source": "manager", "accepts_login": True, "accepts_paper": False},
            {"side": "customer", "source": "signatory", "needs_signature": True,
             "accepts_paper": True},
        )  # fmt: skip
        row = self._send(self._create_package(name="V2.0"))
        self._print(row)
        with self.assertRaisesRegex(UserError, "is not asked yet"):
            self._dialog(row).action_upload()
        self.assertFalse(row.decision_ids)

    def test_whom_a_line_means_is_not_taken_from_the_client(self):
        self._print()
        dialog = self._dialog()
        dialog.line_ids.write({"ref": f"0/{self.contact_b.id}/0"})
        dialog.action_upload()
        self.assertFalse(self.row.decision_ids)

    def test_only_who_may_send_uploads(self):
        self._print()
        with self.assertRaises(AccessError):
            self._dialog(user=self.project_user)
        other_files = self._upload_files(photo())
        with self.assertRaises(AccessError):
            self._dialog(user=self.delivery_user, files=other_files).action_upload()

    def test_the_dialog_finds_the_round_by_the_code(self):
        self._print()
        form = Form(self.env["signoff.paper.upload"].with_user(self.delivery_manager))
        form.paper_code = self.row.paper_code.lower()
        self.assertEqual(form.round_id, self.row)
        self.assertEqual(len(form.line_ids), 1)

    # === AFTERWARDS === #

    def test_the_signed_document_shows_date_on_paper_and_seal(self):
        self._print()
        self._dialog(seal_kind="company").action_upload()
        row = self.row.with_user(self.delivery_manager)
        action = row.action_print_signed()
        html = self.env["ir.actions.report"]._render_qweb_html(action["report_name"], row.ids)[0]
        html = html.decode()
        for text in (self.contact_a.name, "04/12/2020", "Company seal", "On paper", "Need 1"):
            self.assertIn(text, html)
        self.assertIn(self.row.snapshot_sha256, html)

    def test_a_void_round_prints_its_signatures_as_void(self):
        self._print()
        self._dialog().action_upload()
        self.row.with_user(self.delivery_manager).action_void("Wrong annex")
        html = self.env["ir.actions.report"]._render_qweb_html(
            "customer_delivery.signoff_paper_as_signed", self.row.ids
        )[0]
        self.assertIn("Void: Wrong annex", html.decode())

    # === RECORDED FOR THE CUSTOMER === #

    def _record(self, user=None, **values):
        user = user or self.delivery_manager
        dialog = (
            self.env["signoff.record"]
            .with_user(user)
            .with_context(default_round_id=self.row.id)
            .create({"words": "Yes, go ahead.", "said_via": "phone", "occurred_on": DAY, **values})
        )
        dialog.action_record()
        return self.row.decision_ids

    def test_a_phone_call_is_recorded_as_what_it_is(self):
        decision = self._record()
        self.assertRecordValues(
            decision,
            [
                {
                    "method": "record",
                    "person_name": self.contact_a.name,
                    "said_via": "Phone",
                    "comment": "Yes, go ahead.",
                    "occurred_on": DAY,
                    "entered_by": self.delivery_manager.name,
                }
            ],
        )
        self.assertEqual(self.row.state, "approved")
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html("customer_delivery.signoff_paper_as_signed", self.row.ids)[0]
            .decode()
        )
        self.assertIn("Recorded for the customer", html)
        self.assertIn("Not signed by hand", html)

    def test_a_proof_is_pinned_with_what_was_recorded(self):
        files = self._upload_files(photo())
        files.sudo().write({"res_model": "signoff.record"})
        decision = self._record(words=False, file_ids=[(6, 0, files.ids)])
        kept = decision.signature_ids.attachment_ids
        self.assertEqual(kept.raw, photo())
        self.assertFalse(decision.signature_ids._find_problem())

    def test_words_or_a_proof_are_needed(self):
        with self.assertRaisesRegex(UserError, "write down what was said"):
            self._record(words=" ")

    def test_a_proof_that_a_browser_would_run_is_refused(self):
        files = self._upload_files(b"<html><script>alert(1)</script>")
        with self.assertRaisesRegex(UserError, "cannot be kept"):
            self._record(file_ids=[(6, 0, files.ids)])

    def test_nothing_is_recorded_for_tomorrow(self):
        with self.assertRaisesRegex(UserError, "future"):
            self._record(occurred_on=fields.Date.add(fields.Date.today(), days=2))

    def test_a_step_that_accepts_no_record_refuses_it(self):
        self._create_flow(
            {
                "side": "customer",
                "source": "signatory",
                "needs_signature": True,
                "accepts_link": True,
                "accepts_record": False,
            }
        )
        self.row = self._send(self._create_package(name="V2.0"))
        self.assertFalse(self.row.with_user(self.delivery_manager).accepts_record)
        slot = self._pending(self.row)
        with self.assertRaisesRegex(UserError, "one of those who are asked"):
            self._record(slot_id=slot.id)
        with self.assertRaisesRegex(UserError, "does not accept this kind of proof"):
            self._decide(slot, method="record")

    def test_a_slot_of_another_round_is_refused(self):
        other = self._send(self._create_package(self.project_light))
        with self.assertRaisesRegex(UserError, "one of those who are asked"):
            self._record(slot_id=self._pending(other)[:1].id)

    def test_only_who_may_send_records(self):
        with self.assertRaises(AccessError):
            self._record(user=self.project_user)


@tagged("post_install", "-at_install")
class TestSignoffPaperLink(HttpCase, PaperCase):
    def test_the_code_leads_our_people_to_the_round(self):
        self._print()
        self.authenticate("delivery_manager", "delivery_manager")
        answer = self.url_open(f"/delivery/paper/{self.row.paper_code}", allow_redirects=False)
        self.assertIn(f"/customer-delivery-rounds/{self.row.id}", answer.headers["Location"])
        self.assertEqual(self.url_open("/delivery/paper/AAAAAAAA").status_code, 404)

    def test_others_learn_nothing_from_a_code(self):
        self._print()
        link = f"/delivery/paper/{self.row.paper_code}"
        self.assertIn("/web/login", self.url_open(link, allow_redirects=False).headers["Location"])
        self.authenticate("portal_a", "portal_a")
        answer = self.url_open(link, allow_redirects=False)
        self.assertTrue(answer.headers["Location"].endswith("/my"))
        self.authenticate("other_user", "other_user")
        self.assertEqual(self.url_open(link).status_code, 404)

    def test_the_paper_becomes_a_pdf(self):
        self.assertEqual(self.env["ir.actions.report"].get_wkhtmltopdf_state(), "ok")
        self._print()
        reports = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        with self.allow_pdf_render():
            content, kind = reports._render_qweb_pdf(
                "customer_delivery.signoff_paper_to_stamp", self.row.ids
            )
        self.assertEqual(kind, "pdf")
        self.assertTrue(content.startswith(b"%PDF"))
