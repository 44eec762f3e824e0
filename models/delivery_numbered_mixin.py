from odoo import api, models
from odoo.tools import SQL


class DeliveryNumberedMixin(models.AbstractModel):
    """A document under a permanent number, from one sequence per company and kind of document."""

    _name = "delivery.numbered.mixin"
    _description = "Document Under a Permanent Number"

    # code and prefix of the company's sequence, and what it is called
    _number_code = None
    _number_prefix = None
    _number_title = None

    @api.model
    def _draw_numbers(self, company, count):
        """Return ``count`` new permanent numbers of ``company``, drawn in one query."""
        sequence_sudo = self._get_number_sequence(company)
        if sequence_sudo.implementation != "standard" or sequence_sudo.use_date_range:
            # an administrator wants it so, and pays a query for each number
            return [sequence_sudo.next_by_id() for _number in range(count)]
        rows = self.env.execute_query(
            SQL(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                f"ir_sequence_{sequence_sudo.id:03d}",
                count,
            )
        )
        prefix, suffix = sequence_sudo._get_prefix_suffix()
        return [f"{prefix}{value:0{sequence_sudo.padding}d}{suffix}" for (value,) in rows]

    @api.model
    def _draw_numbers_for(self, companies):
        """Return a new number for each of ``companies``, in their order."""
        numbers = {
            company: iter(self._draw_numbers(company, companies.count(company)))
            for company in set(companies)
        }
        return [next(numbers[company]) for company in companies]

    @api.model
    def _get_number_sequence(self, company):
        """Return the company's sequence (as superuser), made at its first document."""
        sequences_sudo = self.env["ir.sequence"].sudo()
        domain = [("code", "=", self._number_code), ("company_id", "=", company.id)]
        return sequences_sudo.search(domain, limit=1) or sequences_sudo.create(
            {
                "name": f"{self._number_title} {company.name}",
                "code": self._number_code,
                "company_id": company.id,
                "prefix": self._number_prefix,
                "padding": 6,
            }
        )
