from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..core.grant import Granted

# steps after which nobody waits for an answer any more
SETTLED_BY = ("deem", "revoke")
# steps after which he has to be asked anew
TAKEN_BACK_BY = ("take_back", "round")
# how a round ends, or goes on, after a refusal or a question
ANSWERS = ("rejected", "returned", "continued", "asked", "deferred")


class ProjectAcceptance(models.Model):
    """Counting as accepted without an answer: only where the kind allows it, with proof.

    Two steps: the notice is noted with what proves it, then so many working days pass. An answer
    in between, which is a decision or an item that the customer does not let pass, ends it.
    Items that he passes do not: who walks the list and then never signs is silent.
    """

    _inherit = "project.acceptance"

    notice_ids = fields.One2many(
        "project.acceptance.notice", "acceptance_id", string="Notices", readonly=True
    )
    deemed_ids = fields.One2many(
        "project.acceptance.deemed", "acceptance_id", string="Deemed Acceptance", readonly=True
    )
    deemed_notice_id = fields.Many2one(
        "project.acceptance.notice",
        string="Notice",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    deemed_until = fields.Date(
        string="Answer Until",
        readonly=True,
        copy=False,
        help="Without an answer until this day it may be counted as accepted.",
    )
    deemed_answered_on = fields.Date(string="Answered On", readonly=True, copy=False)
    deemed_text = fields.Char(string="State of the Notice", compute="_compute_deemed_text")

    @api.depends(
        "state",
        "deemed_notice_id",
        "deemed_until",
        "deemed_answered_on",
        "deemed_reminders",
        "deemed_reminded_at",
    )
    @api.depends_context("lang")
    def _compute_deemed_text(self):
        for acceptance in self:
            acceptance.deemed_text = acceptance._get_deemed_text()

    def _get_deemed_text(self):
        self.ensure_one()
        # who reads the acceptance reads how its notice stands
        notice_sudo = self.deemed_notice_id.sudo()
        if not notice_sudo:
            return False
        values = {
            "day": format_date(self.env, notice_sudo.notice_on),
            "until": format_date(self.env, notice_sudo.until),
            "answered": format_date(self.env, self.deemed_answered_on),
        }
        if self.deemed_answered_on:
            return self.env._(
                "Notice of %(day)s: the customer answered on %(answered)s, so his silence does "
                "not count.",
                **values,
            )
        if self.deemed:
            return self.env._(
                "Notice of %(day)s, no answer until %(until)s: deemed accepted.", **values
            )
        if self._is_silence_over():
            return self.env._(
                "Notice of %(day)s, no answer until %(until)s: it may be counted as accepted.",
                **values,
            )
        return self.env._(
            "Notice of %(day)s: without an answer until %(until)s it may be counted as accepted.",
            **values,
        )

    def _get_notice_words(self):
        """Return what the customer is told of his silence, empty where it does not count."""
        self.ensure_one()
        # no customer has a right on notices
        notice_sudo = self.deemed_notice_id.sudo()
        if not self.deemed_until or self.deemed or self._is_silence_over():
            return ""
        return self.env._(
            "You had notice of this acceptance on %(day)s. Without an answer until %(until)s it "
            "counts as accepted.",
            day=format_date(self.env, notice_sudo.notice_on),
            until=format_date(self.env, notice_sudo.until),
        )

    # === ACTION METHODS === #

    def action_note_notice(self, notice_on, notice_how, clause, files=()):
        """Note that the customer was asked to accept, with proof; works on one.

        From then on the agreed working days run, and his signatories are reminded.

        :param str notice_on: day on which the customer had the notice (``YYYY-MM-DD``)
        :param str notice_how: how it was given, e.g. registered mail with return receipt
        :param str clause: clause of the contract that says so
        :param list files: proof of the notice, dictionaries with ``name``, ``data`` (base64)
        :raises UserError: where the kind does not allow it, or without proof
        """
        acceptance = self._entry()
        acceptance.ensure_one()
        acceptance._check_who_deems()
        if not acceptance.kind_id.deemed_days:
            raise UserError(
                self.env._("%s is never accepted without an answer.", acceptance.kind_id.name)
            )
        day = acceptance._signoff_entry_date(notice_on)
        notice_how = acceptance._entry_text(notice_how)
        clause = acceptance._entry_text(clause)
        proof = [
            (name, raw) for name, raw, _mimetype in self.env["signoff.slot"]._entry_files(files)
        ]
        if not (day and notice_how and clause and proof):
            raise UserError(
                self.env._(
                    "Please give the day and the kind of the notice, the clause of the contract, "
                    "and a file that proves the notice."
                )
            )
        acceptance._note_notice(day, notice_how, clause, proof)
        return True

    def action_deem(self):
        """Count an acceptance as accepted because the customer did not answer; works on one.

        :raises UserError: without a proven notice, after an answer, or before its days are over
        """
        acceptance = self._entry()
        acceptance.ensure_one()
        acceptance._check_who_deems()
        acceptance._check_may_deem()
        acceptance._deem()
        return True

    def _check_who_deems(self):
        self.ensure_one()
        self.check_access("write")
        self._check_manager(self.env._("Only a delivery manager may count a delivery as accepted."))
        self._check_step("deem")

    # === THE NOTICE === #

    def _may_note_notice(self):
        self.ensure_one()
        return bool(
            self.state in ("customer", "concluded")
            and self.kind_id.deemed_days
            and (not self.deemed_notice_id or self.deemed_answered_on)
        )

    def _note_notice(self, day, notice_how, clause, proof):
        self.ensure_one()
        until = self.company_id._plan_delivery_day(day, self.kind_id.deemed_days)
        if not until:
            raise UserError(self.env._("The calendar of the company has no working days then."))
        notice_sudo = self.env["project.acceptance.notice"]._record(
            self, day, notice_how, clause, proof, until
        )
        self.write(
            Granted(
                deemed_notice_id=notice_sudo.id,
                deemed_until=until,
                deemed_answered_on=False,
                deemed_reminders=0,
                deemed_reminded_at=False,
            )
        )
        self._start_deemed_clock()

    def _note_answer(self):
        """The customer has answered: of those of these that wait for it, silence counts no more."""
        waiting = self.filtered(
            lambda acceptance: acceptance.deemed_until and not acceptance.deemed_answered_on
        )
        if waiting:
            waiting.write(
                Granted(
                    deemed_answered_on=fields.Date.context_today(self),
                    deemed_until=False,
                    deemed_clock_at=False,
                )
            )

    def _is_silence_over(self):
        """Tell whether the days of a proven notice have passed without an answer."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        return bool(self.deemed_until and not self.deemed_answered_on and self.deemed_until < today)

    def _move(self, event, **control):
        if event in ("sign", "fail"):
            self._note_answer()
        elif event in SETTLED_BY:
            control["deemed_clock_at"] = False
        elif event in TAKEN_BACK_BY:
            control.update(
                deemed_notice_id=False,
                deemed_until=False,
                deemed_answered_on=False,
                deemed_clock_at=False,
            )
        return super()._move(event, **control)

    def _signoff_on_event(self, name, row):
        result = super()._signoff_on_event(name, row)
        if name in ANSWERS and any(not slot.user_id for slot in row.sudo().decision_ids.slot_id):
            # whoever decides needs no right to edit the acceptance
            self.sudo()._note_answer()
        return result

    # === DEEMING === #

    def _check_may_deem(self):
        self.ensure_one()
        if self._is_being_signed():
            raise UserError(self.env._("It is being signed. Withdraw it first."))
        if not self.deemed_notice_id:
            raise UserError(
                self.env._("Please note first that the customer had notice, and what proves it.")
            )
        if self.deemed_answered_on:
            raise UserError(
                self.env._(
                    "The customer answered on %s. His silence cannot count.",
                    format_date(self.env, self.deemed_answered_on),
                )
            )
        if not self._is_silence_over():
            raise UserError(
                self.env._(
                    "The customer may still answer until %(day)s (%(days)s working days).",
                    day=format_date(self.env, self.deemed_until),
                    days=self.deemed_notice_id.days,
                )
            )

    def _deem(self):
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
        # who may count it as accepted may read what proves it
        notice_sudo = self.deemed_notice_id.sudo()
        self.env["project.acceptance.deemed"]._record(
            self,
            notice_sudo.notice_on,
            notice_sudo.notice_how,
            notice_sudo.clause,
            notice_sudo._read_files(),
            notice_sudo.days,
            notice_sudo.until,
        )
        self._signoff_agree()
        self._move("deem", signed_on=today)
        self._after_signing(today)

    def _get_deemed(self):
        """Return the proofs of these deemed acceptances."""
        deemed_sudo = self.env["project.acceptance.deemed"].sudo()
        return deemed_sudo.search([("acceptance_id", "in", self.ids)], limit=1).with_env(self.env)
