"""Who signed, when in which time zone, what it means, which version: wherever it is read."""

from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import html2plaintext

from .change_common import ChangeCase
from .signoff_common import SignoffCase


@tagged("post_install", "-at_install")
class TestSignatureShown(ChangeCase, SignoffCase, HttpCase):
    def _sign(self, slot, method="login", **values):
        return super()._sign(slot, method, **values)

    def _assert_shown(self, text, decision, version):
        for part in (
            decision.person_name,
            decision.meaning,
            "(UTC+",
            decision.snapshot_sha256[:4],
            version,
        ):
            self.assertIn(part, text)

    def _check(self, document, version):
        row = self._send(document, self.delivery_user)
        while (slot := self._pending(row)[:1]).user_id:
            self._decide(slot)
        decision = self._sign(slot)
        decision = decision.with_user(self.delivery_user).with_context(tz="Asia/Shanghai")
        # on screen
        self.assertIn("(UTC+08:00)", decision.moment)
        self.assertEqual(decision.version, version)
        self.assertEqual(decision.short_code.replace(" ", ""), decision.snapshot_sha256[:12])
        # on paper
        html = str(row._get_signed_html("en_US"))
        self._assert_shown(html2plaintext(html), decision, version)
        # in the portal
        self.authenticate("portal_a", "portal_a")
        self.env.flush_all()
        page = self.url_open(f"/my/delivery/sign/{slot.id}")
        self.assertEqual(page.status_code, 200)
        self._assert_shown(html2plaintext(page.text), decision, version)

    def test_of_requirements(self):
        self._check(self._create_package(), "V1.0")

    def test_of_a_change(self):
        change = self._assess(self._create_change(self.confirmed))
        change.line_ids.name = "Print two labels"
        self._check(change, "1")

    def test_of_an_acceptance(self):
        acceptance = self._create_acceptance(
            project_id=self.project.id, item_ids=[Command.create({"name": "Prints labels"})]
        ).with_user(self.delivery_user)
        acceptance.action_submit()
        acceptance.item_ids.action_record_verdict("customer", "pass")
        acceptance.action_conclude("pass")
        self._check(acceptance, "1")
