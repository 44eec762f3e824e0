from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core import upload

MEGABYTE = 1024 * 1024


class SignoffRecord(models.TransientModel):
    """Record what the customer said (代客户登记); it is never shown as his own act."""

    _name = "signoff.record"
    _description = "Record a Decision for the Customer"

    round_id = fields.Many2one(
        "signoff.round", string="Document", required=True, ondelete="cascade"
    )
    document_name = fields.Char(related="round_id.name", string="Document Title")
    slot_domain = fields.Binary(compute="_compute_slot_domain", export_string_translation=False)
    slot_id = fields.Many2one(
        "signoff.slot",
        string="Who Was Asked",
        compute="_compute_slot_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="cascade",
    )
    said_by = fields.Char(
        string="Who Said It",
        compute="_compute_said_by",
        store=True,
        readonly=False,
        precompute=True,
    )
    post = fields.Char(compute="_compute_said_by", store=True, readonly=False, precompute=True)
    verdict = fields.Selection(
        [
            ("approve", "Agreed"),
            ("conditional", "Agreed with conditions"),
            ("reject", "Refused"),
            ("ask", "Question asked"),
        ],
        string="What Was Said",
        default="approve",
        required=True,
    )
    said_via = fields.Selection(
        [
            ("chat", "Chat"),
            ("phone", "Phone"),
            ("meeting", "Meeting"),
            ("site", "On site"),
            ("mail", "Mail"),
            ("paper", "Paper"),
        ],
        string="How",
        default="chat",
        required=True,
    )
    occurred_on = fields.Date(string="When", default=fields.Date.context_today, required=True)
    words = fields.Text(string="In His Words")
    conditions = fields.Text()
    file_ids = fields.Many2many(
        "ir.attachment",
        "signoff_record_file_rel",
        string="Proof",
        help="Chat screenshot, photo, minutes, recording.",
    )

    # === COMPUTE METHODS === #

    @api.depends("round_id")
    def _compute_slot_domain(self):
        for wizard in self:
            wizard.slot_domain = [("id", "in", wizard._get_slots().ids)]

    @api.depends("round_id")
    def _compute_slot_id(self):
        for wizard in self:
            slots = wizard._get_slots()
            wizard.slot_id = slots if len(slots) == 1 else wizard.slot_id & slots

    @api.depends("slot_id")
    def _compute_said_by(self):
        for wizard in self:
            wizard.said_by = wizard.slot_id.person_name
            wizard.post = wizard.slot_id.person_post

    def _get_slots(self):
        """Return the people of the round for whom something may be recorded."""
        self.ensure_one()
        # how a step is proven is read by whoever reads the round
        slots_sudo = self.round_id.sudo().slot_ids.filtered(
            lambda slot: slot.state == "pending" and "record" in slot.step_id._get_methods()
        )
        return slots_sudo.with_env(self.env)

    # === ACTION METHODS === #

    def action_record(self):
        """Record the decision; works on one dialog."""
        self.ensure_one()
        row = self.round_id._entry()
        row._check_may_manage()
        row._check_running()
        slot = self.slot_id.with_env(row.env)
        if not slot or slot not in self._get_slots():
            raise UserError(self.env._("Please choose one of those who are asked."))
        if self.occurred_on > fields.Date.context_today(self):
            raise UserError(self.env._("This day lies in the future."))
        if not (self.words or "").strip() and not self.file_ids:
            raise UserError(
                self.env._("Please write down what was said, or add a proof of it, e.g. a photo.")
            )
        slot._decide(self.verdict, "record", self._prepare_decision(row))
        self._drop_uploads()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Recorded for %s.", self.said_by),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _prepare_decision(self, row):
        # as whoever signs reads the document
        ways = (
            self.with_context(lang=row.lang)
            ._fields["said_via"]
            ._description_selection(self.with_context(lang=row.lang).env)
        )
        return {
            "snapshot_sha256": row.snapshot_sha256,
            "printed_name": (self.said_by or "").strip(),
            "post": (self.post or "").strip(),
            "said_via": dict(ways)[self.said_via],
            "occurred_on": self.occurred_on,
            "comment": (self.words or "").strip(),
            "conditions": self.verdict == "conditional" and self.conditions,
            "files": self._get_proof(),
        }

    def _get_proof(self):
        """Return [(name, bytes, mimetype)] of the proof, in the order in which it was added."""
        # what the company accepts from customers it accepts as a proof of what they said
        company_sudo = self.round_id.sudo().company_id
        allowed = upload.endings(company_sudo.delivery_upload_types)
        limit = company_sudo.delivery_upload_limit * MEGABYTE
        files = []
        for file in self.file_ids.sorted("id"):
            content = file.raw or b""
            if upload.refusal(file.name, content, allowed, limit):
                raise UserError(
                    self.env._(
                        "%(file)s cannot be kept: accepted are files up to %(size)s MB of the "
                        "kinds %(kinds)s.",
                        file=file.name,
                        size=company_sudo.delivery_upload_limit,
                        kinds=", ".join(allowed),
                    )
                )
            files.append((file.name, content, file.mimetype))
        return files

    def _drop_uploads(self):
        """Delete what was only brought here: the signature has its own copy now."""
        # the files of this dialog, uploaded by this user and tied to nothing else
        self.file_ids.sudo().filtered(
            lambda file: file.res_model == self._name and file.create_uid == self.env.user
        ).unlink()
