from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain


class SignoffFlow(models.Model):
    """Who has to agree to a document, in which order: configuration, copied when a round starts."""

    _name = "signoff.flow"
    _description = "Approval Flow"
    _inherit = ["mail.thread", "delivery.kept.mixin"]
    _order = "res_model, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    state = fields.Selection(
        [("draft", "Draft"), ("ready", "In use")],
        string="Status",
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    res_model = fields.Selection(
        selection="_get_document_models", string="Documents", required=True, index=True
    )
    company_id = fields.Many2one("res.company", help="Empty: for all companies.")
    filter_domain = fields.Char(
        string="Condition",
        help="The flow is for documents that match this filter. Empty: for all.",
    )
    description = fields.Text(translate=True)
    mode_ids = fields.Many2many(
        "delivery.mode",
        "delivery_mode_signoff_flow_rel",
        "flow_id",
        "mode_id",
        string="Delivery Modes",
        help="Modes that use this flow. The first one that fits a document is taken.",
    )
    step_ids = fields.One2many("signoff.flow.step", "flow_id", copy=True)
    reset_policy = fields.Selection(
        [("all", "Everybody decides again"), ("step", "Steps before the one named below stay")],
        string="When the Content Changes",
        default="all",
        required=True,
    )
    reset_step_id = fields.Many2one(
        "signoff.flow.step",
        string="Begin Again at",
        domain="[('flow_id', '=', id)]",
        ondelete="restrict",
    )
    # segregation of duties
    bars_author = fields.Boolean(
        string="Author May Not Approve",
        help="Who wrote, last edited or sent the document does not decide on it himself.",
    )
    bars_assessor = fields.Boolean(
        string="Assessor May Not Approve",
        help="Who assessed the document does not decide on it himself.",
    )
    expiry_days = fields.Integer(
        string="Expires After (Days)", help="Days until an unanswered round ends. Zero: never."
    )

    _reset_step_named = models.Constraint(
        "CHECK(reset_policy != 'step' OR reset_step_id IS NOT NULL OR state = 'draft')",
        "Name the step at which a changed document begins again.",
    )

    @api.model
    def _get_document_models(self):
        """Return the models whose documents go through rounds, named as the reader does."""
        mixin = self.env.registry["signoff.document.mixin"]
        # the names of models are no secret
        names = self.env["ir.model"].sudo()
        return sorted(
            (
                (name, names._get(name).name or self.env[name]._description)
                for name, model in self.env.registry.items()
                if issubclass(model, mixin) and not model._abstract
            ),
            key=lambda pair: pair[0],
        )

    # === CONSTRAINTS === #

    @api.constrains("filter_domain", "res_model")
    def _check_filter_domain(self):
        for flow in self.filtered("filter_domain"):
            flow._check_domain(flow.filter_domain)

    def _check_domain(self, text):
        """Refuse a condition that no document of this flow could be asked."""
        self.ensure_one()
        try:
            Domain(literal_eval(text or "[]")).validate(self.env[self.res_model])
        except (ValueError, SyntaxError, TypeError, KeyError) as error:
            raise ValidationError(
                self.env._(
                    "A condition of the flow %(flow)s is not a valid filter: %(error)s",
                    flow=self.name,
                    error=error,
                )
            ) from error

    @api.constrains("state", "step_ids", "reset_step_id")
    def _check_can_pass(self):
        for flow in self.filtered(lambda flow: flow.state == "ready"):
            if not flow.step_ids.filtered(lambda step: step.kind == "required"):
                raise ValidationError(
                    self.env._(
                        "The flow %(flow)s needs at least one required step: without one, "
                        "nobody would have to agree.",
                        flow=flow.name,
                    )
                )
            if flow.reset_step_id and flow.reset_step_id.flow_id != flow:
                raise ValidationError(
                    self.env._("The step to begin again at belongs to another flow.")
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used_sudo = self.env["signoff.round"].sudo().search([("flow_id", "in", self.ids)], limit=1)
        if used_sudo:
            raise UserError(
                self.env._(
                    "Documents went through the flow %(flow)s. Archive it instead.",
                    flow=used_sudo.flow_id.name,
                )
            )

    # === ACTION METHODS === #

    def action_activate(self):
        """Take flows into use, once every one of them can be passed."""
        self.check_access("write")
        self.write({"state": "ready"})
        return True

    def action_deactivate(self):
        """Take flows out of use; what runs goes on as it was started."""
        self.check_access("write")
        self.write({"state": "draft"})
        return True

    # === BUSINESS METHODS === #

    @api.model
    def _find(self, documents):
        """Return {document id: flow} of the first flow that fits each document.

        One search per candidate flow, not per document. Conditions are configuration: they are
        evaluated with the rights of whoever sends the document.
        """
        found = {}
        for document in documents:
            own_sudo = document._signoff_get_own_flow()
            if own_sudo.active and own_sudo.state == "ready":
                found[document.id] = own_sudo
        # flows are configuration that project users may not read
        candidates_sudo = self.sudo().search(
            [("res_model", "=", documents._name), ("state", "=", "ready")]
        )
        by_mode = documents.grouped(lambda doc: (doc._signoff_get_mode(), doc.company_id))
        for (mode, company), members in by_mode.items():
            fitting = candidates_sudo.filtered(
                lambda flow, mode=mode, company=company: (
                    mode.id in flow.mode_ids.ids and flow.company_id in (company, company.browse())
                )
            )
            for flow_sudo in fitting:
                open_ones = members.filtered(lambda doc: doc.id not in found)
                if flow_sudo.filter_domain and open_ones:
                    open_ones = self._filter_documents(
                        open_ones, flow_sudo.filter_domain, flow_sudo.name
                    )
                found.update(dict.fromkeys(open_ones.ids, flow_sudo))
        return found

    @api.model
    def _filter_documents(self, documents, condition, name):
        """Return those of ``documents`` that match a condition.

        A condition was checked when it was saved; since then an application may have gone, or
        what it asks about is closed to whoever sends the document.

        :param str name: flow or step, for the message
        :raises UserError: when the condition cannot be evaluated
        """
        try:
            return documents.filtered_domain(literal_eval(condition))
        except Exception as error:
            # whatever a condition raises, the sender is told where it is mended
            raise UserError(
                self.env._(
                    "The condition of “%(name)s” cannot be checked for this document: %(error)s\n"
                    "Ask a delivery manager to mend it, or to take the flow out of use.",
                    name=name,
                    error=error,
                )
            ) from error

    @api.model
    def _find_for_draft(self, draft):
        """Return the flow (superuser) that a document takes which is not written yet.

        :param draft: new record with ``project_id``, ``company_id`` and what conditions ask about
        """
        # flows are configuration that project users may not read
        candidates_sudo = self.sudo().search(
            Domain("res_model", "=", draft._name)
            & Domain("state", "=", "ready")
            & Domain("mode_ids", "in", draft._signoff_get_mode().ids)
            & Domain("company_id", "in", [draft.company_id.id, False])
        )
        for flow_sudo in candidates_sudo:
            condition = flow_sudo.filter_domain
            if not condition or self._filter_documents(draft, condition, flow_sudo.name):
                return flow_sudo
        return candidates_sudo.browse()
