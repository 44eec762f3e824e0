from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, float_compare

from ..core import verdict as judge
from ..core.conclusion import Result
from ..core.grant import Granted
from .project_requirement_criterion import VERIFICATION_METHODS
from .project_requirement_indicator import DIGITS, INDICATOR_OPERATORS

ITEM_KINDS = [
    ("pass", "Pass or fail"),
    ("measure", "Measurement"),
    ("choice", "Choice"),
    ("score", "Score 1 to 5"),
    ("text", "Text"),
]
ITEM_SEVERITIES = [
    ("fatal", "Fatal"),
    ("serious", "Serious"),
    ("minor", "Minor"),
    ("suggestion", "Suggestion"),
]
VERDICTS = [("pass", "Passed"), ("fail", "Failed"), ("na", "Not applicable")]
SOURCES = [
    ("criterion", "Acceptance criterion"),
    ("indicator", "Performance indicator"),
    ("requirement", "Requirement"),
    ("deliverable", "Deliverable"),
    ("template", "Template"),
    ("manual", "Typed"),
]
# what a template, a criterion or a person says of an item
SPECIFICATION_FIELDS = (
    "family_id",
    "name",
    "kind",
    "operator",
    "target",
    "target_max",
    "tolerance",
    "unit",
    "condition",
    "passing_answers",
    "failing_answers",
    "min_score",
    "evidence_required",
    "severity",
    "weight",
)
# what the same item keeps in the next round
COPIED_FIELDS = (
    *SPECIFICATION_FIELDS,
    "acceptance_id",
    "number",
    "sequence",
    "method",
    "requirement_id",
    "criterion_id",
    "deliverable_id",
    "requirement_version",
    "version_id",
    "source",
    "source_key",
    "outdated",
)
VERDICT_FIELDS = (
    "check_verdict",
    "check_value",
    "check_answer",
    "check_note",
    "check_user_id",
    "check_date",
    "customer_verdict",
    "customer_value",
    "customer_answer",
    "customer_note",
    "customer_partner_id",
    "customer_name",
    "customer_via",
    "customer_date",
    "customer_recorded_by_id",
    "waived",
    "waive_reason",
    "waived_by_id",
    "waived_on",
)


