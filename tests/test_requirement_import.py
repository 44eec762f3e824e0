import base64
import io

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import DeliveryCase


class ImportCase(DeliveryCase):
    def _wizard(self, rows, user=None, project=None, **values):
        """Return the dialog with a CSV file of ``rows``; the first one holds the headers."""
        lines = ("\t".join(str(cell) for cell in row) for row in rows)
        return self._wizard_of("\n".join(lines).encode(), user, project, **values)

    def _wizard_of(self, content, user=None, project=None, **values):
        return (
            self.env["project.requirement.import"]
            .with_user(user or self.delivery_user)
            .create(
                {
                    "project_id": (self.project_light if project is None else project).id,
                    "content": base64.b64encode(content),
                    "file_name": "list.csv",
                    **values,
                }
            )
        )

    def _results(self, wizard):
        lines = wizard.line_ids.sorted("row")
        return [(line.row, line.action) for line in lines]

    def _reason(self, wizard, row):
        return wizard.line_ids.filtered(lambda line: line.row == row).reason or ""

    def _import(self, rows, **kwargs):
        wizard = self._wizard(rows, **kwargs)
        wizard.action_check()
        checked = self._results(wizard)
        wizard.action_import()
        # the dry run and the import judge alike
        self.assertEqual(self._results(wizard), checked)
        return wizard

    def _export(self, requirements, lang="en_US"):
        file = io.BytesIO()
        model = self.env["project.requirement"].with_user(self.delivery_user)
        model.with_context(lang=lang)._write_register(file, [("id", "in", requirements.ids)])
        return file.getvalue()


