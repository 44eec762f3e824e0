from base64 import b64encode
from datetime import timedelta

from odoo import api, fields, models


class ProjectAcceptanceDeem(models.TransientModel):
    """Count a delivery as accepted because the customer did not answer a proven notice."""

    _name = "project.acceptance.deem"
    _description = "Count as Accepted"

    acceptance_id = fields.Many2one(
        "project.acceptance",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.context.get("active_id"),
    )
    days = fields.Integer(related="acceptance_id.kind_id.deemed_days", string="Agreed Days")
    notice_on = fields.Date(string="Notice Received On", required=True)
    notice_how = fields.Char(string="How Notice Was Given", required=True)
    clause = fields.Text(string="Clause of the Contract", required=True)
    file_ids = fields.Many2many(
        "ir.attachment",
        "project_acceptance_deem_file_rel",
        string="Proof",
        help="Delivery receipt, mail, signed copy of the notice.",
    )

    def action_deem(self):
        """Count the acceptance as accepted; works on one dialog."""
        self.ensure_one()
        self.acceptance_id.action_deem(
            fields.Date.to_string(self.notice_on),
            self.notice_how,
            self.clause,
            [
                {"name": file.name, "data": b64encode(file.raw or b"").decode()}
                for file in self.file_ids.sorted("id")
            ],
        )
        # kept with the acceptance now; these were only brought here, by this user
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
