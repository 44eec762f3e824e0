from odoo import fields, models


class ProjectChangeTypeDimension(models.Model):
    """One row of the assessment that changes of a type get, and who fills it."""

    _name = "project.change.type.dimension"
    _description = "Assessment Row of a Change Type"
    _order = "type_id, sequence, id"

    type_id = fields.Many2one("project.change.type", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    dimension_id = fields.Many2one("project.change.dimension", required=True, ondelete="restrict")
    is_mandatory = fields.Boolean(
        string="Mandatory",
        default=True,
        help="Must be filled before the change can be sent for approval.",
    )
    role_id = fields.Many2one(
        "project.role",
        string="Assessor's Role",
        ondelete="restrict",
        help="Our party of the project in this role assesses. Empty: the project manager.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Assessor",
        domain=[("share", "=", False)],
        ondelete="restrict",
        help="Assesses in every project, before anybody in the role.",
    )

    _dimension_uniq = models.UniqueIndex(
        "(type_id, dimension_id)", "This type has a row for this dimension already."
    )

    def _get_assessor(self, project):
        """Return the user who assesses this side of a change in ``project``."""
        self.ensure_one()
        if self.user_id.active:
            return self.user_id
        parties = project.delivery_party_ids.filtered(
            lambda party: (
                self.role_id
                and party.role_id == self.role_id
                and party.side == "supplier"
                and party.is_current
                and party.user_id
            )
        )
        return parties[:1].user_id or project.user_id
