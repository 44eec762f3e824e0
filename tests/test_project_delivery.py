"""Projects: mode, practice, company of the documents, contract, reminder."""

from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests.common import freeze_time, tagged
from odoo.tools import mute_logger

from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestDeliveryMode(DeliveryCase):
    def test_existing_projects_are_off_and_show_nothing(self):
        self.assertFalse(self.project_off.delivery_mode_id)
        buttons = self.project_off.with_user(self.delivery_manager)._get_stat_buttons()
        self.assertNotIn("action_view_requirements", [button["action"] for button in buttons])
        with self.assertRaises(UserError):
            self._create_requirement(project_id=self.project_off.id)
        with self.assertRaises(UserError):
            self.env["delivery.channel"]._for_project(self.project_off)

    def test_the_mode_moves_by_its_button_alone(self):
        for values in (
            {"delivery_mode_id": self.mode_strict.id},
            {"delivery_mode_id": False},
            {"delivery_practice": True},
        ):
            for user in (self.delivery_manager, self.env.ref("base.user_admin")):
                with self.subTest(values=values, user=user.login), self.assertRaises(UserError):
                    self.project_light.with_user(user).write(values)
            with self.assertRaises(UserError):
                self.project_light.sudo().write(values)

    def test_who_may_enable_delivery(self):
        self.project_off.user_id = self.delivery_user
        for user in (self.project_user, self.auditor):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.project_off.with_user(user).action_enable_delivery(self.mode_light.id)
        with self.assertRaises(AccessError):
            self.project_other.with_user(self.delivery_manager).action_enable_delivery(
                self.mode_light.id
            )
        self.project_off.with_user(self.delivery_user).action_enable_delivery(self.mode_light.id)
        self.assertEqual(self.project_off.delivery_mode_id, self.mode_light)
        foreign = self._create_project(user_id=self.delivery_manager.id)
        with self.assertRaises(AccessError):
            foreign.with_user(self.delivery_user).action_enable_delivery(self.mode_light.id)

    def test_hostile_arguments_and_context_enable_nothing(self):
        project = self.project_off.with_user(self.delivery_manager).with_context(
            default_delivery_practice=True, default_delivery_mode_id=self.mode_strict.id
        )
        for mode_id in ("x", [1], {"id": 1}, -1, True, 10**12, 1.5):
            with self.subTest(mode_id=mode_id), self.assertRaises(UserError):
                project.action_enable_delivery(mode_id)
        project.action_enable_delivery(self.mode_light.id)
        self.assertEqual(self.project_off.delivery_mode_id, self.mode_light)
        self.assertFalse(self.project_off.delivery_practice)
        archived = self.mode_strict.copy({"code": "old", "active": False})
        with self.assertRaisesRegex(UserError, "archived"):
            project.action_enable_delivery(archived.id)

    def test_raising_is_free_lowering_needs_a_manager_and_a_reason(self):
        self.project_light.user_id = self.delivery_user
        user = self.project_light.with_user(self.delivery_user)
        user.action_enable_delivery(self.mode_strict.id)
        for lower in (self.mode_light.id, self.mode_standard.id, False):
            with self.assertRaisesRegex(UserError, "Only a delivery manager"):
                user.action_enable_delivery(lower, reason="Because")
            manager = self.project_light.with_user(self.delivery_manager)
            for reason in ("", "   ", None, False):
                with self.assertRaisesRegex(UserError, "say why"):
                    manager.action_enable_delivery(lower, reason=reason)
        manager.action_enable_delivery(self.mode_light.id, reason="<b>Small job</b>")
        self.assertEqual(self.project_light.delivery_mode_id, self.mode_light)
        self.assertIn("&lt;b&gt;Small job", self.project_light.message_ids[0].body)

    def test_lowering_touches_nothing_that_was_agreed(self):
        agreed = self._create_agreed_requirement(project_id=self.project_strict.id)
        tested = self._create_agreed_requirement(project_id=self.project_strict.id)
        tested.action_move_to_stage(self._stage("done").id)
        draft = self._create_requirement(project_id=self.project_strict.id)
        draft.action_move_to_stage(self._stage("review").id)
        revisions = (agreed | tested).mapped("content_rev")
        self.project_strict.with_user(self.delivery_manager).action_enable_delivery(
            self.mode_light.id, reason="Smaller than thought"
        )
        self.assertEqual((agreed | tested).mapped("content_rev"), revisions)
        self.assertEqual((agreed | tested).mapped("content_lock"), ["agreed", "agreed"])
        self.assertEqual(agreed.stage_id, self._stage("confirmed"))
        self.assertEqual(tested.stage_id, self._stage("confirmed"), "nearest meaning")
        self.assertEqual(draft.stage_id, self._stage("open"))
        for requirement in agreed | tested:
            with self.assertRaisesRegex(UserError, "has been confirmed"):
                requirement.with_user(self.delivery_user).name = "Other"

    def test_raising_protects_what_was_agreed_before(self):
        agreed = self._create_agreed_requirement()
        self.assertFalse(agreed.content_locked)
        self.project_light.action_enable_delivery(self.mode_strict.id)
        self.assertTrue(agreed.content_locked)

    def test_editing_a_mode_does_not_open_what_was_agreed(self):
        agreed = self._create_agreed_requirement(project_id=self.project_strict.id)
        self.mode_strict.lock_strength = "flag"
        with self.assertRaisesRegex(UserError, "has been confirmed"):
            agreed.name = "Other"

    def test_requirements_are_found_by_mode(self):
        strict = self._create_requirement(project_id=self.project_strict.id)
        pool = self._create_requirement(project_id=False)
        model = self.env["project.requirement"]
        ids = (strict | pool).ids
        found = model.search([("mode_id", "=", self.mode_strict.id), ("id", "in", ids)])
        self.assertEqual(found, strict)
        found = model.search([("mode_id.code", "=", "light"), ("id", "in", ids)])
        self.assertEqual(found, pool, "the lightest mode is that of the pool")
        found = model.search([("mode_id", "!=", self.mode_strict.id), ("id", "in", ids)])
        self.assertEqual(found, pool)


