"""Practice projects go whole, with what was signed in them; evidence of others never does."""

from psycopg2 import Error as DatabaseError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

from .signoff_common import SignoffCase

TABLES = (
    "signoff_round",
    "signoff_round_step",
    "signoff_slot",
    "signoff_decision",
    "signoff_signature",
    "signoff_identity",
    "signoff_rendition",
    "signoff_remark",
    "signoff_void",
    "signoff_snapshot",
    "signoff_seal",
)


@tagged("post_install", "-at_install")
class TestPracticeEvidence(SignoffCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.practice = cls._create_project(
            name="Practice", partner_id=cls.project_standard.partner_id.id
        )
        cls.practice.action_enable_delivery(cls.mode_light.id, practice=True)
        cls._create_party(cls.practice, cls.contact_a, may_sign=True)

    def _counts(self):
        self.env.flush_all()
        counts = {}
        for table in TABLES:
            self.env.cr.execute(f'SELECT count(*) FROM "{table}"')
            counts[table] = self.env.cr.fetchone()[0]
        return counts

    def _sign_package(self, project):
        """Have requirements signed, one remark, and one package refused and another one void."""
        package = self._create_package(project=project, name=f"V1 {project.name}")
        row = self._send(package)
        slot = self._pending(row)[:1]
        slot._remark(
            [{"key": package.line_ids[:1].number, "verdict": "approve", "comment": "Good"}],
            "link",
            row.snapshot_sha256,
        )
        self._sign(slot)
        self.assertEqual(row.state, "approved")
        row.with_user(self.delivery_manager).action_void("Tried out")
        again = self._send(self._create_package(project=project, name=f"V2 {project.name}"))
        self._decide(self._pending(again)[:1], "reject", "link", comment="No")
        running = self._send(self._create_package(project=project, name=f"V3 {project.name}"))
        self.assertEqual(running.state, "running")
        return row | again | running

    def _sign_acceptance(self, project):
        acceptance = self._create_acceptance(project_id=project.id)
        acceptance.item_ids.action_record_verdict("check", "pass")
        acceptance.action_submit()
        acceptance.item_ids.action_record_verdict("customer", "pass", person_name="Ann")
        acceptance.action_conclude("pass")
        row = self._send(acceptance)
        for slot in self._pending(row):
            self._sign(slot, "login" if slot.user_id else "link")
        while slots := self._pending(row):
            self._sign(slots[:1], "login" if slots[:1].user_id else "link")
        return acceptance

    def test_a_practice_project_goes_with_all_that_was_signed_in_it(self):
        before = self._counts()
        self._sign_package(self.practice)
        acceptance = self._sign_acceptance(self.practice)
        self.assertEqual(acceptance.state, "signed")
        self.env["signoff.seal"]._seal_batch(100)
        during = self._counts()
        self.assertEqual(during["signoff_seal"], before["signoff_seal"], "nothing is sealed")
        for table in ("signoff_decision", "signoff_signature", "signoff_identity", "signoff_void"):
            self.assertGreater(during[table], before[table])
        self.practice.with_user(self.delivery_manager).unlink()
        self.assertFalse(self.practice.exists())
        self.assertEqual(self._counts(), before)
        _sealed, problems, _count = self.env["signoff.seal"]._verify(self.company)
        self.assertFalse(problems)

    @mute_logger("odoo.sql_db")
    def test_what_was_signed_elsewhere_stays_through_every_door(self):
        rows = self._sign_package(self.project_standard)
        self.env["signoff.seal"]._seal_batch(100)
        before = self._counts()
        project = self.project_standard
        doors = [
            lambda: project.with_user(self.delivery_manager).unlink(),
            lambda: project.sudo().unlink(),
            lambda: (project | self.practice).sudo().unlink(),
            lambda: rows.sudo().unlink(),
            lambda: rows.decision_ids.sudo().unlink(),
            lambda: (
                rows.with_user(self.delivery_manager)
                .with_context(**{MODULE_UNINSTALL_FLAG: True})
                .unlink()
            ),
            lambda: rows.with_user(self.delivery_manager).unlink(),
        ]
        for number, door in enumerate(doors):
            with (
                self.subTest(door=number),
                self.assertRaises(UserError),
                self.env.cr.savepoint(),
            ):
                door()
        for table in TABLES:
            with (
                self.subTest(table=table),
                self.assertRaises(DatabaseError),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(f'DELETE FROM "{table}"')
        # the named path itself leaves them alone
        rows._delete_practice()
        self.env.invalidate_all()
        self.assertEqual(self._counts(), before)
        self.assertTrue(project.exists() and self.practice.exists())

    def test_a_project_does_not_become_practice_after_it_sent_something(self):
        self._sign_package(self.project_standard)
        project = self.project_standard
        # its documents could have moved on: what was sent is enough
        self.assertIn(project, project._get_projects_with_documents())
        doors = (
            lambda: project.with_user(self.delivery_manager).action_enable_delivery(
                self.mode_standard.id, practice=True
            ),
            lambda: project.sudo().action_enable_delivery(self.mode_standard.id, practice=True),
            lambda: project.sudo().write({"delivery_practice": True}),
            lambda: project.with_user(self.delivery_manager).write({"delivery_practice": True}),
        )
        for number, door in enumerate(doors):
            with self.subTest(door=number), self.assertRaises(UserError):
                door()
        self.assertFalse(project.delivery_practice)

    def test_a_requirement_with_versions_does_not_go_to_a_practice_project(self):
        requirement = self._create_requirement(project_id=self.project_light.id)
        requirement.action_save_version("first")
        with self.assertRaisesRegex(UserError, "does not go to a practice project"):
            requirement.with_user(self.delivery_manager).project_id = self.practice
        fresh = self._create_requirement(project_id=self.project_light.id)
        fresh.project_id = self.practice
        fresh.action_save_version("practised")
        self.practice.with_user(self.delivery_manager).unlink()
        self.assertTrue(requirement.exists())
        self.assertFalse(fresh.exists())
