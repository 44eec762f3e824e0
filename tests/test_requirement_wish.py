"""How wishes arrive: likeness, mail, quick entry, and who said them."""

import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests.common import tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MailCommon

from .common import DeliveryCase

PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    "awAAAABJRU5ErkJggg=="
)


@tagged("post_install", "-at_install")
class TestRecordedWish(DeliveryCase):
    def test_who_enters_what_was_said_is_its_recorder(self):
        model = self.env["project.requirement"].with_user(self.delivery_user)
        vals = {"name": "Said", "project_id": self.project_light.id}
        for wish in (
            model.create({**vals, "said_via": "phone"}),
            model.with_context(default_said_via="phone").create(vals),
            model.sudo().create({**vals, "said_via": "phone"}),
        ):
            self.assertEqual(wish.origin, "recorded")
            self.assertEqual(wish.recorded_by_id, self.delivery_user)
        plain = model.with_context(
            default_origin="portal", default_recorded_by_id=self.delivery_manager.id
        ).create(vals)
        self.assertEqual(plain.origin, "staff")
        self.assertFalse(plain.recorded_by_id)

    def test_what_was_recorded_of_the_customers_words_stays(self):
        wish = self._create_requirement(said_via="phone", requester_name="Mr. Li")
        for values in ({"said_via": "chat"}, {"said_via": False}, {"requester_name": "Mr. Wang"}):
            with self.subTest(values=values), self.assertRaisesRegex(UserError, "stays as it is"):
                wish.sudo().write(values)

    def test_proof_is_read_by_all_who_read_the_wish(self):
        proof = (
            self.env["ir.attachment"]
            .with_user(self.delivery_user)
            .create({"name": "chat.png", "datas": PNG, "res_model": "project.requirement"})
        )
        wish = (
            self.env["project.requirement"]
            .with_user(self.delivery_user)
            .create(
                {
                    "name": "Said",
                    "project_id": self.project_light.id,
                    "said_via": "chat",
                    "proof_ids": [(4, proof.id)],
                }
            )
        )
        self.assertEqual(proof.res_id, wish.id)
        self.assertTrue(proof.with_user(self.project_user).has_access("read"))


