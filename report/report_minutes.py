from odoo import api, models
from odoo.exceptions import AccessError, UserError


class ReportSignoffMinutes(models.AbstractModel):
    """The minutes of a review: who took part, what was said of each item, how it ended."""

    _name = "report.customer_delivery.signoff_paper_minutes"
    _description = "Review Minutes"

    @api.model
    def _get_report_values(self, docids, data=None):
        """Return the minutes to print.

        :param list docids: ids of rounds
        """
        if not self.env.user._is_internal():
            raise AccessError(self.env._("Please ask your contact person for this document."))
        rounds = self.env["signoff.round"].browse(docids or [])
        rounds.check_access("read")
        papers = []
        for row in rounds:
            # names and logo of the two sides, for whoever may read the round at all
            row_sudo = row.sudo().with_context(lang=row.sudo().lang or self.env.lang)
            if not row_sudo.remark_ids:
                raise UserError(
                    self.env._("Nobody has remarked on an item of “%s” yet.", row_sudo.name)
                )
            project_sudo = row_sudo.project_id
            papers.append(
                {
                    "lang": row_sudo.env.lang,
                    "name": row_sudo.name,
                    "project": project_sudo.name or "",
                    "customer": project_sudo.partner_id.commercial_partner_id.name or "",
                    "supplier": row_sudo.company_id.name,
                    "code": self.env["signoff.paper"]._shorten(row_sudo.snapshot_sha256),
                    "number": row_sudo.number,
                    **row_sudo._get_minutes_head(),
                    "body": row_sudo._render_minutes(printed=True),
                }
            )
        return {"papers": papers}
