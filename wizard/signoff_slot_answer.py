from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..models.delivery_channel import SAID_VIA

ANSWERS = [
    ("approve", "Agree"),
    ("conditional", "Agree with conditions"),
    ("reject", "Refuse"),
    ("comment", "Comment"),
    ("ask", "Ask back"),
    ("defer", "Defer"),
]


class SignoffSlotAnswer(models.TransientModel):
    """Read what is asked and answer: for oneself, or as the customer has told us."""

    _name = "signoff.slot.answer"
    _description = "Answer"
    _inherit = ["signoff.slot.dialog.mixin"]

    for_customer = fields.Boolean(help="Recorded for the customer, as he told us.")
    document_name = fields.Char(related="slot_id.document_name")
    meaning = fields.Char(related="slot_id.meaning")
    person_name = fields.Char(related="slot_id.person_name")
    needs_signature = fields.Boolean(related="slot_id.step_id.needs_signature")
    needs_password = fields.Boolean(related="slot_id.step_id.needs_password")
    is_ours = fields.Boolean(compute="_compute_is_ours", export_string_translation=False)
    handed_note = fields.Char(related="slot_id.hand_reason")
    handed_by = fields.Char(related="slot_id.handed_by")
    said_before = fields.Text(compute="_compute_said_before", export_string_translation=False)
    step_kind = fields.Selection(related="slot_id.step_id.kind", string="Kind of Step")
    due_at = fields.Datetime(related="slot_id.due_at")
    # other answers than yes and no
    shows_more = fields.Boolean(export_string_translation=False)
    snapshot_sha256 = fields.Char(string="Check Code", readonly=True)
    summary = fields.Html(compute="_compute_content", sanitize=False)
    content = fields.Html(compute="_compute_content", sanitize=False)
    verdict = fields.Selection(ANSWERS, required=True, default="approve")
    comment = fields.Text(string="Reason or Comment")
    conditions = fields.Text()
    defer_until = fields.Date()
    # what is said of single items of the document
    item_ids = fields.One2many("signoff.slot.answer.item", "answer_id", string="Items")
    has_items = fields.Boolean(compute="_compute_has_items", export_string_translation=False)
    item_progress = fields.Char(string="Items Marked", compute="_compute_has_items")
    minutes = fields.Html(compute="_compute_minutes", sanitize=False)
    names_next = fields.Boolean(compute="_compute_names_next", export_string_translation=False)
    next_user_ids = fields.Many2many(
        "res.users",
        string="Asks Next",
        domain=[("share", "=", False)],
        help="Who decides in the next step: the flow leaves it to you.",
    )
    image = fields.Binary(string="Signature", attachment=False)
    password = fields.Char(string="Password Again", store=False)
    said_via = fields.Selection(SAID_VIA, string="How", default="phone")
    occurred_on = fields.Date(string="Said On", default=fields.Date.context_today)
    proof_name = fields.Char()
    proof = fields.Binary(attachment=False)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            slot = self.env["signoff.slot"].browse(vals.get("slot_id") or ())
            if not slot:
                continue
            slot.check_access("read")
            # the code of what this dialog shows; the round may have moved on when it is sent
            vals["snapshot_sha256"] = slot.sudo().round_id.snapshot_sha256
            if slot.sudo().step_id.kind == "comment":
                vals.setdefault("verdict", "comment")
            if vals.get("for_customer"):
                vals.setdefault("shows_more", True)
            if not vals.get("for_customer"):
                vals.setdefault("item_ids", self._prepare_items(slot))
        return super().create(vals_list)

    @api.model
    def _prepare_items(self, slot):
        """Return commands for the items of what is asked, with what was said of them before."""
        slot.check_access("read")
        # who is asked reads what he is asked about
        items = slot.sudo()._get_marked_items() if slot else []
        return [
            Command.create(
                {
                    "sequence": number,
                    **{name: item[name] for name in ("key", "name", "outline", "version")},
                    "verdict": item["verdict"] or False,
                    "comment": item["comment"],
                }
            )
            for number, item in enumerate(items)
        ]

    @api.depends("slot_id")
    def _compute_content(self):
        renditions = self.env["signoff.rendition"]
        for answer in self:
            slot = answer.slot_id
            slot.check_access("read")
            # who is asked reads what he is asked about
            row_sudo = slot.sudo().round_id
            document = row_sudo._get_document().with_env(self.env)
            readable = document.exists() and document.has_access("read")
            answer.summary = readable and document._signoff_get_summary()
            kept_sudo = renditions._get_for(row_sudo, self.env.lang)
            if kept_sudo:
                answer.content = Markup(kept_sudo.html)
            else:
                document_sudo = row_sudo._get_document()
                answer.content = document_sudo._signoff_render(row_sudo.snapshot_id)

    @api.depends("item_ids.verdict")
    @api.depends_context("lang")
    def _compute_has_items(self):
        for answer in self:
            answer.has_items = bool(answer.item_ids)
            answer.item_progress = self.env._(
                "%(marked)s of %(total)s",
                marked=len(answer.item_ids.filtered("verdict")),
                total=len(answer.item_ids),
            )

    @api.depends("slot_id")
    def _compute_minutes(self):
        for answer in self:
            slot = answer.slot_id
            # reviewers mark on their own; who decides after them reads what they said
            decides = slot and slot.step_id.kind != "comment"
            answer.minutes = slot.round_id.minutes if decides else False

    @api.depends("slot_id")
    @api.depends_context("lang")
    def _compute_said_before(self):
        for answer in self:
            # whoever was asked on this one's behalf is read by him
            answer.said_before = "\n".join(answer.slot_id.sudo()._get_said_before()) or False

    @api.depends("slot_id", "for_customer")
    def _compute_is_ours(self):
        for answer in self:
            step = answer.slot_id.sudo().step_id
            answer.is_ours = step.side == "supplier" and not answer.for_customer

    @api.depends("slot_id")
    def _compute_names_next(self):
        for answer in self:
            # who is asked need not read the plan
            answer.names_next = bool(answer.slot_id) and answer.slot_id.sudo()._names_next()

    def action_mark_rest(self):
        """Agree to all items that have no mark yet."""
        self.ensure_one()
        self.item_ids.filtered(lambda item: not item.verdict).verdict = "approve"
        return self._reopen()

    def action_save_marks(self):
        """Keep what was said of the items so far; the decision on the whole comes later."""
        self.ensure_one()
        self._send_marks()
        return {"type": "ir.actions.act_window_close"}

    def _send_marks(self):
        marks = self.item_ids._get_marks()
        if marks:
            self.slot_id.action_remark(marks, self.snapshot_sha256)

    def action_agree(self):
        """Agree to what was read."""
        self.ensure_one()
        self.verdict = "approve"
        return self.action_send()

    def action_refuse(self):
        """Refuse, once there is a reason."""
        self.ensure_one()
        self.verdict = "reject"
        return self.action_send() if (self.comment or "").strip() else self._reopen()

    def action_show_more(self):
        """Offer the other answers: with conditions, a question, later."""
        self.ensure_one()
        self.write({"verdict": "conditional", "shows_more": True})
        return self._reopen()

    def action_hand_on(self):
        """Ask a colleague: instead of oneself, before, or after."""
        self.ensure_one()
        return self.slot_id.action_open_forward()

    def action_back(self):
        """Go back to yes and no."""
        self.ensure_one()
        self.write({"verdict": "approve", "shows_more": False})
        return self._reopen()

    def _reopen(self):
        return self.slot_id._get_answer_action(self)

    def action_send(self):
        """Decide as this dialog says."""
        self.ensure_one()
        slot = self.slot_id
        if not self.for_customer:
            self._send_marks()
        files = [{"name": self.proof_name, "data": self.proof.decode()}] if self.proof else []
        if self.for_customer:
            slot.action_record(
                self.verdict,
                self.said_via,
                fields.Date.to_string(self.occurred_on),
                comment=self.comment or "",
                conditions=self.conditions or "",
                defer_until=fields.Date.to_string(self.defer_until) if self.defer_until else False,
                files=files,
            )
        elif self.needs_signature and self.verdict in ("approve", "conditional"):
            if not self.image:
                raise UserError(self.env._("Please sign in the field first."))
            slot.action_sign(
                self.snapshot_sha256,
                self.image.decode(),
                verdict=self.verdict,
                comment=self.comment or "",
                conditions=self.conditions or "",
                password=self.password or "",
                next_user_ids=self.next_user_ids.ids,
            )
        else:
            slot.action_decide(
                self.verdict,
                self.snapshot_sha256,
                comment=self.comment or "",
                conditions=self.conditions or "",
                defer_until=fields.Date.to_string(self.defer_until) if self.defer_until else False,
                next_user_ids=self.next_user_ids.ids,
                files=files,
                password=self.password or "",
            )
        return {"type": "ir.actions.act_window_close"}
