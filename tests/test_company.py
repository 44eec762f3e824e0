"""Two companies: what staff, managers and customers of each see and do (SE4)."""

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests.common import tagged
from odoo.tools import mute_logger

from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestTwoCompanies(DeliveryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.here = cls._create_complete_requirement()
        cls.there = cls._create_complete_requirement(
            project_id=cls.project_other.id, user_id=cls.other_user.id, requester_id=False
        )
        cls.pool_there = (
            cls.env["project.requirement"].with_user(cls.other_user).create({"name": "Pool there"})
        )
        cls.both = cls._create_user("both", "customer_delivery.group_delivery_manager")
        cls.both.company_ids |= cls.other_company

    def _seen(self, user, *companies):
        model = self.env["project.requirement"].with_user(user)
        if companies:
            model = model.with_context(allowed_company_ids=[company.id for company in companies])
        found = model.search([("id", "in", (self.here | self.there | self.pool_there).ids)])
        return found.sudo().sorted("id")

    def test_staff_sees_the_companies_of_the_switcher(self):
        self.assertEqual(self._seen(self.delivery_user), self.here)
        self.assertEqual(self._seen(self.delivery_manager), self.here)
        self.assertEqual(self._seen(self.auditor), self.here)
        self.assertEqual(self._seen(self.other_user), self.there | self.pool_there)
        self.assertEqual(self._seen(self.both, self.company), self.here)
        self.assertEqual(
            self._seen(self.both, self.company, self.other_company),
            self.here | self.there | self.pool_there,
        )

    def test_nobody_switches_into_a_company_that_is_not_his(self):
        for user in (self.delivery_user, self.delivery_manager, self.auditor):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._seen(user, self.other_company)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_documents_of_the_other_company_are_closed_in_every_way(self):
        line = self.there.criterion_ids
        for user in (self.delivery_user, self.delivery_manager):
            there = self.there.with_user(user)
            for attack in (
                lambda r: r.read(["name"]),
                lambda r: r.write({"name": "x"}),
                lambda r: r.unlink(),
                lambda r: r.copy(),
                lambda r: r.action_publish("comment"),
                lambda r: r.action_move_to_stage(self._stage("confirmed").id),
                lambda r: r.action_void_confirmation("why"),
                lambda r: r.message_post(body="x"),
                lambda r: r.create({"name": "x", "project_id": self.project_other.id}),
                lambda r: r.action_quick_entry(
                    "x", "0123456789abcdef", project_id=self.project_other.id
                ),
                lambda r: line.with_env(r.env).write({"name": "x"}),
                lambda r: line.with_env(r.env).write({"requirement_id": self.here.id}),
                lambda r: line.with_env(r.env).create(
                    {"name": "x", "requirement_id": self.there.id}
                ),
                lambda r: self.here.with_env(r.env).write(
                    {"criterion_ids": [Command.link(line.id)]}
                ),
                lambda r: self.project_other.with_env(r.env).action_enable_delivery(
                    self.mode_strict.id
                ),
            ):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    attack(there)
        self.assertEqual(line.requirement_id, self.there)

    def test_the_company_of_a_document_is_not_that_of_the_switcher(self):
        switched = self.both.with_context(
            allowed_company_ids=[self.other_company.id, self.company.id]
        )
        model = (
            self.env["project.requirement"].with_user(self.both).with_context(switched.env.context)
        )
        self.assertEqual(model.env.company, self.other_company)
        made = model.create({"name": "x", "project_id": self.project_light.id})
        self.assertEqual(made.company_id, self.company)
        with self.assertRaises(AccessError):
            made.write({"company_id": self.other_company.id})

    def test_a_customer_of_two_companies_sees_both_and_only_his(self):
        self.assertEqual(self._seen(self.portal_a), self.here)
        self._create_party(self.project_other, self.contact_a)
        self.env.flush_all()
        self.assertEqual(self._seen(self.portal_a), self.here | self.there)
        self.assertFalse(self._seen(self.portal_b))
        self.assertFalse(self._seen(self.portal_a_colleague))

    def test_each_company_has_its_pool_mode(self):
        self.other_company.delivery_pool_mode_id = self.mode_strict
        there = self.env["project.requirement"].with_user(self.other_user).create({"name": "x"})
        here = self.env["project.requirement"].with_user(self.delivery_user).create({"name": "x"})
        self.assertEqual(there.stage_id, self._stage("new"))
        self.assertEqual(here.stage_id, self._stage("open"))
        self.assertEqual(there.mode_id, self.mode_strict)
        self.assertEqual(here.mode_id, self.mode_light)
