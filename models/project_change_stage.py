from odoo import api, fields, models
from odoo.exceptions import UserError

CHANGE_STAGE_KINDS = [
    ("new", "Draft"),
    ("assess", "Being assessed"),
    ("approve", "In approval"),
    ("implement", "Being implemented"),
    ("verify", "To be verified"),
    ("closed", "Closed"),
    ("rejected", "Rejected"),
    ("hold", "On hold"),
    ("withdrawn", "Withdrawn"),
]
# where nothing is open any more
CLOSED_KINDS = ("closed", "rejected", "withdrawn")


class ProjectChangeStage(models.Model):
    """Where a change request is on its way."""

    _name = "project.change.stage"
    _description = "Change Stage"
    _inherit = ["delivery.stage.mixin"]

    _stage_document = "project.change"

    kind = fields.Selection(
        CHANGE_STAGE_KINDS,
        required=True,
        default="new",
        help="What the stage means, whatever it is called.",
    )
    next_ids = fields.Many2many(
        "project.change.stage",
        "project_change_stage_next_rel",
        "stage_id",
        "next_id",
        string="Next Stages",
        help="Stages that may follow. Empty: any stage of the delivery mode.",
    )
    mode_ids = fields.Many2many(
        "delivery.mode",
        "delivery_mode_change_stage_rel",
        string="Delivery Modes",
    )

    @api.constrains("active", "kind", "mode_ids")
    def _check_modes_keep_a_start(self):
        self.env["delivery.mode"].sudo().search([])._check_has_initial_change_stage()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = self.env["project.change"].sudo().with_context(active_test=False)
        if used.search_count([("stage_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._("Change requests are or were in this stage. Archive it instead.")
            )
