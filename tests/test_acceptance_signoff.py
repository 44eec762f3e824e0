import base64

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.customer_delivery.core.canonical import digest

from .signoff_common import SignoffCase
from .test_acceptance_verdict import PIXEL


@tagged("post_install", "-at_install")
class TestAcceptanceSignoff(SignoffCase):
    """Both sides sign a snapshot of the acceptance; what follows, and what revoking means."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.finance = cls._create_user("finance", "base.group_user")
        cls.company.delivery_finance_user_id = cls.finance
        cls.milestone = cls.env["project.milestone"].create(
            {"name": "Handed over", "project_id": cls.project_standard.id}
        )
        cls.deliverable = cls.env["project.deliverable"].create(
            {"name": "Manual", "version": "V1", "project_id": cls.project_standard.id}
        )
        cls.acceptance = cls._create_acceptance(
            project_id=cls.project_standard.id,
            kind_id=cls._acceptance_kind("final").id,
            milestone_id=cls.milestone.id,
            deliverable_ids=[Command.set(cls.deliverable.ids)],
            payment_name="Final payment",
            payment_percent=30,
            item_ids=[
                Command.create({"name": "Prints labels"}),
                Command.create({"name": "Looks fine"}),
            ],
        ).with_user(cls.delivery_user)
        cls.project_standard.user_id = cls.delivery_user

    def _walk(self, *verdicts, acceptance=None):
        acceptance = acceptance or self.acceptance
        for item in acceptance.item_ids:
            item.action_record_verdict("check", "pass")
        acceptance.action_submit()
        for item, verdict in zip(acceptance.item_ids, verdicts, strict=True):
            item.action_record_verdict(
                "customer",
                verdict,
                note="Jams" if verdict == "fail" else "",
                images=[{"name": "jam.png", "datas": PIXEL}] if verdict == "fail" else (),
            )

    def _conclude(self, *verdicts, conclusion="pass", note=""):
        self._walk(*verdicts)
        self.acceptance.action_conclude(conclusion, note)

    def _send_and_sign(self, **values):
        row = self._send(self.acceptance, self.delivery_user)
        self._decide(self._pending(row, self.delivery_user))
        self._sign(self._pending(row, self.contact_a), **values)
        return row

    def _drain(self):
        """Carry out what waits in the outbox for the acceptance and its issues."""
        events = self.env["delivery.event"].search(
            [("res_model", "like", "project.acceptance"), ("state", "=", "pending")]
        )
        for event in events:
            record = self.env[event.res_model].browse(event.res_id)
            record._on_delivery_event(event.name, {})
        return events.mapped("name")

    def test_without_a_conclusion_nothing_is_signed(self):
        with self.assertRaisesRegex(UserError, "no conclusion yet"):
            self.acceptance.action_send()

    def test_both_sides_sign_and_it_is_accepted(self):
        self._conclude("pass", "pass")
        row = self._send_and_sign()
        self.assertEqual(row.state, "approved")
        self.assertRecordValues(
            self.acceptance,
            [
                {
                    "state": "signed",
                    "signoff_state": "approved",
                    "content_lock": "agreed",
                    "signed_on": fields.Date.context_today(self.acceptance),
                }
            ],
        )
        self.assertEqual(self.deliverable.state, "accepted")
        with self.assertRaises(UserError):
            self.acceptance.place = "Elsewhere"

    def test_the_customer_alone_is_not_asked_before_us(self):
        self._conclude("pass", "pass")
        row = self._send(self.acceptance, self.delivery_user)
        self.assertEqual(self._pending(row).user_id, self.delivery_user)

    def test_while_it_is_signed_nothing_changes(self):
        self._conclude("pass", "pass")
        self._send(self.acceptance, self.delivery_user)
        with self.assertRaisesRegex(UserError, "is being signed"):
            self.acceptance.action_reopen()
        with self.assertRaises(UserError):
            self.acceptance.conclusion_note = "More"
        with self.assertRaises(UserError):
            self.deliverable.with_user(self.delivery_user).version = "V2"
        self.acceptance.action_withdraw_signoff("Typing error")
        self.assertEqual(self.acceptance.content_lock, "none")
        self.acceptance.action_reopen()
        self.assertEqual((self.acceptance.state, self.acceptance.conclusion), ("customer", False))

    def test_the_snapshot_says_everything_and_keeps_the_files(self):
        other = self.env["project.deliverable"].create(
            {"name": "Source code", "project_id": self.project_standard.id}
        )
        other.action_waive("Escrow instead")
        self.acceptance.item_ids[0].with_user(self.delivery_manager).action_waive("Seen at FAT")
        self._walk("pass", "fail")
        self.acceptance.action_conclude("conditional")
        row = self._send(self.acceptance, self.delivery_user)
        content = row.snapshot_id._get_content()
        self.assertEqual(content["schema"], "cd.acceptance/1")
        self.assertEqual(content["conclusion"]["code"], "conditional")
        self.assertEqual(content["items"][0]["waived"]["reason"], "Seen at FAT")
        self.assertEqual(content["items"][1]["customer"]["verdict"]["code"], "fail")
        self.assertEqual(content["items"][1]["customer"]["by"], self.contact_a.name)
        self.assertEqual(content["issues"][0]["severity"]["code"], "minor")
        self.assertTrue(content["issues"][0]["due"])
        self.assertEqual(
            [part.get("waived") for part in content["deliverables"]], [None, "Escrow instead"]
        )
        self.assertEqual(content["files"][0]["sha256"], digest(base64.b64decode(PIXEL)))
        self.assertTrue(row.snapshot_id.action_verify()[0]["ok"])
        # whoever asks gets the same
        as_manager = self.acceptance.with_user(self.delivery_manager)
        self.assertEqual(
            as_manager._signoff_payload(), self.acceptance.with_context(lang="x")._signoff_payload()
        )

    def test_what_is_read_has_the_expected_sections(self):
        self._walk("pass", "fail")
        self.acceptance.action_conclude("conditional")
        row = self._send(self.acceptance, self.delivery_user)
        html = self.env["signoff.rendition"]._get_for(row, "en_US").html
        places = [
            html.index(section)
            for section in (
                "Basic facts",
                "Basis",
                "Scope and deliverables",
                "Method",
                "Course and rounds",
                "Results",
                "Changes carried out",
                "Remaining issues and dates",
                "Conclusion",
                "Warranty",
            )
        ]
        self.assertEqual(places, sorted(places))
        for text in ("Prints labels", "Jams", "Manual", "Passed with conditions", "Final payment"):
            self.assertIn(text, html)

    def test_who_must_act_is_told_once(self):
        self._conclude("pass", "pass")
        self._send_and_sign()
        self.assertIn("acceptance.signed", self._drain())
        pm = self.acceptance.activity_ids.filtered(lambda a: a.user_id == self.delivery_user)
        self.assertEqual(len(pm), 1)
        # finance cannot open projects: a notice in place of an activity
        notice = self.env["mail.message"].search(
            [("partner_ids", "in", self.finance.partner_id.ids), ("subject", "like", "Payment due")]
        )
        self.assertEqual(len(notice), 1)
        self.assertIn("30 %", notice.subject)

    def _payments_told(self, words="Payment due"):
        return self.env["mail.message"].search_count(
            [("partner_ids", "in", self.finance.partner_id.ids), ("subject", "like", words)]
        )

    def test_finance_hears_of_a_payment_once_whatever_is_signed_for_its_milestone(self):
        self.milestone.write(
            {"delivery_payment_name": "Final payment", "delivery_payment_percent": 30}
        )
        self._conclude("pass", "pass")
        self._send_and_sign()
        for _run in range(2):
            self._drain()
        again = self._create_acceptance(
            project_id=self.project_standard.id,
            kind_id=self._acceptance_kind("fat").id,
            milestone_id=self.milestone.id,
        ).with_user(self.delivery_user)
        self.assertEqual((again.payment_name, again.payment_percent), ("Final payment", 30))
        self._walk("pass", acceptance=again)
        again.action_conclude("pass")
        row = self._send(again, self.delivery_user)
        self._decide(self._pending(row, self.delivery_user))
        self._sign(self._pending(row, self.contact_a))
        self._drain()
        self.assertEqual((self._payments_told(), again.payment_told), (1, False))
        # what was told is taken back, and then another acceptance may ask for it
        self.acceptance.with_user(self.delivery_manager).action_revoke("Wrong list")
        self._drain()
        self.assertEqual(self._payments_told("Final payment is not due"), 1)

    def test_a_payment_that_is_none_is_not_taken_from_the_milestone(self):
        self.milestone.delivery_payment_name = "Final payment"
        acceptance = self._create_acceptance(
            project_id=self.project_standard.id, milestone_id=self.milestone.id, payment_name=False
        )
        self.assertFalse(acceptance.payment_name)

    def test_confirmed_requirements_that_passed_are_accepted(self):
        requirement = self._create_agreed_requirement(project_id=self.project_standard.id)
        self.acceptance.item_ids[0].requirement_id = requirement
        self._conclude("pass", "pass")
        self._send_and_sign()
        self._drain()
        self.assertEqual(requirement.stage_id.kind, "accepted")

    def test_paper_signed_earlier_gives_its_own_date(self):
        self._conclude("pass", "pass")
        day = fields.Date.subtract(fields.Date.context_today(self.acceptance), days=21)
        self._send_and_sign(method="paper", occurred_on=day)
        self.assertEqual(self.acceptance.signed_on, day)

    def test_what_the_customer_made_a_condition_is_followed_up(self):
        self._conclude("pass", "pass")
        row = self._send(self.acceptance, self.delivery_user)
        self._decide(self._pending(row, self.delivery_user))
        self._decide(
            self._pending(row, self.contact_a),
            "conditional",
            "link",
            conditions="Train the night shift",
            image=b"\x89PNG\r\n\x1a\n",
        )
        self.assertEqual(self.acceptance.state, "signed")
        issue = self.acceptance.later_issue_ids
        self.assertEqual((issue.name, issue.origin), ("Train the night shift", "condition"))
        self._drain()
        self.assertTrue(issue.task_id)

    def test_refused_it_goes_back_and_somebody_is_told(self):
        self._conclude("pass", "pass")
        row = self._send(self.acceptance, self.delivery_user)
        self._decide(self._pending(row, self.delivery_user))
        self._decide(
            self._pending(row, self.contact_a), "reject", "link", comment="The lift is missing"
        )
        self.assertEqual(
            (self.acceptance.state, self.acceptance.content_lock), ("concluded", "none")
        )
        self.assertIn("The lift is missing", str(self.acceptance.activity_ids.mapped("note")))

    def test_signed_as_not_passed_it_is_checked_once_more(self):
        self.acceptance.item_ids[0].severity = "fatal"
        self._walk("fail", "pass")
        self.acceptance.action_conclude("fail")
        self._send_and_sign()
        self.assertEqual((self.acceptance.state, self.deliverable.state), ("failed", "planned"))
        self.acceptance.action_begin_round()
        self.assertEqual((self.acceptance.state, self.acceptance.round), ("self_check", 2))
        self.assertFalse(self.acceptance.conclusion)
        again = self.acceptance.item_ids.filtered(lambda item: item.round == 2)
        self.assertEqual(again.mapped("name"), ["Prints labels"])

    def test_two_rounds_conditional_then_both_closed(self):
        self._walk("fail", "fail")
        self.acceptance.action_begin_round()
        again = self.acceptance.item_ids.filtered(lambda item: item.round == 2)
        for item in again:
            item.action_record_verdict("check", "pass")
        self.acceptance.action_submit()
        again[0].action_record_verdict("customer", "pass")
        again[1].action_record_verdict("customer", "fail", note="Still")
        self.acceptance.action_conclude("conditional")
        self._send_and_sign()
        self.assertEqual((self.acceptance.state, self.acceptance.open_issue_count), ("signed", 1))
        remainder = self.acceptance.issue_ids.filtered(lambda issue: issue.state == "open")
        remainder.action_fix("Painted")
        remainder.action_close("Ms Li")
        self.assertEqual(self.acceptance.open_issue_count, 0)
        content = self.acceptance.signoff_round_id.sudo().snapshot_id._get_content()
        self.assertEqual(len(content["rounds"]), 2)

    def test_revoking_needs_a_manager_and_undoes_nothing_silently(self):
        self._conclude("pass", "pass")
        self._send_and_sign()
        self.milestone.is_reached = True
        with self.assertRaises(AccessError):
            self.acceptance.action_revoke("Wrong list")
        as_manager = self.acceptance.with_user(self.delivery_manager)
        with self.assertRaisesRegex(UserError, "why"):
            as_manager.action_revoke(" ")
        as_manager.action_revoke("Wrong list")
        self.assertRecordValues(
            self.acceptance,
            [
                {
                    "state": "revoked",
                    "content_lock": "agreed",
                    "signoff_state": "none",
                    "revoke_reason": "Wrong list",
                    "revoked_by_id": self.delivery_manager.id,
                }
            ],
        )
        self.assertTrue(self.milestone.is_reached)
        self.assertEqual(self.deliverable.state, "planned")
        self._drain()
        told = self.acceptance.activity_ids.filtered(lambda a: "still reached" in (a.summary or ""))
        self.assertEqual(told.user_id, self.delivery_user)
        with self.assertRaises(UserError):
            self.acceptance.place = "Elsewhere"
