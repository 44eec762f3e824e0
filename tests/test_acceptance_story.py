"""One delivery from the signed baseline to the final acceptance, told as its people live it."""

from lxml import html

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .test_acceptance_verdict import PIXEL
from .test_signoff_paper_path import PaperCase

REPORT = "customer_delivery.report_acceptance"
ISSUE_LIST = "customer_delivery.report_issue_list_acceptance"


@tagged("post_install", "-at_install")
class TestAcceptanceStory(PaperCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.finance = cls._create_user("finance", "base.group_user")
        cls.company.delivery_finance_user_id = cls.finance
        cls.env.ref("project.group_project_milestone").user_ids |= cls.delivery_manager
        cls.project_standard.user_id = cls.delivery_user
        cls.trial, cls.end = cls.env["project.milestone"].create(
            [
                {"name": "Trial run begins", "project_id": cls.project_standard.id},
                {
                    "name": "Handed over",
                    "project_id": cls.project_standard.id,
                    "delivery_acceptance_kind_id": cls._acceptance_kind("final").id,
                    "delivery_payment_name": "Final payment",
                    "delivery_payment_percent": 30,
                },
            ]
        )

    def _prepare(self, kind, milestone):
        """The project manager makes the acceptance and its checklist."""
        acceptance = (
            self.env["project.acceptance"]
            .with_user(self.delivery_user)
            .create(
                {
                    "project_id": self.project_standard.id,
                    "kind_id": self._acceptance_kind(kind).id,
                    "milestone_id": milestone.id,
                    "user_id": self.delivery_user.id,
                }
            )
        )
        acceptance.action_generate()
        return acceptance

    def _rows(self, acceptance):
        """What the phone shows of the present round, with its items."""
        items = acceptance.env["project.acceptance.item"]
        return [items.browse(row["id"]) for row in acceptance.get_walk_data()["items"]]

    def _good_answer(self, item):
        answers = {
            "measure": {"value": 2 if item.operator == "<=" else item.target},
            "score": {"value": 5},
            "choice": {"answer": (item.passing_answers or "").split("\n")[0]},
            "text": {"verdict": "pass", "answer": "As agreed"},
        }
        return answers.get(item.kind, {"verdict": "pass"})

    def _check_all(self, acceptance):
        """Our own check of everything that the round asks for."""
        for item in self._rows(acceptance):
            images = [{"name": "proof.png", "datas": PIXEL}] if item.evidence_required else ()
            item.action_record_verdict("check", images=images, **self._good_answer(item))

    def _walk_with_customer(self, acceptance, failing=()):
        """The customer goes along the list in the portal and decides item by item."""
        answers = {"value": None, "answer": "", "note": "", "verdict": ""}
        shown = acceptance.with_user(self.portal_a)._get_portal_acceptance(acceptance.id)
        self.assertTrue(shown._may_portal_check())
        for item in shown._get_portal_round():
            good = self._good_answer(item)
            if item.source_key in failing:
                good = {"verdict": "fail", "note": f"{item.name}: not yet"}
            outcome = item.with_user(self.portal_a)._answer_in_portal(
                {**answers, **good}, f"{item.id:032d}", None, ()
            )
            self.assertEqual(outcome["status"], "saved")

    def _page(self, report, records):
        model = self.env["ir.actions.report"].with_user(self.delivery_user)
        return html.fromstring(model._render_qweb_html(report, records.ids)[0])

    def _text(self, page):
        return " ".join(page.text_content().split())

    def _payments_told(self):
        return self.env["mail.message"].search_count(
            [("partner_ids", "in", self.finance.partner_id.ids), ("subject", "like", "Payment due")]
        )

    def test_from_the_signed_baseline_to_the_final_acceptance(self):
        # the customer confirms three requirements
        self._sign(self._pending(self.row, self.contact_a))
        requirements = self.baseline.line_ids.requirement_id
        self.assertEqual(set(requirements.mapped("stage_id.kind")), {"confirmed"})

        # the checklist: criteria, indicators and the template, word for word as signed
        first = self._prepare("preliminary", self.trial)
        promised = first.item_ids.filtered("requirement_id")
        self.assertEqual(promised.requirement_id, requirements)
        self.assertEqual(set(promised.mapped("requirement_version")), {1})
        self.assertEqual(promised.version_id, self.baseline.line_ids.version_id)
        self.assertTrue(first.item_ids.filtered(lambda item: item.source == "template"))
        self.assertIn("V1.0", first.basis)
        self.assertEqual(first.action_generate(), {"added": 0, "outdated": 0})

        # own check, then the customer: three things fail
        with self.assertRaisesRegex(UserError, "lack our own check"):
            first.action_submit()
        self._check_all(first)
        first.action_submit()
        shown = [item for item in self._rows(first) if item.kind == "pass"]
        severe, light, other = shown[0], shown[-2], shown[-1]
        severe.severity = "serious"
        (light | other).severity = "minor"
        keys = [item.source_key for item in (severe, light, other)]
        self._walk_with_customer(first, failing=keys)
        self.assertEqual((first.proposal, first.failed_count), ("fail", 3))
        with self.assertRaisesRegex(UserError, "fatal or serious"):
            first.action_conclude("conditional", "Anyway")

        # the second round shows only what failed
        first.action_begin_round()
        again = self._rows(first)
        self.assertEqual([item.source_key for item in again], keys)
        self.assertEqual([item.previous_id for item in again], [severe, light, other])
        self.assertEqual({item.round for item in again}, {2})
        self._check_all(first)
        first.action_submit()
        self._walk_with_customer(first, failing=keys[1:])
        self.assertEqual((first.proposal, first.open_issue_count), ("conditional", 2))
        self.assertEqual([(row["round"], row["fail"]) for row in first._get_rounds()][-1], (2, 2))

        # accepted with two conditions, each with an owner and a date, by both sides
        remainders = first.issue_ids.filtered(lambda issue: issue.state == "open")
        self.assertTrue(all(issue.user_id and issue.date_deadline for issue in remainders))
        first.action_conclude("conditional", "Two small things follow")
        row = self._send(first, self.delivery_user)
        self._decide(self._pending(row, self.delivery_user))
        self._sign(self._pending(row, self.contact_a))
        self.assertEqual((first.state, first.conclusion), ("signed", "conditional"))
        self.trial.with_user(self.delivery_manager).is_reached = True
        self._drain_events()
        self.assertEqual(len(remainders.task_id), 2)

        # what remains is settled, shown on a photo and checked again
        final = self._prepare("final", self.end)
        self.assertEqual((final.payment_name, final.payment_percent), ("Final payment", 30))
        self._check_all(final)
        final.action_submit()
        self._walk_with_customer(final)
        self.assertEqual(final.proposal, "conditional")
        self.assertIn("2 issues of earlier acceptances", final.proposal_text)
        for issue in remainders.with_user(self.delivery_user):
            photo = self._photo_of(issue)
            issue.write({"after_attachment_ids": [Command.link(photo.id)]})
            issue.action_fix("Exchanged")
            issue.action_close("Contact A")
        self.assertEqual(set(remainders.mapped("state")), {"closed"})
        self.assertEqual(first.open_issue_count, 0)
        self.assertIn("Still open 0 / 3", self._text(self._page(ISSUE_LIST, first)))

        # the final acceptance: ours by login, the customer's on stamped paper
        final.invalidate_recordset()
        self.assertEqual(final.proposal, "pass")
        milestone = self.end.with_user(self.delivery_manager)
        with self.assertRaisesRegex(UserError, "no signed acceptance"):
            milestone.toggle_is_reached(True)
        final.action_conclude("pass")
        row = self._send(final, self.delivery_user)
        self._decide(self._pending(row, self.delivery_user))
        self._print(row, self.delivery_user)
        self.assertEqual(self._payments_told(), 0)
        day = fields.Date.subtract(fields.Date.context_today(final), days=3)
        self._dialog(row, self.delivery_user, occurred_on=day, seal_kind="contract").action_upload()
        self.assertEqual((final.state, final.signed_on), ("signed", day))

        # what follows
        milestone.toggle_is_reached(True)
        self.assertTrue(milestone.is_reached)
        self.assertFalse(milestone.delivery_override_ids)
        for _run in range(2):
            self._drain_events()
        self.assertEqual(self._payments_told(), 1)
        self.assertEqual(set(requirements.mapped("stage_id.kind")), {"accepted"})
        today = fields.Date.context_today(final)
        self.assertEqual(
            (final.warranty_from, final.warranty_to),
            (today, fields.Date.add(today, months=12, days=-1)),
        )
        page = self._page(REPORT, final)
        self.assertEqual(len(page.xpath("//*[hasclass('o_signed')]//*[hasclass('o_ink')]")), 2)
        text = self._text(page)
        for word in ("Passed", "Final payment", row.snapshot_sha256[:4], self.contact_a.name):
            self.assertIn(word, text)

    def _photo_of(self, issue):
        return (
            self.env["ir.attachment"]
            .with_user(self.delivery_user)
            .create(
                {"name": "after.png", "datas": PIXEL, "res_model": issue._name, "res_id": issue.id}
            )
        )
