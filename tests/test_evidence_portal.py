from odoo.tests import HttpCase, tagged

from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestEvidencePortal(DeliveryCase, HttpCase):
    """A reading party sees what was sent and confirmed, and what changed in between."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.requirement = cls._create_complete_requirement(
            project_id=cls.project_standard.id, portal_access="visible", name="Print labels"
        )
        cls.requirement.stage_id = cls._stage("review")
        cls.requirement.stage_id = cls._stage("customer")
        cls.requirement.name = "An internal draft"
        cls.requirement.action_save_version()
        cls.requirement.name = "Print labels twice"
        cls._agree(cls.requirement)
        cls.url = f"/my/requirements/{cls.requirement.id}/versions"

    def _page(self, login, url=None):
        self.authenticate(login, login)
        return self.url_open(url or self.url)

    def test_a_party_reads_what_was_sent_and_confirmed(self):
        self.assertEqual(
            self.requirement.version_ids.mapped("reason"), ["confirmed", "saved", "submitted"]
        )
        page = self._page("portal_a").text
        self.assertIn("<strong>v3</strong>", page)
        self.assertIn("<strong>v1</strong>", page)
        self.assertNotIn("<strong>v2</strong>", page)
        self.assertIn("<ins> twice</ins>", page)
        overview = self._page("portal_a", f"/my/requirements/{self.requirement.id}").text
        self.assertIn(f"{self.url}", overview)

    def test_versions_that_were_not_sent_cannot_be_asked_for(self):
        page = self._page("portal_a", f"{self.url}?before=1&amp;after=2").text
        self.assertNotIn("internal draft", page)
        page = self._page("portal_a", f"{self.url}?before=2&after=x").text
        self.assertNotIn("internal draft", page)

    def test_others_are_refused(self):
        for login in ("portal_b", "portal_a_colleague"):
            with self.subTest(login=login):
                self.assertEqual(self._page(login).status_code, 404)

    def test_hidden_ones_are_refused(self):
        self.requirement.portal_access = "hidden"
        self.assertEqual(self._page("portal_a").status_code, 404)

    def test_a_link_that_only_reads_does_not_show_the_history(self):
        token = self.requirement._portal_ensure_token()
        self.authenticate(None, None)
        page = self.url_open(f"{self.url}?access_token={token}")
        self.assertIn("/web/login", page.url)
