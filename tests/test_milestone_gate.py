from functools import partial
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import DeliveryCase
from .test_queries import QueryCase


@tagged("post_install", "-at_install")
class TestMilestoneGate(DeliveryCase):
    """A milestone is reached with its acceptance, through every door."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.final = cls._acceptance_kind("final")
        cls.env.ref("project.group_project_milestone").user_ids |= (
            cls.delivery_user | cls.delivery_manager
        )

    def _milestone(self, project=None, user=None, **values):
        milestone = self.env["project.milestone"].create(
            {"name": "Handed over", "project_id": (project or self.project_standard).id, **values}
        )
        return milestone.with_user(user or self.delivery_manager)

    def _accept(self, milestone, kind=None, conclusion="pass"):
        """Have the milestone accepted and signed, without the way there."""
        acceptance = self._create_acceptance(
            project_id=milestone.project_id.id,
            kind_id=(kind or self.final).id,
            milestone_id=milestone.id,
        )
        item = acceptance.item_ids
        item.action_record_verdict("check", "pass")
        acceptance.action_submit()
        item.action_record_verdict("customer", "pass", person_name="Ms Li")
        acceptance.action_conclude(conclusion, "As agreed")
        acceptance._signoff_agree()
        acceptance._sign("2026-01-01")
        return acceptance

    # === BLOCK === #

    def test_the_milestone_of_final_acceptance_waits_for_it_through_every_door(self):
        milestone = self._milestone(delivery_acceptance_kind_id=self.final.id)
        hostile = {
            "default_is_reached": True,
            "tracking_disable": True,
            "install_mode": True,
            "delivery_granted": True,
        }
        copies = [milestone, milestone.with_context(**hostile), milestone.sudo()]
        copies.append(milestone.with_user(self.env.ref("base.user_root")))
        for own in copies:
            for door in (
                partial(own.toggle_is_reached, True),
                partial(own.write, {"is_reached": True}),
                partial(own.write, {"name": "Renamed", "is_reached": True}),
                partial(own.update, {"is_reached": True}),
                partial(
                    own.project_id.write,
                    {"milestone_ids": [Command.update(own.id, {"is_reached": True})]},
                ),
            ):
                with self.subTest(door=str(door)), self.assertRaisesRegex(UserError, "no signed"):
                    door()
                self.assertFalse(milestone.is_reached)
                self.assertEqual(milestone.name, "Handed over")

    def test_creating_it_reached_is_no_door_either(self):
        milestones = self.env["project.milestone"].with_user(self.delivery_manager)
        values = {
            "name": "Handed over",
            "project_id": self.project_standard.id,
            "delivery_acceptance_kind_id": self.final.id,
        }
        with self.assertRaisesRegex(UserError, "no signed acceptance"):
            milestones.create({**values, "is_reached": True})
        with self.assertRaisesRegex(UserError, "no signed acceptance"):
            milestones.with_context(default_is_reached=True).create(values)
        with self.assertRaisesRegex(UserError, "no signed acceptance"):
            self.project_standard.with_user(self.delivery_manager).write(
                {"milestone_ids": [Command.create({**values, "is_reached": True})]}
            )

    def test_strict_mode_blocks_every_milestone(self):
        milestone = self._milestone(self.project_strict)
        with self.assertRaisesRegex(UserError, "no signed acceptance"):
            milestone.toggle_is_reached(True)

    def test_taking_it_to_a_project_without_delivery_and_back_is_no_way_round(self):
        milestone = self._milestone(self.project_strict)
        milestone.project_id = self.project_off
        milestone.is_reached = True
        with self.assertRaisesRegex(UserError, "no signed acceptance"):
            milestone.project_id = self.project_strict

    def test_who_is_no_manager_neither_changes_its_kind_nor_deletes_it(self):
        milestone = self._milestone(
            user=self.delivery_user, delivery_acceptance_kind_id=self.final.id
        )
        milestone = milestone.with_user(self._milestone_admin())
        with self.assertRaisesRegex(AccessError, "Only a delivery manager"):
            milestone.delivery_acceptance_kind_id = self._acceptance_kind("fat")
        with self.assertRaisesRegex(AccessError, "Only a delivery manager"):
            milestone.unlink()

    def test_a_manager_who_takes_the_gate_away_leaves_evidence(self):
        kept, gone = [
            self._milestone(name=name, delivery_acceptance_kind_id=self.final.id)
            for name in ("Kept", "Deleted")
        ]
        kept.delivery_acceptance_kind_id = False
        gone.unlink()
        overrides = self.env["project.milestone.override"].search(
            [("project_id", "=", self.project_standard.id)], order="id"
        )
        self.assertRecordValues(
            overrides,
            [
                {
                    "milestone_id": kept.id,
                    "milestone_name": "Kept",
                    "author_id": self.delivery_manager.id,
                    "reason": "No longer reached with the final acceptance",
                },
                {
                    "milestone_id": False,
                    "milestone_name": "Deleted",
                    "author_id": self.delivery_manager.id,
                    "reason": "Milestone deleted",
                },
            ],
        )
        for override in overrides:
            self.assertIn("no signed acceptance", override.missing)

    def test_an_import_is_no_door_either(self):
        milestone = self._milestone(delivery_acceptance_kind_id=self.final.id)
        milestone.env["ir.model.data"].sudo()._update_xmlids(
            [{"xml_id": "__import__.gated", "record": milestone}]
        )
        self.env.flush_all()
        outcome = milestone.load(["id", "is_reached"], [["__import__.gated", "True"]])
        self.assertFalse(outcome["ids"])
        self.assertIn("no signed", str(outcome["messages"]))
        self.env.invalidate_all()
        self.assertFalse(milestone.is_reached)
        outcome = milestone.load(
            ["name", "project_id/.id", "delivery_acceptance_kind_id/.id", "is_reached"],
            [["New", str(self.project_standard.id), str(self.final.id), "True"]],
        )
        self.assertFalse(outcome["ids"])

    def test_who_shares_a_project_reaches_no_milestone(self):
        """A collaborator of project sharing, and a customer who is a party: neither has a door."""
        milestone = self._milestone()
        project = self.project_standard
        project.privacy_visibility = "portal"
        project.collaborator_ids = [Command.create({"partner_id": self.contact_a.id})]
        for user in (self.portal_a, self.portal_b, self.internal):
            own = milestone.with_user(user)
            for door in (
                partial(own.toggle_is_reached, True),
                partial(own.write, {"is_reached": True}),
                partial(own.action_override_gate, "Now"),
                partial(own.unlink),
                partial(own.create, {"name": "x", "project_id": project.id, "is_reached": True}),
            ):
                with (
                    self.subTest(user=user.login, door=str(door)),
                    mute_logger(
                        "odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule"
                    ),
                    self.assertRaises(AccessError),
                ):
                    door()
        self.assertFalse(milestone.is_reached)

    def _milestone_admin(self):
        """A project manager of Odoo's own without a role in delivery."""
        return self._create_user("project_admin", "project.group_project_manager")

    def test_an_acceptance_marks_its_milestone(self):
        milestone = self._milestone()
        acceptance = self._create_acceptance(
            project_id=self.project_standard.id, kind_id=self.final.id, milestone_id=milestone.id
        )
        self.assertEqual(milestone.delivery_acceptance_kind_id, self.final)
        acceptance.milestone_id = False
        with self.assertRaisesRegex(UserError, "no signed acceptance"):
            milestone.toggle_is_reached(True)

    # === OPEN === #

    def test_a_signed_acceptance_opens_it(self):
        milestone = self._milestone(delivery_acceptance_kind_id=self.final.id)
        acceptance = self._accept(milestone)
        milestone.toggle_is_reached(True)
        self.assertTrue(milestone.is_reached)
        self.assertFalse(milestone.delivery_missing)
        # saving it again asks nothing, also when the acceptance counts no more
        acceptance.with_user(self.delivery_manager).sudo()._revoke("Wrong list")
        milestone.invalidate_recordset()
        self.assertIn("no signed acceptance", milestone.delivery_missing)
        milestone.write({"is_reached": True})
        self.assertTrue(milestone.is_reached)

    def test_an_acceptance_of_another_kind_or_not_passed_does_not(self):
        milestone = self._milestone(delivery_acceptance_kind_id=self.final.id)
        self._accept(milestone, kind=self._acceptance_kind("fat"))
        with self.assertRaisesRegex(UserError, "Final Acceptance"):
            milestone.toggle_is_reached(True)
        self._accept(milestone, conclusion="fail")
        with self.assertRaisesRegex(UserError, "Final Acceptance"):
            milestone.toggle_is_reached(True)

    def test_every_must_requirement_can_be_demanded(self):
        must = self.env.ref("customer_delivery.project_requirement_priority_must")
        requirement = self._create_requirement(
            project_id=self.project_strict.id, priority_id=must.id
        )
        milestone = self._milestone(self.project_strict, delivery_coverage_required=True)
        acceptance = self._accept(milestone, kind=self._acceptance_kind("fat"))
        with self.assertRaisesRegex(UserError, "every must requirement passed: 0 %"):
            milestone.toggle_is_reached(True)
        acceptance.item_ids.flush_recordset()
        self.env.cr.execute(
            "UPDATE project_acceptance_item SET requirement_id = %s WHERE id = %s",
            [requirement.id, acceptance.item_ids.id],
        )
        self.env.invalidate_all()
        self.assertEqual(requirement.acceptance_result, "passed")
        self.assertEqual(self.project_strict.delivery_coverage, 100)
        milestone.toggle_is_reached(True)

    # === WARN AND NONE === #

    def test_standard_mode_warns_about_other_milestones(self):
        milestone = self._milestone()
        milestone.toggle_is_reached(True)
        self.assertTrue(milestone.is_reached)
        self.assertIn("no signed acceptance", str(milestone.message_ids.mapped("body")))
        self.env.cr.precommit.run()
        told = self.env["bus.bus"].sudo().search([("message", "like", "no signed acceptance")])
        self.assertTrue(told)
        asked = self.project_standard.activity_ids
        self.assertEqual(asked.user_id, self.project_standard.user_id)
        self.assertIn("Handed over", asked.summary)
        # once, however often it is reached
        milestone.toggle_is_reached(False)
        milestone.toggle_is_reached(True)
        self.assertEqual(len(self.project_standard.activity_ids), 1)

    def test_what_is_not_delivered_is_named(self):
        milestone = self._milestone(delivery_acceptance_kind_id=self.final.id)
        self._accept(milestone)
        manual = self.env["project.deliverable"].create(
            {
                "name": "Operating manual",
                "project_id": self.project_standard.id,
                "milestone_id": milestone.id,
            }
        )
        with self.assertRaisesRegex(UserError, "not delivered yet: Operating manual"):
            milestone.toggle_is_reached(True)
        manual.action_deliver()
        milestone.toggle_is_reached(True)
        self.assertTrue(milestone.is_reached)

    def test_light_mode_and_off_ask_nothing(self):
        for project in (self.project_light, self.project_off):
            milestone = self._milestone(project, delivery_acceptance_kind_id=self.final.id)
            milestone.toggle_is_reached(True)
            self.assertTrue(milestone.is_reached)
            milestone.unlink()

    # === OVERRIDE === #

    def test_a_manager_lets_it_through_with_a_reason_that_is_evidence(self):
        milestone = self._milestone(delivery_acceptance_kind_id=self.final.id)
        with self.assertRaises(AccessError):
            milestone.with_user(self._milestone_admin()).action_override_gate("Now")
        with self.assertRaisesRegex(UserError, "say why"):
            milestone.action_override_gate(" ")
        milestone.action_override_gate("The director signed on paper, scan follows")
        self.assertTrue(milestone.is_reached)
        override = milestone.delivery_override_ids
        self.assertRecordValues(
            override,
            [
                {
                    "milestone_name": "Handed over",
                    "author_name": "delivery_manager",
                    "reason": "The director signed on paper, scan follows",
                }
            ],
        )
        self.assertIn("no signed acceptance", override.missing)
        for user in (self.delivery_manager, self.env.ref("base.user_root")):
            with self.assertRaises(AccessError):
                override.with_user(user).write({"reason": "x"})
            with self.assertRaises(UserError):
                override.with_user(user).unlink()
        # once: reached again it needs another reason
        milestone.is_reached = False
        with self.assertRaisesRegex(UserError, "no signed acceptance"):
            milestone.is_reached = True

    def test_a_practice_project_goes_with_its_overrides(self):
        project = self._create_project(user_id=self.delivery_manager.id)
        project.action_enable_delivery(self.project_standard.delivery_mode_id.id, practice=True)
        self._milestone(project, delivery_acceptance_kind_id=self.final.id).action_override_gate(
            "Practice"
        )
        override = self.env["project.milestone.override"].search([("project_id", "=", project.id)])
        self.assertTrue(override)
        project.with_user(self.delivery_manager).unlink()
        self.assertFalse(override.exists())

    def test_the_dialog_asks_for_the_reason(self):
        milestone = self._milestone(delivery_acceptance_kind_id=self.final.id)
        action = milestone.action_ask_override()
        wizard = (
            self.env["project.acceptance.words"]
            .with_user(self.delivery_manager)
            .with_context(**action["context"])
            .create({"words": "Invoice is due"})
        )
        self.assertIn("reason is kept", wizard.question)
        wizard.action_apply()
        self.assertTrue(milestone.is_reached)
        wizard.method = "unlink"
        with self.assertRaisesRegex(UserError, "not possible here"):
            wizard.action_apply()


@tagged("post_install", "-at_install")
class TestGateCostsNothingWhenOff(QueryCase):
    def test_milestones_of_projects_that_are_off_cost_no_query_more(self):
        """The same calls with and without our hooks, as the roles that make them."""
        model = self.env.registry["project.milestone"]
        thread = self.env.registry["mail.thread"]

        def cost(user):
            milestones = self._env_of(user)["project.milestone"]
            values = {"name": "M", "project_id": self.project_off.id}
            milestone = milestones.create(values)
            calls = {
                "reach": lambda: milestone.toggle_is_reached(True),
                "open": lambda: milestone.write({"is_reached": False}),
                "create": lambda: milestones.create(dict(values)),
            }
            counts = {}
            # twice: caches of the registry are warm in daily life
            for _round in range(2):
                for name, call in calls.items():
                    self.env.flush_all()
                    self.env.invalidate_all()
                    with self._queries() as texts:
                        call()
                    counts[name] = len(texts)
            return counts

        for user in (self.project_user, self.delivery_manager):
            with_hooks = cost(user)
            with patch.multiple(model, write=thread.write, create=thread.create):
                without = cost(user)
            with self.subTest(user=user.login):
                self.assertEqual(with_hooks, without)
