from odoo import api, fields, models
from odoo.exceptions import UserError

from .delivery_stage_mixin import LOCK_STRENGTHS, PORTAL_ACCESS


class DeliveryMode(models.Model):
    """How heavy delivery is on a project; a project without a mode does not use delivery."""

    _name = "delivery.mode"
    _description = "Delivery Mode"
    _inherit = ["delivery.kept.mixin"]
    _order = "level, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, copy=False)
    level = fields.Integer(
        required=True,
        default=10,
        help="Going to a higher level is free. Going to a lower one needs a manager and a reason.",
    )
    active = fields.Boolean(default=True)
    description = fields.Char(
        translate=True,
        help="One sentence for the person who chooses.",
    )
    project_count = fields.Integer(compute="_compute_project_count")
    # requirements
    requirement_stage_ids = fields.Many2many(
        "project.requirement.stage",
        "delivery_mode_requirement_stage_rel",
        string="Requirement Stages",
    )
    requirement_type_ids = fields.Many2many(
        "project.requirement.type",
        "delivery_mode_requirement_type_rel",
        string="Requirement Types",
        help="Types to choose from. Empty: all.",
    )
    requirement_field_ids = fields.Many2many(
        "ir.model.fields",
        "delivery_mode_requirement_field_rel",
        string="Mandatory Fields",
        domain=[("model", "=", "project.requirement")],
        help="Demanded by the stages that check mandatory fields.",
    )
    lock_strength = fields.Selection(
        LOCK_STRENGTHS,
        string="After Confirmation",
        required=True,
        default="refuse",
    )
    portal_access = fields.Selection(
        PORTAL_ACCESS,
        string="New Requirements",
        required=True,
        default="hidden",
        help="What the customer sees of a requirement that our staff has just written.",
    )

    # customers
    customer_news = fields.Boolean(
        string="News by Mail",
        default=True,
        help="Customers are told by mail of what asks nothing of them: effective changes, reports. "
        "Otherwise they get mails only when something is asked of them.",
    )

    _code_uniq = models.Constraint("UNIQUE(code)", "Another delivery mode has this code.")

    def _compute_project_count(self):
        counts = dict(
            self.env["project.project"]._read_group(
                [("delivery_mode_id", "in", self.ids)], ["delivery_mode_id"], ["__count"]
            )
        )
        for mode in self:
            mode.project_count = counts.get(mode, 0)

    @api.constrains("requirement_stage_ids", "active")
    def _check_has_initial_stage(self):
        for mode in self.filtered("active"):
            if not mode._get_initial_requirement_stage():
                raise UserError(
                    self.env._(
                        "Delivery mode %(mode)s needs at least one requirement stage of kind Open.",
                        mode=mode.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # archived projects and those of other companies count too
        used = self.sudo().with_context(active_test=False).filtered("project_count")
        if used:
            raise UserError(
                self.env._(
                    "Projects use the delivery mode %(mode)s. Archive it instead.",
                    mode=used[0].name,
                )
            )

    def _get_initial_requirement_stage(self):
        """Return the stage in which requirements of this mode start."""
        self.ensure_one()
        return self.requirement_stage_ids.filtered(lambda s: s.kind == "new" and s.active)[:1]

    @api.model
    def _get_pool_mode(self, company):
        """Return the mode for requirements that have no project yet."""
        return company.sudo().delivery_pool_mode_id or self.sudo().search([], limit=1)

    def action_view_projects(self):
        """Open the projects of this mode."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("project.open_view_project_all")
        return {**action, "domain": [("delivery_mode_id", "=", self.id)], "context": {}}
