"""Handing on what one is asked: instead of oneself, before, after."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .signoff_common import SignoffCase


@tagged("post_install", "-at_install")
class TestSignoffForward(SignoffCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls._create_flow(
            {"user_ids": [Command.set(cls.project_user.ids)], "rule": "all"},
            {"user_ids": [Command.set(cls.delivery_user.ids)]},
        )

    def setUp(self):
        super().setUp()
        self.package = self._create_package()
        self.row = self._send(self.package)
        self.slot = self._pending(self.row, self.project_user)

    def _hand_on(self, slot, user, how="instead", by=None, reason="Knows the label printer"):
        slot.with_user(by or slot.user_id).action_forward(user.id, reason, how=how)

    def _asked(self):
        return self._pending(self.row).user_id

    # === WHAT HAPPENS === #

    def test_a_colleague_decides_instead(self):
        self._hand_on(self.slot, self.internal)
        self.assertEqual(self.slot.state, "void")
        fresh = self._pending(self.row)
        self.assertRecordValues(
            fresh,
            [
                {
                    "user_id": self.internal.id,
                    "origin": "forward",
                    "replaces_slot_id": self.slot.id,
                    "handed_by": self.project_user.name,
                    "hand_reason": "Knows the label printer",
                }
            ],
        )
        with self.assertRaisesRegex(UserError, "does not wait"):
            self._decide(self.slot)
        self._decide(fresh)
        self.assertEqual(self._asked(), self.delivery_user)

    def test_one_who_is_asked_before_answers_and_it_comes_back(self):
        self._hand_on(self.slot, self.internal, "before")
        self.assertEqual((self.slot.state, self._asked()), ("later", self.internal))
        with self.assertRaisesRegex(UserError, "does not wait"):
            self._decide(self.slot)
        self._decide(self._pending(self.row), comment="Fine with the printer")
        self.assertEqual(self._asked(), self.project_user)
        # what was said before is there to be read, also for who reads no other decision
        answers = self.env["signoff.slot.answer"].with_user(self.project_user)
        answer = answers.create({"slot_id": self.slot.id})
        self.assertEqual(answer.said_before, f"{self.internal.name}: Agreed. Fine with the printer")
        self._decide(self.slot)
        self.assertEqual(self._asked(), self.delivery_user)

    def test_one_who_is_asked_after_must_agree_as_well(self):
        self._hand_on(self.slot, self.internal, "after")
        self.assertEqual(self._asked(), self.project_user)
        self._decide(self.slot)
        self.assertEqual(self._asked(), self.internal)
        self.assertEqual(self.row.step_ids.mapped("state"), ["open"])
        self._decide(self._pending(self.row))
        self.assertEqual(self._asked(), self.delivery_user)

    def test_a_refusal_of_one_who_was_added_is_a_refusal(self):
        self._hand_on(self.slot, self.internal, "before")
        self._decide(self._pending(self.row), "reject", comment="Wrong printer")
        self.assertEqual((self.row.state, self.row.end_reason), ("rejected", "Wrong printer"))
        self.assertEqual(self.package.signoff_state, "returned")
        self.assertEqual(self.slot.state, "void")

    def test_a_round_that_ends_asks_nobody_later(self):
        self._hand_on(self.slot, self.internal, "after")
        self.package.with_user(self.delivery_manager).action_withdraw_signoff("A slip")
        self.assertEqual(set(self.row.slot_ids.mapped("state")), {"void"})

    def test_withdrawing_goes_back_along_the_chain(self):
        self._hand_on(self.slot, self.internal, "after")
        self._decide(self.slot)
        self.slot.with_user(self.project_user).action_withdraw_decision("Too fast")
        self.assertEqual(self._asked(), self.project_user)
        self._decide(self.slot)
        self._decide(self._pending(self.row))
        with self.assertRaisesRegex(UserError, "decided after you"):
            self.slot.with_user(self.project_user).action_withdraw_decision("Again")

    def test_whoever_was_added_adds_and_is_replaced_too(self):
        self._hand_on(self.slot, self.internal, "before")
        added = self._pending(self.row)
        self._hand_on(added, self.delivery_manager, "after")
        added.with_user(self.delivery_manager).action_replace(
            self.auditor.partner_id.id, "On leave"
        )
        self.assertEqual(self._asked(), self.auditor)
        order = []
        while (slot := self._pending(self.row)) and slot.step_name == "Step 1":
            order.append(slot.user_id)
            self._decide(slot)
        self.assertEqual(order, [self.auditor, self.delivery_manager, self.project_user])
        self.assertEqual(self._asked(), self.delivery_user)

    def test_who_hands_a_project_over_is_not_asked_later_either(self):
        self._hand_on(self.slot, self.internal, "before")
        self.project_standard.with_user(self.delivery_manager).action_hand_over(
            self.project_user.id, self.delivery_user.id, reason="Leaves"
        )
        self.assertEqual(self._asked(), self.internal)
        self._decide(self._pending(self.row))
        self.assertEqual(self._asked(), self.delivery_user)

    def test_the_others_of_the_step_are_not_disturbed(self):
        self.flow.step_ids.sorted()[0].user_ids = self.project_user | self.delivery_manager
        package = self._create_package(name="V2.0")
        self.row = self._send(package)
        self._hand_on(self._pending(self.row, self.project_user), self.internal, "before")
        self._decide(self._pending(self.row, self.delivery_manager))
        self.assertEqual(self._asked(), self.internal)
        self._decide(self._pending(self.row))
        self._decide(self._pending(self.row))
        self.assertEqual(self._asked(), self.delivery_user)

    def test_another_round_asks_those_of_the_flow(self):
        first, second = self.flow.step_ids.sorted()
        second.write({"reject_policy": "step", "reject_step_id": first.id})
        package = self._create_package(name="V2.0")
        self.row = self._send(package)
        self._hand_on(self._pending(self.row), self.internal, "before")
        for verdict in ("approve", "approve", "reject"):
            self._decide(self._pending(self.row), verdict, comment="Because")
        self.row = package.signoff_round_id.sudo()
        self.assertEqual((self.row.number, self._asked()), (2, self.project_user))

    # === WHO MAY === #

    def test_who_is_not_asked_hands_nothing_on(self):
        for user in (self.internal, self.delivery_manager, self.portal_a, self.portal_b):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._hand_on(self.slot, self.auditor, by=user)
        self.assertEqual(self._asked(), self.project_user)

    def test_the_author_is_not_added_where_he_may_not_decide(self):
        self.flow.bars_author = True
        package = self._create_package(name="V2.0")
        slot = self._pending(self._send(package))
        for how in ("instead", "before", "after"):
            with self.subTest(how=how), self.assertRaisesRegex(UserError, "may not decide"):
                self._hand_on(slot, self.delivery_manager, how)

    def test_neither_strangers_nor_those_who_are_asked_already(self):
        gone = self._create_user("gone", "base.group_user")
        gone.active = False
        for how in ("instead", "before", "after"):
            for user in (self.portal_a, self.other_user, gone, self.project_user):
                with self.subTest(how=how, user=user.login), self.assertRaises(UserError):
                    self._hand_on(self.slot, user, how)
        with self.assertRaisesRegex(UserError, "reason"):
            self._hand_on(self.slot, self.internal, reason="  ")
        with self.assertRaises(UserError):
            self._hand_on(self.slot, self.internal, how="nowhere")
        self.assertEqual(self._asked(), self.project_user)

    def test_what_the_customer_is_asked_is_his_own(self):
        self._decide(self.slot)
        self._decide(self._pending(self.row))
        package = self._create_package(self.project_light, name="V3.0")
        slot = self._pending(self._send(package))
        self.assertEqual(slot.partner_id, self.contact_a)
        for user in (self.portal_a, self.delivery_manager):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._hand_on(slot, self.internal, by=user)

    def test_who_stands_in_hands_on_and_is_asked_for_whom_was_added(self):
        self.env["signoff.delegation"].create(
            [
                {
                    "user_id": self.internal.id,
                    "delegate_id": self.auditor.id,
                    "date_to": "2099-12-31",
                },
                {
                    "user_id": self.project_user.id,
                    "delegate_id": self.delivery_manager.id,
                    "date_to": "2099-12-31",
                },
            ]
        )
        stand_in = self._pending(self.row, self.delivery_manager)
        self.assertEqual(stand_in.on_behalf_slot_id, self.slot)
        self._hand_on(stand_in, self.internal, "before")
        self.assertEqual(self._asked(), self.internal | self.auditor)
        decision = self._decide(self._pending(self.row, self.auditor))
        self.assertEqual(decision.on_behalf_of, self.internal.name)
        self.assertEqual(self._asked(), self.project_user | self.delivery_manager)

    def test_whoever_only_comments_adds_nobody(self):
        self._create_flow(
            {"user_ids": [Command.set(self.internal.ids)]},
            {"user_ids": [Command.set(self.project_user.ids)], "kind": "comment", "sequence": 1},
            mode=self.mode_light,
        )
        slot = self._pending(
            self._send(self._create_package(self.project_light)), self.project_user
        )
        for how in ("before", "after"):
            with self.assertRaisesRegex(UserError, "only comments"):
                self._hand_on(slot, self.auditor, how)
        self._hand_on(slot, self.auditor)
        self.assertEqual(slot.state, "void")

    # === SCREENS === #

    def test_the_dialog_hands_on_and_the_note_is_read(self):
        answer = (
            self.env["signoff.slot.answer"]
            .with_user(self.project_user)
            .create({"slot_id": self.slot.id})
        )
        self.assertTrue(answer.is_ours)
        action = answer.action_hand_on()
        form = Form(
            self.env[action["res_model"]]
            .with_user(self.project_user)
            .with_context(**action["context"])
        )
        form.user_id = self.internal
        form.how = "before"
        form.reason = "Knows the label printer"
        self.assertIn("asked again", form.effect)
        form.save().action_forward()
        mine = self.env["signoff.slot"].with_user(self.internal).get_my_work()["sections"]
        (row,) = mine[0]["rows"]
        self.assertIn("Knows the label printer", row["asked"])
        self.assertEqual(self.slot.progress, "later")
        counts = self.env["signoff.slot"].with_user(self.project_user).get_my_counts()
        self.assertEqual(counts["approve"], 0)

    def test_tasks_follow_whose_turn_it_is(self):
        self._drain_events()
        self.assertEqual(self.slot.activity_id.user_id, self.project_user)
        self._hand_on(self.slot, self.internal, "before")
        self._drain_events()
        added = self._pending(self.row)
        self.assertEqual(added.activity_id.user_id, self.internal)
        self.assertFalse(self.slot.activity_id)
        self._decide(added)
        self._drain_events()
        self.assertEqual(self.slot.activity_id.user_id, self.project_user)
        self.assertFalse(added.activity_id)

    def test_evidence_of_a_chain_verifies(self):
        self._hand_on(self.slot, self.internal, "before")
        self._decide(self._pending(self.row))
        self._decide(self.slot)
        self.assertFalse(self.row._find_problems())
        for slot in self.row.slot_ids:
            self.assertFalse(slot._find_row_problem())
