from odoo import api, models

# widths of the columns in characters; those from TRACED on say what exists for a requirement
WIDTHS = (18, 9, 14, 44, 12, 14, 10, 30, 24, 14, 18, 26, 26)
# columns that have to be filled: an empty cell is marked
NEEDED = (6, 7, 8)


class ProjectRequirement(models.Model):
    """The traceability matrix as a workbook, with coverage and tasks that nothing asks for."""

    _inherit = "project.requirement"

    @api.model
    def _write_matrix(self, file, projects):
        """Write the traceability matrix of ``projects`` as a workbook."""
        import xlsxwriter  # noqa: PLC0415 (only exports need it)

        self._check_may_read_matrix()
        # cells are texts: what a customer typed never becomes a formula or a link
        options = {"strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(file, options) as workbook:
            head = workbook.add_format({"bold": True, "bg_color": "#E8EEF4", "bottom": 1})
            self._write_matrix_sheet(workbook, head, projects)
            self._write_coverage_sheet(workbook, head, projects)
            self._write_unasked_sheet(workbook, head, projects)

    @api.model
    def _get_matrix_headers(self):
        return (
            self.env._("Project"),
            self.env._("No."),
            self.env._("Number"),
            self.env._("Requirement"),
            self.env._("Class"),
            self.env._("Stage"),
            self.env._("Criteria"),
            self.env._("Tasks"),
            self.env._("Checked As"),
            self.env._("Acceptance Result"),
            self.env._("Changed By"),
            self.env._("Delivered As"),
            self.env._("Missing"),
        )

    @api.model
    def _start_sheet(self, sheet, headers, widths, head):
        for place, (label, width) in enumerate(zip(headers, widths, strict=True)):
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, label, head)
        sheet.freeze_panes(1, 0)

    @api.model
    def _write_matrix_sheet(self, workbook, head, projects):
        sheet = workbook.add_worksheet(self.env._("Traceability"))
        self._start_sheet(sheet, self._get_matrix_headers(), WIDTHS, head)
        missing = workbook.add_format({"bg_color": "#FADBD8"})
        requirements = self._search_matrix(projects)
        trace = requirements._get_trace()
        results = dict(self._fields["acceptance_result"]._description_selection(self.env))
        for line, requirement in enumerate(requirements, 1):
            row = trace[requirement.id]
            cells = (
                requirement.project_id.name,
                requirement.outline or "",
                requirement.number,
                requirement.name,
                requirement.priority_id.name or "",
                requirement.stage_id.name,
                str(row["criteria"] or ""),
                ", ".join(row["tasks"]),
                ", ".join(row["items"]),
                results[requirement.acceptance_result],
                ", ".join(row["changes"]),
                ", ".join(row["deliverables"]),
                ", ".join(row["gaps"]),
            )
            for place, text in enumerate(cells):
                if text:
                    sheet.write_string(line, place, text)
                elif place in NEEDED and row["gaps"]:
                    sheet.write_blank(line, place, None, missing)
        sheet.autofilter(0, 0, max(len(requirements), 1), len(WIDTHS) - 1)

    @api.model
    def _write_coverage_sheet(self, workbook, head, projects):
        sheet = workbook.add_worksheet(self.env._("Coverage"))
        headers = (
            self.env._("Project"),
            self.env._("Milestone"),
            self.env._("Must Requirements"),
            self.env._("Must Requirements Passed"),
            self.env._("Passed (%)"),
        )
        self._start_sheet(sheet, headers, (30, 30, 18, 18, 12), head)
        rows = [
            (p.name, "", p.delivery_must_count, p.delivery_must_passed_count, p.delivery_coverage)
            for p in projects
        ]
        milestones = self.env["project.milestone"].search([("project_id", "in", projects.ids)])
        for milestone, (total, passed) in milestones._get_coverages().items():
            share = 100 * passed // total if total else 0
            rows.append((milestone.project_id.name, milestone.name, total, passed, share))
        for line, row in enumerate(rows, 1):
            for place, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(line, place, value)
                else:
                    sheet.write_number(line, place, value)

    @api.model
    def _write_unasked_sheet(self, workbook, head, projects):
        sheet = workbook.add_worksheet(self.env._("Tasks Without Requirement"))
        headers = (self.env._("Project"), self.env._("Task"))
        self._start_sheet(sheet, headers, (30, 60), head)
        tasks = self.env["project.task"].search_fetch(
            projects._get_unasked_domain(), ["project_id", "name"], order="project_id, id"
        )
        for line, task in enumerate(tasks, 1):
            sheet.write_string(line, 0, task.project_id.name)
            sheet.write_string(line, 1, task.name)
