from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ..core.canonical import dumps, loads
from ..core.grant import Granted, like
from ..core.rebase import changed, compare

ACTIONS = [
    ("add", "Add"),
    ("modify", "Change"),
    ("remove", "Take out"),
]
# part of a requirement's canonical content -> field of the line that holds what is proposed
PARTS = {
    "title": "name",
    "class": "priority_id",
    "description": "description",
    "criteria": "criterion_ids",
}
# what the comparison shows
SHOWN_PARTS = ("title", "type", "class", "description", "criteria")


class ProjectChangeLine(models.Model):
    """One requirement that a change touches: what stands there, and what shall stand there.

    Nothing touches the requirement itself before the change is applied. The line keeps what the
    proposal was written against, so that it can tell later whether that still stands.
    """

    _name = "project.change.line"
    _description = "Affected Requirement"
    _inherit = ["signoff.line.mixin", "delivery.guarded.mixin"]
    _order = "change_id, sequence, id"

    _signoff_parent = "change_id"
    _signoff_content_fields = (
        "action",
        "requirement_id",
        "name",
        "description",
        "priority_id",
        "type_id",
        "section_id",
        "sequence",
    )
    _control_fields = (
        "base_content",
        "base_rev",
        "base_number",
        "base_version_id",
        "conflicts",
        "created_requirement_id",
    )

    change_id = fields.Many2one("project.change", required=True, index=True, ondelete="cascade")
    project_id = fields.Many2one(related="change_id.project_id", string="Project")
    content_locked = fields.Boolean(related="change_id.content_locked")
    sequence = fields.Integer(default=10)
    action = fields.Selection(ACTIONS, required=True, default="modify")
    requirement_id = fields.Many2one(
        "project.requirement",
        index="btree_not_null",
        domain="[('project_id', '=', project_id), ('stage_id.kind', '!=', 'cancelled')]",
        ondelete="restrict",
    )
    # what is proposed
    name = fields.Char(string="Proposed Title")
    description = fields.Html(
        string="Proposed Description", sanitize_attributes=True, sanitize_style=True
    )
    priority_id = fields.Many2one(
        "project.requirement.priority", string="Proposed Class", ondelete="restrict"
    )
    criterion_ids = fields.One2many(
        "project.change.line.criterion", "line_id", string="Proposed Criteria", copy=True
    )
    type_id = fields.Many2one(
        "project.requirement.type",
        ondelete="restrict",
        help="Type of a requirement that is added.",
    )
    section_id = fields.Many2one(
        "project.requirement.section",
        domain="[('project_id', '=', project_id)]",
        ondelete="set null",
        help="Where a requirement that is added stands in the document.",
    )
    # what stands there
    current_title = fields.Char(related="requirement_id.name", string="Present Title")
    current_description = fields.Html(
        related="requirement_id.description", string="Present Description"
    )
    current_priority_id = fields.Many2one(
        related="requirement_id.priority_id", string="Present Class"
    )
    current_criterion_ids = fields.One2many(
        related="requirement_id.criterion_ids", string="Present Criteria"
    )
    # what the proposal was written against
    base_content = fields.Text(readonly=True, copy=False, export_string_translation=False)
    base_rev = fields.Integer(readonly=True, copy=False, export_string_translation=False)
    base_number = fields.Integer(
        string="Against Version", readonly=True, copy=False, aggregator=None
    )
    base_version_id = fields.Many2one(
        "project.requirement.version", readonly=True, copy=False, ondelete="restrict"
    )
    conflicts = fields.Char(
        string="Changed on Both Sides",
        readonly=True,
        copy=False,
        help="Fields that were changed elsewhere too: what is proposed here overwrites that.",
    )
    created_requirement_id = fields.Many2one(
        "project.requirement",
        string="New Requirement",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    is_stale = fields.Boolean(string="Not Up to Date", compute="_compute_is_stale")
    redline = fields.Html(string="Before and After", compute="_compute_redline", sanitize=False)
    summary = fields.Char(compute="_compute_summary")

    _action_fits = models.Constraint(
        "CHECK((action = 'add') = (requirement_id IS NULL))",
        "What is changed or taken out is a requirement; what is added is none yet.",
    )
    _requirement_uniq = models.UniqueIndex(
        "(change_id, requirement_id) WHERE requirement_id IS NOT NULL",
        "This change has a line for the requirement already.",
    )

    # === COMPUTE METHODS === #

    @api.depends("requirement_id", "name", "action")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.requirement_id.display_name or line.name or ""

    @api.depends("requirement_id.content_rev", "base_rev", "change_id.date_applied")
    def _compute_is_stale(self):
        for line in self:
            line.is_stale = (
                bool(line.requirement_id)
                and not line.change_id.date_applied
                and line.requirement_id.content_rev != line.base_rev
            )

    @api.depends("action", "name", "description", "priority_id", "type_id", "criterion_ids")
    def _compute_redline(self):
        compare_model = self.env["project.requirement.compare"]
        proposals = self._get_proposals()
        for line in self:
            before, after = line._get_base(), proposals[line]
            # of what is changed only that; of what comes or goes everything
            names = (
                changed(self._as_comparable(before), self._as_comparable(after), PARTS)
                if line.action == "modify"
                else SHOWN_PARTS
            )
            html = compare_model._render(before, after, names) if names else False
            line.redline = html and line._show_pictures(html)

    @api.depends("action", "name", "description", "priority_id", "criterion_ids", "base_content")
    def _compute_summary(self):
        labels = self._get_part_labels()
        parts = self.filtered(lambda line: line.action == "modify")._get_changed_parts()
        for line in self:
            if line.action != "modify":
                line.summary = line.name if line.action == "add" else line.requirement_id.name
            else:
                line.summary = ", ".join(labels[part] for part in parts[line]) or self.env._(
                    "Nothing changed yet"
                )

    @api.model
    def _get_part_labels(self):
        return self.env["project.requirement.compare"]._get_labels()

    # === CONSTRAINT METHODS === #

    @api.constrains("requirement_id", "section_id")
    def _check_project(self):
        for line in self:
            places = line.requirement_id.project_id | line.section_id.project_id
            if places - line.change_id.project_id:
                raise ValidationError(
                    self.env._("A change touches requirements of its own project only.")
                )

    @api.constrains("action", "name")
    def _check_title(self):
        if any(line.action != "remove" and not (line.name or "").strip() for line in self):
            raise ValidationError(self.env._("Please give the requirement a title."))

    @api.onchange("requirement_id", "action")
    def _onchange_requirement_id(self):
        if self._origin or not self.requirement_id:
            return
        self.update(
            {name: self.requirement_id[name] for name in ("name", "description", "priority_id")}
        )
        self.criterion_ids = [Command.clear(), *self._copy_criteria(self.requirement_id)]

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        return super().create(self._prepare_proposals(vals_list))

    def write(self, vals):
        if "requirement_id" in vals:
            wanted = self._entry_id(vals["requirement_id"])
            if any(line.requirement_id.id != (wanted or False) for line in self):
                raise UserError(
                    self.env._("A line stays with its requirement. Delete it and add another one.")
                )
        return super().write(vals)

    @api.model
    def _prepare_proposals(self, vals_list):
        """Return the values with what stands in each requirement wherever nothing is proposed."""
        default = self.default_get(["requirement_id", "action"])
        prepared = [like(vals, {**default, **vals}) for vals in vals_list]
        requirements = self._browse_requirements(prepared)
        requirements.check_access("read")
        for values in prepared:
            requirement = requirements.browse(self._entry_id(values.get("requirement_id")) or 0)
            if not requirement or values.get("action") == "remove":
                continue
            values.setdefault("name", requirement.name)
            values.setdefault("description", requirement.description)
            values.setdefault("priority_id", requirement.priority_id.id)
            values.setdefault("criterion_ids", self._copy_criteria(requirement))
        return prepared

    @api.model
    def _browse_requirements(self, vals_list):
        ids = {self._entry_id(vals.get("requirement_id")) or 0 for vals in vals_list}
        return self.env["project.requirement"].browse(sorted(ids - {0}))

    @api.model
    def _copy_criteria(self, requirement):
        lines = self.env["project.change.line.criterion"]
        return [Command.create(lines._prepare_copy(row)) for row in requirement.criterion_ids]

    @api.model
    def _get_control_values(self, vals_list):
        bases = self._prepare_bases(self._browse_requirements(vals_list))
        return [bases.get(self._entry_id(vals.get("requirement_id")), {}) for vals in vals_list]

    @api.model
    def _prepare_bases(self, requirements):
        """Return {requirement id: control values} that note what stands there now."""
        if not requirements:
            return {}
        return {
            requirement.id: {
                "base_content": dumps(payload),
                "base_rev": requirement.content_rev,
                "base_number": requirement.version_number,
                "base_version_id": not requirement.has_unversioned_changes
                and requirement.current_version_id.id,
            }
            for requirement, payload in zip(
                requirements, requirements._signoff_payload(), strict=True
            )
        }

    # === WHAT STOOD THERE, WHAT IS PROPOSED === #

    # lines of the line answer to the lock of the change

    def _signoff_check_open(self, names=()):  # noqa: ARG002 (signature of a document)
        self.change_id._signoff_check_open(["line_ids"])

    def _signoff_touch(self, names=()):  # noqa: ARG002 (signature of a document)
        self.change_id._signoff_touch(["line_ids"])

    def _get_base(self):
        """Return the content that the proposal was written against, as plain data."""
        self.ensure_one()
        if self.base_content:
            return loads(self.base_content)
        # a line that is being typed in the form has not noted anything yet
        requirement = self.requirement_id._origin
        return requirement._signoff_payload()[0] if requirement else {}

    def _get_proposals(self):
        """Return {line: proposed content as plain data}, in the language of the project."""
        digests = self._get_file_digests()
        proposals = {}
        for lang, lines in self.grouped(lambda line: line.change_id._get_document_lang()).items():
            for line in lines.with_context(lang=lang):
                proposals[line] = line._get_proposal(digests[line])
        return {line: proposals[line] for line in self}

    def _get_proposal(self, digests):
        self.ensure_one()
        if self.action == "remove":
            return {}
        requirement = self.requirement_id._origin
        return {
            **self._get_base(),
            "title": self.name or None,
            "type": requirement._reference(requirement.type_id or self.type_id),
            "class": requirement._reference(self.priority_id),
            "description": requirement._as_canonical_html(self.description, digests),
            "criteria": [line._get_payload() for line in self.criterion_ids.sorted()],
        }

    @api.model
    def _as_comparable(self, content):
        """Return what counts of a content, without labels that a rename changes."""
        return {
            "title": content.get("title"),
            "class": (content.get("class") or {}).get("ref"),
            "description": content.get("description"),
            "criteria": [
                (
                    line.get("text"),
                    (line.get("kind") or {}).get("code"),
                    (line.get("verification") or {}).get("code"),
                    line.get("target"),
                )
                for line in content.get("criteria") or ()
            ],
        }

    def _get_changed_parts(self):
        """Return {line: parts of the content that it proposes to change}."""
        return {
            line: changed(
                self._as_comparable(line._get_base()), self._as_comparable(proposal), PARTS
            )
            for line, proposal in self._get_proposals().items()
        }

    # === FILES === #

    def _get_shown_files(self):
        """Return {line: files (superuser)} that the proposed texts show or link.

        A text can name any file by its number: those count that belong to the requirement or to
        the line, or that whoever asks may read.
        """
        requirements = self.requirement_id._origin
        known = requirements._get_content_files() if requirements else {}
        named = {line: requirements._find_named_files(line.description) for line in self}
        shown = self.env["ir.attachment"].browse(sorted(set().union(*named.values())))
        shown = shown.exists() if shown else shown
        readable = set(shown._filtered_access("read").ids)
        owners = {file.id: (file.res_model, file.res_id) for file in shown.sudo()}
        files = {}
        for line in self:
            own = (self._name, line._origin.id)
            ids = [
                file_id
                for file_id in sorted(named[line] & owners.keys())
                if file_id in readable or owners[file_id] == own
            ]
            files[line] = known.get(line.requirement_id._origin.id, shown.sudo().browse()) | (
                shown.sudo().browse(ids)
            )
        return files

    def _get_file_digests(self):
        """Return {line: {attachment id: sha256}} of the files that the texts may show."""
        requirements = self.env["project.requirement"]
        return {
            line: requirements._digest_files(files_sudo)
            for line, files_sudo in self._get_shown_files().items()
        }

    def _show_pictures(self, html):
        """Return canonical ``html`` with addresses of pictures instead of their digests."""
        self.ensure_one()
        versions = self.env["project.requirement.version"]
        addresses = {
            sha256: f"/web/image/{file_id}"
            for file_id, sha256 in self._get_file_digests()[self].items()
        }
        return versions._replace_pictures(html, addresses)

    # === REBASE === #

    def _rebase(self):
        """Carry these proposals over to what stands in their requirements now.

        What a proposal leaves alone follows the requirement; what was changed on both sides stays
        as proposed and is named on the line.
        """
        stale = self.filtered("is_stale")
        requirements = stale.requirement_id
        payloads = dict(zip(requirements, requirements._signoff_payload(), strict=True))
        bases = self._prepare_bases(requirements)
        proposals = stale._get_proposals()
        labels = self._get_part_labels()
        for line in stale:
            requirement = line.requirement_id
            follow, conflicts = compare(
                self._as_comparable(line._get_base()),
                self._as_comparable(payloads[requirement]),
                self._as_comparable(proposals[line]),
                PARTS if line.action == "modify" else (),
            )
            line.write(line._prepare_followed(follow))
            line.write(
                Granted(
                    bases[requirement.id],
                    conflicts=", ".join(labels[part] for part in conflicts) or False,
                )
            )
        return stale

    def _prepare_followed(self, parts):
        """Return the values by which these parts of the proposal follow the requirement."""
        self.ensure_one()
        requirement = self.requirement_id
        values = {}
        for part in parts:
            name = PARTS[part]
            if part == "criteria":
                values[name] = [Command.clear(), *self._copy_criteria(requirement)]
            else:
                values[name] = requirement[name].id if part == "class" else requirement[name]
        return values

    # === WHAT APPLYING WRITES === #

    def _prepare_contents(self):
        """Return {requirement id: values by which it changes}, only what is proposed."""
        contents = {}
        for line, parts in self._get_changed_parts().items():
            values = contents[line.requirement_id.id] = {}
            for part in parts:
                if part == "criteria":
                    values[part] = [row._prepare_criterion() for row in line.criterion_ids]
                else:
                    value = line[PARTS[part]]
                    values[PARTS[part]] = value.id if part == "class" else value
        return contents

    def _hand_over_files(self):
        """Give the pictures of the proposed texts to the requirements that show them now."""
        for line, files_sudo in self._get_shown_files().items():
            requirement = line.requirement_id or line.created_requirement_id
            own_sudo = files_sudo.filtered(
                lambda file, line=line: (file.res_model, file.res_id) == (line._name, line.id)
            )
            if own_sudo:
                own_sudo.write({"res_model": requirement._name, "res_id": requirement.id})

    def _prepare_requirement(self):
        """Return the values of the requirement that this line adds."""
        self.ensure_one()
        change = self.change_id
        values = {
            "name": self.name,
            "description": self.description,
            "priority_id": self.priority_id.id,
            "type_id": self.type_id.id,
            "section_id": self.section_id.id,
            "project_id": change.project_id.id,
            "requester_id": change.requester_id.id,
            "user_id": change.user_id.id,
            "portal_access": change.portal_access,
            "criterion_ids": [
                Command.create({name: row[name] for name in row._signoff_content_fields})
                for row in self.criterion_ids
            ],
        }
        return {name: value for name, value in values.items() if value}
