import secrets
from base64 import b64encode

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..core.acceptance_state import CUSTOMER


class AcceptancePortal(CustomerPortal):
    """The customer's page of an acceptance, and his walk along the checklist."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "delivery_waiting_count" in counters:
            count = len(request.env["project.acceptance"]._get_portal_checks())
            values["delivery_waiting_count"] = values.get("delivery_waiting_count", 0) + count
        return values

    @http.route(
        "/my/acceptances/<int:acceptance_id>", type="http", auth="user", website=True, readonly=True
    )
    def portal_my_acceptance(self, acceptance_id, **kwargs):
        acceptance_sudo = self._get_acceptance(acceptance_id)
        items_sudo = acceptance_sudo._get_portal_items()
        families = {}
        for item in items_sudo:
            families.setdefault(item.family_id.name or "", []).append(item)
        return request.render(
            "customer_delivery.portal_my_acceptance",
            {
                **self._prepare_acceptance_values(acceptance_sudo),
                "families": families,
                "issues": acceptance_sudo.issue_ids,
                "answered": self._count_answered(items_sudo),
                "total": len(items_sudo),
                "slot": acceptance_sudo._get_portal_slot(),
            },
        )

    # === THE WALK ON THE PHONE === #

    @http.route(
        "/my/acceptances/<int:acceptance_id>/walk",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_acceptance_phone(self, acceptance_id, **kwargs):
        acceptance_sudo = self._get_acceptance(acceptance_id)
        if not acceptance_sudo._may_portal_check():
            raise request.not_found()
        return request.render(
            "customer_delivery.portal_acceptance_phone",
            {
                "acceptance": acceptance_sudo,
                # whoever uses this device after him sends nothing in his name
                "store": f"{request.db}.{request.env.uid}.{acceptance_id}",
            },
        )

    @http.route(
        "/my/acceptances/<int:acceptance_id>/walk/data",
        type="jsonrpc",
        auth="user",
        readonly=True,
    )
    def portal_acceptance_walk_data(self, acceptance_id):
        return self._get_checked(acceptance_id)._get_portal_walk()

    @http.route("/my/acceptances/<int:acceptance_id>/walk/verdict", type="jsonrpc", auth="user")
    def portal_acceptance_verdict(self, acceptance_id, item_id, values, key):
        acceptance_sudo = self._get_checked(acceptance_id)
        item_sudo = acceptance_sudo._get_portal_items().filtered(lambda i: i.id == item_id)
        if not item_sudo or not isinstance(values, dict):
            raise request.not_found()
        outcome = item_sudo._answer_in_portal(
            {name: values.get(name) for name in ("verdict", "value", "answer", "note")},
            key,
            self._read_revision(values.get("expected_rev")),
            values.get("images") or [],
        )
        return {**outcome, "item": acceptance_sudo._strip_row(outcome["item"])}

    @http.route(
        "/my/acceptances/<int:acceptance_id>/photo/<int:photo_id>",
        type="http",
        auth="user",
        readonly=True,
    )
    def portal_acceptance_photo(self, acceptance_id, photo_id):
        photo_sudo = self._get_acceptance(acceptance_id)._get_portal_photo(photo_id)
        if not photo_sudo:
            raise request.not_found()
        stream = request.env["ir.binary"]._get_image_stream_from(photo_sudo, "raw")
        return stream.get_response()

    # === THE SAME, PAGE BY PAGE === #

    @http.route(
        "/my/acceptances/<int:acceptance_id>/walk/<int:place>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def portal_acceptance_walk(self, acceptance_id, place, **kwargs):
        acceptance_sudo, items_sudo = self._get_walk(acceptance_id, place)
        return self._render_walk(acceptance_sudo, items_sudo, place)

    @http.route(
        "/my/acceptances/<int:acceptance_id>/walk/<int:place>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_acceptance_answer(self, acceptance_id, place, **kwargs):
        acceptance_sudo, items_sudo = self._get_walk(acceptance_id, place)
        item_sudo = items_sudo[place - 1]
        try:
            with request.env.cr.savepoint():
                outcome = item_sudo._answer_in_portal(
                    self._read_answer(kwargs),
                    str(kwargs.get("key") or ""),
                    self._read_revision(kwargs.get("revision")),
                    self._read_photos(),
                )
        except UserError as error:
            return self._render_walk(
                acceptance_sudo, items_sudo, place, error=str(error), typed=kwargs
            )
        if outcome["status"] == "conflict":
            error = request.env._(
                "%(person)s has answered this meanwhile. Look at it, then answer again if needed.",
                person=item_sudo.customer_name,
            )
            return self._render_walk(acceptance_sudo, items_sudo, place, error=error, typed=kwargs)
        if place < len(items_sudo):
            return request.redirect(f"/my/acceptances/{acceptance_id}/walk/{place + 1}")
        return request.redirect(f"/my/acceptances/{acceptance_id}")

    # === WHO SEES WHAT === #

    def _get_acceptance(self, acceptance_id):
        acceptance_sudo = request.env["project.acceptance"]._get_portal_acceptance(acceptance_id)
        if not acceptance_sudo:
            raise request.not_found()
        return acceptance_sudo

    def _get_walk(self, acceptance_id, place):
        acceptance_sudo = self._get_acceptance(acceptance_id)
        items_sudo = acceptance_sudo._get_portal_round()
        if not acceptance_sudo._may_portal_check() or not 1 <= place <= len(items_sudo):
            raise request.not_found()
        return acceptance_sudo, items_sudo

    def _get_checked(self, acceptance_id):
        """Return the acceptance whose items the current user decides, or say that it is over."""
        acceptance_sudo = self._get_acceptance(acceptance_id)
        if acceptance_sudo.state != CUSTOMER:
            raise UserError(acceptance_sudo._get_closed_message("customer"))
        if not acceptance_sudo._may_portal_check():
            raise request.not_found()
        return acceptance_sudo

    # === WHAT WAS TYPED === #

    def _read_answer(self, typed):
        value = str(typed.get("value") or "").strip().replace(",", ".")
        try:
            number = float(value) if value else None
        except ValueError as error:
            raise UserError(request.env._("Please enter a number.")) from error
        return {
            "verdict": str(typed.get("verdict") or ""),
            "value": number,
            "answer": typed.get("answer") or "",
            "note": typed.get("note") or "",
        }

    def _read_revision(self, text):
        return int(text) if str(text).isdigit() else None

    def _read_photos(self):
        return [
            {"name": file.filename, "datas": b64encode(file.read())}
            for file in request.httprequest.files.getlist("photos")
            if file.filename
        ]

    # === PAGES === #

    def _count_answered(self, items_sudo):
        return len(items_sudo.filtered(lambda item: item.customer_verdict or item.waived))

    def _prepare_acceptance_values(self, acceptance_sudo):
        return {
            "page_name": "delivery_acceptance",
            "acceptance": acceptance_sudo,
            "delivery_project": acceptance_sudo.project_id,
            "contact": acceptance_sudo.project_id.user_id,
            "may_check": acceptance_sudo._may_portal_check(),
            "labels": {
                name: dict(acceptance_sudo._fields[name]._description_selection(request.env))
                for name in ("state", "conclusion")
            },
            "verdicts": self._get_labels("project.acceptance.item", "customer_verdict"),
            "severities": self._get_labels("project.acceptance.issue", "severity"),
            "issue_states": self._get_labels("project.acceptance.issue", "state"),
        }

    def _get_labels(self, model, name):
        return dict(request.env[model]._fields[name]._description_selection(request.env))

    def _render_walk(self, acceptance_sudo, items_sudo, place, error="", typed=None):
        item_sudo = items_sudo[place - 1]
        return request.render(
            "customer_delivery.portal_acceptance_walk",
            {
                **self._prepare_acceptance_values(acceptance_sudo),
                "item": item_sudo,
                "row": item_sudo._as_row(),
                "place": place,
                "total": len(items_sudo),
                "answered": self._count_answered(items_sudo),
                "error": error,
                "typed": typed or {},
                # a form that is sent twice is saved once
                "key": secrets.token_hex(16),
            },
        )
