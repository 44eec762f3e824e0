from odoo import api, fields, models

from ..core.canonical import digest
from ..core.grant import Granted

PRINT_EVENT = "signoff.print"
REPORT = "customer_delivery.signoff_round_report_as_signed"


class SignoffRound(models.Model):
    """What follows, after the commit, from the end of a round: tasks, copies, the paper."""

    _inherit = "signoff.round"

    # the paper, made once after the last signature and never again
    pdf_attachment_id = fields.Many2one(
        "ir.attachment", string="Signed Document", readonly=True, ondelete="restrict"
    )
    pdf_sha256 = fields.Char(string="Check Code of the Paper", readonly=True)

    @api.model
    def _get_event_names(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        return {
            PRINT_EVENT: self.env._("Signed document to be printed"),
            **{
                f"signoff.{state}": label
                for state, label in labels.items()
                if state not in ("running", "asked")
            },
        }

    def _get_event_words(self, _name, _payload, _lang):
        """Return the words in which a chat group of ours is told how this round ended."""
        self.ensure_one()
        return {
            "project": self.project_id.name,
            "document": self.name,
            "link": f"{self.get_base_url()}/odoo/customer-delivery-rounds/{self.id}",
        }

    def _on_delivery_event(self, name, payload):
        """Carry out what follows from the end of this round; the outbox calls it."""
        self.ensure_one()
        if name == PRINT_EVENT:
            self._print_once()
            return
        self.slot_ids._close_requests()
        # a round that has been voided since is no reason to congratulate anybody
        if name == "signoff.approved" and self.state == "approved":
            self._tell_approved()
            self._mail_copies()
            if self.decision_ids.signature_ids:
                # tried apart: evidence and mails do not wait for the printer
                self.env["delivery.event"]._emit(PRINT_EVENT, self, key=PRINT_EVENT)

    def _tell_approved(self):
        """Tell those who run the project that the customer has agreed."""
        users = self._get_document()._signoff_get_told(self)
        for user in users.filtered(lambda user: user.active and not user.share):
            row = self.with_context(lang=user.lang)
            self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(
                {
                    "activity_type_id": self.env.ref(
                        "customer_delivery.mail_activity_type_signed"
                    ).id,
                    "user_id": user.id,
                    "res_model_id": self.env["ir.model"]._get_id("project.project"),
                    "res_id": self.project_id.id,
                    "summary": row.env._("Signed: %(document)s", document=row.name),
                }
            )

    # === COPIES === #

    def _mail_copies(self):
        """Tell each contact who signed where his copy lies, in one mail."""
        signed = self.slot_ids.filtered(
            lambda slot: slot.state == "done" and not slot.user_id and slot.partner_id
        )
        for partner, slots in signed.grouped("partner_id").items():
            self.env["delivery.notice"]._mail_customer(
                partner,
                lambda env: env._("Signed by everybody: %(document)s", document=self.name),
                [lambda env: env._("Your copy is ready. It shows who signed, when and how.")],
                self,
                url=slots[-1]._get_copy_url(),
                button=lambda env: env._("Open My Copy"),
                key=f"signoff.copy|{self.id}|{partner.id}",
            )

    # === THE PAPER === #

    def _print_once(self):
        """Make the paper with its signatures and keep it; what is there stays as it is."""
        self.ensure_one()
        if self.pdf_attachment_id:
            return
        content = self._render_signed_pdf()
        # nobody writes files of evidence; whoever reads the round reads its paper
        attachment_sudo = (
            self.env["ir.attachment"]
            .sudo()
            .with_context({})
            .create(
                {
                    "name": f"{self.name} {self.snapshot_sha256[:12]}.pdf",
                    "raw": content,
                    "mimetype": "application/pdf",
                    "description": digest(content),
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
        )
        self.sudo().write(Granted(pdf_attachment_id=attachment_sudo.id, pdf_sha256=digest(content)))

    def _render_signed_pdf(self):
        """Return the paper as bytes; raises while no printer is installed."""
        reports = self.env["ir.actions.report"].with_context(lang=self.lang)
        content, kind = reports._render_qweb_pdf(REPORT, self.ids)
        if kind != "pdf":
            raise ValueError("the paper was not printed as PDF")
        return content

    def _get_signed_pdf(self):
        """Return the kept paper (superuser), empty while it is being printed."""
        self.ensure_one()
        return self.sudo().pdf_attachment_id

    def _find_pdf_problem(self):
        """Return what is wrong with the kept paper, or nothing."""
        self.ensure_one()
        if not self.pdf_sha256:
            return ""
        attachment_sudo = self._get_signed_pdf()
        content = self._read_file(attachment_sudo) if attachment_sudo else b""
        if not content:
            return self.env._("A file is missing: %s", self.env._("signed document"))
        if digest(content) != self.pdf_sha256:
            return self.env._("A file was changed: %s", self.env._("signed document"))
        return ""

    def _find_shared_problems(self, known):
        """Return {id: problem} of what all decisions of a round rest on.

        :param dict known: those of rounds that were looked at just before
        """
        return {
            row.id: known[row.id]
            if row.id in known
            else row.snapshot_id._find_problem() or row._find_pdf_problem()
            for row in self
        }

    def action_print_signed(self):
        """Hand out the paper that was kept; before that, print how it stands now."""
        row = self._entry()
        row.ensure_one()
        row.check_access("read")
        attachment_sudo = row._get_signed_pdf()
        if not attachment_sudo or row.state != "approved":
            return super().action_print_signed()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment_sudo.id}?download=true",
            "target": "download",
        }
