from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..core.grant import Granted

# calendar days that are looked through for so many working days: long holidays included
LOOK_AHEAD = 3
SPARE_DAYS = 21
DECIDING_KINDS = ("new", "assess", "approve")


class ProjectChange(models.Model):
    """How long a change may wait for its decision: its type says so, in working days."""

    _inherit = "project.change"

    decide_due = fields.Date(
        string="Decide Until",
        readonly=True,
        copy=False,
        help="Counted from the day it was submitted, in working days, as its type says.",
    )
    is_decide_overdue = fields.Boolean(
        string="Decision Overdue",
        compute="_compute_is_decide_overdue",
        search="_search_is_decide_overdue",
    )

    _decide_due_idx = models.Index("(decide_due) WHERE decision = 'none'")

    # === COMPUTE METHODS === #

    @api.depends("decide_due", "decision", "stage_id")
    def _compute_is_decide_overdue(self):
        today = fields.Date.context_today(self)
        for change in self:
            change.is_decide_overdue = (
                bool(change.decide_due)
                and change.decide_due < today
                and change.decision == "none"
                and change.stage_id.kind in DECIDING_KINDS
            )

    def _search_is_decide_overdue(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return (
            Domain("decide_due", "<", "today")
            & Domain("decision", "=", "none")
            & Domain("stage_id.kind", "in", DECIDING_KINDS)
        )

    # === BUSINESS METHODS === #

    def write(self, vals):
        result = super().write(vals)
        if "type_id" in vals:
            # another type has other days, from the same beginning
            self.filtered("date_submitted")._set_decide_due()
        return result

    def _note_submitted(self):
        fresh = self.filtered(lambda change: not change.date_submitted)
        super()._note_submitted()
        fresh._set_decide_due()

    def action_reopen(self):
        """Take up again what was on hold, rejected or withdrawn; its days begin anew."""
        result = super().action_reopen()
        changes = self._entry().filtered("decide_due")
        changes._set_decide_due(fields.Date.context_today(changes))
        return result

    def _set_decide_due(self, start=None):
        """Note until when these changes are to be decided.

        :param start: the day from which it is counted; by default that of being submitted
        """
        known = {}
        for change in self:
            days = change.type_id.sudo().decide_days
            begun = start or fields.Datetime.context_timestamp(self, change.date_submitted).date()
            key = (change.company_id, begun, days)
            if key not in known:
                known[key] = change._add_workdays(begun, days) if days else False
            change.write(Granted(decide_due=known[key]))

    def _add_workdays(self, start, count):
        """Return the day that is ``count`` working days of the company after ``start``."""
        self.ensure_one()
        last = start + timedelta(days=LOOK_AHEAD * count + SPARE_DAYS)
        days = self.company_id._get_delivery_workdays(start + timedelta(days=1), last)
        ahead = sorted(days)[:count]
        # with hardly any working day ahead, the end of what was looked through is late enough
        return ahead[-1] if len(ahead) == count else last
