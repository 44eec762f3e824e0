"""Trial run: its days, its extension, the log of its faults, and when it is over."""

from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests.common import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .signoff_common import SignoffCase


@tagged("post_install", "-at_install")
class TestAcceptanceTrial(SignoffCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time("2026-10-12 09:00:00"):
            cls.acceptance = cls._create_acceptance(
                project_id=cls.project_standard.id,
                kind_id=cls._acceptance_kind("trial").id,
                trial_from="2026-10-12",
                trial_to="2026-10-23",
            ).with_user(cls.delivery_user)
            item = cls.acceptance.item_ids
            item.action_record_verdict("check", "pass")
            cls.acceptance.action_submit()
            item.action_record_verdict("customer", "pass", person_name="Ann")

    def test_it_is_not_accepted_before_it_is_over(self):
        with freeze_time("2026-10-23 09:00:00"):
            self.acceptance.invalidate_recordset()
            self.assertEqual(self.acceptance.proposal, "fail")
            self.assertIn("lasts until", self.acceptance.proposal_text)
            with self.assertRaisesRegex(UserError, "lasts until"):
                self.acceptance.action_conclude("pass", "The customer is in a hurry")
        with freeze_time("2026-10-24 09:00:00"):
            self.acceptance.invalidate_recordset()
            self.assertEqual(self.acceptance.proposal, "pass")
            self.acceptance.action_conclude("pass")
        self.assertEqual(self.acceptance.state, "concluded")

    def test_it_may_fail_at_any_time(self):
        with freeze_time("2026-10-14 09:00:00"):
            self.acceptance.action_conclude("fail", "The line stood still for two days")
        self.assertEqual(self.acceptance.conclusion, "fail")

    def test_an_extension_moves_its_end_and_needs_a_reason(self):
        for values, words in (
            ({"trial_extended_to": "2026-10-20", "trial_extension_reason": "x"}, "beyond"),
            ({"trial_extended_to": "2026-10-30", "trial_extension_reason": " "}, "why"),
        ):
            with self.subTest(words=words), self.assertRaisesRegex(ValidationError, words):
                self.acceptance.write(values)
        self.acceptance.write(
            {"trial_extended_to": "2026-10-30", "trial_extension_reason": "Two days of downtime"}
        )
        with (
            freeze_time("2026-10-24 09:00:00"),
            self.assertRaisesRegex(UserError, "10/30/2026"),
        ):
            self.acceptance.action_conclude("pass")
        with freeze_time("2026-10-31 09:00:00"):
            self.acceptance.action_conclude("pass")

    @mute_logger("odoo.sql_db")
    def test_it_does_not_end_before_it_begins(self):
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self.acceptance.trial_to = "2026-10-01"
            self.env.flush_all()

    def test_a_kind_with_a_trial_run_wants_its_days(self):
        self.acceptance.write({"trial_from": False, "trial_to": False})
        with self.assertRaisesRegex(UserError, "from when until when"):
            self.acceptance.action_conclude("pass")

    def test_faults_are_logged_and_stand_in_what_is_signed(self):
        with freeze_time("2026-10-14 09:00:00"):
            with Form(self.acceptance) as form, form.issue_ids.new() as line:
                self.assertEqual(line.origin, "trial")
                line.name = "Stopped for ten minutes"
            entry = self.env["project.acceptance.issue"].with_user(self.delivery_user)
            entry.action_quick_entry(
                "Label torn",
                "trial-0123456789abcdef",
                project_id=self.project_standard.id,
            )
        faults = self.acceptance.issue_ids
        self.assertEqual(set(faults.mapped("origin")), {"trial"})
        faults.write({"user_id": self.delivery_user.id, "date_deadline": "2026-11-30"})
        faults[0].action_fix("Belt replaced")
        faults[0].action_close("Ann")
        with freeze_time("2026-10-24 09:00:00"):
            self.acceptance.invalidate_recordset()
            self.acceptance.action_conclude("conditional")
            row = self._send(self.acceptance, self.delivery_user)
        content = row.snapshot_id._get_content()
        told = {fault["text"]: fault for fault in content["trial"]["faults"]}
        self.assertEqual(set(told), {"Stopped for ten minutes", "Label torn"})
        self.assertEqual(told["Stopped for ten minutes"]["found"], "2026-10-14")
        self.assertIn("settled", told[faults[0].name])
        shown = str(self.acceptance._signoff_render(row.snapshot_id))
        self.assertIn("Faults during the trial run", shown)
        self.assertIn("Label torn", shown)
