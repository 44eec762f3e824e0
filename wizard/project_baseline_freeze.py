from odoo import api, fields, models


class ProjectBaselineFreeze(models.TransientModel):
    """Ask for the name and purpose of a baseline before it is published."""

    _name = "project.baseline.freeze"
    _description = "Publish Baseline"

    project_id = fields.Many2one("project.project", required=True, ondelete="cascade")
    name = fields.Char(required=True, compute="_compute_name", store=True, readonly=False)
    kind = fields.Selection(
        [("internal", "Internal"), ("customer", "For the customer")],
        required=True,
        default="internal",
    )
    purpose = fields.Text()
    requirement_count = fields.Integer(string="Requirements", compute="_compute_counts")
    new_count = fields.Integer(string="Added", compute="_compute_counts")
    changed_count = fields.Integer(string="Changed", compute="_compute_counts")
    without_criteria_count = fields.Integer(string="Without Criteria", compute="_compute_counts")

    @api.depends("project_id")
    def _compute_name(self):
        for wizard in self:
            wizard.name = self.env["project.baseline"]._propose_name(wizard.project_id)

    def action_view_without_criteria(self):
        """Open the requirements that nobody can verify yet."""
        self.ensure_one()
        action = self.project_id.action_view_requirements()
        return {**action, "domain": [*action["domain"], ("criterion_ids", "=", False)]}

    @api.depends("project_id")
    def _compute_counts(self):
        for wizard in self:
            requirements = self.env["project.baseline"]._get_requirements(wizard.project_id)
            moved = requirements.filtered("has_unversioned_changes")
            wizard.requirement_count = len(requirements)
            wizard.new_count = len(
                moved.filtered(lambda requirement: not requirement.version_number)
            )
            wizard.changed_count = len(moved) - wizard.new_count
            wizard.without_criteria_count = len(
                requirements.filtered(lambda requirement: not requirement.criterion_ids)
            )

    def action_freeze(self):
        """Publish the baseline and open it."""
        self.ensure_one()
        baseline = self.project_id.action_publish_baseline(self.name, self.kind, self.purpose or "")
        return {
            "type": "ir.actions.act_window",
            "res_model": "project.baseline",
            "res_id": baseline.id,
            "view_mode": "form",
        }
