from datetime import UTC, datetime

from markupsafe import Markup

from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..core.rate import Window

# tries per address, whatever the code: those per code are counted in the database
CODE_WINDOW = Window(20, 600)
KEY = "delivery_signoff_codes"


class SignoffPortal(CustomerPortal):
    """Where customers read and sign: with a login, by a personal link, or on our device."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "delivery_waiting_count" in counters:
            values["delivery_waiting_count"] = values.get("delivery_waiting_count", 0) + len(
                self._get_waiting_slots()
            )
        return values

    def _get_waiting_slots(self):
        """Return the open requests (superuser) of the contact who is logged in, urgent first."""
        slots_sudo = request.env["signoff.slot"].sudo()
        partner = request.env.user.partner_id
        return slots_sudo.search(
            [("partner_id", "=", partner.id), ("user_id", "=", False), ("state", "=", "pending")],
            order="due_at, id",
        )

    # === WITH A LOGIN === #

    @http.route(
        "/my/delivery/sign/<int:slot_id>", type="http", auth="user", website=True, methods=["GET"]
    )
    def portal_sign(self, slot_id, **kwargs):
        slot_sudo = self._get_own_slot(slot_id)
        return self._render_page(slot_sudo, "login", f"/my/delivery/sign/{slot_id}")

    @http.route(
        "/my/delivery/sign/<int:slot_id>", type="http", auth="user", website=True, methods=["POST"]
    )
    def portal_sign_submit(self, slot_id, **kwargs):
        slot_sudo = self._get_own_slot(slot_id)
        return self._submit(slot_sudo, "login", f"/my/delivery/sign/{slot_id}", kwargs)

    def _get_own_slot(self, slot_id):
        slot_sudo = request.env["signoff.slot"].sudo().browse(slot_id).exists()
        partner = request.env.user.partner_id
        if not slot_sudo or slot_sudo.user_id or slot_sudo.partner_id != partner:
            raise request.not_found()
        return slot_sudo

    # === BY A PERSONAL LINK === #

    @http.route(
        "/delivery/sign/<int:slot_id>/<string:secret>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
    )
    def link_sign(self, slot_id, secret, **kwargs):
        slot_sudo = self._get_linked_slot(slot_id, secret)
        url = f"/delivery/sign/{slot_id}/{secret}"
        if not self._has_code(slot_sudo):
            return self._render_code(slot_sudo, url)
        return self._render_page(slot_sudo, "link", url)

    @http.route(
        "/delivery/sign/<int:slot_id>/<string:secret>/code",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def link_code(self, slot_id, secret, code="", **kwargs):
        slot_sudo = self._get_linked_slot(slot_id, secret)
        url = f"/delivery/sign/{slot_id}/{secret}"
        if not CODE_WINDOW.allows((request.db, request.httprequest.remote_addr)):
            return self._render_code(
                slot_sudo, url, request.env._("Too many tries. Please wait ten minutes.")
            )
        if not code:
            try:
                address = slot_sudo._mail_code()
            except UserError as error:
                return self._render_code(slot_sudo, url, str(error))
            return self._render_code(slot_sudo, url, sent_to=address)
        if not slot_sudo._check_code(code):
            return self._render_code(
                slot_sudo, url, request.env._("This code is not right, or it is too old.")
            )
        request.session[KEY] = [*request.session.get(KEY, []), slot_sudo.id][-20:]
        return request.redirect(url, code=303)

    @http.route(
        "/delivery/sign/<int:slot_id>/<string:secret>",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def link_sign_submit(self, slot_id, secret, **kwargs):
        slot_sudo = self._get_linked_slot(slot_id, secret)
        url = f"/delivery/sign/{slot_id}/{secret}"
        if not self._has_code(slot_sudo):
            return self._render_code(slot_sudo, url)
        return self._submit(slot_sudo, "link", url, kwargs)

    def _get_linked_slot(self, slot_id, secret):
        slot_sudo = request.env["signoff.slot"].sudo().browse(slot_id).exists()
        if not slot_sudo or not slot_sudo._fits_secret(secret):
            raise request.not_found()
        return slot_sudo

    def _has_code(self, slot_sudo):
        """Tell whether this visitor has typed the code, where the step asks for one."""
        return not slot_sudo.step_id.needs_code or slot_sudo.id in request.session.get(KEY, [])

    def _render_code(self, slot_sudo, url, error="", sent_to=""):
        slot_sudo = self._in_language(slot_sudo)
        return request.render(
            "customer_delivery.portal_signoff_code",
            {"slot": slot_sudo, "url": url, "error": error, "sent_to": sent_to},
        )

    # === ON OUR DEVICE === #

    @http.route(
        "/delivery/device/<int:slot_id>", type="http", auth="user", website=True, methods=["GET"]
    )
    def device_sign(self, slot_id, **kwargs):
        slot_sudo = self._get_managed_slot(slot_id)
        return self._render_page(slot_sudo, "device", f"/delivery/device/{slot_id}")

    @http.route(
        "/delivery/device/<int:slot_id>", type="http", auth="user", website=True, methods=["POST"]
    )
    def device_sign_submit(self, slot_id, **kwargs):
        slot_sudo = self._get_managed_slot(slot_id)
        return self._submit(slot_sudo, "device", f"/delivery/device/{slot_id}", kwargs)

    def _get_managed_slot(self, slot_id):
        slot = request.env["signoff.slot"].browse(slot_id).exists()
        try:
            slot.check_access("read")
            slot._check_may_manage()
        except (AccessError, MissingError):
            raise request.not_found() from None
        if not slot:
            raise request.not_found()
        return slot.sudo()

    # === THE PAGE === #

    def _in_language(self, slot_sudo):
        lang = slot_sudo.partner_id.lang or slot_sudo.round_id.lang
        return slot_sudo.with_context(lang=lang) if lang else slot_sudo

    def _render_page(self, slot_sudo, method, url, typed=None, error=""):
        slot_sudo = self._in_language(slot_sudo)
        row_sudo = slot_sudo.round_id
        rendition_sudo = request.env["signoff.rendition"]._get_for(
            row_sudo, slot_sudo.env.context.get("lang") or request.env.lang
        )
        waiting = slot_sudo.state == "pending" and row_sudo.state == "running"
        values = {
            "slot": slot_sudo,
            "row": row_sudo,
            "step": slot_sudo.step_id,
            "rendition": rendition_sudo,
            # made by our own templates from what was kept
            "content": Markup(rendition_sudo.html or ""),
            "method": method,
            "url": url,
            "waiting": waiting,
            "accepted": method in slot_sudo.step_id._get_methods(),
            "contact": slot_sudo.project_id.user_id,
            "typed": typed or {},
            "error": error,
            "page_name": "delivery_sign",
        }
        response = request.render("customer_delivery.portal_signoff_sign", values)
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    def _submit(self, slot_sudo, method, url, form):
        """Decide as the form says; what was typed stays on the page when it is refused."""
        slot_sudo = self._in_language(slot_sudo)
        if form.get("act") == "replace":
            return self._ask_replacement(slot_sudo, url, method, form)
        verdict = form.get("act") if form.get("act") in ("approve", "reject", "ask") else "approve"
        try:
            # the page stays readable and nothing is kept when the decision is refused
            with request.env.cr.savepoint():
                slot_sudo._stamp_seen()
                values = self._get_values(slot_sudo, verdict, form)
                if method == "login":
                    slot_sudo.with_user(request.env.user)._check_password(form.get("password"))
                slot_sudo.with_user(request.env.user).sudo()._decide(verdict, method, values)
        except UserError as error:
            return self._render_page(slot_sudo, method, url, form, str(error))
        return request.redirect(url, code=303)

    def _get_values(self, slot_sudo, verdict, form):
        values = {
            "snapshot_sha256": form.get("snapshot_sha256") or "",
            "comment": (form.get("comment") or "").strip(),
            "printed_name": (form.get("printed_name") or "").strip()[:100],
            "post": (form.get("post") or "").strip()[:100],
            "ip": request.httprequest.remote_addr,
            "agent": request.httprequest.user_agent.string,
        }
        if verdict == "approve":
            if slot_sudo.step_id.needs_signature:
                values["image"] = slot_sudo._entry_image(form.get("signature") or "")
            rendition_id = form.get("rendition") or ""
            rendition_sudo = (
                request.env["signoff.rendition"]
                .sudo()
                .browse(int(rendition_id) if rendition_id.isdecimal() else 0)
            )
            if rendition_sudo.exists().round_id == slot_sudo.round_id:
                values["rendition"] = rendition_sudo
        return values

    def _ask_replacement(self, slot_sudo, url, method, form):
        """The signatory names somebody else; a person of ours takes care of it."""
        text = (form.get("comment") or "").strip()
        if not text:
            error = slot_sudo.env._("Please say who should sign instead.")
            return self._render_page(slot_sudo, method, url, form, error)
        manager = slot_sudo.project_id.user_id or slot_sudo.round_id.author_id
        slot_sudo.project_id.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=manager.id,
            summary=slot_sudo.env._(
                "%(person)s names somebody else to sign “%(document)s”",
                person=slot_sudo.person_name,
                document=slot_sudo.document_name,
            ),
            note=text[:1000],
        )
        slot_sudo._stamp_seen()
        return self._render_page(
            slot_sudo, method, url, {"replaced": datetime.now(UTC).isoformat()}
        )

    # === DOCUMENTS === #

    @http.route("/my/delivery/documents", type="http", auth="user", website=True, readonly=True)
    def portal_documents(self, **kwargs):
        slots_sudo = request.env["signoff.slot"].sudo()
        partner = request.env.user.partner_id
        decided = slots_sudo.search(
            [("partner_id", "=", partner.id), ("state", "=", "done")], order="id desc", limit=100
        )
        return request.render(
            "customer_delivery.portal_signoff_documents",
            {
                **self._prepare_portal_layout_values(),
                "page_name": "delivery_documents",
                "slots": decided,
            },
        )
