"""Whom a step asks: every source of people, and who is left out of each."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .change_common import COMPLETE
from .signoff_common import SignoffCase


@tagged("post_install", "-at_install")
class TestSignoffSources(SignoffCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls.project_light
        cls.role = cls.env["project.role"].create({"name": "Plant manager"})
        cls.gone = cls._create_user("gone", "customer_delivery.group_delivery_manager")
        cls.change = cls.env["project.change"].create(
            {
                **COMPLETE,
                "name": "Two labels",
                "project_id": cls.project.id,
                "user_id": cls.delivery_user.id,
                "requester_id": cls.colleague_a.id,
            }
        )
        cls.gone.active = False

    def _field(self, name):
        return self.env["ir.model.fields"]._get("project.change", name).id

    def _create_step(self, **values):
        return self._create_flow(
            {"accepts_link": True, **values}, res_model="project.change", mode=self.mode_light
        )

    def _ask(self, reviewers=None, **values):
        """Return (users, contacts) whom a step of these values asks about the change."""
        flow = self._create_step(**values)
        plan = self.env["signoff.planner"]._plan(self.change, flow, reviewers=reviewers)
        people = plan[self.change.id]["steps"][0]["people"]
        users = self.env["res.users"].browse([one["user"] for one in people if one["user"]])
        contacts = [one["partner"] for one in people if not one["user"]]
        return users, self.env["res.partner"].browse(contacts)

    def _assert_asked(self, found, users=None, contacts=None):
        self.assertEqual(found[0], users or self.env["res.users"])
        self.assertEqual(found[1], contacts or self.env["res.partner"])

    def test_these_people(self):
        named = self.internal | self.gone | self.other_user
        # neither who has left nor who works in another company only
        found = self._ask(source="user", user_ids=[Command.set(named.ids)])
        self._assert_asked(found, self.internal)

    def test_members_of_a_group(self):
        group = self.env.ref("customer_delivery.group_delivery_manager")
        users, contacts = self._ask(source="group", group_id=group.id)
        self.assertIn(self.delivery_manager, users)
        self.assertFalse(users & (self.gone | self.other_manager | self.delivery_user))
        self.assertFalse(contacts)

    def test_the_project_manager(self):
        self.project.user_id = self.project_user
        self._assert_asked(self._ask(source="manager"), self.project_user)

    def test_parties_of_a_role_on_either_side(self):
        self._create_party(self.project, self.colleague_a, role_id=self.role.id)
        self._create_party(
            self.project, self.internal.partner_id, role_id=self.role.id, side="supplier"
        )
        ours = self._ask(source="role", role_id=self.role.id, side="supplier")
        self._assert_asked(ours, self.internal)
        theirs = self._ask(source="role", role_id=self.role.id, side="customer")
        self._assert_asked(theirs, contacts=self.colleague_a)

    def test_a_party_whose_time_is_over_is_not_asked(self):
        party = self._create_party(self.project, self.colleague_a, role_id=self.role.id)
        party.date_to = "2020-01-01"
        self._assert_asked(self._ask(source="role", role_id=self.role.id, side="customer"))

    def test_signatories_of_the_side(self):
        self._create_party(self.project, self.colleague_a)
        found = self._ask(source="signatory", side="customer")
        self._assert_asked(found, contacts=self.contact_a)

    def test_a_signatory_signs_up_to_his_limit(self):
        party = self.project.delivery_party_ids
        party.sign_limit = 1000
        self.change.agreed_amount = 900
        found = self._ask(source="signatory", side="customer")
        self._assert_asked(found, contacts=self.contact_a)
        self.change.agreed_amount = 1100
        flow = self._create_step(source="signatory", side="customer")
        with self.assertRaisesRegex(UserError, "Step 1.*finds nobody"):
            self._send(self.change, flow_id=flow.id)

    def test_a_field_of_the_document(self):
        found = self._ask(source="field", field_id=self._field("user_id"))
        self._assert_asked(found, self.delivery_user)
        found = self._ask(source="field", field_id=self._field("requester_id"), side="customer")
        self._assert_asked(found, contacts=self.colleague_a)

    def test_the_manager_of_a_field_where_nobody_knows_managers(self):
        if "employee_parent_id" in self.env["res.users"]._fields:
            self.skipTest("Employees is installed and knows managers")
        flow = self._create_step(source="field_manager", field_id=self._field("user_id"))
        with self.assertRaisesRegex(UserError, "Step 1.*finds nobody"):
            self._send(self.change, flow_id=flow.id)

    def test_chosen_when_it_is_sent(self):
        chosen = self.internal.partner_id | self.contact_a
        self._assert_asked(self._ask(chosen, source="chosen"), self.internal)
        theirs = self._ask(chosen, source="chosen", side="customer")
        self._assert_asked(theirs, contacts=self.contact_a)
        flow = self._create_step(source="chosen")
        with self.assertRaisesRegex(UserError, "choose somebody"):
            self._send(self.change, flow_id=flow.id)

    def test_each_rule_wants_what_it_says(self):
        people = self.internal | self.project_user | self.delivery_user | self.auditor
        for rule, need, wanted in (
            ("any", 1, 1),
            ("all", 1, 4),
            ("count", 3, 3),
            ("percent", 51, 3),
            ("percent", 50, 2),
        ):
            with self.subTest(rule=rule, need=need):
                change = self.change.copy()
                flow = self._create_step(
                    source="user", user_ids=[Command.set(people.ids)], rule=rule, need=need
                )
                row = self._send(change, flow_id=flow.id)
                decided = 0
                while row.state == "running":
                    self._decide(self._pending(row)[:1])
                    decided += 1
                self.assertEqual((decided, row.state), (wanted, "approved"))
