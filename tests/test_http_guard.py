"""The same attacks as they come over the network."""

import json
from datetime import timedelta

from odoo import fields
from odoo.tests.common import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .common import DeliveryCase


@tagged("post_install", "-at_install")
class TestGuardOverHttp(DeliveryCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreed = cls._create_agreed_requirement(project_id=cls.project_strict.id)
        cls.open = cls._create_requirement(project_id=cls.project_strict.id)

    def _rpc(self, method, args, **kwargs):
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/project.requirement/{method}",
            {
                "model": "project.requirement",
                "method": method,
                "args": args,
                "kwargs": kwargs,
            },
        )

    def _state(self, requirement):
        requirement.invalidate_recordset()
        return requirement.read(
            ["name", "content_rev", "content_lock", "number", "origin", "stage_id"]
        )

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
    def test_web_client_calls(self):
        before = self._state(self.agreed | self.open)
        granted = {"__granted__": True, "Granted": True}
        attacks = (
            ("web_save", [self.agreed.ids, {"name": "Forged"}], {"specification": {"name": {}}}),
            ("write", [self.agreed.ids, {"name": "Forged"}], {}),
            ("write", [self.open.ids, {"content_lock": "agreed"}], {}),
            ("write", [self.open.ids, {"content_lock": "agreed", **granted}], {}),
            ("write", [self.open.ids, {"stage_id": self._stage("confirmed").id}], {}),
            ("web_save", [self.open.ids, {"number": "X"}], {"specification": {}}),
            (
                "create",
                [[{"name": "F", "said_via": "phone", "content_lock": "agreed"}]],
                {},
            ),
            ("copy", [self.agreed.ids, {"content_lock": "agreed"}], {}),
            ("unlink", [self.agreed.ids], {}),
            # private methods are no doors
            ("_signoff_agree", [self.open.ids], {}),
            ("_signoff_release", [self.agreed.ids], {}),
            ("_file_once", [{"name": "F"}, "k" * 16], {}),
            ("_fit_stages", [self.open.ids], {}),
            ("_delete_practice", [self.open.ids], {}),
        )
        for user in (self.delivery_user, self.delivery_manager):
            self.authenticate(user.login, user.login + "x" * (8 - len(user.login)))
            for method, args, kwargs in attacks:
                for context in (
                    {},
                    {"default_content_lock": "agreed", "tracking_disable": True, "bin_size": True},
                ):
                    with (
                        self.subTest(user=user.login, method=method, context=context),
                        self.assertRaises(JsonRpcException),
                    ):
                        self._rpc(method, args, context=context, **kwargs)
        self.assertEqual(self._state(self.agreed | self.open), before)

    @mute_logger("odoo.http", "odoo.addons.rpc.controllers.json2")
    def test_json2_calls(self):
        key = (
            self.env["res.users.apikeys"]
            .with_user(self.delivery_manager)
            ._generate(
                scope="rpc",
                name="test",
                expiration_date=fields.Datetime.now() + timedelta(days=0.5),
            )
        )
        before = self._state(self.agreed | self.open)

        def call(method, **body):
            return self.url_open(
                f"/json/2/project.requirement/{method}",
                data=json.dumps(body),
                headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
            )

        for method, body in (
            ("write", {"ids": self.agreed.ids, "vals": {"name": "Forged"}}),
            ("write", {"ids": self.open.ids, "vals": {"content_rev": 9}}),
            (
                "write",
                {
                    "ids": self.open.ids,
                    "vals": {"stage_id": self._stage("confirmed").id},
                    "context": {"granted": True, "install_mode": True},
                },
            ),
            ("create", {"vals_list": [{"name": "F", "said_via": "chat", "number": "X"}]}),
            ("unlink", {"ids": self.agreed.ids}),
            ("action_void_confirmation", {"ids": self.agreed.ids, "reason": ""}),
            ("action_move_to_stage", {"ids": self.open.ids, "stage_id": "x"}),
            ("_signoff_release", {"ids": self.agreed.ids}),
        ):
            with self.subTest(method=method):
                self.assertGreaterEqual(call(method, **body).status_code, 400)
        self.assertEqual(self._state(self.agreed | self.open), before)
        # and the honest way works
        answer = call("action_move_to_stage", ids=self.open.ids, stage_id=self._stage("review").id)
        self.assertEqual((answer.status_code, answer.json()), (200, True))
        self.open.invalidate_recordset()
        self.assertEqual(self.open.stage_id, self._stage("review"))
        answer = call(
            "action_quick_entry",
            text="By JSON-2",
            client_key="0123456789abcdef",
            project_id=self.project_light.id,
        )
        self.assertEqual(answer.status_code, 200)
        self.assertTrue(answer.json()["created"])

    def test_a_key_of_anybody_else_opens_nothing(self):
        with mute_logger("odoo.http"):
            answer = self.url_open(
                "/json/2/project.requirement/search_read",
                data=json.dumps({"domain": []}),
                headers={"Authorization": "Bearer wrong", "Content-Type": "application/json"},
            )
        self.assertIn(answer.status_code, (401, 403))