@tagged("post_install", "-at_install")
class TestPracticeAndDeletion(DeliveryCase):
    def test_a_practice_project_is_deleted_whole(self):
        project = self._create_project()
        project.action_enable_delivery(self.mode_strict.id, practice=True)
        self._create_agreed_requirement(project_id=project.id)
        self._create_requirement(project_id=project.id).active = False
        self._create_party(project, self.contact_a)
        sections = self.env["project.requirement.section"]
        top = sections.create({"name": "Top", "project_id": project.id})
        sections.create({"name": "In", "project_id": project.id, "parent_id": top.id})
        channel = self._create_channel(project_id=project.id, alias_name="practice")
        alias = channel.alias_id
        self.assertTrue(alias)
        project.with_user(self.delivery_manager).unlink()
        self.assertFalse(project.exists() or channel.exists() or alias.exists())
        self.assertFalse(
            self.env["project.requirement"]
            .with_context(active_test=False)
            .search_count([("project_id", "=", project.id)])
        )

    def test_a_project_administrator_deletes_a_practice_project_too(self):
        administrator = self._create_user("project_admin", "project.group_project_manager")
        project = self._create_project()
        project.action_enable_delivery(self.mode_light.id, practice=True)
        self._create_agreed_requirement(project_id=project.id)
        project.with_user(administrator).unlink()
        self.assertFalse(project.exists())

    def test_a_project_with_documents_is_not_deleted(self):
        self._create_requirement().active = False
        channel = self._create_channel(project_id=self.project_light.id)
        for user in (self.delivery_manager, self.env.ref("base.user_admin")):
            with self.assertRaisesRegex(UserError, "Archive the project"):
                self.project_light.with_user(user).unlink()
        self.assertTrue(channel.exists())
        self.project_off.unlink()
        self.assertFalse(self.project_off.exists())

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_a_practice_project_is_not_deleted_by_just_anybody(self):
        project = self._create_project()
        project.action_enable_delivery(self.mode_light.id, practice=True)
        requirement = self._create_requirement(project_id=project.id)
        for user in (self.delivery_user, self.project_user, self.auditor, self.other_manager):
            with self.assertRaises(AccessError):
                project.with_user(user).unlink()
        self.assertTrue(requirement.exists())

    def test_practice_is_chosen_before_the_first_document(self):
        self._create_requirement()
        with self.assertRaisesRegex(UserError, "cannot become a practice project"):
            self.project_light.action_enable_delivery(self.mode_light.id, practice=True)

    def test_a_copied_project_takes_no_documents_along(self):
        self._create_agreed_requirement()
        self._create_channel(project_id=self.project_light.id)
        copy = self.project_light.with_user(self.delivery_manager).copy()
        self.assertEqual(copy.delivery_mode_id, self.mode_light)
        self.assertFalse(copy.delivery_practice)
        self.assertFalse(copy.delivery_party_ids, "nobody gets to read a copy unasked")
        for model in ("project.requirement", "delivery.channel"):
            self.assertFalse(self.env[model].search([("project_id", "=", copy.id)]))

    def test_a_template_makes_projects_that_use_delivery(self):
        self._create_requirement()
        shared = self._create_project(company_id=False)
        shared.action_enable_delivery(self.mode_standard.id, company_id=self.company.id)
        for origin in (self.project_light, shared):
            template = origin.with_user(self.delivery_manager).copy({"is_template": True})
            made = template.action_create_from_template({"name": "From template"})
            self.assertEqual(made.delivery_mode_id, origin.delivery_mode_id)
            self.assertFalse(made.is_template)
            requirement = self._create_requirement(project_id=made.id)
            self.assertEqual(requirement.company_id, self.company)


