from odoo import fields, models

ACTIONS = [
    ("rejected", "Rejected"),
    ("created", "Created"),
    ("updated", "Updated"),
    ("unchanged", "Unchanged"),
]


class ProjectRequirementImportLine(models.TransientModel):
    """What becomes, or became, of one row of an imported register."""

    _name = "project.requirement.import.line"
    _description = "Row of a Requirement Import"
    _order = "rank, row"

    import_id = fields.Many2one(
        "project.requirement.import", required=True, index=True, ondelete="cascade"
    )
    row = fields.Integer(string="Row", help="As the spreadsheet numbers it.")
    rank = fields.Integer(export_string_translation=False)
    action = fields.Selection(ACTIONS, required=True)
    reason = fields.Char()
    number = fields.Char()
    title = fields.Char()
    requirement_id = fields.Many2one("project.requirement")
