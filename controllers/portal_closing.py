from odoo import http
from odoo.http import request


class ClosingPortal(http.Controller):
    """Download of the close-out packs that were published to the customer's contacts."""

    @http.route(
        "/my/delivery/closing/<int:pack_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def portal_closing_pack(self, pack_id, **_kwargs):
        packs_sudo = request.env["project.closing.pack"]._get_portal_packs()
        pack_sudo = packs_sudo.filtered(lambda pack: pack.id == pack_id)
        if not pack_sudo.customer_archive_id:
            raise request.not_found()
        stream = request.env["ir.binary"]._get_stream_from(pack_sudo.customer_archive_id, "raw")
        return stream.get_response(as_attachment=True)
