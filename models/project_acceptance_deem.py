from odoo import fields, models
from odoo.exceptions import UserError

from ..core.grant import Granted


class ProjectAcceptance(models.Model):
    """Counting as accepted without an answer: only where the kind allows it, with proof."""

    _inherit = "project.acceptance"

    def action_deem(self, notice_on, notice_how, clause, files=()):
        """Count an acceptance as accepted because the customer did not answer; works on one.

        :param str notice_on: day on which the customer had the notice (``YYYY-MM-DD``)
        :param str notice_how: how it was given, e.g. registered mail with return receipt
        :param str clause: clause of the contract that says so
        :param list files: proof of the notice, dictionaries with ``name``, ``data`` (base64)
        :raises UserError: where the kind does not allow it, without proof, or too early
        """
        acceptance = self._entry()
        acceptance.ensure_one()
        acceptance.check_access("write")
        acceptance._check_manager(
            self.env._("Only a delivery manager may count a delivery as accepted.")
        )
        acceptance._check_step("deem")
        day = acceptance._signoff_entry_date(notice_on)
        notice_how = acceptance._entry_text(notice_how)
        clause = acceptance._entry_text(clause)
        proof = [
            (name, raw) for name, raw, _mimetype in self.env["signoff.slot"]._entry_files(files)
        ]
        acceptance._check_may_deem(day, notice_how, clause, proof)
        acceptance._deem(day, notice_how, clause, proof)
        return True

    def _check_may_deem(self, day, notice_how, clause, proof):
        self.ensure_one()
        days = self.kind_id.deemed_days
        if not days:
            raise UserError(
                self.env._("%s is never accepted without an answer.", self.kind_id.name)
            )
        if self._is_being_signed():
            raise UserError(self.env._("It is being signed. Withdraw it first."))
        if not (day and notice_how and clause and proof):
            raise UserError(
                self.env._(
                    "Please give the day and the kind of the notice, the clause of the contract, "
                    "and a file that proves the notice."
                )
            )
        until = fields.Date.add(day, days=days)
        if until >= fields.Date.context_today(self):
            raise UserError(
                self.env._(
                    "The customer may still answer until %(day)s (%(days)s days).",
                    day=until,
                    days=days,
                )
            )

    def _deem(self, day, notice_how, clause, proof):
        self.ensure_one()
        today = fields.Date.context_today(self)
        conclusion = self.conclusion or ("conditional" if self.open_issue_count else "pass")
        self.write(
            Granted(
                {
                    "conclusion": conclusion,
                    "deemed": True,
                    "concluded_by_id": self.env.uid,
                    "concluded_on": fields.Datetime.now(),
                    "date_to": self.date_to or today,
                    **self._get_warranty(today),
                }
            )
        )
        self.env["project.acceptance.deemed"]._record(self, day, notice_how, clause, proof)
        self._signoff_agree()
        self._move("deem", signed_on=today)
        self._after_signing(today)

    def _get_deemed(self):
        """Return the proofs of these deemed acceptances."""
        deemed_sudo = self.env["project.acceptance.deemed"].sudo()
        return deemed_sudo.search([("acceptance_id", "in", self.ids)], limit=1).with_env(self.env)
