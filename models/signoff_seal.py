from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..core.canonical import digest, dumps
from ..core.grant import Granted

SCHEMA = "cd.seal/1"
BATCH = 200
SHOWN_PROBLEMS = 20


class SignoffSeal(models.Model):
    """A link of the chain that ties all decisions of a company together.

    Written after the commit of the decisions by a single writer, so that signers do not wait for
    each other. A row that was changed, removed or slipped in later breaks the chain at its place.
    """

    _name = "signoff.seal"
    _description = "Seal"
    _inherit = ["signoff.evidence.mixin"]
    _order = "company_id, number"

    company_id = fields.Many2one("res.company", readonly=True, index=True, ondelete="restrict")
    company_ref = fields.Integer(required=True, readonly=True, aggregator=None)
    number = fields.Integer(required=True, readonly=True, aggregator=None)
    decision_id = fields.Many2one(
        "signoff.decision", readonly=True, index=True, ondelete="restrict"
    )
    decision_ref = fields.Integer(required=True, readonly=True, aggregator=None)
    decision_sha256 = fields.Char(required=True, readonly=True)
    signature_sha256 = fields.Char(readonly=True)
    previous_sha256 = fields.Char(readonly=True)
    sealed_at = fields.Datetime(required=True, readonly=True)
    sha256 = fields.Char(string="Seal", required=True, readonly=True)

    _number_uniq = models.UniqueIndex("(company_ref, number)")
    _decision_uniq = models.UniqueIndex("(decision_ref)")

    @api.depends("number")
    def _compute_display_name(self):
        for seal in self:
            seal.display_name = self.env._("Seal %s", seal.number)

    def _is_practice(self):
        return False

    @api.model
    def _as_payload(self, row):
        """Return the plain content that a seal covers."""
        return {
            "schema": SCHEMA,
            "company": row["company_ref"],
            "number": row["number"],
            "decision": row["decision_sha256"],
            "signature": row["signature_sha256"] or None,
            "previous": row["previous_sha256"] or None,
            "sealed": row["sealed_at"],
        }

    @api.model
    def _cron_seal(self):
        """Seal the decisions that have been committed; one writer at a time."""
        self.env.cr.execute("SELECT pg_try_advisory_xact_lock(hashtext('signoff_seal'))")
        if not self.env.cr.fetchone()[0]:
            return
        sealed = self._seal_batch(BATCH)
        if sealed:
            self.env["ir.cron"]._commit_progress(sealed, remaining=self._count_unsealed())

    @api.model
    def _get_unsealed_sql(self):
        return SQL(
            """
            SELECT d.id, d.company_id
              FROM signoff_decision d
             WHERE NOT EXISTS (SELECT 1 FROM signoff_seal s WHERE s.decision_ref = d.id)
               AND NOT EXISTS (
                   SELECT 1 FROM project_project p
                    WHERE p.id = d.project_id AND p.delivery_practice)
            """
        )

    @api.model
    def _count_unsealed(self):
        self.env.cr.execute(SQL("SELECT count(*) FROM (%s) unsealed", self._get_unsealed_sql()))
        return self.env.cr.fetchone()[0]

    @api.model
    def _seal_batch(self, limit):
        """Seal up to ``limit`` decisions; return how many."""
        self.env["signoff.decision"].flush_model()
        self.env.cr.execute(SQL("%s ORDER BY d.id LIMIT %s", self._get_unsealed_sql(), limit))
        rows = self.env.cr.fetchall()
        decisions_sudo = self.env["signoff.decision"].sudo().browse([row[0] for row in rows])
        signatures = {
            signature.decision_id.id: signature.sha256 for signature in decisions_sudo.signature_ids
        }
        heads = {}
        now = fields.Datetime.now()
        values = []
        for decision_sudo in decisions_sudo:
            company = decision_sudo.company_id
            number, previous = heads.get(company) or self._get_head(company)
            seal = {
                "company_id": company.id,
                "company_ref": company.id,
                "number": number + 1,
                "decision_id": decision_sudo.id,
                "decision_ref": decision_sudo.id,
                "decision_sha256": decision_sudo.sha256,
                "signature_sha256": signatures.get(decision_sudo.id) or False,
                "previous_sha256": previous or False,
                "sealed_at": now,
            }
            seal["sha256"] = digest(dumps(self._as_payload(seal)))
            heads[company] = (seal["number"], seal["sha256"])
            values.append(Granted(seal))
        self.sudo().create(values)
        return len(values)

    @api.model
    def _get_head(self, company):
        """Return (number, check code) of a company's last seal."""
        head_sudo = self.sudo().search(
            [("company_ref", "=", company.id)], order="number desc", limit=1
        )
        return head_sudo.number, head_sudo.sha256

    # === VERIFY === #

    @api.model
    def action_verify_chain(self, company_id=False):
        """Recompute the chain of a company and all that it seals.

        :param int company_id: by default the current company of the user
        :return: dictionary with ``ok``, ``sealed`` (number) and ``problems`` (list of texts)
        :raises AccessError: for others than delivery managers and auditors
        """
        seals = self.env["signoff.seal"].with_env(self.env["delivery.guarded.mixin"]._entry().env)
        seals.browse().check_access("read")
        guard = self.env["delivery.guarded.mixin"]
        company = self.env["res.company"].browse(guard._entry_id(company_id) or self.env.company.id)
        if company not in self.env.user.company_ids:
            raise AccessError(self.env._("This is not one of your companies."))
        sealed, problems = seals._verify(company)
        return {"ok": not problems, "sealed": sealed, "problems": problems}

    def action_show_chain(self):
        """Tell the user whether everything that was decided is as it was recorded."""
        found = self.action_verify_chain()
        if found["problems"]:
            raise UserError("\n".join(found["problems"][:SHOWN_PROBLEMS]))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Unchanged: %s decisions.", found["sealed"]),
            },
        }

    @api.model
    def _verify(self, company):
        """Return (number of seals, problems) of a company; memory does not grow with them."""
        # whoever may verify reads through the chain what he could not read row by row
        seals_sudo = self.sudo()
        number, previous, problems = 0, False, []
        while True:
            batch = seals_sudo.search(
                [("company_ref", "=", company.id), ("number", ">", number)],
                order="number",
                limit=BATCH,
            )
            if not batch:
                return number, problems
            for seal in batch:
                for problem in seal._find_problems(number + 1, previous):
                    problems.append(
                        self.env._(
                            "Seal %(number)s, %(document)s: %(problem)s",
                            number=seal.number,
                            document=seal.decision_id.document_name or "?",
                            problem=problem,
                        )
                    )
                number, previous = seal.number, seal.sha256
            self.env.invalidate_all()

    def _find_problems(self, expected_number, previous):
        """Yield what is wrong with this seal and what it seals."""
        self.ensure_one()
        if self.number != expected_number:
            yield self.env._("A seal before this one is missing.")
        if (self.previous_sha256 or False) != (previous or False):
            yield self.env._("It does not follow the seal before it.")
        if digest(dumps(self._as_payload(self))) != self.sha256:
            yield self.env._("The seal was changed.")
        decision = self.decision_id
        if decision.sha256 != self.decision_sha256:
            yield self.env._("The decision is missing or was changed.")
            return
        if problem := decision._find_problem():
            yield problem
        if problem := decision.round_id.snapshot_id._find_problem():
            yield problem
        signature = decision.signature_ids
        if (signature.sha256 or False) != (self.signature_sha256 or False):
            yield self.env._("The signature is missing or was changed.")
        elif signature and (problem := signature._find_problem()):
            yield problem

    @api.model
    def _cron_verify(self):
        """Verify every company by night; a manager is told when something is wrong."""
        for company in self.env["res.company"].search([]):
            _sealed, problems = self._verify(company)
            if problems:
                self._tell_managers(company, problems)

    @api.model
    def _tell_managers(self, company, problems):
        """Give each delivery manager of the company one activity while one is open."""
        group = self.env.ref("customer_delivery.group_delivery_manager")
        todo = self.env.ref("mail.mail_activity_data_todo")
        managers = group.all_user_ids.filtered(
            lambda user: company in user.company_ids and user.active
        )
        model = self.env["ir.model"]._get("res.partner")
        activities = self.env["mail.activity"]
        for manager in managers:
            domain = [
                ("res_model_id", "=", model.id),
                ("res_id", "=", company.partner_id.id),
                ("user_id", "=", manager.id),
                ("activity_type_id", "=", todo.id),
                ("summary", "=", self.env._("The nightly check of evidence failed")),
            ]
            if not activities.search_count(domain, limit=1):
                activities.create(
                    {
                        "res_model_id": model.id,
                        "res_id": company.partner_id.id,
                        "user_id": manager.id,
                        "activity_type_id": todo.id,
                        "summary": self.env._("The nightly check of evidence failed"),
                        "note": Markup("<br/>").join(problems[:SHOWN_PROBLEMS]),
                    }
                )