@tagged("post_install", "-at_install")
class TestRequirementImport(ImportCase):
    def test_the_dry_run_changes_nothing_and_burns_no_number(self):
        model = self.env["project.requirement"]
        before = model.search_count([])
        section_count = self.env["project.requirement.section"].search_count([])
        last = self._create_requirement().number
        wizard = self._wizard([["Title", "Section"], ["A wish", "New section"]])
        wizard.action_check()
        self.assertEqual(self._results(wizard), [(2, "created")])
        self.assertEqual(model.search_count([]), before + 1)
        self.assertEqual(self.env["project.requirement.section"].search_count([]), section_count)
        self.assertEqual(int(self._create_requirement().number[-6:]), int(last[-6:]) + 1)

    def test_rows_become_requirements_with_everything_in_them(self):
        wizard = self._import(
            [
                ["标题", "级别", "类型", "章节", "描述", "验收标准", "性能指标", "负责人",
                 "提出人", "提出日期", "截止日期", "标签", "验证方法"],
                ["打印标签", "必须", "性能", "仓库", "第一行", "[性能] 两秒内打印 | 测试 | <= 2 s",
                 "打印时间 <= 2 s", "delivery_user", self.contact_a.name, "2026年3月1日",
                 "2026/4/1", "现场，急", "演示"],
            ]
        )  # fmt: skip
        requirement = wizard.line_ids.requirement_id
        self.assertEqual(requirement.name, "打印标签")
        self.assertEqual(requirement.project_id, self.project_light)
        self.assertTrue(requirement.priority_id.is_mandatory)
        self.assertEqual(requirement.type_id.chapter, "performance")
        self.assertEqual(requirement.section_id.name, "仓库")
        self.assertEqual(requirement.description, "<p>第一行</p>")
        self.assertEqual(requirement.criterion_ids.kind, "performance")
        self.assertEqual(requirement.criterion_ids.target, "<= 2 s")
        self.assertEqual(requirement.indicator_ids.target, 2.0)
        self.assertEqual(requirement.indicator_ids.unit, "s")
        self.assertEqual(requirement.user_id, self.delivery_user)
        self.assertEqual(requirement.requester_id, self.contact_a)
        self.assertEqual(requirement.requested_on.isoformat(), "2026-03-01")
        self.assertEqual(requirement.date_deadline.isoformat(), "2026-04-01")
        self.assertEqual(sorted(requirement.tag_ids.mapped("name")), ["急", "现场"])
        self.assertEqual(requirement.verification, "demonstration")
        self.assertEqual(requirement.origin, "import")
        self.assertEqual(requirement.content_rev, 1)
        self.assertEqual(requirement.stage_id, self._stage("open"))

    def test_an_exported_register_comes_back_unchanged(self):
        requirements = self._create_complete_requirement(
            name="Everything",
            description='<p>One <b>bold</b></p><ul class="x"><li>two</li></ul>',
            background="<p>a &amp; b</p>",
            out_of_scope="<table><tr><td>x</td><td>y</td></tr></table>",
            criterion_ids=[
                Command.create(
                    {"name": "a | b\nc", "kind": "ux", "verification": False, "target": "x\\y"}
                ),
                Command.create({"name": "[odd] text", "target": "≤ 2"}),
            ],
            indicator_ids=[
                Command.create(
                    {
                        "name": "T",
                        "operator": "between",
                        "target": -1.5,
                        "target_max": 4,
                        "unit": "°C",
                    }
                )
            ],
            date_deadline="2026-03-01",
            effort=1.25,
            importance="2",
            tag_ids=[Command.create({"name": "on site"})],
            section_id=self.env["project.requirement.section"]
            .create({"name": "Warehouse", "project_id": self.project_light.id})
            .id,
        )
        requirements += self._create_requirement(name="Nothing")
        requirements += self._create_agreed_requirement(name="Agreed")
        revisions = requirements.mapped("content_rev")
        texts = requirements.mapped("description")
        writes = requirements.mapped("write_date")
        content = self._export(requirements)
        wizard = self._wizard_of(content)
        wizard.action_check()
        self.assertEqual(
            [(line.action, line.reason) for line in wizard.line_ids], [("unchanged", False)] * 3
        )
        wizard.action_import()
        self.assertEqual(wizard.unchanged_count, 3)
        self.assertEqual(requirements.mapped("content_rev"), revisions)
        self.assertEqual(requirements.mapped("description"), texts)
        self.assertEqual(requirements.mapped("write_date"), writes)

    def test_a_register_exported_in_another_language_comes_back_unchanged(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        must = self.env.ref("customer_delivery.project_requirement_priority_must")
        must.with_context(lang="zh_CN").name = "必须实现"
        requirement = self._create_complete_requirement(
            indicator_ids=[
                Command.create({"name": "T", "operator": "between", "target": 1, "target_max": 2})
            ]
        )
        wizard = self._wizard_of(self._export(requirement, lang="zh_CN"))
        wizard.action_check()
        self.assertEqual(
            [(line.action, line.reason) for line in wizard.line_ids], [("unchanged", False)]
        )

    def test_only_what_differs_is_written(self):
        requirement = self._create_complete_requirement(
            name="Before", description="<p>One <b>bold</b> word</p>"
        )
        revision = requirement.content_rev
        line = requirement.criterion_ids
        wizard = self._import(
            [
                ["Number", "Title", "Description", "Acceptance Criteria"],
                [
                    requirement.number,
                    "After",
                    "One bold word",
                    "[function] It can be seen | test | 9",
                ],
            ]
        )
        self.assertEqual(self._results(wizard), [(2, "updated")])
        self.assertEqual(requirement.name, "After")
        self.assertEqual(requirement.description, "<p>One <b>bold</b> word</p>")
        self.assertEqual(requirement.criterion_ids, line)
        self.assertEqual(line.target, "9")
        self.assertGreater(requirement.content_rev, revision)

    def test_the_number_with_the_code_of_the_project_is_understood(self):
        requirement = self._create_requirement(name="Before")
        self.project_light.delivery_code = "ABC"
        self._import([["Number", "Title"], [f"ABC/{requirement.number}", "After"]])
        self.assertEqual(requirement.name, "After")

    def test_running_numbers_of_a_list_are_no_permanent_numbers(self):
        wizard = self._import([["No.", "Title"], ["1", "First"], ["2.1", "Second"]])
        self.assertEqual(self._results(wizard), [(2, "created"), (3, "created")])

    def test_an_empty_cell_empties_what_may_be_empty(self):
        requirement = self._create_complete_requirement(customer_ref="X")
        self._import(
            [
                ["Number", "Title", "Class", "Customer's Reference", "Acceptance Criteria"],
                [requirement.number, "", "", "", ""],
            ]
        )
        self.assertEqual(requirement.name, "Requirement")
        self.assertTrue(requirement.priority_id)
        self.assertFalse(requirement.customer_ref)
        self.assertFalse(requirement.criterion_ids)

    def test_bad_rows_are_refused_with_their_reason_and_lose_no_good_one(self):
        own = self._create_requirement()
        foreign = self._create_requirement(project_id=self.project_b.id)
        private = self._create_requirement(project_id=self.project_private.id)
        wizard = self._import(
            [
                ["Number", "Title", "Class", "Due", "Stage", "Owner", "Performance Indicators"],
                ["", "Good", "Must"],
                ["", "", "Must"],
                ["", "Class", "Marvellous"],
                ["", "Date", "", "31 o'clock"],
                ["REQ-999999", "Unknown number"],
                [foreign.number, "Other project"],
                [private.number, "Not visible"],
                [own.number, "First"],
                [own.number, "Twice"],
                ["", "Stage", "", "", "Nowhere"],
                ["", "Owner", "", "", "", "Nobody"],
                ["", "Figure", "", "", "", "", "much too slow"],
                ["", "Also good"],
            ]
        )
        good = {2: "created", 9: "updated", 14: "created"}
        self.assertEqual(
            self._results(wizard),
            [(row, good.get(row, "rejected")) for row in range(2, 15)],
        )
        expected = {
            3: "title is missing",
            4: "Unknown class: Marvellous",
            5: "Not a date: 31 o'clock",
            6: "No requirement has the number REQ-999999",
            7: "belongs to Project of B",
            8: "No requirement has the number",
            10: "Row 9 has this number already",
            11: "Unknown stage: Nowhere",
            12: "No user of ours has the name or mail Nobody",
            13: "a part is missing",
        }
        for row, text in expected.items():
            self.assertIn(text, self._reason(wizard, row))
        self.assertEqual(own.name, "First")
        self.assertEqual(wizard.created_count, 2)
        self.assertEqual(wizard.rejected_count, 10)

    def test_a_number_of_another_company_is_refused(self):
        user = self._create_user("both", "customer_delivery.group_delivery_user")
        user.company_ids += self.other_company
        other = self._create_requirement(project_id=self.project_other.id, name="Other's")
        other.sudo().env.cr.execute(
            "UPDATE project_requirement SET number = 'REQ-777777' WHERE id = %s", [other.id]
        )
        other.invalidate_recordset()
        wizard = self._wizard([["Number", "Title"], ["REQ-777777", "Mine now"]], user=user)
        wizard = wizard.with_context(allowed_company_ids=user.company_ids.ids)
        wizard.action_import()
        self.assertEqual(self._results(wizard), [(2, "rejected")])
        self.assertIn("another company", self._reason(wizard, 2))
        self.assertEqual(other.name, "Other's")

    def test_confirmed_content_is_refused_and_the_rest_is_not(self):
        requirement = self._create_agreed_requirement(project_id=self.project_standard.id)
        revision = requirement.content_rev
        wizard = self._import(
            [["Number", "Title"], [requirement.number, "Changed"]], project=self.project_standard
        )
        self.assertEqual(self._results(wizard), [(2, "rejected")])
        self.assertIn("has been confirmed", self._reason(wizard, 2))
        self.assertEqual(requirement.content_rev, revision)
        wizard = self._import(
            [["Number", "Due"], [requirement.number, "2026-05-01"]], project=self.project_standard
        )
        self.assertEqual(self._results(wizard), [(2, "updated")])
        self.assertEqual(requirement.date_deadline.isoformat(), "2026-05-01")

    def test_stages_move_by_the_usual_way_or_not_at_all(self):
        requirement = self._create_requirement(project_id=self.project_standard.id)
        wizard = self._import(
            [
                ["Number", "Title", "Stage"],
                [requirement.number, "", "Review"],
                ["", "Skips", "Confirmed"],
                ["", "Not in this mode", "Analysis"],
                ["", "Walks", "Review"],
            ],
            project=self.project_standard,
        )
        self.assertEqual(
            self._results(wizard),
            [(2, "updated"), (3, "rejected"), (4, "rejected"), (5, "created")],
        )
        self.assertEqual(requirement.stage_id, self._stage("review"))
        self.assertIn("Next possible", self._reason(wizard, 3))
        self.assertIn("does not use this stage", self._reason(wizard, 4))
        created = wizard.line_ids.requirement_id - requirement
        self.assertEqual(created.stage_id, self._stage("review"))

    def test_a_row_that_only_the_database_refuses_takes_no_other_with_it(self):
        stage = self._stage("hold")
        stage.entry_domain = "[('date_deadline', '!=', False)]"
        model = self.env.registry["project.requirement"]
        original = model._move_to_stage

        def move(records, target):
            if "Bad" in records.mapped("name"):
                raise UserError("Not this one")
            return original(records, target)

        self.patch(model, "_move_to_stage", move)
        wizard = self._wizard(
            [
                ["Title", "Class", "Due", "Stage"],
                ["Good", "Must", "2026-01-01", stage.name],
                ["Bad", "Must", "2026-01-01", stage.name],
                ["Good too", "Must", "2026-01-01", stage.name],
            ]
        )
        wizard.action_import()
        self.assertEqual(self._results(wizard), [(2, "created"), (3, "rejected"), (4, "created")])
        self.assertEqual(self._reason(wizard, 3), "Not this one")
        self.assertFalse(self.env["project.requirement"].search([("name", "=", "Bad")]))

    def test_without_a_project_the_rows_go_to_the_pool(self):
        wizard = self._import(
            [["Title", "Section"], ["A wish"], ["With a section", "S"]],
            project=self.env["project.project"],
            partner_id=self.customer_b.id,
        )
        self.assertEqual(self._results(wizard), [(2, "created"), (3, "rejected")])
        requirement = wizard.line_ids.requirement_id
        self.assertFalse(requirement.project_id)
        self.assertEqual(requirement.partner_id, self.customer_b)

    def test_a_requester_without_a_contact_is_kept_as_said(self):
        wizard = self._import([["Title", "Requester"], ["A wish", "老张"]])
        requirement = wizard.line_ids.requirement_id
        self.assertEqual(requirement.requester_name, "老张")
        wizard = self._wizard_of(self._export(requirement))
        wizard.action_check()
        self.assertEqual(self._results(wizard), [(2, "unchanged")])

    # === TAKE-OVER === #

    def test_a_take_over_enters_any_stage_with_the_dates_stated(self):
        wizard = self._import(
            [
                ["Title", "Class", "Stage", "Requested On", "Confirmed On", "Acceptance Criteria"],
                ["Agreed", "Must", "Confirmed", "2025-01-02", "2025-03-04", "It works"],
                ["Built", "Must", "Done", "", "", "It works"],
                ["Fresh", "Must", "", "", "", ""],
                ["Impossible", "Must", "Analysis"],
            ],
            user=self.delivery_manager,
            project=self.project_standard,
            take_over=True,
        )
        self.assertEqual(
            self._results(wizard),
            [(2, "created"), (3, "created"), (4, "created"), (5, "rejected")],
        )
        agreed, built, fresh = wizard.line_ids.sorted("row").requirement_id
        self.assertTrue(agreed.taken_over and built.taken_over and fresh.taken_over)
        self.assertEqual(agreed.stage_id, self._stage("confirmed"))
        self.assertEqual(agreed.requested_on.isoformat(), "2025-01-02")
        self.assertEqual(agreed.date_stage.date().isoformat(), "2025-03-04")
        self.assertEqual(agreed.content_lock, "agreed")
        self.assertEqual(built.stage_id, self._stage("done"))
        self.assertEqual(built.content_lock, "agreed")
        self.assertEqual(fresh.content_lock, "none")
        self.assertEqual((agreed + built + fresh).mapped("content_rev"), [1, 1, 1])
        with self.assertRaises(UserError):
            agreed.with_user(self.delivery_user).name = "Changed"
        listed = self.env["project.requirement"].search([("taken_over", "=", True)])
        self.assertEqual(listed & (agreed + built + fresh), agreed + built + fresh)

    def test_only_a_delivery_manager_takes_over(self):
        wizard = self._wizard([["Title", "Stage"], ["Agreed", "Accepted"]], take_over=True)
        for action in (wizard.action_check, wizard.action_import):
            with self.assertRaises(AccessError):
                action()

    # === WHO MAY === #

    def test_auditors_and_readers_do_not_import(self):
        for user in (self.auditor, self.project_user, self.internal, self.portal_a):
            with self.assertRaises(AccessError):
                self._wizard([["Title"], ["A wish"]], user=user)

    def test_a_project_that_one_cannot_see_is_no_target(self):
        for user, project in (
            (self.other_user, self.project_light),
            (self.delivery_user, self.project_private),
        ):
            wizard = self.env["project.requirement.import"].with_user(user).new({})
            self.assertFalse(wizard.may_take_over)
            with self.assertRaises(AccessError):
                wizard = self._wizard([["Title"], ["A wish"]], user=user, project=project)
                wizard.action_import()

    def test_a_dialog_belongs_to_who_opened_it(self):
        wizard = self._wizard([["Title"], ["A wish"]])
        wizard.action_check()
        other = self._create_user("second", "customer_delivery.group_delivery_user")
        self.assertFalse(wizard.with_user(other).has_access("read"))
        self.assertFalse(wizard.line_ids.with_user(other).has_access("read"))

    def test_the_dialog_opens_on_its_project_and_asks_to_check_again(self):
        action = self.project_light.with_user(self.delivery_user).action_import_requirements()
        dialogs = self.env["project.requirement.import"].with_user(self.delivery_user)
        form = Form(dialogs.with_context(**action["context"]))
        self.assertEqual(form.project_id, self.project_light)
        form.content = base64.b64encode(b"Title\nA wish")
        wizard = form.save()
        wizard.action_check()
        self.assertEqual(wizard.state, "checked")
        form = Form(wizard)
        form.content = base64.b64encode(b"Title\nAnother wish")
        self.assertEqual(form.save().state, "new")

    # === FILES === #

    def test_what_cannot_be_read_says_what_to_do(self):
        for content, text in (
            (b"a\tb\n1\t2", "No column is headed"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Save it as .xlsx"),
            (b"Title\tTitle\nx\ty", "Two columns mean the same"),
        ):
            with self.assertRaisesRegex(UserError, text):
                self._wizard_of(content).action_check()
        with self.assertRaisesRegex(UserError, "Choose a file"):
            self._wizard_of(b"").action_check()

    def test_a_file_is_imported_once(self):
        wizard = self._import([["Title"], ["A wish"]])
        with self.assertRaisesRegex(UserError, "has been imported"):
            wizard.action_import()

    def test_the_template_comes_back_through_the_import(self):
        file = io.BytesIO()
        self.env["project.requirement.import"].with_user(self.delivery_user)._write_template(file)
        book = openpyxl.load_workbook(io.BytesIO(file.getvalue()))
        self.assertEqual(len(book.worksheets), 3)
        example = book.worksheets[1]
        rows = [[cell or "" for cell in row] for row in example.iter_rows(values_only=True)]
        # as people do: the example is taken for the list
        book.remove(book.worksheets[0])
        changed = io.BytesIO()
        book.save(changed)
        wizard = self._wizard_of(changed.getvalue())
        wizard.action_import()
        self.assertEqual(
            [(line.action, line.reason) for line in wizard.line_ids],
            [("created", False)] * (len(rows) - 1),
        )
        self.assertEqual(
            wizard.line_ids.requirement_id.indicator_ids.condition, "100 pallets an hour"
        )

    def test_the_result_can_be_kept(self):
        wizard = self._import([["Title", "Class"], ["A wish", "Must"], ["Bad", "Marvellous"]])
        file = io.BytesIO()
        wizard._write_result(file)
        sheet = openpyxl.load_workbook(io.BytesIO(file.getvalue())).worksheets[0]
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
        self.assertEqual(rows[1], [2, "Created", None, "A wish", "Must"])
        self.assertEqual(rows[2][1:3], ["Rejected", "Unknown class: Marvellous"])

    def test_two_thousand_rows_need_few_queries_each(self):
        rows = [["Title", "Class", "Description", "Acceptance Criteria"]]
        rows += [[f"Wish {n}", "Must", "Text", "It works | test | 1"] for n in range(300)]
        wizard = self._wizard(rows)
        before = self.cr.sql_log_count
        wizard.action_import()
        self.assertEqual(wizard.created_count, 300)
        self.assertLess(self.cr.sql_log_count - before, 300)

    # === THE STANDARD IMPORT === #

    def test_the_standard_import_of_the_list_works_for_a_delivery_user(self):
        requirements = self.env["project.requirement"].with_user(self.delivery_user)
        result = requirements.load(
            ["name", "priority_id", "project_id"],
            [["A wish", "Must", self.project_light.name], ["Another", "Should", ""]],
        )
        self.assertFalse(result["messages"])
        created = requirements.browse(result["ids"])
        self.assertEqual(created.mapped("name"), ["A wish", "Another"])
        self.assertEqual(created[0].project_id, self.project_light)
        self.assertFalse(created[1].project_id)

    def test_the_standard_import_refuses_control_columns(self):
        requirements = self.env["project.requirement"].with_user(self.delivery_user)
        for column, value in (
            ("content_rev", "7"),
            ("content_lock", "agreed"),
            ("number", "REQ-000001"),
            ("taken_over", "1"),
        ):
            result = requirements.load(
                ["name", "project_id", column], [["A wish", self.project_light.name, value]]
            )
            self.assertFalse(result["ids"])
            self.assertIn("cannot be set directly", result["messages"][0]["message"])
