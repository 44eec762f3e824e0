from odoo import api, fields, models
from odoo.exceptions import UserError


class DeliveryMode(models.Model):
    """What a delivery mode says about change requests."""

    _inherit = "delivery.mode"

    change_stage_ids = fields.Many2many(
        "project.change.stage",
        "delivery_mode_change_stage_rel",
        string="Change Stages",
    )
    change_type_ids = fields.Many2many(
        "project.change.type",
        "delivery_mode_change_type_rel",
        string="Change Types",
        help="Types to choose from. Empty: all.",
    )

    free_days_limit = fields.Float(
        string="Free Days per Project",
        digits=(16, 1),
        help="Above so many days of changes given free in a project, approval flows may ask for "
        "a release. Zero: no limit.",
    )
    customer_free_days_limit = fields.Float(
        string="Free Days per Customer",
        digits=(16, 1),
        help="The same for all projects of a customer's company within twelve months.",
    )

    _free_days_positive = models.Constraint(
        "CHECK(free_days_limit >= 0 AND customer_free_days_limit >= 0)",
        "A limit of free days cannot be negative.",
    )

    @api.constrains("change_stage_ids", "active")
    def _check_has_initial_change_stage(self):
        for mode in self.filtered(lambda mode: mode.active and mode.change_stage_ids):
            if not mode._get_change_stage("new"):
                raise UserError(
                    self.env._(
                        "Delivery mode %(mode)s needs at least one change stage of kind Draft.",
                        mode=mode.name,
                    )
                )

    def _get_change_stage(self, kind):
        """Return this mode's first change stage of this kind."""
        self.ensure_one()
        return self.change_stage_ids.filtered(lambda s: s.kind == kind and s.active).sorted()[:1]

    def _get_change_types(self):
        """Return the change types to choose from in this mode."""
        types = self.change_type_ids.filtered("active").sorted()
        return types or self.env["project.change.type"].search([])
