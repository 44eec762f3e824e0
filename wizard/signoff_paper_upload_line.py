from odoo import fields, models


class SignoffPaperUploadLine(models.TransientModel):
    """One person who may have signed the paper."""

    _name = "signoff.paper.upload.line"
    _description = "Signer on a Stamped Copy"

    wizard_id = fields.Many2one(
        "signoff.paper.upload", required=True, index=True, ondelete="cascade"
    )
    # names the person within the round; whom it means is looked up again on recording
    ref = fields.Char(required=True, export_string_translation=False)
    step_name = fields.Char(string="Step", readonly=True)
    asked_name = fields.Char(string="Asked", readonly=True)
    company_name = fields.Char(string="Company", readonly=True)
    is_signed = fields.Boolean(string="Signed")
    printed_name = fields.Char(string="Name on the Paper")
    post = fields.Char()

    def _prepare_decision(self, paper, lines):
        """Return the values of this person's decision.

        :param dict paper: what is the same for all who signed
        :param lines: all who signed for the same step, this one included
        """
        self.ensure_one()
        comment = self.wizard_id.comment or ""
        if len(lines) > 1:
            # where one signature is enough, the others are kept with it
            names = ", ".join(line.printed_name or line.asked_name for line in lines)
            signers = self.env._("Signed on this paper by: %s", names)
            comment = "\n".join(filter(None, [comment, signers]))
        return {
            **paper,
            "printed_name": (self.printed_name or "").strip(),
            "post": (self.post or "").strip(),
            "comment": comment.strip(),
        }