@tagged("post_install", "-at_install")
class TestDocumentCompany(DeliveryCase):
    def test_a_project_with_documents_keeps_its_company(self):
        self._create_requirement()
        for values in ({"company_id": self.other_company.id}, {"company_id": False}):
            with self.subTest(values=values), self.assertRaisesRegex(UserError, "stays in that"):
                self.project_light.sudo().write(values)
        self.project_standard.sudo().company_id = False  # nothing there yet

    def test_a_shared_project_asks_whose_documents(self):
        shared = self._create_project(company_id=False)
        self.delivery_manager.company_ids |= self.other_company
        manager = shared.with_user(self.delivery_manager)
        with self.assertRaisesRegex(UserError, "Choose whose documents"):
            manager.action_enable_delivery(self.mode_light.id)
        with self.assertRaisesRegex(UserError, "Choose whose documents"):
            manager.action_enable_delivery(self.mode_light.id, company_id=10**6)
        manager.action_enable_delivery(self.mode_light.id, company_id=self.other_company.id)
        requirement = self._create_requirement(project_id=shared.id)
        self.assertEqual(requirement.company_id, self.other_company)
        with self.assertRaisesRegex(UserError, "stays in that"):
            shared.delivery_company_id = self.company
        shared.company_id = self.other_company  # the same one, said otherwise

    def test_documents_of_a_project_that_lost_its_company_are_not_guessed(self):
        self.project_light.sudo().company_id = False
        with self.assertRaisesRegex(UserError, "Choose whose documents"):
            self._create_requirement()


