from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..core.canonical import digest, dumps
from .signoff_seal import BATCH

# more are counted, not listed
LISTED = 200
# a decision waits for its seal no longer than this
UNSEALED_MINUTES = 60


class SignoffSeal(models.Model):
    """Recomputing the chain and everything that it ties together."""

    _inherit = "signoff.seal"

    @api.model
    def action_verify_chain(self, company_id=False):
        """Recompute the chain of a company and all that it seals.

        :param int company_id: by default the current company of the user
        :return: dictionary with ``ok``, ``sealed`` (number) and ``problems`` (list of texts)
        :raises AccessError: for others than delivery managers and auditors
        """
        seals = self._entry_verifier()
        sealed, problems, _count = seals._verify(seals._entry_company(company_id))
        texts = [seals._as_text(problem) for problem in problems]
        return {"ok": not texts, "sealed": sealed, "problems": texts}

    def action_show_chain(self):
        """Verify the chain of the current company, keep the result and show it."""
        seals = self._entry_verifier()
        return seals.env["signoff.check"]._run(seals._entry_company(False))._as_action()

    @api.model
    def _entry_verifier(self):
        seals = self.env["signoff.seal"].with_env(self.env["delivery.guarded.mixin"]._entry().env)
        seals.check_access("read")
        return seals

    @api.model
    def _entry_company(self, company_id):
        guard = self.env["delivery.guarded.mixin"]
        company = self.env["res.company"].browse(guard._entry_id(company_id) or self.env.company.id)
        if company not in self.env.user.company_ids:
            raise AccessError(self.env._("This is not one of your companies."))
        return company

    @api.model
    def _as_text(self, problem):
        return self.env._(
            "Seal %(number)s, %(document)s: %(problem)s",
            number=problem["number"] or "-",
            document=problem["document"] or "?",
            problem=problem["problem"],
        )

    @api.model
    def _verify(self, company):
        """Recompute a company's chain, in batches: memory does not grow with it.

        :return: (number of seals, the first problems, number of problems); a problem is a
            dictionary with ``seal_id``, ``number``, ``document`` and ``problem``
        """
        # whoever may verify reads through the chain what he could not read row by row
        seals_sudo = self.sudo().with_context(prefetch_fields=True, bin_size=False)
        sealed, number, previous, shared = 0, 0, False, {}
        problems, count = [], 0
        while True:
            batch = seals_sudo.search(
                [("company_ref", "=", company.id), ("number", ">", number)],
                order="number",
                limit=BATCH,
            )
            if not batch:
                break
            decisions = seals_sudo.env["signoff.decision"].browse(batch.mapped("decision_ref"))
            decisions = {decision.id: decision for decision in decisions.exists()}
            rows = seals_sudo.env["signoff.decision"].browse(decisions)
            images = rows.identity_id._get_image_files()
            shared = rows.round_id._find_shared_problems(shared)
            for seal in batch:
                decision = decisions.get(seal.decision_ref, rows.browse())
                for problem in seal._find_problems(number + 1, previous, decision, images, shared):
                    count += 1
                    if count <= LISTED:
                        problems.append(
                            {
                                "seal_id": seal.id,
                                "number": seal.number,
                                "document": decision.document_name,
                                "problem": problem,
                            }
                        )
                number, previous = seal.number, seal.sha256
                sealed += 1
            self.env.invalidate_all()
        found = self._find_strays(company) + self._find_unsealed(company)
        loose, loose_count = self._find_loose(company)
        count += len(found) + loose_count
        return sealed, (problems + found + loose)[:LISTED], count

    def _find_problems(self, expected_number, previous, decision, images, shared):
        """Yield what is wrong with this seal and what it seals."""
        self.ensure_one()
        if self.number != expected_number:
            yield self.env._("A seal before this one is missing.")
        if (self.previous_sha256 or False) != (previous or False):
            yield self.env._("It does not follow the seal before it.")
        if digest(dumps(self._as_payload(self))) != self.sha256:
            yield self.env._("The seal was changed.")
        if decision.sha256 != self.decision_sha256:
            yield self.env._("The decision is missing or was changed.")
            return
        if problem := decision._find_problem(images):
            yield problem
        snapshot = decision.round_id.snapshot_id
        if snapshot.sha256 != decision.snapshot_sha256:
            yield self.env._("The content was changed.")
        elif problem := shared.get(decision.round_id.id):
            yield problem
        signature = decision.signature_ids
        if len(signature) > 1 or (signature.sha256 or False) != (self.signature_sha256 or False):
            yield self.env._("The signature is missing or was changed.")
        elif signature and (problem := signature._find_problem()):
            yield problem

    @api.model
    def _find_loose(self, company):
        """Return problems of rows that show them by themselves, and how many there are.

        Every row of evidence of the company is looked at, whether a seal covers it or not.
        """
        problems, count = [], 0
        for name in self._get_loose_models():
            # whoever may verify learns of every row
            rows_sudo = self.env[name].sudo().with_context(active_test=False, bin_size=False)
            last = 0
            while batch := rows_sudo.search(
                [("company_id", "=", company.id), ("id", ">", last)], order="id", limit=BATCH
            ):
                for row in batch:
                    if not (problem := row._find_row_problem()):
                        continue
                    count += 1
                    if count <= LISTED:
                        label = self.env["ir.model"]._get(name).name
                        what = f"{label} {row.id}: {row.display_name}"
                        problems.append(
                            {"seal_id": False, "number": 0, "document": what, "problem": problem}
                        )
                last = batch.ids[-1]
                self.env.invalidate_all()
        return problems, count

    @api.model
    def _get_loose_models(self):
        """Return the names of the models whose rows show by themselves when they were changed."""
        evidence = self.env.registry["signoff.evidence.mixin"]
        return [
            name
            for name, model in sorted(self.env.registry.items())
            if issubclass(model, evidence)
            and not model._abstract
            and model._find_row_problem is not evidence._find_row_problem
        ]

    @api.model
    def _find_strays(self, company):
        """Return problems for seals that were taken out of the company's chain."""
        strays_sudo = self.sudo().search(
            [("company_id", "=", company.id), ("company_ref", "!=", company.id)], limit=LISTED
        )
        return [
            {
                "seal_id": seal.id,
                "number": seal.number,
                "document": seal.document_name,
                "problem": self.env._("The seal was changed."),
            }
            for seal in strays_sudo
        ]

    @api.model
    def _find_unsealed(self, company):
        """Return problems for the decisions that no seal covers though time has passed."""
        before = fields.Datetime.now() - timedelta(minutes=UNSEALED_MINUTES)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT d.document_name
                  FROM signoff_decision d
                  JOIN (%s) AS unsealed ON unsealed.id = d.id
                 WHERE d.company_id = %s AND d.recorded_at < %s
              ORDER BY d.id
                 LIMIT %s
                """,
                self._get_unsealed_sql(),
                company.id,
                before,
                LISTED,
            )
        )
        text = self.env._("This decision has had no seal for more than an hour.")
        return [
            {"seal_id": False, "number": 0, "document": name, "problem": text} for (name,) in rows
        ]

    @api.model
    def _cron_verify(self):
        """Verify every company by night; managers are told when something is wrong."""
        for company in self.env["res.company"].search([]):
            check = self.env["signoff.check"]._run(company)
            if not check.ok:
                check._tell_managers()
            self.env["ir.cron"]._commit_progress(1)
