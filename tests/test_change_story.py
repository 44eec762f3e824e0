"""The story of a change that a project manager knows, from the wish to the specification."""

from datetime import date, timedelta

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .change_common import ChangeCase
from .signoff_common import SignoffCase
from .test_specification import SPECIFICATION, PaperCase

WISH = "Export to CSV as well\nToday the night report exports to Excel alone."
KEY = "key-of-the-export-change-0001"


class ChangeStoryCase(ChangeCase, SignoffCase):
    """A signed baseline, the people on both sides, and a second change on the same requirement."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tech_lead = cls._create_user("tech_lead", "customer_delivery.group_delivery_user")
        cls.quality_lead = cls._create_user("quality_lead", "customer_delivery.group_delivery_user")
        for user, role in ((cls.tech_lead, "technical"), (cls.quality_lead, "quality")):
            cls._create_party(
                cls.project,
                user.partner_id,
                side="supplier",
                role_id=cls.env.ref(f"customer_delivery.project_role_{role}_lead").id,
            )
        # the first signatory, and who signs when he is away
        cls.backup = cls._create_party(
            cls.project, cls.colleague_a, may_sign=False, title="Deputy of IT"
        )
        cls.signatory.backup_id = cls.backup
        cls.milestone = cls.env["project.milestone"].create(
            {"name": "Go-live", "project_id": cls.project.id, "deadline": "2031-03-01"}
        )
        cls.report = cls._create_complete_requirement(
            project_id=cls.project.id,
            name="Night report exports to Excel",
            description="<p>Every shift.</p>",
            portal_access="comment",
        )

    def _sign_baseline(self):
        package = self.project.action_publish_baseline("V1.0", "customer")
        row = self._send(package)
        self._sign(self._pending(row, self.contact_a))
        self.assertEqual(self.report.content_lock, "agreed")
        return package

    def _write_proposal(self, change):
        """Write what the project manager makes of the customer's words."""
        change.with_user(self.delivery_user).write(
            {
                "type_id": self._change_type("major").id,
                "contract_scope": "out",
                "billing": "charged",
                "agreed_days": 5,
                "agreed_amount": 2400,
                "milestone_ids": [Command.set(self.milestone.ids)],
                "line_ids": [
                    Command.create(
                        {
                            "requirement_id": self.report.id,
                            "name": "Night report exports to Excel and CSV",
                        }
                    )
                ],
            }
        )

    def _answer_risk(self, change, place):
        for answer in change.answer_ids:
            answer.option_id = answer.question_id.option_ids.sorted("score")[place]

    def _approve_second_change(self):
        """Return another change on the same requirement, approved and not in effect yet."""
        second = self._create_change(self.report, name="Report for the day shift too")
        second.line_ids.description = "<p>Every shift, by day too.</p>"
        return self._approve_earlier(self._assess(second))

    def _put_earlier(self, change, row):
        """Let the assessment lie before the round, as in life; here both are one transaction."""
        moment = row.started_at - timedelta(minutes=1)
        self.env.flush_all()
        for table, column in (
            ("project_change_impact", "assessed_at"),
            ("project_change_answer", "write_date"),
        ):
            self.env.cr.execute(
                f'UPDATE "{table}" SET "{column}" = %s WHERE change_id = %s', [moment, change.id]
            )
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestChangeStory(ChangeStoryCase, PaperCase):
    def _asked(self, row):
        """Return {step: logins or names of those who are asked now}."""
        asked = {}
        for slot in self._pending(row):
            person = slot.user_id.login or slot.person_name
            asked.setdefault(slot.step_id.name, set()).add(person)
        return asked

    def _decide_as(self, row, *users):
        for user in users:
            self._decide(self._pending(row, user).with_user(user))

    def test_another_export_format(self):
        self._sign_baseline()
        change = self._customer_asks()
        self._assess_side_by_side(change)
        second = self._approve_second_change()
        row = self._approve_with_sponsor_and_deputy(change)
        self._put_earlier(change, row)
        self._overtaken_and_brought_up_to_date(change, second)
        self._asked_again_and_applied(change)
        self._the_papers_tell_it(change, second)

    def _customer_asks(self):
        changes = self.env["project.change"].with_user(self.portal_a)
        change, created = changes._file_request(
            self.project.sudo(),
            self.contact_a,
            WISH,
            KEY,
            reason="The group reads CSV alone",
            please_assess=True,
        )
        self.assertTrue(created)
        self.assertRegex(change._get_full_number(), r"CHG-\d{6}$")
        self.assertEqual(change.activity_ids.user_id, self.delivery_user)
        return change.with_user(self.delivery_user)

    def _assess_side_by_side(self, change):
        self._write_proposal(change)
        change.action_submit()
        rows = {row.dimension_id.unit + row.dimension_id.name: row for row in change.impact_ids}
        self.assertEqual(
            change.impact_ids.assessor_id, self.tech_lead | self.quality_lead | self.delivery_user
        )
        # the quality lead is the first to answer, nobody waits for anybody
        for user in (self.quality_lead, self.tech_lead, self.delivery_user):
            mine = change.impact_ids.filtered(lambda row, user=user: row.assessor_id == user)
            mine.with_user(user).write({"rating": "medium"})
        rows["daysSchedule"].delta_days = 5
        rows["moneyCost"].write({"delta_cost": 1800, "internal_note": "two people"})
        self._answer_risk(change, -1)
        self.assertEqual(change.risk_level, "high")

    def _approve_with_sponsor_and_deputy(self, change):
        row = self._send(change, self.delivery_user)
        self.assertEqual(
            self._asked(row),
            {"Technical and quality review": {"tech_lead", "quality_lead", "delivery_user"}},
        )
        self._decide_as(row, self.quality_lead, self.tech_lead, self.delivery_user)
        self._decide_as(row, self.delivery_user)
        self.assertEqual(list(self._asked(row)), ["Release by delivery manager"])
        self._decide_as(row, self.delivery_manager)
        self.assertEqual(self._asked(row), {"Customer approves": {self.contact_a.name}})
        # on leave: the deputy, named with the parties, is proposed and asked instead
        slot = self._pending(row, self.contact_a)
        wizard = (
            self.env["signoff.slot.replace"]
            .with_user(self.delivery_user)
            .with_context(default_slot_id=slot.id)
            .create({"reason": "On leave until Monday"})
        )
        self.assertEqual(wizard.party_id, self.backup)
        wizard.action_replace()
        self.assertEqual(self._asked(row), {"Customer approves": {self.colleague_a.name}})
        self._sign(self._pending(row, self.colleague_a))
        self.assertEqual(row.state, "approved")
        self.assertEqual(change.decision, "approved")
        self.assertIn("Deputy of IT", row.decision_ids.mapped("person_post"))
        return row

    def _overtaken_and_brought_up_to_date(self, change, second):
        # the other one was approved first: it comes first
        with self.assertRaisesRegex(UserError, second.number):
            change.action_apply()
        second.action_apply()
        self._apply_earlier(second)
        with self.assertRaisesRegex(UserError, self.report.number):
            change.action_apply()
        self.assertEqual(self.report.name, "Night report exports to Excel")
        self.assertEqual(self.milestone.deadline, date(2031, 3, 1))
        change.action_rebase()
        line = change.line_ids
        self.assertEqual(line.name, "Night report exports to Excel and CSV")
        self.assertIn("by day too", line.description)
        self.assertFalse(line.conflicts)
        self.assertEqual(change.stage_id.kind, "assess")

    def _asked_again_and_applied(self, change):
        row = self._send(change, self.delivery_user)
        asked = []
        while slots := self._pending(row):
            asked += [slot.step_id.name for slot in slots[:1]]
            for slot in slots:
                if slot.partner_id in (self.contact_a, self.colleague_a):
                    self._sign(slot)
                    break
                self._decide(slot.with_user(slot.user_id))
        # days, price and risk are what they were: only the words are judged again
        self.assertEqual(asked, ["Technical and quality review", "Customer approves"])
        self.assertTrue(change.action_apply())
        self.assertFalse(change.action_apply())
        self.assertEqual(self.report.name, "Night report exports to Excel and CSV")
        self.assertIn("by day too", self.report.description)
        self.assertEqual(self.milestone.deadline, date(2031, 3, 6))
        self._assert_versions(self.report, "baseline", "change", "change")
        self.assertEqual(self.report.confirmed_version_id, self.report.current_version_id)

    def _the_papers_tell_it(self, change, second):
        self._write_history()
        text = self._text(SPECIFICATION, self.project)
        revisions = text[text.index("Revisions") : text.index("Contents")]
        self.assertIn("V1.0", revisions)
        for told in (
            f"{second.number} Report for the day shift too: {self.report.number} (V2)",
            f"{change.number} Export to CSV as well: {self.report.number} (V3)",
        ):
            self.assertIn(told, revisions)
        self.assertLess(revisions.index(second.number), revisions.index(change.number))
        request = self._text("customer_delivery.report_change_request", change)
        # also what was not asked again stands on the paper, with the version it was said of
        for told in ("Days and price are right", "Released.", "Head of IT"):
            self.assertIn(told, request)
        log = self.env["project.change"].with_user(self.delivery_user)._prepare_log(self.project)
        self.assertEqual((log["days"], log["free_days"]), (5, 0))
