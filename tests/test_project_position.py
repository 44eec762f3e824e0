"""What a project's tab shows as the next step, and where its buttons lead."""

from lxml import etree

from odoo.tests import tagged

from odoo.addons.customer_delivery.core.grant import Granted

from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestProjectPosition(DeliveryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls.project_standard
        cls.project.user_id = cls.delivery_user

    def _step(self, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.project.with_user(user or self.delivery_user).delivery_next_step

    def _acceptance(self, state, kind="final"):
        acceptance = self._create_acceptance(
            project_id=self.project.id, kind_id=self._acceptance_kind(kind).id
        )
        acceptance.write(Granted(state=state))
        return acceptance

    def test_from_the_first_wish_to_the_close_out(self):
        self.assertEqual(self._step(), "requirement")
        requirement = self._create_complete_requirement(project_id=self.project.id)
        self.assertEqual(self._step(), "confirm")
        # who does not run the project does not send
        colleague = self._create_user("colleague", "customer_delivery.group_delivery_user")
        self.assertEqual(self._step(colleague), "requirement")
        requirement._signoff_agree()
        self.assertEqual(self._step(), "accept")
        preliminary = self._acceptance("draft", "preliminary")
        self.assertEqual(self._step(), "check")
        preliminary.write(Granted(state="signed"))
        self.assertEqual(self._step(), "accept")
        self._acceptance("signed")
        self.assertEqual(self._step(), "close")
        self.project.with_user(self.delivery_user).action_build_closing_pack()
        self.env["project.closing.pack"].search([]).write(Granted(state="ready"))
        self.assertEqual(self._step(), "done")

    def test_a_light_project_ends_with_its_one_acceptance(self):
        self.project = self.project_light
        self.project.user_id = self.delivery_user
        self._create_agreed_requirement(project_id=self.project.id)
        self._acceptance("signed", "simple")
        self.assertEqual(self._step(), "close")

    def test_continue_opens_the_acceptance_under_way(self):
        project = self.project.with_user(self.delivery_user)
        begun = self._acceptance("customer")
        self._acceptance("signed")
        self.assertEqual(project.action_continue_acceptance()["res_id"], begun.id)
        self._acceptance("draft")
        self.assertFalse(project.action_continue_acceptance().get("res_id"))

    def test_one_button_is_primary(self):
        view = self.env["project.project"].get_view(self.env.ref("project.edit_project").id)
        page = etree.fromstring(view["arch"]).find(".//page[@name='delivery']")
        primary = [
            node.get("invisible")
            for node in page.iterfind(".//div[@class='o_delivery_tab']//button")
            if "btn-primary" in (node.get("class") or "")
        ]
        steps = ("requirement", "confirm", "accept", "check", "close")
        self.assertEqual(
            sorted(primary), sorted(f"delivery_next_step != '{step}'" for step in steps)
        )

    def test_steps_cost_the_same_for_many_projects(self):
        def count(projects):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            projects.with_user(self.delivery_manager).mapped("delivery_next_step")
            return self.cr.sql_log_count - before

        projects = self.project_light | self.project_standard
        count(projects)
        self.assertEqual(count(projects | self.project_strict | self.project_b), count(projects))
