from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

TYPE_KINDS = [
    ("normal", "Normal"),
    ("major", "Major"),
    ("urgent", "Urgent: done first, ratified afterwards"),
    ("internal", "Internal: the customer is not asked"),
    ("erratum", "Erratum: wording only, the confirmation stays"),
    ("standard", "Standard: repeats a change that was approved once"),
]
# decided among ourselves
INTERNAL_KINDS = ("internal", "erratum")


class ProjectChangeType(models.Model):
    """What kind of change it is: its way, who assesses it, whether the customer decides."""

    _name = "project.change.type"
    _description = "Change Type"
    _inherit = ["delivery.kept.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    description = fields.Text(translate=True)
    kind = fields.Selection(
        TYPE_KINDS,
        required=True,
        default="normal",
        help="What the type means, whatever it is called. Approval flows choose by it.",
    )
    mode_ids = fields.Many2many(
        "delivery.mode", "delivery_mode_change_type_rel", string="Delivery Modes"
    )
    stage_ids = fields.Many2many(
        "project.change.stage",
        "project_change_type_stage_rel",
        string="Stages",
        help="The stages that changes of this type go through. Empty: all of the delivery mode.",
    )
    customer_decides = fields.Boolean(
        compute="_compute_customer_decides", string="Customer Decides"
    )
    customer_may_file = fields.Boolean(
        default=True, help="Customers may choose this type when they file a change."
    )
    flow_id = fields.Many2one(
        "signoff.flow",
        string="Approval Flow",
        ondelete="restrict",
        domain=[("res_model", "=", "project.change"), ("state", "=", "ready")],
        help="Changes of this type are sent through this flow. Empty: the first one of the "
        "delivery mode that fits.",
    )
    decide_days = fields.Integer(
        string="Decided Within (Working Days)",
        default=10,
        help="From the day it is submitted to the decision; what takes longer is overdue. Zero: "
        "no limit.",
    )
    # assessment
    dimension_ids = fields.One2many(
        "project.change.type.dimension",
        "type_id",
        string="Impact Assessment",
        copy=True,
        help="The rows of the assessment, and who fills them.",
    )
    question_ids = fields.Many2many(
        "project.change.question",
        "project_change_type_question_rel",
        string="Risk Questions",
    )
    risk_moderate_from = fields.Integer(
        string="Moderate Risk From", help="Sum of points. Zero: never."
    )
    risk_high_from = fields.Integer(string="High Risk From", help="Sum of points. Zero: never.")
    # done first, ratified afterwards
    ratify_hours = fields.Integer(
        string="Ratify Within (Hours)",
        default=72,
        help="An urgent change that has been done must be approved within this time.",
    )
    change_count = fields.Integer(compute="_compute_change_count")

    _ratify_hours_positive = models.Constraint(
        "CHECK(kind != 'urgent' OR ratify_hours > 0)",
        "An urgent type needs the hours within which its changes are ratified.",
    )

    _decide_days_positive = models.Constraint(
        "CHECK(decide_days >= 0)", "The days for a decision cannot be negative."
    )

    @api.depends("kind")
    def _compute_customer_decides(self):
        for change_type in self:
            change_type.customer_decides = change_type.kind not in INTERNAL_KINDS

    def _compute_change_count(self):
        counts = dict(
            self.env["project.change"]._read_group(
                [("type_id", "in", self.ids)], ["type_id"], ["__count"]
            )
        )
        for change_type in self:
            change_type.change_count = counts.get(change_type, 0)

    @api.constrains("flow_id")
    def _check_flow(self):
        for change_type in self:
            if change_type.flow_id and change_type.flow_id.res_model != "project.change":
                raise ValidationError(
                    self.env._(
                        "The flow %(flow)s is not for change requests.",
                        flow=change_type.flow_id.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = self.env["project.change"].sudo().with_context(active_test=False)
        if used.search_count([("type_id", "in", self.ids)], limit=1):
            raise UserError(self.env._("Change requests use this type. Archive it instead."))

    def copy_data(self, default=None):
        return [
            dict(vals, name=self.env._("%s (copy)", change_type.name))
            for change_type, vals in zip(self, super().copy_data(default=default), strict=True)
        ]

    def action_view_changes(self):
        """Open the change requests of this type."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_delivery.project_change_action"
        )
        return {**action, "domain": [("type_id", "=", self.id)], "context": {}}
