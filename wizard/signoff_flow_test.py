from odoo import api, fields, models
from odoo.exceptions import UserError


class SignoffFlowTest(models.TransientModel):
    """Test a flow on a document: which steps, which people, and why not; nothing is written."""

    _name = "signoff.flow.test"
    _description = "Test This Flow"

    flow_id = fields.Many2one(
        "signoff.flow",
        string="Flow",
        ondelete="cascade",
        domain="[('res_model', '=', res_model)]",
        help="Empty: the flow that the document would take.",
    )
    res_model = fields.Char(compute="_compute_res_model", export_string_translation=False)
    document = fields.Reference(
        selection=lambda self: self.env["signoff.flow"]._get_document_models()
    )
    result = fields.Html(compute="_compute_result", sanitize=False)

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        context = self.env.context
        flows = self.env["signoff.flow"]
        if context.get("active_model") == flows._name and context.get("active_id"):
            values["flow_id"] = context["active_id"]
        flow = flows.browse(values.get("flow_id") or 0)
        if flow and not values.get("document"):
            last = self.env[flow.res_model].search([], order="id desc", limit=1)
            values["document"] = last and f"{last._name},{last.id}"
        return values

    @api.depends("flow_id", "document")
    def _compute_res_model(self):
        for wizard in self:
            wizard.res_model = wizard.document._name if wizard.document else False

    @api.depends("flow_id", "document")
    @api.depends_context("uid", "lang")
    def _compute_result(self):
        for wizard in self:
            document = wizard.document
            wizard.result = document and self.env["ir.qweb"]._render(
                "customer_delivery.signoff_flow_test_result",
                self._get_outcome(document, wizard.flow_id),
            )

    @api.model
    def _get_outcome(self, document, flow):
        """Return the plan that a start would copy, and what would keep it from starting.

        :return: dictionary with ``plan`` (or None), ``steps`` and ``problems`` (list of texts)
        """
        document.check_access("read")
        planner = self.env["signoff.planner"]
        problems, plan = [], None
        try:
            if flow:
                # flows are configuration that not everybody reads
                plans = planner._plan_flow(document, flow.sudo(), None, draft=True)
            else:
                plans = planner._plan(document)
            plan = plans[document.id]
            planner._check_startable(plan)
        except UserError as error:
            problems.append(str(error))
        try:
            document._signoff_check_start()
        except UserError as error:
            problems.append(str(error))
        steps = [
            {**step, "why": self._get_why(step, plan), "asked": step.get("people") or []}
            for step in (plan["steps"] if plan else ())
        ]
        return {"plan": plan, "steps": steps, "problems": problems, "rules": self._get_rules()}

    def _get_rules(self):
        rule = self.env["signoff.flow.step"]._fields["rule"]
        return dict(rule._description_selection(self.env))

    def _get_why(self, step, plan):
        """Return why nobody is asked in a step, or nothing."""
        if step.get("skipped") == "given":
            return self.env._(
                "Left out: decided in advance by %(number)s %(title)s.",
                number=plan["given"]["number"],
                title=plan["given"]["title"],
            )
        if step.get("skipped"):
            condition = self.env["signoff.flow.step"].sudo().browse(step["step"]).condition_domain
            return self.env._("Left out: the document does not match %s", condition)
        if step["source"] == "previous":
            return self.env._("Whoever decides before names the people.")
        if step.get("barred"):
            return self.env._("Only people who wrote or assessed this themselves are found.")
        if not step["people"]:
            return self.env._("Nobody is found.")
        return ""
