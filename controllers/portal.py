import secrets

from odoo import fields, http
from odoo.exceptions import AccessError, MissingError
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import groupby

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

from . import wish_form

# what a line of a list shows; the rest is not even read
LINE_FIELDS = ["number", "name", "stage_id", "priority_id", "project_id", "section_id", "outline"]
WAITING_SHOWN = 20
INLINE_TYPES = ("application/pdf", "image/", "video/mp4", "text/plain")


class DeliveryPortal(CustomerPortal):
    """The customer's pages."""

    # === HOME === #

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        requirements = request.env["project.requirement"]
        if "delivery_waiting_count" in counters:
            values["delivery_waiting_count"] = (
                requirements.search_count(requirements._get_portal_waiting_domain())
                if requirements.has_access("read")
                else 0
            )
        if "delivery_count" in counters:
            projects_sudo = request.env["project.project"]._get_portal_projects()
            values["delivery_count"] = len(projects_sudo) or (
                requirements.search_count([], limit=1) if requirements.has_access("read") else 0
            )
        return values

    @http.route("/my/delivery", type="http", auth="user", website=True, readonly=True)
    def portal_my_delivery(self, **kwargs):
        requirements = request.env["project.requirement"]
        projects_sudo = request.env["project.project"]._get_portal_projects()
        domain = requirements._get_portal_waiting_domain(projects_sudo)
        waiting = requirements.search_fetch(domain, LINE_FIELDS, limit=WAITING_SHOWN)
        shown = len(waiting)
        values = {
            **self._prepare_portal_layout_values(),
            **self._get_signoff_values(),
            **self._get_asked_values(),
            "page_name": "delivery",
            "waiting": waiting.sudo(),
            "waiting_count": shown if shown < WAITING_SHOWN else requirements.search_count(domain),
            "acceptance_checks": request.env["project.acceptance"]._get_portal_checks(),
            "projects": projects_sudo,
            "counts": self._count_by_project(projects_sudo),
            "next_milestones": self._get_next_milestones(projects_sudo),
            "account_managers": projects_sudo._get_account_managers(request.env.user),
            "own_count": requirements.search_count(
                [("requester_id", "=", request.env.user.partner_id.id)]
            ),
        }
        return request.render("customer_delivery.portal_my_delivery", values)

    def _get_asked_values(self):
        """Return what else waits for the contact who is logged in; other parts add theirs."""
        return {}

    def _get_signoff_values(self):
        """Return what waits for the answer of the contact who is logged in, urgent first."""
        # a customer has no right on requests; these are his own
        slots_sudo = request.env["signoff.slot"].sudo()
        own = slots_sudo._get_contact_domain(request.env.user.partner_id)
        found = slots_sudo.search(own & Domain("state", "=", "pending"), order="due_at, id")
        return {
            "signoff_slots": found,
            "signoff_verbs": found._get_verbs(),
            "signoff_decided": slots_sudo.search_count(
                own & Domain("state", "!=", "pending"), limit=1
            )
            or len(request.env["project.closing.pack"]._get_portal_packs()),
            "now": fields.Datetime.now(),
        }

    def _count_by_project(self, projects_sudo):
        return {
            project.id: count
            for project, count in request.env["project.requirement"]._read_group(
                [("project_id", "in", projects_sudo.ids)], ["project_id"], ["__count"]
            )
        }

    def _get_next_milestones(self, projects_sudo):
        """Return {project id: next milestone}; a party sees dates, nothing else of the plan."""
        milestones = {}
        for milestone in projects_sudo.env["project.milestone"].search(
            [("project_id", "in", projects_sudo.ids), ("is_reached", "=", False)],
            order="deadline, id",
        ):
            milestones.setdefault(milestone.project_id.id, milestone)
        return milestones

    # === LISTS === #

    @http.route(
        ["/my/requirements", "/my/requirements/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_requirements(self, page=1, **kwargs):
        values = self._prepare_requirement_list(page, "/my/requirements", Domain.TRUE, **kwargs)
        values.update(page_name="delivery_requirements", projects=values["list_projects"])
        return request.render("customer_delivery.portal_my_requirements", values)

    @http.route(
        [
            "/my/delivery/project/<int:project_id>",
            "/my/delivery/project/<int:project_id>/page/<int:page>",
        ],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_delivery_project(self, project_id, page=1, **kwargs):
        project_sudo = request.env["project.project"]._get_portal_project(project_id)
        if not project_sudo:
            raise request.not_found()
        url = f"/my/delivery/project/{project_id}"
        domain = Domain("project_id", "=", project_id)
        kwargs.setdefault("groupby", "section")
        kwargs.setdefault("sortby", "document")
        values = self._prepare_requirement_list(page, url, domain, **kwargs)
        acceptances_sudo = request.env["project.acceptance"]._get_portal_acceptances()
        states = acceptances_sudo._fields["state"]._description_selection(request.env)
        values.update(
            page_name="delivery_project",
            delivery_project=project_sudo,
            acceptances=acceptances_sudo.filtered(lambda row: row.project_id == project_sudo),
            acceptance_states=dict(states),
            contact=project_sudo.user_id,
            milestones=project_sudo.env["project.milestone"].search(
                [("project_id", "=", project_id)], order="deadline, id"
            ),
        )
        return request.render("customer_delivery.portal_my_delivery_project", values)

    def _get_requirement_sortings(self):
        _ = request.env._
        return {
            "newest": {"label": _("Newest"), "order": "id desc"},
            "document": {"label": _("Document order"), "order": "project_id, outline_key, id"},
            "title": {"label": _("Title"), "order": "name, id"},
            "stage": {"label": _("Stage"), "order": "stage_id, id desc"},
        }

    def _get_requirement_groupings(self):
        _ = request.env._
        return {
            "none": {"label": _("None"), "field": None},
            "project": {"label": _("Project"), "field": "project_id"},
            "stage": {"label": _("Stage"), "field": "stage_id"},
            "class": {"label": _("Class"), "field": "priority_id"},
            "section": {"label": _("Section"), "field": "section_id"},
        }

    def _get_requirement_inputs(self):
        _ = request.env._
        return {
            "content": {"input": "content", "label": _("Search in title, number and text")},
            "name": {"input": "name", "label": _("Search in title")},
            "number": {"input": "number", "label": _("Search in number")},
        }

    def _prepare_requirement_list(
        self,
        page,
        url,
        base_domain,
        sortby="newest",
        filterby="all",
        groupby="none",  # noqa: ARG002 (names of core's search bar)
        search=None,
        search_in="content",
        **kwargs,
    ):
        """Return the values of a searchable, sorted, grouped page of requirements."""
        requirements = request.env["project.requirement"]
        sortings, groupings = self._get_requirement_sortings(), self._get_requirement_groupings()
        inputs, filters = self._get_requirement_inputs(), requirements._get_portal_filters()
        sortby = sortby if sortby in sortings else "newest"
        filterby = filterby if filterby in filters else "all"
        group_key = groupby if groupby in groupings else "none"
        search_in = search_in if search_in in inputs else "content"
        domain = (
            base_domain
            & filters[filterby][1]
            & requirements._get_portal_search_domain(search, search_in)
        )
        total = requirements.search_count(domain)
        page_values = pager(
            url=url,
            url_args={
                "sortby": sortby,
                "filterby": filterby,
                "groupby": group_key,
                "search": search or "",
                "search_in": search_in,
            },
            total=total,
            page=page,
            step=self._items_per_page,
        )
        field = groupings[group_key]["field"]
        order = sortings[sortby]["order"]
        lines = requirements.search_fetch(
            domain,
            LINE_FIELDS,
            order=self._order_by_group(field, order),
            limit=self._items_per_page,
            offset=page_values["offset"],
        )
        request.session["my_requirements_history"] = lines.ids[:100]
        return {
            **self._prepare_portal_layout_values(),
            "groups": self._group_lines(lines.sudo(), field),
            "total": total,
            "list_projects": request.env["project.project"]._get_portal_projects(),
            "pager": page_values,
            "default_url": url,
            "searchbar_sortings": sortings,
            "searchbar_filters": {key: {"label": label} for key, (label, _) in filters.items()},
            "searchbar_groupby": groupings,
            "searchbar_inputs": inputs,
            "sortby": sortby,
            "filterby": filterby,
            "groupby": group_key,
            "search": search or "",
            "search_in": search_in,
        }

    @staticmethod
    def _order_by_group(field, order):
        if not field or order.startswith(field):
            return order
        # sections follow each other as in the document, where their requirements stand
        return "project_id, outline_key, id" if field == "section_id" else f"{field}, {order}"

    @staticmethod
    def _group_lines(lines_sudo, field):
        """Return [(group, lines)] in the order found; one nameless group without grouping."""
        if not field:
            return [(None, lines_sudo)] if lines_sudo else []
        return [
            (group, lines_sudo.browse([line.id for line in members]))
            for group, members in groupby(lines_sudo, lambda line: line[field])
        ]

    # === ONE REQUIREMENT === #

    @http.route(
        "/my/requirements/<int:requirement_id>",
        type="http",
        auth="public",
        website=True,
        readonly=True,
    )
    def portal_my_requirement(self, requirement_id, access_token=None, **kwargs):
        requirement_sudo, is_reader = self._get_requirement(requirement_id, access_token)
        if not requirement_sudo:
            return self._refuse_or_ask_login(access_token)
        may_comment = is_reader and requirement_sudo._is_open_to_comments()
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "delivery_requirement",
            "requirement": requirement_sudo,
            "is_reader": is_reader,
            "read_only_link": not is_reader,
            "no_breadcrumbs": not is_reader,
            "may_comment": may_comment,
            "object": requirement_sudo,
            "files": self._get_file_values(requirement_sudo, access_token, is_reader),
            "delivery_project": requirement_sudo.project_id,
            "has_project_page": is_reader
            and bool(
                request.env["project.project"]._get_portal_project(requirement_sudo.project_id.id)
            ),
            "contact": requirement_sudo._get_contact_user(),
            **(self._get_neighbours(requirement_sudo) if is_reader else {}),
        }
        response = request.render("customer_delivery.portal_my_requirement", values)
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    @http.route(
        "/my/requirements/<int:requirement_id>/files/<int:attachment_id>",
        type="http",
        auth="public",
        website=True,
        multilang=False,
        readonly=True,
    )
    def portal_my_requirement_file(
        self, requirement_id, attachment_id, access_token=None, **kwargs
    ):
        requirement_sudo, _is_reader = self._get_requirement(requirement_id, access_token)
        attachment_sudo = requirement_sudo.portal_attachment_ids.filtered(
            lambda attachment: attachment.id == attachment_id
        )
        if not attachment_sudo:
            return self._refuse_or_ask_login(access_token)
        stream = request.env["ir.binary"]._get_stream_from(attachment_sudo, "raw")
        shown = (attachment_sudo.mimetype or "").startswith(INLINE_TYPES)
        return stream.get_response(as_attachment=not shown)

    def _get_requirement(self, requirement_id, access_token):
        requirements = request.env["project.requirement"]
        try:
            return requirements._get_portal_record(requirement_id, access_token)
        except (AccessError, MissingError):
            return requirements.sudo(), False

    def _refuse_or_ask_login(self, access_token):
        """Answer alike whether the record exists or not."""
        if request.env.user._is_public() and not access_token:
            return request.redirect_query(
                "/web/login", {"redirect": request.httprequest.path}, code=302
            )
        raise request.not_found()

    def _get_file_values(self, requirement_sudo, access_token, is_reader):
        query = "" if is_reader else f"?access_token={access_token}"
        base = f"{requirement_sudo.access_url}/files"
        return [
            {
                "name": attachment.name,
                "size": attachment.file_size,
                "is_image": (attachment.mimetype or "").startswith("image/"),
                "url": f"{base}/{attachment.id}{query}",
            }
            for attachment in requirement_sudo.portal_attachment_ids
        ]

    def _get_neighbours(self, requirement_sudo):
        """Return the links before and after, in the list that was looked at last."""
        history = request.session.get("my_requirements_history", [])
        if requirement_sudo.id not in history:
            return {}
        place = history.index(requirement_sudo.id)
        before, after = history[:place][-1:], history[place + 1 :][:1]
        return {
            "prev_record": f"/my/requirements/{before[0]}" if before else False,
            "next_record": f"/my/requirements/{after[0]}" if after else False,
        }

    # === NEW WISH === #

    @http.route(
        "/my/delivery/wish/new",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def portal_new_wish(self, project=None, **kwargs):
        chosen = int(project) if isinstance(project, str) and project.isdecimal() else 0
        return self._render_new_wish(
            {"project_id": chosen, "client_key": secrets.token_urlsafe(24)}
        )

    @http.route("/my/delivery/wish/new", type="http", auth="user", website=True, methods=["POST"])
    def portal_submit_wish(self, **kwargs):
        partner = request.env.user.partner_id
        form = wish_form.WishForm(self._get_wish_company(kwargs.get("project_id")), kwargs)
        project_sudo = request.env["project.project"]._get_portal_project(form.values["project_id"])
        if form.values["project_id"] and not project_sudo:
            form.errors["project_id"] = request.env._("Please choose one of your projects.")
        form.check_text()
        form.check_priority()
        if form.errors:
            return self._render_new_wish(form.values, form.errors, status=422)
        wish_sudo, _created = request.env["project.requirement"]._file_wish(
            form.values["text"],
            form.values["client_key"],
            files=form.files,
            why=form.values["why"],
            origin="portal",
            project_id=project_sudo.id,
            partner_id=project_sudo.partner_id.id or partner.commercial_partner_id.id,
            requester_id=partner.id,
            wish_priority_id=form.values["priority_id"],
        )
        return request.redirect(f"/my/requirements/{wish_sudo.id}?filed=1", code=303)

    def _get_wish_company(self, project_id):
        """Return the company whose limits hold for files; unknown projects are refused later."""
        number = int(project_id) if (project_id or "").isdecimal() else 0
        project_sudo = request.env["project.project"]._get_portal_project(number)
        if project_sudo:
            return project_sudo._get_delivery_company()
        return request.env.user.company_id

    def _render_new_wish(self, values, errors=None, status=200):
        projects_sudo = request.env["project.project"]._get_portal_projects()
        project_sudo = projects_sudo.filtered(lambda p: p.id == values.get("project_id"))
        company = (
            project_sudo._get_delivery_company() if project_sudo else request.env.user.company_id
        )
        qcontext = {
            **self._prepare_portal_layout_values(),
            **wish_form.get_form_values(company),
            "page_name": "delivery_wish",
            "projects": projects_sudo,
            "values": {"priority_id": 0, **values},
            "errors": errors or {},
            "draft_key": f"portal-{request.env.uid}",
        }
        response = request.render("customer_delivery.portal_new_wish", qcontext)
        response.status_code = status
        return response
