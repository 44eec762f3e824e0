import base64

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import groupby

from ..core import register
from ..core.table_file import TableError, read_table
from .project_requirement_import_line import ACTIONS
from .register_import import COLUMNS, CONFIRMED_ON, RegisterImport

# what the register shows and nobody types
SHOWN_ONLY = ("outline", "version", "updated")
# what the check looked at; another one asks for another check
SOURCE = ("content", "take_over", "project_id", "partner_id")
MAX_FILE = 20 * 1024 * 1024


class ProjectRequirementImport(models.TransientModel):
    """Import of a requirement register: first a dry run that lists every row, then the import."""

    _name = "project.requirement.import"
    _description = "Import Requirements"

    project_id = fields.Many2one(
        "project.project",
        domain=[("delivery_mode_id", "!=", False), ("is_template", "=", False)],
        help="Empty: the requirements go to the pool.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        help="Whose wishes these are, for the pool.",
    )
    content = fields.Binary(string="File", attachment=False)
    file_name = fields.Char()
    take_over = fields.Boolean(
        string="Take Over a Running Project",
        help="New rows enter the stage they name at once, with the dates stated. "
        "They are marked as taken over.",
    )
    may_take_over = fields.Boolean(compute="_compute_may_take_over")
    state = fields.Selection(
        [("new", "New"), ("checked", "Checked"), ("done", "Imported")],
        default="new",
        required=True,
        readonly=True,
    )
    line_ids = fields.One2many(
        "project.requirement.import.line", "import_id", string="Rows", readonly=True
    )
    created_count = fields.Integer(string="Created", readonly=True)
    updated_count = fields.Integer(string="Updated", readonly=True)
    unchanged_count = fields.Integer(string="Unchanged", readonly=True)
    rejected_count = fields.Integer(string="Rejected", readonly=True)

    @api.depends_context("uid")
    def _compute_may_take_over(self):
        self.may_take_over = self.env.user.has_group("customer_delivery.group_delivery_manager")

    @api.onchange(*SOURCE)
    def _onchange_source(self):
        self.state = "new"

    def write(self, vals):
        # what was checked is what is imported
        if vals.keys() & set(SOURCE):
            vals = {**vals, "state": "new"}
        return super().write(vals)

    # === ACTION METHODS === #

    def action_check(self):
        """List what would become of every row, and change nothing; works on one dialog."""
        self.ensure_one()
        self._check_may_import()
        self._store_plans(self._get_import().plan(self._get_content()))
        self.state = "checked"
        return self._reopen()

    def action_import(self):
        """Import the rows that can be imported; works on one dialog."""
        self.ensure_one()
        self._check_may_import()
        if self.state == "done":
            raise UserError(self.env._("This file has been imported. Upload the next one."))
        importer = self._get_import()
        plans = importer.plan(self._get_content())
        importer.apply(plans, self.file_name or self.env._("a list"))
        self._store_plans(plans)
        self.state = "done"
        return self._reopen()

    def action_download_template(self):
        """Download the empty register with an example; works on one dialog."""
        return {
            "type": "ir.actions.act_url",
            "url": "/delivery/register_template.xlsx",
            "target": "download",
        }

    def action_download_result(self):
        """Download the rows with what became of each; works on one dialog."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/delivery/register_result/{self.id}.xlsx",
            "target": "download",
        }

    def action_view_requirements(self):
        """Open the requirements that the import has touched; works on one dialog."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_delivery.project_requirement_action"
        )
        touched = self.line_ids.filtered(lambda line: line.action in ("created", "updated"))
        return {
            **action,
            "domain": [("id", "in", touched.requirement_id.ids)],
            "context": {"default_project_id": self.project_id.id},
        }

    # === BUSINESS METHODS === #

    def _check_may_import(self):
        self.env["project.requirement"].check_access("create")
        if self.project_id:
            self.project_id.check_access("read")
        if self.take_over and not self.may_take_over:
            raise AccessError(self.env._("Only a delivery manager may take over a project."))
        if self.take_over and not self.project_id:
            raise UserError(self.env._("Choose the project that is taken over."))

    def _get_import(self):
        requirements = self.env["project.requirement"]._entry()
        env = requirements.env
        (company,) = requirements._get_companies(
            [{"project_id": self.project_id.id, "partner_id": self.partner_id.id}]
        )
        return RegisterImport(
            env,
            self.project_id.with_env(env),
            company,
            self.partner_id.with_env(env),
            self.take_over,
        )

    def _get_content(self):
        """Return the bytes of the uploaded file.

        :raises UserError: there is none, or it cannot be read
        """
        if not self.content:
            raise UserError(self.env._("Choose a file first."))
        content = base64.b64decode(self.content)
        if len(content) > MAX_FILE:
            raise UserError(self.env._("The file is too large. Divide the list."))
        try:
            read_table(content, COLUMNS)
        except TableError as error:
            raise UserError(self._get_file_refusal(error)) from error
        return content

    def _get_file_refusal(self, error):
        title = COLUMNS[2].headers[self.env["project.requirement"]._get_register_lang()]
        reasons = {
            "empty": self.env._("The file is empty."),
            "old_workbook": self.env._("Old workbooks (.xls) cannot be read. Save it as .xlsx."),
            "broken_workbook": self.env._("The workbook cannot be read. Save it as .xlsx again."),
            "too_large": self.env._("The file is too large. Divide the list."),
            "too_many_rows": self.env._("The list has more than %s rows. Divide it.", error.detail),
            "not_text": self.env._("The file is neither a workbook nor a text file."),
            "no_title": self.env._(
                "No column is headed “%s”. Use the template, or name the column so.", title
            ),
            "duplicate_header": self.env._("Two columns mean the same: %s", error.detail),
        }
        return reasons.get(error.code, str(error))

    def _store_plans(self, plans):
        self.line_ids.unlink()
        ranks = {action: place for place, (action, _label) in enumerate(ACTIONS)}
        self.env["project.requirement.import.line"].create(
            [
                {
                    "import_id": self.id,
                    "row": plan.row,
                    "rank": ranks[plan.action],
                    "action": plan.action,
                    "reason": plan.reason or False,
                    "number": plan.requirement.number if plan.requirement else plan.number,
                    "title": plan.title,
                    "requirement_id": plan.requirement.id if plan.requirement else False,
                }
                for plan in plans
            ]
        )
        counts = {action: len(list(rows)) for action, rows in groupby(plans, lambda p: p.action)}
        self.write({f"{action}_count": counts.get(action, 0) for action in ranks})

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Requirements"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    # === WORKBOOKS === #

    def _write_result(self, file):
        """Write the rows of the file with what became of each.

        :param file: binary file to write the workbook to
        """
        import xlsxwriter  # noqa: PLC0415 (only downloads need it)

        self.ensure_one()
        headers, rows = read_table(self._get_content(), COLUMNS)
        lines = {line.row: line for line in self.line_ids}
        labels = dict(self.line_ids._fields["action"]._description_selection(self.env))
        lang = self.env["project.requirement"]._get_register_lang()
        columns = {column.key: column for column in COLUMNS}
        options = {"strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(file, options) as workbook:
            bold = workbook.add_format({"bold": True, "bg_color": "#E8EEF4", "text_wrap": True})
            wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
            dated = workbook.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
            sheet = workbook.add_worksheet(self.env._("Result")[:31])
            first = [self.env._("Row"), self.env._("Result"), self.env._("Reason")]
            for place, text in enumerate(first):
                sheet.set_column(place, place, (8, 12, 50)[place])
                sheet.write_string(0, place, text, bold)
            places = {at: place for place, at in enumerate(headers, len(first))}
            for at, place in places.items():
                column = columns[headers[at]]
                sheet.set_column(place, place, column.width)
                sheet.write_string(0, place, column.headers[lang], bold)
            for number, (row, cells) in enumerate(rows, 1):
                line = lines.get(row)
                sheet.write_number(number, 0, row)
                if line:
                    sheet.write_string(number, 1, labels[line.action], wrapped)
                    sheet.write(number, 2, line.reason or None, wrapped)
                for at, place in places.items():
                    value = cells[at] if at < len(cells) else None
                    if headers[at] == "number" and line and line.number:
                        value = line.number
                    if hasattr(value, "isoformat"):
                        sheet.write_datetime(number, place, value, dated)
                    elif value not in (None, ""):
                        sheet.write(number, place, value, wrapped)
            sheet.freeze_panes(1, 0)

    @api.model
    def _write_template(self, file):
        """Write the empty register, an example and an explanation of every column.

        :param file: binary file to write the workbook to
        """
        import xlsxwriter  # noqa: PLC0415 (only downloads need it)

        lang = self.env["project.requirement"]._get_register_lang()
        columns = [column for column in register.COLUMNS if column.key not in SHOWN_ONLY]
        columns.append(CONFIRMED_ON)
        words = self._get_permitted_words()
        options = {"strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(file, options) as workbook:
            bold = workbook.add_format({"bold": True, "bg_color": "#E8EEF4", "text_wrap": True})
            wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
            sheets = (self.env._("Requirements"), self.env._("Example"))
            for title, rows in zip(sheets, ([], self._get_example_rows(lang)), strict=True):
                sheet = workbook.add_worksheet(title[:31])
                for place, column in enumerate(columns):
                    sheet.set_column(place, place, column.width)
                    sheet.write_string(0, place, column.headers[lang], bold)
                    for number, row in enumerate(rows, 1):
                        sheet.write_string(number, place, row.get(column.key, ""), wrapped)
                    choices = words.get(column.key, ())
                    # what a spreadsheet takes as a list to choose from
                    if choices and len(",".join(choices)) < 255:
                        sheet.data_validation(
                            1,
                            place,
                            5000,
                            place,
                            {"validate": "list", "source": list(choices), "error_type": "warning"},
                        )
                sheet.freeze_panes(1, 2)
            sheet = workbook.add_worksheet(self.env._("Columns")[:31])
            heads = (self.env._("Column"), self.env._("Meaning"), self.env._("Permitted words"))
            for place, text in enumerate(heads):
                sheet.set_column(place, place, (24, 70, 60)[place])
                sheet.write_string(0, place, text, bold)
            meanings = self._get_column_meanings()
            for number, column in enumerate(columns, 1):
                sheet.write_string(number, 0, column.headers[lang], wrapped)
                sheet.write_string(number, 1, meanings[column.key], wrapped)
                sheet.write_string(number, 2, ", ".join(words.get(column.key, ())), wrapped)

    @api.model
    def _get_permitted_words(self):
        """Return {column: words that this database knows}, in the user's language."""
        requirements = self.env["project.requirement"]
        words = {
            "type": self.env["project.requirement.type"].search([]).mapped("name"),
            "class": self.env["project.requirement.priority"].search([]).mapped("name"),
            "stage": self.env["project.requirement.stage"].search([]).mapped("name"),
            "tags": self.env["project.requirement.tag"].search([], limit=50).mapped("name"),
        }
        words["wish_class"] = words["class"]
        for key in ("verification", "importance", "urgency"):
            selection = requirements._fields[key]._description_selection(self.env)
            words[key] = [label for _key, label in selection]
        return words

    @api.model
    def _get_column_meanings(self):
        return {
            "number": self.env._(
                "Leave it empty for a new requirement. With the permanent number, e.g. "
                "REQ-000123, the row updates that requirement."
            ),
            "title": self.env._("Mandatory: what is required, in one line."),
            "type": self.env._("What kind of requirement it is."),
            "class": self.env._("The agreed class."),
            "wish_class": self.env._("The class that the customer asked for."),
            "stage": self.env._("Where it stands. The usual conditions of a move apply."),
            "section": self.env._("Heading in the document. An unknown one is made."),
            "description": self.env._("Text; a line starting with “• ” is an entry of a list."),
            "criteria": self.env._(
                "One acceptance criterion a line: [kind] text | verification | target. "
                "Only the text is needed."
            ),
            "indicators": self.env._(
                "One figure a line: metric | operator | target | unit | condition, e.g. "
                "Response time | <= | 2 | s | 100 users"
            ),
            "background": self.env._("Why it is needed."),
            "constraints": self.env._("What has to be observed."),
            "out_of_scope": self.env._("What is not part of it."),
            "rationale": self.env._("Why it was decided so."),
            "verification": self.env._("How it is verified."),
            "owner": self.env._("Name, login or mail of a user of ours."),
            "requester": self.env._("Name or mail of a contact of the customer."),
            "requested_on": self.env._("Date, e.g. 2026-03-01."),
            "deadline": self.env._("Date, e.g. 2026-03-01."),
            "effort": self.env._("Hours. Internal: never printed for the customer."),
            "importance": self.env._("For our own order of work."),
            "urgency": self.env._("For our own order of work."),
            "customer_ref": self.env._("How the customer numbers it."),
            "tags": self.env._("Divided by commas. Unknown ones are made."),
            "confirmed_on": self.env._(
                "Only when a running project is taken over: when the customer confirmed."
            ),
        }

    @api.model
    def _get_example_rows(self, lang):
        words = self._get_permitted_words()
        return [
            {
                "title": self.env._("Print a label for every pallet"),
                "type": (words["type"] or [""])[0],
                "class": (words["class"] or [""])[0],
                "section": self.env._("Warehouse"),
                "description": self.env._("The label shows article, batch and quantity."),
                "criteria": register.write_criteria(
                    [
                        {
                            "kind": "function",
                            "name": self.env._("The label is printed when the pallet is closed"),
                            "verification": "demonstration",
                            "target": "<= 2 s",
                        }
                    ],
                    lang,
                ),
                "indicators": register.write_indicators(
                    [
                        {
                            "metric": self.env._("Time to print"),
                            "operator": "<=",
                            "target": 2.0,
                            "target_max": None,
                            "unit": "s",
                            "condition": self.env._("100 pallets an hour"),
                        }
                    ],
                    lang,
                ),
                "requested_on": "2026-03-01",
                "customer_ref": "W-12",
            }
        ]
