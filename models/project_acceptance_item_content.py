from odoo import api, fields, models
from odoo.tools import float_repr

from ..core import verdict as judge
from ..core.canonical import decimal
from .project_requirement_indicator import DIGITS


class ProjectAcceptanceItem(models.Model):
    """What an item says: to people, to the phone, and in what is signed."""

    _inherit = "project.acceptance.item"

    # === WORDS === #

    def _get_target(self):
        """Return the target of a measurement as plain data."""
        self.ensure_one()
        return judge.Target(
            self.operator or "<=", self.target, self.target_max, self.unit or "", self.tolerance
        )

    def _get_target_text(self):
        """Return what must be reached, as people write it."""
        self.ensure_one()
        if self.kind == "measure":
            low, high = self._number(self.target), self._number(self.target_max)
            signs = {"<=": "≤", ">=": "≥"}
            sign = signs.get(self.operator, self.operator or "≤")
            value = f"{low} … {high}" if self.operator == "between" else f"{sign} {low}"
            slack = f"± {self._number(self.tolerance)}" if self.tolerance else ""
            return " ".join(part for part in (value, slack, self.unit) if part)
        if self.kind == "choice":
            return " / ".join(judge.options(self.passing_answers))
        if self.kind == "score":
            return f"≥ {self.min_score}"
        return False

    @api.model
    def _number(self, value):
        text = float_repr(value or 0.0, DIGITS)
        return text.rstrip("0").rstrip(".")

    def _get_value_text(self, side):
        """Return what a side measured, chose or wrote, as people write it; empty without."""
        self.ensure_one()
        if not self[f"{side}_verdict"] or self[f"{side}_verdict"] == "na":
            return ""
        if self.kind in ("measure", "score"):
            value = self._number(self[f"{side}_value"])
            return f"{value} {self.unit or ''}".strip() if self.kind == "measure" else value
        return self[f"{side}_answer"] or ""

    def _has_evidence(self):
        self.ensure_one()
        # whether there is a file, not what it says
        return bool(self.sudo().attachment_ids or self.evidence_url or self.test_run)

    # === WHAT A SCREEN SHOWS === #

    def _as_row(self):
        """Return this item as the walk shows it."""
        self.ensure_one()
        item_sudo = self.sudo()
        # which files there are; who fetches one is asked again
        files_sudo = item_sudo.attachment_ids
        row = {
            "id": self.id,
            "number": self.number,
            "round": self.round,
            "family": item_sudo.family_id.name,
            "text": self.name,
            "kind": self.kind,
            "target": self._get_target_text() or "",
            # what the phone judges by while it has no connection
            "operator": self.operator or "<=",
            "low": self.target,
            "high": self.target_max,
            "tolerance": self.tolerance,
            "min_score": self.min_score,
            "passing": list(judge.options(self.passing_answers)),
            "unit": self.unit or "",
            "condition": self.condition or "",
            "answers": [
                *judge.options(self.passing_answers),
                *judge.options(self.failing_answers),
            ]
            if self.kind == "choice"
            else [],
            "requirement": item_sudo.requirement_id.number or "",
            "evidence": self.evidence_required,
            "photos": len(files_sudo),
            "files": [file.id for file in files_sudo if (file.mimetype or "").startswith("image/")],
            "has_proof": bool(self.evidence_url or self.test_run),
            "waived": self.waived,
        }
        for side, by in (("check", item_sudo.check_user_id.name), ("customer", self.customer_name)):
            row[side] = {
                "verdict": self[f"{side}_verdict"] or "",
                "value": self[f"{side}_value"],
                "answer": self[f"{side}_answer"] or "",
                "note": self[f"{side}_note"] or "",
                "rev": self[f"{side}_rev"],
                "by": by or "",
                "date": fields.Datetime.to_string(self[f"{side}_date"]) or "",
            }
        # never shown as the customer's own click
        row["customer"]["recorded_by"] = item_sudo.customer_recorded_by_id.name or ""
        return row

    # === CANONICAL FORM === #

    def _get_payload(self, choice, files=()):
        """Return the canonical content of this item.

        :param choice: function(record, field name) giving code and label
        :param files: what shows it, as dictionaries with name and check code
        """
        self.ensure_one()
        payload = {
            "no": self.number,
            "round": self.round,
            "family": self.family_id.name,
            "text": self.name,
            "kind": choice(self, "kind"),
            "target": self._get_target_text() or None,
            "condition": self.condition or None,
            "requirement": self.requirement_id.number or None,
            "requirement_version": self.requirement_version or None,
            "deliverable": self.deliverable_id.name or None,
            "weight": decimal(self.weight, 2),
            "test_run": self.test_run or None,
            "link": self.evidence_url or None,
            "files": files,
        }
        for side in ("check", "customer"):
            if self[f"{side}_verdict"]:
                payload[side] = {
                    "verdict": choice(self, f"{side}_verdict"),
                    "value": self._get_value_text(side) or None,
                    "note": self[f"{side}_note"] or None,
                    "on": self[f"{side}_date"],
                    "by": self.check_user_id.name if side == "check" else self.customer_name,
                }
        if self.customer_verdict:
            payload["customer"]["way"] = choice(self, "customer_via")
            payload["customer"]["recorded_by"] = self.customer_recorded_by_id.name or None
        if self.waived:
            payload["waived"] = {
                "reason": self.waive_reason,
                "by": self.waived_by_id.name,
                "on": self.waived_on,
            }
        return payload
