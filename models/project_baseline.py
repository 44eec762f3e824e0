from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.canonical import digest, dumps
from ..core.grant import Granted

MANIFEST_SCHEMA = "cd.baseline/1"


class ProjectBaseline(models.Model):
    """The requirements of a project as they stood at one moment: versions and their order."""

    _name = "project.baseline"
    _description = "Baseline"
    _inherit = ["mail.thread", "signoff.evidence.mixin"]
    _order = "recorded_at desc, id desc"

    # who reads a baseline may discuss it
    _mail_post_access = "read"
    _movable_fields = ("state",)
    _can_be_voided = True

    name = fields.Char(required=True, readonly=True)
    project_id = fields.Many2one("project.project", readonly=True, index=True, ondelete="restrict")
    project_name = fields.Char(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True, index=True, ondelete="restrict")
    kind = fields.Selection(
        [("internal", "Internal"), ("customer", "For the customer")],
        required=True,
        readonly=True,
        default="internal",
        help="An internal baseline lets work begin before the customer has signed.",
    )
    state = fields.Selection(
        [("frozen", "Published"), ("void", "Void")],
        string="Status",
        required=True,
        readonly=True,
        default="frozen",
    )
    purpose = fields.Text(readonly=True)
    author_id = fields.Many2one(
        "res.users", string="Recorded By", readonly=True, ondelete="restrict"
    )
    author_name = fields.Char(string="Author", readonly=True)
    recorded_at = fields.Datetime(string="Published On", required=True, readonly=True)
    sha256 = fields.Char(string="Check Code", required=True, readonly=True)
    line_count = fields.Integer(string="Requirements", readonly=True, aggregator=None)
    line_ids = fields.One2many("project.baseline.line", "baseline_id", readonly=True)
    void_reason = fields.Text(compute="_compute_void_reason")

    _name_uniq = models.UniqueIndex(
        "(project_id, name)", "This project has a baseline of this name. Choose another name."
    )

    @api.depends("state")
    def _compute_void_reason(self):
        reasons = self.env["signoff.void"]._get_reasons(self)
        for baseline in self:
            baseline.void_reason = reasons.get(baseline.id, False)

    # === ACTION METHODS === #

    def action_void(self, reason):
        """Void these baselines (作废); they stay readable, struck through.

        :param str reason: why
        :raises UserError: without a reason; AccessError: for others than delivery managers
        """
        baselines = self._entry()
        open_ones = baselines.filtered(lambda baseline: baseline.state == "frozen")
        if not open_ones:
            raise UserError(self.env._("This has been voided already."))
        open_ones.env["signoff.void"]._void(open_ones, reason)
        # the manager's right was checked above; users have no write access to baselines
        open_ones_sudo = open_ones.sudo()
        open_ones_sudo.write(Granted(state="void"))
        for baseline_sudo in open_ones_sudo:
            baseline_sudo._message_log(body=self.env._("Void: %(reason)s", reason=reason.strip()))
        return True

    def action_verify(self):
        """Recompute the check codes of these baselines and of all their versions.

        :return: list of dictionaries with ``id``, ``ok`` and ``problems`` (list of texts)
        """
        self.check_access("read")
        return [
            {"id": baseline.id, "ok": not problems, "problems": problems}
            for baseline, problems in ((row, row._find_problems()) for row in self)
        ]

    def action_show_verification(self):
        """Tell the user whether this baseline is as it was published."""
        self.ensure_one()
        problems = self.action_verify()[0]["problems"]
        if problems:
            raise UserError("\n".join(problems))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Unchanged since it was published: %(count)s requirements.",
                    count=self.line_count,
                ),
            },
        }

    def action_compare(self):
        """Open the comparison of this baseline with the one before, or with now."""
        self.ensure_one()
        previous = self.search(
            [
                ("project_id", "=", self.project_id.id),
                ("recorded_at", "<=", self.recorded_at),
                ("id", "<", self.id),
                ("state", "=", "frozen"),
            ],
            limit=1,
        )
        before, after = (previous, self) if previous else (self, self.browse())
        return self.env["project.baseline.compare"]._open(before, after)

    def action_export(self):
        """Download this baseline with all its versions, for whoever wants to check it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/customer_delivery/baseline/{self.id}/evidence.zip",
            "target": "download",
        }

    def action_compare_with_now(self):
        """Open the comparison of this baseline with what stands there now."""
        self.ensure_one()
        return self.env["project.baseline.compare"]._open(self, self.browse())

    def action_view_lines(self):
        """Open the requirements of this baseline as a list of their own."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_delivery.project_baseline_line_action"
        )
        return {**action, "display_name": self.name, "domain": [("baseline_id", "=", self.id)]}

    # === BUSINESS METHODS === #

    def _is_practice(self):
        return all(self.mapped("project_id.delivery_practice"))

    @api.model
    def _get_requirements(self, project):
        """Return what a baseline of ``project`` would hold now, in its order."""
        return self.env["project.requirement"].search(
            [("project_id", "=", project.id), ("stage_id.kind", "!=", "cancelled")],
            order="outline_key, id",
        )

    def _find_row_problem(self):
        return super()._find_row_problem() or "\n".join(self._find_list_problems())

    def _find_list_problems(self):
        """Return what is wrong with the list of this baseline, without what it lists."""
        self.ensure_one()
        lines = self.line_ids
        problems = []
        if digest(dumps(self._get_manifest(lines))) != self.sha256:
            problems.append(self.env._("The list of %s was changed.", self.name))
        for line in lines.sudo():
            if line.version_id.snapshot_id.sha256 != line.sha256:
                problems.append(self.env._("%s does not fit its version.", line.number))
        return problems

    def _find_problems(self):
        problems = self._find_list_problems()
        snapshots_sudo = self.line_ids.sudo().version_id.snapshot_id
        for snapshot_sudo in snapshots_sudo:
            if problem := snapshot_sudo._find_problem():
                problems.append(f"{snapshot_sudo.display_name}: {problem}")
        return problems

    def _get_evidence_files(self):
        """Return {path: bytes} of everything that this baseline proves, for who may read it.

        ``docs/evidence.md`` describes the files and holds a verifier.
        """
        self.ensure_one()
        self.check_access("read")
        # what a baseline keeps is for whoever may read the baseline
        lines_sudo = self.sudo().line_ids
        files = {"baseline.json": dumps(self._get_manifest(self.line_ids)).encode()}
        for line_sudo in lines_sudo:
            snapshot_sudo = line_sudo.version_id.snapshot_id
            path = f"versions/{line_sudo.number}-v{line_sudo.version_number}.json"
            files[path] = snapshot_sudo.canonical.encode()
            for file_sudo in snapshot_sudo.attachment_ids:
                files[f"files/{digest(file_sudo.raw or b'')}"] = file_sudo.raw or b""
        sums = [f"{digest(data)}  {path}" for path, data in files.items()]
        files["SHA256SUMS"] = ("\n".join(sums) + "\n").encode()
        files["baseline.sha256"] = f"{self.sha256}\n".encode()
        return files

    def _get_manifest(self, lines):
        """Return the plain content that the check code of a baseline covers."""
        self.ensure_one()
        return {
            "schema": MANIFEST_SCHEMA,
            "project": self.project_name,
            "name": self.name,
            "kind": self.kind,
            "purpose": self.purpose or None,
            "author": self.author_name,
            "published": self.recorded_at,
            "lines": [line._get_manifest_line() for line in lines],
        }

    @api.model
    def _propose_name(self, project):
        """Return a name that the next baseline of ``project`` may take."""
        taken = set(self.search([("project_id", "=", project.id)]).mapped("name"))
        number = len(taken) + 1
        while f"V{number}.0" in taken:
            number += 1
        return f"V{number}.0"

    @api.model
    def _freeze(self, project, name, kind="internal", purpose="", requirements=None):
        """Publish a baseline (发布基线): cut versions where content moved, note the whole list.

        One transaction and a number of queries that does not depend on the requirements.

        :param project: project.project record
        :param str name: name, unique in the project
        :param str kind: ``internal`` or ``customer``
        :param requirements: a selection; by default all of the project that are not cancelled
        :return: the baseline
        :raises UserError: when the project has no requirement in scope
        """
        project.ensure_one()
        in_scope = self._get_requirements(project)
        requirements = in_scope & requirements if requirements is not None else in_scope
        if not requirements:
            raise UserError(self.env._("There are no requirements to publish yet."))
        self.env["project.requirement.version"]._cut(requirements, "baseline", name)
        rows = [
            requirement._get_baseline_row(sequence)
            for sequence, requirement in enumerate(requirements)
        ]
        lines = self.env["project.baseline.line"]
        values = Granted(
            name=name,
            project_id=project.id,
            project_name=project.name,
            company_id=project._get_delivery_company().id,
            kind=kind,
            state="frozen",
            signoff_state="none",
            purpose=purpose or False,
            author_id=self.env.uid,
            author_name=self.env.user.name,
            recorded_at=fields.Datetime.now(),
            line_count=len(rows),
        )
        manifest = self.new(values)._get_manifest([])
        manifest["lines"] = [lines._as_manifest_line(row) for row in rows]
        values["sha256"] = digest(dumps(manifest))
        # evidence has no ACL for anybody: this method is its only door
        baseline_sudo = (
            self.sudo()
            .with_context(mail_create_nosubscribe=True, mail_create_nolog=True)
            .create([values])
        )
        lines.sudo()._insert([Granted(row, baseline_id=baseline_sudo.id) for row in rows])
        return self.browse(baseline_sudo.id)
