import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import DeliveryCase

WIZARDS = {
    "delivery.share": {},
    "project.delivery.contract": {},
    "project.delivery.enable": {},
    "project.requirement.paste": {},
    "project.requirement.record": {"text": "x"},
    "project.requirement.void": {"reason": "x"},
}
TEN_LINES = """1. Print a label for every pallet	must
2. Show the stock on the phone	should
3. Send the delivery note by mail	must
4. Count stock without stopping the line	later
5. 扫码入库	必须实现
6. 导出月报	希望实现
7. 预测需求	未来考虑
8. Log every change of stock	must
9. Undo the last scan	should
10. Translate labels into English"""


@tagged("post_install", "-at_install")
class TestDeliveryWizards(DeliveryCase):
    """The dialogs of the web client, each as the smallest role that may use it."""

    def _open(self, model, user, **context):
        context = {f"default_{name}": value for name, value in context.items()}
        return Form(self.env[model].with_user(user).with_context(**context))

    # === PRIVATE TO THEIR AUTHOR === #

    def _values(self, model):
        values = dict(WIZARDS[model])
        if model.startswith("project.delivery"):
            values["project_id"] = self.project_light.id
        return values

    def test_a_dialog_is_private_to_who_opened_it(self):
        colleague = self._create_user("colleague", "customer_delivery.group_delivery_manager")
        for model in WIZARDS:
            with self.subTest(model=model):
                wizard = (
                    self.env[model].with_user(self.delivery_manager).create(self._values(model))
                )
                self.assertTrue(wizard.has_access("read"))
                self.assertFalse(wizard.with_user(colleague).has_access("read"))
                self.assertFalse(wizard.with_user(colleague).has_access("write"))

    def test_a_project_user_opens_no_dialog(self):
        for model in WIZARDS:
            with (
                self.subTest(model=model),
                mute_logger("odoo.addons.base.models.ir_model"),
                self.assertRaises(AccessError),
            ):
                self.env[model].with_user(self.project_user).create(self._values(model))

    def test_a_line_of_a_pasted_list_is_private_too(self):
        colleague = self._create_user("colleague", "customer_delivery.group_delivery_user")
        pastes = self.env["project.requirement.paste"].with_user(self.delivery_user)
        paste = pastes.create({"text": "One"})
        self.assertEqual(paste.line_ids.name, "One")
        self.assertFalse(paste.line_ids.with_user(colleague).has_access("read"))

    # === ENABLE === #

    def test_who_runs_a_project_enables_delivery_in_the_dialog(self):
        self.project_off.user_id = self.delivery_user
        form = self._open(
            "project.delivery.enable", self.delivery_user, project_id=self.project_off.id
        )
        self.assertEqual(form.mode_id, self.mode_light)
        form.save().action_enable()
        self.assertEqual(self.project_off.delivery_mode_id, self.mode_light)

    def test_the_card_of_a_mode_enables_it_without_a_question(self):
        self.project_off.user_id = self.delivery_user
        project = self.project_off.with_user(self.delivery_user)
        self.assertFalse(project.action_choose_delivery_mode(self.mode_light.id))
        self.assertEqual(self.project_off.delivery_mode_id, self.mode_light)

    def test_a_shared_project_asks_for_the_company(self):
        user = self.delivery_user
        user.company_ids |= self.other_company
        self.project_off.write({"user_id": user.id, "company_id": False})
        project = self.project_off.with_user(user)
        dialog = project.action_choose_delivery_mode(self.mode_light.id)
        self.assertEqual(dialog["res_model"], "project.delivery.enable")
        form = Form(self.env[dialog["res_model"]].with_user(user).with_context(dialog["context"]))
        form.company_id = self.other_company
        form.save().action_enable()
        self.assertEqual(self.project_off.delivery_company_id, self.other_company)

    def test_lowering_asks_why(self):
        form = self._open(
            "project.delivery.enable", self.delivery_manager, project_id=self.project_strict.id
        )
        form.mode_id = self.mode_light
        with self.assertRaises(AssertionError):  # the reason is required
            form.save()
        form.reason = "The customer wants less paper"
        form.save().action_enable()
        self.assertEqual(self.project_strict.delivery_mode_id, self.mode_light)

    def test_a_practice_project_is_made_in_the_dialog(self):
        self.project_off.user_id = self.delivery_user
        form = self._open(
            "project.delivery.enable", self.delivery_user, project_id=self.project_off.id
        )
        form.practice = True
        form.save().action_enable()
        self.assertTrue(self.project_off.delivery_practice)

    def test_somebody_elses_project_is_not_enabled(self):
        wizard = (
            self.env["project.delivery.enable"]
            .with_user(self.delivery_user)
            .create({"project_id": self.project_off.id})
        )
        with self.assertRaises(AccessError):
            wizard.action_enable()
        self.assertFalse(self.project_off.with_user(self.delivery_user).delivery_can_manage)

    # === CONTRACT === #

    def test_the_contract_block_is_saved_without_the_right_to_edit_the_project(self):
        self.project_light.user_id = self.delivery_user
        form = self._open(
            "project.delivery.contract", self.delivery_user, project_id=self.project_light.id
        )
        form.contract_state = "ahead"
        form.contract_no = "HT-2026-017"
        form.save().action_save()
        self.assertEqual(self.project_light.delivery_contract_no, "HT-2026-017")
        self.assertEqual(self.project_light.delivery_contract_state, "ahead")
        self.assertTrue(self.project_light.delivery_ahead_since)
        again = self._open(
            "project.delivery.contract", self.delivery_user, project_id=self.project_light.id
        )
        self.assertEqual(again.contract_no, "HT-2026-017")

    def test_the_contract_block_of_somebody_elses_project_is_not_saved(self):
        wizard = (
            self.env["project.delivery.contract"]
            .with_user(self.delivery_user)
            .create({"project_id": self.project_light.id, "contract_no": "X"})
        )
        with self.assertRaises(AccessError):
            wizard.action_save()

    # === PASTE === #

    def test_ten_lines_pasted_are_ten_requirements_with_their_class(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        form = self._open(
            "project.requirement.paste", self.delivery_user, project_id=self.project_light.id
        )
        form.text = TEN_LINES
        self.assertEqual(len(form.line_ids), 10)
        self.assertEqual(form.unclassified_count, 1)
        form.save().action_create()
        made = self.env["project.requirement"].search([("project_id", "=", self.project_light.id)])
        self.assertEqual(
            made.mapped("name")[:2],
            ["Print a label for every pallet", "Show the stock on the phone"],
        )
        classes = [requirement.priority_id.name or "-" for requirement in made]
        self.assertEqual(
            classes,
            ["Must", "Should", "Must", "Later", "Must", "Should", "Later", "Must", "Should", "-"],
        )
        self.assertEqual(made.mapped("origin"), ["staff"] * 10)

    def test_the_preview_is_edited_before_it_is_saved(self):
        form = self._open(
            "project.requirement.paste", self.delivery_user, project_id=self.project_light.id
        )
        form.text = "First\nSecond"
        with form.line_ids.edit(0) as line:
            line.name = "First, corrected"
        form.line_ids.remove(1)
        form.save().action_create()
        made = self.env["project.requirement"].search([("project_id", "=", self.project_light.id)])
        self.assertEqual(made.mapped("name"), ["First, corrected"])

    def test_a_title_that_the_project_has_is_marked(self):
        self._create_requirement(name="Print a label")
        form = self._open(
            "project.requirement.paste", self.delivery_user, project_id=self.project_light.id
        )
        form.text = "print a label\nSomething else"
        wizard = form.save()
        self.assertEqual(wizard.line_ids.mapped("warning"), ["exists", False])

    def test_nothing_pasted_makes_nothing(self):
        wizard = self._open("project.requirement.paste", self.delivery_user).save()
        with self.assertRaises(UserError):
            wizard.action_create()

    # === RECORD FOR THE CUSTOMER === #

    def test_what_the_customer_said_is_recorded_as_recorded(self):
        form = self._open(
            "project.requirement.record", self.delivery_user, project_id=self.project_light.id
        )
        form.text = "Labels in English too\nHe said it in the workshop"
        form.requester_id = self.contact_a
        form.said_via = "site"
        form.requested_on = "2026-03-01"
        action = form.save().action_record()
        requirement = self.env["project.requirement"].browse(action["res_id"])
        self.assertRecordValues(
            requirement,
            [
                {
                    "name": "Labels in English too",
                    "origin": "recorded",
                    "said_via": "site",
                    "recorded_by_id": self.delivery_user.id,
                    "requester_id": self.contact_a.id,
                    "partner_id": self.customer_a.id,
                }
            ],
        )
        self.assertEqual(str(requirement.requested_on), "2026-03-01")

    def test_proof_is_read_by_whoever_reads_the_requirement(self):
        proof = (
            self.env["ir.attachment"]
            .with_user(self.delivery_user)
            .create({"name": "chat.png", "datas": base64.b64encode(b"pixels")})
        )
        form = self._open(
            "project.requirement.record", self.delivery_user, project_id=self.project_light.id
        )
        form.text = "Faster scanning"
        form.proof_ids.add(proof)
        action = form.save().action_record()
        requirement = self.env["project.requirement"].browse(action["res_id"])
        self.assertEqual(requirement.with_user(self.project_user).proof_ids, proof)
        self.assertEqual(proof.with_user(self.project_user).raw, b"pixels")

    # === VOID === #

    def test_a_manager_voids_a_confirmation_with_a_reason(self):
        requirement = self._create_agreed_requirement(project_id=self.project_standard.id)
        form = Form(
            self.env["project.requirement.void"]
            .with_user(self.delivery_manager)
            .with_context(active_model="project.requirement", active_ids=requirement.ids)
        )
        form.reason = "Signed the wrong version"
        form.save().action_void()
        self.assertEqual(requirement.content_lock, "none")
        self.assertIn("Signed the wrong version", requirement.message_ids[:1].body)

    def test_a_delivery_user_voids_nothing(self):
        with mute_logger("odoo.addons.base.models.ir_model"), self.assertRaises(AccessError):
            self.env["project.requirement.void"].with_user(self.delivery_user).create(
                {"reason": "x"}
            )

    # === SHARE === #

    def test_the_wish_form_of_a_project_is_shared_as_link_code_and_text(self):
        form = self._open("delivery.share", self.delivery_user, project_id=self.project_light.id)
        wizard = form.save()
        self.assertEqual(wizard.channel_id.project_id, self.project_light)
        self.assertIn("/delivery/wish/", wizard.link)
        self.assertTrue(base64.b64decode(wizard.qr_image).startswith(b"\x89PNG"))
        self.assertIn(wizard.link, wizard.message)
        self.assertIn("Project light", wizard.message)

    def test_the_form_stays_the_same_however_often_it_is_shared(self):
        links = {
            self._open("delivery.share", self.delivery_user, project_id=self.project_light.id)
            .save()
            .link
            for _time in range(2)
        }
        self.assertEqual(len(links), 1)

    def test_sending_is_noted_in_the_history(self):
        form = self._open("delivery.share", self.delivery_user, project_id=self.project_light.id)
        form.sent_to = "Ms Li"
        form.save().action_mark_sent()
        note = self.project_light.message_ids[:1].body
        self.assertIn("delivery_user", note)
        self.assertIn("Chat", note)
        self.assertIn("Ms Li", note)

    def test_a_hidden_requirement_is_shown_before_it_is_shared(self):
        requirement = self._create_requirement(project_id=self.project_standard.id)
        form = Form(
            self.env["delivery.share"]
            .with_user(self.delivery_user)
            .with_context(active_model="project.requirement", active_id=requirement.id)
        )
        wizard = form.save()
        self.assertTrue(wizard.is_hidden)
        wizard.action_show_to_customer()
        self.assertEqual(requirement.portal_access, "comment")
        self.assertIn(f"/my/requirements/{requirement.id}", wizard.link)

    def test_a_new_reading_link_makes_the_old_one_worthless(self):
        requirement = self._create_requirement(portal_access="comment")
        wizard = (
            self.env["delivery.share"]
            .with_user(self.delivery_user)
            .create({"requirement_id": requirement.id})
        )
        old = wizard.link
        self.assertTrue(wizard.link_until)
        wizard.action_renew()
        self.assertNotEqual(wizard.link, old)
        self.assertIn(wizard.link, wizard.message)
        self.assertIn(requirement.access_token, wizard.link)
