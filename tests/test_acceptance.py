from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.customer_delivery.core.grant import Granted

from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestAcceptance(DeliveryCase):
    """An acceptance from its number to its conclusion."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.acceptance = cls._create_acceptance(
            project_id=cls.project_standard.id,
            kind_id=cls._acceptance_kind("preliminary").id,
            item_ids=[Command.create({"name": f"Item {number}"}) for number in range(3)],
        ).with_user(cls.delivery_user)

    def _decide(self, *verdicts, items=None):
        for item, verdict in zip(items or self.acceptance.item_ids, verdicts, strict=True):
            item.action_record_verdict("customer", verdict, person_name="Ms Li")

    def _give_to_customer(self, acceptance=None):
        acceptance = acceptance or self.acceptance
        for item in acceptance.item_ids.filtered(lambda item: not item.check_verdict):
            item.action_record_verdict("check", "pass")
        acceptance.action_submit()

    def test_numbers_are_drawn_per_company_in_one_batch(self):
        acceptances = self.env["project.acceptance"].create(
            [
                {"project_id": project.id, "kind_id": self._acceptance_kind("simple").id}
                for project in (self.project_light, self.project_other, self.project_light)
            ]
        )
        first, other, second = acceptances
        self.assertEqual(other.number, "ACC-000001")
        self.assertEqual(other.company_id, self.other_company)
        self.assertEqual(int(second.number[4:]), int(first.number[4:]) + 1)
        self.assertEqual(first.name, "Simple Acceptance")

    def test_a_project_without_delivery_has_no_acceptance(self):
        with self.assertRaisesRegex(ValidationError, "Enable Delivery"):
            self._create_acceptance(project_id=self.project_off.id)

    def test_the_mode_offers_its_kinds(self):
        codes = set(self.acceptance.allowed_kind_ids.mapped("code"))
        self.assertEqual(codes, {"preliminary", "trial", "final"})
        kind = self.project_standard._get_next_acceptance_kind()
        self.assertEqual(kind.code, "trial")

    def test_nobody_writes_state_number_or_conclusion(self):
        for user in (self.delivery_user, self.delivery_manager, self.env.ref("base.user_root")):
            own = self.acceptance.with_user(user)
            for vals in (
                {"state": "signed"},
                {"conclusion": "pass"},
                {"number": "ACC-1"},
                {"content_lock": "none"},
                {"signed_on": "2026-01-01"},
            ):
                with self.subTest(user=user.login, vals=vals), self.assertRaises(AccessError):
                    own.write(vals)
        made = (
            self.env["project.acceptance"]
            .with_context(default_state="signed", default_conclusion="pass")
            .create(
                {
                    "project_id": self.project_light.id,
                    "kind_id": self._acceptance_kind("simple").id,
                }
            )
        )
        self.assertEqual((made.state, made.conclusion), ("draft", False))

    def test_the_customer_is_not_bothered_before_our_own_check(self):
        with self.assertRaisesRegex(UserError, "3 items lack our own check"):
            self.acceptance.action_submit()
        self._give_to_customer()
        self.assertEqual(self.acceptance.state, "customer")
        self.assertTrue(self.acceptance.date_from)

    def test_an_empty_acceptance_is_not_given_to_the_customer(self):
        empty = self._create_acceptance(item_ids=[])
        with self.assertRaisesRegex(UserError, "no items yet"):
            empty.action_submit()

    def test_buttons_and_methods_agree(self):
        acceptance = self.acceptance
        self.assertTrue(acceptance.can_check and acceptance.can_submit)
        self.assertFalse(acceptance.can_conclude or acceptance.can_reopen)
        with self.assertRaisesRegex(UserError, "not possible now"):
            acceptance.action_conclude("pass")
        self._give_to_customer()
        self.assertFalse(acceptance.can_submit)
        self.assertTrue(acceptance.can_conclude and acceptance.can_take_back)
        acceptance.action_take_back()
        self.assertEqual(acceptance.state, "self_check")

    def test_everything_passed_is_proposed_and_concluded_as_passed(self):
        self._give_to_customer()
        self.assertEqual(self.acceptance.proposal, "fail")
        self.assertIn("3 items have no verdict", self.acceptance.proposal_text)
        self._decide("pass", "pass", "na")
        self.assertEqual(self.acceptance.proposal, "pass")
        self.assertEqual(self.acceptance.score, 100.0)
        self.acceptance.action_conclude("pass")
        self.assertRecordValues(
            self.acceptance,
            [
                {
                    "state": "concluded",
                    "conclusion": "pass",
                    "concluded_by_id": self.delivery_user.id,
                }
            ],
        )

    def test_open_issues_make_a_conditional_acceptance_with_owner_and_date(self):
        self._give_to_customer()
        self._decide("pass", "fail", "pass")
        issue = self.acceptance.issue_ids
        self.assertEqual(self.acceptance.proposal, "conditional")
        with self.assertRaisesRegex(UserError, "to be settled"):
            self.acceptance.action_conclude("pass")
        issue.date_deadline = False
        with self.assertRaisesRegex(UserError, "lack a person or a date"):
            self.acceptance.action_conclude("conditional")
        issue.date_deadline = "2030-01-01"
        self.acceptance.action_conclude("conditional")
        self.assertEqual(self.acceptance.conclusion, "conditional")

    def test_a_serious_issue_forbids_acceptance_whoever_decides(self):
        self.acceptance.item_ids[0].severity = "fatal"
        self._give_to_customer()
        self._decide("fail", "pass", "pass")
        for conclusion in ("pass", "conditional"):
            with self.assertRaisesRegex(UserError, "fatal or serious"):
                self.acceptance.with_user(self.delivery_manager).action_conclude(conclusion, "so")
        self.acceptance.action_conclude("fail")
        self.assertEqual(self.acceptance.conclusion, "fail")

    def test_deciding_worse_than_proposed_needs_words(self):
        self._give_to_customer()
        self._decide("pass", "pass", "pass")
        with self.assertRaisesRegex(UserError, "say why"):
            self.acceptance.action_conclude("fail")
        self.acceptance.action_conclude("fail", "The customer wants to see it in the night shift")
        self.assertIn("night shift", self.acceptance.conclusion_note)

    def test_families_count_by_their_weight_and_say_so(self):
        first, second = self.env["project.acceptance.family"].search([], limit=2)
        first.weight, second.weight = 3, 1
        items = self.acceptance.item_ids
        items[0].family_id = first
        items[1:].family_id = second
        self._give_to_customer()
        self._decide("pass", "fail", "fail")
        self.assertEqual(self.acceptance.score, 75.0)
        rows = {row["name"]: row for row in self.acceptance.family_progress}
        self.assertEqual(rows[first.name]["weight"], 3)
        self.assertEqual((rows[first.name]["pass"], rows[second.name]["fail"]), (1, 2))
        families = {row["name"]: row for row in self.acceptance._signoff_payload()[0]["families"]}
        self.assertEqual(families[first.name]["weight"], "3.00")
        self.assertIsNone(families[second.name]["weight"])

    def test_the_limits_of_the_kind_decide(self):
        kind = self._acceptance_kind("preliminary")
        kind.max_minor = 1
        self._give_to_customer()
        self._decide("fail", "fail", "pass")
        self.assertEqual(self.acceptance.proposal, "fail")
        kind.max_minor = 2
        self.assertEqual(self.acceptance.proposal, "conditional")
        kind.min_score = 90
        self.assertIn("90 % are demanded", self.acceptance.proposal_text)

    def test_a_new_round_shows_only_what_failed_and_history_stays(self):
        self._give_to_customer()
        first = self.acceptance.item_ids
        self._decide("pass", "fail", "pass")
        issue = self.acceptance.issue_ids
        self.acceptance.action_begin_round()
        self.assertEqual((self.acceptance.round, self.acceptance.state), (2, "self_check"))
        again = self.acceptance.item_ids.filtered(lambda item: item.round == 2)
        self.assertEqual(again.mapped("name"), ["Item 1"])
        self.assertEqual((again.number, again.previous_id), (first[1].number, first[1]))
        self.assertFalse(again.customer_verdict or again.check_verdict)
        self.assertEqual(first[1].customer_verdict, "fail")
        self.assertEqual(issue.item_id, again)
        with self.assertRaisesRegex(UserError, "later round"):
            first[1].action_record_verdict("customer", "pass", person_name="Ms Li")
        self._give_to_customer()
        self._decide("pass", items=again)
        self.assertEqual(self.acceptance.proposal, "pass")
        self.assertEqual(issue.state, "closed")
        rounds = self.acceptance._get_rounds()
        self.assertEqual(
            [(r["total"], r["pass"], r["fail"]) for r in rounds], [(3, 2, 1), (1, 1, 0)]
        )

    def test_without_a_failure_there_is_no_new_round(self):
        self._give_to_customer()
        self._decide("pass", "pass", "pass")
        with self.assertRaisesRegex(UserError, "nothing to check again"):
            self.acceptance.action_begin_round()

    def test_what_nobody_answered_moves_along_into_the_next_round(self):
        self._give_to_customer()
        self.acceptance.item_ids[0].action_record_verdict("customer", "fail", person_name="Ms Li")
        self.acceptance.action_begin_round()
        in_round = self.acceptance.item_ids.filtered(lambda item: item.round == 2)
        self.assertEqual(sorted(in_round.mapped("name")), ["Item 0", "Item 1", "Item 2"])

    def test_a_waived_item_needs_a_manager_and_a_reason(self):
        item = self.acceptance.item_ids[0]
        with self.assertRaises(AccessError):
            item.action_waive("not built yet")
        as_manager = item.with_user(self.delivery_manager)
        with self.assertRaisesRegex(UserError, "why"):
            as_manager.action_waive(" ")
        as_manager.action_waive("Agreed with Ms Li on the phone")
        self.assertTrue(item.waived)
        with self.assertRaises(AccessError):
            item.write({"waived": False})

    def test_final_acceptance_wants_all_deliverables(self):
        deliverables = self.env["project.deliverable"].create(
            [
                {"name": name, "project_id": self.project_standard.id}
                for name in ("Manual", "Source code")
            ]
        )
        final = self._create_acceptance(
            project_id=self.project_standard.id,
            kind_id=self._acceptance_kind("final").id,
            deliverable_ids=[Command.set(deliverables[:1].ids)],
        ).with_user(self.delivery_user)
        self._give_to_customer(final)
        final.item_ids.action_record_verdict("customer", "pass", person_name="Ms Li")
        self.assertEqual(final.proposal, "fail")
        self.assertIn("1 deliverables are neither", final.proposal_text)
        deliverables[1].with_user(self.delivery_manager).action_waive("Escrow instead")
        self.assertEqual(final.proposal, "pass")
        final.action_conclude("pass")
        self.assertEqual(str(final.warranty_from), str(final.date_to))
        self.assertTrue(final.warranty_to)

    def test_agreed_content_is_locked_through_every_door(self):
        self._give_to_customer()
        self._decide("pass", "pass", "pass")
        self.acceptance.action_conclude("pass")
        deliverable = self.env["project.deliverable"].create(
            {"name": "Manual", "project_id": self.project_standard.id}
        )
        acceptance = self.acceptance.with_user(self.delivery_manager)
        acceptance.deliverable_ids = deliverable
        acceptance._signoff_agree()
        item = acceptance.item_ids[0]
        for vals in (
            {"place": "Elsewhere"},
            {"warranty_to": "2099-01-01"},
            {"item_ids": [Command.create({"name": "More"})]},
            {"item_ids": [Command.update(item.id, {"weight": 3})]},
            {
                "issue_ids": [
                    Command.create({"name": "Late", "project_id": acceptance.project_id.id})
                ]
            },
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                acceptance.write(vals)
        with self.assertRaises(UserError):
            deliverable.with_user(self.delivery_manager).version = "2"
        with self.assertRaises(UserError):
            item.action_record_verdict("customer", "fail", person_name="Ms Li")
        with self.assertRaises(UserError):
            item.write(Granted(customer_verdict="fail"))
        acceptance.notes = "<p>Free</p>"
        acceptance.user_id = self.delivery_user

    def test_an_acceptance_that_has_begun_is_not_deleted(self):
        self.acceptance.action_start_check()
        with self.assertRaisesRegex(UserError, "stays readable"):
            self.acceptance.unlink()
        item = self.acceptance.item_ids[0]
        item.action_record_verdict("check", "pass")
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            item.unlink()

    def test_a_practice_project_is_deleted_whole(self):
        project = self._create_project(user_id=self.delivery_manager.id)
        project.action_enable_delivery(self.mode_light.id, practice=True)
        requirement = self._create_requirement(project_id=project.id)
        acceptance = self._create_acceptance(project_id=project.id, item_ids=[])
        self.env["project.deliverable"].create({"name": "X", "project_id": project.id})
        acceptance.action_generate()
        acceptance.item_ids[0].action_record_verdict("customer", "fail", person_name="Ms Li")
        project.with_user(self.delivery_manager).unlink()
        self.assertFalse((acceptance.exists(), requirement.exists()) == (acceptance, requirement))
        self.assertFalse(acceptance.exists())

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_customers_reach_nothing_by_themselves(self):
        for user in (self.portal_a, self.portal_b):
            for record in (self.acceptance, self.acceptance.item_ids[0]):
                with (
                    self.subTest(user=user.login, model=record._name),
                    self.assertRaises(AccessError),
                ):
                    record.with_user(user).read(["name"])
            with self.assertRaises(AccessError):
                self.acceptance.item_ids[0].with_user(user).action_record_verdict(
                    "customer", "pass"
                )
            for method in ("action_submit", "action_begin_round", "action_generate"):
                with self.assertRaises(AccessError):
                    getattr(self.acceptance.with_user(user), method)()
