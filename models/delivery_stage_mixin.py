from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..core.transition import Stage

PORTAL_ACCESS = [
    ("hidden", "Not shown"),
    ("visible", "Shown"),
    ("comment", "Shown, may comment"),
]
# what happens to content after it has been agreed
LOCK_STRENGTHS = [
    ("flag", "May be edited, shows that it changed"),
    ("refuse", "Only by a change request"),
]


class DeliveryStageMixin(models.AbstractModel):
    """A stage as a record: where one may go from it, and what entering it demands.

    The concrete model adds ``kind``, what the stage means whatever it is called, and
    ``next_ids``, the stages reachable from this one (none = all).
    """

    _name = "delivery.stage.mixin"
    _description = "Stage of a Delivery Document"
    _inherit = ["delivery.kept.mixin"]
    _order = "sequence, id"

    _stage_document = None  # technical name of the model that goes through these stages

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    fold = fields.Boolean(string="Folded")
    description = fields.Text(translate=True)
    # conditions of entry
    required_field_ids = fields.Many2many(
        "ir.model.fields",
        string="Fields to Fill",
        help="Fields that must be filled before a document may enter this stage.",
    )
    checks_mandatory = fields.Boolean(
        string="Checks Mandatory Fields",
        help="Entering also demands the fields that the delivery mode and the type ask for.",
    )
    entry_domain = fields.Char(
        string="Entry Condition",
        help="Only documents that match this filter may enter the stage.",
    )
    entry_message = fields.Char(
        translate=True,
        help="Told to the person whose document does not match the condition.",
    )
    group_ids = fields.Many2many(
        "res.groups",
        string="May Move Here",
        help="Only members of these groups may move documents here. Empty: everybody who may edit.",
    )
    # what being here means
    locks_content = fields.Boolean(
        help="Entering this stage means that the content has been agreed. "
        "From then on it changes only as the delivery mode allows.",
    )
    portal_access = fields.Selection(
        PORTAL_ACCESS,
        string="Customer Sees",
        required=True,
        default="comment",
        help="The widest access that customers may have to documents in this stage.",
    )
    stage_document = fields.Char(compute="_compute_stage_document", export_string_translation=False)

    def _compute_stage_document(self):
        self.stage_document = self._stage_document

    @api.constrains("active", "kind")
    def _check_modes_keep_a_start(self):
        modes_sudo = self.env["delivery.mode"].sudo()
        modes_sudo.search([])._check_has_initial_stage()

    @api.constrains("entry_domain")
    def _check_entry_domain(self):
        for stage in self.filtered("entry_domain"):
            try:
                document = self.env[stage._stage_document]
                Domain(stage._get_entry_domain()).validate(document)
            except (ValueError, SyntaxError, TypeError, KeyError) as error:
                raise ValidationError(
                    self.env._(
                        "The entry condition of stage %(stage)s is not a valid filter: %(error)s",
                        stage=stage.name,
                        error=error,
                    )
                ) from error

    def _get_entry_domain(self):
        """Return the entry condition as a domain list; an empty one lets everything in."""
        self.ensure_one()
        return literal_eval(self.entry_domain or "[]")

    def _as_data(self, required=()):
        """Return this stage as plain data for ``core.transition``."""
        return Stage(
            id=self.id,
            name=self.name or "",
            kind=self.kind or "",
            next_ids=frozenset(self.next_ids.ids),
            required=tuple(dict.fromkeys(required)),
        )
