"""Papers with signatures: what they say of each kind of proof, without any document."""

import datetime
from base64 import b64decode

from odoo.tests.common import tagged

from ..report.signoff_paper import Signed
from .common import DeliveryCase

MOMENT = datetime.datetime(2026, 5, 3, 22, 5)
CODE = "9f3ac27b1e04d5886c" * 3 + "0123456789"
INK = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAA"
    "AABJRU5ErkJggg=="
)


@tagged("post_install", "-at_install")
class TestSignoffPaper(DeliveryCase):
    def _signed(self, **values):
        defaults = {
            "side": "For the customer",
            "company": "Group A",
            "name": "Li Wei",
            "post": "Head of IT",
            "meaning": "I confirm.",
            "recorded_at": MOMENT,
            "sha256": CODE,
            "version": "V1.2",
        }
        return Signed(**{**defaults, **values})

    def _print(self, *signed, tz="Asia/Shanghai", lang="en_US"):
        paper = self.env["signoff.paper"].with_context(lang=lang)
        signatures = [paper._lay_out(each, tz) for each in signed]
        return str(
            self.env["ir.qweb"]._render(
                "customer_delivery.paper_signed", {"signatures": signatures}, lang=lang
            )
        )

    def test_a_signature_shows_name_time_zone_meaning_version_and_code(self):
        html = self._print(self._signed(method="link", image=INK))
        for text in ("Li Wei", "Head of IT", "Group A", "“I confirm.”", "V1.2", "9f3a c27b 1e04"):
            self.assertIn(text, html)
        # 22:05 in UTC is the next morning in Shanghai
        self.assertIn("05/04/2026 06:05 (UTC+08:00)", html)
        self.assertIn("data:image/png;base64,", html)
        self.assertNotIn("Date as stated", html)

    def test_the_moment_is_that_of_the_papers_zone(self):
        html = self._print(self._signed(), tz="America/New_York")
        self.assertIn("05/03/2026 18:05 (UTC-04:00)", html)

    def test_each_proof_has_a_badge_that_claims_no_more_than_it_is(self):
        badges = {}
        for method in ("login", "link", "device", "paper", "record"):
            html = self._print(self._signed(method=method, entered_by="Wang Fang"))
            self.assertIn(f"o_proof_{method}", html)
            badges[method] = self.env["signoff.paper"]._get_proof_label(method)
            self.assertIn(badges[method], html)
        self.assertEqual(len(set(badges.values())), 5)

    def test_what_was_recorded_for_the_customer_never_looks_like_his_own_act(self):
        html = self._print(
            self._signed(method="record", entered_by="Wang Fang", said_via="Phone", comment="Fine.")
        )
        self.assertIn("Recorded for the customer", html)
        self.assertIn("Not signed by hand. Recorded by Wang Fang: Phone.", html)
        self.assertIn("Fine.", html)

    def test_the_date_on_the_paper_stands_apart_from_the_day_of_recording(self):
        html = self._print(
            self._signed(
                method="paper",
                occurred_on=datetime.date(2026, 4, 12),
                seal="Company seal",
                paper_code="7K3M-9XR2",
                entered_by="Wang Fang",
            )
        )
        for text in (
            "Date on the paper",
            "04/12/2026",
            "05/04/2026 06:05",
            "Company seal",
            "7K3M-9XR2",
            "Wang Fang",
        ):
            self.assertIn(text, html)

    def test_the_customers_own_form_is_named(self):
        html = self._print(self._signed(method="paper", own_form="Form QF-07", paper_code=""))
        self.assertIn("Signed on the customer&#39;s own form: Form QF-07", html)

    def test_stand_in_witness_other_name_and_conditions_are_said(self):
        html = self._print(
            self._signed(
                method="device",
                image=INK,
                on_behalf_of="Zhou Tao",
                witness="Wang Fang",
                other_name=True,
                verdict="conditional",
                conditions="Test No. 3 first",
            )
        )
        for text in (
            "Signed on behalf of",
            "Zhou Tao",
            "Witness",
            "Not the name of the contact who was asked.",
            "Agreed with conditions",
            "Conditions: Test No. 3 first",
        ):
            self.assertIn(text, html)

    def test_a_void_signature_stays_readable(self):
        html = self._print(self._signed(void_reason="Wrong version"))
        self.assertIn("Void: Wrong version", html)
        self.assertIn("Li Wei", html)
        self.assertIn("o_void", html)

    def test_what_people_write_cannot_become_markup(self):
        html = self._print(self._signed(name="<b>x</b>", comment="<script>", meaning="<i>"))
        self.assertNotIn("<b>x</b>", html)
        self.assertNotIn("<script>", html)
        self.assertNotIn("<i>", html)

    def test_a_qr_code_is_a_picture_in_the_page(self):
        uri = self.env["signoff.paper"]._get_qr_uri("https://example.com/p/7K3M9XR2")
        self.assertTrue(uri.startswith("data:image/png;base64,"))
        self.assertTrue(b64decode(uri.partition(",")[2]).startswith(b"\x89PNG"))
