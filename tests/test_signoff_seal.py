"""The chain of seals, and what it reveals."""

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests.common import tagged
from odoo.tools import mute_logger

from odoo.addons.customer_delivery.core.grant import Granted
from odoo.addons.customer_delivery.models import signoff_seal_verify

from .signoff_common import SignoffCase


@tagged("post_install", "-at_install")
class TestSignoffSeal(SignoffCase):
    def setUp(self):
        super().setUp()
        self.row = self._send(self._create_package())
        self.decision = self._sign(self._pending(self.row))
        self.env["signoff.seal"]._seal_batch(1000)

    def _verify(self, user=None):
        return self.env["signoff.seal"].with_user(user or self.auditor).action_verify_chain()

    def test_what_was_not_touched_is_green(self):
        found = self._verify()
        self.assertTrue(found["ok"], found["problems"])
        self.assertEqual(found["sealed"], 1)
        self.assertEqual(self.env["signoff.seal"]._seal_batch(1000), 0)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_only_managers_and_auditors_verify(self):
        self.assertTrue(self._verify(self.delivery_manager)["ok"])
        for user in (self.delivery_user, self.project_user, self.internal, self.portal_a):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._verify(user)
        with self.assertRaises(AccessError):
            self.env["signoff.seal"].with_user(self.auditor).action_verify_chain(
                self.other_company.id
            )

    def test_each_changed_row_is_named(self):
        self.env.flush_all()
        attacks = [
            ("signoff_decision", "comment = 'other'", "decision was changed"),
            ("signoff_decision", "verdict = 'reject'", "decision was changed"),
            ("signoff_signature", "meaning = 'other'", "signature was changed"),
            ("signoff_identity", "name = 'Somebody'", "Who signed was changed"),
            ("signoff_rendition", "html = 'other'", "shown to the signer was changed"),
            ("signoff_snapshot", "canonical = '{}'", "content was changed"),
            ("signoff_seal", "previous_sha256 = 'x'", "does not follow"),
        ]
        for table, change, message in attacks:
            with self.subTest(table=table, change=change), self.env.cr.savepoint() as savepoint:
                self.env.cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
                self.env.cr.execute(f"UPDATE {table} SET {change}")
                self.env.invalidate_all()
                found = self._verify()
                self.assertFalse(found["ok"])
                self.assertIn(message, "\n".join(found["problems"]))
                savepoint.rollback()
                self.env.invalidate_all()

    def test_erasing_a_person_leaves_the_chain_green(self):
        identity = self.decision.identity_id
        with self.assertRaises(AccessError):
            identity.with_user(self.auditor).action_erase()
        identity.with_user(self.delivery_manager).action_erase()
        self.assertFalse(identity.name or identity.salt or identity.image)
        self.assertEqual(self.decision.person_name, "(erased)")
        self.assertTrue(self._verify()["ok"])

    def test_the_night_tells_managers_once(self):
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE signoff_decision DISABLE TRIGGER ALL")
        self.env.cr.execute("UPDATE signoff_decision SET comment = 'other'")
        self.env.invalidate_all()
        for _night in range(2):
            self._run_night()
        activities = self.env["mail.activity"].search(
            [("user_id", "=", self.delivery_manager.id), ("summary", "ilike", "evidence failed")]
        )
        self.assertEqual(len(activities), 1)
        check = self.env["signoff.check"].browse(activities.res_id)
        self.assertEqual((check.ok, check.problem_count), (False, 1))
        self.assertEqual(check.line_ids.number, 1)
        mails = self.env["mail.message"].search(
            [
                ("model", "=", "signoff.check"),
                ("partner_ids", "=", self.delivery_manager.partner_id.id),
            ]
        )
        self.assertEqual(len(mails), 1)
        activities.with_user(self.delivery_manager).action_feedback()
        # who settled it and did nothing is told again
        self._run_night()
        again = self.env["mail.activity"].search(
            [("user_id", "=", self.delivery_manager.id), ("summary", "ilike", "evidence failed")]
        )
        self.assertEqual(len(again - activities), 1)

    def _run_night(self):
        with patch.object(self.env.registry["ir.cron"], "_commit_progress", return_value=1000):
            self.env["signoff.seal"]._cron_verify()

    def test_the_button_shows_what_it_found(self):
        action = self.env["signoff.seal"].with_user(self.auditor).action_show_chain()
        check = self.env["signoff.check"].with_user(self.auditor).browse(action["res_id"])
        self.assertEqual((check.ok, check.sealed, check.user_id), (True, 1, self.auditor))

    def _tamper(self, table, change):
        self.env.flush_all()
        self.env.cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        self.env.cr.execute(f"UPDATE {table} SET {change}")
        self.env.invalidate_all()

    def test_each_column_that_is_evidence_turns_it_red(self):
        """All frozen columns of what is sealed, but for those that prove nothing."""
        row = self.decision
        records = [
            (row, ()),
            (row.signature_ids, ()),
            (row.identity_id, {"practice", "erased_at", "erased_by"}),
            (row.signature_ids.rendition_id, {"lang", "recorded_at"}),
            (self.env["signoff.seal"].search([], limit=1), ()),
        ]
        for record, free in records:
            for name in set(record._get_frozen_columns()) - set(free):
                field = record._fields[name]
                change = {
                    "integer": f"COALESCE({name}, 0) + 1",
                    "many2one_reference": f"COALESCE({name}, 0) + 1",
                    "boolean": f"NOT COALESCE({name}, false)",
                    "datetime": "'2001-01-01'",
                    "date": "'2001-01-01'",
                }.get(field.type, "'forged'")
                with (
                    self.subTest(model=record._name, column=name),
                    self.env.cr.savepoint() as savepoint,
                ):
                    self._tamper(record._table, f"{name} = {change}")
                    found = self._verify()
                    self.assertFalse(found["ok"])
                    savepoint.rollback()
                    self.env.invalidate_all()

    def test_nobody_hides_behind_an_erasure(self):
        self._tamper("signoff_identity", "name = 'Somebody', erased_at = now()")
        self.assertIn("Who signed was changed", self._verify()["problems"][0])

    def test_a_changed_plan_and_a_removed_decision_are_named(self):
        with self.env.cr.savepoint() as savepoint:
            self._tamper("signoff_round", "plan = replace(plan, 'any', 'all')")
            self.assertIn("plan of the round", self._verify()["problems"][0])
            savepoint.rollback()
        self.env.invalidate_all()
        self.env.cr.execute("ALTER TABLE signoff_decision DISABLE TRIGGER ALL")
        self.env.cr.execute("ALTER TABLE signoff_signature DISABLE TRIGGER ALL")
        self.env.cr.execute("DELETE FROM signoff_signature")
        self.env.invalidate_all()
        self.assertIn("signature is missing", self._verify()["problems"][0])

    def test_a_gap_in_the_numbers_is_named(self):
        for name in ("A", "B"):
            self._sign(self._pending(self._send(self._create_package(name=name))))
        self.env["signoff.seal"]._seal_batch(1000)
        self.assertEqual(self._verify()["sealed"], 3)
        self.env.cr.execute("ALTER TABLE signoff_seal DISABLE TRIGGER ALL")
        self.env.cr.execute("DELETE FROM signoff_seal WHERE number = 2")
        self.env.invalidate_all()
        problems = "\n".join(self._verify()["problems"])
        self.assertIn("A seal before this one is missing", problems)

    def test_a_lost_file_is_missing_not_forged(self):
        row = self._send(self._create_package(name="Paper"))
        slot = self._pending(row)
        slot._decide(
            "approve",
            "link",
            {
                "snapshot_sha256": row.snapshot_sha256,
                "files": [("scan.pdf", b"%PDF-1.4 a scan", "application/pdf")],
            },
        )
        self.env["signoff.seal"]._seal_batch(1000)
        self.assertTrue(self._verify()["ok"])
        file_sudo = row.decision_ids.signature_ids.attachment_ids
        with self.env.cr.savepoint() as savepoint:
            self.env.cr.execute(
                "UPDATE ir_attachment SET store_fname = 'aa/none', db_datas = NULL WHERE id = %s",
                [file_sudo.id],
            )
            self.env.invalidate_all()
            with mute_logger("odoo.addons.base.models.ir_attachment"):
                problems = self._verify()["problems"]
            self.assertIn("A file is missing: scan.pdf", problems[0])
            savepoint.rollback()
        self.env.invalidate_all()
        self.env.cr.execute(
            "UPDATE ir_attachment SET store_fname = NULL, db_datas = 'forged' WHERE id = %s",
            [file_sudo.id],
        )
        self.env.invalidate_all()
        self.assertIn("A file was changed: scan.pdf", self._verify()["problems"][0])

    def test_a_decision_without_a_seal_is_told_after_an_hour(self):
        self._sign(self._pending(self._send(self._create_package(name="Late"))))
        self.assertTrue(self._verify()["ok"])
        with patch.object(signoff_seal_verify, "UNSEALED_MINUTES", -1):
            self.assertIn("no seal", self._verify()["problems"][0])

    def test_practice_is_never_sealed(self):
        self.project_standard.write(Granted(delivery_practice=True))
        self._sign(self._pending(self._send(self._create_package(name="Practice"))))
        self.assertFalse(self.env["signoff.seal"]._seal_batch(1000))

    def test_merging_contacts_and_archiving_users_leaves_it_green(self):
        twin = self.env["res.partner"].create({"name": "Twin", "email": "twin@example.com"})
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge((self.contact_a + twin).ids, twin)
        self.delivery_manager.action_archive()
        self.env.invalidate_all()
        self.assertTrue(self._verify()["ok"])
        with self.assertRaises(UserError):
            self.delivery_manager.unlink()

    def test_decisions_wake_the_writer_through_the_outbox(self):
        cron = self.env.ref("customer_delivery.ir_cron_seal")
        before = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self.decision._on_delivery_event("signoff.decided", {})
        after = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self.assertEqual(after, before + 1)
