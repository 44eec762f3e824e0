from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

CHAPTERS = ("function", "performance", "interface", "other")


class ReportSpecification(models.AbstractModel):
    """The requirement specification of a project, from cover to signature page."""

    _name = "report.customer_delivery.report_specification"
    _description = "Requirement Specification"
    _inherit = ["project.requirement.paper"]

    _paper_code = "SRS"

    @api.model
    def _get_report_values(self, docids, data=None):
        """Return the papers to print.

        :param list docids: project ids
        :param dict data: ``project_ids`` in place of docids, ``lang``, ``version``,
            ``classification``
        """
        self._check_may_print()
        options = data or {}
        projects = self.env["project.project"].browse(docids or options.get("project_ids") or [])
        projects.check_access("read")
        return {"papers": [self._prepare_paper(project, options) for project in projects]}

    @api.model
    def _prepare_paper(self, project, options):
        self = self.with_context(lang=self._get_paper_lang(project, options))
        project = project.with_env(self.env)
        found = self._get_paper_requirements(Domain("project_id", "=", project.id))
        promised, excluded, unclassified = self._split_requirements(found)
        rows = self._prepare_requirements(promised)
        frame = self._prepare_frame(
            self.env._("Requirement Specification"),
            project,
            project.partner_id,
            project._get_delivery_company(),
            options,
        )
        history = self._read_confirmations(promised)
        paper = {
            **frame,
            "version": frame["version"] or self._default_version(promised, history),
            "requirements": rows,
            **self._prepare_signed(promised),
            "revisions": sorted(
                self._prepare_baseline_revisions(project)
                + self._prepare_revisions(history)
                + self._prepare_further_revisions(project),
                key=lambda revision: revision["day"],
            ),
            "chapters": self._number_chapters(
                [
                    self._prepare_introduction(project, frame, promised),
                    self._prepare_overall(frame, rows),
                    *self._prepare_requirement_chapters(promised, rows),
                    self._prepare_excluded(excluded, rows),
                    self._prepare_acceptance(rows),
                    self._prepare_open(promised, unclassified),
                ]
            ),
        }
        return paper

    # === COVER AND REVISIONS === #

    @api.model
    def _default_version(self, promised, history):
        """Return the version text when nobody typed one: how much of it is confirmed."""
        confirmed = promised.filtered(
            lambda requirement: (
                requirement.content_lock == "agreed" and not requirement.changed_after_agreement
            )
        )
        if promised and confirmed == promised:
            return self.env._("Confirmed, as of %(date)s", date=history[-1]["date"])
        return self.env._(
            "Draft, %(confirmed)s of %(total)s confirmed",
            confirmed=len(confirmed),
            total=len(promised),
        )

    @api.model
    def _prepare_revisions(self, history):
        return [
            {
                "day": row["day"],
                "date": row["date"],
                "what": self._get_revision_text(row),
                "who": row["who"],
            }
            for row in history
        ]

    @api.model
    def _prepare_baseline_revisions(self, project):
        """Return the published baselines of the project as revision rows; void ones are not."""
        rows = []
        for baseline in project.delivery_baseline_ids.filtered(lambda row: row.state == "frozen"):
            day = fields.Datetime.context_timestamp(self, baseline.recorded_at).date()
            rows.append(
                {
                    "day": day,
                    "date": format_date(self.env, day),
                    "what": " · ".join(filter(None, [baseline.name, baseline.purpose])),
                    "who": baseline.author_name,
                }
            )
        return rows

    @api.model
    def _prepare_further_revisions(self, project):  # noqa: ARG002 (signature of a hook)
        """Return what else revised the specification; other parts join by overriding it.

        :return: list of dictionaries with ``day``, ``date``, ``what`` and ``who``
        """
        return []

    @api.model
    def _get_revision_text(self, row):
        if row["event"] == "confirmed":
            return self.env._(
                "Confirmed (%(count)s): %(numbers)s",
                count=row["count"],
                numbers=row["numbers"],
            )
        return self.env._(
            "Opened again (%(count)s): %(numbers)s",
            count=row["count"],
            numbers=row["numbers"],
        )

    # === CHAPTERS === #

    @api.model
    def _number_chapters(self, chapters):
        """Number the chapters and parts that have content; empty ones are left out."""
        chapters = [chapter for chapter in chapters if chapter]
        for place, chapter in enumerate(chapters, 1):
            chapter["number"] = str(place)
            for part_place, part in enumerate(chapter.get("parts", ()), 1):
                part["number"] = f"{place}.{part_place}"
        return chapters

    @api.model
    def _prepare_introduction(self, project, frame, promised):
        classes = promised.priority_id.sorted()
        parts = [
            {
                "kind": "text",
                "title": self.env._("Purpose"),
                "text": self._get_purpose_text(frame),
            },
            {
                "kind": "html",
                "title": self.env._("Background"),
                "text": self._rich_text(project.description),
            },
            {
                "kind": "pairs",
                "title": self.env._("Scope"),
                "lead": self.env._("Number of requirements: %s", len(promised)),
                "rows": [
                    (
                        each.name,
                        len(promised.filtered(lambda req, each=each: req.priority_id == each)),
                    )
                    for each in classes
                ],
            },
            {
                "kind": "pairs",
                "title": self.env._("Terms"),
                "rows": [(each.name, self._get_class_meaning(each)) for each in classes],
            },
            {
                "kind": "pairs",
                "title": self.env._("Referenced documents"),
                "rows": frame["references"],
            },
        ]
        filled = [part for part in parts if part.get("text") or part.get("rows")]
        return {"kind": "parts", "title": self.env._("Introduction"), "parts": filled}

    @api.model
    def _get_purpose_text(self, frame):
        """Return the sentences that say what the document is for."""
        if not frame["customer"]:
            return self.env._(
                "This document states what %(supplier)s delivers in the project “%(project)s”. "
                "Once confirmed by both sides, it is the basis of implementation and acceptance.",
                supplier=frame["supplier"],
                project=frame["project"],
            )
        return self.env._(
            "This document states what %(customer)s requires and %(supplier)s delivers in the "
            "project “%(project)s”. Once confirmed by both sides, it is the basis of "
            "implementation and acceptance.",
            customer=frame["customer"],
            supplier=frame["supplier"],
            project=frame["project"],
        )

    @api.model
    def _get_class_meaning(self, priority):
        if priority.is_mandatory:
            return self.env._("Without these requirements the delivery is not complete.")
        return self.env._("Part of the delivery, of lower priority.")

    @api.model
    def _prepare_overall(self, frame, rows):
        sections = list(dict.fromkeys(row["section"] for row in rows if row["section"]))
        parts = [
            {"kind": "people", "title": self.env._("People involved"), "rows": frame["parties"]},
            {
                "kind": "list",
                "title": self.env._("Structure of the requirements"),
                "rows": sections,
            },
        ]
        filled = [part for part in parts if part["rows"]]
        if not filled:
            return None
        return {"kind": "parts", "title": self.env._("Overall description"), "parts": filled}

    @api.model
    def _prepare_requirement_chapters(self, promised, rows):
        titles = {
            "function": self.env._("Functional requirements"),
            "performance": self.env._("Performance indicators"),
            "interface": self.env._("Interfaces and data"),
            "other": self.env._("Security and others"),
        }
        chapters = {key: [] for key in CHAPTERS}
        for requirement, row in zip(promised, rows, strict=True):
            chapters[requirement.type_id.chapter or "other"].append(row)
        return [
            {"kind": "requirements", "title": titles[key], "rows": chapters[key]}
            for key in CHAPTERS
            if chapters[key]
        ]

    @api.model
    def _prepare_excluded(self, excluded, rows):
        stated = [
            (row, text)
            for row in rows
            for name, _label, text in row["texts"]
            if name == "out_of_scope"
        ]
        if not (excluded or stated):
            return None
        return {
            "kind": "excluded",
            "title": self.env._("Not included"),
            "stated": stated,
            "rows": [
                {
                    "number": requirement.number,
                    "title": requirement.name,
                    "class": requirement.priority_id.name,
                }
                for requirement in excluded
            ],
        }

    @api.model
    def _prepare_acceptance(self, rows):
        with_criteria = [row for row in rows if row["criteria"]]
        if not with_criteria:
            return None
        return {
            "kind": "acceptance",
            "title": self.env._("Acceptance criteria"),
            "rows": with_criteria,
        }

    @api.model
    def _prepare_open(self, promised, unclassified):
        waiting = [
            (requirement, requirement.stage_id.name)
            for requirement in promised
            if requirement.content_lock != "agreed"
        ]
        waiting += [
            (requirement, self.env._("Changed after confirmation"))
            for requirement in promised
            if requirement.content_lock == "agreed" and requirement.changed_after_agreement
        ]
        waiting += [(requirement, self.env._("Not classified yet")) for requirement in unclassified]
        if not waiting:
            return None
        return {
            "kind": "open",
            "title": self.env._("Still open"),
            "rows": [
                {
                    "outline": requirement.outline,
                    "number": requirement.number,
                    "title": requirement.name,
                    "why": why,
                }
                for requirement, why in waiting
            ],
        }
