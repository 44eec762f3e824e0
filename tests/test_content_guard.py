"""Every door to the columns that only named methods move, and to agreed content."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests.common import tagged
from odoo.tools import mute_logger

from odoo.addons.customer_delivery.core.grant import Granted

from .common import DeliveryCase

# Everything that a caller of RPC may put into the context to change how the server behaves.
HOSTILE_CONTEXT = {
    "tracking_disable": True,
    "mail_notrack": True,
    "mail_create_nolog": True,
    "bin_size": True,
    "edit_translations": True,
    "lang": "en_US",
    "active_test": False,
    "import_file": True,
    "install_mode": True,
    "no_reset_password": True,
    "from_copy": True,
    "granted": True,
    "force_write": True,
}


class GuardCase(DeliveryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreed = cls._create_agreed_requirement(project_id=cls.project_strict.id)
        cls.open = cls._create_requirement(project_id=cls.project_strict.id)
        cls._create_channel()  # something for the attacks to point at
        cls.requirements = cls.env["project.requirement"]
        cls.control_fields = [
            name
            for name in cls.requirements._control_fields
            if cls.requirements._fields[name].store
        ]
        cls.content_fields = [
            name for name in cls.requirements._signoff_content_fields if name != "properties"
        ]

    def _other_value(self, record, name):
        """Return a value for the field that differs from the present one."""
        field = record._fields[name]
        if field.type == "boolean":
            return not record[name]
        if field.type == "integer":
            return record[name] + 7
        if field.type == "datetime":
            return "2001-01-01 00:00:00"
        if field.type == "html":
            return f"<p>Changed {name}</p>"
        if field.type == "selection":
            values = field.get_values(self.env)
            return next(value for value in values if value != record[name])
        if field.type == "many2one":
            others = self.env[field.comodel_name].sudo().search([("id", "!=", record[name].id)])
            return others[:1].id
        if field.type == "many2many":
            other = self.env[field.comodel_name].sudo().create({"name": "Other", "public": True})
            return [Command.set(other.ids)]
        return f"changed {name}"

    def _assert_refused(self, attack, message="has been confirmed"):
        """The attack raises; a caller who catches that finds nothing changed.

        (assertRaises would undo what was done before the error.)
        """
        try:
            attack()
        except UserError as error:
            self.assertIn(message, str(error))
            self.env.flush_all()
            self.env.invalidate_all()
        else:
            self.fail("The attack was not refused.")

    def _attackers(self):
        # the superuser too: sudo() in somebody's code is no right
        for user in (self.delivery_user, self.delivery_manager, self.env.ref("base.user_admin")):
            yield user.login, self.env(user=user)
        yield "superuser", self.env(su=True)


@tagged("post_install", "-at_install")
class TestControlFields(GuardCase):
    def test_control_fields_name_all_that_mixins_guard(self):
        for model in self.env.registry.values():
            declared = {
                name for base in model.__mro__ for name in base.__dict__.get("_control_fields", ())
            }
            self.assertLessEqual(declared, set(getattr(model, "_control_fields", ())), model._name)

    def test_nobody_writes_a_control_field(self):
        for login, env in self._attackers():
            for name in self.control_fields:
                value = self._other_value(self.open, name)
                for context in ({}, HOSTILE_CONTEXT, {f"default_{name}": value}):
                    with (
                        self.subTest(login=login, field=name, context=context),
                        self.assertRaises(AccessError),
                    ):
                        self.open.with_env(env).with_context(**context).write({name: value})
                with (
                    self.subTest(login=login, field=name, door="web_save"),
                    self.assertRaises(AccessError),
                ):
                    self.open.with_env(env).web_save({name: value}, {"name": {}})

    def test_nobody_creates_with_a_control_field(self):
        for login, env in self._attackers():
            for name in self.control_fields:
                vals = {
                    "name": "Forged",
                    "project_id": self.project_strict.id,
                    name: self._other_value(self.open, name),
                }
                # saying by which way the customer said it makes nothing else allowed
                for extra in ({}, {"said_via": "phone"}, {"stage_id": self._stage("new").id}):
                    with (
                        self.subTest(login=login, field=name, extra=extra),
                        self.assertRaises(AccessError),
                    ):
                        self.requirements.with_env(env).create([{**vals, **extra}])

    def test_default_keys_of_the_context_set_no_control_field(self):
        for login, env in self._attackers():
            for name in self.control_fields:
                forged = self._other_value(self.open, name)
                with self.subTest(login=login, field=name):
                    made = self.requirements.with_env(env).with_context(
                        **{f"default_{name}": forged}
                    )
                    made = made.create({"name": "Made", "project_id": self.project_strict.id})
                    value = made.sudo()[name]
                    value = value.id if made._fields[name].relational else value
                    if name not in ("company_id",):  # there are only two companies
                        self.assertNotEqual(value, forged)
                    self.assertEqual(made.content_lock, "none")
                    self.assertEqual(made.company_id, self.company)

    def test_x2many_commands_of_a_neighbour_move_no_control_field(self):
        other = self.customer_b
        for command in (
            Command.update(self.open.id, {"content_lock": "agreed"}),
            Command.create({"name": "Forged", "content_lock": "agreed"}),
        ):
            with self.assertRaises(AccessError):
                self.open.sudo().write({"child_ids": [command]})
        for command in (
            Command.link(self.open.id),
            Command.set(self.open.ids),
            Command.create({"name": "Forged"}),
        ):
            with self.assertRaises(AccessError):
                other.sudo().write({"delivery_requirement_ids": [command]})
        with self.assertRaises(AccessError):
            self.customer_a.sudo().write(
                {"delivery_requirement_ids": [Command.unlink(self.open.id)]}
            )

    def test_the_right_ends_with_the_call(self):
        """What runs inside a named method, as automations do, has no right of its own."""
        seen = []
        model = self.env.registry["project.requirement"]
        origin = model._after_stage_move

        def automation(records):
            origin(records)
            for record in records:
                try:
                    record.sudo().write({"content_rev": 77})
                except AccessError:
                    seen.append(record.id)

        self.patch(model, "_after_stage_move", automation)
        self.open.write(Granted(stage_id=self._stage("confirmed").id))
        self.assertEqual(seen, self.open.ids)
        self.assertEqual(self.open.content_lock, "agreed")

    def test_a_granted_dictionary_is_made_by_code_only(self):
        self.assertEqual(type(Granted({"a": 1}).copy()), Granted)
        self.assertNotIsInstance(dict(Granted(a=1)), Granted)
        with self.assertRaises(AccessError):
            self.open.with_context(granted=Granted(content_rev=5)).write({"content_rev": 5})

    def test_import_sets_no_control_field(self):
        for name in self.control_fields:
            field = self.requirements._fields[name]
            column = f"{name}/.id" if field.relational else name
            result = (
                self.requirements.with_user(self.delivery_manager)
                .with_context(**HOSTILE_CONTEXT)
                .load(
                    ["name", "project_id/.id", column],
                    [
                        [
                            "Forged",
                            str(self.project_strict.id),
                            str(self._other_value(self.open, name)),
                        ]
                    ],
                )
            )
            with self.subTest(field=name):
                self.assertFalse(result["ids"])
                self.assertTrue(result["messages"])

    def test_a_copy_is_a_new_unconfirmed_requirement(self):
        for login, env in self._attackers():
            copy = self.agreed.with_env(env).copy()
            with self.subTest(login=login):
                self.assertEqual(copy.content_lock, "none")
                self.assertFalse(copy.content_locked)
                self.assertEqual(copy.stage_id, self._stage("new"))
                self.assertNotEqual(copy.number, self.agreed.number)
                self.assertEqual(copy.portal_access, "hidden")
                self.assertEqual(copy.criterion_ids.mapped("name"), ["It can be seen"])
            for name in self.control_fields:
                with self.assertRaises(AccessError):
                    default = {name: self._other_value(self.agreed, name)}
                    self.agreed.with_env(env).copy(default)

    def test_controls_of_other_models_are_guarded_too(self):
        party = self.project_strict.delivery_party_ids
        section = self.env["project.requirement.section"].create(
            {"name": "Section", "project_id": self.project_strict.id}
        )
        channel = self._create_channel(project_id=self.project_strict.id)
        for record, name, value in (
            (party, "company_id", self.other_company.id),
            (party, "commercial_partner_ref_id", self.customer_b.id),
            (section, "outline", "9"),
            (channel, "token", "guessable"),
        ):
            with self.subTest(field=name), self.assertRaises(AccessError):
                record.sudo().write({name: value})
        token = channel.token
        channel.with_user(self.delivery_user).action_new_link()
        self.assertNotEqual(channel.token, token)


@tagged("post_install", "-at_install")
class TestAgreedContent(GuardCase):
    def test_nobody_changes_agreed_content(self):
        revision = self.agreed.content_rev
        for login, env in self._attackers():
            for name in self.content_fields:
                value = self._other_value(self.agreed, name)
                for context in ({}, HOSTILE_CONTEXT, {f"default_{name}": value}):
                    record = self.agreed.with_env(env).with_context(**context)
                    before = record[name]
                    with self.subTest(login=login, field=name, context=context):
                        self._assert_refused(lambda r=record, n=name, v=value: r.write({n: v}))
                        self.assertEqual(record[name], before)
                with self.assertRaises(UserError):
                    self.agreed.with_env(env).web_save({name: value}, {"name": {}})
        self.assertEqual(self.agreed.content_rev, revision)
        self.assertFalse(self.agreed.changed_after_agreement)

    def test_a_batch_with_one_agreed_requirement_changes_none(self):
        both = (self.agreed | self.open).with_user(self.delivery_user)
        self._assert_refused(lambda: both.write({"name": "Other"}))
        self.assertEqual(set(both.mapped("name")), {"Requirement"})

    def test_import_does_not_change_agreed_content(self):
        result = self.requirements.with_user(self.delivery_user).load(
            [".id", "name"], [[str(self.agreed.id), "Forged"]]
        )
        self.assertFalse(result["ids"])
        self.assertEqual(self.agreed.name, "Requirement")

    def test_lines_of_agreed_content_are_locked_in_every_way(self):
        agreed = self.agreed.with_user(self.delivery_manager)
        for lines in (agreed.criterion_ids, agreed.indicator_ids):
            model = lines.browse().sudo()
            doors = {
                "write": lambda lines=lines: lines.write({"name": "Other"}),
                "order": lambda lines=lines: lines.write({"sequence": 99}),
                "unlink": lambda lines=lines: lines.unlink(),
                "create": lambda model=model: model.create(
                    {"requirement_id": agreed.id, "name": "More", "target": 1}
                ),
                "default": lambda model=model: model.with_context(
                    default_requirement_id=agreed.id
                ).create({"name": "More", "target": 1}),
                "move away": lambda lines=lines: lines.write({"requirement_id": self.open.id}),
                "copy": lambda lines=lines: lines.copy(),
            }
            for door, attack in doors.items():
                with self.subTest(model=lines._name, door=door):
                    self._assert_refused(attack)
                    self.assertEqual(len(lines.exists()), 1)
                    self.assertEqual(lines.requirement_id, self.agreed)
        count = {"criterion_ids": 1, "indicator_ids": 1}
        for name in count:
            line = self.agreed[name]
            for command in (
                Command.create({"name": "More", "target": 1}),
                Command.update(line.id, {"name": "Other"}),
                Command.delete(line.id),
                Command.unlink(line.id),
                Command.clear(),
                Command.set([]),
            ):
                with self.subTest(field=name, command=command):
                    self._assert_refused(lambda n=name, c=command: agreed.write({n: [c]}))
            self.assertEqual(len(self.agreed[name]), 1)

    def test_a_line_cannot_move_into_agreed_content(self):
        line = self.env["project.requirement.criterion"].create(
            {"requirement_id": self.open.id, "name": "Smuggled"}
        )
        self._assert_refused(lambda: line.write({"requirement_id": self.agreed.id}))
        self.assertEqual(line.requirement_id, self.open)

    def test_no_key_of_the_context_deletes_agreed_content(self):
        """Removing an addon asks nothing; a caller cannot say that he does."""
        hostile = {**HOSTILE_CONTEXT, "_force_unlink": True}
        for user in (self.delivery_user, self.delivery_manager):
            agreed = self.agreed.with_user(user).with_context(hostile)
            with self.subTest(user=user.login), self.assertRaisesRegex(UserError, "agreed"):
                agreed.unlink()
        self.assertTrue(self.agreed.exists())

    def test_a_refused_write_leaves_nothing_when_the_caller_goes_on(self):
        values = {"name": "Smuggled", "user_id": self.delivery_manager.id}
        self._assert_refused(lambda: self.agreed.write(values))
        self.assertEqual(self.agreed.name, "Requirement")
        self.assertEqual(self.agreed.user_id, self.delivery_user)

    def test_free_fields_of_agreed_requirements_stay_free(self):
        agreed = self.agreed.with_user(self.delivery_user)
        revision = agreed.content_rev
        agreed.write(
            {
                "user_id": self.delivery_manager.id,
                "date_deadline": "2030-01-01",
                "effort": 3.5,
                "tag_ids": [Command.create({"name": "Free"})],
                "notes": "<p>Internal</p>",
                "sequence": 3,
                "importance": "3",
                "portal_access": "comment",
            }
        )
        self.assertEqual(agreed.content_rev, revision)
        self.assertEqual(agreed.content_lock, "agreed")

    def test_saving_the_editor_without_change_is_no_change(self):
        html = "<p>What it <b>does</b>.</p><ul><li>one</li></ul>"
        requirement = self._create_complete_requirement(
            project_id=self.project_strict.id, description=html
        )
        self._agree(requirement)
        revision = requirement.content_rev
        for same in (
            html,
            requirement.description,
            '<p class="o_p">What it <b data-x="1">does</b>.</p>\n<ul>\n<li>one</li>\n</ul>',
            '<p><span>What it </span><b>does</b>.</p><ul class="x"><li>one</li></ul>',
        ):
            with self.subTest(html=same):
                requirement.with_user(self.delivery_user).write({"description": same})
                self.assertEqual(requirement.content_rev, revision)
        criterion = requirement.criterion_ids
        criterion.write({"name": criterion.name, "requirement_id": requirement.id})
        self.assertEqual(requirement.content_rev, revision)
        with self.assertRaises(UserError):
            requirement.write({"description": html.replace("one", "two")})

    def test_a_change_of_open_content_is_counted(self):
        revision = self.open.content_rev
        self.open.write({"name": "Changed"})
        self.assertEqual(self.open.content_rev, revision + 1)
        self.open.write({"name": "Changed"})
        self.assertEqual(self.open.content_rev, revision + 1)
        lines = self.env["project.requirement.criterion"].create(
            [{"requirement_id": self.open.id, "name": f"Criterion {i}"} for i in range(3)]
        )
        self.assertEqual(self.open.content_rev, revision + 2)
        other = self._create_requirement(project_id=self.project_strict.id)
        at_other = other.content_rev
        lines[:1].write({"requirement_id": other.id})
        self.assertEqual(self.open.content_rev, revision + 3)
        self.assertEqual(other.content_rev, at_other + 1)

    def test_light_mode_lets_edit_and_shows_it(self):
        light = self._create_agreed_requirement(project_id=self.project_light.id)
        self.assertEqual(light.content_lock, "agreed")
        self.assertFalse(light.content_locked)
        light.with_user(self.delivery_user).write({"name": "Changed"})
        self.assertTrue(light.changed_after_agreement)
        self._agree(light)
        self.assertTrue(light.changed_after_agreement, "only a new confirmation clears the flag")

    def test_while_the_customer_is_asked_the_mode_decides_too(self):
        self.open.write(Granted(content_lock="running"))
        self._assert_refused(lambda: self.open.write({"name": "Other"}), "waiting for confirmation")
        light = self._create_requirement(project_id=self.project_light.id)
        light.write(Granted(content_lock="running"))
        revision = light.content_rev
        light.write({"name": "Other"})
        self.assertEqual(light.content_rev, revision + 1, "the signature will see it")
        self.assertFalse(light.changed_after_agreement, "nothing was agreed yet")

    def test_confirming_with_the_last_edit_is_one_write(self):
        for project in (self.project_light, self.project_strict):
            requirement = self._create_complete_requirement(project_id=project.id)
            if project == self.project_strict:
                requirement.action_move_to_stage(self._stage("customer").id)
            requirement.with_user(self.delivery_user).write(
                Granted(name="Last edit", stage_id=self._stage("confirmed").id)
            )
            self.assertEqual(requirement.name, "Last edit")
            self.assertEqual(requirement.content_lock, "agreed")
            self.assertFalse(requirement.changed_after_agreement)

    def test_agreed_content_is_not_deleted(self):
        for login, env in self._attackers():
            with self.subTest(login=login), self.assertRaises(UserError):
                self.agreed.with_env(env).unlink()
        self.assertTrue(self.agreed.exists())

    def test_voiding_needs_a_manager_and_a_reason(self):
        with self.assertRaisesRegex(UserError, "Only a delivery manager"):
            self.agreed.with_user(self.delivery_user).action_void_confirmation("why")
        for reason in ("", "  ", None, False, ["x"], {"a": 1}):
            with self.subTest(reason=reason), self.assertRaises(UserError):
                self.agreed.with_user(self.delivery_manager).action_void_confirmation(reason)
        self.agreed.with_user(self.delivery_manager).action_void_confirmation("Signed in error")
        self.assertEqual(self.agreed.content_lock, "none")
        self.assertFalse(self.agreed.agreed_strength)
        self.assertEqual(self.agreed.stage_id, self._stage("new"))
        self.assertIn("Signed in error", self.agreed.message_ids[0].body)
        self.agreed.with_user(self.delivery_user).write({"name": "Open again"})

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_readers_change_nothing(self):
        for user in (
            self.internal,
            self.project_user,
            self.auditor,
            self.portal_a,
            self.portal_a_colleague,
            self.portal_b,
            self.env.ref("base.public_user"),
        ):
            for attack in (
                lambda record: record.write({"name": "Changed"}),
                lambda record: record.write({"notes": "Changed"}),
                lambda record: record.write({"stage_id": self._stage("review").id}),
                lambda record: record.create({"name": "x", "project_id": self.project_light.id}),
                lambda record: record.copy(),
                lambda record: record.unlink(),
                lambda record: record.action_archive(),
                lambda record: record.action_publish("comment"),
                lambda record: record.action_move_to_stage(self._stage("review").id),
                lambda record: record.action_void_confirmation("why"),
                lambda record: record.web_save({"name": "x"}, {}),
                lambda record: record.name_create("x"),
                lambda record: record.action_quick_entry("x", "0123456789abcdef"),
            ):
                with (
                    self.subTest(user=user.login),
                    self.assertRaises(UserError),
                ):
                    attack(self.open.with_user(user).with_context(**HOSTILE_CONTEXT))
