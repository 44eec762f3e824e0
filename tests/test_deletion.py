"""Deleting asks what it should, whatever the caller's context says."""

from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .signoff_common import SignoffCase

MODULE = "odoo.addons.customer_delivery"
# what Odoo puts into the context while it removes an addon
REMOVING = {"_force_unlink": True}


@tagged("post_install", "-at_install")
class TestDeletion(SignoffCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.requirement = cls._create_complete_requirement(project_id=cls.project_standard.id)
        cls.milestone = cls.env["project.milestone"].create(
            {
                "name": "Handed over",
                "project_id": cls.project_standard.id,
                "delivery_acceptance_kind_id": cls._acceptance_kind("final").id,
            }
        )

    def _get_guards(self, model):
        """Return the names of the methods of ours that may refuse a deletion."""
        return [
            name
            for cls in model.mro()
            if cls.__module__.startswith(MODULE)
            for name, value in vars(cls).items()
            if getattr(value, "_ondelete", None) is False
        ]

    def test_every_model_that_refuses_deletions_asks_in_every_context(self):
        mixin = self.env.registry["delivery.kept.mixin"]
        guarded = {
            name: model
            for name, model in self.env.registry.items()
            if not model._abstract and self._get_guards(model)
        }
        self.assertGreater(len(guarded), 25)
        careless = [name for name, model in guarded.items() if not issubclass(model, mixin)]
        self.assertFalse(careless)

    def test_what_is_used_is_not_deleted_by_a_key_of_the_context(self):
        self.requirement.type_id = self.env["project.requirement.type"].create({"name": "Used"})
        self._send(self._create_package())
        flow = self.env.ref("customer_delivery.signoff_flow_confirm_standard")
        used = (
            self.mode_standard,
            flow,
            self.requirement.priority_id,
            self.requirement.type_id,
            self.requirement.stage_id,
            self.project_standard,
            self.requirement,
        )
        for record in used:
            for raised in (False, True):
                with (
                    self.subTest(model=record._name, sudo=raised),
                    mute_logger("odoo.sql_db"),
                    self.assertRaises(UserError) as caught,
                    self.env.cr.savepoint(),
                ):
                    own = record.with_user(self.delivery_manager).sudo(raised)
                    own.with_context(**REMOVING).unlink()
                # in words, not by the database
                self.assertNotIn("psycopg2", str(caught.exception))
                self.assertTrue(record.exists())

    def test_a_milestone_with_its_gate_is_not_deleted_by_a_key_of_the_context(self):
        self.project_standard.user_id = self.delivery_user
        own = self.milestone.with_user(self.delivery_user)
        with self.assertRaisesRegex(AccessError, "final acceptance"):
            own.with_context(**REMOVING).unlink()
        self.assertTrue(self.milestone.exists())
        overrides = self.env["project.milestone.override"]
        before = overrides.search_count([])
        self.milestone.with_user(self.delivery_manager).with_context(**REMOVING).unlink()
        self.assertEqual(overrides.search_count([]), before + 1)

    def test_who_recorded_evidence_is_not_deleted_by_a_key_of_the_context(self):
        self._send(self._create_package(), self.delivery_manager)
        administrator = self._create_user("administrator", "base.group_system")
        with self.assertRaisesRegex(UserError, "keep their author"):
            self.delivery_manager.with_user(administrator).with_context(**REMOVING).unlink()

    def test_only_the_system_itself_is_believed_to_remove_an_addon(self):
        asked = []

        def guard(records):
            asked.append(records.env.uid)

        guard._ondelete = False
        types = self.env["project.requirement.type"]
        self.patch(self.env.registry[types._name], "_ondelete_methods", [guard])
        manager = self.delivery_manager
        for user, raised in ((manager, False), (manager, True), (SUPERUSER_ID, True)):
            record = types.create({"name": "Printed"})
            record.with_user(user).sudo(raised).with_context(**REMOVING).unlink()
        self.assertEqual(asked, [manager.id, manager.id])
