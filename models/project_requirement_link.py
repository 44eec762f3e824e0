from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..core.canonical import digest
from ..core.grant import Granted
from ..core.impact import walk

# What may stand at the other end, and the fields whose change asks for a review there.
TARGETS = {
    "target_requirement_id": "project.requirement",
    "task_id": "project.task",
    "milestone_id": "project.milestone",
}
WATCHED = {"task_id": ("name", "description"), "milestone_id": ("name", "deadline")}


class ProjectRequirementLink(models.Model):
    """A typed link from a requirement to another one, a task or a milestone."""

    _name = "project.requirement.link"
    _description = "Requirement Link"
    _inherit = ["delivery.guarded.mixin"]
    _order = "requirement_id, kind_id, id"
    _control_fields = (
        "source_fingerprint",
        "target_fingerprint",
        "changed_since",
        "reviewed_by_id",
        "reviewed_on",
        "review_note",
    )

    requirement_id = fields.Many2one(
        "project.requirement", required=True, index=True, ondelete="cascade"
    )
    kind_id = fields.Many2one(
        "project.requirement.link.kind",
        required=True,
        ondelete="restrict",
        default=lambda self: self.env["project.requirement.link.kind"].search([], limit=1),
    )
    target_requirement_id = fields.Many2one(
        "project.requirement",
        string="Other Requirement",
        index="btree_not_null",
        ondelete="cascade",
    )
    task_id = fields.Many2one("project.task", index="btree_not_null", ondelete="cascade")
    milestone_id = fields.Many2one("project.milestone", index="btree_not_null", ondelete="cascade")
    reverse_name = fields.Char(related="kind_id.reverse_name")
    note = fields.Char()
    target_name = fields.Char(compute="_compute_target_name", string="Linked To")
    # review after changes
    source_fingerprint = fields.Char(readonly=True, export_string_translation=False)
    target_fingerprint = fields.Char(readonly=True, export_string_translation=False)
    changed_since = fields.Boolean(readonly=True, export_string_translation=False)
    suspect = fields.Boolean(
        string="To Review",
        compute="_compute_suspect",
        search="_search_suspect",
        help="One end has changed since the link was made or reviewed.",
    )
    reviewed_by_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    reviewed_on = fields.Datetime(readonly=True)
    review_note = fields.Char(readonly=True)

    _one_target = models.Constraint(
        "CHECK(num_nonnulls(target_requirement_id, task_id, milestone_id) = 1)",
        "A link leads to one requirement, task or milestone.",
    )
    _link_uniq = models.UniqueIndex(
        "(requirement_id, kind_id, COALESCE(target_requirement_id, 0), COALESCE(task_id, 0),"
        " COALESCE(milestone_id, 0))",
        "This link exists already.",
    )

    # === COMPUTE METHODS === #

    @api.depends("target_requirement_id", "task_id", "milestone_id")
    def _compute_target_name(self):
        # requirements, tasks and milestones of other projects may be closed to the reader
        visible = {name: set(self[name]._filtered_access("read").ids) for name in TARGETS}
        for link in self:
            name = next((name for name in TARGETS if link[name]), None)
            if name and link[name].id in visible[name]:
                link.target_name = link[name].display_name
            else:
                link.target_name = self.env._("Not visible to you") if name else False

    @api.depends("kind_id", "target_name")
    def _compute_display_name(self):
        for link in self:
            link.display_name = f"{link.kind_id.name or ''} {link.target_name or ''}".strip()

    @api.depends("changed_since", "target_fingerprint", "kind_id.watches_changes")
    def _compute_suspect(self):
        for link in self:
            link.suspect = link.kind_id.watches_changes and (
                link.changed_since or link._is_target_changed()
            )

    def _is_target_changed(self):
        self.ensure_one()
        if self.target_requirement_id:
            return False  # told by ``changed_since``, which both requirements set
        return self.target_fingerprint != self._get_target_fingerprint()

    def _search_suspect(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("kind_id.watches_changes", "=", True) & (
            Domain("changed_since", "=", True) | Domain("id", "in", self._get_moved_links_sql())
        )

    @api.model
    def _get_moved_links_sql(self):
        """Return the SQL of links whose task or milestone reads otherwise than noted."""
        self.flush_model(["target_fingerprint", "task_id", "milestone_id"])
        self.env["project.task"].flush_model(WATCHED["task_id"])
        self.env["project.milestone"].flush_model(WATCHED["milestone_id"])
        fingerprint = "encode(sha256(convert_to({}, 'UTF8')), 'hex')"
        task = fingerprint.format("COALESCE(t.name, '') || chr(10) || COALESCE(t.description, '')")
        milestone = fingerprint.format(
            "COALESCE(m.name, '') || chr(10) || COALESCE(m.deadline::text, '')"
        )
        return SQL(
            "(SELECT l.id FROM project_requirement_link l"
            " LEFT JOIN project_task t ON t.id = l.task_id"
            " LEFT JOIN project_milestone m ON m.id = l.milestone_id"
            " WHERE (l.task_id IS NOT NULL AND l.target_fingerprint IS DISTINCT FROM %s)"
            " OR (l.milestone_id IS NOT NULL AND l.target_fingerprint IS DISTINCT FROM %s))",
            SQL(task),
            SQL(milestone),
        )

    # === CRUD METHODS === #

    @api.constrains("requirement_id", "target_requirement_id")
    def _check_not_self(self):
        for link in self:
            if link.requirement_id == link.target_requirement_id:
                raise ValidationError(self.env._("A requirement cannot be linked to itself."))

    @api.model_create_multi
    def create(self, vals_list):
        links = super().create(vals_list)
        links._check_ends()
        links._note_fingerprints()
        return links

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"requirement_id", *TARGETS}:
            self._check_ends()
            self._note_fingerprints()
        return result

    def _check_ends(self):
        """Who links two things edits the first and sees the second."""
        self.requirement_id.check_access("write")
        for name in TARGETS:
            self[name].check_access("read")

    # === ACTION METHODS === #

    def action_review(self, note):
        """Say that these links hold in spite of the change; works on many.

        :param str note: what was looked at
        :raises UserError: without a note
        """
        links = self._entry()
        links.check_access("write")
        note = self._entry_text(note)
        if not note:
            raise UserError(self.env._("Please note what you have reviewed."))
        links.write(
            Granted(
                reviewed_by_id=self.env.uid,
                reviewed_on=fields.Datetime.now(),
                review_note=note,
            )
        )
        links._note_fingerprints()
        for link in links:
            link.requirement_id._message_log(
                body=self.env._(
                    "Link reviewed: %(link)s. %(note)s", link=link.display_name, note=note
                )
            )
        return True

    # === BUSINESS METHODS === #

    def _get_target(self):
        self.ensure_one()
        return self.target_requirement_id or self.task_id or self.milestone_id

    def _get_target_fingerprint(self):
        """Return the fingerprint of what the other end says."""
        self.ensure_one()
        if self.target_requirement_id:
            return self.target_requirement_id._get_trigger_fingerprint()
        if self.task_id:
            # a link shows that its task changed, not what the task says
            task_sudo = self.task_id.sudo()
            return digest(f"{task_sudo.name or ''}\n{task_sudo.description or ''}")
        milestone_sudo = self.milestone_id.sudo()
        return digest(f"{milestone_sudo.name or ''}\n{milestone_sudo.deadline or ''}")

    def _note_fingerprints(self):
        ends = self.requirement_id | self.target_requirement_id
        fingerprints = {end.id: end._get_trigger_fingerprint() for end in ends}
        for link in self:
            target = link.target_requirement_id
            link.write(
                Granted(
                    source_fingerprint=fingerprints[link.requirement_id.id],
                    target_fingerprint=fingerprints.get(target.id)
                    or link._get_target_fingerprint(),
                    changed_since=False,
                )
            )

    @api.model
    def _note_after_new_choice(self, types):
        """Note what links of these types watch now, except those that wait for a review."""
        links_sudo = self.sudo().search(
            Domain("changed_since", "=", False)
            & (
                Domain("requirement_id.type_id", "in", types.ids)
                | Domain("target_requirement_id.type_id", "in", types.ids)
            )
        )
        links_sudo.filtered(lambda link: not link._is_target_changed())._note_fingerprints()

    @api.model
    def _flag_changed(self, requirements):
        """Flag the links of requirements whose watched content reads otherwise than noted."""
        links_sudo = self.sudo().search(
            Domain("changed_since", "=", False)
            & (
                Domain("requirement_id", "in", requirements.ids)
                | Domain("target_requirement_id", "in", requirements.ids)
            )
        )
        changed = links_sudo.filtered(
            lambda link: (
                link.source_fingerprint != link.requirement_id._get_trigger_fingerprint()
                or (
                    link.target_requirement_id
                    and link.target_fingerprint != link._get_target_fingerprint()
                )
            )
        )
        if changed:
            changed.write(Granted(changed_since=True))

    @api.model
    def _walk(self, requirements, levels):
        """Return [(level, (model, id), link id, (model, id))] linked to ``requirements``.

        One query a level, whatever the number of links.
        """
        self.flush_model(["requirement_id", "kind_id", *TARGETS])
        start = [("project.requirement", res_id) for res_id in requirements.ids]
        return walk(start, self._fetch_links, levels)

    @api.model
    def _fetch_links(self, nodes):
        ids = {model: [-1] for model in TARGETS.values()}
        for model, res_id in nodes:
            ids[model].append(res_id)
        rows = self.env.execute_query(
            SQL(
                "SELECT id, requirement_id, target_requirement_id, task_id, milestone_id"
                " FROM project_requirement_link WHERE requirement_id = ANY(%(reqs)s)"
                " OR target_requirement_id = ANY(%(reqs)s) OR task_id = ANY(%(tasks)s)"
                " OR milestone_id = ANY(%(milestones)s)",
                reqs=ids["project.requirement"],
                tasks=ids["project.task"],
                milestones=ids["project.milestone"],
            )
        )
        for link_id, source, *targets in rows:
            for model, target in zip(TARGETS.values(), targets, strict=True):
                if target:
                    yield link_id, ("project.requirement", source), (model, target)
