import json
from functools import partial

from psycopg2 import Error as DatabaseError

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.models import MAGIC_COLUMNS
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import DeliveryCase
from .signoff_common import SIGNATURE
from .test_content_guard import HOSTILE_CONTEXT

EVIDENCE = (
    "project.baseline",
    "project.baseline.line",
    "project.requirement.version",
    "signoff.decision",
    "signoff.identity",
    "signoff.remark",
    "signoff.rendition",
    "signoff.round",
    "signoff.round.step",
    "signoff.seal",
    "signoff.signature",
    "signoff.slot",
    "signoff.snapshot",
    "signoff.void",
)
ROLES = (
    "internal",
    "project_user",
    "delivery_user",
    "delivery_manager",
    "auditor",
    "other_manager",
    "portal_a",
)
# an AccessError is one too
REFUSED = UserError


class EvidenceCase(DeliveryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.requirement = cls._create_complete_requirement(project_id=cls.project_standard.id)
        cls.project_standard.user_id = cls.delivery_user
        cls.baseline = cls.project_standard.with_user(cls.delivery_user).action_publish_baseline(
            "V1.0"
        )
        cls.void_baseline = cls.project_standard.action_publish_baseline("Wrong")
        cls.void_baseline.with_user(cls.delivery_manager).action_void("wrong list")
        version = cls.requirement.current_version_id
        cls.evidence = {
            "project.baseline": cls.baseline.sudo(),
            "project.baseline.line": cls.baseline.sudo().line_ids[:1],
            "project.requirement.version": version,
            "signoff.snapshot": version.snapshot_id,
            "signoff.void": cls.env["signoff.void"].search([], limit=1),
            **cls._make_signed(),
        }

    @classmethod
    def _make_signed(cls):
        """Have a package signed and sealed; return what that leaves."""
        party = cls.project_light.delivery_party_ids.filtered(
            lambda party: party.partner_id == cls.contact_a
        )
        party.write({"may_sign": True})
        cls._create_complete_requirement(project_id=cls.project_light.id)
        package = cls.project_light.action_publish_baseline("Signed", "customer")
        row = package.with_user(cls.delivery_manager).action_send_signoff().sudo()
        slot = row.slot_ids[:1]
        marks = [{"key": package.line_ids[:1].number, "verdict": "approve", "comment": "Good"}]
        remark = slot._remark(marks, "link", row.snapshot_sha256)
        decision = slot._decide(
            "approve", "link", {"snapshot_sha256": row.snapshot_sha256, "image": SIGNATURE}
        )
        cls.env["signoff.seal"]._seal_batch(100)
        return {
            "signoff.decision": decision,
            "signoff.identity": decision.identity_id,
            "signoff.remark": remark,
            "signoff.rendition": decision.signature_ids.rendition_id,
            "signoff.round": row,
            "signoff.round.step": slot.step_id,
            "signoff.seal": cls.env["signoff.seal"].search([("decision_ref", "=", decision.id)]),
            "signoff.signature": decision.signature_ids,
            "signoff.slot": slot,
        }

    def _value(self, field, record):
        if field.type in ("integer", "many2one_reference"):
            return (record[field.name] or 0) + 1
        if field.type == "boolean":
            return not record[field.name]
        if field.type == "datetime":
            return fields.Datetime.from_string("2001-01-01 00:00:00")
        if field.type == "many2one":
            return self.env[field.comodel_name].sudo().search([], limit=1).id
        if field.type == "selection":
            return field.get_values(self.env)[-1]
        if field.type in ("one2many", "many2many"):
            return [Command.clear()]
        return "forged"

    def _stored(self, record):
        return [
            field
            for name, field in record._fields.items()
            if field.store
            and name not in MAGIC_COLUMNS
            and not name.startswith(("message_", "website_"))
        ]

    def _content(self):
        self.env.flush_all()
        rows = []
        for model in EVIDENCE:
            self.env.cr.execute(f'SELECT * FROM "{self.env[model]._table}" ORDER BY id')
            rows.append(self.env.cr.fetchall())
        return rows

    def _assert_refused(self, attack, **what):
        with (
            self.subTest(**what),
            mute_logger("odoo.addons.base.models.ir_model"),
            self.assertRaises(REFUSED),
        ):
            attack()


@tagged("post_install", "-at_install")
class TestEvidenceAttacks(EvidenceCase):
    """Nobody makes, changes or deletes evidence, whatever he is and whatever context he sends."""

    def _envs(self):
        for role in ROLES:
            user = getattr(self, role)
            yield role, self.env(user=user, context={})
            yield f"{role}, hostile", self.env(user=user, context=HOSTILE_CONTEXT)
        yield "superuser", self.env(su=True)
        yield "superuser, hostile", self.env(su=True, context=HOSTILE_CONTEXT)

    def test_every_column_of_every_row_for_everybody(self):
        before = self._content()
        for role, env in self._envs():
            for model, record in self.evidence.items():
                own = record.with_env(env)
                for field in self._stored(record):
                    value = self._value(field, record)
                    self._assert_refused(
                        lambda own=own, field=field, value=value: own.write({field.name: value}),
                        role=role,
                        model=model,
                        field=field.name,
                    )
                self._assert_refused(own.unlink, role=role, model=model)
        self.assertEqual(self._content(), before)

    def test_nobody_creates_evidence(self):
        before = self._content()
        for role, env in self._envs():
            for model, record in self.evidence.items():
                vals = {
                    field.name: self._value(field, record)
                    for field in self._stored(record)
                    if field.column_type
                }
                defaults = {f"default_{name}": value for name, value in vals.items()}
                evidence = env[model]
                self._assert_refused(lambda e=evidence, v=vals: e.create(v), role=role, model=model)
                self._assert_refused(
                    lambda e=evidence, d=defaults: e.with_context(**d).create({}),
                    role=role,
                    model=model,
                )
                if evidence._rec_name:
                    self._assert_refused(
                        partial(evidence.name_create, "forged"), role=role, model=model
                    )
                self._assert_refused(record.with_env(env).copy, role=role, model=model)
        self.assertEqual(self._content(), before)

    def test_commands_inside_documents_reach_no_evidence(self):
        before = self._content()
        version, line = self.requirement.current_version_id, self.baseline.line_ids[:1]
        doors = [
            (self.requirement, "version_ids", version),
            (self.project_standard, "delivery_baseline_ids", self.baseline),
        ]
        for role, env in self._envs():
            for document, name, record in doors:
                for command in (
                    Command.create({"name": "forged", "number": 9}),
                    Command.update(record.id, {"name": "forged"}),
                    Command.delete(record.id),
                    Command.unlink(record.id),
                    Command.clear(),
                    Command.set([]),
                ):
                    self._assert_refused(
                        partial(document.with_env(env).write, {name: [command]}),
                        role=role,
                        field=name,
                        command=command[0],
                    )
        self.assertTrue(line.exists())
        self.assertEqual(self._content(), before)

    def test_defaults_of_the_caller_do_not_reach_evidence(self):
        defaults = {}
        for record in self.evidence.values():
            for field in self._stored(record):
                if not field.column_type:
                    continue
                defaults[f"default_{field.name}"] = self._value(field, record)
        defaults["default_attachment_ids"] = [Command.create({"name": "forged", "raw": b"x"})]
        defaults["default_line_ids"] = [Command.create({"number": "forged"})]
        defaults["default_description"] = "forged"
        self.env["res.lang"]._activate_lang("fr_FR")
        self.requirement.name = "Other words"
        requirement = self.requirement.with_user(self.delivery_user).with_context(
            **defaults, bin_size=True, lang="fr_FR", allowed_company_ids=[], active_test=False
        )
        project = requirement.project_id
        requirement = requirement.with_context(allowed_company_ids=self.company.ids)
        requirement.action_save_version("real")
        version = requirement.current_version_id.sudo()
        self.assertEqual((version.number, version.note, version.reason), (2, "real", "saved"))
        self.assertFalse(version.snapshot_id.attachment_ids)
        self.assertEqual(version.snapshot_id.lang, self.project_standard.delivery_lang)
        self.assertEqual(version.author_id, self.delivery_user)
        baseline = project.with_context(
            allowed_company_ids=self.company.ids
        ).action_publish_baseline("V2.0")
        self.assertEqual(baseline.sudo().line_ids.mapped("version_number"), [2])
        self.assertEqual(baseline.state, "frozen")
        self.assertTrue(baseline.action_verify()[0]["ok"])

    def test_defaults_that_users_saved_do_not_reach_evidence(self):
        self.env["ir.default"].set("project.requirement.version", "note", "forged")
        self.requirement.name = "Other words"
        self.requirement.action_save_version()
        self.assertFalse(self.requirement.current_version_id.note)

    def test_a_reason_is_a_text(self):
        manager = self.baseline.with_user(self.delivery_manager)
        for reason in ("", "  ", None, False, True, 7, ["x"], {"a": 1}):
            self._assert_refused(lambda r=reason: manager.action_void(r), reason=repr(reason))
        self._assert_refused(lambda: self.void_baseline.action_void("again"))

    def test_the_dialog_of_voiding_voids_nothing_else(self):
        dialogs = self.env["signoff.void.reason"].with_user(self.delivery_manager)
        for model in ("project.requirement", "res.partner", "no.such.model", "signoff.snapshot"):
            dialog = dialogs.create({"res_model": model, "res_id": 1, "reason": "x"})
            self._assert_refused(dialog.action_void, model=model)

    def test_a_kept_impact_analysis_says_what_is_linked_not_what_was_typed(self):
        action = self.requirement.with_user(self.delivery_user).action_analyse_impact()
        dialog = self.env["project.requirement.impact"].with_user(self.delivery_user)
        dialog = dialog.browse(action["res_id"])
        dialog.write({"line_ids": [Command.create({"name": "forged", "level": 1})]})
        dialog.action_record()
        snapshots = self.env["signoff.snapshot"].search([("schema", "=", "cd.impact/1")])
        self.assertEqual(len(snapshots), 1)
        self.assertNotIn("forged", snapshots.canonical)

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_what_is_not_a_pointer(self):
        self.env.flush_all()
        for model, record in self.evidence.items():
            table = record._table
            for name in record._get_frozen_columns():
                with (
                    self.subTest(model=model, column=name),
                    self.assertRaisesRegex(DatabaseError, "append-only"),
                    self.env.cr.savepoint(),
                ):
                    self.env.cr.execute(f'UPDATE "{table}" SET "{name}" = "{name}"')
            for statement in (f'DELETE FROM "{table}"', f'TRUNCATE "{table}" CASCADE'):
                with (
                    self.subTest(statement=statement),
                    self.assertRaisesRegex(DatabaseError, "append-only"),
                    self.env.cr.savepoint(),
                ):
                    self.env.cr.execute(statement)
            # pointers move: merges rewrite them
            for name, field in record._fields.items():
                if field.type == "many2one" and field.store:
                    self.env.cr.execute(f'UPDATE "{table}" SET "{name}" = "{name}"')


@tagged("post_install", "-at_install")
class TestEvidenceDoors(EvidenceCase, HttpCase):
    """The same over the wire: call_kw and JSON-2, as every role."""

    def _attempts(self):
        for model, record in self.evidence.items():
            yield model, "write", record.ids, {"vals": {"sha256": "0" * 64}}
            yield model, "write", record.ids, {"vals": {"author_id": 1}}
            yield model, "unlink", record.ids, {}
            yield model, "create", None, {"vals_list": [{"name": "forged"}]}

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_call_kw(self):
        before = self._content()
        for role in ROLES:
            self.authenticate(role, role)
            for model, method, ids, kwargs in self._attempts():
                with self.subTest(role=role, model=model, method=method):
                    params = {
                        "model": model,
                        "method": method,
                        "args": [ids] if ids else [],
                        "kwargs": {**kwargs, "context": HOSTILE_CONTEXT},
                    }
                    answer = self.url_open(
                        f"/web/dataset/call_kw/{model}/{method}",
                        data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
                        headers={"Content-Type": "application/json"},
                    ).json()
                    self.assertIn("error", answer)
        self.env.invalidate_all()
        self.assertEqual(self._content(), before)

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_json_2(self):
        before = self._content()
        for role in ("project_user", "delivery_user", "delivery_manager", "auditor"):
            user = getattr(self, role)
            keys = self.env["res.users.apikeys"].with_user(user)
            key = keys._generate("rpc", "test", fields.Datetime.add(fields.Datetime.now(), days=1))
            for model, method, ids, kwargs in self._attempts():
                body = {**kwargs, "context": HOSTILE_CONTEXT, **({"ids": ids} if ids else {})}
                with self.subTest(role=role, model=model, method=method):
                    answer = self.url_open(
                        f"/json/2/{model}/{method}",
                        data=json.dumps(body),
                        headers={
                            "Content-Type": "application/json",
                            "Authorization": f"Bearer {key}",
                        },
                    )
                    self.assertIn(answer.status_code, (403, 422))
        self.env.invalidate_all()
        self.assertEqual(self._content(), before)
