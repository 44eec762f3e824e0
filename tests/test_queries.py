"""No tax on core, and no query per record in what the screens ask for."""

import re
from contextlib import contextmanager
from functools import partial

from lxml import etree

from odoo.fields import Command
from odoo.sql_db import Cursor
from odoo.tests.common import tagged

from .common import DeliveryCase

OUR_TABLES = re.compile(
    r'\b(?:FROM|JOIN|INTO|UPDATE)\s+"?(project_requirement|project_party|delivery_|signoff_)', re.I
)


class QueryCase(DeliveryCase):
    @contextmanager
    def _queries(self):
        """Collect the texts of the queries made inside, pending writes included."""
        texts = []
        execute = Cursor.execute

        def listening(cursor, query, params=None, log_exceptions=True):
            texts.append(query if isinstance(query, str) else str(getattr(query, "code", query)))
            return execute(cursor, query, params, log_exceptions)

        self.env.flush_all()
        self.env.cr.precommit.run()
        self.patch(Cursor, "execute", listening)
        try:
            yield texts
            self.env.flush_all()
            self.env.cr.precommit.run()
        finally:
            self.patch(Cursor, "execute", execute)

    def _env_of(self, user):
        """Return the environment of a call by this user, without the silence of the tests."""
        return self.env(user=user, context={"allowed_company_ids": user.company_id.ids})


@tagged("post_install", "-at_install")
class TestNoTaxOnCore(QueryCase):
    def _assert_free(self, call):
        call()  # caches of the registry are warm in daily life
        self.env.invalidate_all()
        with self._queries() as texts:
            call()
        self.assertTrue(texts)
        ours = [text for text in texts if OUR_TABLES.search(text)]
        self.assertFalse(ours)

    def test_the_measure_sees_our_queries(self):
        with self._queries() as texts:
            self._create_requirement()
        self.assertTrue([text for text in texts if OUR_TABLES.search(text)])

    def test_tasks_partners_and_milestones_cost_no_query_of_ours(self):
        administrator = self.env.ref("base.user_admin")
        customer = self.customer_b.with_user(administrator)
        for user in (self.delivery_manager, self.project_user):
            env = self._env_of(user)
            project = self.project_off.with_env(env)
            task = env["project.task"].create({"name": "Task", "project_id": project.id})
            milestone = env["project.milestone"].create({"name": "M", "project_id": project.id})
            new_task = {
                "name": "Task",
                "project_id": project.id,
                "user_ids": [Command.set(user.ids)],
            }
            for call in (
                partial(env["project.task"].create, [new_task]),
                partial(task.write, {"name": "Renamed", "priority": "1"}),
                partial(task.write, {"state": "1_done"}),
                partial(milestone.write, {"is_reached": True}),
                partial(milestone.write, {"is_reached": False}),
                partial(customer.create, [{"name": "Partner", "parent_id": customer.id}]),
                partial(customer.write, {"name": "Renamed", "phone": "1", "city": "Here"}),
            ):
                with self.subTest(user=user.login, call=str(call)):
                    self._assert_free(call)

    def test_no_stored_computed_column_on_core_models(self):
        for model in ("res.partner", "project.task", "project.project", "project.milestone"):
            stored = [
                field.name
                for field in self.env[model]._fields.values()
                if field._module == "customer_delivery" and field.compute and field.store
            ]
            with self.subTest(model=model):
                self.assertFalse(stored)


