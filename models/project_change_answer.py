from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.grant import Granted


class ProjectChangeAnswer(models.Model):
    """What was answered to a question about the risk of a change, and what it was worth then."""

    _name = "project.change.answer"
    _description = "Answer About the Risk of a Change"
    _inherit = ["signoff.line.mixin", "delivery.guarded.mixin"]
    _order = "change_id, sequence, id"
    _rec_name = "question_id"

    _signoff_parent = "change_id"
    _signoff_content_fields = ("option_id",)
    _control_fields = ("points", "weight", "is_answered")

    change_id = fields.Many2one("project.change", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="change_id.company_id")
    sequence = fields.Integer(default=10)
    question_id = fields.Many2one("project.change.question", required=True, ondelete="restrict")
    option_id = fields.Many2one(
        "project.change.question.option",
        string="Answer",
        domain="[('question_id', '=', question_id)]",
        ondelete="restrict",
    )
    # copied, so that a later edit of the questions changes no judgement
    weight = fields.Integer(readonly=True)
    points = fields.Integer(readonly=True)
    is_answered = fields.Boolean(readonly=True, export_string_translation=False)

    _question_uniq = models.UniqueIndex(
        "(change_id, question_id)", "This question has been asked already."
    )

    @api.constrains("option_id", "question_id")
    def _check_option(self):
        for answer in self:
            if answer.option_id and answer.option_id.question_id != answer.question_id:
                raise ValidationError(self.env._("This is an answer to another question."))

    @api.model_create_multi
    def create(self, vals_list):
        answers = super().create(vals_list)
        answers._note_points()
        return answers

    def write(self, vals):
        result = super().write(vals)
        if "option_id" in vals:
            self._note_points()
        return result

    def _note_points(self):
        for answer in self:
            weight = answer.question_id.weight
            answer.write(
                Granted(
                    weight=weight,
                    points=weight * answer.option_id.score,
                    is_answered=bool(answer.option_id),
                )
            )
