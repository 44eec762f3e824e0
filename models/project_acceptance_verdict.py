from odoo import fields, models

from .project_acceptance_item import VERDICTS

SIDES = [("check", "Own check"), ("customer", "Customer")]


class ProjectAcceptanceVerdict(models.Model):
    """Every answer that was given to a checklist item, in the order it was given.

    The item shows the latest one of each side. The key that the phone made keeps an answer that
    is sent twice from counting twice.
    """

    _name = "project.acceptance.verdict"
    _description = "Answer on a Checklist"
    _inherit = ["signoff.coded.mixin"]
    _order = "id desc"
    _rec_name = "verdict"

    item_id = fields.Many2one(
        "project.acceptance.item", readonly=True, index=True, ondelete="restrict"
    )
    acceptance_id = fields.Many2one(
        "project.acceptance", readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True, ondelete="restrict")
    item_number = fields.Integer(string="No.", readonly=True, aggregator=None)
    round = fields.Integer(readonly=True, aggregator=None)
    side = fields.Selection(SIDES, required=True, readonly=True)
    revision = fields.Integer(readonly=True, aggregator=None)
    verdict = fields.Selection(VERDICTS, required=True, readonly=True)
    # as people write it: evidence knows no rounding
    value = fields.Char(readonly=True)
    note = fields.Text(readonly=True)
    # who said it, and who entered it
    person_id = fields.Many2one("res.partner", readonly=True, index=True, ondelete="restrict")
    person_name = fields.Char(string="Decided By", readonly=True)
    via = fields.Char(string="By Way Of", readonly=True, export_string_translation=False)
    author_id = fields.Many2one(
        "res.users", string="Recorded By", readonly=True, index=True, ondelete="restrict"
    )
    author_name = fields.Char(readonly=True)
    recorded_at = fields.Datetime(required=True, readonly=True)
    client_key = fields.Char(readonly=True, export_string_translation=False)

    _client_key_uniq = models.UniqueIndex("(client_key) WHERE client_key IS NOT NULL")

    def _is_practice(self):
        return self.acceptance_id._is_practice()
