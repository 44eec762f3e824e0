from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import DeliveryCase

KEY = "0d5f2c1e-7a64-4c7e-9a55-3c1f0a2b4c6d"
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@tagged("post_install", "-at_install")
class TestAcceptanceVerdict(DeliveryCase):
    """Answering an item: two sides, once, never over somebody else unseen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls._create_user("colleague", "customer_delivery.group_delivery_user")
        cls.acceptance = cls._create_acceptance(
            item_ids=[
                Command.create({"name": "It works"}),
                Command.create(
                    {
                        "name": "Quick",
                        "kind": "measure",
                        "operator": "<=",
                        "target": 2,
                        "tolerance": 0.1,
                        "unit": "s",
                    }
                ),
                Command.create(
                    {
                        "name": "Look",
                        "kind": "choice",
                        "passing_answers": "Fine\nGood",
                        "failing_answers": "Bad",
                    }
                ),
                Command.create({"name": "Liked", "kind": "score", "min_score": 3}),
                Command.create({"name": "Serial number", "kind": "text"}),
                Command.create({"name": "Shown", "evidence_required": True}),
            ],
        ).with_user(cls.delivery_user)
        (cls.item, cls.measure, cls.choice, cls.score, cls.text, cls.evidence) = (
            cls.acceptance.item_ids
        )

    def test_our_check_and_the_customers_verdict_are_two_things(self):
        self.item.action_record_verdict("check", "pass", note="Tried on line 2")
        self.assertRecordValues(
            self.item,
            [
                {
                    "check_verdict": "pass",
                    "check_user_id": self.delivery_user.id,
                    "check_note": "Tried on line 2",
                    "customer_verdict": False,
                }
            ],
        )
        self.item.action_record_verdict("customer", "fail", person_id=self.contact_a.id, via="site")
        self.assertRecordValues(
            self.item,
            [
                {
                    "check_verdict": "pass",
                    "customer_verdict": "fail",
                    "customer_partner_id": self.contact_a.id,
                    "customer_name": self.contact_a.name,
                    "customer_via": "site",
                    "customer_recorded_by_id": self.delivery_user.id,
                }
            ],
        )
        self.assertEqual(self.acceptance.answered_count, 1)

    def test_a_verdict_is_never_written_by_hand(self):
        for user in (self.delivery_user, self.delivery_manager, self.env.ref("base.user_root")):
            for name, value in (
                ("check_verdict", "pass"),
                ("customer_verdict", "pass"),
                ("customer_name", "Ms Li"),
                ("customer_rev", 0),
                ("superseded", True),
                ("waived", True),
            ):
                with self.subTest(user=user.login, field=name), self.assertRaises(AccessError):
                    self.item.with_user(user).write({name: value})
        item = (
            self.env["project.acceptance.item"]
            .with_context(default_customer_verdict="pass", default_waived=True)
            .create({"name": "x", "acceptance_id": self.acceptance.id})
        )
        self.assertFalse(item.customer_verdict or item.waived)

    def test_a_measurement_judges_itself(self):
        for value, verdict in ((2.1, "pass"), (2.2, "fail"), (0, "pass")):
            outcome = self.measure.action_record_verdict("check", value=value)
            self.assertEqual(outcome["item"]["check"]["verdict"], verdict, value)
        # what a person says does not help a bad figure
        self.measure.action_record_verdict("check", "pass", value=9)
        self.assertEqual(self.measure.check_verdict, "fail")
        self.measure.action_record_verdict("check", "na")
        self.assertEqual(self.measure.check_verdict, "na")
        for value in (None, "2", True, [2]):
            with self.subTest(value=value), self.assertRaises(UserError):
                self.measure.action_record_verdict("check", "pass", value=value)

    def test_choices_scores_and_texts(self):
        self.choice.action_record_verdict("check", answer="Bad")
        self.assertEqual(self.choice.check_verdict, "fail")
        with self.assertRaisesRegex(UserError, "choose one of the answers"):
            self.choice.action_record_verdict("check", "pass", answer="Splendid")
        self.score.action_record_verdict("check", value=3)
        self.assertEqual(self.score.check_verdict, "pass")
        with self.assertRaisesRegex(UserError, "from 1 to 5"):
            self.score.action_record_verdict("check", value=6)
        with self.assertRaisesRegex(UserError, "write the answer"):
            self.text.action_record_verdict("check", "pass")
        self.text.action_record_verdict("check", "pass", answer="SN 4711")
        self.assertEqual(self.text._get_value_text("check"), "SN 4711")
        with self.assertRaisesRegex(UserError, "whether it passes"):
            self.item.action_record_verdict("check")

    def test_evidence_is_demanded_where_the_item_says_so(self):
        with self.assertRaisesRegex(UserError, "needs a photo"):
            self.evidence.action_record_verdict("check", "pass")
        self.evidence.action_record_verdict("check", "fail")
        self.evidence.action_record_verdict(
            "check", "pass", images=[{"name": "line.png", "datas": PIXEL}]
        )
        self.assertEqual(self.evidence.attachment_ids.mapped("name"), ["line.png"])
        with self.assertRaisesRegex(UserError, "not a photo"):
            self.evidence.action_record_verdict(
                "check", "pass", images=[{"name": "x.png", "datas": "aGVsbG8="}]
            )

    def test_a_file_a_link_or_a_test_run_is_evidence_too(self):
        log = self.evidence.env["ir.attachment"].create(
            {"name": "load test.csv", "raw": b"ms\n1", "res_model": self.evidence._name}
        )
        for values in (
            {"attachment_ids": [Command.set(log.ids)]},
            {"evidence_url": "https://ci.example.com/run/7"},
            {"test_run": "Nightly 2026-10-12"},
        ):
            with self.subTest(values=list(values)):
                item = self.evidence.copy()
                with self.assertRaisesRegex(UserError, "needs a photo"):
                    item.action_record_verdict("check", "pass")
                item.write(values)
                item.action_record_verdict("check", "pass")
                self.assertEqual(item.check_verdict, "pass")

    def test_what_is_sent_twice_counts_once(self):
        first = self.item.action_record_verdict(
            "customer",
            "fail",
            KEY,
            person_name="Ms Li",
            note="Jams",
            images=[{"name": "a.png", "datas": PIXEL}],
        )
        second = self.item.action_record_verdict(
            "customer",
            "fail",
            KEY,
            person_name="Ms Li",
            note="Jams",
            images=[{"name": "a.png", "datas": PIXEL}],
        )
        self.assertEqual((first["status"], second["status"]), ("saved", "known"))
        self.assertEqual(second["rev"], 1)
        self.assertEqual(len(self.item.attachment_ids), 1)
        self.assertEqual(len(self.item.verdict_ids), 1)
        self.assertEqual(len(self.acceptance.issue_ids), 1)

    def test_a_key_belongs_to_its_maker_and_its_item(self):
        self.item.action_record_verdict("check", "pass", KEY)
        with self.assertRaisesRegex(UserError, "Another person"):
            self.text.action_record_verdict("check", "fail", KEY)
        with self.assertRaisesRegex(UserError, "Another person"):
            self.item.with_user(self.colleague).action_record_verdict("check", "fail", KEY)
        for key in ("short", "x" * 65, 7, ["x" * 20]):
            with self.subTest(key=key), self.assertRaisesRegex(UserError, "no valid key"):
                self.item.action_record_verdict("check", "pass", key)

    def test_two_people_do_not_overwrite_each_other(self):
        other = self.item.with_user(self.colleague)
        self.item.action_record_verdict("check", "pass", expected_rev=0)
        outcome = other.action_record_verdict("check", "fail", expected_rev=0, note="Jams")
        self.assertEqual(outcome["status"], "conflict")
        self.assertEqual(outcome["item"]["check"]["by"], "delivery_user")
        self.assertEqual(self.item.check_verdict, "pass")
        # he saw who answered, and answers again on purpose
        outcome = other.action_record_verdict(
            "check", "fail", expected_rev=outcome["rev"], note="Jams"
        )
        self.assertEqual((outcome["status"], self.item.check_verdict), ("saved", "fail"))
        self.assertEqual(self.item.verdict_ids.mapped("verdict"), ["fail", "pass"])

    def test_the_sides_do_not_disturb_each_other(self):
        self.item.action_record_verdict("check", "pass", expected_rev=0)
        outcome = self.item.action_record_verdict(
            "customer", "pass", expected_rev=0, person_name="Ms Li"
        )
        self.assertEqual(outcome["status"], "saved")

    def test_the_customers_person_is_named(self):
        with self.assertRaisesRegex(UserError, "name the person"):
            self.item.action_record_verdict("customer", "pass")
        party = self.project_light.delivery_party_ids
        party.may_sign = True
        self.item.action_record_verdict("customer", "pass")
        self.assertEqual(self.item.customer_partner_id, party.partner_id)

    def test_the_light_kind_goes_to_the_customer_with_his_first_answer(self):
        self.assertEqual(self.acceptance.state, "draft")
        self.item.action_record_verdict("customer", "pass", person_name="Ms Li")
        self.assertEqual(self.acceptance.state, "customer")
        strict = self._create_acceptance(
            project_id=self.project_standard.id, kind_id=self._acceptance_kind("preliminary").id
        )
        with self.assertRaisesRegex(UserError, "not been given to the customer"):
            strict.item_ids.action_record_verdict("customer", "pass", person_name="Ms Li")

    def test_what_the_customer_judged_stays_as_he_judged_it(self):
        self.item.action_record_verdict("customer", "pass", person_name="Ms Li")
        with self.assertRaisesRegex(UserError, "stays as he judged it"):
            self.item.name = "It works quickly"
        self.item.name = "It works"
        self.item.sequence = 99

    def test_answers_are_evidence(self):
        self.item.action_record_verdict("check", "pass")
        verdict = self.item.verdict_ids
        for user in (self.delivery_user, self.env.ref("base.user_root")):
            own = verdict.with_user(user)
            with self.assertRaises(AccessError):
                own.write({"verdict": "fail"})
            with self.assertRaises(UserError):
                own.unlink()
            with self.assertRaises(AccessError):
                own.create({"side": "customer", "verdict": "pass"})

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_who_may_not_edit_may_not_answer(self):
        for user in (self.project_user, self.auditor, self.other_user, self.portal_a):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.item.with_user(user).action_record_verdict("check", "pass")

    def test_hostile_arguments_are_refused(self):
        for arguments in (
            {"side": "both"},
            {"side": "check", "verdict": "maybe"},
            {"side": "check", "verdict": "pass", "note": ["x"]},
            {"side": "customer", "verdict": "pass", "person_id": "1"},
            {"side": "customer", "verdict": "pass", "via": "telepathy"},
            {"side": "check", "verdict": "pass", "images": "x"},
        ):
            with self.subTest(arguments=arguments), self.assertRaises(UserError):
                self.item.action_record_verdict(**arguments)

    def test_saving_a_verdict_costs_the_same_however_long_the_list(self):
        def cost(count):
            acceptance = self._create_acceptance(
                item_ids=[Command.create({"name": f"Item {number}"}) for number in range(count)]
            ).with_user(self.delivery_user)
            item = acceptance.item_ids[0]
            item.action_record_verdict("customer", "pass", person_name="Ms Li")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            item.action_record_verdict("customer", "fail", person_name="Ms Li")
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        cost(2)
        self.assertEqual(cost(3), cost(80))
