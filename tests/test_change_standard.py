from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .change_common import ChangeCase
from .signoff_common import SignoffCase


@tagged("post_install", "-at_install")
class TestChangeStandard(ChangeCase, SignoffCase):
    """What the customer has approved once is not asked again, within its limits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.context_today(cls.changes)
        cls.templates = cls.env["project.change.template"].with_user(cls.delivery_user)

    def _create_template(self, **values):
        risk = self.env.ref("customer_delivery.project_change_dimension_risk")
        return self.templates.create(
            {
                "name": "One more user",
                "project_id": self.project.id,
                "content": "<p>An account, a role, a short training.</p>",
                "billing": "charged",
                "agreed_days": 1,
                "max_days": 2,
                "agreed_amount": 300,
                "max_amount": 500,
                "valid_until": self.today + timedelta(days=90),
                "line_ids": [
                    Command.create({"name": "Another user can log in", "description": "At once"}),
                    Command.create({"kind": "task", "name": "Create the account"}),
                ],
                "impact_ids": [Command.create({"dimension_id": risk.id, "note": "Known"})],
                **values,
            }
        )

    def _agree_all(self, row):
        while slots := self._pending(row):
            for slot in slots:
                if slot.partner_id == self.contact_a:
                    self._sign(slot)
                else:
                    self._decide(slot.with_user(slot.user_id))

    def _create_approved(self, **values):
        template = self._create_template(**values)
        self._agree_all(self._send(template, self.delivery_user))
        self.assertEqual(template.signoff_state, "approved")
        return template

    def _make(self, template, **values):
        change = self.changes.browse(template.action_make_change()["res_id"])
        change.write({"reason": "<p>A new colleague</p>", **values})
        return change

    def _asked(self, change):
        """Send the change; return the sides that are asked, one after the other."""
        row = self._send(change, self.delivery_user)
        return [step["side"] for step in row._get_plan()["steps"] if not step.get("skipped")], row

    # === WITHOUT ASKING AGAIN === #

    def test_the_customer_signs_content_and_limits(self):
        template = self._create_template()
        self.assertFalse(template.is_usable)
        row = self._send(template, self.delivery_user)
        html = str(template._signoff_render(row.snapshot_id))
        for text in ("short training", "500.00", "Another user can log in", "Create the account"):
            self.assertIn(text, html)
        self._agree_all(row)
        self.assertTrue(template.is_usable)
        self.assertEqual(self.templates.search([("is_usable", "=", True)]), template)
        with self.assertRaisesRegex(UserError, "revoke"):
            template.max_amount = 5000
        with self.assertRaises(UserError):
            template.line_ids[0].name = "Ten more users"
        with self.assertRaises(UserError):
            template.unlink()

    def test_a_change_within_the_limits_skips_the_customer(self):
        template = self._create_approved()
        change = self._make(template)
        self.assertEqual(change.type_id.kind, "standard")
        self.assertEqual((change.agreed_days, change.agreed_amount), (1, 300))
        self.assertEqual(change.line_ids.name, "Another user can log in")
        self.assertEqual(change.impact_ids.note, "Known")
        self.assertTrue(change.is_within_standard)
        asked, row = self._asked(change)
        self.assertEqual(asked, ["supplier"])
        approval = template.signoff_round_id
        self.assertEqual(change.approved_before_id, approval)
        self.assertIn(approval.snapshot_sha256, row.snapshot_id.canonical)
        self.assertIn(template.number, str(change._signoff_render(row.snapshot_id)))
        self.assertEqual(row._get_plan()["given"]["round"], approval.id)
        self.assertEqual(template.used_count, 1)

        self._agree_all(row)
        self.assertEqual(change.decision, "approved")
        self.assertIn("in advance", change.standard_note)
        change.action_apply()
        added = change.line_ids.created_requirement_id
        self.assertEqual(added.content_lock, "agreed")
        self.assertEqual(change.task_ids.mapped("name"), ["Create the account"])
        self.assertIn(change.number, change.task_ids.message_ids.body)
        self.assertEqual(template.change_count, 1)

    def test_the_form_fills_in_what_the_standard_change_says(self):
        template = self._create_approved()
        with Form(self.changes.with_context(default_project_id=self.project.id)) as form:
            form.type_id = self._change_type("standard")
            form.template_id = template
            self.assertEqual(form.name, "One more user")
            form.agreed_days = 2
        change = form.record
        self.assertEqual(len(change.line_ids), 1)
        self.assertEqual(change.agreed_days, 2)
        self.assertTrue(change.is_within_standard, change.standard_note)

    # === BEYOND IT === #

    def test_beyond_a_limit_the_customer_is_asked_and_it_says_why(self):
        template = self._create_approved()
        other = self.confirmed
        for values, why in (
            ({"agreed_days": 3}, "days"),
            ({"agreed_amount": 501}, "price"),
            ({"billing": "free"}, "billing"),
            ({"contract_scope": "out"}, "Contract"),
            ({"type_id": self._change_type("normal").id}, "type"),
            ({"line_ids": [Command.create({"requirement_id": other.id})]}, "requirements"),
            ({"line_ids": [Command.create({"action": "add", "name": "More"})]}, "requirements"),
        ):
            with self.subTest(values=values):
                change = self._make(template, **values)
                self.assertFalse(change.is_within_standard)
                self.assertIn(why, change.standard_note)
        change = self._make(template, agreed_days=3)
        asked, row = self._asked(change)
        self.assertEqual(asked, ["supplier", "customer"])
        self.assertFalse(change.approved_before_id)
        self.assertFalse(template.used_count)
        self.assertNotIn("in advance", str(change._signoff_render(row.snapshot_id)))

    def test_a_line_of_the_template_with_other_words_is_another_line(self):
        change = self._make(self._create_approved())
        change.line_ids.description = "<p>Tomorrow</p>"
        self.assertFalse(change.is_within_standard)
        change.line_ids.description = "<p>At once</p>"
        self.assertTrue(change.is_within_standard)
        change.line_ids.criterion_ids = [Command.create({"name": "Within a minute"})]
        self.assertFalse(change.is_within_standard)

    def test_it_ends_with_its_day(self):
        template = self._create_approved()
        change = self._make(template)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE project_change_template SET valid_until = %s", [self.today - timedelta(days=1)]
        )
        self.env.invalidate_all()
        self.assertIn("valid until", change.standard_note)
        self.assertFalse(template.is_usable)
        self.assertFalse(self.templates.search([("is_usable", "=", True)]))
        self.assertIn("customer", self._asked(change)[0])

    def test_it_ends_with_the_number_that_was_agreed(self):
        template = self._create_approved(max_count=1)
        first, second = self._make(template), self._make(template)
        _asked, row = self._asked(first)
        self.assertIn("as often", second.standard_note)
        self.assertIn("customer", self._asked(second)[0])
        # the one that counts already is not counted twice
        row._get_document().with_user(self.delivery_user).action_withdraw_signoff("A slip")
        self.assertEqual(self._asked(first)[0], ["supplier"])
        self.assertEqual(template.used_count, 1)

    def test_a_flow_that_would_ask_nobody_asks_the_customer(self):
        template = self._create_approved()
        self._create_flow(
            {"side": "customer", "source": "signatory", "accepts_link": True},
            res_model="project.change",
        )
        self.assertEqual(self._asked(self._make(template))[0], ["customer"])

    def test_without_the_customers_approval_it_changes_nothing(self):
        template = self._create_template()
        change = self._make(template)
        self.assertIn("not approved", change.standard_note)
        self._send(template, self.delivery_user)
        self.assertIn("customer", self._asked(change)[0])

    # === REVOKED === #

    def test_revoking_stops_new_ones(self):
        template = self._create_approved()
        before, after = self._make(template), self._make(template)
        row = self._asked(before)[1]
        self._agree_all(row)
        with mute_logger("odoo.addons.base.models.ir_rule"), self.assertRaises(AccessError):
            template.with_user(self.delivery_user).action_revoke("We want to see each")
        template.with_user(self.delivery_manager).action_revoke("We want to see each")
        self.assertFalse(template.is_usable)
        self.assertFalse(template.content_locked)
        self.assertIn("revoked", after.standard_note)
        self.assertIn("customer", self._asked(after)[0])
        # what was decided by it stays decided
        self.assertEqual(before.decision, "approved")
        self.assertTrue(before.action_apply())

    # === WHERE IT HOLDS, AND FOR WHOM === #

    def test_it_holds_in_its_project_or_with_its_customer(self):
        other = self.project_strict
        other.user_id = self.delivery_user
        template = self._create_approved()
        with self.assertRaisesRegex(ValidationError, "does not hold"):
            template.action_make_change(project_id=other.id)
        wide = self._create_approved(reach="customer")
        change = self.changes.browse(wide.action_make_change(project_id=other.id)["res_id"])
        self.assertEqual(change.project_id, other)
        self.assertTrue(change.is_within_standard, change.standard_note)
        with self.assertRaisesRegex(ValidationError, "does not hold"):
            wide.with_user(self.delivery_manager).action_make_change(project_id=self.project_b.id)

    def test_who_may_use_and_send_it(self):
        template = self._create_template()
        colleague = self._create_user("colleague", "customer_delivery.group_delivery_user")
        with self.assertRaises(AccessError):
            template.with_user(colleague).action_send()
        for user in (self.project_user, self.auditor):
            self.assertEqual(template.with_user(user).name, "One more user")
            with (
                self.subTest(user=user.login),
                mute_logger("odoo.addons.base.models.ir_model"),
                self.assertRaises(AccessError),
            ):
                template.with_user(user).action_make_change()
        for name, value in (("used_count", 0), ("signoff_state", "approved"), ("number", "X")):
            with self.assertRaises(AccessError):
                template.write({name: value})
        with self.assertRaises(AccessError):
            self._make(template).write({"approved_before_id": False})

    def test_it_is_sent_when_it_says_what_and_until_when(self):
        template = self._create_template(content=False)
        with self.assertRaisesRegex(UserError, "until when"):
            template.action_send()
        with self.assertRaisesRegex(ValidationError, "within its limits"):
            template.agreed_days = 9
        late = self._create_template(valid_until=self.today - timedelta(days=1))
        with self.assertRaisesRegex(UserError, "ends before"):
            late.action_send()

    def test_a_practice_project_takes_it_along(self):
        project = self._create_project(
            name="Practice", mode=self.mode_standard, delivery_practice=True
        )
        project.user_id = self.delivery_user
        template = self._create_template(project_id=project.id)
        self._make(template)
        wide = self._create_approved(reach="customer")
        with self.assertRaisesRegex(ValidationError, "does not hold"):
            wide.with_user(self.delivery_manager).action_make_change(project_id=project.id)
        project.with_user(self.env.ref("base.user_admin")).unlink()
        self.assertFalse(template.exists())
