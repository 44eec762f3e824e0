import secrets

from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import pager

from . import wish_form
from .portal import INLINE_TYPES, DeliveryPortal

# what a line of the list shows; the rest is not even read
LINE_FIELDS = ["number", "name", "stage_id", "project_id", "agreed_days", "decision"]


class DeliveryPortalChange(DeliveryPortal):
    """The customer's pages about changes."""

    # === LIST === #

    @http.route(
        ["/my/changes", "/my/changes/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_changes(
        self, page=1, filterby="all", search=None, project=None, search_in="content", **kwargs
    ):
        changes = request.env["project.change"]
        filters = changes._get_portal_filters()
        filterby = filterby if filterby in filters else "all"
        domain = filters[filterby][1] & changes._get_portal_search_domain(search)
        chosen = int(project) if isinstance(project, str) and project.isdecimal() else 0
        if chosen:
            domain &= Domain("project_id", "=", chosen)
        total = changes.search_count(domain)
        page_values = pager(
            url="/my/changes",
            url_args={"filterby": filterby, "search": search or "", "project": project or ""},
            total=total,
            page=page,
            step=self._items_per_page,
        )
        lines = changes.search_fetch(
            domain, LINE_FIELDS, limit=self._items_per_page, offset=page_values["offset"]
        )
        label = request.env._("Search in title, number and text")
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "delivery_changes",
            "changes": lines.sudo(),
            "total": total,
            "pager": page_values,
            "default_url": "/my/changes",
            "searchbar_filters": {key: {"label": text} for key, (text, _) in filters.items()},
            "searchbar_inputs": {"content": {"input": "content", "label": label}},
            "filterby": filterby,
            "search": search or "",
            "search_in": "content",
            "show_project": len(request.env["project.project"]._get_portal_projects()) > 1,
        }
        return request.render("customer_delivery.portal_my_changes", values)

    # === ONE CHANGE === #

    @http.route(
        "/my/changes/<int:change_id>", type="http", auth="public", website=True, readonly=True
    )
    def portal_my_change(self, change_id, access_token=None, **kwargs):
        change_sudo, is_reader = self._get_change(change_id, access_token)
        if not change_sudo:
            return self._refuse_or_ask_login(access_token)
        return self._render_change(change_sudo, is_reader, access_token)

    def _render_change(self, change_sudo, is_reader, access_token=None, error=None):
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "delivery_change",
            "change": change_sudo,
            "object": change_sudo,
            "is_reader": is_reader,
            "read_only_link": not is_reader,
            "no_breadcrumbs": not is_reader,
            "may_comment": is_reader and change_sudo._is_open_to_comments(),
            "redlines": self._get_redlines(change_sudo),
            "inquiries": change_sudo.inquiry_ids.filtered(lambda row: row.asks != "internal"),
            "may_answer": is_reader and request.env.user.share,
            "answer_error": error,
            "files": self._get_change_files(change_sudo, access_token, is_reader),
            "slot": is_reader and self._get_change_slot(change_sudo),
            "contact": change_sudo._get_contact_user(),
        }
        response = request.render("customer_delivery.portal_my_change", values)
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    @http.route(
        "/my/changes/<int:change_id>/files/<int:attachment_id>",
        type="http",
        auth="public",
        website=True,
        multilang=False,
        readonly=True,
    )
    def portal_my_change_file(self, change_id, attachment_id, access_token=None, **kwargs):
        change_sudo, _is_reader = self._get_change(change_id, access_token)
        attachment_sudo = change_sudo.content_attachment_ids.filtered(
            lambda attachment: attachment.id == attachment_id
        )
        if not attachment_sudo:
            return self._refuse_or_ask_login(access_token)
        stream = request.env["ir.binary"]._get_stream_from(attachment_sudo, "raw")
        shown = (attachment_sudo.mimetype or "").startswith(INLINE_TYPES)
        return stream.get_response(as_attachment=not shown)

    @http.route(
        "/my/changes/<int:change_id>/questions/<int:inquiry_id>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_answer_change(self, change_id, inquiry_id, answer=None, **kwargs):
        change_sudo, is_reader = self._get_change(change_id, None)
        if not change_sudo or not is_reader:
            return self._refuse_or_ask_login(None)
        try:
            with request.env.cr.savepoint():
                change_sudo._answer_as_customer(inquiry_id, answer)
        except UserError as error:
            return self._render_change(change_sudo, is_reader, error=str(error))
        return request.redirect(f"/my/changes/{change_id}#questions", code=303)

    def _get_asked_values(self):
        changes = request.env["project.change"]
        return {**super()._get_asked_values(), "change_questions": changes._get_portal_questions()}

    def _get_change(self, change_id, access_token):
        changes = request.env["project.change"]
        try:
            return changes._get_portal_record(change_id, access_token)
        except (AccessError, MissingError):
            return changes.sudo(), False

    def _get_redlines(self, change_sudo):
        """Return before and after once it is sent: until then our proposal is a draft."""
        if change_sudo.signoff_state == "none" and not change_sudo.date_applied:
            return []
        labels = dict(change_sudo.line_ids._fields["action"]._description_selection(request.env))
        return [
            {"action": labels[line.action], "name": line.display_name, "html": line.redline}
            for line in change_sudo.line_ids
            # what was not published to the customer is not shown by way of a change
            if not line.requirement_id or line.requirement_id._is_published()
        ]

    def _get_change_files(self, change_sudo, access_token, is_reader):
        query = "" if is_reader else f"?access_token={access_token}"
        return [
            {
                "name": attachment.name,
                "is_image": (attachment.mimetype or "").startswith("image/"),
                "url": f"{change_sudo.access_url}/files/{attachment.id}{query}",
            }
            for attachment in change_sudo.content_attachment_ids
        ]

    def _get_change_slot(self, change_sudo):
        """Return the request for decision that waits for the contact who is logged in."""
        slots_sudo = self._get_signoff_values()["signoff_slots"]
        return slots_sudo.filtered(
            lambda slot: (
                (slot.round_id.res_model, slot.round_id.res_id)
                == (change_sudo._name, change_sudo.id)
            )
        )[:1]

    # === NEW REQUEST === #

    @http.route(
        "/my/delivery/change/new",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def portal_new_change(self, project=None, **kwargs):
        chosen = int(project) if isinstance(project, str) and project.isdecimal() else 0
        return self._render_new_change(
            {
                "project_id": chosen,
                "client_key": secrets.token_urlsafe(24),
                "please_assess": True,
            }
        )

    @http.route("/my/delivery/change/new", type="http", auth="user", website=True, methods=["POST"])
    def portal_submit_change(self, **kwargs):
        form = wish_form.WishForm(self._get_wish_company(kwargs.get("project_id")), kwargs)
        form.read_expectation(kwargs)
        project_sudo = request.env["project.project"]._get_portal_project(form.values["project_id"])
        if not project_sudo:
            form.errors["project_id"] = request.env._("Please choose one of your projects.")
        form.check_text()
        form.check_reason()
        form.check_expectation()
        if form.errors:
            return self._render_new_change(form.values, form.errors, status=422)
        change_sudo, _created = request.env["project.change"]._file_request(
            project_sudo,
            request.env.user.partner_id,
            form.values["text"],
            form.values["client_key"],
            files=form.files,
            reason=form.values["why"],
            expected_impact=form.values["expected"],
            please_assess=form.values["please_assess"],
        )
        return request.redirect(f"/my/changes/{change_sudo.id}?filed=1", code=303)

    def _render_new_change(self, values, errors=None, status=200):
        projects_sudo = request.env["project.project"]._get_portal_projects()
        project_sudo = projects_sudo.filtered(lambda p: p.id == values.get("project_id"))
        company = (
            project_sudo._get_delivery_company() if project_sudo else request.env.user.company_id
        )
        qcontext = {
            **self._prepare_portal_layout_values(),
            **wish_form.get_form_values(company),
            "page_name": "delivery_change_new",
            "projects": projects_sudo,
            "values": values,
            "errors": errors or {},
            "draft_key": f"change-{request.env.uid}",
        }
        response = request.render("customer_delivery.portal_new_change", qcontext)
        response.status_code = status
        return response
