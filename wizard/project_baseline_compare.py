import io

from odoo import api, fields, models

from ..core.canonical import digest, dumps
from ..core.comparison import SAME, compare, counts

KINDS = [
    ("added", "Added"),
    ("removed", "Removed"),
    ("modified", "Changed"),
    ("moved", "Moved"),
]


class ProjectBaselineCompare(models.TransientModel):
    """What is different between two baselines, or between a baseline and now."""

    _name = "project.baseline.compare"
    _description = "Compare Baselines"

    project_id = fields.Many2one(
        "project.project", required=True, readonly=True, ondelete="cascade"
    )
    before_id = fields.Many2one(
        "project.baseline",
        string="From",
        required=True,
        domain="[('project_id', '=', project_id)]",
        ondelete="cascade",
    )
    after_id = fields.Many2one(
        "project.baseline",
        string="To",
        domain="[('project_id', '=', project_id)]",
        ondelete="cascade",
        help="Empty: what stands there now.",
    )
    line_ids = fields.One2many(
        "project.baseline.compare.line",
        "compare_id",
        compute="_compute_line_ids",
        store=True,
        readonly=True,
    )
    added_count = fields.Integer(string="Added", compute="_compute_line_ids", store=True)
    removed_count = fields.Integer(string="Removed", compute="_compute_line_ids", store=True)
    modified_count = fields.Integer(string="Changed", compute="_compute_line_ids", store=True)
    moved_count = fields.Integer(string="Moved", compute="_compute_line_ids", store=True)

    @api.depends("before_id", "after_id")
    def _compute_display_name(self):
        for wizard in self:
            after = wizard.after_id.name or self.env._("now")
            wizard.display_name = f"{wizard.before_id.name or ''} → {after}"

    @api.depends("before_id", "after_id")
    def _compute_line_ids(self):
        for wizard in self:
            rows = wizard._get_rows()
            totals = counts(rows)
            wizard.line_ids = [
                fields.Command.clear(),
                *(
                    fields.Command.create(wizard._prepare_line_vals(kind, old, new))
                    for kind, old, new in rows
                    if kind != SAME
                ),
            ]
            for name in ("added", "removed", "modified", "moved"):
                wizard[f"{name}_count"] = totals[name]

    def _get_rows(self):
        """Return the rows of ``core.comparison`` for the two sides."""
        self.ensure_one()
        if not self.before_id:
            return []
        after = self._read_baseline(self.after_id) if self.after_id else self._read_now()
        return compare(self._read_baseline(self.before_id), after)

    @api.model
    def _read_baseline(self, baseline):
        return baseline.line_ids.read(
            [
                "requirement_id",
                "number",
                "name",
                "sha256",
                "outline",
                "version_number",
                "version_id",
            ],
            load=None,
        )

    def _read_now(self):
        requirements = self.env["project.baseline"]._get_requirements(self.project_id)
        moved = requirements.filtered("has_unversioned_changes")
        digests = {
            requirement: digest(dumps(payload))
            for requirement, payload in zip(moved, moved._signoff_payload(), strict=True)
        }
        return [
            {
                "requirement_id": requirement.id,
                "number": requirement.number,
                "name": requirement.name,
                "sha256": digests.get(requirement) or requirement.current_version_id.sha256,
                "outline": requirement.outline,
                "version_number": requirement.version_number,
                # content that moved since its version has none yet
                "version_id": requirement not in moved and requirement.current_version_id.id,
            }
            for requirement in requirements
        ]

    @api.model
    def _get_workbook(self, before, after):
        """Return the comparison of two baselines (``after`` empty: now) as bytes of an XLSX."""
        import xlsxwriter

        wizard = self.new({"before_id": before.id, "after_id": after.id})
        wizard.project_id = before.project_id
        rows = wizard._get_rows()
        output = io.BytesIO()
        # text is text: a title that begins with "=" is no formula
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(output, options) as workbook:
            self._fill_summary(workbook, before, after, counts(rows))
            self._fill_differences(workbook, rows)
        return output.getvalue()

    @api.model
    def _fill_summary(self, workbook, before, after, totals):
        sheet = workbook.add_worksheet(self.env._("Summary"))
        sheet.set_column(0, 1, 40)
        lines = [
            (self.env._("Project"), before.project_name or ""),
            (self.env._("From"), before.name),
            (self.env._("To"), after.name or self.env._("What stands there now")),
            *((label, totals[kind]) for kind, label in self._get_kind_labels().items()),
        ]
        for index, line in enumerate(lines):
            sheet.write_row(index, 0, line)

    @api.model
    def _fill_differences(self, workbook, rows):
        sheet = workbook.add_worksheet(self.env._("Differences"))
        labels = self._get_kind_labels()
        heads = [
            (self.env._("Difference"), 12),
            (self.env._("Number"), 14),
            (self.env._("Title"), 60),
            (self.env._("Version Before"), 14),
            (self.env._("Version After"), 14),
            (self.env._("No. Before"), 12),
            (self.env._("No. After"), 12),
        ]
        bold = workbook.add_format({"bold": True, "bottom": 1})
        for column, (head, width) in enumerate(heads):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, head, bold)
        sheet.freeze_panes(1, 0)
        index = 1
        for kind, old, new in rows:
            if kind == SAME:
                continue
            row, old, new = new or old, old or {}, new or {}
            texts = (labels[kind], row["number"], row["name"])
            for column, text in enumerate(texts):
                sheet.write_string(index, column, text)
            sheet.write(index, 3, old.get("version_number") or "")
            sheet.write(index, 4, new.get("version_number") or "")
            sheet.write_string(index, 5, old.get("outline") or "")
            sheet.write_string(index, 6, new.get("outline") or "")
            index += 1
        sheet.autofilter(0, 0, max(index - 1, 1), len(heads) - 1)

    @api.model
    def _get_kind_labels(self):
        lines = self.env["project.baseline.compare.line"]
        return dict(lines._fields["kind"]._description_selection(self.env))

    @api.model
    def _prepare_line_vals(self, kind, old, new):
        row = new or old
        return {
            "kind": kind,
            "requirement_id": row["requirement_id"],
            "number": row["number"],
            "name": row["name"],
            "before_version_id": old["version_id"] if old else False,
            "after_version_id": new["version_id"] if new else False,
            "before_outline": old["outline"] if old else False,
            "after_outline": new["outline"] if new else False,
        }

    def action_view_lines(self):
        """Open the differences as a list; the button says of which kind."""
        self.ensure_one()
        kind = self.env.context.get("difference")
        domain = [("compare_id", "=", self.id)]
        if kind in dict(KINDS):
            domain.append(("kind", "=", kind))
        return {
            "type": "ir.actions.act_window",
            "name": self._get_kind_labels().get(kind, self.env._("Differences")),
            "res_model": "project.baseline.compare.line",
            "views": [(False, "list"), (False, "kanban")],
            "domain": domain,
        }

    def action_download(self):
        """Download the comparison as a workbook."""
        self.ensure_one()
        url = f"/customer_delivery/baseline/{self.before_id.id}/comparison.xlsx"
        return {
            "type": "ir.actions.act_url",
            "url": f"{url}?after={self.after_id.id}" if self.after_id else url,
            "target": "download",
        }

    def action_print(self):
        """Print the comparison with the redline of every changed requirement."""
        self.ensure_one()
        report = self.env.ref("customer_delivery.project_baseline_compare_report")
        return report.report_action(self)

    def _get_paper_lines(self):
        """Return the differences with what changed in each, as a paper shows them."""
        self.ensure_one()
        compare = self.env["project.requirement.compare"]
        kinds = self._get_kind_labels()
        lines = []
        for line in self.line_ids:
            html = ""
            if line.kind == "modified":
                before, after = line.before_version_id, line.after_version_id
                now = line.requirement_id._signoff_payload()[0] if not after else None
                rows = compare._get_rows(before._get_content(), now or after._get_content())
                html = [row for row in rows if row["changed"]]
            lines.append({"line": line, "kind": kinds[line.kind], "rows": html})
        return lines

    @api.model
    def _open(self, before, after):
        """Return the action that opens a comparison."""
        wizard = self.create(
            {
                "project_id": before.project_id.id,
                "before_id": before.id,
                "after_id": after.id,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Compare Baselines"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "current",
        }


class ProjectBaselineCompareLine(models.TransientModel):
    """One difference between two baselines."""

    _name = "project.baseline.compare.line"
    _description = "Difference Between Baselines"
    _order = "id"

    compare_id = fields.Many2one("project.baseline.compare", index=True, ondelete="cascade")
    kind = fields.Selection(KINDS, readonly=True)
    requirement_id = fields.Many2one("project.requirement", readonly=True, ondelete="cascade")
    number = fields.Char(readonly=True)
    name = fields.Char(string="Title", readonly=True)
    before_outline = fields.Char(string="No. Before", readonly=True)
    after_outline = fields.Char(string="No. After", readonly=True)
    before_version_id = fields.Many2one(
        "project.requirement.version", string="From", readonly=True, ondelete="cascade"
    )
    after_version_id = fields.Many2one(
        "project.requirement.version", string="To", readonly=True, ondelete="cascade"
    )

    before_version_number = fields.Integer(
        string="Version Before", related="before_version_id.number", aggregator=None
    )
    after_version_number = fields.Integer(
        string="Version After", related="after_version_id.number", aggregator=None
    )

    def action_compare(self):
        """Open what changed in this requirement, or the requirement when it is on one side."""
        self.ensure_one()
        if not self.before_version_id:
            return {
                "type": "ir.actions.act_window",
                "res_model": "project.requirement",
                "res_id": self.requirement_id.id,
                "view_mode": "form",
            }
        after = self.before_version_id if self.kind == "removed" else self.after_version_id
        return self.requirement_id._open_comparison(self.before_version_id, after)
