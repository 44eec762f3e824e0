from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date, plaintext2html

from ..core.grant import Granted, like
from .project_change import APPROVED


class ProjectChange(models.Model):
    """Changes made from what the customer has approved once: he is not asked again.

    Whether a change keeps within the approval is judged when it is sent. Anything else than
    what was signed makes it go the way of every change, and the form says why.
    """

    _inherit = "project.change"

    template_id = fields.Many2one(
        "project.change.template",
        string="Repeats",
        index="btree_not_null",
        domain="[('signoff_state', '=', 'approved'),"
        " ('commercial_partner_ref_id', '=', commercial_partner_ref_id)]",
        copy=False,
        ondelete="restrict",
        help="The standard change, approved by the customer once, that this change repeats.",
    )
    approved_before_id = fields.Many2one(
        "signoff.round",
        string="Approved in Advance By",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The customer's decision on the standard change, by which he was not asked again.",
    )
    is_within_standard = fields.Boolean(
        compute="_compute_standard_note", export_string_translation=False
    )
    standard_note = fields.Text(string="Standard Change", compute="_compute_standard_note")

    # === COMPUTE METHODS === #

    @api.depends(
        "template_id",
        "type_id",
        "agreed_days",
        "agreed_amount",
        "currency_id",
        "contract_scope",
        "billing",
        "line_ids.action",
        "line_ids.name",
        "line_ids.description",
        "line_ids.criterion_ids",
        "template_id.signoff_state",
        "template_id.used_count",
        "decision",
        "signoff_state",
        "approved_before_id",
    )
    def _compute_standard_note(self):
        standard = self.filtered(
            lambda change: change.template_id or change.type_id.kind == "standard"
        )
        (self - standard).update({"is_within_standard": False, "standard_note": False})
        for change in standard:
            if change.signoff_state == "running" or change.decision in APPROVED:
                row = change.approved_before_id
                problems = [] if row else [self.env._("The customer is asked about this one.")]
            else:
                row = change.sudo().template_id.signoff_round_id
                problems = change._get_standard_problems()
            change.is_within_standard = not problems
            change.standard_note = "\n".join(problems) or change._get_standard_approval(row)

    def _get_standard_approval(self, row):
        """Return the sentence that names the approval ``row``, by which nobody is asked again."""
        given = self._get_given(row)
        return self.env._(
            "Approved in advance by the customer on %(date)s: %(template)s. He is not asked again.",
            date=format_date(self.env, given["agreed_on"]),
            template=self.sudo().template_id.display_name,
        )

    # === CONSTRAINT METHODS === #

    @api.constrains("template_id", "project_id")
    def _check_template(self):
        for change in self.filtered("template_id"):
            # who works in the project need not see the one in which it was approved
            template_sudo = change.sudo().template_id
            reached = (
                template_sudo.project_id == change.project_id
                if template_sudo.reach == "project"
                else template_sudo.commercial_partner_ref_id == change.commercial_partner_ref_id
                and template_sudo.company_id == change.company_id
                # what was approved for practice binds nobody, and goes with its project
                and template_sudo.project_id.delivery_practice
                == change.sudo().project_id.delivery_practice
            )
            if not reached:
                raise ValidationError(
                    self.env._(
                        "%(template)s does not hold for the project %(project)s.",
                        template=template_sudo.display_name,
                        project=change.project_id.display_name,
                    )
                )

    @api.onchange("template_id")
    def _onchange_template_id(self):
        if self._origin or not self.template_id:
            return
        values = self.template_id._prepare_change()
        self.update({name: value for name, value in values.items() if value})

    # === CRUD METHODS === #

    @api.model
    def _prepare_create_vals_list(self, vals_list):
        templates = self.env["project.change.template"]
        prepared = []
        for vals in vals_list:
            template = templates.browse(self._entry_id(vals.get("template_id")) or 0)
            if template:
                template.check_access("read")
                vals = like(vals, {**template._prepare_change(), **vals})
            prepared.append(vals)
        return super()._prepare_create_vals_list(prepared)

    # === WITHIN WHAT WAS APPROVED === #

    def _get_standard_problems(self):
        """Return sentences that say why the customer is asked as for any other change."""
        self.ensure_one()
        template_sudo = self.sudo().template_id
        if not template_sudo:
            return [self.env._("No standard change is named, so the customer is asked.")]
        # one that was sent by the approval before is among those counted
        counted = self.sudo().approved_before_id in template_sudo.signoff_round_id
        problems = template_sudo._get_own_problems(
            counted=bool(self.approved_before_id) and counted
        )
        if self.type_id.kind != "standard":
            problems.append(self.env._("The type of this change is not a standard one."))
        if self.agreed_days > template_sudo.max_days:
            problems.append(
                self.env._(
                    "%(days)s days are more than the %(limit)s that were agreed.",
                    days=f"{self.agreed_days:g}",
                    limit=f"{template_sudo.max_days:g}",
                )
            )
        if self.agreed_amount and self.currency_id != template_sudo.currency_id:
            problems.append(self.env._("The price is in another currency."))
        elif self.currency_id.compare_amounts(self.agreed_amount, template_sudo.max_amount) > 0:
            problems.append(
                self.env._(
                    "The price %(amount)s is more than the %(limit)s that were agreed.",
                    amount=self.currency_id.format(self.agreed_amount),
                    limit=template_sudo.currency_id.format(template_sudo.max_amount),
                )
            )
        if (self.contract_scope, self.billing) != (
            template_sudo.contract_scope,
            template_sudo.billing,
        ):
            problems.append(self.env._("Contract and billing are not those that were agreed."))
        if not self._repeats_lines(template_sudo):
            problems.append(self.env._("It touches requirements in another way than was agreed."))
        return problems

    def _repeats_lines(self, template_sudo):
        """Tell whether all that this change does to requirements stands in the template."""
        self.ensure_one()
        agreed = {
            (line.name, self._signoff_meaning(line._get_html()))
            for line in template_sudo.line_ids
            if line.kind == "requirement"
        }
        return all(
            line.action == "add"
            and not line.criterion_ids
            and not line.priority_id
            and (line.name, self._signoff_meaning(line.description or "")) in agreed
            for line in self.line_ids
        )

    def _get_given(self, row):
        """Return the customer's decision ``row`` on a template, as rounds of changes note it."""
        # the approval is known to whoever works on the change
        row_sudo = row.sudo()
        content = row_sudo.snapshot_id._get_content()
        return {
            "side": "customer",
            "number": content.get("number"),
            "title": content.get("title"),
            "round": row_sudo.id,
            "sha256": row_sudo.snapshot_sha256,
            "agreed_on": row_sudo.ended_at.date().isoformat(),
        }

    # === HOOKS OF ROUNDS === #

    def _signoff_get_given(self):
        self.ensure_one()
        if self.type_id.kind != "standard" or self._get_standard_problems():
            return super()._signoff_get_given()
        return self._get_given(self.sudo().template_id.signoff_round_id)

    def _get_payload(self):
        payload = super()._get_payload()
        if self.template_id:
            given = self._signoff_get_given() or {}
            payload["standard"] = {
                "number": self.template_id.number,
                "title": self.template_id.name,
                "sha256": given.get("sha256"),
                "agreed_on": given.get("agreed_on"),
            }
        return payload

    def _signoff_on_event(self, name, row):
        super()._signoff_on_event(name, row)
        if name == "started" and self.template_id:
            self._note_given(row.sudo()._get_plan().get("given"))

    def _note_given(self, given):
        """Note on which approval the round rests that has just started, and count it."""
        before = self.approved_before_id
        self.sudo().write(Granted(approved_before_id=(given or {}).get("round") or False))
        if given and not before:
            template_sudo = self.sudo().template_id
            template_sudo.write(Granted(used_count=template_sudo.used_count + 1))
            # two at once: the second one starts again, and counts the first
            template_sudo.flush_recordset(["used_count"])

    # === APPLYING === #

    def _apply_tasks(self, requirements):
        tasks = super()._apply_tasks(requirements)
        listed = self._get_standard_tasks()
        if not listed:
            return tasks
        made = (
            self.env["project.task"]
            .with_context(mail_create_nolog=True)
            .create([{**self._prepare_task(self), **values} for values in listed])
            .with_env(self.env)
        )
        text = self.env._("Made by %(change)s", change=self.display_name)
        made._message_log_batch(dict.fromkeys(made.ids, text))
        self.task_ids |= made
        return tasks | made

    def _get_standard_tasks(self):
        """Return the values of the tasks that the template lists, as they were approved."""
        self.ensure_one()
        row_sudo = self.sudo().approved_before_id
        if row_sudo:
            lines = row_sudo.snapshot_id._get_content().get("tasks", [])
        else:
            template_sudo = self.sudo().template_id
            lines = [line._get_payload() for line in template_sudo.line_ids if line.kind == "task"]
        return [
            {
                "name": line["title"],
                "description": line.get("text") and plaintext2html(line["text"]),
            }
            for line in lines
        ]
