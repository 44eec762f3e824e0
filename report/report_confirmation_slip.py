from odoo import api, models
from odoo.fields import Domain


class ReportConfirmationSlip(models.AbstractModel):
    """The one-table paper by which a customer confirms the requirements of a project."""

    _name = "report.customer_delivery.report_confirmation_slip"
    _description = "Requirement Confirmation"
    _inherit = ["project.requirement.paper"]

    _paper_code = "RC"

    @api.model
    def _get_report_values(self, docids, data=None):
        """Return the papers to print, one for each project.

        :param list docids: project ids
        :param dict data: ``project_ids`` in place of docids, ``lang``, ``version``,
            ``classification``
        """
        self._check_may_print()
        options = data or {}
        projects = self.env["project.project"].browse(docids or options.get("project_ids") or [])
        projects.check_access("read")
        return {
            "papers": [
                self._prepare_paper(project, Domain("project_id", "=", project.id), options)
                for project in projects
            ]
        }

    @api.model
    def _prepare_paper(self, project, domain, options):
        """Return one paper over the requirements of ``domain``, which all belong to ``project``
        or, when it is empty, wait in the pool.
        """
        self = self.with_context(lang=self._get_paper_lang(project, options))
        project = project.with_env(self.env)
        found = self._get_paper_requirements(domain)
        promised, excluded, unclassified = self._split_requirements(found)
        customer = project.partner_id or found.partner_id[:1]
        company = project._get_delivery_company() if project else found.company_id[:1]
        frame = self._prepare_frame(
            self.env._("Requirement Confirmation"), project, customer, company, options
        )
        return {
            **frame,
            "requirements": self._prepare_requirements(promised),
            **self._prepare_signed(promised),
            "excluded": [(requirement.number, requirement.name) for requirement in excluded],
            "unclassified": [
                (requirement.number, requirement.name) for requirement in unclassified
            ],
        }


class ReportConfirmationSlipSelection(models.AbstractModel):
    """The same paper over requirements that somebody selected in a list."""

    _name = "report.customer_delivery.report_confirmation_slip_selection"
    _description = "Requirement Confirmation of a Selection"
    _inherit = ["report.customer_delivery.report_confirmation_slip"]

    @api.model
    def _get_report_values(self, docids, data=None):
        """Return the papers to print, one for each project or customer of the requirements.

        :param list docids: requirement ids
        :param dict data: ``requirement_ids`` in place of docids, and the options of a paper
        """
        self._check_may_print()
        options = data or {}
        ids = docids or options.get("requirement_ids") or []
        requirements = self.env["project.requirement"].browse(ids)
        requirements.check_access("read")
        groups = {}
        for requirement in requirements:
            key = requirement.project_id or requirement.commercial_partner_ref_id
            groups.setdefault((key, requirement.company_id), []).append(requirement.id)
        projects = self.env["project.project"]
        return {
            "papers": [
                self._prepare_paper(
                    key if key._name == projects._name else projects,
                    Domain("id", "in", ids),
                    options,
                )
                for (key, _company), ids in groups.items()
            ]
        }
