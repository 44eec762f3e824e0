from odoo import api, fields, models
from odoo.exceptions import UserError


class ProjectChangeQuestion(models.Model):
    """A question about the risk of a change; each answer is worth points."""

    _name = "project.change.question"
    _description = "Risk Question"
    _inherit = ["delivery.kept.mixin"]
    _order = "sequence, id"

    name = fields.Char(string="Question", required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    weight = fields.Integer(default=1, required=True, help="Multiplies the points of the answer.")
    option_ids = fields.One2many(
        "project.change.question.option", "question_id", string="Answers", copy=True
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used_sudo = self.env["project.change.answer"].sudo()
        if used_sudo.search_count([("question_id", "in", self.ids)], limit=1):
            raise UserError(self.env._("Changes were judged by this question. Archive it instead."))
