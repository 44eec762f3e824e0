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
        # cells are texts: what a customer typed never becomes a formula or a link; rows are
        # written in order and need no memory
        options = {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "constant_memory": True,
        }
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
        rows = self._read_matrix(projects)
        trace = self.browse([row[0] for row in rows])._get_trace()
        results = dict(self._fields["acceptance_result"]._description_selection(self.env))
        names = self._get_matrix_names(rows)
        write = sheet.write_string
        for line, (record_id, project, outline, number, name, priority, stage) in enumerate(
            rows, 1
        ):
            row = trace[record_id]
            cells = (
                names["project_id"][project],
                outline,
                number,
                name,
                names["priority_id"].get(priority),
                names["stage_id"].get(stage),
                str(row["criteria"] or ""),
                ", ".join(row["tasks"]),
                ", ".join(row["items"]),
                results[row["result"]],
                ", ".join(row["changes"]),
                ", ".join(row["deliverables"]),
                ", ".join(row["gaps"]),
            )
            for place, text in enumerate(cells):
                if text:
                    write(line, place, text)
                elif place in NEEDED and row["gaps"]:
                    sheet.write_blank(line, place, None, missing)
        sheet.autofilter(0, 0, max(len(rows), 1), len(WIDTHS) - 1)

    @api.model
    def _get_matrix_names(self, rows):
        """Return {field: {id: name}} of projects, classes and stages in ``rows``."""
        names = {}
        for field, place in (("project_id", 1), ("priority_id", 5), ("stage_id", 6)):
            records = self.env[self._fields[field].comodel_name]
            records = records.browse({row[place] for row in rows} - {None})
            names[field] = {record.id: record.name for record in records}
        return names

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
        tasks = self._read_columns(
            "project.task",
            projects._get_unasked_domain(),
            ["project_id", "name"],
            order="project_id, id",
        )
        names = {project.id: project.name for project in projects}
        for line, (project_id, name) in enumerate(tasks, 1):
            sheet.write_string(line, 0, names[project_id])
            sheet.write_string(line, 1, name)
