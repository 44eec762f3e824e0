"""The chain of seals, and what it reveals."""

from odoo.exceptions import AccessError
from odoo.tests.common import tagged
from odoo.tools import mute_logger

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
            self.env["signoff.seal"]._cron_verify()
        activities = self.env["mail.activity"].search(
            [("user_id", "=", self.delivery_manager.id), ("summary", "ilike", "evidence failed")]
        )
        self.assertEqual(len(activities), 1)
