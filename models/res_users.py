from base64 import b64encode

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ..core.vcard import vcard

QR_SIZE = 240
# evidence that names who recorded it
EVIDENCE = (
    "signoff.snapshot",
    "signoff.void",
    "project.requirement.version",
    "project.baseline",
    "project.acceptance.verdict",
    "project.acceptance.notice",
    "project.acceptance.deemed",
    "project.milestone.override",
)


class ResUsers(models.Model):
    _name = "res.users"
    _inherit = ["res.users", "delivery.kept.mixin"]

    def write(self, vals):
        result = super().write(vals)
        if vals.get("active") is False:
            # of all companies: whoever is gone is asked nowhere
            waiting_sudo = self.env["signoff.slot"].sudo()
            waiting_sudo = waiting_sudo.search(
                [("user_id", "in", self.ids), ("state", "=", "pending")]
            )
            self.env["delivery.event"]._emit("signoff.left", waiting_sudo)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_author_of_evidence(self):
        authors = self.browse()
        for model in EVIDENCE:
            # of all companies: who recorded anything anywhere stays
            evidence_sudo = self.env[model].sudo()
            groups = evidence_sudo._read_group([("author_id", "in", self.ids)], ["author_id"])
            for (author,) in groups:
                authors |= author.with_env(self.env)
        if authors:
            raise UserError(
                self.env._(
                    "%(users)s recorded versions or baselines that must keep their author. "
                    "Archive the user instead.",
                    users=format_list(self.env, authors.mapped("name")),
                )
            )

    def _get_delivery_card_image(self):
        """Return this user's contact as a QR code, in the form of an address of a picture."""
        self.ensure_one()
        card = vcard(
            self.name,
            company=self.company_id.name,
            post=self.partner_id.function,
            phone=self.phone or self.company_id.phone,
            email=self.email,
        )
        picture = self.env["ir.actions.report"].barcode("QR", card, width=QR_SIZE, height=QR_SIZE)
        return f"data:image/png;base64,{b64encode(picture).decode()}"
