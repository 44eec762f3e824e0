"""The traceability matrix: what exists for each requirement, and what is missing."""

from io import BytesIO

import openpyxl

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from odoo.addons.customer_delivery.core.grant import Granted

from .common import DeliveryCase


class MatrixCase(DeliveryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls.project_standard
        must = cls.env.ref("customer_delivery.project_requirement_priority_must")
        cls.full = cls._create_requirement(
            name="Full",
            project_id=cls.project.id,
            priority_id=must.id,
            criterion_ids=[Command.create({"name": "It prints"})],
        )
        cls.bare = cls._create_requirement(
            name="Bare", project_id=cls.project.id, priority_id=must.id
        )
        cls.task = cls.env["project.task"].create(
            {"name": "Build it", "project_id": cls.project.id}
        )
        cls.unasked = cls.env["project.task"].create(
            {"name": "Nobody asked", "project_id": cls.project.id}
        )
        cls.env["project.requirement.link"].create(
            {"requirement_id": cls.full.id, "task_id": cls.task.id}
        )
        cls.env["project.deliverable"].create(
            {
                "name": "Manual",
                "project_id": cls.project.id,
                "requirement_ids": [Command.set(cls.full.ids)],
            }
        )
        cls.acceptance = cls._create_acceptance(
            project_id=cls.project.id,
            kind_id=cls._acceptance_kind("final").id,
            item_ids=[Command.create({"name": "It prints", "requirement_id": cls.full.id})],
        )

    def _pass(self):
        item = self.acceptance.item_ids
        item.action_record_verdict("check", "pass")
        self.acceptance.action_submit()
        item.action_record_verdict("customer", "pass", person_name="Ms Li")


@tagged("post_install", "-at_install")
class TestTraceability(MatrixCase):
    def _row(self, requirement, user=None):
        requirement = requirement.with_user(user or self.delivery_user)
        return (
            requirement.trace_criteria_count,
            requirement.trace_tasks,
            requirement.trace_items,
            requirement.trace_deliverables,
            requirement.trace_gaps,
        )

    def test_it_says_what_exists_and_what_is_missing(self):
        item = f"{self.acceptance.number}/1"
        self.assertEqual(self._row(self.full), (1, "Build it", item, "Manual", "not passed"))
        self.assertEqual(
            self._row(self.bare), (0, "", "", "", "no criterion, no task, no checklist item")
        )
        self._pass()
        self.env.invalidate_all()
        self.assertEqual(self._row(self.full), (1, "Build it", f"{item} ✓", "Manual", ""))

    def test_a_change_stands_in_it(self):
        change = self.env["project.change"].create(
            {
                "name": "Faster",
                "project_id": self.project.id,
                "line_ids": [Command.create({"action": "remove", "requirement_id": self.full.id})],
            }
        )
        self.assertEqual(self.full.with_user(self.delivery_user).trace_changes, change.number)

    def test_filters_find_what_is_missing(self):
        requirements = self.env["project.requirement"].with_user(self.delivery_user)
        view = self.env.ref("customer_delivery.project_requirement_view_search_matrix")
        arch = requirements.get_view(view.id, "search")["arch"]
        for name in ("no_criterion", "no_task", "no_item", "not_passed"):
            self.assertIn(f'name="{name}"', arch)
        inside = [("project_id", "=", self.project.id)]
        for domain in (
            [("criterion_ids", "=", False), ("indicator_ids", "=", False)],
            [("link_ids", "not any", [("task_id", "!=", False)])],
            [("acceptance_result", "=", "none")],
        ):
            self.assertEqual(requirements.search(inside + domain), self.bare)
        not_passed = [("acceptance_result", "!=", "passed")]
        self.assertEqual(requirements.search(inside + not_passed), self.full | self.bare)
        self._pass()
        self.assertEqual(requirements.search(inside + not_passed), self.bare)

    def test_a_result_is_found_as_it_is_shown(self):
        self.acceptance.kind_id.self_check_first = False
        self.acceptance.action_submit()
        cases = [
            [],
            ["pass"],
            ["fail"],
            ["na"],
            [False],
            ["pass", "na"],
            ["pass", False],
            ["fail", False],
            ["na", False],
            ["pass", "fail", "na", False],
        ]
        made = self.env["project.requirement"]
        for verdicts in cases:
            requirement = self._create_requirement(project_id=self.project.id)
            made |= requirement
            for verdict in verdicts:
                item = self.env["project.acceptance.item"].create(
                    {
                        "name": "Item",
                        "acceptance_id": self.acceptance.id,
                        "requirement_id": requirement.id,
                    }
                )
                if verdict:
                    item.action_record_verdict("customer", verdict, person_name="Ms Li")
        # what counts no more says nothing: of a round before, and of a revoked acceptance
        revoked = self._create_acceptance(
            project_id=self.project.id,
            item_ids=[Command.create({"name": "It prints", "requirement_id": made[0].id})],
        )
        revoked.write(Granted(state="revoked"))
        mine = [("id", "in", made.ids)]
        found = made.with_user(self.delivery_user)
        shown = {requirement: requirement.acceptance_result for requirement in found}
        self.assertEqual(len(set(shown.values())), 4, shown)
        for results in (["passed"], ["failed", "open"], ["none"], ["none", "passed"]):
            for operator in ("in", "not in"):
                with self.subTest(results=results, operator=operator):
                    searched = found.search([*mine, ("acceptance_result", operator, results)])
                    expected = found.filtered(
                        lambda row, results=results, operator=operator: (
                            (shown[row] in results) == (operator == "in")
                        )
                    )
                    self.assertEqual(searched, expected.sorted())

    def test_tasks_that_nothing_asks_for(self):
        action = self.project.with_user(self.delivery_user).action_view_unasked_tasks()
        self.assertEqual(self.env["project.task"].search(action["domain"]), self.unasked)

    def test_the_matrix_leads_to_tasks_that_nothing_asks_for(self):
        own = self.env["project.requirement"].with_user(self.delivery_user)
        shown = own.with_context(default_project_id=self.project.id).action_view_unasked()
        self.assertEqual(self.env["project.task"].search(shown["domain"]), self.unasked)
        found = self.env["project.task"].search(own.action_view_unasked()["domain"])
        self.assertIn(self.unasked, found)
        self.assertNotIn(self.task, found)

    def test_coverage_per_project_and_milestone(self):
        milestones = self.env["project.milestone"].create(
            [{"name": name, "project_id": self.project.id} for name in ("All", "One", "Task")]
        )
        every, one, by_task = milestones
        self.env["project.requirement.link"].create(
            {"requirement_id": self.full.id, "milestone_id": one.id}
        )
        self.task.milestone_id = by_task
        self._pass()
        self.env.invalidate_all()
        self.assertEqual(
            (self.project.delivery_must_count, self.project.delivery_must_passed_count), (2, 1)
        )
        self.assertEqual(self.project.delivery_coverage, 50)
        self.assertEqual(milestones.mapped("delivery_coverage"), [50, 100, 100])

    def test_a_task_closed_to_the_reader_keeps_its_name(self):
        closed = self.env["project.project"].create(
            {"name": "Closed", "privacy_visibility": "followers"}
        )
        self.task.project_id = closed
        self.env.invalidate_all()
        self.assertNotIn("Build it", self._row(self.full, self.project_user)[1])

    def test_queries_do_not_grow_with_the_requirements(self):
        def count(requirements):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            requirements.mapped("trace_gaps")
            return self.cr.sql_log_count - before

        own = self.env["project.requirement"].with_user(self.delivery_user)
        count(own.browse((self.full | self.bare).ids))
        few = count(own.browse((self.full | self.bare).ids))
        self.bare.copy()
        for number in range(12):
            requirement = self._create_requirement(project_id=self.project.id)
            task = self.env["project.task"].create(
                {"name": f"T{number}", "project_id": self.project.id}
            )
            self.env["project.requirement.link"].create(
                {"requirement_id": requirement.id, "task_id": task.id}
            )
        self.env.flush_all()
        many = own.search([("project_id", "=", self.project.id)])
        self.assertEqual(count(many), few)

    def test_the_workbook_says_what_the_screen_says(self):
        self.bare.name = "=1+1"
        file = BytesIO()
        self.env["project.requirement"].with_user(self.delivery_user)._write_matrix(
            file, self.project
        )
        matrix, coverage, unasked = openpyxl.load_workbook(file).worksheets
        rows = {row[2].value: row for row in matrix.iter_rows(min_row=2)}
        bare, full = rows[self.bare.number], rows[self.full.number]
        self.assertEqual((bare[3].value, bare[3].data_type), ("=1+1", "s"))
        self.assertEqual(full[7].value, "Build it")
        for place in (6, 7, 8):
            self.assertEqual(bare[place].fill.fgColor.rgb, "FFFADBD8")
            self.assertNotEqual(full[place].fill.fgColor.rgb, "FFFADBD8")
        self.assertEqual([cell.value for cell in coverage[2]][2:], [2, 0, 0])
        self.assertEqual([row[1].value for row in unasked.iter_rows(min_row=2)], ["Nobody asked"])

    def test_the_button_takes_the_project_shown_or_those_selected(self):
        own = self.env["project.requirement"].with_user(self.delivery_user)
        shown = own.with_context(default_project_id=self.project.id)
        self.assertIn(str(self.project.id), shown.action_export_matrix()["url"])
        self.assertIn(str(self.project.id), own.browse(self.bare.id).action_export_matrix()["url"])
        with self.assertRaisesRegex(UserError, "select requirements"):
            own.action_export_matrix()

    def test_customers_get_no_matrix(self):
        requirements = self.env["project.requirement"].with_user(self.portal_a)
        with self.assertRaises(AccessError):
            requirements._write_matrix(BytesIO(), self.project)
        with self.assertRaises(AccessError):
            self.full.with_user(self.portal_a).read(["trace_tasks"])


@tagged("post_install", "-at_install")
class TestTraceabilityDownload(MatrixCase, HttpCase):
    def _download(self, query):
        return self.url_open(f"/delivery/traceability.xlsx?{query}")

    def test_it_is_downloaded_as_a_workbook(self):
        self.authenticate(self.delivery_user.login, self.delivery_user.login)
        response = self._download(f"project_ids=[{self.project.id}]")
        self.assertEqual(response.status_code, 200)
        sheet = openpyxl.load_workbook(BytesIO(response.content)).worksheets[0]
        self.assertEqual(sheet.max_row, 3)
        self.assertEqual(self._download("project_ids=x").status_code, 400)
        self.assertEqual(self._download("project_ids=[0]").status_code, 404)
        self.authenticate(self.portal_a.login, self.portal_a.login)
        self.assertEqual(self._download(f"project_ids=[{self.project.id}]").status_code, 403)
