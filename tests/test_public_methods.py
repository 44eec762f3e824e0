"""Every public method of every model, called by those who should not, with what nobody expects.

Whoever knows a model's name can call its public methods with any arguments and any context.
"""

import inspect
import traceback
from unittest.mock import patch

from psycopg2 import DataError, IntegrityError

from odoo.exceptions import UserError
from odoo.service.model import call_kw
from odoo.sql_db import Cursor
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .access_matrix_table import TABLE, Config, Row, Wizard
from .signoff_common import SignoffCase
from .test_portal_signoff import drawn

MODULE = "odoo.addons.customer_delivery"
# a caller's context: what nested creates take as defaults, what silences, what alters reading
CONTEXT = {
    "default_state": "done",
    "default_verdict": "approve",
    "default_partner_id": 1,
    "default_project_id": 1,
    "default_res_id": 1,
    "default_res_model": "res.users",
    "default_sha256": "x",
    "default_content_lock": "none",
    "default_company_id": 2**31,
    "force": True,
    "su": True,
    "uid": 1,
    "tracking_disable": True,
    "mail_notrack": True,
    "bin_size": True,
    "active_test": False,
    "prefetch_fields": False,
    "edit_translations": True,
    "allowed_company_ids": None,
    "active_model": "signoff.decision",
    "active_id": "1",
    "active_ids": {"a": 1},
    "customer_delivery.maintenance": "on",
}
# of these alone with the first arguments: they refuse, or add nothing
OTHER_CONTEXTS = ({}, {"lang": "xx_XX'; --"}, {"allowed_company_ids": [2**31]})
HOSTILE = (
    None,
    True,
    -1,
    2**40,
    1.5,
    "'; DROP TABLE signoff_decision; --",
    "\x00",
    {"a": 1},
    {"id": 1, "name": [1]},
    [1, "x", None],
    [[]],
)
# methods of the ORM that ours extend: what they make of nonsense is the ORM's affair
ORM = {"create", "write", "unlink", "copy_data", "default_get", "message_post", "message_new"}
# what they are for an honest caller
PLAUSIBLE = {
    "verdict": "approve",
    "image": drawn(),
    "said_via": "chat",
    "occurred_on": "2020-01-01",
    "due_date": "2031-01-01",
    "defer_until": "2031-01-01",
    "kind": "customer",
    "access": "visible",
    "side": "customer",
    "conclusion": "pass",
    "levels": 2,
    "files": (),
    "images": (),
    "values": {},
    "practice": True,
    "next_user_ids": (),
    "signatory_ids": (),
    "requirement_ids": None,
}
# nobody of these roles is asked by, or runs, what he calls
STRANGERS = ("internal", "portal_a_colleague", "portal_b")
# what one who does run projects brings about only by a decision of his own
DECIDED = (
    "signoff_decision",
    "signoff_signature",
    "signoff_identity",
    "signoff_seal",
    "signoff_void",
)


