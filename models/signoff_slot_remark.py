from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.canonical import digest, dumps
from ..core.grant import Granted
from .signoff_remark import MARKS

REMARK_LIMIT = 5000
# names of items that a refusal lists
NAMED_AT_MOST = 5


class SignoffSlot(models.Model):
    """Marking the items of a document one by one, before the decision on the whole."""

    _inherit = "signoff.slot"

    # counted here, so that a decision on a document without remarks asks no other table
    remark_count = fields.Integer(
        string="Remarks Made", readonly=True, export_string_translation=False, aggregator=None
    )

    # === READING === #

    @api.readonly
    def get_items(self):
        """Return the items on which the person of this slot may remark, with what he has said.

        :return: list of dictionaries with ``key``, ``name``, ``outline``, ``version``,
            ``verdict`` (``approve``, ``reject``, ``comment`` or empty) and ``comment``
        """
        slot = self._entry()
        slot.ensure_one()
        slot.check_access("read")
        return slot.sudo()._get_marked_items()

    def _get_marked_items(self):
        self.ensure_one()
        row = self.round_id
        said = self.env["signoff.remark"]._get_latest([("slot_id", "=", self.id)])
        items = []
        for item in row._get_document()._signoff_get_items(row):
            remark = said.get((self, item["key"]))
            items.append(
                {
                    "key": item["key"],
                    "name": item["name"],
                    "outline": item["outline"],
                    "version": item["version"],
                    "verdict": remark.verdict if remark else "",
                    "comment": (remark.comment or "") if remark else "",
                }
            )
        return items

    # === MARKING === #

    def action_remark(self, marks, snapshot_sha256):
        """Say of items of the document what one thinks of them; as often as needed.

        Who is logged in marks on the slot that asks him. What is said again counts instead of
        what was said before, which stays readable. The decision on the whole is another act.

        :param list marks: dictionaries with ``key`` (of an item, see :meth:`get_items`),
            ``verdict`` (``approve``, ``reject`` or ``comment``) and ``comment``
        :param str snapshot_sha256: check code of the content that was read
        :return: dictionary with ``marked`` and ``total``: how many items have a mark now
        :raises UserError: not asked any more, content changed, no such item, reason missing
        """
        slot = self._entry()
        slot.ensure_one()
        slot.check_access("read")
        slot._check_is_asked()
        slot._remark(
            marks, "login", self.env["delivery.guarded.mixin"]._entry_text(snapshot_sha256)
        )
        return slot._get_progress()

    def _remark(self, marks, method, snapshot_sha256):
        """Record marks, whoever makes them; the caller has checked who acts."""
        self.ensure_one()
        slot_sudo = self.sudo()
        slot_sudo.round_id._lock()
        slot_sudo.invalidate_recordset(["state"], flush=False)
        slot_sudo._check_open(method)
        slot_sudo._check_content(snapshot_sha256)
        checked = slot_sudo._check_marks(marks)
        if not checked:
            return self.env["signoff.remark"]
        remarks_sudo = self.env["signoff.remark"]._record(slot_sudo, checked, method)
        slot_sudo.write(Granted(remark_count=slot_sudo.remark_count + len(remarks_sudo)))
        slot_sudo._stamp_seen()
        return remarks_sudo

    def _check_marks(self, marks):
        """Return [(item, verdict, comment)] of marks from outside that say something new."""
        row = self.round_id
        guard = self.env["delivery.guarded.mixin"]
        items = {item["key"]: item for item in row._get_document()._signoff_get_items(row)}
        if not items:
            raise UserError(self.env._("This document has no items to remark on."))
        if not isinstance(marks, (list, tuple)) or not all(isinstance(m, dict) for m in marks):
            raise UserError(self.env._("Please send a list of marks."))
        said = self.env["signoff.remark"]._get_latest([("slot_id", "=", self.id)])
        checked = {}
        for mark in marks:
            key = guard._entry_text(mark.get("key"))
            verdict = guard._entry_text(mark.get("verdict"))
            comment = guard._entry_text(mark.get("comment"))[:REMARK_LIMIT]
            if key not in items:
                raise UserError(self.env._("“%s” is not part of this document.", key))
            if verdict not in dict(MARKS):
                raise UserError(self.env._("Please choose what you say of %s.", key))
            if verdict != "approve" and not comment:
                raise UserError(self.env._("%s: please write down why.", key))
            before = said.get((self, key))
            if not before or (before.verdict, before.comment or "") != (verdict, comment):
                checked[key] = (items[key], verdict, comment)
        return list(checked.values())

    def _get_progress(self):
        """Return how many items this person has marked, of how many."""
        items = self.sudo()._get_marked_items()
        return {"marked": len([item for item in items if item["verdict"]]), "total": len(items)}

    def _check_verdict(self, verdict, values):
        super()._check_verdict(verdict, values)
        if not self.remark_count or verdict != "approve":
            return
        refused = [item["key"] for item in self._get_marked_items() if item["verdict"] == "reject"]
        if refused:
            raise UserError(
                self.env._(
                    "You have refused %(items)s. Refuse, agree with conditions, or mark them anew.",
                    items=", ".join(refused[:NAMED_AT_MOST])
                    + (" …" if len(refused) > NAMED_AT_MOST else ""),
                )
            )

    # === PROOF === #

    def _get_own_remarks(self):
        return self.env["signoff.remark"].sudo().search([("slot_id", "=", self.id)], order="id")

    def _get_remark_codes(self):
        return self._get_own_remarks().mapped("sha256")

    def _get_remark_texts(self):
        """Return the canonical texts of all that was remarked here, in order."""
        self.ensure_one()
        remarks_sudo = self._get_own_remarks() if self.remark_count else ()
        return [dumps(remark_sudo._as_payload(remark_sudo)) for remark_sudo in remarks_sudo]

    def _get_remarks_digest(self):
        """Return the check code of all that was remarked here, or nothing."""
        self.ensure_one()
        return digest("".join(self._get_remark_codes())) if self.remark_count else False

    def _has_remarks_of(self, code):
        """Tell whether ``code`` is that of what had been remarked here at some moment."""
        self.ensure_one()
        codes = self._get_remark_codes()
        return any(digest("".join(codes[: end + 1])) == code for end in range(len(codes)))
