from time import time

from markupsafe import Markup

from odoo import fields, http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..core.rate import Window
from . import signoff_download

# tries per address, whatever the code: those per code are counted in the database
CODE_WINDOW = Window(20, 600)
# documents that this visitor has opened with a code, and until when
KEY = "delivery_signoff_opened"
OPEN_SECONDS = 12 * 3600
OPENED_KEPT = 20
ACTS = ("approve", "reject", "ask", "comment")
LINK = "/delivery/sign/<int:slot_id>/<string:secret>"


class SignoffPortal(CustomerPortal):
    """Where customers read and sign: with a login, by a personal link, or on our device.

    No GET changes anything: scanners of mails and chats follow every link.
    """

    # === WITH A LOGIN === #

    @http.route(
        "/my/delivery/sign/<int:slot_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def portal_sign(self, slot_id, **kwargs):
        return self._render_page(self._get_own_slot(slot_id), "login", handed=kwargs.get("handed"))

    @http.route(
        "/my/delivery/sign/<int:slot_id>", type="http", auth="user", website=True, methods=["POST"]
    )
    def portal_sign_submit(self, slot_id, **kwargs):
        return self._submit(self._get_own_slot(slot_id), "login", kwargs)

    @http.route(
        "/my/delivery/sign/<int:slot_id>/seen",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_sign_seen(self, slot_id, **_kwargs):
        return self._note_seen(self._get_own_slot(slot_id))

    @http.route(
        [
            "/my/delivery/sign/<int:slot_id>/<any(copy,bundle):what>",
            "/my/delivery/sign/<int:slot_id>/<any(files):what>/<int:file_id>",
        ],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def portal_sign_download(self, slot_id, what, file_id=0, **_kwargs):
        return self._download(self._get_own_slot(slot_id), what, file_id)

    def _get_own_slot(self, slot_id):
        """Return the slot (superuser) of the contact who is logged in; others learn nothing."""
        slots_sudo = request.env["signoff.slot"].sudo()
        own = slots_sudo._get_contact_domain(request.env.user.partner_id)
        slot_sudo = slots_sudo.search(own & Domain("id", "=", self._fit(slot_id)))
        if not slot_sudo:
            raise request.not_found()
        return self._in_language(slot_sudo)

    # === BY A PERSONAL LINK === #

    @http.route(
        LINK,
        type="http",
        auth="public",
        website=True,
        multilang=False,
        sitemap=False,
        methods=["GET"],
        readonly=True,
    )
    def link_sign(self, slot_id, secret, **kwargs):
        slot_sudo, answer = self._open_link(slot_id, secret)
        return answer or self._render_page(slot_sudo, "link", secret, handed=kwargs.get("handed"))

    @http.route(
        LINK,
        type="http",
        auth="public",
        website=True,
        multilang=False,
        sitemap=False,
        methods=["POST"],
    )
    def link_sign_submit(self, slot_id, secret, **kwargs):
        slot_sudo, answer = self._open_link(slot_id, secret)
        return answer or self._submit(slot_sudo, "link", kwargs, secret)

    @http.route(
        f"{LINK}/code",
        type="http",
        auth="public",
        website=True,
        multilang=False,
        sitemap=False,
        methods=["POST"],
    )
    def link_code(self, slot_id, secret, code="", **_kwargs):
        slot_sudo, answer = self._open_link(slot_id, secret)
        url = self._get_url(slot_sudo, "link", secret) if slot_sudo else ""
        if not answer:
            return request.redirect(url, code=303)
        if not slot_sudo:
            return answer
        env = slot_sudo.env
        if not CODE_WINDOW.allows((request.db, request.httprequest.remote_addr)):
            error = env._("Too many tries. Please wait ten minutes.")
            return self._render_code(slot_sudo, secret, error, status=429)
        if not code:
            try:
                address = slot_sudo._mail_code()
            except UserError as error:
                return self._render_code(slot_sudo, secret, str(error), status=422)
            return self._render_code(slot_sudo, secret, sent_to=address)
        if not slot_sudo._check_code(code):
            error = env._("This code is not right, or it is too old.")
            if slot_sudo._has_spent_code():
                error = env._("This code does not count any more. Please ask for a new one.")
            return self._render_code(slot_sudo, secret, error, status=422)
        opened = {**request.session.get(KEY, {}), str(slot_sudo.id): int(time()) + OPEN_SECONDS}
        request.session[KEY] = dict(list(opened.items())[-OPENED_KEPT:])
        return request.redirect(url, code=303)

    @http.route(
        f"{LINK}/seen",
        type="http",
        auth="public",
        website=True,
        multilang=False,
        sitemap=False,
        methods=["POST"],
    )
    def link_sign_seen(self, slot_id, secret, **_kwargs):
        slot_sudo, answer = self._open_link(slot_id, secret)
        return answer or self._note_seen(slot_sudo)

    @http.route(
        [f"{LINK}/<any(copy,bundle):what>", f"{LINK}/<any(files):what>/<int:file_id>"],
        type="http",
        auth="public",
        website=True,
        multilang=False,
        sitemap=False,
        methods=["GET"],
        readonly=True,
    )
    def link_sign_download(self, slot_id, secret, what, file_id=0, **_kwargs):
        slot_sudo, answer = self._open_link(slot_id, secret)
        return answer or self._download(slot_sudo, what, file_id)

    def _open_link(self, slot_id, secret):
        """Return (slot, what to answer instead); the slot alone when the document may be shown.

        Without slot the link is none of ours; it is not said whether it was one.
        """
        slot_sudo = request.env["signoff.slot"].sudo().browse(self._fit(slot_id)).exists()
        state = slot_sudo._judge_secret(secret) if slot_sudo else "wrong"
        if state == "wrong":
            return None, self._render_closed(None, 404)
        slot_sudo = self._in_language(slot_sudo)
        if state == "expired":
            return None, self._render_closed(slot_sudo, 410)
        if not self._has_code(slot_sudo):
            return slot_sudo, self._render_code(slot_sudo, secret)
        return slot_sudo, None

    def _has_code(self, slot_sudo):
        """Tell whether this visitor has typed the code, where the step asks for one."""
        until = request.session.get(KEY, {}).get(str(slot_sudo.id), 0)
        return not slot_sudo.step_id.needs_code or until > time()

    def _render_code(self, slot_sudo, secret, error="", sent_to="", status=200):
        # who was forwarded a link learns who should have it, not what it is about
        return self._render(
            "customer_delivery.portal_signoff_code",
            slot_sudo,
            status,
            url=self._get_url(slot_sudo, "link", secret),
            error=error,
            sent_to=sent_to,
        )

    def _render_closed(self, slot_sudo, status):
        return self._render("customer_delivery.portal_signoff_closed", slot_sudo, status)

    # === ON OUR DEVICE === #

    @http.route(
        "/delivery/device/<int:slot_id>",
        type="http",
        auth="user",
        website=True,
        multilang=False,
        sitemap=False,
        methods=["GET"],
        readonly=True,
    )
    def device_sign(self, slot_id, **kwargs):
        slot_sudo = self._get_managed_slot(slot_id)
        return self._render_page(slot_sudo, "device", handed=kwargs.get("handed"))

    @http.route(
        "/delivery/device/<int:slot_id>",
        type="http",
        auth="user",
        website=True,
        multilang=False,
        sitemap=False,
        methods=["POST"],
    )
    def device_sign_submit(self, slot_id, **kwargs):
        return self._submit(self._get_managed_slot(slot_id), "device", kwargs)

    def _get_managed_slot(self, slot_id):
        """Return the slot (superuser) of somebody outside, if our user may manage it."""
        slot = request.env["signoff.slot"].browse(self._fit(slot_id)).exists()
        try:
            slot.check_access("read")
            slot._check_may_manage()
        except (AccessError, MissingError, UserError):
            raise request.not_found() from None
        if not slot or slot.user_id:
            raise request.not_found()
        return self._in_language(slot.sudo())

    # === THE PAGE === #

    @staticmethod
    def _fit(record_id):
        """Return an id that the database can look up."""
        return record_id if 0 < record_id < 2**31 else 0

    def _in_language(self, slot_sudo):
        """Return the slot in the language of its contact, and answer in it."""
        languages = request.env["res.lang"].sudo()
        lang = slot_sudo.partner_id.lang or slot_sudo.round_id.lang
        if lang and languages._get_data(code=lang):
            request.update_context(lang=lang)
        return slot_sudo.with_context(lang=request.env.lang)

    def _get_url(self, slot_sudo, method, secret=""):
        if method == "link":
            return f"/delivery/sign/{slot_sudo.id}/{secret}"
        base = "/delivery/device" if method == "device" else "/my/delivery/sign"
        return f"{base}/{slot_sudo.id}"

    def _render(self, template, slot_sudo, status=200, **values):
        company_sudo = slot_sudo.company_id if slot_sudo else request.env.company.sudo()
        response = request.render(
            template,
            {
                "slot": slot_sudo,
                "company": company_sudo,
                "contact": slot_sudo._get_contact() if slot_sudo else None,
                "lang": request.env.lang or "en_US",
                "page_name": "delivery_sign",
                **values,
            },
        )
        response.status_code = status
        response.headers["Cache-Control"] = "no-store"
        # the address is the key
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    def _render_page(self, slot_sudo, method, secret="", typed=None, error="", handed=False):
        row_sudo = slot_sudo.round_id
        lang = slot_sudo.partner_id.lang or request.env.lang
        rendition_sudo = request.env["signoff.rendition"]._get_for(row_sudo, lang)
        closed = slot_sudo._get_closed_reason()
        papers = request.env["signoff.paper"].sudo()
        signed = papers._get_signed(row_sudo, outside=True)[row_sudo.id] if not closed else []
        zone = papers._get_zone(row_sudo.company_id)
        answer_sudo = slot_sudo.decision_ids.sorted("id")[-1:]
        return self._render(
            "customer_delivery.portal_signoff_sign",
            slot_sudo,
            422 if error else 200,
            row=row_sudo,
            step=slot_sudo.step_id,
            rendition=rendition_sudo,
            # made by our own templates from what was kept
            content=Markup(rendition_sudo.html or ""),
            files=row_sudo._get_shown_files() if not closed else [],
            signed=[papers._lay_out(each, zone) for each in signed],
            answer=answer_sudo,
            answered_at=papers._format_moment(answer_sudo.recorded_at, zone),
            code=papers._shorten(row_sudo.snapshot_sha256),
            closed=closed,
            waiting=slot_sudo.state == "pending" and row_sudo.state == "running",
            accepted=method in slot_sudo.step_id._get_methods(),
            may_withdraw=(
                method != "device" and slot_sudo.state == "done" and row_sudo.state == "running"
            ),
            method=method,
            url=self._get_url(slot_sudo, method, secret),
            typed=typed or {},
            error=error,
            handed=bool(handed),
            items=self._get_items(slot_sudo, typed or {}),
            **self._get_words(slot_sudo),
        )

    def _get_items(self, slot_sudo, typed):
        """Return the items to remark on, with what was said or has just been typed of them."""
        if slot_sudo.state != "pending" or slot_sudo.round_id.state != "running":
            return []
        return [
            {
                **item,
                "verdict": typed.get(f"mark-{item['key']}", item["verdict"]),
                "comment": typed.get(f"remark-{item['key']}", item["comment"]),
            }
            for item in slot_sudo._get_marked_items()
        ]

    def _get_words(self, slot_sudo):
        """Return who asks whom, in one sentence, and whether the answer is late."""
        row_sudo = slot_sudo.round_id
        person = slot_sudo.person_name
        if slot_sudo.person_post:
            person = f"{person} ({slot_sudo.person_post})"
        return {
            "asks": slot_sudo.env._(
                "%(sender)s of %(company)s asks %(person)s to declare:",
                sender=row_sudo.author_name,
                company=row_sudo.company_id.name,
                person=person,
            ),
            "late": bool(slot_sudo.due_at and slot_sudo.due_at < fields.Datetime.now()),
            "copies": row_sudo.state == "approved",
        }

    def _note_seen(self, slot_sudo):
        """Note that the page was looked at; told by the page itself, for scanners run none."""
        if slot_sudo.state == "pending":
            slot_sudo._stamp_seen()
        return request.make_response("", status=204)

    # === WHAT THE FORM SAYS === #

    def _submit(self, slot_sudo, method, form, secret=""):
        """Do as the form says; what was typed stays on the page when it is refused."""
        act = form.get("act")
        url = self._get_url(slot_sudo, method, secret)
        if act in ACTS and slot_sudo.state == "done":
            # pressed twice, or sent again: the page says what was answered
            return request.redirect(url, code=303)
        try:
            # the page stays readable and nothing is kept when the decision is refused
            with request.env.cr.savepoint():
                if act == "replace":
                    self._hand_over(slot_sudo, form)
                    url += "?handed=1"
                elif act == "withdraw" and method != "device":
                    slot_sudo._withdraw((form.get("comment") or "").strip())
                elif act in (*ACTS, "remark"):
                    self._remark(slot_sudo, method, form)
                    if act != "remark":
                        self._decide(slot_sudo, act, method, form)
                else:
                    raise UserError(slot_sudo.env._("Please choose an answer."))
        except UserError as error:
            return self._render_page(slot_sudo, method, secret, form, str(error))
        return request.redirect(url, code=303)

    def _remark(self, slot_sudo, method, form):
        """Keep what the form says of single items."""
        marks = [
            {
                "key": item["key"],
                "verdict": form.get(f"mark-{item['key']}"),
                "comment": (form.get(f"remark-{item['key']}") or "").strip(),
            }
            for item in self._get_items(slot_sudo, {})
            if form.get(f"mark-{item['key']}")
        ]
        if marks:
            own_sudo = slot_sudo.with_user(request.env.user).sudo()
            own_sudo._remark(marks, method, form.get("snapshot_sha256") or "")

    def _decide(self, slot_sudo, verdict, method, form):
        slot_sudo._stamp_seen()
        if method == "login":
            slot_sudo.with_user(request.env.user)._check_password(form.get("password"))
        values = self._get_values(slot_sudo, verdict, form)
        slot_sudo.with_user(request.env.user).sudo()._decide(verdict, method, values)

    def _get_values(self, slot_sudo, verdict, form):
        values = {
            "snapshot_sha256": form.get("snapshot_sha256") or "",
            "comment": (form.get("comment") or "").strip()[:5000],
            "printed_name": (form.get("printed_name") or "").strip()[:100],
            "post": (form.get("post") or "").strip()[:100],
            "ip": request.httprequest.remote_addr,
            "agent": request.httprequest.user_agent.string,
        }
        if verdict != "approve":
            return values
        values["rendition"] = self._get_shown(slot_sudo, form.get("rendition") or "")
        if slot_sudo.step_id.needs_signature:
            values["image"] = slot_sudo._entry_image(form.get("signature") or "")
        # an agreement is one: what somebody began to object is not part of it
        values["comment"] = ""
        return values

    def _get_shown(self, slot_sudo, rendition_id):
        """Return the rendition that the form says was shown; it must be one of this round."""
        renditions_sudo = request.env["signoff.rendition"]._get_all(slot_sudo.round_id)
        shown_sudo = renditions_sudo.filtered(lambda shown: str(shown.id) == rendition_id)
        if not shown_sudo and renditions_sudo:
            raise UserError(
                slot_sudo.env._(
                    "“%(document)s” has changed since you opened it. Please read it again.",
                    document=slot_sudo.document_name,
                )
            )
        return shown_sudo

    def _hand_over(self, slot_sudo, form):
        """The signatory names somebody else; a person of ours takes care of it."""
        name = (form.get("colleague_name") or "").strip()[:100]
        if not name:
            raise UserError(slot_sudo.env._("Please say who should sign instead."))
        if slot_sudo._get_closed_reason() or slot_sudo.state != "pending":
            raise UserError(slot_sudo.env._("This does not wait for you any more."))
        slot_sudo._hand_over(name, (form.get("colleague_phone") or "").strip()[:50])
        slot_sudo._stamp_seen()

    # === TO KEEP === #

    def _download(self, slot_sudo, what, file_id):
        """Send a file, the signed copy or the bundle to whom it was shown."""
        row_sudo = slot_sudo.round_id
        if slot_sudo._get_closed_reason() and row_sudo.state not in ("approved", "rejected"):
            raise request.not_found()
        lang = slot_sudo.partner_id.lang
        if what == "files":
            return signoff_download.send_file(row_sudo, self._fit(file_id))
        if slot_sudo.state == "pending":
            raise request.not_found()
        if what == "bundle":
            return signoff_download.send_bundle(row_sudo, lang)
        return signoff_download.send_copy(row_sudo, lang)
