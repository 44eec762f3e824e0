from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .change_common import ChangeCase

QUIET = ("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule", "odoo.sql_db")


@tagged("post_install", "-at_install")
class TestChange(ChangeCase):
    """A change as those use it who ask for it, assess it and carry it out."""

    # === ASKING === #

    def test_one_line_is_enough_to_save(self):
        change = self.changes.create({"name": "CSV export too", "project_id": self.project.id})
        self.assertRegex(change.number, r"^CHG-\d{6}$")
        self.assertEqual(change.stage_id, self._change_stage("draft"))
        self.assertEqual(change.type_id, self._change_type("normal"))
        self.assertEqual(change.partner_id, self.customer_a)
        self.assertEqual(change.company_id, self.company)

    def test_a_change_needs_a_project_that_uses_delivery(self):
        with self.assertRaisesRegex(UserError, "project"):
            self.changes.create({"name": "Nowhere"})
        with self.assertRaisesRegex(ValidationError, "does not use delivery"):
            self.changes.create({"name": "x", "project_id": self.project_off.id})

    def test_submitting_names_what_is_missing(self):
        change = self.changes.create({"name": "CSV too", "project_id": self.project.id})
        with self.assertRaisesRegex(UserError, "Reason.*Content"):
            change.action_submit()
        change.write({"reason": "<p><br></p>", "content": "<p>CSV</p>"})
        with self.assertRaisesRegex(UserError, "Reason"):
            change.action_submit()
        change.reason = "<p>Their tool reads CSV.</p>"
        change.action_submit()
        self.assertEqual(change.stage_id, self._change_stage("assess"))
        self.assertTrue(change.date_submitted)

    def test_please_assess_is_a_valid_expectation(self):
        change = self._create_change(please_assess=False)
        with self.assertRaisesRegex(UserError, "Expected Impact"):
            change.action_submit()
        change.expected_impact = "<p>One week.</p>"
        change.action_submit()
        other = self._create_change(please_assess=True)
        other.action_submit()
        self.assertEqual(other.stage_id, self._change_stage("assess"))

    def test_dragging_the_card_asks_for_the_same(self):
        change = self.changes.create({"name": "CSV too", "project_id": self.project.id})
        with self.assertRaisesRegex(UserError, "Reason"):
            change.stage_id = self._change_stage("assess")
        change.write({"reason": "<p>x</p>", "content": "<p>y</p>"})
        change.stage_id = self._change_stage("assess")
        self.assertEqual(len(change.impact_ids), 5)

    def test_what_needs_a_decision_is_reached_by_no_other_way(self):
        change = self._assess(self._create_change())
        for code in ("approve", "implement", "verify", "closed", "rejected", "hold", "withdrawn"):
            with self.subTest(stage=code), self.assertRaises(UserError):
                change.stage_id = self._change_stage(code)
        self.assertEqual(change.stage_id, self._change_stage("assess"))

    def test_a_change_stays_in_its_project(self):
        change = self._create_change()
        with self.assertRaisesRegex(UserError, "stays in its project"):
            change.project_id = self.project_strict
        with self.assertRaisesRegex(ValidationError, "own project"):
            change.write(
                {"line_ids": [Command.create({"requirement_id": self._create_requirement().id})]}
            )

    def test_what_was_submitted_is_not_deleted(self):
        draft, submitted = self._create_change(), self._create_change()
        submitted.action_submit()
        draft.unlink()
        with self.assertRaisesRegex(UserError, "Withdraw"):
            submitted.unlink()

    def test_who_records_what_a_customer_said_is_noted(self):
        change = self._create_change(said_via="phone", requester_id=self.contact_a.id)
        self.assertEqual(change.origin, "recorded")
        self.assertEqual(change.recorded_by_id, self.delivery_user)
        self.assertEqual(change.party_id.partner_id, self.contact_a)
        with self.assertRaisesRegex(UserError, "stays"):
            change.said_via = "mail"

    # === LINES === #

    def test_a_line_proposes_what_stands_there_until_it_is_edited(self):
        line = self._create_change(self.confirmed).line_ids
        self.assertEqual(line.name, "Print one label")
        self.assertEqual(line.criterion_ids.mapped("name"), ["It can be seen"])
        self.assertEqual(line.base_number, 1)
        self.assertIn("Nothing changed", line.summary)
        line.write({"name": "Print two labels"})
        self.assertEqual(line.summary, "Title")
        self.assertIn("<ins>two labels</ins>", line.redline)
        self.assertEqual(self.confirmed.name, "Print one label")

    def test_criteria_of_the_proposal_are_part_of_the_before_and_after(self):
        line = self._create_change(self.confirmed).line_ids
        line.criterion_ids = [Command.create({"name": "Both can be read", "target": "2 m"})]
        self.assertIn("Both can be read", line.redline)
        self.assertIn("Criteria", line.summary)

    def test_added_and_removed_requirements_are_shown_as_a_whole(self):
        change = self._create_change()
        change.line_ids = [
            Command.create({"action": "add", "name": "Reprint", "description": "<p>Again</p>"}),
            Command.create({"action": "remove", "requirement_id": self.confirmed.id}),
        ]
        added, removed = change.line_ids
        self.assertIn("<ins>Reprint</ins>", added.redline)
        self.assertIn("<del>Print one label</del>", removed.redline)
        self.assertIn("Reprint", change.redline)

    def test_a_line_names_a_requirement_or_adds_one(self):
        change = self._create_change(self.confirmed)
        lines = self.env["project.change.line"]
        for values in (
            {"action": "modify"},
            {"action": "add", "requirement_id": self.confirmed.id, "name": "x"},
            {"action": "modify", "requirement_id": self.confirmed.id},
        ):
            with (
                self.subTest(values=values),
                mute_logger(*QUIET),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                lines.create({"change_id": change.id, **values})
        with self.assertRaisesRegex(ValidationError, "title"):
            lines.create({"change_id": change.id, "action": "add"})
        with self.assertRaisesRegex(UserError, "stays with its requirement"):
            other = self._create_requirement(project_id=self.project.id)
            change.line_ids.requirement_id = other

    def test_a_change_begins_at_the_confirmed_requirement(self):
        with self.assertRaisesRegex(UserError, "change request or an erratum"):
            self.confirmed.with_user(self.delivery_user).name = "Print two labels"
        action = self.confirmed.with_user(self.delivery_user).action_start_change()
        change = self.env["project.change"].browse(action["res_id"])
        self.assertEqual(change.line_ids.requirement_id, self.confirmed)
        self.assertEqual(self.confirmed.open_change_count, 1)
        found = self.env["project.requirement"].search(
            [("open_change_count", "!=", 0), ("project_id", "=", self.project.id)]
        )
        self.assertEqual(found, self.confirmed)
        change.with_user(self.delivery_user).action_put_aside("withdrawn", "not needed")
        self.confirmed.invalidate_recordset()
        self.assertEqual(self.confirmed.open_change_count, 0)

    def test_requirements_of_two_projects_make_no_change(self):
        both = self.confirmed | self._create_requirement()
        with self.assertRaisesRegex(UserError, "one project"):
            both.with_user(self.delivery_user).action_start_change()

    # === ASSESSMENT === #

    def test_each_row_is_filled_by_the_one_who_is_asked(self):
        quality = self.env.ref("customer_delivery.project_change_dimension_quality")
        row_of_type = self._change_type("normal").dimension_ids.filtered(
            lambda row: row.dimension_id == quality
        )
        row_of_type.user_id = self.delivery_manager
        change = self._create_change()
        change.action_submit()
        rows = {row.dimension_id: row for row in change.impact_ids}
        self.assertEqual(rows[quality].assessor_id, self.delivery_manager)
        self.assertEqual((change.impact_ids - rows[quality]).assessor_id, self.delivery_user)
        self.assertEqual(change.activity_ids.user_id, self.delivery_manager | self.delivery_user)
        with self.assertRaisesRegex(UserError, "delivery_manager"):
            rows[quality].rating = "high"
        change.action_no_further_impact()
        self.assertEqual(change.assessed_count, 4)
        self.assertEqual(change.activity_ids.user_id, self.delivery_manager)
        self.assertIn("Quality", change._get_assessment_problems()[0])
        rows[quality].with_user(self.delivery_manager).rating = "medium"
        self.assertFalse(change._get_assessment_problems())
        self.assertEqual(rows[quality].assessed_by_id, self.delivery_manager)
        self.assertFalse(change.activity_ids)

    def test_another_assessor_is_named_and_told(self):
        change = self._create_change()
        change.action_submit()
        change.impact_ids[0].assessor_id = self.delivery_manager
        self.assertIn(self.delivery_manager, change.activity_ids.user_id)
        change.impact_ids[0].with_user(self.delivery_manager).rating = "none"
        self.assertTrue(change.impact_ids[0].assessed_at)

    def test_nobody_forges_who_assessed(self):
        change = self._create_change()
        change.action_submit()
        for values in ({"assessed_by_id": self.delivery_manager.id}, {"assessed_at": "2020-01-01"}):
            with self.assertRaises(AccessError):
                change.impact_ids[0].sudo().write(values)

    def test_estimates_are_the_sums_of_the_rows(self):
        change = self._create_change()
        change.action_submit()
        schedule, cost, resource = change.impact_ids[:3]
        schedule.write({"rating": "medium", "delta_days": 2.5})
        cost.write({"rating": "low", "delta_cost": 1200})
        resource.write({"rating": "low", "delta_hours": 12, "delta_days": 0.5})
        self.assertEqual(change.estimated_days, 3)
        self.assertEqual(change.estimated_cost, 1200)
        self.assertEqual(change.estimated_hours, 12)

    def test_risk_is_the_weighted_sum_of_the_answers(self):
        change = self._create_change(kind="major")
        change.action_submit()
        self.assertFalse(change.risk_level)
        self.assertEqual(len(change.answer_ids), 4)
        for answer in change.answer_ids:
            answer.option_id = answer.question_id.option_ids[-1]
        # 2 × 3 + 3 × 2 + 1 × 3 + 2 × 3
        self.assertEqual(change.risk_points, 21)
        self.assertEqual(change.risk_level, "high")
        change.answer_ids.question_id.sudo().write({"weight": 0})
        change.type_id.sudo().risk_high_from = 100
        self.assertEqual(change.risk_points, 21, "an edit of the questions judges nothing anew")
        self.assertEqual(change.risk_level, "high")

    def test_internal_figures_are_for_staff_with_a_delivery_role(self):
        change = self._create_change()
        change.action_submit()
        row = change.impact_ids[1]
        row.write({"rating": "low", "delta_cost": 9, "internal_note": "we lose on it"})
        as_reader = row.with_user(self.project_user)
        for name in ("delta_cost", "delta_hours", "internal_note"):
            with self.subTest(field=name), mute_logger(*QUIET), self.assertRaises(AccessError):
                as_reader.read([name])
        self.assertEqual(as_reader.rating, "low")
        with mute_logger(*QUIET), self.assertRaises(AccessError):
            change.with_user(self.project_user).read(["estimated_cost"])

    # === COMMERCIAL SIDE === #

    def test_free_days_count_once_they_were_granted(self):
        self._approve(self._create_change(billing="free", agreed_days=3))
        self._approve(self._create_change(billing="charged", agreed_days=5, agreed_amount=900))
        self._create_change(billing="free", agreed_days=7)
        self._approve(self._create_change(billing="free", agreed_days=11), "rejected")
        self.project.invalidate_recordset()
        self.assertEqual(self.project.delivery_free_days, 3)
        self.assertEqual(self.project.delivery_change_count, 3)
        by_customer = self.changes._read_group(
            [("commercial_partner_ref_id", "=", self.customer_a.id)],
            [],
            ["free_days:sum", "granted_days:sum"],
        )
        self.assertEqual(by_customer, [(3, 8)])

    def test_the_price_is_in_the_currency_of_the_contract(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.project.action_save_contract({"delivery_currency_id": euro.id})
        self.assertEqual(self._create_change().currency_id, euro)

    # === PUTTING ASIDE === #

    def test_putting_aside_needs_a_reason(self):
        change = self._create_change()
        with self.assertRaisesRegex(UserError, "why"):
            change.action_put_aside("hold", " ")
        change.action_put_aside("hold", "customer on holiday", "2031-05-01")
        self.assertEqual(change.stage_id, self._change_stage("hold"))
        self.assertEqual(str(change.deferred_until), "2031-05-01")
        self.assertIn("customer on holiday", change.message_ids[0].body)
        change.action_reopen()
        self.assertEqual(change.stage_id, self._change_stage("draft"))
        change.action_put_aside("withdrawn", "no longer wanted")
        self.assertTrue(change.date_closed)
        change.action_reopen()
        self.assertEqual(change.stage_id, self._change_stage("draft"))
        self.assertFalse(change.date_closed)

    def test_a_rejected_change_can_be_asked_for_again(self):
        change = self._approve(self._assess(self._create_change()), "rejected")
        self.assertEqual(change.stage_id, self._change_stage("rejected"))
        change.action_reopen()
        self.assertEqual(change.stage_id, self._change_stage("draft"))
        self.assertEqual(change.decision, "none")
        self.assertFalse(change.content_locked)

    def test_a_deferred_change_waits_until_its_day(self):
        change = self._assess(self._create_change())
        change.sudo()._decide("deferred", until=fields.Date.to_date("2031-01-01"))
        self.assertEqual(change.stage_id, self._change_stage("hold"))
        self.assertEqual(str(change.deferred_until), "2031-01-01")

    # === LOCK === #

    def test_what_was_approved_stays_as_it_was_approved(self):
        change = self._create_change(self.confirmed)
        self._approve(self._assess(change))
        self.assertTrue(change.content_locked)
        for values in (
            {"name": "x"},
            {"agreed_days": 9},
            {"reason": "<p>x</p>"},
            {"line_ids": [Command.create({"action": "add", "name": "x"})]},
            {"line_ids": [Command.update(change.line_ids.id, {"name": "x"})]},
            {"impact_ids": [Command.update(change.impact_ids[0].id, {"rating": "high"})]},
        ):
            with self.subTest(values=values), self.assertRaises(UserError):
                change.write(values)
        line = change.line_ids
        for attack in (
            lambda: line.criterion_ids.write({"name": "x"}),
            lambda: line.criterion_ids.unlink(),
            lambda: self.env["project.change.line.criterion"].create(
                {"line_id": line.id, "name": "x"}
            ),
            lambda: line.unlink(),
        ):
            with self.assertRaises(UserError):
                attack()
        change.write({"user_id": self.delivery_manager.id, "notes": "<p>free</p>"})

    def test_control_fields_move_by_buttons_only(self):
        change = self._create_change()
        for values in (
            {"decision": "approved"},
            {"date_applied": "2020-01-01"},
            {"number": "CHG-1"},
            {"origin": "portal"},
            {"date_ratified": "2020-01-01"},
            {"content_lock": "agreed"},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                change.sudo().write(values)
            with self.subTest(values=values), self.assertRaises(AccessError):
                self._create_change(**values)
        with self.assertRaises(AccessError):
            self._create_change(self.confirmed).line_ids.sudo().write({"base_rev": 99})

    # === CARRYING OUT === #

    def test_another_person_verifies_and_says_the_result(self):
        change = self._approve(self._assess(self._create_change(self.confirmed)))
        with self.assertRaisesRegex(UserError, "not in effect"):
            change.action_finish()
        change.action_apply()
        change.action_finish()
        self.assertEqual(change.stage_id, self._change_stage("verify"))
        self.assertEqual(change.implemented_by_id, self.delivery_user)
        with self.assertRaisesRegex(UserError, "effect wanted"):
            change.action_close()
        change.result = "effective"
        with self.assertRaisesRegex(UserError, "another person"):
            change.action_close()
        as_manager = change.with_user(self.delivery_manager)
        as_manager.action_pass_rest()
        as_manager.action_close()
        self.assertEqual(change.stage_id, self._change_stage("closed"))
        self.assertEqual(change.verified_by_id, self.delivery_manager)
        self.assertTrue(change.date_closed)

    def test_conditions_of_the_approval_are_met_before_closing(self):
        change = self._approve(self._assess(self._create_change(self.confirmed)), "conditional")
        self.env["project.change.condition"].create(
            {"change_id": change.id, "name": "Tell the night shift"}
        )
        change.action_apply()
        change.action_finish()
        change.result = "effective"
        as_manager = change.with_user(self.delivery_manager)
        as_manager.action_pass_rest()
        with self.assertRaisesRegex(UserError, "Conditions"):
            as_manager.action_close()
        as_manager.condition_ids.action_met()
        self.assertEqual(change.condition_ids.met_by_id, self.delivery_manager)
        as_manager.action_close()
        self.assertEqual(change.stage_id.kind, "closed")

    def test_actual_effort_is_compared_with_the_estimate(self):
        change = self._assess(self._create_change())
        change.impact_ids[2].write({"delta_hours": 10})
        change.impact_ids[0].write({"delta_days": 2})
        change.impact_ids[1].write({"delta_cost": 1200})
        self._approve(change)
        change.write({"actual_hours": 12.5, "actual_days": 3, "actual_cost": 900})
        self.assertEqual((change.variance_hours, change.variance_hours_percent), (2.5, 25))
        self.assertEqual((change.variance_days, change.variance_days_percent), (1, 50))
        self.assertEqual((change.variance_cost, change.variance_cost_percent), (-300, -25))
        self.assertEqual(change.variance_percent, 25)

    # === FORM === #

    def test_the_form_asks_for_title_and_project_alone(self):
        form = Form(self.changes)
        form.name = "CSV too"
        form.project_id = self.project
        change = form.save()
        self.assertEqual(change.type_id, self._change_type("normal"))

    def test_choosing_a_requirement_fills_in_what_stands_there(self):
        form = Form(self.changes.with_context(default_project_id=self.project.id))
        form.name = "Two labels"
        with form.line_ids.new() as line:
            line.requirement_id = self.confirmed
            self.assertEqual(line.name, "Print one label")
            line.name = "Print two labels"
        change = form.save()
        self.assertEqual(change.line_ids.summary, "Title")
        self.assertEqual(change.line_ids.criterion_ids.criterion_id, self.confirmed.criterion_ids)

    # === PHONE === #

    def test_an_entry_sent_twice_is_one_change(self):
        values = {
            "text": "Stop the belt when the door opens\nsaid at the line at 23:00",
            "client_key": "0d5f2c1e-7a64-4c7e-9a55-3c1f0a2b4c6d",
            "project_id": self.project.id,
            "requester_id": self.contact_a.id,
            "said_via": "site",
            "is_urgent": True,
        }
        first = self.changes.action_quick_entry(**values)
        self.assertEqual(self.changes.action_quick_entry(**values), {**first, "created": False})
        change = self.changes.browse(first["id"])
        self.assertEqual(change.name, "Stop the belt when the door opens")
        self.assertEqual(change.type_id.kind, "urgent")
        self.assertEqual(change.origin, "recorded")
        with mute_logger(*QUIET), self.assertRaises(AccessError):
            self.changes.with_user(self.project_user).action_quick_entry(
                "x", "another-key-of-a-phone", project_id=self.project.id
            )

    # === PROJECT === #

    def test_changes_follow_the_mode_of_their_project(self):
        project = self._create_project(mode=self.mode_light, user_id=self.delivery_user.id)
        change = self._create_change(project_id=project.id)
        self.assertEqual(change.stage_id, self._change_stage("logged"))
        project.action_enable_delivery(self.mode_standard.id)
        self.assertEqual(change.stage_id, self._change_stage("draft"))

    def test_a_project_with_changes_is_not_deleted(self):
        project = self._create_project(mode=self.mode_light)
        self._create_change(project_id=project.id)
        with self.assertRaisesRegex(UserError, "Archive"):
            project.unlink()

    def test_a_practice_project_is_deleted_with_its_changes(self):
        project = self._create_project(user_id=self.delivery_manager.id)
        project = project.with_user(self.delivery_manager)
        project.action_enable_delivery(self.mode_standard.id, practice=True)
        requirement = self._create_agreed_requirement(project_id=project.id)
        change = self._create_change(requirement, project_id=project.id)
        change = self._approve(self._assess(change.with_user(self.delivery_manager)))
        change.line_ids.sudo()._signoff_write_decided({"name": "Other"})
        change.action_apply()
        project.unlink()
        self.assertFalse(change.exists())
        self.assertFalse(requirement.exists())
