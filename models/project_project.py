from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_list

from ..core.grant import Granted, is_granted
from .delivery_kept_mixin import is_uninstalling

CONTROL_FIELDS = ("delivery_mode_id", "delivery_practice")
CONTRACT_FIELDS = {
    "delivery_code",
    "delivery_lang",
    "delivery_contract_no",
    "delivery_customer_project_no",
    "delivery_contract_date",
    "delivery_contract_amount",
    "delivery_currency_id",
    "delivery_contract_state",
    "delivery_ahead_since",
}
STAFF_GROUPS = "project.group_project_user,customer_delivery.group_delivery_auditor"
COMPANY_FIELDS = ("company_id", "delivery_company_id")
DOCUMENT_MODELS = ("project.requirement",)


class ProjectProject(models.Model):
    _name = "project.project"
    _inherit = ["project.project", "delivery.kept.mixin"]

    delivery_mode_id = fields.Many2one(
        "delivery.mode",
        string="Delivery Mode",
        readonly=True,
        copy=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Empty: this project does not use delivery.",
    )
    delivery_practice = fields.Boolean(
        string="Practice Project",
        readonly=True,
        copy=False,
        help="For trying things out: everything is marked as practice and may be deleted whole.",
    )
    delivery_code = fields.Char(
        string="Project Code",
        copy=False,
        help="Shown before the numbers of this project's documents.",
    )
    delivery_company_id = fields.Many2one(
        "res.company",
        string="Company of the Documents",
        help="For a project that several companies share: whose documents these are.",
    )
    delivery_lang = fields.Selection(
        selection="_get_delivery_langs",
        string="Document Language",
        help="Language in which documents for this customer are written and printed.",
    )
    delivery_party_ids = fields.One2many(
        "project.party", "project_id", string="Parties", groups=STAFF_GROUPS
    )
    delivery_section_ids = fields.One2many(
        "project.requirement.section", "project_id", string="Sections", groups=STAFF_GROUPS
    )
    # contract
    delivery_contract_no = fields.Char(string="Contract No.", copy=False)
    delivery_customer_project_no = fields.Char(string="Customer's Project No.", copy=False)
    delivery_contract_date = fields.Date(string="Contract Date", copy=False)
    delivery_contract_amount = fields.Monetary(
        string="Contract Amount",
        currency_field="delivery_currency_id",
        copy=False,
        groups="customer_delivery.group_delivery_user",
        help="Internal: never shown to customers.",
    )
    delivery_currency_id = fields.Many2one(
        "res.currency",
        string="Contract Currency",
        copy=False,
        groups="customer_delivery.group_delivery_user",
    )
    delivery_contract_state = fields.Selection(
        [("none", "No contract"), ("ahead", "Working ahead of signature"), ("signed", "Signed")],
        string="Contract",
        default="none",
        copy=False,
        tracking=True,
        groups="base.group_user",
    )
    delivery_ahead_since = fields.Date(
        string="Working Ahead Since", copy=False, groups="base.group_user"
    )
    delivery_ahead_days = fields.Integer(
        string="Days Ahead of Signature",
        compute="_compute_delivery_ahead_days",
        groups="base.group_user",
    )
    # figures
    delivery_requirement_count = fields.Integer(
        string="Requirements",
        compute="_compute_delivery_requirement_count",
        groups=STAFF_GROUPS,
    )
    delivery_confirmed_count = fields.Integer(
        string="Confirmed Requirements",
        compute="_compute_delivery_requirement_count",
        groups=STAFF_GROUPS,
    )

    @api.model
    def _get_delivery_langs(self):
        return self.env["res.lang"].get_installed()

    # === COMPUTE METHODS === #

    @api.depends("delivery_contract_state", "delivery_ahead_since")
    def _compute_delivery_ahead_days(self):
        today = fields.Date.context_today(self)
        for project in self:
            ahead = project.delivery_contract_state == "ahead" and project.delivery_ahead_since
            project.delivery_ahead_days = (today - ahead).days if ahead else 0

    def _compute_delivery_requirement_count(self):
        groups = self.env["project.requirement"]._read_group(
            Domain("project_id", "in", self.ids)
            & Domain("priority_id.in_scope", "=", True)
            & Domain("stage_id.kind", "!=", "cancelled"),
            ["project_id", "content_lock"],
            ["__count"],
        )
        total, confirmed = {}, {}
        for project, lock, count in groups:
            total[project] = total.get(project, 0) + count
            if lock == "agreed":
                confirmed[project] = confirmed.get(project, 0) + count
        for project in self:
            project.delivery_requirement_count = total.get(project, 0)
            project.delivery_confirmed_count = confirmed.get(project, 0)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        projects = super().create(vals_list)
        # a copy of a project that uses delivery uses it too, with nothing left open
        for project in projects.filtered("delivery_mode_id"):
            values = project._prepare_delivery_vals(self.env.user.company_id.id)
            if values:
                project.write(values)
        return projects

    def write(self, vals):
        keys = vals.keys()
        if keys.isdisjoint((*CONTROL_FIELDS, *COMPANY_FIELDS)):
            return super().write(vals)
        if not is_granted(vals) and not keys.isdisjoint(CONTROL_FIELDS):
            raise UserError(
                self.env._("The delivery mode is chosen with the button “Enable Delivery”.")
            )
        if not keys.isdisjoint(COMPANY_FIELDS):
            self._check_delivery_company_change(vals)
        return super().write(dict(vals))

    def unlink(self):
        practice = self.filtered("delivery_practice")
        if practice:
            practice._delete_practice_documents()
        # here and not by the database, which would leave their mail addresses behind
        channels_sudo = self.env["delivery.channel"].sudo().with_context(active_test=False)
        self.check_access("unlink")
        # all goes with the addon, as the administrator has agreed to; nobody else can say so
        if not is_uninstalling(self.env):
            self._unlink_except_delivery_documents()
        channels_sudo.search([("project_id", "in", self.ids)]).unlink()
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_delivery_documents(self):
        kept = self._get_projects_with_documents()
        if kept:
            raise UserError(
                self.env._(
                    "%(projects)s keep requirements that must stay readable. "
                    "Archive the project instead of deleting it.",
                    projects=format_list(self.env, kept.mapped("display_name")),
                )
            )

    # === ACTION METHODS === #

    def action_enable_delivery(self, mode_id, practice=False, reason="", company_id=False):
        """Switch delivery on, or change its mode; works on one project.

        :param int mode_id: delivery mode, or False to switch delivery off
        :param bool practice: make it a practice project; only before its first document
        :param str reason: why, when the mode is lowered
        :param int company_id: whose documents, for a project shared by companies
        :raises UserError: lowering without a reason or without being a delivery manager
        """
        self = self._delivery_entry()
        mode_id = self.env["delivery.guarded.mixin"]._entry_id(mode_id)
        reason = self.env["delivery.guarded.mixin"]._entry_text(reason)
        mode = self.env["delivery.mode"].browse(mode_id or 0).exists()
        if mode_id and not mode.active:
            raise UserError(self.env._("This delivery mode is archived. Choose another one."))
        before = self.delivery_mode_id
        if before and (not mode or mode.level < before.level):
            self._check_may_lower(reason)
        values = {"delivery_mode_id": mode.id}
        if mode:
            values.update(self._prepare_delivery_vals(company_id))
        if practice and not self.delivery_practice:
            if self._get_projects_with_documents():
                raise UserError(
                    self.env._("A project that has documents cannot become a practice project.")
                )
            values["delivery_practice"] = True
        # delivery users run projects without the right to edit every setting of them
        self.sudo().write(Granted(values))
        if before != mode:
            self._log_delivery_mode(before, mode, reason)
            self._fit_delivery_documents()
        return True

    def action_save_contract(self, values):
        """Save the contract block; works on one project.

        :param dict values: any of the fields in ``CONTRACT_FIELDS``
        """
        self = self._delivery_entry()
        if not isinstance(values, dict):
            raise UserError(self.env._("Please send the contract block as fields and values."))
        unknown = values.keys() - CONTRACT_FIELDS
        if unknown:
            raise UserError(
                self.env._("Not part of the contract block: %s", ", ".join(sorted(unknown)))
            )
        self.sudo().write(dict(values))
        return True

    def _delivery_entry(self):
        """Return this one project, checked, with a context in which no key of the caller acts."""
        self.ensure_one()
        project = self.with_env(self.env["delivery.guarded.mixin"]._entry().env)
        project._check_may_manage_delivery()
        return project

    def _prepare_delivery_vals(self, company_id=False):
        """Return the values that a project needs beside its mode: company and language."""
        self.ensure_one()
        values = {}
        if not self.company_id and not self.delivery_company_id:
            values["delivery_company_id"] = self._choose_delivery_company(company_id).id
        if not self.delivery_lang:
            values["delivery_lang"] = self.partner_id.lang or self.env.lang or "en_US"
        return values

    def _choose_delivery_company(self, company_id=False):
        """Return whose documents those of a project without a company are; ask when unclear."""
        companies = self.env.user.company_ids
        if company_id:
            companies = companies.filtered(lambda company: company.id == company_id)
        if len(companies) != 1:
            raise UserError(
                self.env._("Several companies share this project. Choose whose documents.")
            )
        return companies

    def _check_may_manage_delivery(self):
        """Allow who runs the project: its manager among delivery users, and administrators."""
        self.check_access("read")
        user = self.env.user
        manages = user.has_group("customer_delivery.group_delivery_manager") or (
            user.has_group("customer_delivery.group_delivery_user")
            and self.user_id in (user, self.env["res.users"])
        )
        if not (self.env.su or manages or self.has_access("write")):
            raise AccessError(
                self.env._("Only the project manager or a delivery manager may do this.")
            )

    def _check_may_lower(self, reason):
        if not self.env.user.has_group("customer_delivery.group_delivery_manager"):
            raise UserError(self.env._("Only a delivery manager may lower the delivery mode."))
        if not (reason or "").strip():
            raise UserError(self.env._("Please say why the delivery mode is lowered."))

    def _log_delivery_mode(self, before, mode, reason):
        none = self.env._("Off")
        body = self.env._(
            "Delivery mode: %(before)s → %(after)s. %(reason)s",
            before=before.name or none,
            after=mode.name or none,
            reason=(reason or "").strip(),
        )
        self._message_log(body=body.strip())

    def action_view_requirements(self):
        """Open the project's requirement list."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_delivery.project_requirement_action_project"
        )
        return {
            **action,
            "display_name": self.env._("Requirements of %(project)s", project=self.name),
            "domain": [("project_id", "=", self.id)],
            "context": {"default_project_id": self.id, "active_id": self.id},
        }

    # === BUSINESS METHODS === #

    def _get_delivery_company(self):
        """Return the company that every document of this project belongs to."""
        self.ensure_one()
        company = self.company_id or self.delivery_company_id
        if not company:
            raise UserError(
                self.env._(
                    "Several companies share %(project)s. Choose whose documents with the "
                    "button “Enable Delivery”.",
                    project=self.display_name,
                )
            )
        return company

    def _get_projects_with_documents(self):
        """Return those of these projects that have delivery documents, archived ones too."""
        projects = self.browse()
        for model in DOCUMENT_MODELS:
            documents = self.env[model].sudo().with_context(active_test=False)
            for (project,) in documents._read_group(
                [("project_id", "in", self.ids)], ["project_id"]
            ):
                projects |= project.with_env(self.env)
        return projects

    def _check_delivery_company_change(self, vals):
        """Refuse another company for projects that have documents."""

        def company_after(project):
            shared = vals.get("delivery_company_id", project.delivery_company_id.id)
            return vals.get("company_id", project.company_id.id) or shared

        moving = self.filtered(
            lambda project: (
                company_after(project) != (project.company_id or project.delivery_company_id).id
            )
        )
        kept = moving._get_projects_with_documents()
        if kept:
            raise UserError(
                self.env._(
                    "%(project)s has delivery documents of %(company)s and stays in that company.",
                    project=kept[0].display_name,
                    company=kept[0]._get_delivery_company().name,
                )
            )

    def _fit_delivery_documents(self):
        """Called when the mode has changed: documents move to stages that it uses."""
        if self.delivery_mode_id:
            # all of them, also those that the person who changes the mode does not see
            documents_sudo = self.env["project.requirement"].sudo().with_context(active_test=False)
            documents_sudo.search([("project_id", "in", self.ids)])._fit_stages()

    def _delete_practice_documents(self):
        """Delete everything that hangs on practice projects, as they promise."""
        self.check_access("unlink")
        for model in DOCUMENT_MODELS:
            # who may delete the project may delete all of it
            documents_sudo = self.env[model].sudo().with_context(active_test=False)
            documents_sudo.search([("project_id", "in", self.ids)])._delete_practice()

    @api.model
    def _get_delivery_domain(self):
        """Return the domain of projects that use delivery."""
        return Domain("delivery_mode_id", "!=", False) & Domain("is_template", "=", False)

    def _get_stat_buttons(self):
        buttons = super()._get_stat_buttons()
        if self.delivery_mode_id and self.env["project.requirement"].has_access("read"):
            buttons.append(
                {
                    "icon": "list-ol",
                    "text": self.env._("Requirements"),
                    "number": self.sudo().delivery_requirement_count,
                    "action_type": "object",
                    "action": "action_view_requirements",
                    "show": True,
                    "sequence": 3,
                }
            )
        return buttons

    # === CRON === #

    @api.model
    def _cron_remind_working_ahead(self, batch_size=100):
        """Remind the project manager once a week that work runs ahead of the contract.

        A project with an open reminder gets no second one. Each reminder is committed by
        itself, so that a run that is killed goes on where it stopped.
        """
        activity_type = self.env.ref("customer_delivery.mail_activity_type_ahead")
        domain = (
            self._get_delivery_domain()
            & Domain("delivery_contract_state", "=", "ahead")
            & Domain("user_id.active", "=", True)
            & ~Domain("activity_ids", "any", [("activity_type_id", "=", activity_type.id)])
        )
        cron = self.env["ir.cron"]
        left = self.search_count(domain)
        last_id = 0
        while projects := self.search(
            domain & Domain("id", ">", last_id), order="id", limit=batch_size
        ):
            last_id = projects[-1].id
            for project in projects:
                project._remind_working_ahead(activity_type)
                left -= 1
                if not cron._commit_progress(1, remaining=max(left, 0)):
                    return

    def _remind_working_ahead(self, activity_type):
        """Give the project manager the reminder, unless he cannot open his project."""
        self.ensure_one()
        if not self.with_user(self.user_id).has_access("read"):
            return
        project = self.with_context(lang=self.user_id.lang)
        project.activity_schedule(
            activity_type_id=activity_type.id,
            user_id=self.user_id.id,
            date_deadline=fields.Date.context_today(project),
            note=project.env._(
                "%(days)s days of work without a signed contract.",
                days=project.delivery_ahead_days,
            ),
        )
