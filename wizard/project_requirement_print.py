from odoo import api, fields, models
from odoo.exceptions import UserError

REPORTS = {
    "specification": "customer_delivery.action_report_specification",
    "confirmation": "customer_delivery.action_report_confirmation_slip",
}
SELECTION_REPORT = "customer_delivery.action_report_confirmation_slip_selection"


class ProjectRequirementPrint(models.TransientModel):
    """Choose the paper, its language and what its cover says."""

    _name = "project.requirement.print"
    _description = "Print Requirements"

    paper = fields.Selection(
        [
            ("specification", "Requirement specification"),
            ("confirmation", "Requirement confirmation (one table)"),
        ],
        required=True,
        default="specification",
    )
    project_id = fields.Many2one("project.project")
    requirement_ids = fields.Many2many(
        "project.requirement", "project_requirement_print_rel", "print_id", "requirement_id"
    )
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        help="Empty: the document language of the project.",
    )
    version = fields.Char(help="As it shall stand on the paper, e.g. V1.0.")
    classification = fields.Char(help="As it shall stand on the paper, e.g. internal.")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if self.env.context.get("active_model") == "project.requirement":
            requirements = self.env["project.requirement"].browse(
                self.env.context.get("active_ids") or []
            )
            values["requirement_ids"] = requirements.exists().ids
            values["paper"] = "confirmation"
            if len(requirements.project_id) == 1:
                values["project_id"] = requirements.project_id.id
        return values

    def action_print(self):
        """Print the chosen paper; works on one dialog."""
        self.ensure_one()
        options = {
            "lang": self.lang,
            "version": self.version,
            "classification": self.classification,
        }
        options = {key: val for key, val in options.items() if val}
        # read as superuser: what a print action is, not what it prints
        if self.paper == "confirmation" and self.requirement_ids:
            report_sudo = self.env.ref(SELECTION_REPORT).sudo()
            options["requirement_ids"] = self.requirement_ids.ids
        elif self.project_id:
            report_sudo = self.env.ref(REPORTS[self.paper]).sudo()
            options["project_ids"] = self.project_id.ids
        else:
            raise UserError(self.env._("Choose the project whose specification is printed."))
        action = report_sudo.with_env(self.env).report_action(None, data=options, config=False)
        return {**action, "close_on_report_download": True}
