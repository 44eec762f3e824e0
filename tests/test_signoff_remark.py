"""A round as a review: remarks on single items, progress, minutes."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tests.common import tagged
from odoo.tools import mute_logger

from .signoff_common import SignoffCase


class RemarkCase(SignoffCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project_standard.user_id = cls.delivery_manager
        for number in range(3):
            cls._create_complete_requirement(
                name=f"Need {number}", project_id=cls.project_standard.id
            )
        cls.baseline = cls.project_standard.action_publish_baseline("Review 1")
        cls.keys = cls.baseline.line_ids.mapped("number")

    def _review(self, *people):
        partners = [
            person.partner_id.id if person._name == "res.users" else person.id for person in people
        ]
        return self._send(self.baseline, reviewer_ids=partners)

    def _mark(self, slot, *marks):
        code = slot.sudo().round_id.snapshot_sha256
        rows = [dict(zip(("key", "verdict", "comment"), mark, strict=False)) for mark in marks]
        return slot.action_remark(rows, code)


@tagged("post_install", "-at_install")
class TestSignoffRemark(RemarkCase):
    def test_a_review_from_its_start_to_its_minutes(self):
        row = self._review(self.internal, self.project_user, self.contact_a)
        mine = self._pending(row, self.internal).with_user(self.internal)
        self.assertEqual([item["key"] for item in mine.get_items()], self.keys)
        progress = self._mark(
            mine, (self.keys[0], "approve"), (self.keys[1], "reject", "Which label?")
        )
        self.assertEqual(progress, {"marked": 2, "total": 3})
        # said again, it counts instead; what was said before stays
        self._mark(mine, (self.keys[1], "comment", "Name the label"))
        self.assertEqual(len(row.remark_ids), 3)
        mine.action_decide("comment", row.snapshot_sha256)
        outside = self._pending(row, self.contact_a)
        outside._remark(
            [{"key": self.keys[2], "verdict": "reject", "comment": "Too late"}],
            "link",
            row.snapshot_sha256,
        )
        said = row.with_user(self.delivery_manager).get_remarks()
        self.assertEqual(said["total"], 3)
        self.assertEqual(
            [[remark["verdict"] for remark in item["remarks"]] for item in said["items"]],
            [["approve"], ["comment"], ["reject"]],
        )
        self.assertEqual(
            {one["name"]: one["marked"] for one in said["people"]},
            {"internal": 2, "project_user": 0, self.contact_a.name: 1, "delivery_manager": 0},
        )
        closing = self._pending(row, self.delivery_manager)
        self._decide(closing)
        self.assertEqual(row.state, "approved")
        self.assertIn("Name the label", row.minutes)
        self.assertIn("Items agreed 1, refused 1, commented 1", self.baseline.message_ids[0].body)
        html = self.env["ir.actions.report"]._render_qweb_html(
            "customer_delivery.signoff_paper_minutes", row.ids
        )[0]
        self.assertIn("Review minutes", html.decode())
        self.assertIn("Too late", html.decode())

    def test_a_review_confirms_nothing_and_locks_nothing(self):
        row = self._review(self.internal)
        requirement = self.baseline.line_ids.requirement_id[:1]
        stage = requirement.stage_id
        self.assertEqual(requirement.content_lock, "none")
        # its author mends it while the others read the version that was sent
        requirement.with_user(self.delivery_user).name = "Better words"
        self._mark(
            self._pending(row, self.internal).with_user(self.internal), (self.keys[0], "approve")
        )
        self._decide(self._pending(row, self.delivery_manager))
        self.assertEqual((row.state, requirement.content_lock), ("approved", "none"))
        self.assertEqual(requirement.stage_id, stage)
        self.assertFalse(requirement.confirmed_version_number)

    def test_reviewers_hold_nobody_up(self):
        row = self._review(self.internal)
        self._decide(self._pending(row, self.delivery_manager))
        self.assertEqual(row.state, "approved")
        self.assertFalse(row.minutes)

    def test_what_was_refused_is_not_agreed_as_a_whole(self):
        package = self._create_package(count=1)
        self._create_flow({"user_ids": [Command.set(self.internal.ids)]})
        row = self._send(package)
        slot = self._pending(row).with_user(self.internal)
        (key,) = package.line_ids.mapped("number")[-1:]
        self._mark(slot, (key, "reject", "No"))
        with self.assertRaisesRegex(UserError, f"You have refused {key}"):
            slot.action_decide("approve", row.snapshot_sha256)
        self._mark(slot, (key, "approve"))
        slot.action_decide("approve", row.snapshot_sha256)
        decision = row.decision_ids
        self.assertTrue(decision.remarks_sha256)
        self.assertFalse(decision._find_problem() or row.remark_ids[0]._find_problem())

    def test_remarks_belong_to_the_proof(self):
        row = self._review(self.internal)
        slot = self._pending(row, self.internal).with_user(self.internal)
        self._mark(slot, (self.keys[0], "reject", "No"))
        slot.action_decide("comment", row.snapshot_sha256)
        self.assertFalse(row._find_problems())
        self.env.cr.execute("ALTER TABLE signoff_remark DISABLE TRIGGER USER")
        self.env.cr.execute("UPDATE signoff_remark SET comment = 'Yes'")
        row.remark_ids.invalidate_recordset()
        self.assertIn("The remark was changed", "".join(row._find_problems()))

    def test_a_mark_says_something(self):
        row = self._review(self.internal)
        slot = self._pending(row, self.internal).with_user(self.internal)
        for mark, message in (
            (("REQ-x", "approve"), "not part of this document"),
            ((self.keys[0], "maybe"), "choose what you say"),
            ((self.keys[0], "reject"), "write down why"),
            ((self.keys[0], "comment", "  "), "write down why"),
        ):
            with self.subTest(mark=mark), self.assertRaisesRegex(UserError, message):
                self._mark(slot, mark)
        with self.assertRaisesRegex(UserError, "list of marks"):
            slot.action_remark("all", row.snapshot_sha256)
        with self.assertRaisesRegex(UserError, "changed since"):
            slot.action_remark([{"key": self.keys[0], "verdict": "approve"}], "0" * 64)
        self.assertFalse(row.remark_ids)
        # a step of comments without any remark wants words
        with self.assertRaisesRegex(UserError, "write your comment"):
            slot.action_decide("comment", row.snapshot_sha256)

    def test_what_is_over_takes_no_remark(self):
        row = self._review(self.internal)
        slot = self._pending(row, self.internal).with_user(self.internal)
        self._decide(self._pending(row, self.delivery_manager))
        with self.assertRaises(UserError):
            self._mark(slot, (self.keys[0], "approve"))

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_nobody_else_remarks_or_reads(self):
        row = self._review(self.internal)
        slot = self._pending(row, self.internal)
        self._mark(slot.with_user(self.internal), (self.keys[0], "approve"))
        for user in (self.project_user, self.delivery_manager, self.auditor, self.portal_a):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._mark(slot.with_user(user), (self.keys[1], "approve"))
        for user in (self.portal_a, self.other_manager):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                row.with_user(user).get_remarks()
        remark = row.remark_ids
        for user, may in ((self.internal, True), (self.auditor, True), (self.portal_a, False)):
            self.assertEqual(remark.with_user(user).has_access("read"), may, user.login)
        with self.assertRaises(AccessError):
            self.env["signoff.remark"].with_user(self.delivery_manager).create(
                {"item_key": self.keys[0], "verdict": "approve"}
            )

    # === THE DIALOGS === #

    def test_sent_from_the_dialog(self):
        dialog = Form(
            self.env["project.baseline.review"]
            .with_user(self.delivery_manager)
            .with_context(default_baseline_id=self.baseline.id)
        )
        dialog.user_ids.add(self.internal)
        record = dialog.save()
        action = record.action_send()
        row = self.env["signoff.round"].browse(action["res_id"])
        self.assertEqual(self._pending(row).user_id, self.internal | self.delivery_manager)
        self.assertFalse(self.baseline.with_user(self.delivery_manager).can_review)

    def test_a_selection_is_kept_and_reviewed(self):
        chosen = self.baseline.line_ids.requirement_id[:2]
        dialogs = self.env["project.baseline.review"].with_user(self.delivery_manager)
        dialog = dialogs.with_context(
            active_model="project.requirement", active_ids=chosen.ids
        ).create({})
        with self.assertRaisesRegex(UserError, "who reviews"):
            dialog.action_send()
        dialog.user_ids = self.internal
        row = self.env["signoff.round"].browse(dialog.action_send()["res_id"])
        self.assertEqual(row._get_document().line_ids.requirement_id, chosen)

    def test_answered_in_the_dialog(self):
        row = self._review(self.internal)
        slot = self._pending(row, self.internal).with_user(self.internal)
        action = slot.action_open_answer()
        answer = self.env[action["res_model"]].with_user(self.internal).browse(action["res_id"])
        self.assertEqual(answer.item_ids.mapped("key"), self.keys)
        answer.item_ids[0].write({"verdict": "reject", "comment": "No"})
        answer.action_save_marks()
        self.assertEqual(slot.state, "pending")
        again = self.env[action["res_model"]].with_user(self.internal).create({"slot_id": slot.id})
        self.assertEqual(again.item_ids[0].comment, "No")
        self.assertEqual(again.item_progress, "1 of 3")
        again.action_mark_rest()
        again.action_send()
        self.assertEqual(slot.state, "done")
        self.assertEqual(sorted(row.remark_ids.mapped("verdict")), ["approve", "approve", "reject"])
        # who closes reads what they said
        closing = self._pending(row, self.delivery_manager).with_user(self.delivery_manager)
        action = closing.action_open_answer()
        answer = self.env[action["res_model"]].with_user(self.delivery_manager)
        self.assertIn("internal", answer.browse(action["res_id"]).minutes)
