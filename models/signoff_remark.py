from odoo import api, fields, models

from ..core.canonical import digest, dumps
from ..core.grant import Granted
from .signoff_flow_step import METHODS

SCHEMA = "cd.remark/1"
MARKS = [("approve", "Agreed"), ("reject", "Refused"), ("comment", "Commented")]


class SignoffRemark(models.Model):
    """What somebody who is asked says about one item of a document.

    The later remark of the same person on the same item counts; the earlier ones stay readable.
    """

    _name = "signoff.remark"
    _description = "Remark on an Item"
    _inherit = ["signoff.evidence.mixin"]
    _order = "id desc"

    slot_id = fields.Many2one("signoff.slot", readonly=True, index=True, ondelete="restrict")
    round_id = fields.Many2one("signoff.round", readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", readonly=True, index=True, ondelete="restrict")
    project_id = fields.Many2one("project.project", readonly=True, index=True, ondelete="restrict")
    # what the check code covers
    snapshot_sha256 = fields.Char(string="Check Code of the Content", required=True, readonly=True)
    item_key = fields.Char(string="Item", required=True, readonly=True)
    item_name = fields.Char(readonly=True)
    item_sha256 = fields.Char(string="Check Code of the Item", readonly=True)
    verdict = fields.Selection(MARKS, string="Says", required=True, readonly=True)
    comment = fields.Text(string="Remark", readonly=True)
    method = fields.Selection(METHODS, string="Proof", required=True, readonly=True)
    slot_ref = fields.Integer(readonly=True, export_string_translation=False, aggregator=None)
    recorded_at = fields.Datetime(string="Recorded", required=True, readonly=True)
    sha256 = fields.Char(string="Check Code", required=True, readonly=True)
    person_name = fields.Char(related="slot_id.person_name", string="Person", related_sudo=True)

    @api.depends("item_key", "verdict")
    def _compute_display_name(self):
        marks = dict(self._fields["verdict"]._description_selection(self.env))
        for remark in self:
            remark.display_name = f"{remark.item_key}: {marks.get(remark.verdict, '')}"

    def _is_practice(self):
        return self.round_id._is_practice()

    @api.model
    def _record(self, slot_sudo, marks, method):
        """Write one row for each mark; the caller has checked who acts.

        :param marks: list of (item, verdict, comment); an item as ``_signoff_get_items`` says
        :return: the remarks (superuser)
        """
        now = fields.Datetime.now()
        rows = []
        for item, verdict, comment in marks:
            values = {
                "slot_id": slot_sudo.id,
                "round_id": slot_sudo.round_id.id,
                "company_id": slot_sudo.company_id.id,
                "project_id": slot_sudo.project_id.id,
                "snapshot_sha256": slot_sudo.round_id.snapshot_sha256,
                "item_key": item["key"],
                "item_name": item["name"],
                "item_sha256": item["sha256"],
                "verdict": verdict,
                "comment": comment or False,
                "method": method,
                "slot_ref": slot_sudo.id,
                "recorded_at": now,
            }
            rows.append(Granted(values, sha256=digest(dumps(self._as_payload(values)))))
        # evidence has no ACL for anybody: this method is its only door
        return self.sudo().create(rows)

    @api.model
    def _as_payload(self, row):
        """Return the plain content that the check code of a remark covers."""
        names = (
            "snapshot_sha256",
            "item_key",
            "item_name",
            "item_sha256",
            "verdict",
            "comment",
            "method",
            "slot_ref",
            "recorded_at",
        )
        return {"schema": SCHEMA, **{name: row[name] or None for name in names}}

    def _find_problem(self):
        """Return what is wrong with this remark, or nothing."""
        self.ensure_one()
        if digest(dumps(self._as_payload(self))) != self.sha256:
            return self.env._("The remark was changed.")
        if self.snapshot_sha256 != self.round_id.snapshot_sha256:
            return self.env._("The remark does not fit the content of its round.")
        return ""

    def _find_row_problem(self):
        return self._find_problem()

    @api.model
    def _get_latest(self, domain):
        """Return {(slot, item): remark} of those that count; one query."""
        return {
            (remark.slot_id, remark.item_key): remark for remark in self.search(domain, order="id")
        }
