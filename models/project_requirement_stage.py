from odoo import api, fields, models
from odoo.exceptions import UserError

STAGE_KINDS = [
    ("new", "Open"),
    ("analysis", "In analysis"),
    ("review", "In review"),
    ("customer", "With the customer"),
    ("confirmed", "Confirmed"),
    ("done", "Done"),
    ("accepted", "Accepted"),
    ("hold", "On hold"),
    ("cancelled", "Cancelled"),
]


class ProjectRequirementStage(models.Model):
    _name = "project.requirement.stage"
    _description = "Requirement Stage"
    _inherit = ["delivery.stage.mixin"]

    _stage_document = "project.requirement"

    kind = fields.Selection(
        STAGE_KINDS,
        required=True,
        default="new",
        help="What the stage means, whatever it is called.",
    )
    next_ids = fields.Many2many(
        "project.requirement.stage",
        "project_requirement_stage_next_rel",
        "stage_id",
        "next_id",
        string="Next Stages",
        help="Stages that may follow. Empty: any stage of the delivery mode.",
    )
    mode_ids = fields.Many2many(
        "delivery.mode",
        "delivery_mode_requirement_stage_rel",
        string="Delivery Modes",
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = self.env["project.requirement"].sudo().with_context(active_test=False)
        if used.search_count([("stage_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._("Requirements are or were in this stage. Archive it instead.")
            )
