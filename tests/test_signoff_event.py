"""What the outbox carries out after rounds, requests and decisions."""

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests.common import HttpCase, tagged
from odoo.tools import mute_logger

from .signoff_common import SignoffCase


@tagged("post_install", "-at_install")
class TestSignoffEvent(SignoffCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact_a.write({"email": "ann@example.com", "lang": "en_US"})
        cls.env.ref("mail.ir_cron_mail_scheduler_action").active = False

    def setUp(self):
        super().setUp()
        cls = self.env.registry["signoff.round"]
        self.printed = []

        def render(row):
            self.printed.append(row.id)
            return b"%PDF-1.4 " + row.name.encode()

        self.startPatcher(patch.object(cls, "_render_signed_pdf", render))

    def _drain(self):
        self._run_cron("outbox")

    def _activities(self, user, xmlid="signoff"):
        kind = self.env.ref(f"customer_delivery.mail_activity_type_{xmlid}")
        return self.env["mail.activity"].search(
            [("user_id", "=", user.id), ("activity_type_id", "=", kind.id)]
        )

    def _notices(self, partner=None):
        return self.env["delivery.notice"].search(
            [("partner_id", "=", (partner or self.contact_a).id)], order="id"
        )

    def test_a_group_is_told_who_is_asked_and_how_it_ended_without_the_link(self):
        robot = self._create_robot(lang="en_US")
        row = self._send(self._create_package())
        slot = self._pending(row)
        secret = slot.with_user(self.delivery_manager).action_get_link()["url"].rpartition("/")[2]
        asked = robot._get_words("signoff.asked", slot, {})
        self.assertEqual(asked["what"], f"{slot.person_name} is asked")
        self.assertEqual((asked["document"], asked["project"]), (row.name, row.project_id.name))
        self.assertTrue(asked["due"])
        self._decide(slot, "reject", comment="The label is missing")
        decided = robot._get_words("signoff.decided", row.decision_ids, {})
        self.assertEqual(decided["what"], f"{slot.person_name}: Refused")
        ended = robot._get_words("signoff.rejected", row, {})
        for words in (asked, decided, ended):
            self.assertTrue(words["link"].endswith(f"/odoo/customer-delivery-rounds/{row.id}"))
            text = "\n".join(words.values())
            self.assertNotIn(secret, text)
            self.assertNotIn("The label is missing", text)

    def test_our_people_get_one_task_that_goes_with_the_decision(self):
        people = self.delivery_user | self.internal
        self._create_flow(
            {"user_ids": [Command.set(people.ids)]},
            {"user_ids": [Command.set(self.project_user.ids)]},
        )
        row = self._send(self._create_package())
        self._drain()
        for user in people:
            self.assertEqual(len(self._activities(user)), 1)
        self.assertIn(row.name, self._activities(self.internal).summary)
        self.assertFalse(self._activities(self.project_user))
        slot = self._pending(row, self.delivery_user)
        slot._on_delivery_event("signoff.asked", {})
        self.assertEqual(len(self._activities(self.delivery_user)), 1)
        self._decide(slot)
        self._drain()
        self.assertFalse(self._activities(self.delivery_user) | self._activities(self.internal))
        self.assertEqual(len(self._activities(self.project_user)), 1)

    def test_a_task_that_somebody_ticked_off_does_not_come_back(self):
        self._create_flow(
            {"user_ids": [Command.set((self.delivery_user | self.internal).ids)], "rule": "all"}
        )
        row = self._send(self._create_package())
        self._drain()
        self._activities(self.internal).with_user(self.internal).action_done()
        self._decide(self._pending(row, self.delivery_user))
        self._drain()
        self.assertFalse(self._activities(self.internal))

    def test_a_withdrawn_decision_asks_again(self):
        self._create_flow(
            {"user_ids": [Command.set(self.delivery_user.ids)]},
            {"user_ids": [Command.set(self.project_user.ids)]},
        )
        row = self._send(self._create_package())
        slot = self._pending(row)
        self._decide(slot)
        self._drain()
        slot.with_user(self.delivery_user).action_withdraw_decision("Too fast")
        self._drain()
        self.assertEqual(len(self._activities(self.delivery_user)), 1)
        self.assertFalse(self._activities(self.project_user))

    def test_the_customer_gets_one_mail_with_his_way_in(self):
        row = self._send(self._create_package())
        self._drain()
        notice = self._notices()
        self.assertEqual(len(notice), 1)
        self.assertIn(row.name, notice.subject)
        self.assertTrue(notice.urgent)
        slot = self._pending(row)
        self.assertIn(f"/{slot.id}", self._url(notice))
        slot._on_delivery_event("signoff.asked", {})
        self.assertEqual(len(self._notices()), 1)
        # it was not sent yet: nobody is asked any more
        package = row._get_document()
        package.with_user(self.delivery_manager).action_withdraw_signoff("Wrong list")
        self._drain()
        self.assertEqual(notice.state, "cancelled")

    def _url(self, notice):
        self.env.flush_all()
        self.env.cr.execute("SELECT url FROM delivery_notice WHERE id = %s", [notice.id])
        return self.env.cr.fetchone()[0]

    def test_a_contact_without_login_gets_his_personal_link(self):
        contact = self.env["res.partner"].create(
            {"name": "Li", "email": "li@example.com", "parent_id": self.contact_a.parent_id.id}
        )
        self.signatory.may_sign = False
        self._create_party(self.project_standard, contact, may_sign=True)
        row = self._send(self._create_package())
        self._drain()
        slot = self._pending(row)
        url = self._url(self._notices(contact))
        self.assertIn(f"/delivery/sign/{slot.id}/", url)
        self.assertTrue(slot._fits_secret(url.rpartition("/")[2]))

    def test_all_signed_each_gets_a_copy_and_the_manager_knows(self):
        self.project_standard.user_id = self.delivery_user
        row = self._send(self._create_package())
        self._sign(self._pending(row))
        self._drain()
        self._drain()
        copies = self._notices().filtered(lambda notice: "Signed by everybody" in notice.subject)
        self.assertEqual(len(copies), 1)
        self.assertEqual(len(self._activities(self.delivery_user, "signed")), 1)
        pdf = row.pdf_attachment_id
        self.assertTrue(pdf.raw.startswith(b"%PDF"))
        self.assertEqual((row.pdf_sha256, self.printed), (pdf.description, [row.id]))
        # served as it is, to whoever reads the round
        action = row.with_user(self.delivery_user).action_print_signed()
        self.assertIn(f"/web/content/{pdf.id}", action["url"])
        self.assertTrue(pdf.with_user(self.delivery_user).has_access("read"))
        self.assertFalse(pdf.with_user(self.other_manager).has_access("read"))
        row._on_delivery_event("signoff.print", {})
        self.assertEqual(self.printed, [row.id])

    def test_a_changed_paper_turns_verify_red(self):
        row = self._send(self._create_package())
        self._sign(self._pending(row))
        self._drain()
        self.env["signoff.seal"]._seal_batch(100)
        verify = self.env["signoff.seal"].with_user(self.auditor).action_verify_chain
        self.assertTrue(verify()["ok"])
        row.pdf_attachment_id.raw = b"%PDF-1.4 other"
        self.env.flush_all()
        self.assertIn("A file was changed", verify()["problems"][0])

    def test_without_a_printer_it_is_tried_again_and_nothing_else_suffers(self):
        def absent(row):
            raise UserError("Unable to find Wkhtmltopdf on this system.")

        with patch.object(self.env.registry["signoff.round"], "_render_signed_pdf", absent):
            row = self._send(self._create_package())
            self._sign(self._pending(row))
            self._drain()
        event = self.env["delivery.event"].search([("name", "=", "signoff.print")])
        self.assertEqual((event.state, event.tries), ("pending", 1))
        self.assertIn("Wkhtmltopdf", event.reason)
        self.assertEqual((row.state, len(row.decision_ids.signature_ids)), ("approved", 1))
        self.assertFalse(row.pdf_attachment_id)
        self.env.cr.execute("UPDATE delivery_event SET next_try_at = NULL")
        self.env.invalidate_all()
        self._drain()
        self.assertTrue(row.pdf_attachment_id)

    def test_who_was_replaced_is_asked_no_more(self):
        row = self._send(self._create_package())
        self._drain()
        first = self._notices()
        party = self._create_party(self.project_standard, self.colleague_a, may_sign=True)
        self.colleague_a.email = "bob@example.com"
        self._pending(row).with_user(self.delivery_manager).action_replace(
            self.colleague_a.id, "Left the company", party.id
        )
        self._drain()
        self.assertEqual(first.state, "cancelled")
        self.assertEqual(len(self._notices(self.colleague_a)), 1)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_practice_writes_to_nobody_outside(self):
        self.project_light.delivery_party_ids.partner_id.write({"email": "x@example.com"})
        practice = self._create_project(name="Practice", mode=self.mode_light)
        self._create_party(practice, self.contact_a, may_sign=True)
        self.env.cr.execute(
            "UPDATE project_project SET delivery_practice = true WHERE id = %s", [practice.id]
        )
        self.env.invalidate_all()
        self._send(self._create_package(practice))
        self._drain()
        self.assertFalse(self._notices())


@tagged("post_install", "-at_install")
class TestSignedPaperKept(SignoffCase, HttpCase):
    def test_the_paper_is_printed_once_and_served_unchanged(self):
        row = self._send(self._create_package())
        self._sign(self._pending(row))
        with self.allow_pdf_render():
            row.with_context(force_report_rendering=True)._on_delivery_event("signoff.print", {})
        content = row.pdf_attachment_id.raw
        self.assertTrue(content.startswith(b"%PDF"))
        self.authenticate("delivery_manager", "delivery_manager")
        url = row.with_user(self.delivery_manager).action_print_signed()["url"]
        self.assertEqual(self.url_open(url).content, content)
        self.authenticate("portal_b", "portal_b")
        self.assertNotEqual(self.url_open(url).content, content)
