import re

from lxml import html

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, tagged

from odoo.addons.customer_delivery.core.grant import Granted

from .common import DeliveryCase

SPECIFICATION = "customer_delivery.report_specification"
SLIP = "customer_delivery.report_confirmation_slip"
SELECTION_SLIP = "customer_delivery.report_confirmation_slip_selection"


class PaperCase(DeliveryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.must, cls.should, cls.later, cls.wont = (
            cls.env.ref(f"customer_delivery.project_requirement_priority_{name}")
            for name in ("must", "should", "later", "wont")
        )

    def _html(self, report, records, user=None, **data):
        model = self.env["ir.actions.report"].with_user(user or self.delivery_user)
        return model._render_qweb_html(report, records.ids, data=data)[0].decode()

    def _text(self, report, records, user=None, **data):
        """Return the words of a paper as people read them."""
        page = html.fromstring(self._html(report, records, user, **data))
        for style in page.xpath("//style|//script|//title"):
            style.drop_tree()
        return re.sub(r"\s+", " ", page.text_content())

    def _write_history(self):
        """Write the history as the end of a request does."""
        self.env.flush_all()
        self.cr.flush()

    def _headings(self, report, records, **data):
        page = html.fromstring(self._html(report, records, **data))
        return [re.sub(r"\s+", " ", each.text_content()).strip() for each in page.xpath("//h2")]


@tagged("post_install", "-at_install")
class TestSpecification(PaperCase):
    def test_the_chapters_stand_in_order_and_empty_ones_are_left_out(self):
        project = self.project_standard
        self.assertEqual(
            self._headings(SPECIFICATION, project),
            ["Revisions", "Contents", "1 Introduction", "2 Overall description"]
            + ["Annex: list of requirements", "Signatures"],
        )
        for chapter, name in (
            ("security", "Safe"),
            ("function", "Works"),
            ("performance", "Fast"),
            ("interface", "Talks"),
        ):
            self._create_complete_requirement(
                name=name,
                project_id=project.id,
                type_id=self.env.ref(f"customer_delivery.project_requirement_type_{chapter}").id,
            )
        self._create_requirement(name="Left out", project_id=project.id, priority_id=self.wont.id)
        self.assertEqual(
            self._headings(SPECIFICATION, project),
            [
                "Revisions",
                "Contents",
                "1 Introduction",
                "2 Overall description",
                "3 Functional requirements",
                "4 Performance indicators",
                "5 Interfaces and data",
                "6 Security and others",
                "7 Not included",
                "8 Acceptance criteria",
                "9 Still open",
                "Annex: list of requirements",
                "Signatures",
            ],
        )

    def test_a_requirement_is_printed_with_all_that_the_customer_agrees_to(self):
        requirement = self._create_complete_requirement(
            name="Print labels",
            description="<p>Every <b>pallet</b></p>",
            background="<p>The law</p>",
            constraints="<p>No cloud</p>",
            out_of_scope="<p>No colours</p>",
            rationale="<p>Cheaper</p>",
            criterion_ids=[
                Command.create({"name": "It can be seen", "kind": "ux", "target": "< 2 m"})
            ],
            indicator_ids=[
                Command.create(
                    {
                        "name": "Time",
                        "operator": "between",
                        "target": 1,
                        "target_max": 2.5,
                        "unit": "s",
                        "condition": "100 users",
                    }
                )
            ],
        )
        page = self._html(SPECIFICATION, self.project_light)
        self.assertIn("<p>Every <strong>pallet</strong></p>", page)
        text = self._text(SPECIFICATION, self.project_light)
        for words in (
            f"Requirement {requirement.outline}",
            requirement.number,
            "The law",
            "No cloud",
            "No colours",
            "Cheaper",
            "It can be seen",
            "User experience",
            "< 2 m",
            "1 … 2.5 s",
            "100 users",
            "Verification method: Test",
        ):
            self.assertIn(words, text)

    def test_cancelled_unclassified_and_excluded_requirements_are_not_promised(self):
        self._create_requirement(name="Promised one", priority_id=self.must.id)
        cancelled = self._create_requirement(name="Given up", priority_id=self.must.id)
        cancelled.write(Granted(stage_id=self._stage("cancelled").id))
        self._create_requirement(name="Raw wish")
        self._create_requirement(name="Refused wish", priority_id=self.wont.id)
        text = self._text(SPECIFICATION, self.project_light)
        body, annex = text.split("Annex: list of requirements")[-2:]
        self.assertNotIn("Given up", text)
        self.assertIn("Promised one", annex)
        self.assertNotIn("Raw wish", annex)
        self.assertNotIn("Refused wish", annex)
        self.assertRegex(body, r"Raw wish\s+Not classified yet")
        self.assertIn("Refused wish", body.split("Not included")[1])
        self.assertIn("Number of requirements: 1", text)

    def test_nothing_internal_is_printed(self):
        self._create_requirement(
            name="Printed",
            priority_id=self.must.id,
            notes="<p>SECRET-NOTE</p>",
            effort=98760123.5,
            risk="3",
            difficulty="3",
            user_id=self.delivery_user.id,
        )
        self.project_light.write(
            {
                "delivery_contract_amount": 123456.78,
                "delivery_currency_id": self.env.ref("base.EUR").id,
            }
        )
        self.contact_a.write({"email": "contact@customer.example", "phone": "555 0199"})
        for report in (SPECIFICATION, SLIP):
            page = self._html(report, self.project_light)
            for secret in (
                "SECRET-NOTE",
                "98760123",
                "98,760,123",
                "123456",
                "123,456",
                "delivery_user@",
                "contact@customer.example",
                "555 0199",
            ):
                self.assertNotIn(secret, page)

    def test_confirmations_make_the_revision_table(self):
        requirement = self._create_complete_requirement(name="Confirmed one")
        other = self._create_complete_requirement(name="Waiting one")
        self._write_history()
        requirements = requirement.with_user(self.delivery_manager).with_context(
            mail_notrack=False, tracking_disable=False
        )
        requirements.write(Granted(stage_id=self._stage("confirmed").id))
        self._write_history()
        text = self._text(SPECIFICATION, self.project_light)
        revisions = text.split("Revisions")[1].split("Contents")[0]
        self.assertIn(f"Confirmed (1): {requirement.number}", revisions)
        self.assertIn("delivery_manager", revisions)
        self.assertIn("Draft, 1 of 2 confirmed", text)
        still_open = text.split("Still open")[-1].split("Annex")[0]
        self.assertIn(other.number, still_open)
        self.assertNotIn(requirement.number, still_open)
        requirements.action_void_confirmation("Wrong plant")
        self._write_history()
        text = self._text(SPECIFICATION, self.project_light)
        self.assertIn(f"Opened again (1): {requirement.number}", text)

    def test_a_version_agreed_in_full_says_so_and_a_later_edit_shows(self):
        requirement = self._create_agreed_requirement(name="Confirmed one")
        self.assertIn("Confirmed, as of", self._text(SPECIFICATION, self.project_light))
        requirement.name = "Edited one"
        text = self._text(SPECIFICATION, self.project_light)
        self.assertIn("Draft, 0 of 1 confirmed", text)
        self.assertRegex(text, r"Edited one\s+Changed after confirmation")

    def test_signatures_name_the_people_who_may_sign(self):
        self._create_party(
            self.project_light, self.colleague_a, may_sign=True, title="Head of logistics"
        )
        text = self._text(SPECIFICATION, self.project_light).split("Signatures")[-1]
        self.assertIn("Customer A", text)
        self.assertIn(self.colleague_a.name, text)
        self.assertIn("Head of logistics", text)
        self.assertIn(self.company.name, text)
        self.assertNotIn(self.contact_a.name, text)

    def test_the_paper_speaks_the_language_of_the_project_or_of_choice(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.must.with_context(lang="zh_CN").name = "必须实现"
        self._create_requirement(name="Print", priority_id=self.must.id)
        self.project_light.delivery_lang = "zh_CN"
        page = self._html(SPECIFICATION, self.project_light)
        self.assertIn("必须实现", page)
        self.assertIn('lang="zh-CN"', page)
        page = self._html(SPECIFICATION, self.project_light, lang="en_US")
        self.assertNotIn("必须实现", page)

    def test_version_and_classification_are_printed_as_typed(self):
        text = self._text(
            SPECIFICATION, self.project_light, version="V1.0 <b>", classification="Internal"
        )
        self.assertIn("V1.0 <b>", text)
        self.assertIn("Internal", text)

    def test_practice_projects_are_marked_on_every_page(self):
        self.assertNotIn("PRACTICE", self._text(SPECIFICATION, self.project_light))
        project = self._create_project(name="Practice")
        project.action_enable_delivery(self.mode_light.id, practice=True)
        for report in (SPECIFICATION, SLIP):
            page = self._html(report, project)
            self.assertIn("PRACTICE", page)
            self.assertIn("background-image: url(data:image/svg+xml;base64,", page)

    def test_queries_do_not_grow_with_the_requirements(self):
        def add(count):
            for place in range(count):
                self._create_complete_requirement(
                    name=f"Requirement {place}", background="<p>Because</p>"
                )
            self.env.flush_all()

        def queries(report):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._html(report, self.project_light)
            return self.cr.sql_log_count - before

        add(10)
        few = {}
        for report in (SPECIFICATION, SLIP):
            queries(report)
            few[report] = queries(report)
        add(190)
        for report in (SPECIFICATION, SLIP):
            self.assertEqual(queries(report), few[report], report)

    def test_a_project_of_others_is_not_printed(self):
        for user, project in (
            (self.delivery_user, self.project_private),
            (self.other_user, self.project_light),
            (self.portal_a, self.project_light),
        ):
            for report in (SPECIFICATION, SLIP):
                with self.assertRaises(AccessError):
                    self._html(report, project, user=user)


@tagged("post_install", "-at_install")
class TestConfirmationSlip(PaperCase):
    def test_the_slip_holds_the_promised_requirements_in_one_table(self):
        promised = self._create_complete_requirement(name="Promised one")
        self._create_requirement(name="Raw wish")
        self._create_requirement(name="Refused wish", priority_id=self.wont.id)
        text = self._text(SLIP, self.project_light)
        table, after = text.split("Not part of this delivery:")
        self.assertIn(promised.number, table)
        self.assertIn("It can be seen", table)
        self.assertNotIn("Raw wish", table)
        self.assertIn("Refused wish", after)
        self.assertIn("Not classified yet and not part of this paper", after)
        self.assertIn("confirm the requirements above (number: 1)", after)

    def test_a_selection_is_one_paper_for_each_project(self):
        first = self._create_requirement(name="First", priority_id=self.must.id)
        second = self._create_requirement(name="Second", priority_id=self.must.id)
        self._create_requirement(name="Not selected", priority_id=self.must.id)
        foreign = self._create_requirement(
            name="Of B", priority_id=self.must.id, project_id=self.project_b.id
        )
        page = html.fromstring(self._html(SELECTION_SLIP, first + second))
        self.assertEqual(len(page.xpath("//h1")), 1)
        text = page.text_content()
        self.assertIn("Second", text)
        self.assertNotIn("Not selected", text)
        page = html.fromstring(self._html(SELECTION_SLIP, first + foreign))
        self.assertEqual(len(page.xpath("//h1")), 2)
        # one document for the print program, whatever was selected
        self.assertEqual(len(page.xpath("//div[contains(@class, 'article')]")), 1)

    def test_wishes_of_the_pool_are_printed_for_their_customer(self):
        wish = self._create_requirement(
            name="Pool wish",
            project_id=False,
            partner_id=self.contact_b.id,
            priority_id=self.must.id,
        )
        text = self._text(SELECTION_SLIP, wish)
        self.assertIn("Pool wish", text)
        self.assertIn("Customer B", text)

    def test_a_requirement_that_one_cannot_see_is_not_printed(self):
        private = self._create_requirement(project_id=self.project_private.id)
        own = self._create_requirement(name="Own", priority_id=self.must.id)
        for user in (self.delivery_user, self.project_user, self.other_user, self.portal_a):
            with self.assertRaises(AccessError):
                self._html(SELECTION_SLIP, private + own, user=user)
        self.assertIn("Own", self._text(SELECTION_SLIP, own, user=self.project_user))

    def test_the_dialog_prints_what_was_chosen(self):
        requirement = self._create_requirement(priority_id=self.must.id)
        dialogs = self.env["project.requirement.print"].with_user(self.delivery_user)
        dialog = dialogs.with_context(
            active_model="project.requirement", active_ids=requirement.ids
        ).create({"version": "V2"})
        action = dialog.action_print()
        self.assertEqual(action["report_name"], SELECTION_SLIP)
        self.assertEqual(action["data"]["requirement_ids"], requirement.ids)
        text = self._text(SELECTION_SLIP, self.env["project.requirement"], **action["data"])
        self.assertIn(requirement.number, text)
        self.assertIn("V2", text)
        dialog = dialogs.create({"project_id": self.project_light.id, "lang": "en_US"})
        action = dialog.action_print()
        self.assertEqual(action["report_name"], SPECIFICATION)
        text = self._text(SPECIFICATION, self.env["project.project"], **action["data"])
        self.assertIn(requirement.number, text)

    def test_the_project_opens_the_dialog_with_its_usual_paper(self):
        for project, paper in (
            (self.project_light, "confirmation"),
            (self.project_standard, "specification"),
        ):
            action = project.with_user(self.project_user).action_print_requirements()
            dialogs = self.env["project.requirement.print"].with_user(self.project_user)
            dialog = Form(dialogs.with_context(**action["context"])).save()
            self.assertEqual(dialog.project_id, project)
            self.assertEqual(dialog.paper, paper)
            self.assertEqual(dialog.action_print()["data"], {"project_ids": project.ids})


@tagged("post_install", "-at_install")
class TestPapersAsPdf(HttpCase, PaperCase):
    def test_every_paper_becomes_a_pdf_of_several_pages(self):
        reports = self.env["ir.actions.report"].with_user(self.delivery_user)
        self.assertEqual(reports.get_wkhtmltopdf_state(), "ok", "the tests print real papers")
        requirements = self._create_complete_requirement(
            name="需求 1", project_id=self.project_b.id
        )
        requirements += self._create_complete_requirement(name="需求 2")
        requirements += self._create_complete_requirement(name="需求 3")
        for report, records in (
            (SPECIFICATION, self.project_light),
            (SLIP, self.project_light),
            (SELECTION_SLIP, requirements),
        ):
            with self.allow_pdf_render():
                pdf, kind = reports.with_context(force_report_rendering=True)._render_qweb_pdf(
                    report, records.ids
                )
            self.assertEqual(kind, "pdf")
            self.assertTrue(pdf.startswith(b"%PDF"))
            self.assertGreater(len(pdf), 10_000)
