"""My work: what waits for the user, and how he answers."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase
from odoo.tests.common import tagged
from odoo.tools import mute_logger

from .signoff_common import SignoffCase

# a browser on a busy machine is slow; a tour that hangs still ends
TOUR_SECONDS = 240


@tagged("post_install", "-at_install")
class TestSignoffWork(SignoffCase):
    def _ask(self, user, count=1, **step):
        """Ask a user for decisions on ``count`` packages; return the slots."""
        self._create_flow({"user_ids": [Command.set(user.ids)], **step})
        slots = self.env["signoff.slot"]
        for number in range(count):
            slots |= self._pending(self._send(self._create_package(name=f"P{number}")), user)
        return slots

    def _work(self, user):
        sections = self.env["signoff.slot"].with_user(user).get_my_work()["sections"]
        return {section["key"]: section for section in sections}

    def test_what_waits_is_listed_with_one_act(self):
        slot = self._ask(self.internal)
        (row,) = self._work(self.internal)["approve"]["rows"]
        self.assertEqual((row["id"], row["method"]), (slot.id, "action_open_answer"))
        self.assertEqual(row["customer"], self.customer_a.name)
        self.assertEqual((row["days"], row["overdue"]), (0, False))
        self._decide(slot)
        self.assertFalse(self._work(self.internal))

    def test_who_sent_it_follows_up_with_the_customer(self):
        self._send(self._create_package())
        (row,) = self._work(self.delivery_manager)["customer"]["rows"]
        self.assertIn(self.contact_a.name, row["asked"])
        self.assertNotIn("customer", self._work(self.internal))
        counts = self.env["signoff.slot"].with_user(self.delivery_manager).get_my_counts()
        self.assertEqual(counts, {"approve": 0, "customer": 1, "overdue": 0})

    def test_what_is_late_stands_first(self):
        slot = self._ask(self.internal, days=1)
        self.env.cr.execute(
            "UPDATE signoff_slot SET due_at = now() AT TIME ZONE 'UTC' - interval '1 day'"
            " WHERE id = %s",
            [slot.id],
        )
        slot.invalidate_recordset()
        work = self._work(self.internal)
        self.assertEqual(list(work), ["overdue"])
        self.assertEqual(work["overdue"]["rows"][0]["section"], "Waiting for My Decision")
        counts = self.env["signoff.slot"].with_user(self.internal).get_my_counts()
        self.assertEqual((counts["approve"], counts["overdue"]), (1, 1))

    def test_counting_takes_few_queries_and_the_list_does_not_grow(self):
        self._ask(self.internal, count=2)
        # a browser names its time zone; without it, each call would read the user's
        slots = self.env["signoff.slot"].with_user(self.internal).with_context(tz="UTC")
        slots.get_my_counts()
        with self.assertQueryCount(3):
            slots.get_my_counts()

        def count():
            self.env.invalidate_all()
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            slots.get_my_work()
            return self.env.cr.sql_log_count - before

        count()
        few = count()
        for number in range(5):
            self._send(self._create_package(name=f"More {number}"))
        self.assertLessEqual(count(), few)

    def test_changes_and_issues_join(self):
        keys = [
            section["key"]
            for section in self.env["signoff.slot"]
            .with_user(self.delivery_user)
            ._get_work_sections()
        ]
        self.assertEqual(keys, ["approve", "assess", "customer", "issue"])
        # who works on no project is shown his decisions alone
        plain = self.env["signoff.slot"].with_user(self.internal)._get_work_sections()
        self.assertEqual([section["key"] for section in plain], ["approve", "customer"])

    # === THE ANSWER === #

    def _answer(self, slot, user):
        action = slot.with_user(user).action_open_answer()
        return self.env[action["res_model"]].with_user(user).browse(action["res_id"])

    def test_agreeing_takes_one_press_in_the_dialog(self):
        slot = self._ask(self.internal)
        answer = self._answer(slot, self.internal)
        self.assertIn("Need 0", answer.content)
        answer.action_agree()
        self.assertEqual(slot.round_id.state, "approved")

    def test_refusing_asks_for_the_reason_first(self):
        slot = self._ask(self.internal)
        answer = self._answer(slot, self.internal)
        self.assertEqual(answer.action_refuse()["res_id"], answer.id)
        self.assertEqual((slot.state, answer.verdict), ("pending", "reject"))
        answer.comment = "The label is missing"
        answer.action_refuse()
        self.assertEqual(slot.round_id.end_reason, "The label is missing")

    def test_other_answers_are_one_press_away(self):
        slot = self._ask(self.internal)
        answer = self._answer(slot, self.internal)
        answer.action_show_more()
        self.assertTrue(answer.shows_more)
        answer.action_back()
        self.assertEqual((answer.verdict, answer.shows_more), ("approve", False))
        answer.action_show_more()
        with self.assertRaisesRegex(UserError, "conditions"):
            answer.action_send()
        answer.conditions = "With two labels"
        answer.action_send()
        self.assertEqual(slot.verdict, "conditional")

    def test_a_step_of_comments_takes_a_comment_only(self):
        self._create_flow(
            {"user_ids": [Command.set(self.internal.ids)], "kind": "comment", "sequence": 1},
            {"user_ids": [Command.set(self.delivery_manager.ids)], "sequence": 1},
        )
        slot = self._pending(self._send(self._create_package()), self.internal)
        self.assertEqual(self._answer(slot, self.internal).verdict, "comment")

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_who_is_asked_reads_that_and_nothing_else(self):
        slot = self._ask(self.internal).with_user(self.internal)
        self._answer(slot, self.internal)
        self.assertTrue(slot.round_id.has_access("read"))
        document = slot.round_id._get_document()
        self.assertFalse(document.has_access("read"))
        other = self._send(self._create_package(project=self.project_light, name="Other"))
        self.assertFalse(other.with_user(self.internal).has_access("read"))
        with self.assertRaises(AccessError):
            self._pending(other)[:1].with_user(self.internal).action_open_answer()


@tagged("post_install", "-at_install")
class TestTourSignoffWork(HttpCase, SignoffCase):
    """The way from the question to the answer, on a desktop and on a phone."""

    def _ask(self):
        self.env["ir.config_parameter"].set_param("web.base.url", self.base_url())
        self._create_flow({"user_ids": [Command.set(self.internal.ids)]})
        return self._send(self._create_package())

    def test_agreed_in_two_taps_on_a_phone(self):
        self.browser_size, self.touch_enabled = "390x844", True
        row = self._ask()
        self.start_tour(
            "/odoo", "customer_delivery_my_work", login="internal", timeout=TOUR_SECONDS
        )
        self.assertEqual(row.state, "approved")

    def test_refused_with_a_reason_on_a_desktop(self):
        row = self._ask()
        self.start_tour(
            "/odoo", "customer_delivery_my_work_refuse", login="internal", timeout=TOUR_SECONDS
        )
        self.assertEqual((row.state, row.end_reason), ("rejected", "The label is missing"))

    def _send_tour(self, size=None):
        if size:
            self.browser_size, self.touch_enabled = size, True
        self.env["ir.config_parameter"].set_param("web.base.url", self.base_url())
        self._create_complete_requirement(project_id=self.project_standard.id)
        self.start_tour(
            f"/odoo/project/{self.project_standard.id}",
            "customer_delivery_send_confirmation",
            login="delivery_manager",
            timeout=TOUR_SECONDS,
        )
        row = self.env["signoff.round"].search([("project_id", "=", self.project_standard.id)])
        self.assertEqual(row.mapped("state"), ["running"])

    def test_sent_for_confirmation_in_two_presses(self):
        self._send_tour()

    def test_sent_for_confirmation_on_a_phone(self):
        self._send_tour("390x844")
