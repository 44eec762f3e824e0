from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..core import verdict as judge
from ..core.acceptance_state import ANSWERED_BY
from ..core.grant import Granted
from .project_acceptance_verdict import SIDES


class ProjectAcceptanceItem(models.Model):
    """Answering an item: once, by whoever may, and never over somebody else's answer unseen."""

    _inherit = "project.acceptance.item"

    verdict_ids = fields.One2many(
        "project.acceptance.verdict", "item_id", string="Answers", readonly=True
    )

    # === ENTRY POINTS === #

    def action_record_verdict(
        self,
        side,
        verdict=False,
        client_key=False,
        expected_rev=None,
        value=None,
        answer="",
        note="",
        images=(),
        person_id=False,
        person_name="",
        via=False,
    ):
        """Record our own check or what the customer decided; works on one item.

        :param str side: ``check`` (our own) or ``customer``
        :param str verdict: ``pass``, ``fail`` or ``na``; a measurement, choice or score judges
            itself unless it does not apply
        :param str client_key: key made by the phone; a second call with it changes nothing
        :param int expected_rev: the revision of this side that the person has seen; when
            somebody has answered since, nothing is saved and the answer tells who
        :param float value: what was measured, or the score
        :param str answer: the chosen answer, or a text
        :param str note: what the person remarks
        :param list images: dictionaries with ``name`` and ``datas`` (base64)
        :param int person_id: the customer's person who decided
        :param str person_name: his name, when he is no contact
        :param str via: how he decided: site, phone, chat, meeting, mail or paper
        :return: dictionary with ``status`` (saved, known or conflict), ``rev`` and ``item``
        """
        item = self._entry()
        item.ensure_one()
        item.check_access("write")
        person = item.env["res.partner"].browse(item._entry_id(person_id) or 0).exists()
        person.check_access("read")
        who = {
            "partner": person,
            "name": item._entry_text(person_name)[:120] or person.name or "",
            "via": item._entry_choice("customer_via", via) or "site",
        }
        if side == "customer" and not who["name"]:
            who.update(item._get_default_person())
        return item._record_verdict(
            side,
            item._check_answer(verdict, value, answer, note),
            client_key,
            expected_rev,
            images,
            who,
        )

    def action_waive(self, reason):
        """Accept items without checking them (免验); works on many.

        :param str reason: why; it becomes part of what is signed
        :raises UserError: without a reason, or for somebody who is not a delivery manager
        """
        items = self._entry()
        items.check_access("write")
        if not items.env.user.has_group("customer_delivery.group_delivery_manager"):
            raise AccessError(self.env._("Only a delivery manager may waive a check."))
        reason = items._entry_text(reason)
        if not reason:
            raise UserError(self.env._("Please say why the check is waived."))
        items.acceptance_id._check_open()
        items.write(
            Granted(
                waived=True,
                waive_reason=reason,
                waived_by_id=self.env.uid,
                waived_on=fields.Datetime.now(),
            )
        )
        return True

    def action_unwaive(self):
        """Ask for the check of waived items again; works on many."""
        items = self._entry()
        items.check_access("write")
        items.acceptance_id._check_open()
        items.filtered("waived").write(
            Granted(waived=False, waive_reason=False, waived_by_id=False, waived_on=False)
        )
        return True

    @api.model
    def _get_worded_actions(self):
        return {
            "action_waive": (
                self.env._("Waive the Check"),
                self.env._(
                    "Why is it accepted without being checked? The customer signs the reason."
                ),
                "reason",
            ),
        }

    # === RECORDING === #

    @api.model
    def _check_answer(self, verdict, value, answer, note):
        """Return what a person answered, as far as it is possible at all."""
        if verdict and verdict not in ("pass", "fail", "na"):
            raise UserError(self.env._("An item passes, fails or does not apply."))
        if value is not None and value is not False:
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise UserError(self.env._("Please enter a number."))
            if abs(value) >= 1e12:
                raise UserError(self.env._("This number is too large."))
        else:
            value = None
        return {
            "verdict": verdict or False,
            "value": value,
            "answer": self._entry_text(answer)[:250],
            "note": self._entry_text(note)[:4000],
        }

    def _record_verdict(self, side, answer, client_key, expected_rev, images, who):
        """Record an answer; the caller has checked who may and what was sent."""
        self.ensure_one()
        if side not in dict(SIDES):
            raise UserError(self.env._("An item is checked by us or decided by the customer."))
        known = self._find_answer(client_key)
        if known:
            return self._get_outcome("known", side)
        self._check_can_answer(side)
        revision = self[f"{side}_rev"]
        if expected_rev is not None and expected_rev is not False and expected_rev != revision:
            return self._get_outcome("conflict", side)
        verdict = self._judge(answer)
        files = self.env["project.requirement"]._check_files(images)
        if verdict == "pass" and self.evidence_required and not (files or self._has_evidence()):
            raise UserError(
                self.env._(
                    "%(item)s needs a photo, file, link or test run before it can pass.",
                    item=self.display_name,
                )
            )
        values = self._prepare_verdict_vals(side, verdict, answer, who)
        values[f"{side}_rev"] = revision + 1
        if files:
            values["attachment_ids"] = self._prepare_files(files)
        self.write(values)
        self._log_answer(side, verdict, answer, who, client_key)
        if side == "customer":
            self._follow_up_issues(verdict, answer["note"])
            if verdict == "fail":
                self.acceptance_id._note_answer()
        return self._get_outcome("saved", side)

    def _find_answer(self, client_key):
        """Return the answer that was sent under this key before, if any."""
        if not client_key:
            return False
        self.env["delivery.keyed.mixin"]._check_client_key(client_key)
        # the key is known to its maker alone; rows of others are not told apart from none
        found_sudo = (
            self.env["project.acceptance.verdict"]
            .sudo()
            .search([("client_key", "=", client_key)], limit=1)
        )
        if found_sudo and (found_sudo.item_id != self or found_sudo.author_id != self.env.user):
            raise UserError(self.env._("Another person has used this key. Reload the page."))
        return bool(found_sudo)

    def _check_can_answer(self, side):
        """Refuse an answer that comes too early, too late or to the wrong round."""
        acceptance = self.acceptance_id
        if self.superseded:
            raise UserError(
                self.env._(
                    "%(item)s is checked again in a later round. Answer it there.",
                    item=self.display_name,
                )
            )
        if side == "customer" and acceptance._may_submit_on_site():
            acceptance._submit()
        if acceptance.state not in ANSWERED_BY[side]:
            raise UserError(acceptance._get_closed_message(side))

    def _judge(self, answer):
        """Return the verdict of an answer, of its own or as the person says."""
        verdict, value = answer["verdict"], answer["value"]
        if verdict == "na":
            return verdict
        if self.kind == "measure":
            if value is None:
                raise UserError(
                    self.env._("Please enter what was measured: %(item)s.", item=self.display_name)
                )
            return judge.measured(self._get_target(), value)
        if self.kind == "score":
            if value is None or value not in judge.SCORES:
                raise UserError(
                    self.env._("Please give a score from 1 to 5: %(item)s.", item=self.display_name)
                )
            return judge.scored(value, self.min_score)
        if self.kind == "choice":
            found = judge.chosen(
                answer["answer"],
                judge.options(self.passing_answers),
                judge.options(self.failing_answers),
            )
            if not found:
                raise UserError(
                    self.env._(
                        "Please choose one of the answers: %(item)s.", item=self.display_name
                    )
                )
            return found
        if not verdict:
            raise UserError(self.env._("Please say whether it passes: %s.", self.display_name))
        if self.kind == "text" and verdict == "pass" and not answer["answer"]:
            raise UserError(self.env._("Please write the answer: %s.", self.display_name))
        return verdict

    def _prepare_verdict_vals(self, side, verdict, answer, who):
        applies = verdict != "na"
        values = Granted(
            {
                f"{side}_verdict": verdict,
                f"{side}_value": answer["value"] or 0.0 if applies else 0.0,
                f"{side}_answer": answer["answer"] if applies else False,
                f"{side}_note": answer["note"] or False,
                f"{side}_date": fields.Datetime.now(),
            }
        )
        if side == "check":
            values["check_user_id"] = self.env.uid
        else:
            values["customer_partner_id"] = who["partner"].id
            values["customer_name"] = who["name"]
            values["customer_via"] = who["via"]
            by_us = self.env.user._is_internal()
            values["customer_recorded_by_id"] = self.env.uid if by_us else False
        return values

    def _prepare_files(self, files):
        # whoever may answer may add what shows it; portal users have no rights to files
        attachments_sudo = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                [
                    {"name": name, "raw": raw, "res_model": self._name, "res_id": self.id}
                    for name, raw in files
                ]
            )
        )
        return [Command.link(attachment.id) for attachment in attachments_sudo]

    def _log_answer(self, side, verdict, answer, who, client_key):
        value = answer["answer"]
        if self.kind in ("measure", "score") and answer["value"] is not None:
            value = self._number(answer["value"])
        user = self.env.user
        ours = side == "check"
        # evidence has no ACL for anybody: this method is its only door
        self.env["project.acceptance.verdict"].sudo().create(
            [
                Granted(
                    item_id=self.id,
                    acceptance_id=self.acceptance_id.id,
                    company_id=self.acceptance_id.company_id.id,
                    item_number=self.number,
                    round=self.round,
                    side=side,
                    revision=self[f"{side}_rev"],
                    verdict=verdict,
                    value=value or False,
                    note=answer["note"] or False,
                    person_id=False if ours else who["partner"].id,
                    person_name=user.name if ours else who["name"],
                    via=False if ours else who["via"],
                    author_id=user.id,
                    author_name=user.name,
                    recorded_at=fields.Datetime.now(),
                    client_key=client_key or False,
                )
            ]
        )

    def _get_outcome(self, status, side):
        """Return what the phone needs to know after an answer."""
        return {"status": status, "side": side, "rev": self[f"{side}_rev"], "item": self._as_row()}

    def _get_default_person(self):
        """Return who decides for the customer when nobody was named: his only signatory."""
        signers_sudo = self.acceptance_id.sudo()._get_customer_signers()
        if len(signers_sudo) != 1:
            raise UserError(self.env._("Who decided for the customer? Please name the person."))
        partner = signers_sudo.partner_id
        return {"partner": partner.with_env(self.env), "name": partner.name}

    # === ISSUES === #

    def _follow_up_issues(self, verdict, note):
        """Note what failed, and settle what passes now."""
        issues = self.env["project.acceptance.issue"]
        open_issues = issues.search([("item_id", "=", self.id), ("state", "in", ("open", "fixed"))])
        if verdict == "fail":
            if open_issues:
                open_issues._reopen(note)
            else:
                issues._raise(self, note)
        elif open_issues:
            open_issues._settle(self.customer_name, self.env._("Passed when checked again."))