@tagged("post_install", "-at_install")
class TestSimilar(DeliveryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        create = cls._create_requirement
        cls.pallet = create(name="Print a label for every pallet")
        cls.labels = create(name="Print labels for pallets", project_id=False)
        cls.chinese = create(name="每个托盘打印一张标签")
        create(name="Nightly backup of the database")
        cls.elsewhere = create(name="Print a label for every pallet", project_id=cls.project_b.id)

    def _found(self, name, trigram):
        self.patch(self.env.registry["project.requirement"], "_has_trigram", lambda model: trigram)
        new = self.env["project.requirement"].new(
            {
                "name": name,
                "project_id": self.project_light.id,
                "partner_id": self.customer_a.id,
            }
        )
        return new._find_similar()

    def _kinds(self):
        native = self.env["project.requirement"]._has_trigram()
        return {False, native}

    def test_wishes_that_read_alike_are_found_and_those_of_others_are_not(self):
        self.labels.partner_id = self.customer_a
        for trigram in self._kinds():
            with self.subTest(trigram=trigram):
                found = self._found("Print a label for each pallet", trigram)
                self.assertEqual(found[:1], self.pallet)
                self.assertIn(self.labels, found)
                self.assertNotIn(self.elsewhere, found)
                self.assertLessEqual(len(found), 3)
                self.assertFalse(self._found("Completely different matter", trigram))
                self.assertFalse(self._found("", trigram))

    def test_chinese_wishes_are_found(self):
        for trigram in self._kinds():
            with self.subTest(trigram=trigram):
                self.assertIn(self.chinese, self._found("每个托盘打印标签", trigram))

    def test_a_wish_is_not_like_itself(self):
        for trigram in self._kinds():
            self.patch(
                self.env.registry["project.requirement"], "_has_trigram", lambda m, t=trigram: t
            )
            self.assertNotIn(self.pallet, self.pallet._find_similar())


@tagged("post_install", "-at_install")
class TestMailChannel(DeliveryCase, MailCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.channel = cls._create_channel(
            name="Wishes",
            alias_name="wishes",
            project_id=cls.project_standard.id,
            user_id=cls.delivery_user.id,
        )
        cls.contact_a.email = "contact.a@customer-a.example.com"

    def _send(self, email_from, to=None, subject="We need a label", body="<p>Please print it.</p>"):
        return self.format_and_process(
            MAIL,
            email_from,
            to or self.channel.alias_id.alias_full_name or "wishes@example.com",
            subject=subject,
            body=body,
            target_model="project.requirement",
        )

    def test_a_mail_becomes_a_wish_of_the_project(self):
        with self.mock_mail_gateway():
            wish = self._send(f"Contact A <{self.contact_a.email}>")
        self.assertEqual(wish.name, "We need a label")
        self.assertIn("Please print it.", wish.description)
        self.assertEqual(wish.origin, "email")
        self.assertEqual(wish.channel_id, self.channel)
        self.assertEqual(wish.project_id, self.project_standard)
        self.assertEqual(wish.partner_id, self.customer_a)
        self.assertEqual(wish.requester_id, self.contact_a)
        self.assertEqual(wish.company_id, self.company)
        self.assertEqual(wish.stage_id, self._stage("new"))
        self.assertEqual(wish.activity_user_id, self.delivery_user)
        self.assertTrue(wish.with_user(self.portal_a).has_access("read"))

    def test_a_stranger_may_write_too(self):
        self.channel.write({"project_id": False})
        with self.mock_mail_gateway():
            self._send("Somebody <stranger@elsewhere.example.com>", subject="")
        wish = self.env["project.requirement"].search([("channel_id", "=", self.channel.id)])
        self.assertEqual(wish.name, "Mail without subject")
        self.assertFalse(wish.project_id)
        self.assertEqual(wish.requester_contact, "stranger@elsewhere.example.com")
        self.assertEqual(wish.content_lock, "none")

    def test_what_people_type_as_defaults_of_the_address_forges_nothing(self):
        self.channel.alias_id.alias_defaults = repr(
            {
                "channel_id": self.channel.id,
                "content_lock": "agreed",
                "number": "REQ-999999",
                "origin": "portal",
                "stage_id": self._stage("confirmed").id,
                "company_id": self.other_company.id,
                "no_such_field": 1,
                "importance": "3",
            }
        )
        with self.mock_mail_gateway():
            wish = self._send(self.contact_a.email)
        self.assertEqual(wish.content_lock, "none")
        self.assertNotEqual(wish.number, "REQ-999999")
        self.assertEqual(wish.origin, "email")
        self.assertEqual(wish.stage_id, self._stage("new"))
        self.assertEqual(wish.company_id, self.company)
        self.assertEqual(wish.importance, "3")

    def test_our_follow_up_never_loses_the_customers_mail(self):
        self.channel.user_id = self.delivery_user
        self.project_standard.privacy_visibility = "followers"
        self.project_standard.message_partner_ids = False
        stranger = self.env["res.partner"].create(
            {
                "name": "Other",
                "email": "other@customer.example.com",
                "company_id": self.other_company.id,
            }
        )
        with self.mock_mail_gateway():
            wish = self._send(stranger.email)
        self.assertEqual(len(wish), 1)
        self.assertFalse(wish.activity_ids, "who cannot open it is not asked to")
        self.assertFalse(wish.requester_id, "not one of this company's contacts")

    def test_the_address_of_another_part_cannot_be_taken(self):
        alias = self.env["mail.alias"].create(
            {"alias_name": "other", "alias_model_id": self.env["ir.model"]._get_id("project.task")}
        )
        with self.assertRaises(UserError):
            self.channel.with_user(self.delivery_user).write({"alias_id": alias.id})

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_a_channel_points_only_to_projects_that_one_sees(self):
        channel = self.channel.with_user(self.delivery_user)
        for project in (self.project_private, self.project_other):
            with self.assertRaises(AccessError):
                channel.project_id = project.id


MAIL = """Return-Path: {return_path}
To: {to}
cc: {cc}
From: {email_from}
Subject: {subject}
MIME-Version: 1.0
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: quoted-printable
Date: {date}
Message-ID: {msg_id}
{extra}

{body}
"""


@tagged("post_install", "-at_install")
class TestQuickEntry(DeliveryCase):
    KEY = "0123456789abcdef0123"

    def _enter(self, user=None, **values):
        model = self.env["project.requirement"].with_user(user or self.delivery_user)
        return model.action_quick_entry(
            **{
                "text": "Print labels\nOne for each pallet",
                "client_key": self.KEY,
                "project_id": self.project_light.id,
                "said_via": "site",
                **values,
            }
        )

    def test_sent_twice_it_is_one_wish(self):
        first = self._enter(images=[{"name": "a.png", "datas": PNG}])
        again = self._enter(text="Something else")
        self.assertTrue(first.pop("created"))
        self.assertFalse(again.pop("created"))
        self.assertEqual(first, again)
        wish = self.env["project.requirement"].browse(first["id"])
        self.assertEqual(wish.name, "Print labels")
        self.assertIn("One for each pallet", wish.description)
        self.assertEqual((wish.origin, wish.recorded_by_id), ("recorded", self.delivery_user))
        attachment = self.env["ir.attachment"].search(
            [("res_model", "=", wish._name), ("res_id", "=", wish.id)]
        )
        self.assertEqual(attachment.raw, base64.b64decode(PNG))

    def test_somebody_elses_key_is_refused(self):
        self._enter()
        with self.assertRaisesRegex(UserError, "Another person"):
            self._enter(user=self.delivery_manager)
        for key in (None, "", "short", "x" * 65, 5, ["0123456789abcdef"], {"a": 1}, True):
            with self.subTest(key=key), self.assertRaises(UserError):
                self._enter(client_key=key)

    def test_hostile_arguments_are_refused_with_a_sentence(self):
        for values in (
            {"text": None},
            {"text": "  \n "},
            {"text": 5},
            {"text": ["x"]},
            {"project_id": "x"},
            {"project_id": [1]},
            {"project_id": -1},
            {"project_id": 10**12},
            {"project_id": self.project_off.id},
            {"partner_id": {"a": 1}},
            {"requester_id": "1"},
            {"said_via": "telepathy"},
            {"said_via": ["phone"]},
            {"images": "x"},
            {"images": 5},
            {"images": [5]},
            {"images": [{}]},
            {"images": [{"name": "a.png"}]},
            {"images": [{"name": "a.png", "datas": "not base64 !"}]},
            {"images": [{"name": "a.png", "datas": 5}]},
            {"images": [{"name": "a.png", "datas": ""}]},
            {"images": [{"name": "a.png", "datas": base64.b64encode(b"MZ program").decode()}]},
            {"images": [{"name": "a.png", "datas": base64.b64encode(b"<html>").decode()}]},
            {"images": [{"name": "a.png", "datas": PNG}] * 11},
        ):
            with self.subTest(values=values), self.assertRaises(UserError):
                self._enter(**values)
        self.assertFalse(self.env["project.requirement"].search([("client_key", "=", self.KEY)]))

    def test_a_photo_larger_than_the_company_accepts_is_refused(self):
        self.company.delivery_upload_limit = 1
        huge = base64.b64encode(base64.b64decode(PNG) + b"\0" * 1024 * 1024).decode()
        with self.assertRaisesRegex(UserError, "larger than 1 MB"):
            self._enter(images=[{"name": "a.png", "datas": huge}])

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_only_where_one_may_write(self):
        for project in (self.project_private, self.project_other):
            with self.subTest(project=project.name), self.assertRaises(AccessError):
                self._enter(project_id=project.id)
        for user in (self.project_user, self.auditor, self.internal, self.portal_a):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._enter(user=user)

    def test_context_of_the_caller_forges_nothing(self):
        model = self.env["project.requirement"].with_user(self.delivery_user)
        entered = model.with_context(
            default_content_lock="agreed",
            default_stage_id=self._stage("confirmed").id,
            default_origin="portal",
            default_priority_id=self.env.ref(
                "customer_delivery.project_requirement_priority_must"
            ).id,
            mail_notrack=True,
        ).action_quick_entry("Text", self.KEY, project_id=self.project_standard.id)
        wish = model.browse(entered["id"])
        self.assertEqual(wish.stage_id, self._stage("new"))
        self.assertEqual((wish.origin, wish.content_lock), ("staff", "none"))
        self.assertFalse(wish.priority_id)

    def test_an_archived_project_still_takes_what_a_phone_kept(self):
        self.project_light.active = False
        self.assertTrue(self._enter()["created"])


@tagged("post_install", "-at_install")
class TestActions(DeliveryCase):
    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_actions_survive_hostile_arguments_as_every_role(self):
        """Whatever comes, the answer is a result or a sentence, and nothing agreed moves."""
        agreed = self._create_agreed_requirement(project_id=self.project_strict.id)
        state = agreed.read(["content_rev", "content_lock", "name", "number"])
        hostile = (None, False, "", "x", 0, -1, [], [1], {}, {"a": 1}, "hidden' OR 1=1", 10**12)
        for user in (
            self.internal,
            self.project_user,
            self.delivery_user,
            self.delivery_manager,
            self.auditor,
            self.portal_a,
            self.portal_b,
        ):
            record = agreed.with_user(user).with_context(
                default_content_lock="none", active_test=False, tracking_disable=True
            )
            for value in hostile:
                for action in (
                    lambda r, v: r.action_move_to_stage(v),
                    lambda r, v: r.action_publish(v),
                    lambda r, v: r.action_void_confirmation(v if not isinstance(v, str) else ""),
                    lambda r, v: r.project_id.action_enable_delivery(v, reason=v),
                    lambda r, v: r.project_id.action_save_contract(v),
                ):
                    with self.subTest(user=user.login, value=value):
                        try:
                            with self.env.cr.savepoint():
                                action(record, value)
                        except UserError:
                            continue
        agreed.invalidate_recordset()
        self.assertEqual(agreed.read(["content_rev", "content_lock", "name", "number"]), state)
