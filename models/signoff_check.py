from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command, Domain
from odoo.tools.constants import GC_UNLINK_LIMIT

KEPT_DAYS = 400


class SignoffCheck(models.Model):
    """One verification of a company's chain of seals, by hand or by night, and what it found."""

    _name = "signoff.check"
    _description = "Verification of the Evidence"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    # nobody writes results; whoever reads one settles his activity on it
    _mail_post_access = "read"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    checked_at = fields.Datetime(string="Verified On", required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users",
        string="Verified By",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Empty: at night.",
    )
    sealed = fields.Integer(string="Sealed Decisions", readonly=True, aggregator=None)
    problem_count = fields.Integer(string="Problems", readonly=True, aggregator=None)
    ok = fields.Boolean(string="Unchanged", readonly=True)
    line_ids = fields.One2many("signoff.check.line", "check_id", string="Found", readonly=True)

    @api.depends("checked_at", "ok")
    def _compute_display_name(self):
        for check in self:
            moment = fields.Datetime.context_timestamp(check, check.checked_at)
            check.display_name = self.env._(
                "Verification of %(moment)s", moment=moment.strftime("%Y-%m-%d %H:%M")
            )

    @api.model
    def _run(self, company):
        """Verify a company's chain and keep the result."""
        sealed, problems, count = self.env["signoff.seal"]._verify(company)
        # nobody has a right to write results: this method is their only door
        check_sudo = (
            self.sudo()
            .with_context({})
            .create(
                {
                    "company_id": company.id,
                    "checked_at": fields.Datetime.now(),
                    "user_id": False if self.env.su else self.env.uid,
                    "sealed": sealed,
                    "problem_count": count,
                    "ok": not count,
                    "line_ids": [Command.create(problem) for problem in problems],
                }
            )
        )
        return check_sudo.with_env(self.env)

    def _as_action(self):
        """Return the action that shows this result."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Verification"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    def _tell_managers(self):
        """Give those who are responsible one activity and one mail, while none is open."""
        self.ensure_one()
        kind = self.env.ref("customer_delivery.mail_activity_type_verify")
        open_domain = (
            Domain("res_model", "=", self._name)
            & Domain("activity_type_id", "=", kind.id)
            & Domain("res_id", "in", self._search([("company_id", "=", self.company_id.id)]))
        )
        told = self.env["mail.activity"].search(open_domain).user_id
        for user in self._get_responsible() - told:
            check = self.with_context(lang=user.lang)
            summary = check.env._("The nightly check of evidence failed")
            check.with_context(mail_activity_quick_update=True).activity_schedule(
                "customer_delivery.mail_activity_type_verify", user_id=user.id, summary=summary
            )
            check.message_notify(
                partner_ids=user.partner_id.ids,
                subject=summary,
                body=check.env._(
                    "%(count)s problems in %(company)s. Open the verification to see which rows "
                    "were changed or which files are missing.",
                    count=check.problem_count,
                    company=check.company_id.name,
                ),
            )

    def _get_responsible(self):
        """Return the delivery managers of the company, and its administrators."""
        groups = self.env.ref("customer_delivery.group_delivery_manager")
        groups |= self.env.ref("base.group_system")
        return self.env["res.users"].search(
            [
                ("all_group_ids", "in", groups.ids),
                ("company_ids", "in", self.company_id.ids),
                ("share", "=", False),
            ]
        )

    @api.autovacuum
    def _gc_green(self):
        """Forget what was in order long ago; what was found stays."""
        before = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        old = self.search([("ok", "=", True), ("checked_at", "<", before)], limit=GC_UNLINK_LIMIT)
        old.unlink()
        return len(old), len(old) == GC_UNLINK_LIMIT
