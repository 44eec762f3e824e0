from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ..core import short_code


class SignoffRoundPaper(models.AbstractModel):
    """Papers of a round: what is shown is the rendition that was kept, never the live record."""

    _name = "signoff.round.paper"
    _description = "Paper of a Round"
    _inherit = ["signoff.paper"]

    @api.model
    def _get_report_values(self, docids, data=None):
        """Return the papers to print.

        :param list docids: ids of rounds
        :param dict data: ``lang``, else the language of the document
        """
        if not self.env.user._is_internal():
            raise AccessError(self.env._("Please ask your contact person for this document."))
        rounds = self.env["signoff.round"].browse(docids or [])
        rounds.check_access("read")
        wanted = (data or {}).get("lang")
        return {"papers": [self._prepare_paper(row, wanted) for row in rounds]}

    @api.model
    def _prepare_paper(self, row, lang=None):
        """Return what a template prints of a round; the caller has checked who reads it.

        :param str lang: one of those in which the round was shown, else the document's
        """
        rendition_sudo = self.env["signoff.rendition"]._get_for(row, lang or row.lang)
        if not rendition_sudo:
            raise UserError(
                self.env._("Nobody outside was shown “%s”: there is nothing to print.", row.name)
            )
        self = self.with_context(lang=rendition_sudo.lang)
        return self._prepare_values(row.with_env(self.env), rendition_sudo)

    @api.model
    def _prepare_values(self, row, rendition_sudo):
        # names and logo of the two sides, for whoever may read the round at all
        row_sudo = row.sudo()
        company_sudo, project_sudo = row_sudo.company_id, row_sudo.project_id
        document_sudo = row_sudo._get_document()
        practice = bool(project_sudo.delivery_practice)
        return {
            "lang": self.env.lang,
            "title": document_sudo._signoff_paper_title(),
            "project": project_sudo.name or "",
            "customer": project_sudo.partner_id.commercial_partner_id.name or "",
            "supplier": company_sudo.name,
            "logo": not company_sudo.uses_default_logo and company_sudo.logo,
            "practice": practice,
            "watermark": self._get_watermark() if practice else "",
            "date": format_date(self.env, self._get_day(row_sudo, row_sudo.started_at)),
            "references": document_sudo._signoff_paper_references(),
            # the rendition was made by us from canonical text, and is checked by its code
            "body": Markup(rendition_sudo.html),
            "sha256": row_sudo.snapshot_sha256,
            "code": self._shorten(row_sudo.snapshot_sha256),
        }

    @api.model
    def _get_day(self, row_sudo, moment):
        zone = self._get_zone(row_sudo.company_id)
        return fields.Datetime.context_timestamp(self.with_context(tz=zone), moment).date()


class ReportSignoffToStamp(models.AbstractModel):
    """What a customer signs and stamps by hand."""

    _name = "report.customer_delivery.signoff_paper_to_stamp"
    _description = "Paper to Sign and Stamp"
    _inherit = ["signoff.round.paper"]

    @api.model
    def _prepare_values(self, row, rendition_sudo):
        if not row.paper_code:
            raise UserError(self.env._("Use the button “Print for Stamping” of the round."))
        signers = row._get_paper_signers()
        link = f"{row.get_base_url()}/delivery/paper/{row.paper_code}"
        return {
            **super()._prepare_values(row, rendition_sudo),
            "paper_code": short_code.show(row.paper_code),
            "qr": self._get_qr_uri(link),
            "meanings": list(dict.fromkeys(signer["meaning"] for signer in signers)),
            "signatures": self._prepare_places(row, signers),
            "return_to": self._get_return_text(row.sudo()),
        }

    @api.model
    def _prepare_places(self, row, signers):
        """Return the places to sign, one for each company, as ``paper_signatures`` prints them."""
        places = {}
        for signer in signers:
            key = (signer["side"], signer["company"])
            places.setdefault(key, []).append({"name": signer["name"], "post": signer["post"]})
        if not any(side == "supplier" for side, _company in places):
            places["supplier", row.sudo().company_id.name] = self._get_own_signers(row)
        return [
            {"side": self._get_side_label(side), "company": company, "signers": people}
            for (side, company), people in places.items()
        ]

    @api.model
    def _get_own_signers(self, row):
        parties_model = self.env["project.party"]
        # who signs for us stands on the paper that he signs
        parties_sudo = parties_model.sudo().search(
            [
                ("project_id", "=", row.project_id.id),
                ("side", "=", "supplier"),
                ("may_sign", "=", True),
                ("is_current", "=", True),
            ]
        )
        people = [
            {"name": party.partner_id.name, "post": party.title or party.role_id.name or ""}
            for party in parties_sudo
        ]
        return people or [{"name": "", "post": ""}]

    @api.model
    def _get_return_text(self, row_sudo):
        contact = row_sudo.project_id.user_id or row_sudo.author_id
        if contact.partner_id.phone:
            return self.env._(
                "After signing and stamping, please photograph every page and send the photos to "
                "%(contact)s, %(phone)s.",
                contact=contact.name,
                phone=contact.partner_id.phone,
            )
        return self.env._(
            "After signing and stamping, please photograph every page and send the photos to "
            "%(contact)s.",
            contact=contact.name,
        )


class ReportSignoffAsSigned(models.AbstractModel):
    """What was signed, with the signatures that it has."""

    _name = "report.customer_delivery.signoff_paper_as_signed"
    _description = "Document With Its Signatures"
    _inherit = ["signoff.round.paper"]

    @api.model
    def _prepare_values(self, row, rendition_sudo):
        zone = self._get_zone(row.company_id)
        states = dict(row._fields["state"]._description_selection(self.env))
        signed = self._get_signed(row, outside=True)[row.id]
        return {
            **super()._prepare_values(row, rendition_sudo),
            "state": states[row.state],
            "signed": [self._lay_out(each, zone) for each in signed],
        }
