from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..core.grant import Granted
from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestAcceptanceGeneration(DeliveryCase):
    """The checklist made of what was promised."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project_standard.user_id = cls.delivery_user
        must = cls.env.ref("customer_delivery.project_requirement_priority_must").id
        wont = cls.env.ref("customer_delivery.project_requirement_priority_wont").id
        cls.requirement = cls._create_requirement(
            name="Print labels",
            project_id=cls.project_standard.id,
            priority_id=must,
            criterion_ids=[
                Command.create({"name": "A label comes out"}),
                Command.create(
                    {"name": "It comes quickly", "kind": "performance", "target": "≤ 3 s"}
                ),
            ],
            indicator_ids=[
                Command.create(
                    {
                        "name": "Labels",
                        "operator": "between",
                        "target": 10,
                        "target_max": 20,
                        "unit": "1/min",
                    }
                )
            ],
        )
        cls.bare = cls._create_requirement(
            name="Reprint labels", project_id=cls.project_standard.id, priority_id=must
        )
        cls.left_out = cls._create_requirement(
            name="Colour labels", project_id=cls.project_standard.id, priority_id=wont
        )
        cls.acceptance = cls._create_acceptance(
            project_id=cls.project_standard.id,
            kind_id=cls._acceptance_kind("fat").id,
            item_ids=[],
        ).with_user(cls.delivery_user)

    def _publish(self, name):
        return self.project_standard.with_user(self.delivery_user).action_publish_baseline(
            name, "customer"
        )

    def _texts(self):
        return self.acceptance.item_ids.mapped("name")

    def test_items_come_from_criteria_indicators_and_titles(self):
        self.acceptance.action_generate()
        items = {item.name: item for item in self.acceptance.item_ids}
        self.assertEqual(
            set(items), {"A label comes out", "It comes quickly", "Labels", "Reprint labels"}
        )
        self.assertEqual(items["A label comes out"].kind, "pass")
        self.assertEqual(items["A label comes out"].criterion_id, self.requirement.criterion_ids[0])
        quick = items["It comes quickly"]
        self.assertEqual(
            (quick.kind, quick.operator, quick.target, quick.unit), ("measure", "<=", 3, "s")
        )
        self.assertEqual(quick.family_id.criterion_kind, "performance")
        self.assertEqual(items["Labels"].target_text, "10 … 20 1/min")
        self.assertEqual(items["Reprint labels"].source, "requirement")
        self.assertEqual(sorted(self.acceptance.item_ids.mapped("number")), [1, 2, 3, 4])

    def test_items_say_what_the_customer_was_given_to_confirm(self):
        self._publish("V1.0")
        self.requirement.criterion_ids[0].name = "Two labels come out"
        self.acceptance.action_generate()
        self.assertIn("A label comes out", self._texts())
        self.assertNotIn("Two labels come out", self._texts())
        item = self.acceptance.item_ids.filtered(lambda item: item.name == "A label comes out")
        self.assertEqual(item.requirement_version, 1)
        self.assertEqual(item.version_id, self.requirement.current_version_id)

    def test_generating_again_adds_only_what_is_missing(self):
        self._publish("V1.0")
        first = self.acceptance.action_generate()
        self.assertEqual(first["added"], 4)
        self.assertEqual(self.acceptance.action_generate(), {"added": 0, "outdated": 0})
        kept = self.acceptance.item_ids[0]
        kept.action_record_verdict("check", "pass")
        self.requirement.criterion_ids[0].name = "Two labels come out"
        self._publish("V2.0")
        self.assertEqual(self.acceptance.action_generate(), {"added": 1, "outdated": 1})
        old = self.acceptance.item_ids.filtered("outdated")
        self.assertEqual((old.name, old.requirement_version), ("A label comes out", 1))
        new = self.acceptance.item_ids.filtered(lambda item: item.name == "Two labels come out")
        self.assertEqual(new.requirement_version, 2)
        self.assertEqual(self.acceptance.action_generate(), {"added": 0, "outdated": 1})

    def test_what_is_signed_counts_before_what_was_only_sent(self):
        signed = self._publish("V1.0")
        signed.sudo().write(Granted(signoff_state="approved"))
        self.requirement.criterion_ids[0].name = "Two labels come out"
        self._publish("V2.0")
        self.assertEqual(self.acceptance._get_baseline(), signed)
        self.acceptance.action_generate()
        self.assertIn("A label comes out", self._texts())
        self.assertNotIn("Two labels come out", self._texts())

    def test_what_changes_brought_since_the_baseline_is_checked_too(self):
        self._publish("V1.0").sudo().write(Granted(signoff_state="approved"))
        self.acceptance.action_generate()
        added = self._create_requirement(
            name="Print in the dark", project_id=self.project_standard.id
        )
        self.requirement.criterion_ids[0].name = "Two labels come out"
        for requirement in self.requirement | added:
            requirement.action_save_version("Change in effect")
            requirement.sudo()._set_confirmed_version(requirement.current_version_id)
        self.assertEqual(self.acceptance.action_generate(), {"added": 2, "outdated": 1})
        items = {item.name: item for item in self.acceptance.item_ids}
        self.assertTrue(items["A label comes out"].outdated)
        self.assertEqual(items["Two labels come out"].requirement_version, 2)
        self.assertEqual(items["Print in the dark"].version_id, added.current_version_id)

    def test_a_void_baseline_and_an_internal_one_do_not_count(self):
        baseline = self._publish("V1.0")
        self.project_standard.with_user(self.delivery_user).action_publish_baseline("V1.1")
        self.assertEqual(self.acceptance._get_baseline(), baseline)
        baseline.with_user(self.delivery_manager).action_void("wrong")
        self.assertFalse(self.acceptance._get_baseline())

    def test_templates_and_deliverables_give_items_in_the_language_of_the_document(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        template = self.env.ref("customer_delivery.project_acceptance_template_simple")
        template.item_ids[0].with_context(lang="zh_CN").name = "约定的功能日常可用"
        self.project_standard.delivery_lang = "zh_CN"
        deliverable = self.env["project.deliverable"].create(
            {"name": "操作手册", "version": "V1", "project_id": self.project_standard.id}
        )
        self.acceptance.kind_id = self._acceptance_kind("simple")
        self.acceptance.deliverable_ids = deliverable
        self.acceptance.action_generate()
        self.assertIn("约定的功能日常可用", self._texts())
        by_source = self.acceptance.item_ids.grouped("source")
        self.assertEqual(by_source["deliverable"].deliverable_id, deliverable)
        self.assertEqual(len(by_source["template"]), 5)

    def test_strict_mode_demands_evidence(self):
        acceptance = self._create_acceptance(
            project_id=self.project_strict.id,
            kind_id=self._acceptance_kind("simple").id,
            item_ids=[],
        )
        acceptance.action_generate()
        self.assertTrue(all(acceptance.item_ids.mapped("evidence_required")))

    def test_the_scope_of_a_milestone_takes_what_is_linked_to_it(self):
        milestone = self.env["project.milestone"].create(
            {"name": "FAT", "project_id": self.project_standard.id}
        )
        self.env["project.requirement.link"].create(
            {"requirement_id": self.bare.id, "milestone_id": milestone.id}
        )
        self.acceptance.write({"scope": "milestone", "milestone_id": milestone.id})
        self.acceptance.action_generate()
        self.assertEqual(self._texts(), ["Reprint labels"])

    def test_nothing_to_check_is_said(self):
        empty = self._create_acceptance(
            project_id=self.project_strict.id,
            kind_id=self._acceptance_kind("fat").id,
            item_ids=[],
        )
        with self.assertRaisesRegex(UserError, "nothing to check"):
            empty.action_generate()

    def test_items_of_a_family_stand_together_in_the_order_of_the_document(self):
        self.acceptance.kind_id = self._acceptance_kind("golive")
        self.acceptance.action_generate()
        families = self.acceptance.item_ids.mapped("family_id.sequence")
        self.assertEqual(
            [item.family_id.sequence for item in self.acceptance.item_ids],
            sorted(item.family_id.sequence for item in self.acceptance.item_ids),
        )
        self.assertGreater(len(families), 3)

    def test_queries_do_not_grow_with_the_requirements(self):
        def generate(count):
            project = self._create_project(mode=self.mode_light, user_id=self.delivery_user.id)
            self.env["project.requirement"].create(
                [
                    {
                        "name": f"R {number}",
                        "project_id": project.id,
                        "criterion_ids": [Command.create({"name": f"C {number}"})],
                    }
                    for number in range(count)
                ]
            )
            project.with_user(self.delivery_user).action_publish_baseline("V1", "customer")
            acceptance = self._create_acceptance(project_id=project.id, item_ids=[])
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            acceptance.with_user(self.delivery_user).action_generate()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        generate(2)
        # an environment that has been collected reads its user once more
        self.assertLessEqual(generate(60), generate(5) + 1)
