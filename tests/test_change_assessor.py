from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .change_common import ChangeCase

QUIET = ("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")


@tagged("post_install", "-at_install")
class TestChangeAssessor(ChangeCase):
    """Those whom the type of a change names assess it side by side, each his own rows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls.project_strict
        cls.project.user_id = cls.delivery_user
        cls.tech_lead = cls._create_user("tech_lead", "customer_delivery.group_delivery_user")
        cls.quality_lead = cls._create_user("quality_lead", "customer_delivery.group_delivery_user")
        cls.tech_party = cls._name("technical", cls.tech_lead)
        cls.quality_party = cls._name("quality", cls.quality_lead)

    @classmethod
    def _name(cls, role, user, project=None):
        return cls._create_party(
            project or cls.project,
            user.partner_id,
            side="supplier",
            role_id=cls.env.ref(f"customer_delivery.project_role_{role}_lead").id,
        )

    def _submit(self, **values):
        change = self._create_change(**values)
        change.action_submit()
        return change

    def _rows(self, change, *codes):
        dimensions = self.env["project.change.dimension"]
        for code in codes:
            dimensions |= self.env.ref(f"customer_delivery.project_change_dimension_{code}")
        return change.impact_ids.filtered(lambda row: row.dimension_id in dimensions)

    def _work(self, user):
        sections = self.env["signoff.slot"].with_user(user).get_my_work()["sections"]
        return {section["key"]: section["rows"] for section in sections}

    def test_strict_mode_ships_with_named_assessors(self):
        for kind in ("normal", "major", "urgent"):
            with self.subTest(kind=kind):
                change = self._submit(kind=kind)
                self.assertEqual(self._rows(change, "resource", "risk").assessor_id, self.tech_lead)
                self.assertEqual(self._rows(change, "quality").assessor_id, self.quality_lead)
                self.assertEqual(
                    self._rows(change, "schedule", "cost").assessor_id, self.delivery_user
                )
                self.assertEqual(
                    change.activity_ids.user_id,
                    self.tech_lead | self.quality_lead | self.delivery_user,
                    "all at the same time",
                )
                self.assertFalse(change.roles_not_named)

    def test_each_fills_his_own_rows_and_no_other(self):
        change = self._submit()
        quality = self._rows(change, "quality")
        for user in (self.delivery_user, self.tech_lead, self.delivery_manager):
            with self.subTest(user=user.login), self.assertRaisesRegex(UserError, "quality_lead"):
                quality.with_user(user).rating = "none"
            with self.subTest(user=user.login), self.assertRaisesRegex(UserError, "quality_lead"):
                change.with_user(user).write(
                    {"impact_ids": [Command.update(quality.id, {"rating": "low"})]}
                )
        change.with_user(self.tech_lead).action_no_further_impact()
        self.assertEqual(change.assessed_count, 2)
        self.assertFalse(quality.assessed_at)

    def test_approval_opens_once_all_have_assessed(self):
        change = self._submit()
        change.action_no_further_impact()
        change.with_user(self.tech_lead).action_no_further_impact()
        with self.assertRaisesRegex(UserError, "Quality has not been assessed by quality_lead"):
            change.action_send_for_approval()
        self._rows(change, "quality").with_user(self.quality_lead).rating = "low"
        self.assertFalse(change._get_assessment_problems())
        self.assertFalse(change.activity_ids)

    def test_my_work_lists_what_one_assesses(self):
        change = self._submit()
        (row,) = self._work(self.tech_lead)["assess"]
        self.assertEqual((row["model"], row["id"]), (change._name, change.id))
        self.assertIn("Resource", row["asked"])
        self.assertIn("Risk", row["asked"])
        self.assertNotIn("Quality", row["asked"])
        action = change.with_user(self.tech_lead).action_open_assessment()
        self.assertEqual(action["res_id"], change.id)
        self.assertNotIn("assess", self._work(self.delivery_manager))
        change.with_user(self.tech_lead).action_no_further_impact()
        self.assertNotIn("assess", self._work(self.tech_lead))
        self.assertIn("assess", self._work(self.quality_lead))

    def test_in_standard_mode_the_manager_assesses_normal_changes(self):
        project = self.project_standard
        self._name("technical", self.tech_lead, project)
        normal = self._submit(project_id=project.id)
        self.assertEqual(normal.impact_ids.assessor_id, project.user_id)
        self.assertFalse(normal.roles_not_named)
        major = self._submit(project_id=project.id, kind="major")
        self.assertEqual(self._rows(major, "risk").assessor_id, self.tech_lead)

    def test_the_manager_stands_in_where_nobody_is_named(self):
        self.quality_party.action_archive()
        change = self._submit()
        quality = self._rows(change, "quality")
        self.assertEqual(quality.assessor_id, self.delivery_user)
        self.assertFalse(quality.is_named)
        self.assertEqual(change.roles_not_named, "Quality Lead")
        quality.rating = "low"
        self.assertFalse(change.roles_not_named)

    def test_who_may_not_work_on_changes_is_not_asked(self):
        self.quality_lead.group_ids = self.env.ref("project.group_project_user")
        change = self._submit()
        self.assertEqual(self._rows(change, "quality").assessor_id, self.delivery_user)
        self.assertEqual(change.roles_not_named, "Quality Lead")

    def test_a_person_named_by_the_type_comes_before_the_role(self):
        row = self._change_type("normal").dimension_ids.filtered(
            lambda row: row.role_id == self.quality_party.role_id
        )
        self.assertTrue(row)
        row.with_user(self.delivery_manager).user_id = self.tech_lead
        self.assertEqual(self._rows(self._submit(), "quality").assessor_id, self.tech_lead)
        row.with_user(self.delivery_manager).write(
            {"user_id": False, "mode_ids": [Command.set(self.mode_light.ids)]}
        )
        self.assertEqual(self._rows(self._submit(), "quality").assessor_id, self.delivery_user)
        with mute_logger(*QUIET), self.assertRaises(AccessError):
            row.with_user(self.delivery_user).user_id = self.delivery_user

    def test_only_who_runs_the_project_names_another_assessor(self):
        change = self._submit()
        quality = self._rows(change, "quality")
        colleague = self._create_user("colleague", "customer_delivery.group_delivery_user")
        with self.assertRaises(AccessError):
            quality.with_user(colleague).assessor_id = colleague
        quality.with_user(self.quality_lead).assessor_id = colleague
        self.assertIn(colleague, change.activity_ids.user_id)
        self.assertNotIn(self.quality_lead, change.activity_ids.user_id)
        quality.with_user(colleague).rating = "low"
        quality.with_user(self.delivery_user).assessor_id = self.quality_lead
        self.assertFalse(quality.assessed_at, "the one who is asked now has said nothing yet")
        self.assertIn("quality_lead", change.message_ids[0].body)
        self.assertIn(self.quality_lead, change.activity_ids.user_id)

    def test_what_was_assessed_keeps_its_assessor(self):
        change = self._approve(self._assess(self._create_change()))
        with self.assertRaisesRegex(UserError, "stays"):
            self._rows(change, "quality").assessor_id = self.delivery_user

    def test_nobody_makes_himself_the_one_who_is_named(self):
        change = self._submit()
        for values in ({"is_named": False}, {"role_id": False}):
            with self.assertRaises(AccessError):
                self._rows(change, "quality").write(values)

    def test_whom_the_manager_named_stays_when_it_is_submitted_again(self):
        change = self._submit()
        quality = self._rows(change, "quality")
        quality.assessor_id = self.delivery_manager
        change.action_put_aside("hold", "later")
        change.action_reopen()
        self.assertEqual(change.stage_id.kind, "assess")
        self.assertEqual(quality.assessor_id, self.delivery_manager)
        # another type asks for more, and leaves these alone
        change.action_put_aside("withdrawn", "wrong type")
        change.action_reopen()
        change.type_id = self._change_type("major")
        change.action_submit()
        self.assertEqual(quality.assessor_id, self.delivery_manager)
