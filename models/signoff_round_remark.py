from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date

MARKS = ("approve", "reject", "comment")


class SignoffRound(models.Model):
    """A round as a review: what was said of each item, how far it is, and its minutes."""

    _inherit = "signoff.round"

    remark_ids = fields.One2many("signoff.remark", "round_id", readonly=True)
    has_remarks = fields.Boolean(compute="_compute_minutes", export_string_translation=False)
    minutes = fields.Html(string="Review", compute="_compute_minutes", sanitize=False)

    @api.depends("remark_ids", "slot_ids.state")
    @api.depends_context("lang")
    def _compute_minutes(self):
        for row in self:
            # who reads the round reads what was said about its items
            row_sudo = row.sudo()
            row.has_remarks = bool(row_sudo.remark_ids)
            row.minutes = row_sudo._render_minutes() if row_sudo.remark_ids else False

    @api.readonly
    def get_remarks(self):
        """Return what was said of the items of this round.

        :return: dictionary with ``items`` (``key``, ``name``, ``remarks``), ``people`` (``name``,
            ``marked``, ``verdict``) and ``total``, as the minutes print it
        """
        row = self._entry()
        row.ensure_one()
        row.check_access("read")
        minutes = row.sudo()._get_minutes()
        return {
            "total": minutes["total"],
            "items": [
                {
                    "key": item["key"],
                    "name": item["name"],
                    "remarks": [
                        {
                            "person": remark.person_name,
                            "verdict": remark.verdict,
                            "comment": remark.comment or "",
                        }
                        for remark in item["remarks"]
                    ],
                }
                for item in minutes["items"]
            ],
            "people": [
                {"name": one["name"], "marked": one["marked"], "verdict": one["verdict"]}
                for one in minutes["people"]
            ],
        }

    def _get_minutes(self):
        """Return what the minutes of this round say (superuser)."""
        self.ensure_one()
        remarks = self.env["signoff.remark"]
        latest = remarks._get_latest([("round_id", "=", self.id)])
        by_item, by_slot = {}, {}
        for (slot, key), remark in latest.items():
            by_item.setdefault(key, []).append(remark)
            by_slot.setdefault(slot, []).append(remark)
        items = [
            {
                **item,
                "remarks": by_item.get(item["key"], []),
                "stands": self._get_item_standing(by_item.get(item["key"], ())),
            }
            for item in self._get_document()._signoff_get_items(self)
        ]
        total = len(items)
        verdicts = dict(
            self.env["signoff.slot"]._fields["verdict"]._description_selection(self.env)
        )
        states = dict(self.env["signoff.slot"]._fields["state"]._description_selection(self.env))
        people = [
            {
                "name": slot.person_name,
                "post": slot.person_post or "",
                "behalf": slot.on_behalf_slot_id
                and self.env._("on behalf of %s", slot.on_behalf_slot_id.person_name),
                "company": self._get_company_name(slot),
                "verdict": verdicts.get(slot.verdict) or states[slot.state],
                "comment": slot.decision_ids.sorted("id")[-1:].comment or "",
                "conditions": slot.decision_ids.sorted("id")[-1:].conditions or "",
                "marked": len(by_slot.get(slot, ())),
                "percent": round(100 * len(by_slot.get(slot, ())) / total) if total else 0,
            }
            for slot in self.slot_ids.sorted("id")
            if slot.state != "void" or slot in by_slot
        ]
        return {
            "total": total,
            "items": items,
            "people": people,
            "open": [item for item in items if item["stands"] in ("reject", "comment")],
            "counts": {
                mark: len([item for item in items if item["stands"] == mark])
                for mark in (*MARKS, "")
            },
        }

    @api.model
    def _get_company_name(self, slot):
        """Return the company for which somebody speaks, nothing for a person on his own."""
        company = slot.partner_id.commercial_partner_id
        return (company.name or "") if company != slot.partner_id else ""

    @api.model
    def _get_item_standing(self, remarks):
        """Return how an item stands: one refusal weighs more than all that agree."""
        said = {remark.verdict for remark in remarks}
        return next((mark for mark in ("reject", "comment", "approve") if mark in said), "")

    def _get_minutes_head(self):
        """Return when this review went and how it stands, as texts."""
        self.ensure_one()
        states = dict(self._fields["state"]._description_selection(self.env))
        return {
            "state": states[self.state],
            "started": format_date(self.env, self.started_at),
            "ended": format_date(self.env, self.ended_at) if self.ended_at else "",
        }

    def _render_minutes(self, printed=False):
        """Return what was said in this review (superuser) as HTML."""
        self.ensure_one()
        marks = dict(self.env["signoff.remark"]._fields["verdict"]._description_selection(self.env))
        minutes = self._get_minutes()
        labels = {**marks, "": self.env._("Without a mark")}
        standings = [
            {
                "label": labels[mark],
                "count": count,
                "class": "text-danger" if mark == "reject" and count else None,
            }
            for mark, count in minutes["counts"].items()
        ]
        values = {"printed": printed, "marks": marks, "standings": standings, **minutes}
        return Markup(self.env["ir.qweb"]._render("customer_delivery.signoff_minutes", values))

    def action_print_minutes(self):
        """Print the minutes of this review."""
        row = self._entry()
        row.ensure_one()
        row.check_access("read")
        return self.env.ref("customer_delivery.signoff_round_report_minutes").report_action(row)

    def _find_problems(self):
        problems = super()._find_problems()
        for remark in self.remark_ids:
            if problem := remark._find_problem():
                problems.append(f"{remark.display_name}: {problem}")
        return problems

    def _end(self, state, reason="", told=""):
        super()._end(state, reason, told)
        for row in self.sudo():
            if any(row.slot_ids.mapped("remark_count")):
                row._note_minutes()

    def _note_minutes(self):
        """Note on the document how its review ended; the minutes are printed from the round."""
        self.ensure_one()
        document = self._get_document()
        if not hasattr(document, "_message_log"):
            return
        ours = self.with_context(lang=self.lang)
        counts = ours._get_minutes()["counts"]
        states = dict(ours._fields["state"]._description_selection(ours.env))
        document._message_log(
            body=ours.env._(
                "Review ended: %(state)s. Items agreed %(agreed)s, refused %(refused)s, commented "
                "%(commented)s, without a mark %(silent)s. Open the round to print its minutes.",
                state=states[self.state],
                agreed=counts["approve"],
                refused=counts["reject"],
                commented=counts["comment"],
                silent=counts[""],
            )
        )
