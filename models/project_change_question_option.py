from odoo import fields, models


class ProjectChangeQuestionOption(models.Model):
    """One possible answer to a question about risk."""

    _name = "project.change.question.option"
    _description = "Answer to a Risk Question"
    _order = "question_id, sequence, id"

    question_id = fields.Many2one(
        "project.change.question", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Answer", required=True, translate=True)
    score = fields.Integer(string="Points", required=True)
