from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.grant import Granted


class ProjectChangeCondition(models.Model):
    """A condition under which a change was approved; it is met by somebody, by a day."""

    _name = "project.change.condition"
    _description = "Condition of an Approval"
    _inherit = ["delivery.guarded.mixin"]
    _order = "change_id, is_met, date_deadline, id"

    _control_fields = ("asked_by", "is_met", "met_by_id", "met_at")

    change_id = fields.Many2one("project.change", required=True, index=True, ondelete="cascade")
    name = fields.Text(string="Condition", required=True)
    asked_by = fields.Char(readonly=True)
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        domain=[("share", "=", False)],
        ondelete="restrict",
    )
    date_deadline = fields.Date(string="Due")
    is_met = fields.Boolean(string="Met", readonly=True)
    met_by_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    met_at = fields.Datetime(readonly=True)
    note = fields.Char()

    def write(self, vals):
        if "name" in vals and any(row.asked_by and row.name != vals["name"] for row in self):
            raise UserError(self.env._("What was asked for stays as it was said."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_asked(self):
        if any(row.asked_by and not row.change_id._may_delete_agreed() for row in self):
            raise UserError(
                self.env._("A condition of the approval stays. Say that it is met when it is.")
            )

    def action_met(self):
        """Say that these conditions are met; works on many."""
        conditions = self._entry()
        conditions.check_access("write")
        conditions.filtered(lambda row: not row.is_met).write(
            Granted(is_met=True, met_by_id=self.env.uid, met_at=fields.Datetime.now())
        )
        conditions.change_id._after_conditions_met()
        return True
