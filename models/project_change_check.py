from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.grant import Granted, is_granted
from .project_acceptance_item import VERDICTS

# what the verifier says; the rest says what it is about
FOUND_FIELDS = ("verdict", "note")


class ProjectChangeCheck(models.Model):
    """One thing that is checked again because a change touched it.

    The rows are made when the change is said to be carried out. Whoever carried it out does not
    answer them.
    """

    _name = "project.change.check"
    _description = "Check After a Change"
    _inherit = ["delivery.guarded.mixin"]
    _order = "change_id, sequence, id"

    _control_fields = (
        "requirement_id",
        "item_id",
        "criterion_id",
        "verdict_before",
        "checked_by_id",
        "checked_at",
    )

    change_id = fields.Many2one("project.change", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    # what is checked
    name = fields.Text(string="What to Check", required=True)
    target = fields.Char(string="Target Value")
    requirement_id = fields.Many2one(
        "project.requirement", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    item_id = fields.Many2one(
        "project.acceptance.item",
        string="Checklist Item",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The item of an acceptance that this repeats.",
    )
    criterion_id = fields.Many2one(
        "project.requirement.criterion", readonly=True, index="btree_not_null", ondelete="set null"
    )
    verdict_before = fields.Selection(
        VERDICTS,
        string="Before",
        readonly=True,
        help="How the acceptance had it when the change was carried out.",
    )
    # what was found
    verdict = fields.Selection(VERDICTS)
    note = fields.Text()
    checked_by_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    checked_at = fields.Datetime(string="Checked On", readonly=True)

    _item_uniq = models.UniqueIndex(
        "(change_id, item_id) WHERE item_id IS NOT NULL", "This item is checked again already."
    )
    _criterion_uniq = models.UniqueIndex(
        "(change_id, criterion_id) WHERE criterion_id IS NOT NULL AND item_id IS NULL",
        "This criterion is checked again already.",
    )

    @api.depends("name")
    def _compute_display_name(self):
        for check in self:
            check.display_name = (check.name or "").split("\n")[0]

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        checks = super().create(vals_list)
        checks.change_id._check_not_verified()
        answered = checks.filtered("verdict")
        answered._check_may_answer()
        answered._note_checked()
        return checks

    def write(self, vals):
        if is_granted(vals):
            return super().write(vals)
        self.change_id._check_not_verified()
        if not {"name", "target"}.isdisjoint(vals):
            self._check_not_listed(vals)
        found = not vals.keys().isdisjoint(FOUND_FIELDS)
        if found:
            self._check_may_answer()
        result = super().write(vals)
        if found:
            self._note_checked()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_listed(self):
        for check in self:
            if check._is_listed() and not check.change_id._may_delete_agreed():
                raise UserError(
                    self.env._(
                        "%(check)s has to be checked again. Answer “not applicable” instead.",
                        check=check.display_name,
                    )
                )
        self.change_id._check_not_verified()

    # === BUSINESS METHODS === #

    def _is_listed(self):
        """Tell whether the row was made because the change touched something."""
        self.ensure_one()
        return bool(self.requirement_id)

    def _check_not_listed(self, vals):
        """Refuse other words for what the acceptance or the requirement says."""
        for check in self.filtered(lambda check: check._is_listed()):
            if any(
                (check[name] or False) != (vals[name] or False)
                for name in vals.keys() & {"name", "target"}
            ):
                raise UserError(
                    self.env._("What is checked again is worded in the requirement or acceptance.")
                )

    def _check_may_answer(self):
        """Refuse answers before it is carried out, and of those who have carried it out."""
        for change in self.change_id:
            if change.stage_id.kind != "verify":
                raise UserError(
                    self.env._(
                        "%(change)s is checked once it has been carried out.",
                        change=change.display_name,
                    )
                )
            change._check_verifier()

    def _note_checked(self):
        """Keep who has checked and when; an emptied row is open again."""
        answered = self.filtered("verdict")
        answered.write(Granted(checked_by_id=self.env.uid, checked_at=fields.Datetime.now()))
        (self - answered).filtered("checked_at").write(
            Granted(checked_by_id=False, checked_at=False)
        )
