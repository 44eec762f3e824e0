"""The public methods once more, as they are called over the network.

Of all that the other test calls, each method is called twice here, once through each door. Which
role calls it, with which context and arguments, goes round; it is the same at every run.
"""

import inspect
import itertools
import json
from datetime import timedelta
from unittest.mock import patch

from psycopg2 import errors as pg_errors
from werkzeug.exceptions import HTTPException

from odoo import fields
from odoo.exceptions import UserError
from odoo.sql_db import Cursor
from odoo.tests import HttpCase, tagged
from odoo.tools import SQL, mute_logger

from .test_public_methods import CONTEXT, OTHER_CONTEXTS, STRANGERS, PublicMethodsCase

DOORS = ("json2", "call_kw")
LOGINS = (*STRANGERS, "delivery_user")
CONTEXTS = (CONTEXT, *OTHER_CONTEXTS)
BUILTINS = {"TypeError": TypeError, "ValueError": ValueError, "KeyError": KeyError}
QUIET = (
    "odoo.http",
    "odoo.models",
    "odoo.sql_db",
    "odoo.addons.base.models.ir_rule",
    "odoo.addons.base.models.ir_model",
    "odoo.addons.base.models.ir_module",
    "odoo.addons.rpc.controllers.json2",
)


class Answered(HTTPException):
    """The door itself has refused: no such method for this caller, or not with these names."""


@tagged("post_install", "-at_install")
class TestPublicMethodsOverHttp(PublicMethodsCase, HttpCase):
    def _get_sample(self):
        """Return {login: [(door, model, method, arguments, context)]}."""
        found = {login: [] for login in LOGINS}
        logins, contexts = itertools.cycle(LOGINS), itertools.cycle(CONTEXTS)
        for number, (name, method) in enumerate(self._get_methods()):
            arguments = self._get_arguments(name, method)
            if not arguments:
                continue
            doors = DOORS if number // 2 % 2 else DOORS[::-1]
            for door, turn in zip(doors, (number, number // 2), strict=True):
                found[next(logins)].append(
                    (door, name, method, arguments[turn % len(arguments)], next(contexts))
                )
            # no method meets the same role and context as the one before
            next(contexts)
        return found

    def _post(self, door, name, method, ids, arguments, context):
        """Call through a door.

        :return: the error that came back as it was raised there, or None
        """
        function = getattr(self.env.registry[name], method)
        is_model = getattr(function, "_api_model", False)
        if door == "json2":
            body = {**arguments, "context": context, **({} if is_model else {"ids": ids})}
            answer = self.url_open(
                f"/json/2/{name}/{method}",
                data=json.dumps(body),
                headers={"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"},
            )
            error = None if answer.status_code == 200 else answer.json()
            status = answer.status_code
        else:
            arguments = dict(arguments)
            positional = [] if is_model else [ids]
            if method == "create":
                positional.append(arguments.pop("vals_list"))
            params = {
                "model": name,
                "method": method,
                "args": positional,
                "kwargs": {**arguments, "context": context},
            }
            answer = self.url_open(
                f"/web/dataset/call_kw/{name}/{method}",
                data=json.dumps({"jsonrpc": "2.0", "method": "call", "id": 1, "params": params}),
                headers={"Content-Type": "application/json"},
            )
            status = answer.status_code
            error = answer.json().get("error")
            error = error and error["data"]
        if not error:
            return None if status == 200 else RuntimeError(f"status {status}")
        return self._as_error(error, status)

    @staticmethod
    def _as_error(error, status):
        module, _dot, kind = error["name"].rpartition(".")
        message = error["message"]
        if module == "odoo.exceptions":
            return UserError(message)
        if module == "werkzeug.exceptions" and status < 500:
            return Answered(message)
        if module == "psycopg2.errors":
            return getattr(pg_errors, kind)(message)
        found = BUILTINS.get(kind) if module == "builtins" else None
        return (found or RuntimeError)(f"{error['name']}: {message}" if not found else message)

    def _is_clean(self, error, name, method, ids, arguments):
        if isinstance(error, TypeError):
            # the other door says it before it calls
            try:
                inspect.signature(getattr(self.env.registry[name], method)).bind(None, **arguments)
            except TypeError:
                return True
        return isinstance(error, Answered) or super()._is_clean(error, name, method, ids, arguments)

    def _enter(self, login):
        user = getattr(self, login)
        keys = self.env["res.users.apikeys"].with_user(user).sudo()
        self.key = keys._generate("rpc", "test", fields.Datetime.now() + timedelta(hours=1))
        self.authenticate(login, login)
        return user

    @mute_logger(*QUIET)
    def test_nobody_forges_or_breaks_anything_over_the_network(self):
        failures, calls, execute = [], 0, Cursor.execute
        for login, sample in self._get_sample().items():
            user = self._enter(login)
            self._remember(login in STRANGERS)
            for door, name, method, arguments, context in sample:
                written = []

                def watched(cursor, query, *args, written=written, **kwargs):
                    text = query.code if isinstance(query, SQL) else query
                    if text.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE", "WITH A"):
                        written.append(text)
                    return execute(cursor, query, *args, **kwargs)

                with self.env.cr.savepoint(flush=False) as savepoint:
                    ids = self._get_ids(name, user)
                    self.env.flush_all()
                    with patch.object(Cursor, "execute", watched):
                        error = self._post(door, name, method, ids, arguments, context)
                    self.env.invalidate_all(flush=False)
                    different = self._get_differences() if written else ()
                    savepoint.rollback()
                self.env.transaction.clear()
                calls += 1
                what = f"{login}: {door} {name}.{method}({arguments!r:.300}) on {ids}"
                if different:
                    failures.append(f"{what} changed {different}")
                if not self._is_clean(error, name, method, ids, arguments):
                    failures.append(f"{what}: {type(error).__name__}: {error!s:.300}")
        self.assertGreater(calls, 500)
        self.assertFalse(failures, "\n".join(["", *failures]))
