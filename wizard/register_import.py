import re
from dataclasses import dataclass, field
from datetime import datetime, time

from psycopg2 import Error as DatabaseError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain

from ..core import register
from ..core.grant import Granted
from ..core.pasted_list import fold
from ..core.table_file import cell_text, read_table
from ..models.project_requirement_register import CELL_LIMIT
from .register_cells import AGREED_KINDS, FIELDS, KEPT_WHEN_BLANK, Rejected, RowReader
from .register_words import Words

CHUNK = 200
# what people number their lists with; not a permanent number of ours
RUNNING_NUMBER = re.compile(r"[#(（]?\d{1,5}(\.\d{1,4})*[.)）、]?")
CONFIRMED_ON = register.Column(
    "confirmed_on",
    {"en_US": "Confirmed On", "zh_CN": "确认日期", "zh_TW": "確認日期"},
    12,
    "date",
    ("confirmationdate", "dateconfirmed", "客户确认日期", "客戶確認日期", "签字日期", "簽字日期"),
)
COLUMNS = (*register.COLUMNS, CONFIRMED_ON)
FAILURES = (UserError, ValueError, DatabaseError)


@dataclass
class Plan:
    """What becomes of one row."""

    row: int
    action: str = "rejected"  # created, updated, unchanged or rejected
    reason: str = ""
    number: str = ""
    title: str = ""
    requirement: object = None
    vals: dict = field(default_factory=dict)
    stage_id: int = 0
    section: str = ""  # name of a section to make
    tags: tuple = None  # names of all tags, None when they do not change
    confirmed_on: object = None


