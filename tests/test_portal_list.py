import re
import time

from odoo.fields import Command
from odoo.tests.common import HttpCase, tagged

from .common import DeliveryCase

# of a page over 500 requirements
MOST_QUERIES = 40


@tagged("post_install", "-at_install")
class TestPortalList(DeliveryCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.must = cls.env.ref("customer_delivery.project_requirement_priority_must")
        cls.should = cls.env.ref("customer_delivery.project_requirement_priority_should")
        cls.section_a, cls.section_b = cls.env["project.requirement.section"].create(
            [
                {"name": name, "project_id": cls.project_standard.id}
                for name in ("Warehouse", "Office")
            ]
        )
        shared = {"portal_access": "comment", "project_id": cls.project_standard.id}
        cls.scanner = cls._create_complete_requirement(
            name="Scanner", section_id=cls.section_a.id, priority_id=cls.must.id, **shared
        )
        cls.printer = cls._create_complete_requirement(
            name="Printer",
            section_id=cls.section_b.id,
            priority_id=cls.should.id,
            description="<p>Needle in the text</p>",
            **shared,
        )
        cls.scanner.action_move_to_stage(cls._stage("customer").id)
        cls.scanner.requester_id = cls.colleague_a
        cls.printer.requester_id = cls.contact_a
        cls._create_requirement(name="Internal", **{**shared, "portal_access": "hidden"})

    def setUp(self):
        super().setUp()
        self.authenticate("portal_a", "portal_a")

    def _titles(self, url):
        html = self.url_open(url).text
        lines = re.findall(r'class="o_delivery_line_title">(.*?)</span>\s*(?:<|$)', html, re.S)
        return [re.sub(r"<[^>]+>", "", line).split()[-1] for line in lines]

    def test_the_start_page_shows_first_what_waits_for_the_contact(self):
        html = self.url_open("/my/delivery").text
        self.assertLess(html.index("Scanner"), html.index("Project standard</a>"))
        self.assertNotIn("Printer", html)
        self.assertNotIn("Nothing needs your attention right now", html)
        self.scanner.with_user(self.delivery_user).action_move_to_stage(self._stage("review").id)
        html = self.url_open("/my/delivery").text
        self.assertNotIn("Scanner", html)
        self.assertIn("Nothing needs your attention right now", html)

    def test_the_start_page_names_the_contact_person(self):
        self.delivery_manager.partner_id.phone = "+86 21 5555 0000"
        html = self.url_open("/my/delivery").text
        self.assertIn("delivery_manager@example.com", html)
        self.assertIn("tel:+862155550000", html)

    def test_the_home_page_counts_what_waits(self):
        counters = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["delivery_waiting_count", "delivery_count"]}
        )
        self.assertEqual(counters, {"delivery_waiting_count": 1, "delivery_count": 3})
        self.assertIn("/my/delivery", self.url_open("/my/home").text)

    def test_the_list_is_searched_filtered_sorted_and_grouped(self):
        url = "/my/requirements"
        self.assertEqual(self._titles(f"{url}?sortby=title"), ["Printer", "Scanner"])
        self.assertEqual(self._titles(f"{url}?search=needle"), ["Printer"])
        self.assertEqual(self._titles(f"{url}?search=needle&search_in=name"), [])
        number = self.scanner._get_full_number()
        self.assertEqual(self._titles(f"{url}?search={number}&search_in=number"), ["Scanner"])
        self.assertEqual(self._titles(f"{url}?filterby=you"), ["Scanner"])
        self.assertEqual(self._titles(f"{url}?filterby=us"), ["Printer"])
        self.assertEqual(self._titles(f"{url}?filterby=own"), ["Printer"])
        self.assertEqual(self._titles(f"{url}?filterby=class_{self.must.id}"), ["Scanner"])
        self.assertEqual(
            self._titles(f"{url}?groupby=section&sortby=title"), ["Scanner", "Printer"]
        )
        for group, title in (
            ("project", "Project standard"),
            ("stage", "With Customer"),
            ("class", "Should"),
            ("section", "2 Office"),
        ):
            html = self.url_open(f"{url}?groupby={group}").text
            self.assertRegex(html, rf'class="o_delivery_group">\s*{title}')

    def test_nonsense_in_the_address_shows_the_plain_list(self):
        url = "/my/requirements?sortby=x&filterby=y&groupby=z&search_in=q"
        self.assertEqual(len(self._titles(url)), 2)

    def test_the_project_page_follows_the_document(self):
        self.env["project.milestone"].create(
            {"name": "Go-live", "project_id": self.project_standard.id, "deadline": "2030-01-15"}
        )
        html = self.url_open(f"/my/delivery/project/{self.project_standard.id}").text
        self.assertLess(html.index("1 Warehouse"), html.index("Scanner"))
        self.assertLess(html.index("Scanner"), html.index("2 Office"))
        self.assertLess(html.index("2 Office"), html.index("Printer"))
        self.assertIn("Go-live", html)
        self.assertIn("01/15/2030", html)
        self.assertNotIn("Internal", html)

    def test_the_detail_shows_criteria_and_figures(self):
        html = self.url_open(f"/my/requirements/{self.printer.id}").text
        self.assertIn("Needle in the text", html)
        self.assertIn("It can be seen", html)
        self.assertIn("≤ 2", html)

    def test_the_pages_follow_the_language_of_the_user(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.must.with_context(lang="zh_CN").name = "必须实现"
        self.portal_a.lang = "zh_CN"
        self.authenticate("portal_a", "portal_a")
        response = self.url_open(f"/my/requirements/{self.scanner.id}")
        self.assertIn("/zh_CN/", response.url)
        self.assertIn("必须实现", response.text)

    def test_the_account_manager_is_on_the_start_page_of_his_customer_alone(self):
        self.delivery_user.write({"name": "Wang Fang", "phone": "+86 138 0013 8000"})
        self.customer_a.user_id = self.delivery_user
        html = self.url_open("/my/delivery").text
        self.assertIn("Your account manager", html)
        self.assertIn("Wang Fang", html)
        self.assertIn('src="data:image/png;base64,', html)
        self.assertIn("tel:+8613800138000", html)
        self.authenticate("portal_b", "portal_b")
        self.assertNotIn("Your account manager", self.url_open("/my/delivery").text)
        # whoever has left is no longer there for anybody
        self.delivery_user.active = False
        self.authenticate("portal_a", "portal_a")
        self.assertNotIn("Wang Fang", self.url_open("/my/delivery").text)

    def test_five_hundred_requirements_take_few_queries_and_under_a_second(self):
        self.env["project.requirement"].create(
            [
                {
                    "name": f"Requirement {number}",
                    "project_id": self.project_standard.id,
                    "section_id": (self.section_a | self.section_b)[number % 2].id,
                    "priority_id": (self.must | self.should)[number % 2].id,
                    "portal_access": "comment",
                    "criterion_ids": [Command.create({"name": "It works"})],
                }
                for number in range(500)
            ]
        )
        self.env.flush_all()
        for url in (
            "/my/delivery",
            "/my/requirements",
            "/my/requirements?groupby=stage&search=requirement",
            f"/my/delivery/project/{self.project_standard.id}",
            f"/my/requirements/{self.printer.id}",
        ):
            self.url_open(url)  # templates and translations are compiled once per worker
            self.env.invalidate_all()
            before, begun = self.env.cr.sql_log_count, time.monotonic()
            response = self.url_open(url)
            seconds = time.monotonic() - begun
            queries = self.env.cr.sql_log_count - before
            self.assertEqual(response.status_code, 200)
            self.assertGreater(queries, 5, "the queries of the page are counted")
            self.assertLessEqual(queries, MOST_QUERIES, url)
            self.assertLess(seconds, 1, url)
        self.assertEqual(len(self._titles("/my/requirements")), 80)
        self.assertEqual(len(self._titles("/my/requirements/page/7")), 22)
