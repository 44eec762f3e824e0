from datetime import date

from lxml import html

from odoo.tests import HttpCase, tagged

from .test_change_story import ChangeStoryCase

# a browser on a busy machine is slow; a tour that hangs still ends
TOUR_SECONDS = 240


@tagged("post_install", "-at_install")
class TestTourChangeStory(ChangeStoryCase, HttpCase):
    """Another export format: everybody at the own screen, from the wish to the specification."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("web.base.url", cls.base_url())

    def _desk(self, name, login, path="/odoo"):
        self.browser_size, self.touch_enabled = "1440x900", False
        self._tour(name, login, path)

    def _phone(self, name, login, path="/odoo"):
        self.browser_size, self.touch_enabled = "390x844", True
        self._tour(name, login, path)

    def _tour(self, name, login, path):
        name = f"customer_delivery_change_story_{name}"
        self.start_tour(path, name, login=login, timeout=TOUR_SECONDS)
        self.env.invalidate_all()

    def _agree_as(self, row, *users):
        for user in users:
            self._decide(self._pending(row, user).with_user(user))

    def test_another_export_format(self):
        self._sign_baseline()
        self._phone("ask", "portal_a", "/my/delivery/change/new")
        change = self.env["project.change"].search([("origin", "=", "portal")])
        self.assertEqual(change.requester_id, self.contact_a)
        self._write_proposal(change)
        change.write({"agreed_days": 0, "agreed_amount": 0})
        self._desk("submit", "delivery_user")
        self.assertEqual((change.agreed_days, change.agreed_amount), (5, 2400))
        self._answer_risk(change, -1)
        self._desk("assess", "tech_lead")
        self._phone("assess", "quality_lead")
        schedule = self.env.ref("customer_delivery.project_change_dimension_schedule")
        rows = change.impact_ids.filtered(lambda impact: impact.dimension_id == schedule)
        rows.with_user(self.delivery_user).write({"rating": "medium", "delta_days": 5})
        self._desk("send", "delivery_user")
        row = change.signoff_round_id
        self._put_earlier(change, row)
        self._agree_as(row, self.tech_lead, self.delivery_user)
        self._phone("decide", "quality_lead")
        self._agree_as(row, self.delivery_user)
        second = self._approve_second_change()
        self._phone("decide", "delivery_manager")
        slot = self._pending(row, self.contact_a)
        self.assertTrue(slot, "the sponsor has released it")
        self._desk("replace", "delivery_user")
        self._phone("sign", "portal_a_colleague", "/my/delivery")
        self.assertEqual(change.decision, "approved")

        second.action_apply()
        self._desk("overtaken", "delivery_user")
        self.assertIn("by day too", change.line_ids.description)
        again = change.signoff_round_id
        self.assertGreater(again.number, row.number)
        self._agree_as(again, self.tech_lead, self.quality_lead, self.delivery_user)
        # days, price and risk are what they were: neither the sponsor nor who decides on the
        # price is asked, only those who judge the words
        self.assertEqual(
            again.slot_ids.step_id.mapped("name"),
            ["Technical and quality review", "Customer approves"],
        )
        self._phone("sign", "portal_a", "/my/delivery")
        self._desk("apply", "delivery_user")
        self.assertEqual(change.implemented_by_id, self.delivery_user)
        self._desk("verify", "quality_lead")
        self.assertEqual(change.verified_by_id, self.quality_lead)
        self.assertEqual((change.result, change.stage_id.kind), ("effective", "closed"))
        path = f"/odoo/customer-delivery-changes/{change.id}"
        self._phone("checked", "delivery_user", path)
        self._phone("log", "delivery_user", "/odoo/customer-delivery-change-log")
        self.assertEqual(self.milestone.deadline, date(2031, 3, 6))
        self.assertEqual(self.report.name, "Night report exports to Excel and CSV")
        self.assertIn("by day too", self.report.description)
        self._phone("follow", "portal_a", "/my/changes")
        self.env.flush_all()
        self.cr.flush()
        self._check_specification(change, second)

    def _check_specification(self, change, second):
        """The page that is printed names both changes among its revisions."""
        self.authenticate("delivery_user", "delivery_user")
        report = "customer_delivery.report_specification"
        page = self.url_open(f"/report/html/{report}/{self.project.id}", timeout=TOUR_SECONDS)
        text = " ".join(html.fromstring(page.content).text_content().split())
        self.assertIn("V1.0", text)
        self.assertIn(f"{second.number} {second.name}: {self.report.number} (V2)", text)
        self.assertIn(f"{change.number} {change.name}: {self.report.number} (V3)", text)