@tagged("post_install", "-at_install")
class TestConstantQueries(QueryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = [
            cls._create_user(f"owner_{number}", "customer_delivery.group_delivery_user")
            for number in range(4)
        ]
        cls.tags = cls.env["project.requirement.tag"].create(
            [{"name": f"Tag {number}"} for number in range(4)]
        )
        cls._fill(20)

    @classmethod
    def _fill(cls, count):
        """Add requirements that differ in everything a list shows."""
        start = cls.env["project.requirement"].search_count([])
        priorities = cls.env["project.requirement.priority"].search([])
        types = cls.env["project.requirement.type"].search([])
        projects = cls.project_light | cls.project_standard | cls.project_strict
        partners = cls.env["res.partner"].create(
            [{"name": f"Asks {start + number}"} for number in range(count)]
        )
        cls.env["project.requirement"].create(
            [
                {
                    "name": f"Requirement {start + number}",
                    "project_id": projects[number % 3].id,
                    "priority_id": priorities[number % len(priorities)].id,
                    "type_id": types[number % len(types)].id,
                    "requester_id": partners[number].id,
                    "user_id": cls.users[number % 4].id,
                    "tag_ids": [Command.set(cls.tags[number % 4].ids)],
                    "date_deadline": "2031-01-01",
                    "criterion_ids": [Command.create({"name": "Criterion"})] * (number % 3),
                }
                for number in range(count)
            ]
        )
        cls.env.flush_all()

    def _specification(self, model, view_type, view_id=False):
        """Return the fields that the client asks for, as it reads them from the view."""
        view = model.get_views([(view_id, view_type)])["views"][view_type]
        arch = etree.fromstring(view["arch"])
        names = {
            node.get("name") for node in arch.iter("field") if not node.xpath("ancestor::field")
        }
        specification = {}
        for name in names:
            field = model._fields[name]
            specification[name] = {"fields": {"display_name": {}}} if field.relational else {}
        return specification

    def _count(self, call):
        call()
        self.env.invalidate_all()
        with self._queries() as texts:
            result = call()
        return len(texts), result

    def _assert_constant(self, call):
        small, result = self._count(call)
        self._fill(60)
        large, more = self._count(call)
        self.assertGreater(self._size(more), self._size(result) * 2)
        self.assertLessEqual(large, small, f"{small} queries for few, {large} for many")
        return large

    def _size(self, result):
        return (
            len(result["records"])
            if "records" in result
            else sum(group["__count"] for group in result["groups"])
        )

    def test_lines_of_many_requirements(self):
        """Adding criteria touches each requirement's content, all of them at once."""
        counts = []
        for size in (5, 50):
            self._fill(max(size - 20, 0))
            requirements = self.env["project.requirement"].search([], limit=size)
            values = [{"requirement_id": res_id, "name": "More"} for res_id in requirements.ids]
            self.env.invalidate_all()
            with self._queries() as texts:
                self.env["project.requirement.criterion"].create(values)
            counts.append(len(texts))
            self.assertEqual(len(values), size)
        self.assertLessEqual(counts[1], counts[0] + 3, counts)

    def test_requirement_list(self):
        model = self.env["project.requirement"].with_env(self._env_of(self.delivery_user))
        specification = self._specification(model, "list")
        self.assertGreater(len(specification), 8)
        self._assert_constant(
            lambda: model.web_search_read([("name", "like", "Requirement ")], specification)
        )

    def test_requirement_kanban(self):
        model = self.env["project.requirement"].with_env(self._env_of(self.delivery_user))
        specification = self._specification(model, "kanban")
        self._assert_constant(
            lambda: model.web_read_group(
                [("name", "like", "Requirement ")],
                ["stage_id"],
                ["__count"],
                auto_unfold=True,
                unfold_read_specification=specification,
                unfold_read_default_limit=80,
            )
        )

    def test_requirement_list_of_a_customer(self):
        model = self.env["project.requirement"].with_env(self._env_of(self.portal_a))
        self.env["project.requirement"].search([]).write({"portal_access": "visible"})
        specification = {"name": {}, "number": {}, "display_name": {}, "stage_id": {}}

        def read():
            self.env["project.requirement"].search([]).write({"portal_access": "visible"})
            self.env.flush_all()
            return model.web_search_read([("name", "like", "Requirement ")], specification)

        self._assert_constant(read)

    def test_project_list(self):
        model = self.env["project.project"].with_env(self._env_of(self.delivery_manager))
        specification = {
            "display_name": {},
            "delivery_mode_id": {"fields": {"display_name": {}}},
            "delivery_contract_state": {},
            "delivery_ahead_days": {},
            "delivery_requirement_count": {},
            "delivery_confirmed_count": {},
        }
        small, _result = self._count(lambda: model.web_search_read([], specification))
        for number in range(20):
            self._create_project(name=f"More {number}", mode=self.mode_light)
        large, result = self._count(lambda: model.web_search_read([], specification))
        self.assertGreater(len(result["records"]), 20)
        self.assertLessEqual(large, small)

    def test_partner_list(self):
        model = self.env["res.partner"].with_env(self._env_of(self.delivery_manager))
        specification = {"display_name": {}, "delivery_requirement_count": {}}
        small, _result = self._count(
            lambda: model.web_search_read([], specification, limit=5, order="id")
        )
        large, _result = self._count(
            lambda: model.web_search_read([], specification, limit=50, order="id")
        )
        self.assertLessEqual(large, small)

    def test_reading_writes_nothing(self):
        model = self.env["project.requirement"].with_env(self._env_of(self.delivery_user))
        specification = self._specification(model, "form")
        requirement = model.search([], limit=1)
        with self._queries() as texts:
            requirement.web_read(specification)
            model.web_search_read([], {"display_name": {}})
        writing = [text for text in texts if re.match(r"\s*(INSERT|UPDATE|DELETE)", text, re.I)]
        self.assertFalse(writing)
