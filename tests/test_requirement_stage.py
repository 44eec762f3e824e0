"""One method decides every move between stages, whichever door it came through."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests.common import tagged

from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestRequirementStage(DeliveryCase):
    def setUp(self):
        super().setUp()
        self.new = self._create_complete_requirement(
            project_id=self.project_standard.id, criterion_ids=[]
        ).with_user(self.delivery_user)

    def _doors(self, records, stage):
        """Yield (name, call) of every way to bring records into a stage."""
        yield "write", lambda: records.write({"stage_id": stage.id})
        yield "action", lambda: records.action_move_to_stage(stage.id)
        yield "kanban drag", lambda: records.web_save({"stage_id": stage.id}, {"stage_id": {}})
        yield "multi edit", lambda: records.web_save_multi([{"stage_id": stage.id}], {})
        yield "assignment", lambda: setattr(records, "stage_id", stage)
        yield "sudo", lambda: records.sudo().write({"stage_id": stage.id})
        yield (
            "context",
            lambda: records.with_context(
                default_stage_id=stage.id, import_file=True, tracking_disable=True
            ).write({"stage_id": stage.id}),
        )

    def test_no_door_skips_a_stage(self):
        for door, move in self._doors(self.new, self._stage("confirmed")):
            with self.subTest(door=door), self.assertRaisesRegex(UserError, "cannot move from"):
                move()
            self.assertEqual(self.new.stage_id, self._stage("new"))

    def test_no_door_opens_a_stage_of_another_mode(self):
        for door, move in self._doors(self.new, self._stage("analysis")):
            with (
                self.subTest(door=door),
                self.assertRaisesRegex(UserError, "does not use this stage"),
            ):
                move()

    def test_no_door_forgets_mandatory_fields(self):
        """A requirement without a criterion does not go to the customer."""
        for door, move in self._doors(self.new, self._stage("customer")):
            with (
                self.subTest(door=door),
                self.assertRaisesRegex(UserError, "Please fill in: Acceptance Criteria"),
            ):
                move()
        self.new.criterion_ids = [Command.create({"name": "It can be seen"})]
        self.new.action_move_to_stage(self._stage("customer").id)
        self.assertEqual(self.new.stage_id, self._stage("customer"))

    def test_the_message_names_every_requirement_that_lacks_something(self):
        other = self._create_requirement(project_id=self.project_standard.id, name="Other")
        with self.assertRaises(UserError) as caught:
            (self.new | other.with_user(self.delivery_user)).write(
                {"stage_id": self._stage("customer").id}
            )
        self.assertIn(self.new.number, str(caught.exception))
        self.assertIn(other.number, str(caught.exception))

    def test_an_empty_editor_fills_nothing(self):
        for empty in ("<p><br></p>", "<p> </p>", "<p>&nbsp;</p>", "<ul><li></li></ul>"):
            requirement = self._create_complete_requirement(
                project_id=self.project_standard.id, description=empty
            )
            with self.subTest(html=empty), self.assertRaisesRegex(UserError, "Description"):
                requirement.action_move_to_stage(self._stage("customer").id)

    def test_the_type_asks_for_more(self):
        performance = self.env.ref("customer_delivery.project_requirement_type_performance")
        requirement = self._create_complete_requirement(
            project_id=self.project_standard.id, type_id=performance.id, indicator_ids=[]
        )
        with self.assertRaisesRegex(UserError, "Performance Indicators"):
            requirement.action_move_to_stage(self._stage("customer").id)

    def test_creation_begins_at_the_beginning(self):
        requirements = self.env["project.requirement"].with_user(self.delivery_user)
        vals = {"name": "New", "project_id": self.project_standard.id}
        self.assertEqual(requirements.create(vals).stage_id, self._stage("new"))
        wanted = self._stage("confirmed")
        for door, create in (
            ("create", lambda: requirements.create({**vals, "stage_id": wanted.id})),
            (
                "kanban column",
                lambda: requirements.with_context(default_stage_id=wanted.id).create(vals),
            ),
            (
                "with the way it was said",
                lambda: requirements.create({**vals, "stage_id": wanted.id, "said_via": "phone"}),
            ),
            ("web_save", lambda: requirements.web_save({**vals, "stage_id": wanted.id}, {})),
        ):
            with self.subTest(door=door), self.assertRaisesRegex(UserError, "cannot move from"):
                create()
        result = requirements.load(
            ["name", "project_id/.id", "stage_id/.id"],
            [["New", str(self.project_standard.id), str(wanted.id)]],
        )
        self.assertFalse(result["ids"])
        review = self._stage("review")
        made = requirements.with_context(default_stage_id=review.id).create(vals)
        self.assertEqual(made.stage_id, review)

    def test_no_next_stage_means_any(self):
        self._stage("new").next_ids = False
        self.new.criterion_ids = [Command.create({"name": "It can be seen"})]
        self.new.action_move_to_stage(self._stage("customer").id)
        self.assertEqual(self.new.stage_id, self._stage("customer"))

    def test_a_hold_skips_nothing_and_forgets_nothing(self):
        hold, confirmed = self._stage("hold"), self._stage("confirmed")
        self.new.criterion_ids = [Command.create({"name": "It can be seen"})]
        self.new.action_move_to_stage(hold.id)
        with self.assertRaises(UserError):
            self.new.action_move_to_stage(confirmed.id)
        self.new.action_move_to_stage(self._stage("new").id)
        agreed = self._create_agreed_requirement(project_id=self.project_standard.id)
        agreed.action_move_to_stage(hold.id)
        agreed.action_move_to_stage(confirmed.id)
        self.assertEqual(agreed.stage_id, confirmed)
        self.assertFalse(agreed.paused_stage_id)

    def test_an_entry_condition_holds(self):
        stage = self._stage("review")
        stage.write({"entry_domain": "[('effort', '>', 0)]", "entry_message": "Estimate it first."})
        with self.assertRaisesRegex(UserError, "Estimate it first"):
            self.new.action_move_to_stage(stage.id)
        self.new.write({"effort": 2, "stage_id": stage.id})
        self.assertEqual(self.new.stage_id, stage)

    def test_an_entry_condition_must_be_a_filter(self):
        for wrong in (
            "[('no_such_field', '=', 1)]",
            "[(",
            "__import__('os')",
            "5",
            "'name'",
            "[('name', 'no such operator', 1)]",
            "{'a': 1}",
        ):
            with self.subTest(domain=wrong), self.assertRaises(ValidationError):
                self._stage("review").entry_domain = wrong

    def test_a_stage_may_be_for_a_group(self):
        stage = self._stage("review")
        stage.group_ids = self.env.ref("customer_delivery.group_delivery_manager")
        for door, move in self._doors(self.new, stage):
            if door != "sudo":  # code that has become the superuser has done its own checks
                with self.subTest(door=door), self.assertRaisesRegex(AccessError, "Only members"):
                    move()
        self.new.with_user(self.delivery_manager).action_move_to_stage(stage.id)
        self.assertEqual(self.new.stage_id, stage)

    def test_hostile_stage_ids_are_refused(self):
        for value in (0, -1, 10**12, "1", "x", [1], {"id": 1}, True, 1.5):
            with self.subTest(value=value), self.assertRaises(UserError):
                self.new.action_move_to_stage(value)
            with self.subTest(value=value, door="write"), self.assertRaises(UserError):
                self.new.write({"stage_id": value})
        archived = self._stage("tested")
        self.mode_standard.requirement_stage_ids |= archived
        archived.active = False
        with self.assertRaises(UserError):
            self.new.action_move_to_stage(archived.id)

    def test_the_last_first_stage_of_a_mode_stays(self):
        for values in ({"active": False}, {"kind": "done"}):
            with self.assertRaises(UserError):
                self._stage("open").write(values)
        with self.assertRaises(UserError):
            self.mode_light.requirement_stage_ids = self._stage("confirmed")

    def test_used_configuration_is_not_deleted(self):
        for record in (
            self.new.stage_id,
            self.new.type_id,
            self.new.priority_id,
            self.mode_standard,
        ):
            with self.subTest(record=record), self.assertRaisesRegex(UserError, "Archive it"):
                record.sudo().unlink()

    def test_moving_a_thousand_costs_no_query_each(self):
        counts = []
        for size in (3, 30):
            requirements = self.env["project.requirement"].create(
                [
                    {
                        "name": f"Requirement {number}",
                        "project_id": self.project_standard.id,
                        "description": "<p>What</p>",
                        "priority_id": self.new.priority_id.id,
                        "requester_id": self.contact_a.id,
                        "criterion_ids": [Command.create({"name": "It can be seen"})],
                    }
                    for number in range(size)
                ]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            requirements.with_user(self.delivery_user).action_move_to_stage(
                self._stage("customer").id
            )
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1, counts)
