from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# rows of one group that the screen shows; the rest is one press away
ROWS = 50


class SignoffSlot(models.Model):
    """My work (我的待办): what waits for the user, and what he follows up with customers."""

    _inherit = "signoff.slot"

    @api.model
    @api.readonly
    def get_my_work(self):
        """Return what waits for the current user, group by group, the most urgent first.

        :return: dictionary with ``sections``: list of ``key``, ``title``, ``count`` and ``rows``;
            a row has ``model``, ``id``, ``title``, ``customer``, ``asked``, ``due``, ``days``
            (waiting), ``overdue``, ``button`` and ``method`` (none: its form is opened)
        """
        slots = self.with_env(self.env["delivery.guarded.mixin"]._entry().env)
        sections = [section for section in slots._get_work_sections() if section["rows"]]
        late = [
            {**row, "section": section["title"]}
            for section in sections
            for row in section["rows"]
            if row["overdue"]
        ]
        for section in sections:
            section["rows"] = [row for row in section["rows"] if not row["overdue"]]
            section["count"] -= len([row for row in late if row["section"] == section["title"]])
        if late:
            late.sort(key=lambda row: row["due"])
            overdue = {"key": "overdue", "title": self.env._("Overdue")}
            sections.insert(0, {**overdue, "count": len(late), "rows": late})
        return {"sections": [section for section in sections if section["rows"]]}

    @api.model
    @api.readonly
    def get_my_counts(self):
        """Return how much waits for the current user; two queries on indexed rows.

        :return: dictionary with ``approve``, ``customer`` (asked by him or in his projects) and
            ``overdue`` (of both)
        """
        self.flush_model(["state", "user_id", "due_at", "company_id"])
        companies = tuple(self.env.companies.ids)
        now = fields.Datetime.now()
        (mine,) = self.env.execute_query(
            SQL(
                "SELECT count(*), count(*) FILTER (WHERE due_at < %s) FROM signoff_slot"
                " WHERE user_id = %s AND state = 'pending' AND company_id IN %s",
                now,
                self.env.uid,
                companies,
            )
        )
        (outside,) = self.env.execute_query(
            SQL(
                """
                SELECT count(*), count(*) FILTER (WHERE s.due_at < %s)
                  FROM signoff_slot s
                  JOIN signoff_round r ON r.id = s.round_id
             LEFT JOIN project_project p ON p.id = s.project_id
                 WHERE s.state = 'pending' AND s.user_id IS NULL AND s.company_id IN %s
                   AND (r.author_id = %s OR p.user_id = %s)
                """,
                now,
                companies,
                self.env.uid,
                self.env.uid,
            )
        )
        return {"approve": mine[0], "customer": outside[0], "overdue": mine[1] + outside[1]}

    # === HOOKS === #

    @api.model
    def _get_work_sections(self):
        """Return the groups of *My work*, in their order.

        Other parts join by overriding it: a group is a dictionary with ``key``, ``title``,
        ``count`` and ``rows``, made by :meth:`_prepare_work_section`.
        """
        mine = Domain("user_id", "=", self.env.uid) & Domain("state", "=", "pending")
        return [
            self._prepare_work_section(
                "approve",
                self.env._("Waiting for My Decision"),
                self,
                mine,
                "due_at, id",
                self._prepare_own_work_row,
            ),
            self._prepare_work_section(
                "customer",
                self.env._("With the Customer, I Follow Up"),
                self,
                self._get_followed_domain(),
                "due_at, id",
                self._prepare_followed_work_row,
            ),
        ]

    @api.model
    def _get_followed_domain(self):
        """Return the domain of what others than us are asked, and the user sees to."""
        return (
            Domain("state", "=", "pending")
            & Domain("user_id", "=", False)
            & (
                Domain("round_id.author_id", "=", self.env.uid)
                | Domain("project_id.user_id", "=", self.env.uid)
            )
        )

    @api.model
    def _prepare_work_section(self, key, title, model, domain, order, prepare):
        """Return one group of *My work*.

        :param model: empty recordset of the model that is listed
        :param prepare: function that returns the row of a record
        """
        records = model.search(domain, order=order, limit=ROWS + 1)
        count = len(records) if len(records) <= ROWS else model.search_count(domain)
        return {
            "key": key,
            "title": title,
            "count": count,
            "rows": [prepare(record) for record in records[:ROWS]],
        }

    @api.model
    def _prepare_work_row(self, record, title, project, since=None, due=None, **values):
        """Return one row of *My work*; see :meth:`get_my_work`."""
        now = fields.Datetime.now()
        moment = due and fields.Datetime.to_datetime(due)
        today = fields.Date.context_today(self)
        if due and not isinstance(due, type(now)):
            overdue = due < today
        else:
            overdue = bool(moment and moment < now)
        # whoever is asked may know for which customer
        project_sudo = project.sudo()
        day = fields.Datetime.context_timestamp(self, moment).date() if moment else None
        if due and not isinstance(due, type(now)):
            day = due
        return {
            "model": record._name,
            "id": record.id,
            "title": title,
            "customer": project_sudo.partner_id.commercial_partner_id.name or "",
            "project": project_sudo.name or "",
            "asked": "",
            "due": fields.Date.to_string(day) if day else "",
            "days": (now - since).days if since else 0,
            "overdue": overdue,
            "button": self.env._("Open"),
            "method": "",
            "primary": False,
            **values,
        }

    def _prepare_own_work_row(self, slot):
        behalf = slot.sudo().on_behalf_slot_id.person_name
        asked = slot.meaning
        if behalf:
            asked = self.env._("%(asked)s (on behalf of %(person)s)", asked=asked, person=behalf)
        if slot.handed_by:
            asked = self.env._(
                "%(asked)s (%(person)s: %(reason)s)",
                asked=asked,
                person=slot.handed_by,
                reason=slot.hand_reason,
            )
        signs = slot.sudo().step_id.needs_signature
        return self._prepare_work_row(
            slot,
            slot.document_name,
            slot.project_id,
            slot.asked_at,
            slot.due_at,
            asked=asked,
            button=self.env._("Read and Sign") if signs else self.env._("Read and Decide"),
            method="action_open_answer",
            primary=True,
        )

    def _prepare_followed_work_row(self, slot):
        seen = self.env._("has seen it") if slot.seen_at else self.env._("has not opened it yet")
        return self._prepare_work_row(
            slot,
            slot.document_name,
            slot.project_id,
            slot.asked_at,
            slot.due_at,
            asked=self.env._("%(person)s %(state)s", person=slot.person_name, state=seen),
            button=self.env._("Follow Up"),
            method="action_open_round",
        )
