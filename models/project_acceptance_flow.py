from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_list

from ..core import acceptance_state as steps
from ..core.grant import Granted


class ProjectAcceptance(models.Model):
    """How an acceptance moves on: own check, customer, rounds, conclusion."""

    _inherit = "project.acceptance"

    # === ACTION METHODS === #

    def action_start_check(self):
        """Begin our own check; works on many."""
        return self._act("check", "write")

    def action_submit(self):
        """Give these acceptances to the customer; works on many.

        :raises UserError: without items, or before our own check where the kind demands it
        """
        acceptances = self._entry()
        acceptances.check_access("write")
        acceptances._submit()
        # on site nobody is written to: the customer stands beside us
        self.env["delivery.event"]._emit(
            "acceptance.submitted",
            acceptances,
            key=lambda record: f"acceptance.submitted|{record.id}|{record.round}",
        )
        return True

    def action_take_back(self):
        """Take acceptances back by one step; works on many."""
        return self._act("take_back", "write")

    def action_begin_round(self):
        """Begin the next round: only what failed, or was never answered, is checked again."""
        acceptances = self._entry()
        acceptances.check_access("write")
        for acceptance in acceptances:
            acceptance._begin_round()
        return True

    def action_conclude(self, conclusion, note=""):
        """Decide the conclusion; works on one acceptance.

        :param str conclusion: ``pass``, ``conditional`` or ``fail``
        :param str note: words of the conclusion; needed where it differs from the proposal
        :raises UserError: when open matters forbid it
        """
        acceptance = self._entry()
        acceptance.ensure_one()
        acceptance.check_access("write")
        conclusion = acceptance._entry_choice("conclusion", conclusion)
        if not conclusion:
            raise UserError(self.env._("Please choose a conclusion."))
        acceptance._conclude(conclusion, acceptance._entry_text(note))
        return True

    def action_reopen(self, reason=""):
        """Open concluded acceptances again before they are signed; works on many."""
        acceptances = self._entry()
        reason = acceptances._entry_text(reason)
        acceptances._act("reopen", "write")
        acceptances.write(Granted(conclusion=False, concluded_by_id=False, concluded_on=False))
        if reason:
            for acceptance in acceptances:
                acceptance._message_log(body=self.env._("Opened again: %s", reason))
        return True

    def action_view_items(self):
        """Open the checklist as a list of its own."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_delivery.project_acceptance_item_action"
        )
        return {
            **action,
            "display_name": self.display_name,
            "domain": [("acceptance_id", "=", self.id)],
            "context": {"default_acceptance_id": self.id, "one_acceptance": True},
        }

    def action_view_issues(self):
        """Open the issues of these acceptances."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_delivery.project_acceptance_issue_action"
        )
        return {
            **action,
            "domain": [("acceptance_id", "in", self.ids)],
            "context": {"default_acceptance_id": self.id} if len(self) == 1 else {},
        }

    # === STEPS === #

    def _act(self, event, operation):
        acceptances = self._entry()
        acceptances.check_access(operation)
        acceptances._move(event)
        return True

    def _move(self, event, **control):
        """Carry out a step of the table for each of these, or refuse all."""
        for acceptance in self:
            acceptance._check_step(event)
            if event in ("reopen", "take_back", "round") and acceptance._is_being_signed():
                raise UserError(
                    self.env._(
                        "%(acceptance)s is being signed. Withdraw it first.",
                        acceptance=acceptance.display_name,
                    )
                )
        for state, acceptances in self.grouped("state").items():
            acceptances.write(Granted(state=steps.after(state, event), **control))

    def _check_step(self, event):
        self.ensure_one()
        if not steps.after(self.state, event):
            raise UserError(self._get_step_refusal())

    def _get_step_refusal(self):
        self.ensure_one()
        labels = dict(self._fields["state"]._description_selection(self.env))
        return self.env._(
            "%(acceptance)s is “%(state)s”: this step is not possible now.",
            acceptance=self.display_name,
            state=labels[self.state],
        )

    def _is_being_signed(self):
        self.ensure_one()
        return self.content_lock == "running"

    def _check_open(self):
        """Refuse changes of results once there is a conclusion."""
        for acceptance in self:
            if acceptance.state not in ("draft", "self_check", "customer"):
                raise UserError(acceptance._get_step_refusal())

    def _get_closed_message(self, side):
        """Return the sentence that refuses an answer in the present state."""
        self.ensure_one()
        if side == "customer" and self.state in ("draft", "self_check"):
            return self.env._(
                "%(acceptance)s has not been given to the customer yet.",
                acceptance=self.display_name,
            )
        return self._get_step_refusal()

    def _may_submit_on_site(self):
        """Tell whether the customer's first answer also gives him the acceptance."""
        self.ensure_one()
        return self.state in ("draft", "self_check") and not self.kind_id.self_check_first

    def _submit(self):
        for acceptance in self:
            if not acceptance.item_count:
                raise UserError(
                    self.env._(
                        "%(acceptance)s has no items yet. Press “Generate Checklist”.",
                        acceptance=acceptance.display_name,
                    )
                )
            acceptance._check_own_check()
        self._move("submit", submitted_on=fields.Datetime.now())
        self.filtered(lambda acceptance: not acceptance.date_from).write(
            {"date_from": fields.Date.context_today(self)}
        )

    def _check_own_check(self):
        """Refuse to bother the customer with what we have not checked ourselves."""
        self.ensure_one()
        if not self.kind_id.self_check_first:
            return
        unchecked = self.env["project.acceptance.item"].search_count(
            Domain("acceptance_id", "=", self.id)
            & Domain("round", "=", self.round)
            & Domain("superseded", "=", False)
            & Domain("check_verdict", "=", False)
            & Domain("waived", "=", False)
        )
        if unchecked:
            raise UserError(
                self.env._(
                    "%(acceptance)s: %(count)s items lack our own check.",
                    acceptance=self.display_name,
                    count=unchecked,
                )
            )

    def _begin_round(self):
        """Copy what failed into a new round; what passed stays as it is."""
        self.ensure_one()
        items = self.env["project.acceptance.item"].search(
            [
                ("acceptance_id", "=", self.id),
                ("superseded", "=", False),
                ("waived", "=", False),
                ("customer_verdict", "in", ("fail", False)),
            ]
        )
        failed = items.filtered(lambda item: item.customer_verdict == "fail")
        if not failed:
            raise UserError(
                self.env._(
                    "Nothing failed in %(acceptance)s: there is nothing to check again.",
                    acceptance=self.display_name,
                )
            )
        if self.state == "failed":
            # what was signed stays with its round; the checklist goes on
            self._signoff_release()
            self._signoff_set_state("none")
        self._move(
            "round",
            round=self.round + 1,
            conclusion=False,
            concluded_by_id=False,
            concluded_on=False,
        )
        copies = failed._copy_to_round(self.round)
        # what nobody answered moves along as it is
        (items - failed).write(Granted(round=self.round))
        for before, after in zip(failed, copies, strict=True):
            before.issue_ids.filtered(lambda issue: issue.state in ("open", "fixed")).write(
                Granted(item_id=after.id)
            )
        self._message_log(
            body=self.env._(
                "Round %(round)s: %(count)s items are checked again.",
                round=self.round,
                count=len(items),
            )
        )

    def _conclude(self, conclusion, note):
        self.ensure_one()
        self._check_step("conclude")
        proposal = self._propose()[self]
        against = proposal.forbids(conclusion)
        if against:
            labels = dict(self._fields["conclusion"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(acceptance)s cannot be concluded as “%(conclusion)s”:\n%(reasons)s",
                    acceptance=self.display_name,
                    conclusion=labels[conclusion],
                    reasons="\n".join(self._get_reason_text(*reason) for reason in against),
                )
            )
        if conclusion != proposal.verdict and not note:
            raise UserError(
                self.env._("This differs from the proposal. Please say why in the conclusion.")
            )
        today = fields.Date.context_today(self)
        control = {
            "conclusion": conclusion,
            "concluded_by_id": self.env.uid,
            "concluded_on": fields.Datetime.now(),
            "date_to": self.date_to or today,
        }
        if note:
            control["conclusion_note"] = note
        if conclusion != "fail":
            control.update(self._get_warranty(today))
        self._move("conclude", **control)

    def _get_warranty(self, start):
        """Return the warranty that begins with this acceptance, unless it was written already."""
        self.ensure_one()
        kind = self.kind_id
        if not kind.gives_warranty or self.warranty_from:
            return {}
        months = kind.warranty_months
        return {
            "warranty_from": start,
            "warranty_to": fields.Date.add(start, months=months, days=-1) if months else False,
        }

    def _get_rounds(self):
        """Return what happened in each round, as dictionaries, the first one first."""
        self.ensure_one()
        rows = self.env["project.acceptance.item"]._read_group(
            [("acceptance_id", "=", self.id)],
            ["round", "customer_verdict"],
            ["__count", "customer_date:min", "customer_date:max"],
        )
        rounds = {}
        for number, verdict, count, first, last in rows:
            row = rounds.setdefault(
                number,
                {"round": number, "total": 0, "pass": 0, "fail": 0, "na": 0, "dates": []},
            )
            row["total"] += count
            if verdict:
                row[verdict] += count
            row["dates"] += [date for date in (first, last) if date]
        result = []
        for number in sorted(rounds):
            row = rounds[number]
            dates = row.pop("dates")
            row["from"] = min(dates).date() if dates else False
            row["to"] = max(dates).date() if dates else False
            result.append(row)
        return result

    @api.model
    def _check_manager(self, message):
        if not (self.env.su or self.env.user.has_group("customer_delivery.group_delivery_manager")):
            raise AccessError(message)

    def _format_numbers(self):
        return format_list(self.env, self.mapped("display_name"))
