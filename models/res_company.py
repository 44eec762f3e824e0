from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import fields, models

from ..core import workdays

# of a company without a calendar
OFFICE_HOURS = ((time(8), time(12)), (time(13), time(17)))
# days that are looked at, farther only when they hold too little
REACHES = (21, 120, 800)


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

    delivery_link_days = fields.Integer(
        string="Reading Links Valid (Days)",
        default=180,
        required=True,
        help="How long a link shows a document to whoever has it. 0: until a new link is made.",
    )

    def _get_delivery_workdays(self, first, last):
        """Return the dates from ``first`` to ``last`` that are working days of this company."""
        self.ensure_one()
        days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
        # whoever causes a mail need not know the calendar of the company
        calendar_sudo = self.sudo().resource_calendar_id
        extra, off = self.env["delivery.workday"]._get_days(self, first, last)
        if not calendar_sudo:
            return ({day for day in days if day.weekday() < 5} | extra) - off
        unusual = calendar_sudo._get_unusual_days(
            datetime.combine(first, time(), tzinfo=UTC),
            datetime.combine(last, time(23, 59), tzinfo=UTC),
            self,
        )
        worked = {day for day in days if not unusual.get(fields.Date.to_string(day))}
        return (worked | extra) - off

    def _get_delivery_spans(self, first, last):
        """Return the working hours of this company by day, as ``core.workdays`` wants them.

        :return: ``{date: [(start, end), ...]}`` with moments in UTC, without time zone
        """
        self.ensure_one()
        # whoever causes a deadline need not know the calendar of the company
        calendar_sudo = self.sudo().resource_calendar_id
        zone = ZoneInfo(calendar_sudo.tz or "UTC")
        spans, hours = {}, list(OFFICE_HOURS)
        if calendar_sudo:
            found = calendar_sudo._work_intervals_batch(
                datetime.combine(first, time(), tzinfo=zone),
                datetime.combine(last, time.max, tzinfo=zone),
            )[False]
            for start, end, _attendances in found:
                local = start.astimezone(zone)
                pair = (local.replace(tzinfo=None), end.astimezone(zone).replace(tzinfo=None))
                spans.setdefault(local.date(), []).append(pair)
            fullest = max(spans.values(), key=_length, default=())
            hours = [(start.time(), end.time()) for start, end in fullest] or hours
        else:
            for ahead in range((last - first).days + 1):
                day = first + timedelta(days=ahead)
                if day.weekday() < 5:
                    spans[day] = [
                        (datetime.combine(day, start), datetime.combine(day, end))
                        for start, end in hours
                    ]
        extra, off = self.env["delivery.workday"]._get_days(self, first, last)
        spans = workdays.apply_days(spans, extra, off, hours)
        return {
            day: [
                tuple(
                    moment.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
                    for moment in pair
                )
                for pair in pairs
            ]
            for day, pairs in spans.items()
        }

    def _get_delivery_hours(self):
        """Return how many hours a working day of this company has."""
        self.ensure_one()
        # whoever causes a deadline need not know the calendar of the company
        return self.sudo().resource_calendar_id.hours_per_day or 8

    def _plan_delivery_time(self, moment, days):
        """Return the moment that lies so many working days after ``moment``.

        :param datetime moment: in UTC, without time zone
        :param float days: working days of this company
        :return: False when the calendar holds no such moment within two years
        """
        self.ensure_one()
        seconds = days * self._get_delivery_hours() * 3600
        first = moment.date() - timedelta(days=1)
        for reach in REACHES:
            if days <= reach / 2:
                last = moment.date() + timedelta(days=reach)
                found = workdays.after(moment, seconds, self._get_delivery_spans(first, last))
                if found:
                    return found
        return False

    def _plan_delivery_day(self, day, days):
        """Return the date that lies so many working days after ``day``; False if there is none."""
        self.ensure_one()
        for reach in REACHES:
            if days <= reach / 2:
                worked = self._get_delivery_workdays(day, day + timedelta(days=reach))
                found = workdays.day_after(day, days, worked)
                if found:
                    return found
        return False

    def _get_delivery_midnight(self, day):
        """Return when ``day`` begins at this company, in UTC, without time zone."""
        self.ensure_one()
        # whoever causes a deadline need not know the calendar of the company
        zone = ZoneInfo(self.sudo().resource_calendar_id.tz or "UTC")
        return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC).replace(tzinfo=None)

    def _plan_delivery_morning(self, day, days):
        """Return when work begins, so many working days before ``day``; False if there is none."""
        self.ensure_one()
        for reach in REACHES:
            if days <= reach / 2:
                spans = self._get_delivery_spans(day - timedelta(days=reach), day)
                found = workdays.morning_before(day, days, spans)
                if found:
                    return found
        return False


def _length(pairs):
    return sum((end - start for start, end in pairs), timedelta())
