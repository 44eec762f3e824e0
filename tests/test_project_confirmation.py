"""Sending requirements to the customer, from the project, the list and a requirement."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests.common import tagged

from .signoff_common import SignoffCase


@tagged("post_install", "-at_install")
class TestProjectConfirmation(SignoffCase):
    def _wizard(self, project=None, user=None, **values):
        project = project or self.project_standard
        return (
            self.env["project.baseline.send"]
            .with_user(user or self.delivery_manager)
            .create({"project_id": project.id, **values})
        )

    def _complete(self, count=2, **values):
        values.setdefault("project_id", self.project_standard.id)
        requirements = self.env["project.requirement"]
        for number in range(count):
            requirements |= self._create_complete_requirement(name=f"Need {number}", **values)
        return requirements

    def test_the_dialog_proposes_what_the_customer_has_not_confirmed(self):
        requirements = self._complete(3)
        agreed = self._create_agreed_requirement(project_id=self.project_standard.id)
        cancelled = self._complete(1)
        cancelled.with_user(self.delivery_manager).action_move_to_stage(self._stage("cancelled").id)
        wizard = self._wizard()
        self.assertEqual(wizard.requirement_ids, requirements)
        self.assertEqual((wizard.name, wizard.new_count, wizard.same_count), ("V1.0", 3, 0))
        self.assertEqual(wizard.signatory_ids, self.signatory)
        # the way of a confirmation, whatever other flows the mode has for baselines
        self.assertEqual(wizard.steps_note, "Customer confirms")
        strict = self._wizard(self.project_strict)
        self.assertEqual(strict.steps_note, "Internal release → Customer confirms")
        wizard.requirement_ids |= agreed
        self.assertEqual(wizard.same_count, 1)
        wizard.action_leave_out_same()
        self.assertEqual(wizard.requirement_ids, requirements)

    def test_sending_publishes_and_asks_the_signatory(self):
        requirements = self._complete()
        action = self._wizard(note="Please read").action_send()
        self.assertEqual(action["res_model"], "signoff.round")
        row = self.env["signoff.round"].browse(action["res_id"])
        self.assertEqual((row.state, row.note), ("running", "Please read"))
        self.assertEqual(row.waiting_for, self.contact_a.name)
        baseline = row._get_document()
        self.assertEqual((baseline.kind, baseline.line_count), ("customer", 2))
        self.assertEqual(requirements.confirmation_round_id, row)
        self.assertEqual(set(requirements.mapped("waits_for")), {self.contact_a.name})
        self.assertFalse(self._wizard().requirement_ids, "nothing is asked twice")
        with self.assertRaisesRegex(UserError, "asked already"):
            self.project_standard.with_user(self.delivery_manager).action_send_confirmation(
                requirement_ids=requirements.ids
            )

    def test_what_lacks_something_is_named_and_left_out(self):
        complete = self._complete(1)
        lacking = self._create_requirement(project_id=self.project_standard.id)
        wizard = self._wizard()
        self.assertEqual(wizard.lacking_count, 1)
        self.assertIn("Description", lacking.confirmation_lacks)
        self.assertEqual(wizard.action_view_lacking()["domain"], [("id", "in", lacking.ids)])
        with self.assertRaisesRegex(UserError, lacking.number):
            wizard.action_send()
        wizard.action_leave_out_lacking()
        self.assertEqual(wizard.requirement_ids, complete)

    def test_a_new_person_signs(self):
        self._complete()
        self.signatory.may_sign = False
        wizard = self._wizard()
        with self.assertRaisesRegex(UserError, "may sign yet"):
            wizard.action_send()
        wizard.action_show_person()
        wizard.write({"person_name": "Ms Li", "person_post": "Director", "person_email": "li@a.cn"})
        wizard.action_add_person()
        party = wizard.signatory_ids
        self.assertEqual((party.title, party.may_sign), ("Director", True))
        self.assertEqual(party.partner_id.parent_id, self.customer_a)
        again = self.project_standard.with_user(self.delivery_manager).action_add_signatory(
            "Li", email="LI@a.cn"
        )
        self.assertEqual(again, party)
        row = self.env["signoff.round"].browse(wizard.action_send()["res_id"])
        self.assertEqual(self._pending(row.sudo()).person_name, "Ms Li")

    def test_only_who_runs_the_project_sends(self):
        self._complete()
        with self.assertRaises(AccessError):
            self.project_standard.with_user(self.project_user).action_send_confirmation()
        with self.assertRaises(AccessError):
            self.project_standard.with_user(self.project_user).action_add_signatory("X")
        self.assertFalse(
            self.env["project.requirement"]
            .search([("project_id", "=", self.project_standard.id)], limit=1)
            .with_user(self.project_user)
            .can_send_confirmation
        )

    def test_hostile_arguments_are_refused(self):
        project = self.project_standard.with_user(self.delivery_manager)
        self._complete()
        for values in (
            {"requirement_ids": ["1"]},
            {"requirement_ids": []},
            {"name": ["V1"]},
            {"due_date": "soon"},
            {"signatory_ids": [True]},
        ):
            with self.subTest(values=values), self.assertRaises(UserError):
                project.action_send_confirmation(**values)

    def test_one_tap_in_light_mode(self):
        requirement = self._create_complete_requirement()
        action = requirement.with_user(self.delivery_manager).action_send_confirmation()
        self.assertEqual(action["res_model"], "signoff.round")
        self.assertEqual(requirement.confirmation_round_id.id, action["res_id"])

    def test_the_dialog_opens_when_something_is_missing(self):
        self.project_light.delivery_party_ids.write({"may_sign": False})
        requirement = self._create_complete_requirement()
        action = requirement.with_user(self.delivery_manager).action_send_confirmation()
        self.assertEqual(action["res_model"], "project.baseline.send")
        other = self._complete(1)
        with self.assertRaisesRegex(UserError, "one project"):
            (requirement | other).with_user(self.delivery_manager).action_send_confirmation()

    def test_a_refused_baseline_is_sent_again_as_it_was_published(self):
        package = self._create_package()
        row = self._send(package)
        self._decide(self._pending(row), "reject", "link", comment="Not yet")
        self.assertTrue(package.with_user(self.delivery_manager).can_send)
        self.assertFalse(package.with_user(self.project_user).can_send)
        wizard = (
            self.env["project.baseline.send"]
            .with_user(self.delivery_manager)
            .with_context(active_model="project.baseline", active_id=package.id)
            .create({})
        )
        self.assertEqual(wizard.requirement_ids, package.line_ids.requirement_id)
        wizard.action_send()
        self.assertEqual(package.signoff_state, "running")
        self.assertEqual(package.signoff_round_id.number, 2)

    def test_the_project_shows_what_waits(self):
        project = self.project_standard.with_user(self.delivery_manager)
        before = project.delivery_to_confirm_count
        self._complete()
        project.invalidate_recordset()
        self.assertEqual(project.delivery_to_confirm_count, before + 2)
        row = project.action_send_confirmation()
        project.invalidate_recordset()
        self.assertFalse(project.delivery_to_confirm_count)
        self.assertEqual(project.delivery_round_ids, row)

    # === THE ROUND === #

    def test_the_form_of_a_round_says_how_everybody_stands(self):
        row = self._send(self._create_package())
        slot = self._pending(row).with_user(self.delivery_manager)
        self.assertEqual((slot.progress, slot.can_manage), ("asked", True))
        self.assertEqual(len(slot.proofs.split(" · ")), 5)
        self.assertFalse(slot.with_user(self.project_user).can_manage)
        self._sign(slot.sudo())
        slot.invalidate_recordset()
        self.assertEqual(slot.progress, "agreed")
        verified = row.with_user(self.project_user).action_verify()
        self.assertEqual(verified, [{"id": row.id, "ok": True, "problems": []}])

    def test_a_round_is_withdrawn_with_a_reason(self):
        package = self._create_package()
        row = self._send(package)
        dialog = self.env["signoff.round.withdraw"]
        with self.assertRaises(AccessError):
            dialog.with_user(self.project_user).create({"round_id": row.id, "reason": "x"})
        dialog.with_user(self.delivery_manager).create(
            {"round_id": row.id, "reason": "Wrong version"}
        ).action_withdraw()
        self.assertEqual((row.state, row.end_reason), ("withdrawn", "Wrong version"))

    def test_a_void_round_says_why(self):
        row = self._send(self._create_package())
        self._sign(self._pending(row))
        self.env["signoff.void.reason"].with_user(self.delivery_manager).create(
            {"res_model": "signoff.round", "res_id": row.id, "reason": "Forged"}
        ).action_void()
        self.assertEqual((row.state, row.void_reason), ("void", "Forged"))

    def test_a_signatory_is_replaced_by_letter(self):
        row = self._send(self._create_package())
        slot = self._pending(row)
        letter = (
            self.env["ir.attachment"]
            .with_user(self.delivery_manager)
            .create({"name": "letter.pdf", "raw": b"%PDF", "res_model": "signoff.slot.replace"})
        )
        dialog = (
            self.env["signoff.slot.replace"]
            .with_user(self.delivery_manager)
            .create(
                {
                    "slot_id": slot.id,
                    "person_name": "Mr Wang",
                    "person_post": "Plant manager",
                    "reason": "Has left",
                    "letter_ids": [Command.link(letter.id)],
                    "ends_former": True,
                }
            )
        )
        dialog.action_replace()
        fresh = self._pending(row)
        self.assertEqual((fresh.person_name, fresh.person_post), ("Mr Wang", "Plant manager"))
        self.assertEqual(fresh.party_id.letter_ids, letter)
        self.assertEqual((slot.state, slot.void_reason), ("void", "Has left"))
        self.assertFalse(self.signatory.may_sign)
        self.assertIn(self.contact_a.name, fresh.origin_note)
