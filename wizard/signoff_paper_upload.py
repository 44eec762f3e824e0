from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core import photo_pdf, short_code
from ..models.signoff_signature import SEAL_KINDS

PDF = "application/pdf"


class SignoffPaperUpload(models.TransientModel):
    """Take in what came back signed and stamped: photos become one PDF under each signature."""

    _name = "signoff.paper.upload"
    _description = "Upload Stamped Copy"

    file_ids = fields.Many2many(
        "ir.attachment",
        "signoff_paper_upload_file_rel",
        string="Photos or Scan",
        help="JPEG, PNG or PDF, in the order of the pages.",
    )
    paper_code = fields.Char(
        string="Code on the Paper",
        help="It stands at the top right and beside the place to sign.",
    )
    round_id = fields.Many2one(
        "signoff.round",
        string="Document",
        compute="_compute_round_id",
        store=True,
        readonly=False,
        ondelete="cascade",
    )
    document_name = fields.Char(related="round_id.name", string="Document Title")
    own_form = fields.Boolean(
        string="Customer's Own Form",
        help="The customer signed on a form of his own, which carries none of our codes.",
    )
    own_form_note = fields.Char(
        string="Which Form", help="Name and number of the customer's form, as printed on it."
    )
    occurred_on = fields.Date(string="Date on the Paper")
    seal_kind = fields.Selection(SEAL_KINDS, default="company", required=True)
    verdict = fields.Selection(
        [
            ("approve", "Agreed"),
            ("conditional", "Agreed with conditions"),
            ("reject", "Refused"),
        ],
        string="What It Says",
        default="approve",
        required=True,
    )
    conditions = fields.Text(help="As written by hand on the paper.")
    comment = fields.Text(string="Reason on the Paper")
    line_ids = fields.One2many(
        "signoff.paper.upload.line",
        "wizard_id",
        string="Who Signed",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )

    # === COMPUTE METHODS === #

    @api.depends("paper_code")
    def _compute_round_id(self):
        for wizard in self:
            # opened from a round it stays with it: the code is checked against that one
            wizard.round_id = wizard.round_id or self.env["signoff.round"]._find_by_code(
                wizard.paper_code
            )

    @api.depends("round_id")
    def _compute_line_ids(self):
        for wizard in self:
            row = wizard.round_id
            signers = row._get_paper_signers() if row.state == "running" else []
            wizard.line_ids = [fields.Command.clear()] + [
                fields.Command.create(
                    {
                        "ref": signer["ref"],
                        "step_name": signer["step_name"],
                        "asked_name": signer["name"],
                        "company_name": signer["company"],
                        "printed_name": signer["name"],
                        "post": signer["post"],
                        # where several may have signed, somebody looks at the paper
                        "is_signed": len(signers) == 1,
                    }
                )
                for signer in signers
            ]

    # === ACTION METHODS === #

    def action_upload(self):
        """Record who signed on the paper, and keep the paper; works on one dialog."""
        self.ensure_one()
        row = self.round_id._entry()
        self._check_complete(row)
        content = self._get_pdf()
        paper = {
            "snapshot_sha256": row.snapshot_sha256,
            "occurred_on": self.occurred_on,
            "seal_kind": self.seal_kind,
            "own_form": self.own_form and self.own_form_note,
            "paper_code": "" if self.own_form else row.paper_code,
            "conditions": self.verdict == "conditional" and self.conditions,
            "files": [(self._get_file_name(row), content, PDF)],
        }
        self._decide(row, paper)
        self._drop_uploads()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The stamped copy of “%s” is kept.", row.name),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _check_complete(self, row):
        """Raise with a sentence that says what is missing or does not fit."""
        if not row:
            raise UserError(
                self.env._("No paper has this code. Please compare it letter by letter.")
            )
        row._check_may_manage()
        row._check_running()
        self._check_code(row)
        if not self.occurred_on:
            raise UserError(self.env._("Please enter the date that stands on the paper."))
        if self.occurred_on > fields.Date.context_today(self):
            raise UserError(self.env._("The date on the paper lies in the future."))
        if not self.line_ids.filtered("is_signed"):
            raise UserError(self.env._("Please tick who signed the paper."))
        if not row.sudo()._get_document()._signoff_is_fresh(row.sudo()):
            raise UserError(
                self.env._(
                    "“%s” was changed after this paper had been printed, so the paper states "
                    "something else. Send the present content and have that signed.",
                    row.name,
                )
            )

    def _check_code(self, row):
        if self.own_form:
            if not (self.own_form_note or "").strip():
                raise UserError(
                    self.env._("Please say which form of the customer this is, e.g. its number.")
                )
            return
        if not row.paper_code:
            raise UserError(
                self.env._(
                    "“%s” was never printed for stamping. Tick “Customer's Own Form” if the "
                    "customer signed a paper of his own.",
                    row.name,
                )
            )
        if not short_code.same(self.paper_code, row.paper_code):
            raise UserError(
                self.env._(
                    "This is not the code of “%s”. Please compare it with the paper: a paper of "
                    "an earlier version carries another code.",
                    row.name,
                )
            )

    def _decide(self, row, paper):
        """Record the decision of everybody who signed, step by step as their turn comes."""
        signed = {line.ref: line for line in self.line_ids if line.is_signed}
        signers = [signer for signer in row._get_paper_signers() if signer["ref"] in signed]
        by_step = {}
        for signer in signers:
            by_step.setdefault(signer["step_key"], []).append(signed[signer["ref"]])
        for signer in signers:
            line, lines = signed[signer["ref"]], by_step[signer["step_key"]]
            slot = row._find_paper_slot(signer["ref"])
            if slot:
                slot._decide(self.verdict, "paper", line._prepare_decision(paper, lines))
            elif not row._is_step_over(signer["step_key"]):
                raise UserError(
                    self.env._(
                        "%(person)s is not asked yet: what comes before step “%(step)s” has not "
                        "been decided.",
                        person=signer["name"],
                        step=signer["step_name"],
                    )
                )

    # === FILES === #

    def _get_pdf(self):
        """Return the bytes of the uploaded files as one PDF."""
        files = [(file.name, file.raw or b"") for file in self.file_ids.sorted("id")]
        try:
            return photo_pdf.to_pdf(files).content
        except photo_pdf.PhotoPdfError as error:
            raise UserError(self._explain(error)) from error

    @api.model
    def _explain(self, error):
        """Return the sentence that says what is wrong with a file and what to do."""
        name, megabytes = error.name, error.limit // (1024 * 1024)
        sentences = {
            photo_pdf.NoFiles: lambda: self.env._("Please add a photo or a scan of the paper."),
            photo_pdf.TooManyFiles: lambda: self.env._(
                "At most %s files can be put together.", error.limit
            ),
            photo_pdf.PhoneFormat: lambda: self.env._(
                "%s is a photo that only phones can show (HEIC). Set the camera to “Most "
                "Compatible”, or send a screenshot of the photo.",
                name,
            ),
            photo_pdf.UnknownKind: lambda: self.env._(
                "%s is neither a JPEG or PNG photo nor a PDF.", name
            ),
            photo_pdf.TooManyPixels: lambda: self.env._(
                "%(file)s has more than %(count)s million pixels. Please take it with a lower "
                "resolution.",
                file=name,
                count=error.limit // 1_000_000,
            ),
            photo_pdf.TooManyPages: lambda: self.env._(
                "These are more than %s pages. Please send the signed pages only.", error.limit
            ),
            photo_pdf.Damaged: lambda: self.env._(
                "%s is damaged or was cut off on the way. Please send it again.", name
            ),
            photo_pdf.Encrypted: lambda: self.env._(
                "%s is protected by a password. Please save it without one.", name
            ),
            photo_pdf.ActiveContent: lambda: self.env._(
                "%s contains programs, forms or other files. Please print it to a new PDF, or "
                "take photos of its pages.",
                name,
            ),
            photo_pdf.TooLarge: lambda: self.env._(
                "%(file)s is too large (at most %(size)s MB).",
                file=name or self.env._("The paper"),
                size=max(megabytes, 1),
            ),
        }
        return sentences[type(error)]()

    def _get_file_name(self, row):
        code = row.paper_code if not self.own_form else self.own_form_note
        name = f"{row.name} {short_code.show(code) if not self.own_form else code}.pdf"
        return name.replace("/", "-")

    def _drop_uploads(self):
        """Delete what was only brought here: it is kept as one PDF now."""
        # the files of this dialog, uploaded by this user and tied to nothing else
        self.file_ids.sudo().filtered(
            lambda file: file.res_model == self._name and file.create_uid == self.env.user
        ).unlink()

    @api.autovacuum
    def _gc_uploads(self):
        """Delete what was uploaded into dialogs that nobody finished."""
        limit = fields.Datetime.now() - timedelta(days=1)
        self.env["ir.attachment"].search(
            [
                ("res_model", "in", [self._name, "signoff.record"]),
                ("create_date", "<", limit),
            ],
            limit=1000,
        ).unlink()
