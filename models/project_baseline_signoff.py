from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError


class ProjectBaseline(models.Model):
    """Sending a baseline to the customer, and what his answer means for its requirements."""

    _name = "project.baseline"
    _inherit = ["project.baseline", "signoff.document.mixin"]
    _movable_fields = ("state", "signoff_state")

    can_send = fields.Boolean(compute="_compute_can_send", export_string_translation=False)
    can_review = fields.Boolean(compute="_compute_can_send", export_string_translation=False)

    @api.depends("state", "kind", "signoff_state")
    @api.depends_context("uid")
    def _compute_can_send(self):
        manages = {project: project._may_manage_delivery() for project in self.project_id}
        for baseline in self:
            opens = (
                baseline.state == "frozen"
                and baseline.signoff_state not in ("running", "approved", "rejected")
                and manages.get(baseline.project_id)
            )
            baseline.can_send = opens and baseline.kind == "customer"
            baseline.can_review = opens and baseline.kind != "customer"

    def action_open_send(self):
        """Open the dialog that asks the customer to confirm this baseline as it was published."""
        self.ensure_one()
        return self.project_id._open_delivery_dialog(
            "project.baseline.send",
            self.env._("Send for Confirmation"),
            {"default_baseline_id": self.id},
            size="extra-large",
        )

    def action_open_review(self):
        """Open the dialog that asks people to review this baseline item by item."""
        self.ensure_one()
        return self.project_id._open_delivery_dialog(
            "project.baseline.review",
            self.env._("Send for Review"),
            {"default_baseline_id": self.id},
        )

    # === HOOKS OF ROUNDS === #

    def _signoff_check_may_send(self):
        self.check_access("read")
        for project in self.project_id:
            project._check_may_manage_delivery()

    def _signoff_check_start(self):
        for baseline in self:
            if baseline.state == "void":
                raise UserError(self.env._("%s is void.", baseline.name))
        # what is internal is reviewed as it stands, complete or not
        self._signoff_to_confirm().line_ids.requirement_id._signoff_check_complete()

    def _signoff_to_confirm(self):
        """Return those of these that the customer confirms; the others are reviewed only."""
        return self.filtered(lambda baseline: baseline.kind == "customer")

    def _signoff_get_items(self, row):
        return [
            {
                "key": line.number,
                "name": line.name,
                "outline": line.outline or "",
                "version": line.version_number,
                "sha256": line.sha256,
            }
            for line in self.line_ids
        ]

    def _signoff_title(self):
        self.ensure_one()
        if self.kind != "customer":
            return self.env._(
                "Review %(name)s of %(project)s", name=self.name, project=self.project_name
            )
        return self.env._(
            "Requirements %(name)s of %(project)s", name=self.name, project=self.project_name
        )

    def _signoff_get_snapshots(self, row):
        # the list is signed, and with it the versions that it names
        return super()._signoff_get_snapshots(row) | self.sudo().line_ids.version_id.snapshot_id

    def _signoff_payload(self):
        return [baseline._get_manifest(baseline.line_ids) for baseline in self]

    def _get_content_files(self):
        # the versions hold their own files
        return {baseline.id: self.env["ir.attachment"].sudo() for baseline in self}

    def _signoff_is_fresh(self, row):
        # a review is of versions; what is reviewed may be mended meanwhile
        return self.kind != "customer" or all(
            line.requirement_id.content_rev == line.version_id.content_rev for line in self.line_ids
        )

    def _signoff_render(self, snapshot):
        """Return the list and the text of every requirement, from the versions that are kept."""
        self.ensure_one()
        compare = self.env["project.requirement.compare"]
        # who reviews for us has confirmed nothing
        previous = self._get_confirmed_before() if self.kind == "customer" else {}
        items = []
        for line in self.line_ids:
            version = line.version_id
            content = version.snapshot_id._get_content()
            # the title stands above its text
            text = {name: value for name, value in content.items() if name != "title"}
            items.append(
                {
                    "line": line,
                    "content": content,
                    "html": Markup(version._show_pictures(compare._render(text, text))),
                    "change": self._get_change_since(line, previous),
                }
            )
        return self.env["ir.qweb"]._render(
            "customer_delivery.signoff_document_baseline",
            {
                "baseline": self,
                "items": items,
                "previous": bool(previous),
                "removed": self._get_removed_since(previous),
                "manifest": snapshot._get_content(),
            },
        )

    def _get_confirmed_before(self):
        """Return {requirement number: line} of what this customer confirmed last."""
        self.ensure_one()
        before = self.search(
            [
                ("project_id", "=", self.project_id.id),
                ("kind", "=", "customer"),
                ("signoff_state", "=", "approved"),
                ("state", "=", "frozen"),
                ("id", "<", self.id),
            ],
            order="id",
        )
        return {line.number: line for line in before.line_ids.sorted("id")}

    def _get_change_since(self, line, previous):
        if not previous:
            return None
        known = previous.get(line.number)
        if not known:
            return "new"
        return None if known.sha256 == line.sha256 else "changed"

    def _get_removed_since(self, previous):
        """Return the lines that were confirmed and whose requirement was cancelled since."""
        here = set(self.line_ids.mapped("number"))
        return [
            line
            for number, line in previous.items()
            if number not in here and line.requirement_id.stage_id.kind == "cancelled"
        ]

    def _signoff_on_event(self, name, row):
        super()._signoff_on_event(name, row)
        # whoever decides needs no right to edit requirements
        lines_sudo = self.sudo()._signoff_to_confirm().line_ids
        requirements_sudo = lines_sudo.requirement_id
        if name == "started":
            requirements_sudo._signoff_begin()
        elif name == "approved":
            lines_sudo._confirm_requirements()
        elif name == "voided":
            lines_sudo._release_requirements()
        else:
            requirements_sudo._signoff_stop()
        if name in ("rejected", "returned", "asked", "deferred", "reset", "expired"):
            self._notify_returned(row)

    def _notify_returned(self, row):
        """Tell the person who runs the project that the customer did not agree."""
        manager = self.sudo().project_id.user_id or row.author_id
        states = dict(row._fields["state"]._description_selection(self.env))
        project_sudo = self.sudo().project_id.with_context(mail_activity_quick_update=True)
        project_sudo.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=manager.id,
            summary=f"{row.name}: {states[row.state]}",
            note=row.end_reason or False,
        )

    def _signoff_restart(self, row, from_key):
        if row.state == "reset":
            # what has changed is another baseline: somebody decides to publish it
            return row.browse()
        return super()._signoff_restart(row, from_key)
