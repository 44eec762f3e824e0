from odoo import http
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

from . import signoff_download


class DocumentsPortal(CustomerPortal):
    """What waits for a contact, and what he has signed or refused, for ever."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "delivery_waiting_count" in counters:
            slots_sudo, domain = self._get_waiting()
            count = values.get("delivery_waiting_count", 0) + slots_sudo.search_count(domain)
            values["delivery_waiting_count"] = count
        return values

    def _get_waiting(self):
        """Return (slots as superuser, domain of those that wait for this contact)."""
        # a customer has no right on requests; the domain names his own alone
        slots_sudo = request.env["signoff.slot"].sudo()
        own = slots_sudo._get_contact_domain(request.env.user.partner_id)
        return slots_sudo, own & Domain("state", "=", "pending")

    @http.route(
        ["/my/delivery/documents", "/my/delivery/documents/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_documents(self, page=1, **_kwargs):
        rounds_sudo, domain = self._get_kept_rounds()
        page_values = pager(
            url="/my/delivery/documents",
            total=rounds_sudo.search_count(domain),
            page=page,
            step=self._items_per_page,
        )
        found_sudo = rounds_sudo.search(
            domain,
            order="ended_at desc, id desc",
            limit=self._items_per_page,
            offset=page_values["offset"],
        )
        return request.render(
            "customer_delivery.portal_signoff_documents",
            {
                **self._prepare_portal_layout_values(),
                "page_name": "delivery_documents",
                "rounds": found_sudo,
                "own_slots": self._get_own_slots(found_sudo),
                "closing_packs": request.env["project.closing.pack"]._get_portal_packs(),
                "pager": page_values,
            },
        )

    @http.route(
        "/my/delivery/documents/<int:round_id>/<any(copy,bundle):what>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def portal_document(self, round_id, what, **_kwargs):
        rounds_sudo, domain = self._get_kept_rounds()
        number = round_id if round_id < 2**31 else 0
        row_sudo = rounds_sudo.search(domain & Domain("id", "=", number))
        if not row_sudo:
            raise request.not_found()
        if what == "bundle":
            return signoff_download.send_bundle(row_sudo, request.env.lang)
        return signoff_download.send_copy(row_sudo, request.env.lang)

    def _get_kept_rounds(self):
        """Return (rounds as superuser, domain of those of which this contact keeps a copy)."""
        # a customer has no right on rounds; the domain names his own alone
        rounds_sudo = request.env["signoff.round"].sudo()
        slots = request.env["signoff.slot"]
        return rounds_sudo, slots._get_contact_rounds_domain(request.env.user.partner_id)

    def _get_own_slots(self, rounds_sudo):
        """Return {round id: the last request to this contact}; one query."""
        slots_sudo = request.env["signoff.slot"].sudo()
        own = slots_sudo._get_contact_domain(request.env.user.partner_id)
        found = slots_sudo.search(own & Domain("round_id", "in", rounds_sudo.ids), order="id")
        return {slot.round_id.id: slot for slot in found}
