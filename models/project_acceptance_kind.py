from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.conclusion import Rule


class ProjectAcceptanceKind(models.Model):
    """What an acceptance means (到货, FAT, SAT, 初验, 试运行, 终验 ...) and what it tolerates."""

    _name = "project.acceptance.kind"
    _description = "Kind of Acceptance"
    _inherit = ["delivery.kept.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, copy=False)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    description = fields.Char(translate=True, help="One sentence for the person who chooses.")
    # what it means
    is_final = fields.Boolean(
        string="Final Acceptance",
        help="Closes the delivery: all deliverables are accepted or waived, "
        "and the stricter condition of the delivery mode holds for its milestone.",
    )
    has_trial_run = fields.Boolean(
        string="Has a Trial Run", help="Asks for the days of the trial run and keeps its faults."
    )
    gives_warranty = fields.Boolean(help="The warranty period begins with this acceptance.")
    warranty_months = fields.Integer(default=12)
    copies = fields.Integer(
        string="Paper Copies", default=2, help="How many signed originals are made (一式几份)."
    )
    # where its items come from
    uses_requirements = fields.Boolean(
        string="Takes Criteria",
        default=True,
        help="The checklist takes acceptance criteria and performance indicators "
        "of what the customer has confirmed.",
    )
    uses_titles = fields.Boolean(
        string="Requirements Without Criteria",
        default=True,
        help="A requirement without any criterion becomes one item by its title.",
    )
    template_ids = fields.Many2many(
        "project.acceptance.template",
        "project_acceptance_kind_template_rel",
        string="Checklist Templates",
    )
    self_check_first = fields.Boolean(
        string="Own Check First",
        default=True,
        help="Every item needs our own check before the acceptance goes to the customer.",
    )
    # what the conclusion tolerates
    max_serious = fields.Integer(
        string="Serious Issues Allowed",
        help="With more open fatal or serious issues there is no acceptance.",
    )
    max_minor = fields.Integer(
        string="Minor Issues Allowed",
        default=5,
        help="So many open minor issues still allow a conditional acceptance with a dated list.",
    )
    min_score = fields.Integer(
        string="Least Result (%)",
        help="Weighted result that must be reached. Zero: not demanded.",
    )
    deemed_days = fields.Integer(
        string="Deemed After (Working Days)",
        help="So many working days after a proven notice without an answer the delivery counts "
        "as accepted, if the contract says so. Zero: never.",
    )
    deemed_remind_days = fields.Integer(
        string="Reminded Before (Working Days)",
        default=2,
        help="The customer's signatories are reminded so many working days before, and once more "
        "on the last day. Zero: they are not reminded.",
    )

    _code_uniq = models.Constraint("UNIQUE(code)", "Another kind of acceptance has this code.")
    _limits = models.Constraint(
        "CHECK(max_serious >= 0 AND max_minor >= 0 AND deemed_days >= 0 AND warranty_months >= 0"
        " AND deemed_remind_days >= 0 AND min_score BETWEEN 0 AND 100)",
        "Limits cannot be negative, and a result lies between 0 and 100 %.",
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # acceptances of other companies count too
        acceptances_sudo = self.env["project.acceptance"].sudo().with_context(active_test=False)
        for (kind,) in acceptances_sudo._read_group([("kind_id", "in", self.ids)], ["kind_id"]):
            raise UserError(
                self.env._(
                    "Acceptances of the kind %(kind)s exist. Archive it instead.", kind=kind.name
                )
            )

    def _get_rule(self):
        """Return what this kind tolerates, as plain data for ``core.conclusion``."""
        self.ensure_one()
        return Rule(self.max_serious, self.max_minor, self.min_score)