class PublicMethodsCase(SignoffCase):
    """One record of each model, and what can be called on it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.evidence = cls.env.registry["signoff.evidence.mixin"]
        models = {
            name: model
            for name, model in cls.env.registry.items()
            if model._original_module == "customer_delivery" and not model._abstract
        }
        cls.tables = sorted(
            model._table for model in models.values() if model._auto and not model._transient
        )
        cls.evidence_tables = {
            model._table: cls.env[name]._get_frozen_columns()
            for name, model in models.items()
            if issubclass(model, cls.evidence)
        }

    def setUp(self):
        super().setUp()
        # one record of each model, none of which is theirs
        self.records = {}
        for name, row in TABLE.items():
            if isinstance(row, Row):
                scope = "own" if "own" in row.scopes else next(iter(row.scopes))
                self.records[name] = row.make(self, scope).with_env(self.env)
            elif isinstance(row, Config):
                self.records[name] = self.env[name].search([], limit=1)
        self.records["project.project"] = self.project_light
        self.records["project.milestone"] = self.records["project.milestone.override"].milestone_id
        self.env["signoff.seal"]._seal_batch(1000)
        self.env.flush_all()
        self.env.invalidate_all()

    # === WHAT IS CALLED === #

    def _get_methods(self):
        """Yield (model, method) of all that ours define and that can be called from outside."""
        for name, model in sorted(self.env.registry.items()):
            if model._abstract:
                continue
            methods = {
                method
                for cls in model.mro()
                if cls.__module__.startswith(MODULE)
                for method, value in vars(cls).items()
                if callable(value) and not method.startswith("_")
            }
            for method in sorted(methods - {"init"}):
                yield name, method

    def _get_arguments(self, name, method):
        """Return the lists of named arguments to call a method with."""
        parameters = inspect.signature(getattr(self.env.registry[name], method)).parameters
        names = [
            each.name
            for each in list(parameters.values())[1:]
            if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
        ]
        if method in ORM:
            return self._get_orm_arguments(name, method)
        if not names:
            return [{}]
        found = [dict.fromkeys(names, value) for value in HOSTILE]
        found.append({each: self._get_plausible(each) for each in names})
        return found

    def _get_plausible(self, name):
        if name == "snapshot_sha256":
            return self.records["signoff.round"].snapshot_sha256
        if name in ("partner_id", "requester_id", "person_id"):
            return self.contact_a.id
        if name.endswith("user_id"):
            return self.internal.id
        if name.endswith("_id"):
            return False
        return PLAUSIBLE.get(name, "Because")

    def _get_orm_arguments(self, name, method):
        model = self.env[name]
        stolen = {
            each: value
            for each, value in (
                ("state", "done"),
                ("verdict", "approve"),
                ("sha256", "x"),
                ("content_lock", "none"),
                ("name", "Stolen"),
                ("company_id", 1),
                ("user_id", 1),
                ("stage_id", 1),
            )
            if each in model._fields
        }
        return {
            "create": [{"vals_list": [{}]}, {"vals_list": [stolen]}],
            "write": [{"vals": {each: value}} for each, value in stolen.items()],
            "unlink": [{}],
            "copy_data": [{}],
            "default_get": [{"fields": list(model._fields)}],
            "message_post": [{"body": "Agreed", "author_id": 1, "message_type": "comment"}],
            "message_new": [{"msg_dict": {"subject": "x", "from": "a@b.c", "to": "x"}}],
        }[method]

    def _get_ids(self, name, user):
        if isinstance(TABLE.get(name), Wizard):
            return self._open_wizard(name, user)
        return self.records[name].ids if name in self.records else [1]

    def _open_wizard(self, name, user):
        """Return the ids of a dialog that the user opened himself, none if he may not."""
        try:
            with self.env.cr.savepoint():
                wizard = self.env[name].with_user(user).create([{}])
                wizard.flush_recordset()
                return wizard.ids
        except (UserError, IntegrityError):
            self.env.invalidate_all()
            return []

    def _is_clean(self, error, name, method, ids, arguments):
        """Tell whether an error is a refusal in words, or the caller's own wrong call."""
        if error is None or isinstance(error, (UserError, IntegrityError)):
            return True
        if len(ids) != 1 and str(error).startswith(f"Expected singleton: {name}("):
            return True
        if isinstance(error, TypeError):
            function = getattr(self.env.registry[name], method)
            try:
                inspect.signature(function).bind(None, **arguments)
            except TypeError:
                return True
        return method in ORM and isinstance(error, (ValueError, KeyError, DataError))

    # === HOW EVERYTHING STANDS === #

    def _digest(self, table, columns=None, ids=None):
        """Return how the rows of a table stand."""
        what = SQL("t")
        if columns:
            what = SQL("(%s)", SQL(", ").join(map(SQL.identifier, ["id", *columns])))
        where = SQL("WHERE id = ANY(%s)", ids) if ids is not None else SQL("")
        self.env.cr.execute(
            SQL(
                "SELECT array_agg(id ORDER BY id), md5(string_agg(%s::text, '|' ORDER BY id))"
                " FROM %s t %s",
                what,
                SQL.identifier(table),
                where,
            )
        )
        return self.env.cr.fetchone()

    def _remember(self, is_stranger):
        """Note how everything stands that this caller must not change."""
        self.env.flush_all()
        if is_stranger:
            self.watched = {table: (None, None, self._digest(table)) for table in self.tables}
            return
        self.watched = {}
        for table, columns in self.evidence_tables.items():
            ids = None if table in DECIDED else self._digest(table)[0] or []
            self.watched[table] = (columns, ids, self._digest(table, columns, ids))

    def _get_differences(self):
        return {
            table
            for table, (columns, ids, before) in self.watched.items()
            if self._digest(table, columns, ids) != before
        }


@tagged("post_install", "-at_install")
class TestPublicMethods(PublicMethodsCase):
    def _call(self, user, name, method, ids, arguments, context):
        """Call as both doors do; take back what it did.

        :return: (error, whether something was written, what is different now)
        """
        model = self.env[name].with_user(user).with_context({})
        function = getattr(self.env.registry[name], method)
        positional = [] if getattr(function, "_api_model", False) else [list(ids)]
        arguments = {**arguments, "context": dict(context)}
        if method == "create":
            positional.append(arguments.pop("vals_list"))
        error, different, written = None, set(), []
        execute = Cursor.execute

        def watched(cursor, query, *args, **kwargs):
            text = query.code if isinstance(query, SQL) else query
            if text.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE", "WITH A"):
                written.append(text)
            return execute(cursor, query, *args, **kwargs)

        with self.env.cr.savepoint(flush=False) as savepoint:
            try:
                with patch.object(Cursor, "execute", watched):
                    call_kw(model, method, positional, arguments)
                    self.env.flush_all()
                if written:
                    different = self._get_differences()
            except Exception as caught:  # noqa: BLE001 (judged by the caller)
                error = caught
            savepoint.rollback()
        self.env.transaction.clear()
        return error, different

    def _fuzz(self, login):
        user = getattr(self, login)
        self._remember(login in STRANGERS)
        failures, calls = [], 0
        for name, method in self._get_methods():
            ids = self._get_ids(name, user)
            arguments = self._get_arguments(name, method)
            combined = [(each, CONTEXT) for each in arguments]
            combined += [(each, context) for context in OTHER_CONTEXTS for each in arguments[:1]]
            for each, context in combined:
                error, different = self._call(user, name, method, ids, each, context)
                calls += 1
                what = f"{login}: {name}.{method}({each!r:.300}) on {ids} in {context!r:.20}"
                if different:
                    failures.append(f"{what} changed {different}")
                if not self._is_clean(error, name, method, ids, each):
                    where = traceback.extract_tb(error.__traceback__)[-1]
                    failures.append(
                        f"{what}: {type(error).__name__}: {error!s:.200} "
                        f"({where.filename}:{where.lineno})"
                    )
        self.assertGreater(calls, 500)
        self.assertFalse(failures, "\n".join(["", *failures]))

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    @mute_logger("odoo.models", "odoo.sql_db", "odoo.addons.base.models.ir_module")
    def test_strangers_change_nothing(self):
        for login in STRANGERS:
            with self.subTest(login=login):
                self._fuzz(login)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    @mute_logger("odoo.models", "odoo.sql_db", "odoo.addons.base.models.ir_module")
    def test_those_who_run_projects_forge_nothing(self):
        self._fuzz("delivery_user")
