from odoo import api, fields, models
from odoo.exceptions import UserError


class SignoffDecision(models.Model):
    """What screens show of a decision beside what is kept of it."""

    _inherit = "signoff.decision"

    # as on paper: when (in which time zone), of which version, under which check code
    moment = fields.Char(string="Recorded At", compute="_compute_facts", compute_sudo=True)
    version = fields.Char(compute="_compute_facts", compute_sudo=True)
    short_code = fields.Char(string="Short Check Code", compute="_compute_facts", compute_sudo=True)
    paper_note = fields.Char(string="On the Paper", compute="_compute_paper", compute_sudo=True)
    file_count = fields.Integer(
        string="Files", compute="_compute_paper", compute_sudo=True, aggregator=None
    )

    @api.depends("recorded_at", "snapshot_sha256", "round_id")
    @api.depends_context("lang", "tz")
    def _compute_facts(self):
        papers = self.env["signoff.paper"]
        versions = {
            row: document._signoff_paper_version(row)
            for row in self.round_id
            if (document := row._get_document().exists())
        }
        for decision in self:
            zone = self.env.context.get("tz") or papers._get_zone(decision.company_id)
            decision.moment = papers._format_moment(decision.recorded_at, zone)
            decision.version = versions.get(decision.round_id)
            decision.short_code = papers._shorten(decision.snapshot_sha256)

    def _compute_paper(self):
        seals = dict(
            self.env["signoff.signature"]._fields["seal_kind"]._description_selection(self.env)
        )
        for decision in self:
            signatures = decision.signature_ids
            notes = [
                note
                for signature in signatures
                for note in (seals.get(signature.seal_kind), signature.own_form)
                if note
            ]
            decision.paper_note = " · ".join(notes) or False
            # a signature keeps the files of an agreement, the decision those of a refusal
            decision.file_count = len(decision._get_files()) + sum(
                len(signature._get_files()) for signature in signatures
            )

    def action_open_file(self):
        """Open the stamped copy, or the proof, that is kept under this decision; works on one."""
        self.ensure_one()
        self.check_access("read")
        # whoever reads a decision reads what is kept under it
        decision_sudo = self.sudo()
        files_sudo = decision_sudo.signature_ids.attachment_ids
        if decision_sudo.file_sha256s:
            files_sudo |= decision_sudo.attachment_ids
        if not files_sudo:
            raise UserError(self.env._("No file is kept here, or it is missing."))
        if len(files_sudo) > 1:
            return {
                "type": "ir.actions.act_window",
                "name": self.env._("Files"),
                "res_model": "ir.attachment",
                "views": [(False, "kanban"), (False, "list")],
                "domain": [("id", "in", files_sudo.ids)],
                "context": {"create": False},
            }
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{files_sudo.id}",
            "target": "new",
        }
