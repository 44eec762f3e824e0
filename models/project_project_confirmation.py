from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .project_project import STAFF_GROUPS


class ProjectProject(models.Model):
    """Sending what the customer shall confirm, from the project."""

    _inherit = "project.project"

    delivery_to_confirm_count = fields.Integer(
        string="To Be Confirmed",
        compute="_compute_delivery_confirmation",
        groups=STAFF_GROUPS,
        help="Requirements that the customer has neither confirmed nor been asked about.",
    )
    delivery_round_ids = fields.Many2many(
        "signoff.round",
        string="Waiting for Decisions",
        compute="_compute_delivery_confirmation",
        groups=STAFF_GROUPS,
    )

    def _compute_delivery_confirmation(self):
        projects = Domain("project_id", "in", self.ids)
        requirements = self.env["project.requirement"]
        counts = dict(
            requirements._read_group(
                projects & requirements._get_to_confirm_domain(), ["project_id"], ["__count"]
            )
        )
        running = dict(
            self.env["signoff.round"]._read_group(
                projects & Domain("state", "=", "running"), ["project_id"], ["id:recordset"]
            )
        )
        for project in self:
            project.delivery_to_confirm_count = counts.get(project, 0)
            project.delivery_round_ids = running.get(project, False)

    # === ACTION METHODS === #

    def action_send_confirmation(
        self,
        name="",
        requirement_ids=None,
        signatory_ids=(),
        due_date=False,
        note="",
        flow_id=False,
    ):
        """Publish requirements for the customer and ask him to confirm them (发客户确认).

        :param str name: of the baseline; proposed by default
        :param list requirement_ids: by default all that are not confirmed as they stand
        :param list signatory_ids: ids of parties who shall sign; by default all who may
        :param str due_date: day by which the customer is asked to answer (``YYYY-MM-DD``)
        :param str note: said to those who sign
        :param int flow_id: approval flow; by default the first of the mode that fits
        :return: the round
        :raises UserError: nothing to confirm, something lacking, nobody to ask
        :raises AccessError: for others than those who run the project
        """
        project = self._delivery_entry()
        project.ensure_one()
        if requirement_ids is None:
            requirement_ids = project.env["project.requirement"]._get_to_confirm(project).ids
        if not requirement_ids:
            raise UserError(self.env._("Nothing to confirm: the customer has confirmed it all."))
        guard = self.env["delivery.guarded.mixin"]
        requirement_ids = [guard._entry_id(requirement_id) for requirement_id in requirement_ids]
        project.env["project.requirement"].browse(requirement_ids)._signoff_check_not_waiting()
        baselines = project.env["project.baseline"]
        name = guard._entry_text(name)
        baseline = project.action_publish_baseline(
            name or baselines._propose_name(project), "customer", requirement_ids=requirement_ids
        )
        return baseline.action_send_signoff(
            flow_id=flow_id, due_date=due_date, note=note, signatory_ids=signatory_ids
        )

    def action_add_signatory(self, name, post="", phone="", email="", side="customer"):
        """Make a person of the customer a party of this project who may sign.

        A contact of the customer with this address, or of this name, is taken; else one is made.

        :param str name: name of the person
        :param str post: as it is printed under the signature
        :return: the party
        :raises AccessError: for others than those who run the project
        """
        project = self._delivery_entry()
        guard = self.env["delivery.guarded.mixin"]
        name, email = guard._entry_text(name), guard._entry_text(email)
        post, phone = guard._entry_text(post), guard._entry_text(phone)
        if not name:
            raise UserError(self.env._("Please give the name of the person who signs."))
        if side not in ("customer", "third"):
            raise UserError(self.env._("Only others than us are added like this."))
        customer = project.partner_id.commercial_partner_id
        # who runs the project names who signs there, whatever he may do with contacts elsewhere
        partners_sudo = self.env["res.partner"].sudo()
        same = (
            Domain("email_normalized", "=", email.lower()) if email else Domain("name", "=", name)
        )
        partner_sudo = (
            partners_sudo.search(
                Domain("id", "child_of", customer.ids) & Domain("is_company", "=", False) & same,
                limit=1,
            )
            if customer
            else partners_sudo
        )
        if not partner_sudo:
            partner_sudo = partners_sudo.create(
                [
                    {
                        "name": name,
                        "parent_id": customer.id,
                        "function": post,
                        "phone": phone,
                        "email": email,
                        "company_id": customer.company_id.id,
                    }
                ]
            )
        parties = project.env["project.party"]
        party = parties.search(
            [
                ("project_id", "=", project.id),
                ("partner_id", "=", partner_sudo.id),
                ("side", "=", side),
            ],
            limit=1,
        )
        if party:
            party.write({"may_sign": True, **({"title": post} if post else {})})
            return party
        return parties.create(
            [
                {
                    "project_id": project.id,
                    "partner_id": partner_sudo.id,
                    "side": side,
                    "title": post,
                    "may_sign": True,
                }
            ]
        )

    def action_open_confirmation(self):
        """Open the dialog that asks the customer to confirm."""
        self.ensure_one()
        return self._open_delivery_dialog(
            "project.baseline.send", self.env._("Send for Confirmation"), size="extra-large"
        )

    def action_view_delivery_rounds(self):
        """Open what was sent for decisions in this project."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_delivery.signoff_round_action"
        )
        return {**action, "domain": [("project_id", "=", self.id)], "context": {}}
