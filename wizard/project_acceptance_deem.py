from base64 import b64encode
from datetime import timedelta

from odoo import api, fields, models


class ProjectAcceptanceDeem(models.TransientModel):
    """Note with proof that the customer was asked to accept; from then on the days run."""

    _name = "project.acceptance.deem"
    _description = "Notice to the Customer"

    acceptance_id = fields.Many2one(
        "project.acceptance",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.context.get("active_id"),
    )
    days = fields.Integer(related="acceptance_id.kind_id.deemed_days", string="Agreed Days")
    until = fields.Date(compute="_compute_until", string="Answer Until")
    notice_on = fields.Date(string="Notice Received On", required=True)
    notice_how = fields.Char(string="How Notice Was Given", required=True)
    clause = fields.Text(string="Clause of the Contract", required=True)
    file_ids = fields.Many2many(
        "ir.attachment",
        "project_acceptance_deem_file_rel",
        string="Proof",
        help="Delivery receipt, mail, signed copy of the notice.",
    )

    @api.depends("notice_on", "acceptance_id")
    def _compute_until(self):
        for dialog in self:
            days = dialog.acceptance_id.kind_id.deemed_days
            dialog.until = (
                dialog.acceptance_id.company_id._plan_delivery_day(dialog.notice_on, days)
                if dialog.notice_on and days
                else False
            )

    def action_note(self):
        """Note the notice; works on one dialog."""
        self.ensure_one()
        self.acceptance_id.action_note_notice(
            fields.Date.to_string(self.notice_on),
            self.notice_how,
            self.clause,
            [
                {"name": file.name, "data": b64encode(file.raw or b"").decode()}
                for file in self.file_ids.sorted("id")
            ],
        )
        # kept with the notice now; these were only brought here, by this user
        self.file_ids.sudo().filtered(
            lambda file: file.res_model == self._name and file.create_uid == self.env.user
        ).unlink()
        return {"type": "ir.actions.act_window_close"}

    @api.autovacuum
    def _gc_uploads(self):
        """Delete what was uploaded into dialogs that nobody finished."""
        limit = fields.Datetime.now() - timedelta(days=1)
        self.env["ir.attachment"].search(
            [("res_model", "=", self._name), ("create_date", "<", limit)], limit=1000
        ).unlink()
