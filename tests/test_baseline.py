from psycopg2 import Error as DatabaseError

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestBaseline(DeliveryCase):
    """Versions and baselines, as the roles that use them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls._create_complete_requirement(
            project_id=cls.project_standard.id, name="Print labels"
        )
        cls.second = cls._create_complete_requirement(
            project_id=cls.project_standard.id, name="Reprint labels"
        )
        cls.project_as_user = cls.project_standard.with_user(cls.delivery_user)
        cls.project_standard.user_id = cls.delivery_user

    def _publish(self, name, project=None):
        return (project or self.project_as_user).action_publish_baseline(name)

    def test_publishing_cuts_versions_of_what_moved_only(self):
        first = self._publish("V1.0")
        self.assertEqual((self.first + self.second).mapped("version_number"), [1, 1])
        self.second.name = "Reprint labels and note who did it"
        second = self._publish("V2.0")
        self.assertEqual((self.first + self.second).mapped("version_number"), [1, 2])
        self.assertEqual(first.line_ids.mapped("version_number"), [1, 1])
        self.assertEqual(second.line_ids.mapped("version_number"), [1, 2])
        self.assertEqual(first.line_ids.mapped("name"), ["Print labels", "Reprint labels"])

    def test_publishing_needs_the_project_manager(self):
        with self.assertRaises(AccessError):
            self._publish("V1.0", self.project_standard.with_user(self.project_user))
        with self.assertRaises(AccessError):
            self._publish("V1.0", self.project_standard.with_user(self.portal_a))

    def test_a_name_is_used_once(self):
        self._publish("V1.0")
        with mute_logger("odoo.sql_db"), self.assertRaisesRegex(Exception, "name"):
            self._publish("V1.0")

    def test_comparison_shows_added_removed_changed_and_moved(self):
        first = self._publish("V1.0")
        added = self._create_complete_requirement(
            project_id=self.project_standard.id, name="Third", sequence=0
        )
        self.second.name = "Other words"
        second = self._publish("V2.0")
        action = second.action_compare()
        wizard = self.env["project.baseline.compare"].browse(action["res_id"])
        self.assertEqual(wizard.before_id, first)
        kinds = {line.number: line.kind for line in wizard.line_ids}
        self.assertEqual(
            kinds,
            {added.number: "added", self.first.number: "moved", self.second.number: "modified"},
        )
        report = self.env["ir.actions.report"].with_user(self.delivery_user)
        owned = self.env["project.baseline.compare"].with_user(self.delivery_user)
        action = owned._open(first.with_user(self.delivery_user), second)
        html = report._render_qweb_html(
            "customer_delivery.report_baseline_comparison", [action["res_id"]]
        )[0].decode()
        self.assertIn(added.number, html)
        self.assertRegex(html, "<ins>.*Other")
        self.assertIn(second.sha256, html)

    def test_saving_a_version_without_a_change_is_refused(self):
        requirement = self.first.with_user(self.delivery_user)
        requirement.action_save_version("first")
        with self.assertRaisesRegex(UserError, "Nothing has changed"):
            requirement.action_save_version()

    def test_nobody_writes_evidence_by_hand(self):
        baseline = self._publish("V1.0")
        evidence = [
            baseline,
            baseline.line_ids[0],
            self.first.current_version_id,
            self.first.current_version_id.sudo().snapshot_id,
        ]
        for record in evidence:
            for user in (self.delivery_user, self.delivery_manager, self.env.ref("base.user_root")):
                own = record.with_user(user)
                with self.subTest(model=record._name, user=user.login):
                    with self.assertRaises(AccessError):
                        own.write({"sha256": "0" * 64})
                    with self.assertRaises(UserError):
                        own.unlink()
                    with self.assertRaises(AccessError):
                        own.with_context(default_sha256="0" * 64).create({})

    def test_the_database_refuses_plain_sql(self):
        baseline = self._publish("V1.0")
        self.env.flush_all()
        statements = [
            "UPDATE project_baseline SET sha256 = 'x' WHERE id = %s",
            "UPDATE project_baseline_line SET version_number = 9 WHERE baseline_id = %s",
            "DELETE FROM project_baseline_line WHERE baseline_id = %s",
        ]
        for statement in statements:
            with (
                self.subTest(statement=statement),
                mute_logger("odoo.sql_db"),
                self.assertRaises(DatabaseError),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(statement, [baseline.id])
        # pointers may move: a merge of contacts or users rewrites them
        self.env.cr.execute(
            "UPDATE project_baseline SET author_id = %s WHERE id = %s",
            [self.delivery_manager.id, baseline.id],
        )
        self.assertTrue(baseline.action_verify()[0]["ok"])

    def test_verification_finds_a_changed_row(self):
        baseline = self._publish("V1.0")
        self.assertTrue(baseline.action_verify()[0]["ok"])
        self.env.flush_all()
        self.env.cr.execute("SELECT set_config('customer_delivery.maintenance', 'on', true)")
        self.env.cr.execute(
            "UPDATE signoff_snapshot SET canonical = replace(canonical, 'Print', 'Burn')"
            " WHERE res_id = %s",
            [self.first.id],
        )
        self.env.cr.execute("SELECT set_config('customer_delivery.maintenance', 'off', true)")
        self.env.invalidate_all()
        problems = baseline.action_verify()[0]["problems"]
        self.assertEqual(len(problems), 1)
        self.assertIn(self.first.number, problems[0])

    def test_a_manager_voids_with_a_reason_and_it_stays_readable(self):
        baseline = self._publish("V1.0")
        with self.assertRaises(AccessError):
            baseline.with_user(self.delivery_user).action_void("wrong list")
        as_manager = baseline.with_user(self.delivery_manager)
        with self.assertRaisesRegex(UserError, "why"):
            as_manager.action_void(" ")
        as_manager.action_void("wrong list")
        self.assertEqual(baseline.state, "void")
        self.assertEqual(baseline.void_reason, "wrong list")
        self.assertEqual(len(baseline.line_ids), 2)

    def test_queries_do_not_grow_with_the_requirements(self):
        def publish(count, name):
            project = self._create_project(mode=self.mode_light, user_id=self.delivery_user.id)
            self.env["project.requirement"].create(
                [{"name": f"R {number}", "project_id": project.id} for number in range(count)]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            project.with_user(self.delivery_user).action_publish_baseline(name)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        publish(2, "warm")
        # more than the ORM writes in one statement
        self.assertEqual(publish(5, "few"), publish(120, "many"))

    def test_a_practice_project_is_deleted_whole(self):
        project = self._create_project(user_id=self.delivery_manager.id)
        project = project.with_user(self.delivery_manager)
        project.action_enable_delivery(self.mode_light.id, practice=True)
        self._create_requirement(project_id=project.id)
        baseline = project.action_publish_baseline("V1.0")
        baseline.action_void("practice")
        project.unlink()
        self.assertFalse(baseline.exists())

    def test_a_published_requirement_is_not_deleted(self):
        self._publish("V1.0")
        with self.assertRaisesRegex(UserError, "versions"):
            self.first.with_user(self.delivery_user).unlink()

    def test_comparison_of_versions_shows_the_change(self):
        self._publish("V1.0")
        self.first.description = "<p>What it does, twice.</p>"
        action = self.first.with_user(self.delivery_user).action_compare_versions()
        wizard = self.env["project.requirement.compare"].browse(action["res_id"])
        self.assertIn("<ins>", wizard.comparison)
        self.assertIn("twice", wizard.comparison)
        wizard.layout = "sides"
        self.assertEqual(
            wizard.comparison.count("o_delivery_side"), 2 * wizard.comparison.count("<tr")
        )
