from odoo import api, fields, models

from ..core.canonical import digest
from ..core.grant import Granted


class ProjectAcceptanceNotice(models.Model):
    """Proof that the customer was asked to accept, and until when his silence is no consent."""

    _name = "project.acceptance.notice"
    _description = "Notice of an Acceptance"
    _inherit = ["signoff.coded.mixin"]
    _order = "id desc"

    acceptance_id = fields.Many2one(
        "project.acceptance", readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True, ondelete="restrict")
    document_name = fields.Char(required=True, readonly=True)
    notice_on = fields.Date(string="Notice Received On", required=True, readonly=True)
    notice_how = fields.Char(string="How Notice Was Given", required=True, readonly=True)
    notice_files = fields.Text(
        string="Check Codes of Files",
        readonly=True,
        help="Names and check codes of the files that prove the notice.",
    )
    days = fields.Integer(string="Agreed Working Days", readonly=True, aggregator=None)
    until = fields.Date(
        string="Answer Until",
        required=True,
        readonly=True,
        help="By the company's calendar when the notice was noted; later holidays change nothing.",
    )
    clause = fields.Text(string="Clause of the Contract", required=True, readonly=True)
    author_id = fields.Many2one(
        "res.users", string="Recorded By", readonly=True, index=True, ondelete="restrict"
    )
    author_name = fields.Char(string="Noted By", readonly=True)
    recorded_at = fields.Datetime(string="Recorded", required=True, readonly=True)
    attachment_ids = fields.One2many(
        "ir.attachment",
        "res_id",
        string="Files of the Notice",
        domain=[("res_model", "=", "project.acceptance.notice")],
        readonly=True,
    )

    @api.depends("document_name")
    def _compute_display_name(self):
        for notice in self:
            notice.display_name = self.env._("Notice: %s", notice.document_name)

    def _is_practice(self):
        return self.acceptance_id._is_practice()

    @api.model
    def _record(self, acceptance, notice_on, notice_how, clause, files, until):
        """Record a notice; the caller has checked who may and what holds.

        :param files: [(name, bytes)] that prove it
        :param date until: last day for an answer
        :return: the new row (superuser)
        """
        # evidence has no ACL for anybody: this method is its only door
        notice_sudo = self.sudo().create(
            [
                Granted(
                    acceptance_id=acceptance.id,
                    company_id=acceptance.company_id.id,
                    document_name=acceptance._signoff_title(),
                    notice_on=notice_on,
                    notice_how=notice_how,
                    notice_files="\n".join(f"{digest(raw)}  {name}" for name, raw in files),
                    days=acceptance.kind_id.deemed_days,
                    until=until,
                    clause=clause,
                    author_id=self.env.uid,
                    author_name=self.env.user.name,
                    recorded_at=fields.Datetime.now(),
                )
            ]
        )
        notice_sudo._keep_files([(name, raw, False) for name, raw in files])
        return notice_sudo

    def _read_files(self):
        """Return [(name, bytes)] of what proves this notice."""
        self.ensure_one()
        return [(file.name, self._read_file(file)) for file in self.sudo().attachment_ids]
