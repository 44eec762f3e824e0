from datetime import UTC, datetime, time, timedelta

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    delivery_pool_mode_id = fields.Many2one(
        "delivery.mode",
        string="Delivery Mode of the Pool",
        help="Stages of requirements that have no project yet.",
    )
    delivery_finance_user_id = fields.Many2one(
        "res.users",
        string="Finance Person",
        domain=[("share", "=", False)],
        help="Told once when a signed acceptance makes a payment due.",
    )
    delivery_upload_limit = fields.Integer(
        string="Largest Upload (MB)",
        default=20,
        required=True,
        help="Largest file that a customer may send with a wish.",
    )
    delivery_upload_types = fields.Char(
        string="Accepted Files",
        default="pdf,png,jpg,jpeg,gif,webp,heic,doc,docx,xls,xlsx,ppt,pptx,txt,csv,zip,mp4,mov",
        required=True,
        help="File endings that customers may send, separated by commas.",
    )

    def _get_delivery_workdays(self, first, last):
        """Return the dates from ``first`` to ``last`` that are working days of this company.

        Extend it where days off are worked in exchange for a holiday.
        """
        self.ensure_one()
        days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
        # whoever causes a mail need not know the calendar of the company
        calendar_sudo = self.sudo().resource_calendar_id
        if not calendar_sudo:
            return {day for day in days if day.weekday() < 5}
        unusual = calendar_sudo._get_unusual_days(
            datetime.combine(first, time(), tzinfo=UTC),
            datetime.combine(last, time(23, 59), tzinfo=UTC),
            self,
        )
        return {day for day in days if not unusual.get(fields.Date.to_string(day))}
