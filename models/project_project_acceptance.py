from odoo import fields, models

from .project_project import STAFF_GROUPS

DOCUMENTS = (
    "project.acceptance",
    "project.acceptance.issue",
    "project.deliverable",
    "project.milestone.override",
)


class ProjectProject(models.Model):
    """Acceptances, deliverables and remaining issues of a project."""

    _inherit = "project.project"

    delivery_acceptance_ids = fields.One2many(
        "project.acceptance", "project_id", string="Acceptances", groups=STAFF_GROUPS
    )
    delivery_deliverable_ids = fields.One2many(
        "project.deliverable", "project_id", string="Deliverables", groups=STAFF_GROUPS
    )
    delivery_acceptance_count = fields.Integer(
        string="Acceptance Count",
        compute="_compute_delivery_acceptance_count",
        groups=STAFF_GROUPS,
    )
    delivery_accepted_count = fields.Integer(
        string="Signed Acceptances",
        compute="_compute_delivery_acceptance_count",
        groups=STAFF_GROUPS,
    )
    delivery_open_issue_count = fields.Integer(
        string="Open Issues", compute="_compute_delivery_open_issue_count", groups=STAFF_GROUPS
    )

    def _compute_delivery_acceptance_count(self):
        acceptances = self.env["project.acceptance"]
        total, accepted = {}, {}
        if acceptances.has_access("read"):
            for project, state, count in acceptances._read_group(
                [("project_id", "in", self.ids), ("state", "!=", "revoked")],
                ["project_id", "state"],
                ["__count"],
            ):
                total[project.id] = total.get(project.id, 0) + count
                if state == "signed":
                    accepted[project.id] = count
        for project in self:
            project.delivery_acceptance_count = total.get(project.id, 0)
            project.delivery_accepted_count = accepted.get(project.id, 0)

    def _compute_delivery_open_issue_count(self):
        issues = self.env["project.acceptance.issue"]
        counts = {}
        if issues.has_access("read"):
            counts = dict(
                issues._read_group(
                    [("project_id", "in", self.ids), ("state", "in", ("open", "fixed"))],
                    ["project_id"],
                    ["__count"],
                )
            )
        for project in self:
            project.delivery_open_issue_count = counts.get(project, 0)

    # === ACTION METHODS === #

    def action_new_acceptance(self):
        """Open a new acceptance of this project, of the kind that comes next."""
        self.ensure_one()
        kind = self._get_next_acceptance_kind()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Acceptance"),
            "res_model": "project.acceptance",
            "views": [(False, "form")],
            "context": {"default_project_id": self.id, "default_kind_id": kind.id},
        }

    def _get_next_acceptance_kind(self):
        """Return the first kind of the mode that this project has not accepted yet."""
        self.ensure_one()
        # modes and kinds are configuration that all staff read
        kinds = self.sudo().delivery_mode_id.acceptance_kind_ids.filtered("active").sorted()
        done = self.env["project.acceptance"].search(
            [("project_id", "=", self.id), ("state", "!=", "revoked")]
        )
        return ((kinds - done.kind_id.sudo()) or kinds)[:1]

    def action_view_acceptances(self):
        """Open the acceptances of this project."""
        return self._open_delivery_documents("project_acceptance_action")

    def action_view_deliverables(self):
        """Open the register of what is handed over in this project."""
        return self._open_delivery_documents("project_deliverable_action")

    def action_view_delivery_issues(self):
        """Open the remaining issues of this project."""
        return self._open_delivery_documents("project_acceptance_issue_action")

    def action_view_overdue_issues(self):
        """Open the remaining issues of this project that are overdue."""
        action = self.action_view_delivery_issues()
        return {**action, "domain": [*action["domain"], ("is_overdue", "=", True)]}

    def _open_delivery_documents(self, xmlid):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(f"customer_delivery.{xmlid}")
        return {
            **action,
            "domain": [("project_id", "=", self.id)],
            "context": {"default_project_id": self.id, "one_project": True},
        }

    def _get_delivery_change_rows(self):
        """Return the changes of this project that took effect, for the papers of acceptance.

        :return: list of dictionaries with ``number``, ``title`` and ``status``
        """
        self.ensure_one()
        # what took effect belongs to what is accepted, whoever prepares the paper
        changes_sudo = self.env["project.change"].sudo()
        applied = changes_sudo.search(
            [("project_id", "=", self.id), ("date_applied", "!=", False)], order="id"
        )
        return [
            {"number": change.number, "title": change.name, "status": change.stage_id.name}
            for change in applied
        ]

    def _ask_for_acceptance(self, milestones):
        """Give the project manager the task to have reached ``milestones`` accepted."""
        self.ensure_one()
        # who reaches a milestone needs no right to plan for the project manager
        project_sudo = self.sudo()
        manager = project_sudo.user_id
        if not manager.active:
            return
        # shown among his activities and in his summary; no mail of its own
        own_sudo = project_sudo.with_context(lang=manager.lang, mail_activity_quick_update=True)
        summary = own_sudo.env._(
            "Reached without acceptance: %s", ", ".join(milestones.mapped("name"))
        )
        if summary not in project_sudo.activity_ids.mapped("summary"):
            own_sudo.activity_schedule(
                "mail.mail_activity_data_todo", user_id=manager.id, summary=summary
            )

    # === LIFE OF THE PROJECT === #

    def _get_projects_with_documents(self):
        projects = super()._get_projects_with_documents()
        for model in DOCUMENTS:
            documents_sudo = self.env[model].sudo().with_context(active_test=False)
            for (project,) in documents_sudo._read_group(
                [("project_id", "in", self.ids)], ["project_id"]
            ):
                projects |= project.with_env(self.env)
        return projects

    def _delete_practice_documents(self):
        # who may delete the project may delete all of it; before the requirements it checks
        for model in DOCUMENTS:
            documents_sudo = self.env[model].sudo().with_context(active_test=False)
            documents_sudo.search([("project_id", "in", self.ids)])._delete_practice()
        return super()._delete_practice_documents()
