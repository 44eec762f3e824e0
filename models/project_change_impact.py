from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.canonical import decimal
from ..core.grant import Granted, is_granted

RATINGS = [
    ("none", "No impact"),
    ("low", "Low"),
    ("medium", "Medium"),
    ("high", "High"),
]
# what the assessor says; the rest says who he is
JUDGED_FIELDS = ("rating", "delta_days", "delta_cost", "delta_hours", "note", "internal_note")
# what only our staff reads
INTERNAL_GROUPS = "customer_delivery.group_delivery_user,customer_delivery.group_delivery_auditor"


class ProjectChangeImpact(models.Model):
    """What a change means from one side, as somebody named has assessed it."""

    _name = "project.change.impact"
    _description = "Impact of a Change"
    _inherit = ["signoff.line.mixin", "delivery.guarded.mixin"]
    _order = "change_id, sequence, id"
    _rec_name = "dimension_id"

    _signoff_parent = "change_id"
    _signoff_content_fields = JUDGED_FIELDS
    _control_fields = ("assessed_by_id", "assessed_at", "is_mandatory", "is_named", "role_id")

    change_id = fields.Many2one("project.change", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="change_id.company_id")
    company_currency_id = fields.Many2one(related="change_id.company_currency_id")
    sequence = fields.Integer(default=10)
    dimension_id = fields.Many2one("project.change.dimension", required=True, ondelete="restrict")
    unit = fields.Selection(related="dimension_id.unit")
    question = fields.Char(related="dimension_id.question")
    is_internal = fields.Boolean(related="dimension_id.is_internal")
    is_mandatory = fields.Boolean(
        string="Mandatory",
        readonly=True,
        help="Must be filled before the change can be sent for approval.",
    )
    assessor_id = fields.Many2one(
        "res.users",
        domain=[("share", "=", False)],
        index="btree_not_null",
        ondelete="restrict",
        help="Only this person fills the row. Empty: whoever may edit the change.",
    )
    # whom the type of the change names
    is_named = fields.Boolean(
        string="Named by the Type",
        readonly=True,
        copy=False,
        help="Only the assessor himself and who runs the project name another one.",
    )
    role_id = fields.Many2one(
        "project.role", string="As", readonly=True, copy=False, ondelete="restrict"
    )
    # what he found
    rating = fields.Selection(RATINGS)
    delta_days = fields.Float(string="Days", digits=(16, 1))
    delta_cost = fields.Monetary(
        string="Cost", currency_field="company_currency_id", groups=INTERNAL_GROUPS
    )
    delta_hours = fields.Float(string="Hours", groups=INTERNAL_GROUPS)
    note = fields.Text(
        string="Explanation", help="The customer reads it, unless the row is internal."
    )
    internal_note = fields.Text(string="For Us Only", groups=INTERNAL_GROUPS)
    assessed_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")
    assessed_at = fields.Datetime(string="Assessed On", readonly=True, copy=False)
    is_mine = fields.Boolean(compute="_compute_is_mine", export_string_translation=False)

    _dimension_uniq = models.UniqueIndex(
        "(change_id, dimension_id)", "This change has a row for this dimension already."
    )

    @api.depends("assessor_id")
    @api.depends_context("uid")
    def _compute_is_mine(self):
        for impact in self:
            impact.is_mine = impact._is_open_to_me()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        impacts = super().create(vals_list)
        impacts.filtered("rating")._note_assessed()
        return impacts

    def write(self, vals):
        judged = not vals.keys().isdisjoint(JUDGED_FIELDS)
        if judged:
            self._check_is_assessor()
        before = {impact: impact.assessor_id for impact in self} if "assessor_id" in vals else {}
        if before and not is_granted(vals):
            self._check_may_name_assessor(vals["assessor_id"])
        result = super().write(vals)
        if judged:
            self._note_assessed()
        if before:
            self._reopen_for_others()
            self._log_assessors(before)
            self.change_id._tell_assessors()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_mandatory(self):
        for impact in self:
            if impact.is_mandatory and not impact.change_id._may_delete_agreed():
                raise UserError(
                    self.env._(
                        "%(dimension)s has to be assessed for changes of this type.",
                        dimension=impact.dimension_id.name,
                    )
                )

    # === BUSINESS METHODS === #

    def _is_open_to_me(self):
        """Tell whether the current user is the one who fills this row."""
        self.ensure_one()
        return self.env.su or self.assessor_id in (self.env.user, self.assessor_id.browse())

    def _is_filled_by_assessor(self):
        """Tell whether the one who is asked has filled this row himself."""
        self.ensure_one()
        return bool(self.assessed_at) and self.assessor_id in (
            self.assessed_by_id,
            self.assessor_id.browse(),
        )

    def _check_is_assessor(self):
        """Refuse others than the assessors named."""
        for impact in self:
            if not impact._is_open_to_me():
                raise UserError(
                    self.env._(
                        "%(dimension)s is assessed by %(person)s. "
                        "Name another assessor first if that person cannot.",
                        dimension=impact.dimension_id.name,
                        person=impact.assessor_id.name,
                    )
                )

    def _check_may_name_assessor(self, user_id):
        """Refuse another assessor for rows that somebody named has to fill, or has filled."""
        for impact in self:
            if impact.assessor_id.id == (user_id or False):
                continue
            if impact.assessed_at and impact.change_id.stage_id.kind not in ("new", "assess"):
                raise UserError(
                    self.env._(
                        "%(dimension)s has been assessed by %(person)s; that stays.",
                        dimension=impact.dimension_id.name,
                        person=impact.assessed_by_id.name,
                    )
                )
            if impact.is_named and impact.assessor_id != self.env.user:
                impact.change_id.project_id._check_may_manage_delivery()

    def _reopen_for_others(self):
        """Open rows again that somebody else than the assessor has filled."""
        self.filtered(
            lambda impact: (
                impact.assessed_at
                and impact.assessor_id
                and impact.assessed_by_id != impact.assessor_id
            )
        ).write(Granted(assessed_by_id=False, assessed_at=False))

    def _note_assessed(self):
        """Keep who has assessed and when; an emptied row is open again."""
        rated = self.filtered("rating")
        now = fields.Datetime.now()
        rated.write(Granted(assessed_by_id=self.env.uid, assessed_at=now))
        rated.filtered(lambda impact: not impact.assessor_id).write({"assessor_id": self.env.uid})
        (self - rated).filtered("assessed_at").write(
            Granted(assessed_by_id=False, assessed_at=False)
        )
        self.change_id._close_assessor_activities()

    def _log_assessors(self, before):
        """Tell in the histories of the changes that somebody else assesses now."""
        for impact, assessor in before.items():
            if assessor and assessor != impact.assessor_id:
                impact.change_id._message_log(
                    body=self.env._(
                        "%(dimension)s: assessor %(before)s → %(after)s",
                        dimension=impact.dimension_id.name,
                        before=assessor.name,
                        after=impact.assessor_id.name or "-",
                    )
                )

    def _ask(self, **asked):
        """Ask the person named to fill these rows, also when somebody else has done it before.

        :param asked: ``assessor_id``, ``is_mandatory``, ``is_named`` and ``role_id``
        """
        others = self.filtered(lambda impact: impact.assessor_id.id != asked["assessor_id"])
        others.write(Granted(assessed_by_id=False, assessed_at=False))
        self.write(Granted(asked))

    def _get_payload(self):
        """Return what the customer may read of this row."""
        self.ensure_one()
        requirements = self.env["project.requirement"]
        return {
            "dimension": self.dimension_id.name,
            "rating": requirements._line_choice(self, "rating"),
            "days": decimal(self.delta_days, 1) if self.delta_days else None,
            "note": self.note or None,
        }
