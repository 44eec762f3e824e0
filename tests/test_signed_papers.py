"""Specification and 需求确认单 carry the signatures under exactly what was signed."""

from odoo.tests.common import tagged

from .signoff_common import SignoffCase

PAPERS = (
    "report.customer_delivery.report_confirmation_slip",
    "report.customer_delivery.report_specification",
)


@tagged("post_install", "-at_install")
class TestSignedPapers(SignoffCase):
    def setUp(self):
        super().setUp()
        self.project = self._create_project(name="Signed project", mode=self.mode_light)
        self._create_party(self.project, self.contact_a, may_sign=True, title="Head of IT")

    def _sign_package(self, name="V1.0", count=3):
        baseline = self._create_package(self.project, count=count, name=name)
        row = self._send(baseline)
        self._sign(self._pending(row))
        self.assertEqual(row.state, "approved")
        return row

    def _papers(self, lang="en_US"):
        for model in PAPERS:
            report = self.env[model].with_user(self.delivery_manager)
            values = report._get_report_values(self.project.ids, {"lang": lang})
            yield model, values["papers"][0]

    def _html(self, model):
        return (
            self.env["ir.actions.report"]
            .with_user(self.delivery_manager)
            ._render_qweb_html(model.removeprefix("report."), self.project.ids)[0]
            .decode()
        )

    def test_what_was_signed_is_printed_with_its_signatures(self):
        row = self._sign_package()
        for model, paper in self._papers():
            (block,) = paper["signed"]
            self.assertEqual(block["name"], self.contact_a.name)
            self.assertEqual(block["post"], "Head of IT")
            self.assertEqual(block["method"], "link")
            self.assertIn(("Version", "V1.0"), block["facts"])
            html = self._html(model)
            self.assertIn("data:image/png;base64,", html)
            self.assertIn(row.snapshot_sha256[:4], html)
            self.assertNotIn("(company stamp)", html, "there is nothing left to sign")

    def test_a_paper_that_says_more_carries_no_signature(self):
        row = self._sign_package()
        self._create_complete_requirement(name="One more", project_id=self.project.id)
        for model, paper in self._papers():
            self.assertFalse(paper["signed"])
            (text,) = paper["signed_versions"]
            self.assertIn("V1.0", text)
            html = self._html(model)
            self.assertIn("(company stamp)", html)
            self.assertIn(row.name, html)
            self.assertNotIn("o_proof_link", html.partition("</style>\n        <div")[2])

    def test_two_packages_are_printed_with_the_signatures_of_both(self):
        self._sign_package("V1.0")
        self._sign_package("V1.1", count=2)
        for _model, paper in self._papers():
            versions = [dict(block["facts"])["Version"] for block in paper["signed"]]
            # the later package holds everything, so its signature stands for all
            self.assertEqual(versions, ["V1.1"])

    def test_a_changed_requirement_takes_the_signatures_away(self):
        self._sign_package()
        requirement = self.env["project.requirement"].search(
            [("project_id", "=", self.project.id)], limit=1
        )
        requirement.with_user(self.delivery_manager).name = "Changed afterwards"
        self.assertTrue(requirement.changed_after_agreement)
        for _model, paper in self._papers():
            self.assertFalse(paper["signed"])
            self.assertEqual(len(paper["signed_versions"]), 1)

    def test_a_void_signature_is_not_printed_under_a_new_paper(self):
        row = self._sign_package()
        row.with_user(self.delivery_manager).action_void("Wrong annex")
        for _model, paper in self._papers():
            self.assertFalse(paper["signed"] or paper["signed_versions"])

    def test_dates_of_signatures_are_written_in_the_language_of_the_paper(self):
        row = self._sign_package()
        self.env["res.lang"]._activate_lang("zh_CN")
        day = row.decision_ids.recorded_at
        for _model, paper in self._papers("zh_CN"):
            (block,) = paper["signed"]
            texts = [text for _label, text in block["facts"]]
            self.assertTrue(any(f"{day:%Y}" in text[:4] for text in texts), texts)

    def test_the_number_of_queries_does_not_grow_with_the_requirements(self):
        counts = []
        for count in (3, 12):
            self._sign_package(f"V{count}", count=count)
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            paper = self.env["report.customer_delivery.report_confirmation_slip"]
            requirements = paper._get_paper_requirements([("project_id", "=", self.project.id)])
            prepared = paper._prepare_signed(requirements)
            self.assertTrue(prepared["signed"])
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)
