from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_list

METHODS = [
    ("login", "Signed in"),
    ("link", "Personal link"),
    ("device", "On our device"),
    ("paper", "Stamped copy"),
    ("record", "Recorded for the customer"),
]
SIDES = [("supplier", "Us"), ("customer", "Customer"), ("third", "Third party")]
SOURCES = [
    ("user", "These people"),
    ("group", "Members of a group"),
    ("manager", "Project manager"),
    ("role", "Parties of a role"),
    ("signatory", "Signatories of the side"),
    ("field", "Field of the document"),
    ("field_manager", "Manager of a field of the document"),
    ("previous", "Chosen by the step before"),
    ("chosen", "Chosen when it is sent"),
]


class SignoffFlowStep(models.Model):
    """One step of an approval flow: whom it asks, how many must agree, what counts as proof."""

    _name = "signoff.flow.step"
    _description = "Step of an Approval Flow"
    _order = "flow_id, sequence, id"

    flow_id = fields.Many2one("signoff.flow", required=True, index=True, ondelete="cascade")
    res_model = fields.Selection(related="flow_id.res_model")
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(
        default=10, help="Steps of the same number run side by side, others one after the other."
    )
    side = fields.Selection(SIDES, required=True, default="supplier")
    kind = fields.Selection(
        [("required", "Required"), ("optional", "Optional"), ("comment", "May comment")],
        required=True,
        default="required",
        help="Optional steps and comments never hold anybody up.",
    )
    condition_domain = fields.Char(
        string="Condition",
        help="The step is left out for documents that do not match this filter.",
    )
    # who
    source = fields.Selection(SOURCES, string="Asks", required=True, default="user")
    user_ids = fields.Many2many(
        "res.users",
        "signoff_flow_step_user_rel",
        string="People",
        domain=[("share", "=", False)],
    )
    group_id = fields.Many2one("res.groups", ondelete="restrict")
    role_id = fields.Many2one("project.role", ondelete="restrict")
    field_id = fields.Many2one(
        "ir.model.fields",
        domain="[('model', '=', res_model), ('relation', 'in', ['res.users', 'res.partner'])]",
        ondelete="cascade",
    )
    who = fields.Char(string="Asked", compute="_compute_who")
    # how many
    rule = fields.Selection(
        [
            ("any", "Any one"),
            ("all", "All"),
            ("count", "At least a number"),
            ("percent", "At least a percentage"),
            ("group", "One of each company"),
        ],
        required=True,
        default="any",
    )
    need = fields.Integer(string="Number or Percent", default=1)
    # what it means and what proves it
    meaning = fields.Char(
        required=True,
        translate=True,
        default=lambda self: self.env._("Approved"),
        help="Shown before signing, and kept with the signature as text.",
    )
    needs_signature = fields.Boolean(help="The decision is a signature, drawn by hand.")
    needs_code = fields.Boolean(
        string="Code for Links",
        default=True,
        help="Who signs by a personal link also types a code that was mailed or read out to him.",
    )
    needs_password = fields.Boolean(
        string="Password Again",
        help="Who signs with a login types the password again.",
    )
    accepts_login = fields.Boolean(string="Signed in", default=True)
    accepts_link = fields.Boolean(string="Personal link")
    accepts_device = fields.Boolean(string="On our device")
    accepts_paper = fields.Boolean(string="Stamped copy")
    accepts_record = fields.Boolean(string="Recorded for the customer")
    # when
    days = fields.Float(
        string="Working Days", help="Working days until the decision is due. Zero: no date."
    )
    remind_days = fields.Float(
        string="Remind Before (Days)", default=2, help="Working days before the due date."
    )
    escalate_user_id = fields.Many2one(
        "res.users",
        string="Escalate To",
        domain=[("share", "=", False)],
        help="Told once when the due date has passed. Empty: the project manager.",
    )
    # when refused
    reject_policy = fields.Selection(
        [
            ("end", "Refused for good"),
            ("author", "Back to the author"),
            ("step", "Back to an earlier step"),
        ],
        string="When Refused",
        required=True,
        default="author",
        help="For good: it is not sent again. Back to the author: it can be edited, and is sent "
        "again in a new round. Back to an earlier step: a new round begins there at once.",
    )
    reject_step_id = fields.Many2one(
        "signoff.flow.step",
        string="Back To",
        domain="[('flow_id', '=', flow_id), ('sequence', '<', sequence)]",
        ondelete="restrict",
    )

    _need_positive = models.Constraint(
        "CHECK(rule NOT IN ('count', 'percent') OR need >= 1)",
        "Nobody would have to agree: the number must be at least 1.",
    )
    _percent_range = models.Constraint(
        "CHECK(rule != 'percent' OR need <= 100)",
        "A percentage goes from 1 to 100.",
    )
    _back_step_named = models.Constraint(
        "CHECK(reject_policy != 'step' OR reject_step_id IS NOT NULL)",
        "Name the step to which a refused document goes back.",
    )

    @api.depends("source", "user_ids", "group_id", "role_id", "field_id", "rule", "need", "kind")
    @api.depends_context("lang")
    def _compute_who(self):
        sources = dict(self._fields["source"]._description_selection(self.env))
        rules = dict(self._fields["rule"]._description_selection(self.env))
        for step in self:
            named = {
                "user": format_list(self.env, step.user_ids.mapped("name"))
                if step.user_ids
                else "",
                "group": step.group_id.name,
                "role": step.role_id.name,
                "field": step.field_id.field_description,
                "field_manager": step.field_id.field_description,
            }.get(step.source)
            who = sources.get(step.source) or ""
            if named:
                who = named if step.source == "user" else f"{who}: {named}"
            if step.kind != "comment":
                rule = rules.get(step.rule) or ""
                number = {"count": f" {step.need}", "percent": f" {step.need} %"}
                who = f"{who} · {rule}{number.get(step.rule, '')}"
            step.who = who

    @api.constrains("source", "user_ids", "group_id", "role_id", "field_id", "rule", "need")
    def _check_source(self):
        wanted = {
            "user": "user_ids",
            "group": "group_id",
            "role": "role_id",
            "field": "field_id",
            "field_manager": "field_id",
        }
        for step in self:
            name = wanted.get(step.source)
            if name and not step[name]:
                raise ValidationError(
                    self.env._(
                        "Step %(step)s asks nobody: fill in %(field)s.",
                        step=step.name,
                        field=self._fields[name]._description_string(self.env),
                    )
                )
            if step.source == "user" and step.rule == "count" and step.need > len(step.user_ids):
                raise ValidationError(
                    self.env._(
                        "Step %(step)s wants %(need)s approvals of %(count)s people.",
                        step=step.name,
                        need=step.need,
                        count=len(step.user_ids),
                    )
                )

    @api.constrains("condition_domain", "flow_id")
    def _check_condition(self):
        for step in self.filtered("condition_domain"):
            step.flow_id._check_domain(step.condition_domain)

    @api.constrains("reject_step_id", "sequence", "flow_id")
    def _check_back_step(self):
        sent_back = self | self.search([("reject_step_id", "in", self.ids)])
        for step in sent_back.filtered("reject_step_id"):
            back = step.reject_step_id
            if back.flow_id != step.flow_id or back.sequence >= step.sequence:
                raise ValidationError(
                    self.env._(
                        "Step %(step)s goes back to a step that does not come before it.",
                        step=step.name,
                    )
                )

    @api.constrains(*[f"accepts_{method}" for method, _label in METHODS])
    def _check_methods(self):
        for step in self:
            if not step._get_methods():
                raise ValidationError(
                    self.env._("Step %(step)s accepts no kind of proof.", step=step.name)
                )

    @api.constrains("kind", "flow_id", "sequence")
    def _check_flow(self):
        self.flow_id._check_can_pass()

    def unlink(self):
        flows = self.flow_id
        result = super().unlink()
        flows.exists()._check_can_pass()
        return result

    # === BUSINESS METHODS === #

    def _get_methods(self):
        """Return the codes of the proofs that this step accepts."""
        self.ensure_one()
        return [method for method, _label in METHODS if self[f"accepts_{method}"]]

    def _applies_to(self, documents):
        """Return those of ``documents`` for which this step is not left out."""
        self.ensure_one()
        if not self.condition_domain:
            return documents
        return self.env["signoff.flow"]._filter_documents(
            documents, self.condition_domain, self.name
        )

    def _as_plan(self, lang, key, keys):
        """Return this step as plain data, in the language of the document.

        :param keys: {step id: key} of the whole flow
        """
        self.ensure_one()
        step = self.with_context(lang=lang)
        return {
            "key": key,
            "step": step.id,
            "order": step.sequence,
            "name": step.name,
            "side": step.side,
            "kind": step.kind,
            "source": step.source,
            "rule": step.rule,
            "need": step.need,
            "meaning": step.meaning,
            "methods": step._get_methods(),
            "signature": step.needs_signature,
            "code": step.needs_code,
            "password": step.needs_password,
            "minutes": round(step.days * 24 * 60),
            "remind_minutes": round(step.remind_days * 24 * 60),
            "escalate": step.escalate_user_id.id or None,
            "reject": step.reject_policy,
            "reject_key": keys.get(step.reject_step_id.id),
        }
