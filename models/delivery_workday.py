from odoo import api, fields, models
from odoo.tools import format_date


class DeliveryWorkday(models.Model):
    """A day on which a company works though its calendar is free (调休上班日), or the other way."""

    _name = "delivery.workday"
    _description = "Special Day"
    _order = "date desc"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        ondelete="cascade",
    )
    date = fields.Date(required=True)
    kind = fields.Selection(
        [("extra", "Worked"), ("off", "Day off")],
        required=True,
        default="extra",
        help="Worked: counts like an ordinary working day, e.g. a Sunday in place of a holiday.",
    )
    name = fields.Char(string="Occasion")

    _company_date_uniq = models.UniqueIndex(
        "(company_id, date)", "This day is in the list already."
    )

    @api.depends("date", "name")
    def _compute_display_name(self):
        for day in self:
            text = format_date(self.env, day.date)
            day.display_name = f"{text} {day.name}" if day.name else text

    @api.model
    def _get_days(self, company, first, last):
        """Return (dates that are worked, dates that are free) of a company; one query."""
        # deadlines count them whoever causes one
        found_sudo = self.sudo().search(
            [("company_id", "=", company.id), ("date", ">=", first), ("date", "<=", last)]
        )
        extra = {day.date for day in found_sudo if day.kind == "extra"}
        return extra, set(found_sudo.mapped("date")) - extra
