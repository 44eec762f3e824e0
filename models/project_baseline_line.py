from odoo import api, fields, models

MANIFEST_FIELDS = ("number", "name", "version_number", "sha256", "outline", "section")


class ProjectBaselineLine(models.Model):
    """One requirement in a baseline: which version, and where it stood."""

    _name = "project.baseline.line"
    _description = "Baseline Line"
    _inherit = ["signoff.evidence.mixin"]
    _order = "baseline_id, sequence, id"
    _rec_name = "number"

    baseline_id = fields.Many2one(
        "project.baseline", readonly=True, index=True, ondelete="restrict"
    )
    requirement_id = fields.Many2one(
        "project.requirement", readonly=True, index=True, ondelete="restrict"
    )
    version_id = fields.Many2one(
        "project.requirement.version",
        string="Version Kept",
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    sequence = fields.Integer(readonly=True, aggregator=None)
    number = fields.Char(required=True, readonly=True)
    name = fields.Char(string="Title", required=True, readonly=True)
    version_number = fields.Integer(string="Version", readonly=True, aggregator=None)
    sha256 = fields.Char(string="Check Code", required=True, readonly=True)
    outline = fields.Char(string="No.", readonly=True)
    section = fields.Char(readonly=True)

    def _is_practice(self):
        return self.baseline_id._is_practice()

    def action_open_version(self):
        """Open what the requirement said in this baseline."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("%(number)s in this baseline", number=self.number),
            "res_model": "project.requirement.version",
            "res_id": self.version_id.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _get_manifest_line(self):
        self.ensure_one()
        return self._as_manifest_line({name: self[name] for name in MANIFEST_FIELDS})

    @api.model
    def _as_manifest_line(self, row):
        """Return what the check code of a baseline covers of one line."""
        return {
            "number": row["number"],
            "title": row["name"],
            "version": row["version_number"],
            "sha256": row["sha256"],
            "outline": row["outline"] or None,
            "section": row["section"] or None,
        }

    # === ANSWERS OF THE CUSTOMER === #

    def _confirm_requirements(self):
        """The customer has agreed to these lines: their requirements are confirmed."""
        still = self.filtered(
            lambda line: line.requirement_id.content_rev == line.version_id.content_rev
        )
        still.requirement_id._signoff_confirm()

    def _release_requirements(self):
        """The agreement to these lines is void: what hung on it is open again."""
        hanging = self.filtered(
            lambda line: (
                line.requirement_id.content_lock == "agreed"
                and line.requirement_id.confirmed_version_id == line.version_id
            )
        )
        hanging.requirement_id._signoff_reopen()
        self.requirement_id._signoff_stop()
