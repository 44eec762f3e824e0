from odoo import api, fields, models

from ..core.canonical import digest
from ..core.grant import Granted


class ProjectAcceptanceDeemed(models.Model):
    """Proof of a deemed acceptance (视同验收): notice given, days passed, no answer."""

    _name = "project.acceptance.deemed"
    _description = "Deemed Acceptance"
    _inherit = ["signoff.coded.mixin"]
    _order = "id desc"

    acceptance_id = fields.Many2one(
        "project.acceptance", readonly=True, index=True, ondelete="restrict"
    )
    snapshot_id = fields.Many2one(
        "signoff.snapshot", readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True, ondelete="restrict")
    document_name = fields.Char(required=True, readonly=True)
    snapshot_sha256 = fields.Char(string="Check Code", required=True, readonly=True)
    notice_on = fields.Date(string="Notice Received On", required=True, readonly=True)
    notice_how = fields.Char(string="How Notice Was Given", required=True, readonly=True)
    notice_files = fields.Text(
        readonly=True, help="Names and check codes of the files that prove the notice."
    )
    days = fields.Integer(string="Agreed Working Days", readonly=True, aggregator=None)
    until = fields.Date(string="Answer Until", readonly=True)
    reminders = fields.Integer(string="Reminders Sent", readonly=True, aggregator=None)
    clause = fields.Text(string="Clause of the Contract", required=True, readonly=True)
    author_id = fields.Many2one(
        "res.users", string="Recorded By", readonly=True, index=True, ondelete="restrict"
    )
    author_name = fields.Char(readonly=True)
    recorded_at = fields.Datetime(required=True, readonly=True)

    @api.depends("document_name")
    def _compute_display_name(self):
        for deemed in self:
            deemed.display_name = self.env._("Deemed accepted: %s", deemed.document_name)

    def _is_practice(self):
        return self.acceptance_id._is_practice()

    @api.model
    def _record(self, acceptance, notice_on, notice_how, clause, files, days=0, until=False):
        """Record the proof; the caller has checked who may and what holds.

        :param files: [(name, bytes)] that prove the notice
        :param int days: working days that the customer had
        :param until: the last of them
        :return: the new row (superuser)
        """
        snapshot_sudo = self.env["signoff.snapshot"]._take(acceptance)
        # evidence has no ACL for anybody: this method is its only door
        deemed_sudo = self.sudo().create(
            [
                Granted(
                    acceptance_id=acceptance.id,
                    snapshot_id=snapshot_sudo.id,
                    company_id=acceptance.company_id.id,
                    document_name=acceptance._signoff_title(),
                    snapshot_sha256=snapshot_sudo.sha256,
                    notice_on=notice_on,
                    notice_how=notice_how,
                    notice_files="\n".join(f"{digest(raw)}  {name}" for name, raw in files),
                    days=days,
                    until=until,
                    reminders=acceptance.deemed_reminders,
                    clause=clause,
                    author_id=self.env.uid,
                    author_name=self.env.user.name,
                    recorded_at=fields.Datetime.now(),
                )
            ]
        )
        self.env["ir.attachment"].sudo().create(
            [
                {"name": name, "raw": raw, "res_model": self._name, "res_id": deemed_sudo.id}
                for name, raw in files
            ]
        )
        return deemed_sudo
