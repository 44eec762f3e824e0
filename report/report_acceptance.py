from odoo import api, models
from odoo.tools import format_date

from ..core.canonical import dumps, loads

# the content is fixed from here on: what was signed is printed, not what was edited since
SIGNED_STATES = ("signed", "failed", "revoked")


class ReportAcceptance(models.AbstractModel):
    """The acceptance report (验收报告): what was checked, what came out, who signed.

    Before both sides have signed it shows the present content and places to sign; after that the
    content that was signed, with its signatures or the proof that it is deemed accepted.
    """

    _name = "report.customer_delivery.report_acceptance"
    _description = "Acceptance Report"
    _inherit = ["project.requirement.paper"]

    _paper_code = "AR"

    @api.model
    def _get_report_values(self, docids, data=None):
        """Return the papers to print, one for each acceptance, in the language of each.

        :param list docids: acceptance ids
        """
        self._check_may_print()
        acceptances = self.env["project.acceptance"].browse(docids or [])
        acceptances.check_access("read")
        return {"papers": [self._prepare_paper(acceptance) for acceptance in acceptances]}

    @api.model
    def _prepare_paper(self, acceptance):
        signed = acceptance.state in SIGNED_STATES
        content = self._get_content(acceptance, signed)
        self = self.with_context(lang=content["lang"])
        acceptance = acceptance.with_env(self.env)
        frame = self._prepare_frame(
            content["title"],
            acceptance.project_id,
            acceptance.project_id.partner_id,
            acceptance.company_id,
            {},
        )
        blocks = self._prepare_signed_blocks(acceptance) if signed else []
        return {
            **frame,
            "code": content["number"],
            "body": acceptance._prepare_paper(content),
            "conclusion": (content.get("conclusion") or {}).get("label", ""),
            "copies": content.get("copies") or "",
            "team": content.get("team", []),
            "signed": blocks,
            "signed_versions": [],
            "deemed": self._prepare_deemed(acceptance) if signed else [],
            "revoked": acceptance.revoke_reason if acceptance.state == "revoked" else "",
        }

    @api.model
    def _get_content(self, acceptance, signed):
        if signed:
            # who reads the acceptance reads what of it was signed
            acceptance_sudo = acceptance.sudo()
            snapshot_sudo = (
                acceptance_sudo._get_deemed().sudo().snapshot_id
                or acceptance_sudo.signoff_round_id.snapshot_id
            )
            if snapshot_sudo:
                return snapshot_sudo._get_content()
        return loads(dumps(acceptance._signoff_payload()[0]))

    @api.model
    def _prepare_signed_blocks(self, acceptance):
        row = acceptance.signoff_round_id
        if not row or acceptance.deemed:
            return []
        zone = self._get_zone(acceptance.company_id)
        # both sides keep this paper
        signed = self._get_signed(row, outside=True)[row.id]
        return [self._lay_out(each, zone) for each in signed]

    @api.model
    def _prepare_deemed(self, acceptance):
        """Return [(label, text)] of the proof that stands in place of signatures."""
        # who reads the acceptance reads why it counts
        deemed_sudo = acceptance._get_deemed().sudo()
        if not deemed_sudo:
            return []
        zone = self._get_zone(acceptance.company_id)
        recorded = self._format_moment(deemed_sudo.recorded_at, zone)
        return [
            (self.env._("Notice received on"), format_date(self.env, deemed_sudo.notice_on)),
            (self.env._("How notice was given"), deemed_sudo.notice_how),
            (self.env._("Agreed working days"), str(deemed_sudo.days)),
            (self.env._("No answer until"), format_date(self.env, deemed_sudo.until)),
            (self.env._("Reminders sent"), str(deemed_sudo.reminders)),
            (self.env._("Clause of the contract"), deemed_sudo.clause),
            (self.env._("Recorded"), f"{recorded} · {deemed_sudo.author_name}"),
        ]
