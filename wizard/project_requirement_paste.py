from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import plaintext2html

from ..core import pasted_list

WARNINGS = [
    ("duplicate", "Same title as above"),
    ("cut", "Title was too long"),
    ("unknown", "Class or type not recognised"),
    ("exists", "Already in this project"),
]


class ProjectRequirementPaste(models.TransientModel):
    """Make requirements of a list copied from a spreadsheet, a document or a chat."""

    _name = "project.requirement.paste"
    _description = "Paste a List of Requirements"

    project_id = fields.Many2one("project.project", ondelete="cascade")
    partner_id = fields.Many2one("res.partner", string="Customer", ondelete="cascade")
    section_id = fields.Many2one(
        "project.requirement.section",
        domain="[('project_id', '=', project_id)]",
        ondelete="cascade",
    )
    requester_id = fields.Many2one("res.partner", string="Requested By", ondelete="cascade")
    text = fields.Text(string="Pasted List")
    line_ids = fields.One2many(
        "project.requirement.paste.line",
        "paste_id",
        string="What Will Be Made",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    line_count = fields.Integer(compute="_compute_line_count", export_string_translation=False)
    unclassified_count = fields.Integer(
        compute="_compute_line_count", export_string_translation=False
    )

    @api.depends("text", "project_id")
    def _compute_line_ids(self):
        for wizard in self:
            commands = [Command.create(vals) for vals in wizard._get_line_vals_list()]
            wizard.line_ids = [Command.clear(), *commands]

    @api.depends("line_ids", "line_ids.priority_id")
    def _compute_line_count(self):
        for wizard in self:
            wizard.line_count = len(wizard.line_ids)
            wizard.unclassified_count = len(
                wizard.line_ids.filtered(lambda line: not line.priority_id)
            )

    def _get_line_vals_list(self):
        self.ensure_one()
        lines = pasted_list.parse(
            self.text or "",
            self._get_words("project.requirement.priority"),
            self._get_words("project.requirement.type"),
        )
        known = self._get_known_titles()
        return [
            {
                "sequence": line.line_no,
                "name": line.title,
                "description": line.description,
                "priority_id": line.class_key,
                "type_id": line.type_key,
                "warning": "exists" if line.title.casefold() in known else line.warning,
            }
            for line in lines
        ]

    @api.model
    def _get_words(self, model):
        """Return {id: words by which the record is known, in every installed language}."""
        words = {}
        for lang, _name in self.env["res.lang"].get_installed():
            for record in self.env[model].with_context(lang=lang).search([]):
                known = [record.name, *(record.words or "").replace("，", ",").split(",")]
                words.setdefault(record.id, []).extend(
                    word.strip() for word in known if word and word.strip()
                )
        return words

    def _get_known_titles(self):
        if not self.project_id:
            return set()
        rows = self.env["project.requirement"].search_fetch(
            [("project_id", "=", self.project_id._origin.id or self.project_id.id)], ["name"]
        )
        return {row.name.casefold() for row in rows}

    def action_create(self):
        """Make one requirement of each line and open them."""
        self.ensure_one()
        if not self.line_ids:
            raise UserError(self.env._("Paste the list first: one requirement a line."))
        requirements = self.env["project.requirement"].create(
            [line._prepare_requirement_vals() for line in self.line_ids]
        )
        if self.project_id:
            action = self.project_id.action_view_requirements()
        else:
            action = self.env["ir.actions.actions"]._for_xml_id(
                "customer_delivery.project_requirement_action_pool"
            )
        message = self.env._("%(count)s requirements created.", count=len(requirements))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": message, "next": action},
        }


class ProjectRequirementPasteLine(models.TransientModel):
    """One requirement to be made of a pasted list."""

    _name = "project.requirement.paste.line"
    _description = "Line of a Pasted List"
    _order = "paste_id, sequence, id"

    paste_id = fields.Many2one(
        "project.requirement.paste", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer()
    name = fields.Char(string="Title", required=True)
    description = fields.Text()
    priority_id = fields.Many2one(
        "project.requirement.priority", string="Class", ondelete="cascade"
    )
    type_id = fields.Many2one("project.requirement.type", ondelete="cascade")
    warning = fields.Selection(WARNINGS)

    def _prepare_requirement_vals(self):
        self.ensure_one()
        paste = self.paste_id
        vals = {
            "name": self.name,
            "project_id": paste.project_id.id,
            "partner_id": paste.partner_id.id,
            "section_id": paste.section_id.id,
            "requester_id": paste.requester_id.id,
            "priority_id": self.priority_id.id,
            "type_id": self.type_id.id,
            "description": plaintext2html(self.description) if self.description else False,
        }
        return {name: value for name, value in vals.items() if value}
