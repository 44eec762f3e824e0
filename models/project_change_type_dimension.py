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
    mode_ids = fields.Many2many(
        "delivery.mode",
        "project_change_type_dimension_mode_rel",
        string="Role Asked In",
        help="In projects of these delivery modes the role is asked, in others the project "
        "manager. Empty: in all.",
    )

    _dimension_uniq = models.UniqueIndex(
        "(type_id, dimension_id)", "This type has a row for this dimension already."
    )

    def _get_asked_role(self, project):
        """Return the role that assesses this side of a change in ``project``, if one does."""
        self.ensure_one()
        asked = not self.mode_ids or project.delivery_mode_id in self.mode_ids
        return self.role_id if asked and not self.user_id.active else self.role_id.browse()

    def _get_candidates(self, project):
        """Return the users who are named for this side of a change in ``project``, in order.

        Where nobody is named, the project manager assesses.
        """
        self.ensure_one()
        if self.user_id.active:
            return self.user_id
        role = self._get_asked_role(project)
        parties = project.delivery_party_ids.filtered(
            lambda party: (
                role
                and party.role_id == role
                and party.side == "supplier"
                and party.is_current
                and party.user_id.active
            )
        )
        return parties.sorted().user_id
