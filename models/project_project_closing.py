from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from .project_project import STAFF_GROUPS


class ProjectProject(models.Model):
    """Closing a project: everything that was agreed, in one pack."""

    _inherit = "project.project"

    delivery_closing_pack_count = fields.Integer(
        string="Close-Out Packs",
        compute="_compute_delivery_closing_pack_count",
        groups=STAFF_GROUPS,
    )

    def _compute_delivery_closing_pack_count(self):
        packs = self.env["project.closing.pack"]
        counts = {}
        if packs.has_access("read"):
            ready = [("project_id", "in", self.ids), ("state", "=", "ready")]
            counts = {
                project.id: count
                for project, count in packs._read_group(ready, ["project_id"], ["__count"])
            }
        for project in self:
            project.delivery_closing_pack_count = counts.get(project._origin.id, 0)

    # === ACTION METHODS === #

    def action_open_closing_pack(self):
        """Open the last close-out pack of this project, or make the first one."""
        self.ensure_one()
        packs = self.env["project.closing.pack"]
        packs.check_access("read")
        pack = packs.search([("project_id", "=", self.id)], limit=1)
        return pack._open() if pack else self.action_build_closing_pack()

    def action_build_closing_pack(self):
        """Have a close-out pack made of this project, active or archived; works on one project.

        The papers are printed by the outbox: the person who asks is told when it is ready.

        :return: action that shows the pack
        """
        project = self.with_env(self.env["delivery.guarded.mixin"].with_env(self.env)._entry().env)
        project.ensure_one()
        project._check_may_build_closing_pack()
        return self.env["project.closing.pack"].with_env(project.env)._request(project)._open()

    def _check_may_build_closing_pack(self):
        """Allow delivery users who see the project."""
        self.check_access("read")
        if not self.env.user.has_group("customer_delivery.group_delivery_user"):
            raise AccessError(self.env._("Only delivery users may make close-out packs."))
        if not self.delivery_mode_id:
            raise UserError(self.env._("This project does not use delivery."))

    def _delete_practice_documents(self):
        # who may delete the practice project may delete what was packed of it
        packs_sudo = self.env["project.closing.pack"].sudo()
        packs_sudo.search([("project_id", "in", self.filtered("delivery_practice").ids)]).unlink()
        return super()._delete_practice_documents()
