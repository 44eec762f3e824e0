from odoo import api, models
from odoo.fields import Domain

from ..core.acceptance_state import CUSTOMER, SHOWN_TO_CUSTOMER


class ProjectAcceptance(models.Model):
    """What customers see of an acceptance, and who of them walks the checklist.

    They have no right on acceptances: these methods are the only way, and tell who gets what.
    """

    _inherit = "project.acceptance"

    @api.model
    def _get_portal_acceptances(self):
        """Return the acceptances (superuser) that the current user sees as a party."""
        projects_sudo = self.env["project.project"]._get_portal_projects()
        return self.sudo().search(
            Domain("project_id", "in", projects_sudo.ids) & Domain("state", "in", SHOWN_TO_CUSTOMER)
        )

    @api.model
    def _get_portal_acceptance(self, acceptance_id):
        """Return one of :meth:`_get_portal_acceptances`, or an empty recordset."""
        acceptances_sudo = self._get_portal_acceptances()
        return acceptances_sudo.filtered(lambda acceptance: acceptance.id == acceptance_id)

    def _may_portal_check(self):
        """Tell whether the current user decides on the items of this acceptance now."""
        self.ensure_one()
        partner = self.env.user.partner_id
        return self.state == CUSTOMER and partner in self._get_customer_signers().partner_id

    def _get_portal_items(self):
        """Return the items (superuser) as they count now, in the order of the walk."""
        self.ensure_one()
        items_sudo = self.sudo().item_ids.filtered(lambda item: not item.superseded)
        return items_sudo.sorted(lambda item: (item.family_id.sequence, item.sequence, item.id))

    def _get_portal_round(self):
        """Return those of :meth:`_get_portal_items` that the present round asks for."""
        return self._get_portal_items().filtered(lambda item: item.round == self.round)

    def _get_portal_walk(self):
        """Return what the customer's phone takes along on his walk, see ``get_walk_data``."""
        self.ensure_one()
        return {
            **self._get_walk_head(),
            "people": [],
            "items": [self._strip_row(item._as_row()) for item in self._get_portal_round()],
        }

    @api.model
    def _strip_row(self, row):
        """Return a row of the walk without what our own people remarked."""
        return {**row, "check": {**row["check"], "note": "", "by": ""}}

    @api.model
    def _get_portal_checks(self):
        """Return the acceptances (superuser) in which the current user has items to decide."""
        waiting_sudo = self._get_portal_acceptances().filtered(lambda a: a.state == CUSTOMER)
        parties_sudo = self.env["project.party"].sudo()
        own_sudo = parties_sudo.search(
            self._get_customer_signer_domain(waiting_sudo.project_id)
            & Domain("partner_id", "=", self.env.user.partner_id.id)
        )
        return waiting_sudo.filtered(lambda a: a.project_id in own_sudo.project_id)

    def _get_portal_photo(self, photo_id):
        """Return a picture (superuser) of this acceptance's items or issues, or nothing."""
        self.ensure_one()
        own_sudo = self.sudo()
        issues_sudo = own_sudo.issue_ids | own_sudo.later_issue_ids
        photos_sudo = (
            own_sudo.item_ids.attachment_ids
            | issues_sudo.before_attachment_ids
            | issues_sudo.after_attachment_ids
        )
        return photos_sudo.filtered(
            lambda photo: photo.id == photo_id and (photo.mimetype or "").startswith("image/")
        )

    def _get_portal_slot(self):
        """Return the open request (superuser) to the current user to sign this acceptance."""
        self.ensure_one()
        # a customer has no right on requests; this is his own
        return (
            self.env["signoff.slot"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "=", self.id),
                    ("state", "=", "pending"),
                    ("partner_id", "=", self.env.user.partner_id.id),
                    ("user_id", "=", False),
                ],
                limit=1,
            )
        )


class ProjectAcceptanceItem(models.Model):
    """The customer's verdict that he gives himself."""

    _inherit = "project.acceptance.item"

    def _answer_in_portal(self, answer, client_key, expected_rev, images):
        """Record what the current user decided; the caller has checked that he may.

        :param dict answer: ``verdict``, ``value``, ``answer`` and ``note`` as he typed them
        :param images: dictionaries with ``name`` and ``datas`` (base64)
        :return: dictionary with ``status`` (saved, known or conflict) and ``item``
        """
        self.ensure_one()
        partner = self.env.user.partner_id
        return self.sudo()._record_verdict(
            "customer",
            self._check_answer(
                answer["verdict"], answer["value"], answer["answer"], answer["note"]
            ),
            client_key,
            expected_rev,
            images,
            {"partner": partner, "name": partner.name, "via": "portal"},
        )
