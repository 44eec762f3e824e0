import secrets

from odoo import http
from odoo.http import request

from ..core.rate import Window
from . import wish_form

# of one address, which a whole meeting room may share
ADDRESS_WINDOW = Window(limit=40, seconds=3600)


class DeliveryWish(http.Controller):
    """The form behind a link or QR code: no account, no app, one page."""

    @http.route(
        "/delivery/wish/<string:token>",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        methods=["GET"],
        readonly=True,
    )
    def wish_form(self, token, lang=None, **kwargs):
        switch = self._switch_language(lang)
        if switch:
            return switch
        channel_sudo = request.env["delivery.channel"]._from_token(token)
        if not channel_sudo:
            return self._render_closed(token)
        return self._render_form(channel_sudo, {"client_key": secrets.token_urlsafe(24)})

    @http.route(
        "/delivery/wish/<string:token>",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        methods=["POST"],
        csrf=True,
    )
    def wish_submit(self, token, **kwargs):
        channel_sudo = request.env["delivery.channel"]._from_token(token)
        if not channel_sudo:
            return self._render_closed(token)
        form = wish_form.WishForm(channel_sudo.company_id, kwargs)
        if form.is_robot(kwargs):
            return self._render_thanks_to_robot(channel_sudo)
        requester_sudo = self._get_requester(channel_sudo)
        form.check_text()
        form.check_priority()
        if not requester_sudo:
            form.check_person()
        if not form.errors and self._is_flooded(channel_sudo):
            form.errors["form"] = request.env._(
                "Too many wishes arrived at once. Your text is kept: please send it in an hour."
            )
            return self._render_form(channel_sudo, form.values, form.errors, status=429)
        if form.errors:
            return self._render_form(channel_sudo, form.values, form.errors, status=422)
        wish_sudo, _created = request.env["project.requirement"]._file_wish(
            form.values["text"],
            form.values["client_key"],
            files=form.files,
            why=form.values["why"],
            channel_id=channel_sudo.id,
            project_id=channel_sudo.project_id.id,
            partner_id=channel_sudo.partner_id.id,
            type_id=channel_sudo.type_id.id,
            wish_priority_id=form.values["priority_id"],
            **self._get_person_values(form, requester_sudo),
        )
        url = f"{wish_sudo._get_receipt_url()}?from={token}"
        return request.redirect(url, code=303)

    @http.route(
        "/delivery/wish/receipt/<int:requirement_id>/<string:signature>",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        methods=["GET"],
        readonly=True,
    )
    def wish_receipt(self, requirement_id, signature, **kwargs):
        requirements = request.env["project.requirement"]
        wish_sudo = requirements._from_receipt(requirement_id, signature)
        if not wish_sudo:
            return self._render_closed("")
        token = kwargs.get("from") or ""
        open_channel = token and request.env["delivery.channel"]._from_token(token)
        values = self._get_layout_values(
            wish_sudo.company_id, wish_sudo.project_id, wish_sudo.channel_id
        )
        values.update(
            number=wish_sudo._get_full_number(),
            title=wish_sudo.name,
            filed_on=wish_sudo.requested_on,
            file_count=len(wish_sudo.portal_attachment_ids),
            contact=wish_sudo._get_contact_user(),
            form_token=token if open_channel else "",
            own_url=wish_sudo.access_url if wish_sudo.sudo(False).has_access("read") else "",
        )
        return request.render("customer_delivery.wish_receipt", values)

    # === WHO FILES === #

    def _get_requester(self, channel_sudo):
        """Return the visitor's contact when he is logged in and reads the project."""
        user = request.env.user
        if not user._is_portal() or not channel_sudo.project_id:
            return request.env["res.partner"]
        projects_sudo = request.env["project.project"]._get_portal_projects()
        known = channel_sudo.project_id in projects_sudo
        return user.partner_id if known else request.env["res.partner"]

    def _get_person_values(self, form, requester_sudo):
        if requester_sudo:
            return {"origin": "portal", "requester_id": requester_sudo.id}
        # What a visitor says about himself is noted, never taken for one of our contacts.
        return {
            "origin": "form",
            "requester_name": form.values["name"],
            "requester_contact": form.values["contact"],
        }

    def _is_flooded(self, channel_sudo):
        address = request.httprequest.remote_addr
        return not ADDRESS_WINDOW.allows((request.db, address)) or request.env[
            "project.requirement"
        ]._is_channel_flooded(channel_sudo)

    # === PAGES === #

    def _switch_language(self, lang):
        """Return the redirect that ``?lang=`` asks for, or None."""
        if not lang:
            return None
        code = request.env["ir.http"].get_nearest_lang(lang.replace("-", "_"))
        path = request.httprequest.path
        if not code or code == request.env.lang:
            return None
        language = request.env["res.lang"]._get_data(code=code)
        default = request.env["ir.http"]._get_default_lang()
        prefix = "" if code == default.code else f"/{language.url_code}"
        # after the cookie of the language that this request came with
        request.future_response.set_cookie("frontend_lang", code)
        return request.redirect(f"{prefix}{path}", code=302)

    def _get_layout_values(self, company_sudo, project_sudo=None, channel_sudo=None):
        return {
            "company": company_sudo,
            "project_name": project_sudo.name if project_sudo else "",
            "welcome": channel_sudo.welcome if channel_sudo else "",
        }

    def _render_form(self, channel_sudo, values, errors=None, status=200):
        company = channel_sudo.company_id
        requester_sudo = self._get_requester(channel_sudo)
        qcontext = {
            **self._get_layout_values(company, channel_sudo.project_id, channel_sudo),
            **wish_form.get_form_values(company),
            "values": {"priority_id": 0, **values},
            "errors": errors or {},
            "requester": requester_sudo,
            "draft_key": channel_sudo.token,
        }
        response = request.render("customer_delivery.wish_form", qcontext)
        response.status_code = status
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "same-origin"  # the address is the key
        return response

    def _render_closed(self, token):
        """Say that a link does not work: 410 when it did once, else 404."""
        channels_sudo = request.env["delivery.channel"].sudo().with_context(active_test=False)
        channel_sudo = token and channels_sudo.search([("token", "=", token)], limit=1)
        values = {
            **self._get_layout_values(
                channel_sudo.company_id if channel_sudo else request.env.company.sudo()
            ),
            "was_open": bool(channel_sudo),
            "date_expiry": channel_sudo.date_expiry if channel_sudo else False,
        }
        response = request.render("customer_delivery.wish_closed", values)
        response.status_code = 410 if channel_sudo else 404
        return response

    def _render_thanks_to_robot(self, channel_sudo):
        """Answer a program that fills every field as if all was well; nothing is kept."""
        values = self._get_layout_values(channel_sudo.company_id, channel_sudo.project_id)
        return request.render("customer_delivery.wish_ignored", values)