class RegisterImport:
    """Rows of a register file, planned against the requirements that exist, then written.

    Planning writes nothing, so the dry run and the import itself judge alike; what only the
    database can find out is caught while writing, for the row that it concerns alone.
    """

    def __init__(self, env, project, company, partner, take_over=False):
        self.env = env
        self.project = project
        self.company = company
        self.partner = project.partner_id or partner
        self.take_over = take_over
        self.requirements = env["project.requirement"]
        self.words = Words(env, project, self.partner)
        self.reader = RowReader(env, self.words, self.project)

    # === PLANNING === #

    def plan(self, content):
        """Return a plan for each row of the file.

        :raise TableError: the file cannot be read at all
        """
        headers, rows = read_table(content, COLUMNS)
        self.keys = [key for key in headers.values() if key in FIELDS or key == "confirmed_on"]
        rows = [
            (number, {key: cells[at] for at, key in headers.items() if at < len(cells)})
            for number, cells in rows
        ]
        targets = self._find_targets(rows)
        found = self.requirements.browse([target.id for target in targets.values()])
        self.writable = found._filtered_access("write")
        lang = self.requirements._get_register_lang()
        self.exported = {
            values["id"]: values for values in self.requirements._iter_register(found.ids, lang)
        }
        seen = {}
        return [self._plan_row(number, cells, targets, seen) for number, cells in rows]

    def _plan_row(self, row, cells, targets, seen):
        number = self._number(cells.get("number"))
        plan = Plan(row, number=number, title=cell_text(cells.get("title")))
        try:
            if number:
                if number in seen:
                    raise Rejected(
                        self.env._("Row %(row)s has this number already.", row=seen[number])
                    )
                seen[number] = row
                self._plan_update(plan, cells, self._target(number, targets))
            else:
                self._plan_create(plan, cells)
        except Rejected as error:
            plan.action, plan.reason = "rejected", str(error)
        return plan

    def _number(self, value):
        """Return the permanent number a cell names, "" for none; running numbers are none."""
        text = cell_text(value).replace("／", "/").rpartition("/")[2].strip()
        return "" if RUNNING_NUMBER.fullmatch(text) else text.upper()

    def _find_targets(self, rows):
        """Return {number: requirement} of all companies and projects that the user may see."""
        numbers = {self._number(cells.get("number")) for _row, cells in rows} - {""}
        if not numbers:
            return {}
        found = self.requirements.with_context(active_test=False).search_fetch(
            Domain("number", "in", list(numbers)),
            ["number", "company_id", "project_id", "name", "stage_id"],
        )
        # one of this company goes before those of others that have the same number
        ordered = found.sorted(lambda requirement: requirement.company_id != self.company)
        targets = {}
        for requirement in ordered:
            targets.setdefault(requirement.number.upper(), requirement)
        return targets

    def _target(self, number, targets):
        requirement = targets.get(number)
        if not requirement:
            raise Rejected(self.env._("No requirement has the number %s.", number))
        if requirement.company_id != self.company:
            raise Rejected(
                self.env._(
                    "%(number)s belongs to another company: %(company)s.",
                    number=number,
                    company=requirement.company_id.sudo().name,
                )
            )
        if requirement.project_id != self.project:
            raise Rejected(
                self.env._(
                    "%(number)s belongs to %(project)s.",
                    number=number,
                    project=requirement.project_id.display_name or self.env._("the pool"),
                )
            )
        if requirement not in self.writable:
            raise Rejected(self.env._("You may not edit %s.", number))
        return requirement

    def _plan_create(self, plan, cells):
        if not plan.title:
            raise Rejected(self.env._("The title is missing."))
        changes = {}
        for key in self.keys:
            text = cell_text(cells.get(key))
            if text:
                self._read(plan, key, text, cells[key], None, changes)
        plan.vals = changes
        plan.action = "created"
        self._check_new_stage(plan)

    def _plan_update(self, plan, cells, requirement):
        plan.requirement = requirement
        plan.title = plan.title or requirement.name
        exported = self.exported[requirement.id]
        changes = {}
        for key in self.keys:
            if key not in cells or key == "confirmed_on":
                continue
            text = cell_text(cells[key])
            if text == self._exported_text(exported.get(key)):
                continue
            if not text and key in KEPT_WHEN_BLANK:
                continue
            self._read(plan, key, text, cells[key], requirement, changes)
        plan.vals = changes
        if not (changes or plan.stage_id or plan.section or plan.tags is not None):
            plan.action = "unchanged"
            return
        plan.action = "updated"
        self._check_lock(plan)
        self._check_stage(plan)

    def _exported_text(self, value):
        return cell_text(value[:CELL_LIMIT] if isinstance(value, str) else value)

    def _read(self, plan, key, text, value, requirement, changes):
        """Read one cell into ``changes`` (field values) or into the plan itself."""
        if key == "stage":
            stage_id = self.reader.stage(text)
            if not requirement or requirement.stage_id.id != stage_id:
                plan.stage_id = stage_id
        elif key == "section":
            section_id = self.reader.section(text)
            if section_id is None:
                plan.section = text
            elif not requirement or requirement.section_id.id != section_id:
                changes["section_id"] = section_id
        elif key == "tags":
            plan.tags = self.reader.tags(text, requirement)
        elif key == "confirmed_on":
            plan.confirmed_on = self.reader.date(value) if self.take_over else None
        else:
            changes.update(self.reader.field(key, text, value, requirement))

    # === CHECKS THAT WRITING WOULD MAKE === #

    def _check_lock(self, plan):
        requirement = plan.requirement
        content = [
            name
            for name in (*requirement._signoff_content_fields, "criterion_ids", "indicator_ids")
            if name in plan.vals
        ]
        if content and requirement.content_locked:
            raise Rejected(requirement._signoff_locked_message(content))

    def _check_stage(self, plan):
        if plan.stage_id:
            draft = plan.requirement.new(plan.vals, origin=plan.requirement)
            self._check_move(draft, plan.stage_id)

    def _check_new_stage(self, plan):
        if not plan.stage_id:
            return
        stage = self.env["project.requirement.stage"].browse(plan.stage_id)
        number = self.env._("Row %s", plan.row)
        draft = self.requirements.new(
            {
                **plan.vals,
                "number": number,
                "company_id": self.company.id,
                "project_id": self.project.id,
                "partner_id": self.partner.id,
            }
        )
        if self.take_over:
            if stage.id not in draft._get_allowed_stage_ids():
                raise Rejected(draft._stage_refusal(stage, "not_in_mode", None))
            return
        initial = self.requirements._get_initial_stages([self._base_vals()])[0]
        draft.stage_id = initial
        if stage == initial:
            plan.stage_id = 0
        else:
            self._check_move(draft, stage.id)

    def _check_move(self, draft, stage_id):
        try:
            draft._check_stage_move(self.env["project.requirement.stage"].browse(stage_id))
        except (UserError, AccessError) as error:
            raise Rejected(str(error)) from error

    def _base_vals(self):
        return {"project_id": self.project.id, "partner_id": self.partner.id}

    # === WRITING === #

    def apply(self, plans, source):
        """Write what was planned; a row that fails is rejected and takes no other with it.

        :param str source: name of the file, for the history of new requirements
        """
        self._make_sections(plans)
        tag_ids = self._make_tags(plans)
        for plan in plans:
            if plan.action in ("created", "updated") and plan.tags is not None and plan.tags != ():
                ids = [tag_ids[fold(name)] for name in plan.tags]
                plan.vals["tag_ids"] = [Command.set(ids)]
            elif plan.action == "updated" and plan.tags == ():
                plan.vals["tag_ids"] = [Command.clear()]
        for action, write in (("created", self._create), ("updated", self._update)):
            chosen = [plan for plan in plans if plan.action == action]
            for start in range(0, len(chosen), CHUNK):
                self._apply_chunk(chosen[start : start + CHUNK], write)
        created = self.requirements.union(
            *[plan.requirement for plan in plans if plan.action == "created"]
        )
        if created:
            body = self.env._("Imported from %(file)s", file=source)
            created._message_log_batch(bodies=dict.fromkeys(created.ids, body))
        return plans

    def _apply_chunk(self, plans, write):
        """Write rows together, or one by one when together they fail."""
        try:
            with self.env.cr.savepoint():
                write(plans)
        except FAILURES:
            self.env.invalidate_all(flush=False)
        else:
            return
        for plan in plans:
            try:
                with self.env.cr.savepoint():
                    write([plan])
            except FAILURES as error:
                self.env.invalidate_all(flush=False)
                if plan.action == "created":
                    plan.requirement = None
                plan.action, plan.reason = "rejected", self._failure_text(error)

    def _failure_text(self, error):
        if isinstance(error, DatabaseError):
            return self.env._("The database refused this row: %s", str(error).split("\n")[0])
        return str(error)

    def _create(self, plans):
        # silent: nobody is told two thousand times that something was assigned to him
        model = self.requirements.with_context(tracking_disable=True)
        created = model.create([self._create_vals(plan) for plan in plans])
        # the lines of a new requirement are part of its first version
        created.write(Granted(content_rev=1))
        moves = {}
        for plan, requirement in zip(plans, created, strict=True):
            plan.requirement = requirement.with_env(self.env)
            if not plan.stage_id:
                continue
            if not self.take_over:
                moves.setdefault(plan.stage_id, []).append(requirement.id)
            elif requirement.stage_id.kind in AGREED_KINDS:
                moves.setdefault("agreed", []).append(requirement.id)
        stages = self.env["project.requirement.stage"]
        for stage_id, ids in moves.items():
            if stage_id == "agreed":
                # what is done or accepted was agreed before, whatever its stage locks
                model.browse(ids)._signoff_agree()
            else:
                model.browse(ids)._move_to_stage(stages.browse(stage_id))

    def _create_vals(self, plan):
        vals = Granted({**self._base_vals(), **plan.vals}, origin="import")
        if self.take_over:
            vals["taken_over"] = True
            if plan.stage_id:
                vals["stage_id"] = plan.stage_id
            if plan.confirmed_on:
                # noon, so that the day is the same in every time zone
                vals["date_stage"] = datetime.combine(plan.confirmed_on, time(12))
        return vals

    def _update(self, plans):
        silent = {"mail_auto_subscribe_no_notify": True}
        for plan in plans:
            requirement = plan.requirement.with_context(**silent)
            vals = dict(plan.vals)
            if plan.stage_id:
                vals["stage_id"] = plan.stage_id
            if vals:
                requirement.write(vals)

    def _make_sections(self, plans):
        wanted = {}
        for plan in plans:
            if plan.section and plan.action in ("created", "updated"):
                wanted.setdefault(fold(plan.section), plan.section)
        if not wanted:
            return
        last = self.env["project.requirement.section"].search(
            Domain("project_id", "=", self.project.id), order="sequence desc", limit=1
        )
        sections = self.env["project.requirement.section"].create(
            [
                {"name": name, "project_id": self.project.id, "sequence": last.sequence + place}
                for place, name in enumerate(wanted.values(), 1)
            ]
        )
        ids = dict(zip(wanted, sections.ids, strict=True))
        for plan in plans:
            if plan.section and plan.action in ("created", "updated"):
                plan.vals["section_id"] = ids[fold(plan.section)]

    def _make_tags(self, plans):
        known = dict(self.words.tags)
        missing = {}
        for plan in plans:
            if plan.action in ("created", "updated"):
                for name in plan.tags or ():
                    if fold(name) not in known:
                        missing.setdefault(fold(name), name)
        if missing:
            tags = self.env["project.requirement.tag"].create(
                [{"name": name} for name in missing.values()]
            )
            known.update(zip(missing, tags.ids, strict=True))
        return known
