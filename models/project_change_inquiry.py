from odoo import fields, models


class ProjectChangeInquiry(models.Model):
    """A question about a change, and the answer: between us and the customer, or among us.

    Both are kept as they were said; the methods of the change make and fill the rows.
    """

    _name = "project.change.inquiry"
    _description = "Question About a Change"
    _inherit = ["delivery.guarded.mixin"]
    _order = "change_id, id"
    _rec_name = "question"

    _control_fields = (
        "change_id",
        "asks",
        "question",
        "asked_by",
        "asked_by_id",
        "asked_at",
        "answer",
        "answered_by",
        "answered_by_id",
        "answered_at",
        "recorded_by_id",
    )

    change_id = fields.Many2one(
        "project.change", required=True, index=True, readonly=True, ondelete="cascade"
    )
    asks = fields.Selection(
        [("customer", "The customer"), ("us", "Us"), ("internal", "Us, among ourselves")],
        string="Asked",
        required=True,
        readonly=True,
        help="Who has to answer. What we ask among ourselves the customer never sees.",
    )
    question = fields.Text(required=True, readonly=True)
    asked_by = fields.Char(readonly=True)
    asked_by_id = fields.Many2one(
        "res.partner", string="Contact Who Asked", readonly=True, ondelete="restrict"
    )
    asked_at = fields.Datetime(string="Asked On", readonly=True)
    answer = fields.Text(readonly=True)
    answered_by = fields.Char(readonly=True)
    answered_by_id = fields.Many2one(
        "res.partner", string="Contact Who Answered", readonly=True, ondelete="restrict"
    )
    answered_at = fields.Datetime(string="Answered On", readonly=True)
    recorded_by_id = fields.Many2one(
        "res.users",
        string="Recorded By",
        readonly=True,
        ondelete="restrict",
        help="Who has entered what the customer answered by phone, chat or on site.",
    )

    _open_idx = models.Index("(change_id) WHERE answered_at IS NULL")

    def action_open_answer(self):
        """Open the dialog in which this question is answered."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_delivery.project_change_ask_action"
        )
        return {**action, "context": {"default_inquiry_id": self.id}}