@tagged("post_install", "-at_install")
class TestContract(DeliveryCase):
    def test_the_contract_block_is_saved_by_who_runs_the_project(self):
        self.project_light.user_id = self.delivery_user
        values = {
            "delivery_contract_no": "C-1",
            "delivery_contract_amount": 1000,
            "delivery_contract_state": "ahead",
        }
        self.project_light.with_user(self.delivery_user).action_save_contract(values)
        self.assertEqual(self.project_light.delivery_contract_no, "C-1")
        for user in (self.project_user, self.auditor):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.project_light.with_user(user).action_save_contract(values)
        manager = self.project_light.with_user(self.delivery_manager)
        for hostile in (
            None,
            [],
            "x",
            {"name": "Renamed"},
            {"delivery_mode_id": self.mode_strict.id},
            {"delivery_practice": True},
            {"user_id": 1},
        ):
            with self.subTest(values=hostile), self.assertRaises(UserError):
                manager.action_save_contract(hostile)

    def test_the_amount_is_for_delivery_users(self):
        self.project_light.delivery_contract_amount = 5
        for user in (self.internal, self.project_user):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.project_light.with_user(user).read(["delivery_contract_amount"])

    def test_working_ahead_is_counted_in_days(self):
        with freeze_time("2025-03-10 12:00:00"):
            self.project_light.write(
                {"delivery_contract_state": "ahead", "delivery_ahead_since": "2025-03-01"}
            )
            self.assertEqual(self.project_light.delivery_ahead_days, 9)
            self.project_light.delivery_contract_state = "signed"
            self.assertEqual(self.project_light.delivery_ahead_days, 0)


@tagged("post_install", "-at_install")
class TestReminder(DeliveryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type = cls.env.ref("customer_delivery.mail_activity_type_ahead")
        cls.ahead = cls.project_light | cls.project_standard | cls.project_strict
        cls.ahead.write(
            {
                "delivery_contract_state": "ahead",
                "delivery_ahead_since": fields.Date.subtract(fields.Date.today(), days=8),
            }
        )

    def _run(self, batch_size=100, stop_after=None):
        """Run the cron as its own code would, counting the commits it asks for."""
        commits = []

        def commit_progress(cron, processed=0, *, remaining=None, deactivate=False):
            self.env.flush_all()
            commits.append((processed, remaining))
            return 0 if len(commits) == stop_after else 60

        with patch.object(self.env.registry["ir.cron"], "_commit_progress", commit_progress):
            self.env["project.project"]._cron_remind_working_ahead(batch_size=batch_size)
        return commits

    def _reminders(self):
        return self.env["mail.activity"].search([("activity_type_id", "=", self.type.id)])

    def test_one_reminder_each_however_often_it_runs(self):
        self._run()
        self._run()
        reminders = self._reminders()
        self.assertEqual(sorted(reminders.mapped("res_id")), sorted(self.ahead.ids))
        self.assertEqual(reminders.user_id, self.delivery_manager)
        self.assertIn("8 days", reminders[0].note)
        reminders.filtered(lambda r: r.res_id == self.project_light.id).action_done()
        self._run()
        self.assertEqual(len(self._reminders()), 3, "the next week's")

    def test_a_run_that_stops_midway_goes_on_where_it_stopped(self):
        commits = self._run(batch_size=2, stop_after=1)
        self.assertEqual(commits, [(1, 2)])
        self.assertEqual(len(self._reminders()), 1)
        commits = self._run(batch_size=1)
        self.assertEqual(commits, [(1, 1), (1, 0)])
        self.assertEqual(len(self._reminders()), 3)

    def test_one_project_that_its_manager_cannot_open_stops_nobody(self):
        self.project_light.privacy_visibility = "followers"
        self.project_light.message_partner_ids = False
        self.project_light.user_id = self.delivery_user
        self.project_light.message_unsubscribe(self.delivery_user.partner_id.ids)
        self.project_standard.user_id.active = True
        self._run()
        self.assertEqual(
            sorted(self._reminders().mapped("res_id")),
            sorted((self.ahead - self.project_light).ids),
        )

    def test_only_projects_that_use_delivery_are_reminded(self):
        self.project_off.write({"delivery_contract_state": "ahead"})
        self.project_standard.delivery_contract_state = "signed"
        self.project_strict.active = False
        self._run()
        self.assertEqual(self._reminders().mapped("res_id"), self.project_light.ids)
        self.assertEqual(
            self.env.ref("customer_delivery.ir_cron_working_ahead").interval_type, "weeks"
        )