class ProjectAcceptanceItem(models.Model):
    """One thing that is checked: our own check and the customer's verdict are two columns.

    Verdicts are written by ``action_record_verdict`` alone, see
    ``project_acceptance_item_verdict``.
    """

    _name = "project.acceptance.item"
    _description = "Checklist Item"
    # the guard after the line: a line hands its values on as they came
    _inherit = [
        "project.acceptance.worded.mixin",
        "signoff.line.mixin",
        "delivery.guarded.mixin",
    ]
    _order = "acceptance_id, round desc, sequence, id"

    _signoff_parent = "acceptance_id"
    _signoff_content_fields = (
        *SPECIFICATION_FIELDS,
        *VERDICT_FIELDS,
        "method",
        "requirement_id",
        "deliverable_id",
        "test_run",
        "evidence_url",
        "attachment_ids",
    )
    _control_fields = (
        *VERDICT_FIELDS,
        "number",
        "round",
        "superseded",
        "outdated",
        "previous_id",
        "source",
        "source_key",
        "requirement_version",
        "version_id",
        "check_rev",
        "customer_rev",
    )

    acceptance_id = fields.Many2one(
        "project.acceptance", required=True, index=True, ondelete="cascade"
    )
    number = fields.Integer(string="No.", readonly=True, copy=False, aggregator=None)
    sequence = fields.Integer(default=10)
    # rounds
    round = fields.Integer(readonly=True, copy=False, default=1, aggregator=None)
    superseded = fields.Boolean(
        string="Checked Again", readonly=True, copy=False, help="A later round checks this again."
    )
    previous_id = fields.Many2one(
        "project.acceptance.item",
        string="In the Round Before",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="cascade",
    )
    # what is checked
    family_id = fields.Many2one(
        "project.acceptance.family",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env["project.acceptance.family"].search([], limit=1),
    )
    name = fields.Text(string="What to Check", required=True)
    kind = fields.Selection(ITEM_KINDS, required=True, default="pass")
    method = fields.Selection(VERIFICATION_METHODS, string="Verification")
    operator = fields.Selection(INDICATOR_OPERATORS, default="<=")
    target = fields.Float(digits=(16, DIGITS))
    target_max = fields.Float(string="Up To", digits=(16, DIGITS))
    tolerance = fields.Float(digits=(16, DIGITS), help="Widens the target on both sides.")
    unit = fields.Char()
    condition = fields.Char(string="Measuring Condition")
    passing_answers = fields.Text(help="One on a line.")
    failing_answers = fields.Text(help="One on a line.")
    min_score = fields.Integer(string="Least Score", default=3, aggregator=None)
    target_text = fields.Char(string="Target Value", compute="_compute_target_text")
    evidence_required = fields.Boolean(
        help="Cannot be passed without a photo, file, link or test run."
    )
    severity = fields.Selection(
        ITEM_SEVERITIES, string="If It Fails", required=True, default="minor"
    )
    weight = fields.Float(default=1.0, aggregator=None)
    # where it comes from
    source = fields.Selection(SOURCES, readonly=True, required=True, default="manual", copy=False)
    source_key = fields.Char(readonly=True, copy=False, export_string_translation=False)
    requirement_id = fields.Many2one(
        "project.requirement", index="btree_not_null", ondelete="restrict"
    )
    criterion_id = fields.Many2one(
        "project.requirement.criterion", index="btree_not_null", ondelete="set null"
    )
    requirement_version = fields.Integer(
        string="Requirement Version",
        readonly=True,
        copy=False,
        aggregator=None,
        help="The version of the requirement whose criterion this is.",
    )
    version_id = fields.Many2one(
        "project.requirement.version",
        string="Taken From",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    deliverable_id = fields.Many2one(
        "project.deliverable", index="btree_not_null", ondelete="restrict"
    )
    outdated = fields.Boolean(
        string="Criterion Changed",
        readonly=True,
        copy=False,
        help="What was promised reads otherwise by now.",
    )
    # our own check
    check_verdict = fields.Selection(VERDICTS, string="Own Check", readonly=True, copy=False)
    check_value = fields.Float(
        string="Measured by Us", digits=(16, DIGITS), readonly=True, copy=False, aggregator=None
    )
    check_answer = fields.Char(string="Our Answer", readonly=True, copy=False)
    check_note = fields.Text(string="Our Note", readonly=True, copy=False)
    check_user_id = fields.Many2one(
        "res.users", string="Checked By", readonly=True, copy=False, ondelete="restrict"
    )
    check_date = fields.Datetime(string="Checked On", readonly=True, copy=False)
    check_rev = fields.Integer(
        readonly=True, copy=False, aggregator=None, export_string_translation=False
    )
    # the customer's verdict: the only one that accepts
    customer_verdict = fields.Selection(
        VERDICTS, string="Customer's Verdict", readonly=True, copy=False
    )
    customer_value = fields.Float(
        string="Measured With the Customer",
        digits=(16, DIGITS),
        readonly=True,
        copy=False,
        aggregator=None,
    )
    customer_answer = fields.Char(string="Customer's Answer", readonly=True, copy=False)
    customer_note = fields.Text(string="Customer's Note", readonly=True, copy=False)
    customer_partner_id = fields.Many2one(
        "res.partner",
        string="Decided By",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    customer_name = fields.Char(string="Decided By (Name)", readonly=True, copy=False)
    customer_via = fields.Selection(
        selection="_get_customer_ways", string="By Way Of", readonly=True, copy=False
    )
    customer_date = fields.Datetime(string="Decided On", readonly=True, copy=False)
    customer_recorded_by_id = fields.Many2one(
        "res.users", string="Recorded By", readonly=True, copy=False, ondelete="restrict"
    )
    customer_rev = fields.Integer(
        readonly=True, copy=False, aggregator=None, export_string_translation=False
    )
    # waived
    waived = fields.Boolean(readonly=True, copy=False, help="Accepted without being checked.")
    waive_reason = fields.Char(readonly=True, copy=False)
    waived_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")
    waived_on = fields.Datetime(readonly=True, copy=False)
    # evidence
    attachment_ids = fields.Many2many(
        "ir.attachment",
        "project_acceptance_item_attachment_rel",
        string="Photos and Files",
        copy=False,
        bypass_search_access=True,
    )
    evidence_url = fields.Char(string="Link", copy=False)
    test_run = fields.Char(copy=False, help="Name or number of the test run that shows it.")
    # what follows
    issue_ids = fields.One2many("project.acceptance.issue", "item_id", string="Issues")
    acceptance_state = fields.Selection(
        related="acceptance_id.state", export_string_translation=False
    )
    project_id = fields.Many2one(related="acceptance_id.project_id")

    _source_uniq = models.UniqueIndex(
        "(acceptance_id, source_key, round) WHERE source_key IS NOT NULL",
        "This item is on the checklist already.",
    )
    _round_idx = models.Index("(acceptance_id, round, sequence, id)")

    @api.model
    def _get_customer_ways(self):
        ways = self.env["project.requirement"]._fields["said_via"]
        return [("portal", self.env._("Portal")), *ways._description_selection(self.env)]

    # === COMPUTE METHODS === #

    @api.depends("number", "name")
    def _compute_display_name(self):
        for item in self:
            first_line = (item.name or "").split("\n")[0]
            item.display_name = f"{item.number or ''} {first_line}".strip()

    @api.depends("kind", "operator", "target", "target_max", "tolerance", "unit", "passing_answers")
    def _compute_target_text(self):
        for item in self:
            item.target_text = item._get_target_text()

    # === CONSTRAINT METHODS === #

    @api.constrains("kind", "operator", "target", "target_max")
    def _check_range(self):
        for item in self.filtered(lambda i: i.kind == "measure" and i.operator == "between"):
            if float_compare(item.target_max, item.target, precision_digits=DIGITS) <= 0:
                raise ValidationError(
                    self.env._(
                        "The range of item %(item)s must end above its start.",
                        item=item.display_name,
                    )
                )

    @api.constrains("kind", "passing_answers")
    def _check_answers(self):
        for item in self.filtered(lambda i: i.kind == "choice"):
            if not judge.options(item.passing_answers):
                raise ValidationError(
                    self.env._(
                        "Item %(item)s is a choice: name at least one answer that passes.",
                        item=item.display_name,
                    )
                )

    @api.constrains("requirement_id", "deliverable_id", "acceptance_id")
    def _check_same_project(self):
        for item in self:
            for other in (item.requirement_id, item.deliverable_id):
                # the item is readable, so is the place of what it checks
                if other and other.sudo().project_id != item.acceptance_id.sudo().project_id:
                    raise ValidationError(
                        self.env._(
                            "%(item)s checks something of another project.",
                            item=item.display_name,
                        )
                    )

    # === CRUD METHODS === #

    @api.model
    def _get_control_values(self, vals_list):
        default = self.default_get(["acceptance_id"])
        ids = [self._entry_id({**default, **vals}.get("acceptance_id")) or 0 for vals in vals_list]
        numbers = self._get_last_numbers(set(ids))
        rounds = {
            acceptance.id: acceptance.round
            for acceptance in self.env["project.acceptance"].browse(set(ids) - {0})
        }
        values = []
        for acceptance_id in ids:
            numbers[acceptance_id] = numbers.get(acceptance_id, 0) + 1
            values.append({"number": numbers[acceptance_id], "round": rounds.get(acceptance_id, 1)})
        return values

    @api.model
    def _get_last_numbers(self, acceptance_ids):
        self.flush_model(["acceptance_id", "number"])
        rows = self.env.execute_query(
            SQL(
                "SELECT acceptance_id, max(number) FROM project_acceptance_item"
                " WHERE acceptance_id IN %s GROUP BY acceptance_id",
                tuple(acceptance_ids) or (0,),
            )
        )
        return dict(rows)

    @api.model_create_multi
    def create(self, vals_list):
        items = super().create(vals_list)
        if any(vals.get("attachment_ids") for vals in vals_list):
            items._adopt_attachments("attachment_ids")
        return items

    def write(self, vals):
        if vals.keys() & set(SPECIFICATION_FIELDS):
            self._check_not_judged(vals)
        result = super().write(vals)
        if "attachment_ids" in vals:
            self._adopt_attachments("attachment_ids")
        return result

    def _check_not_judged(self, vals):
        """What the customer has judged stays as he judged it."""
        names = [name for name in SPECIFICATION_FIELDS if name in vals]
        for item in self.filtered("customer_verdict"):
            changed = [
                name
                for name in names
                if self._fields[name].convert_to_cache(vals[name], item)
                != (self._fields[name].convert_to_cache(item[name], item))
            ]
            if changed:
                raise UserError(
                    self.env._(
                        "%(item)s has the customer's verdict and stays as he judged it. "
                        "Add another item instead.",
                        item=item.display_name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_judged(self):
        for item in self:
            judged = item.check_verdict or item.customer_verdict or item.waived
            if judged and not item.acceptance_id._may_delete_agreed():
                raise UserError(
                    self.env._(
                        "%(item)s has been checked and cannot be deleted. "
                        "Answer “not applicable” instead.",
                        item=item.display_name,
                    )
                )

    # === BUSINESS METHODS === #

    def _get_result(self):
        """Return how this item counts, as plain data for ``core.conclusion``."""
        self.ensure_one()
        scored = self.kind == "score" and self.customer_verdict in ("pass", "fail")
        return Result(
            family=self.family_id.id,
            family_weight=self.family_id.weight,
            weight=self.weight,
            verdict=self.customer_verdict or None,
            waived=self.waived,
            credit=self.customer_value / max(judge.SCORES) if scored else None,
        )

    def _copy_to_round(self, number):
        """Return copies of these items, unanswered, in another round."""
        copies = self.create(
            [
                Granted(
                    **{
                        name: item._fields[name].convert_to_write(item[name], item)
                        for name in COPIED_FIELDS
                    },
                    round=number,
                    previous_id=item.id,
                )
                for item in self
            ]
        )
        self.write(Granted(superseded=True))
        return copies

    def _is_practice(self):
        return all(self.mapped("acceptance_id.project_id.delivery_practice"))
