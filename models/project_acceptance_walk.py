from odoo import api, models
from odoo.exceptions import UserError

from ..core.acceptance_state import CUSTOMER

PEOPLE_LIMIT = 40


class ProjectAcceptance(models.Model):
    """Walking the checklist (现场验收): what the phone takes along."""

    _inherit = "project.acceptance"

    @api.readonly
    def get_walk_data(self):
        """Return the checklist of the present round, and who may decide; kept for offline use.

        :return: dictionary with ``items`` (see ``_as_row`` of items), ``people`` and the names
            that the screen shows
        """
        acceptance = self._entry()
        acceptance.ensure_one()
        acceptance.check_access("read")
        return {
            **acceptance._get_walk_head(),
            "people": acceptance._get_walk_people(),
            "items": acceptance._get_walk_rows(),
        }

    def action_walk(self):
        """Walk the checklist item by item, on the phone or beside the list."""
        self.ensure_one()
        if not self.item_count:
            raise UserError(self.env._("There are no items yet. Press “Generate Checklist” first."))
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_delivery.acceptance_walk_action"
        )
        return {**action, "context": {"active_id": self.id}}

    def _get_walk_head(self):
        self.ensure_one()
        # the names of the project and its customer are printed on the acceptance anyway
        own_sudo = self.sudo()
        deciders_sudo = self._get_customer_signers().partner_id
        return {
            "id": self.id,
            "number": self._get_full_number(),
            "name": self.name,
            "project": own_sudo.project_id.name,
            "state": self.state,
            "round": self.round,
            "side": "customer" if self.state == CUSTOMER else "check",
            "person_id": deciders_sudo.id if len(deciders_sudo) == 1 else 0,
            "person_name": "",
            "me": self.env.user.name,
        }

    def _get_walk_people(self):
        """Return the customer's people who may decide, as id and name."""
        self.ensure_one()
        partners_sudo = self._get_customer_signers().partner_id[:PEOPLE_LIMIT]
        return [{"id": partner.id, "name": partner.name} for partner in partners_sudo]

    def _get_walk_rows(self):
        self.ensure_one()
        items = self.env["project.acceptance.item"].search(
            [
                ("acceptance_id", "=", self.id),
                ("round", "=", self.round),
                ("superseded", "=", False),
            ]
        )
        return [item._as_row() for item in items]
