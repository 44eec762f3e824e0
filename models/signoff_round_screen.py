from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class SignoffRound(models.Model):
    """What the form of a round shows beside its columns."""

    _inherit = "signoff.round"

    can_manage = fields.Boolean(
        string="May Manage", compute="_compute_can_manage", export_string_translation=False
    )
    waiting_for = fields.Char(string="Waits For", compute="_compute_waiting_for")
    void_reason = fields.Text(compute="_compute_void_reason")

    @api.depends_context("uid")
    def _compute_can_manage(self):
        for model, rows in self.grouped("res_model").items():
            for row in rows:
                document = self.env[model].browse(row.res_id)
                try:
                    document._signoff_check_may_send()
                    row.can_manage = True
                except AccessError:
                    row.can_manage = False

    @api.depends("slot_ids.state")
    def _compute_waiting_for(self):
        names = {}
        for slot in self.env["signoff.slot"].search_fetch(
            [("round_id", "in", self.ids), ("state", "=", "pending")],
            ["round_id", "person_name"],
            order="id",
        ):
            names.setdefault(slot.round_id.id, []).append(slot.person_name)
        for row in self:
            row.waiting_for = ", ".join(dict.fromkeys(names.get(row.id, ()))) or False

    @api.depends("state")
    def _compute_void_reason(self):
        reasons = self.env["signoff.void"]._get_reasons(self)
        for row in self:
            row.void_reason = reasons.get(row.id, False)

    # === ACTION METHODS === #

    def action_open_withdraw(self):
        """Open the dialog that asks why this round is taken back."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Withdraw"),
            "res_model": "signoff.round.withdraw",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_round_id": self.id},
        }

    def action_verify(self):
        """Recompute the check codes of these rounds: content, decisions, signatures, files.

        :return: list of dictionaries with ``id``, ``ok`` and ``problems`` (list of texts)
        """
        self.check_access("read")
        return [
            {"id": row.id, "ok": not problems, "problems": problems}
            for row, problems in ((row, row.sudo()._find_problems()) for row in self)
        ]

    def _find_problems(self):
        """Return what is wrong with this round (superuser) and what it rests on."""
        self.ensure_one()
        problems = []
        snapshot = self.snapshot_id
        if snapshot.sha256 != self.snapshot_sha256:
            problems.append(self.env._("The content does not fit its round."))
        checked = [snapshot, *self.decision_ids, *self.decision_ids.signature_ids]
        for record in checked:
            if problem := record._find_problem():
                problems.append(f"{record.display_name}: {problem}")
        return problems

    def action_show_verification(self):
        """Tell the user whether this round is as it was recorded."""
        self.ensure_one()
        problems = self.action_verify()[0]["problems"]
        if problems:
            raise UserError("\n".join(problems))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Unchanged since it was recorded: %(count)s decisions.",
                    count=len(self.decision_ids),
                ),
            },
        }
