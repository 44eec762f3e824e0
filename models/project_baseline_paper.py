from odoo import models


class ProjectBaseline(models.Model):
    """What papers print of a baseline beside its content."""

    _inherit = "project.baseline"

    def _signoff_paper_title(self):
        self.ensure_one()
        return self.env._("Requirement Confirmation %s", self.name)

    def _signoff_paper_version(self, row):
        self.ensure_one()
        return self.name
