from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_list

from ..core.grant import Granted
from .project_acceptance_item import VERDICTS
from .project_requirement_acceptance import COUNTING

NAMED_AT_MOST = 5
# what stands as it was verified
RESULT_FIELDS = ("result", "result_note")


class ProjectChange(models.Model):
    """Verifying what was carried out: by another person, item by item, before it is closed."""

    _inherit = "project.change"

    check_ids = fields.One2many("project.change.check", "change_id", string="Checked Again")
    check_count = fields.Integer(compute="_compute_check_count")
    checked_count = fields.Integer(compute="_compute_check_count")
    can_verify = fields.Boolean(compute="_compute_can_verify", export_string_translation=False)

    # === COMPUTE METHODS === #

    @api.depends("check_ids.verdict")
    def _compute_check_count(self):
        for change in self:
            change.check_count = len(change.check_ids)
            change.checked_count = len(change.check_ids.filtered("verdict"))

    @api.depends("stage_id", "implemented_by_id", "user_id")
    @api.depends_context("uid")
    def _compute_can_verify(self):
        for change in self:
            change.can_verify = (
                change.stage_id.kind == "verify" and self.env.user not in change._get_implementers()
            )

    # === CRUD METHODS === #

    def write(self, vals):
        if not vals.keys().isdisjoint(RESULT_FIELDS):
            self._check_not_verified()
        return super().write(vals)

    # === WHO === #

    def _get_implementers(self):
        """Return those who carried the change out and therefore do not verify it."""
        self.ensure_one()
        return self.implemented_by_id | self.user_id

    def _check_verifier(self):
        """Refuse whoever carried the change out."""
        self.ensure_one()
        if not self.env.su and self.env.user in self._get_implementers():
            raise UserError(
                self.env._(
                    "You carried %(change)s out: another person verifies it.",
                    change=self.display_name,
                )
            )

    def _check_not_verified(self):
        """Refuse another result for what was verified and closed."""
        for change in self:
            if change.verified_by_id and change.stage_id.kind == "closed":
                raise UserError(
                    self.env._(
                        "%(change)s was verified and closed. Move it back to verification first.",
                        change=change.display_name,
                    )
                )

    # === STAGES === #

    def _get_close_problems(self):
        problems = super()._get_close_problems()
        name = self.display_name
        if not self._get_stage_of("verify"):
            return problems
        if not self.date_implemented:
            return [
                *problems,
                self.env._("Nobody has said yet that %(change)s is carried out.", change=name),
            ]
        if not self.env.su and self.env.user in self._get_implementers():
            problems.append(
                self.env._("You carried %(change)s out: another person verifies it.", change=name)
            )
        open_checks = self.check_ids.filtered(lambda check: not check.verdict)
        if open_checks:
            problems.append(
                self.env._(
                    "Not checked again since %(change)s was carried out: %(checks)s.",
                    change=name,
                    checks=self._name_some(open_checks),
                )
            )
        failed = self.check_ids.filtered(lambda check: check.verdict == "fail")
        if failed and self.result == "effective":
            problems.append(
                self.env._(
                    "%(change)s is not effective as long as this fails: %(checks)s.",
                    change=name,
                    checks=self._name_some(failed),
                )
            )
        return problems

    def _after_stage_move(self):
        super()._after_stage_move()
        by_kind = self.grouped(lambda change: change.stage_id.kind)
        none = self.browse()
        for change in by_kind.get("verify", none):
            change._list_checks()
        # verified is what somebody else looked at; a mode without that stage verifies nothing
        by_kind.get("closed", none).filtered("date_implemented").write(
            Granted(verified_by_id=self.env.uid)
        )
        (self - by_kind.get("closed", none)).filtered("verified_by_id").write(
            Granted(verified_by_id=False)
        )

    # === WHAT IS CHECKED AGAIN === #

    def _list_checks(self):
        """Make the rows of what this change touched; what was checked before is checked anew."""
        self.ensure_one()
        self._empty_checks()
        present = {self._get_check_key(check) for check in self.check_ids}
        rows = [
            Granted(row, change_id=self.id, sequence=place)
            for place, row in enumerate(self._prepare_checks(), 1)
            if self._get_check_key(row) not in present
        ]
        if rows:
            self.env["project.change.check"].create(rows)

    @api.model
    def _get_check_key(self, row):
        """Return what a row is about, of a record or of the values of one."""
        names = ("requirement_id", "item_id", "criterion_id")
        if isinstance(row, dict):
            return tuple(row.get(name) or False for name in names)
        return tuple(row[name].id for name in names)

    def _empty_checks(self):
        """Open the answers of an earlier verification again; the history keeps them."""
        answered = self.check_ids.filtered("verdict")
        if not answered:
            return
        labels = dict(answered._fields["verdict"]._description_selection(self.env))
        counts = Counter(answered.mapped("verdict"))
        told = [f"{labels[code]}: {counts[code]}" for code, _label in VERDICTS if counts[code]]
        self._message_log(
            body=self.env._(
                "Carried out again; checked before: %(verdicts)s",
                verdicts=format_list(self.env, told),
            )
        )
        answered.write(Granted(verdict=False, checked_by_id=False, checked_at=False))

    def _prepare_checks(self):
        """Return the values of the rows, in the order of the requirements that were touched.

        Items of acceptances come first, with the wording that holds now; then criteria that no
        item checks; a requirement with neither is checked as a whole.
        """
        if self.type_id.kind == "erratum":
            # what is delivered stays the same
            return []
        gone = self.line_ids.filtered(lambda line: line.action == "remove").requirement_id
        kept = self.line_ids.mapped(lambda line: line.requirement_id or line.created_requirement_id)
        items = self._find_items(kept - gone).grouped("requirement_id")
        rows = []
        for requirement in kept:
            base = {"requirement_id": requirement.id}
            if requirement in gone:
                name = self.env._(
                    "Taken out: %(requirement)s", requirement=requirement.display_name
                )
                rows.append({**base, "name": name})
                continue
            found = items.get(requirement, ())
            rows += [{**base, **self._prepare_item_check(item)} for item in found]
            checked = {item.criterion_id for item in found}
            criteria = [each for each in requirement.criterion_ids if each not in checked]
            rows += [
                {**base, "criterion_id": each.id, "name": each.name, "target": each.target}
                for each in criteria
            ]
            if not found and not criteria:
                rows.append({**base, "name": requirement.display_name})
        return rows

    @api.model
    def _find_items(self, requirements):
        """Return the checklist items (superuser) that have to be walked again."""
        # what is checked again is checked whoever may see the acceptance
        items_sudo = self.env["project.acceptance.item"].sudo()
        found = items_sudo.search(
            COUNTING
            & Domain("requirement_id", "in", requirements.ids)
            & Domain("waived", "=", False)
        )
        # a criterion that is gone is promised no more; what replaced it is listed by itself
        return found.filtered(lambda item: item.criterion_id or item.source != "criterion")

    @api.model
    def _prepare_item_check(self, item):
        # of a criterion, what it says by now
        criterion = item.source == "criterion" and item.criterion_id
        return {
            "item_id": item.id,
            "criterion_id": item.criterion_id.id,
            "name": criterion.name if criterion else item.name,
            "target": criterion.target if criterion else item.target_text,
            "verdict_before": item.customer_verdict or item.check_verdict,
        }

    # === ACTION METHODS === #

    def action_pass_rest(self):
        """Say of every row that is still open that it passes (其余通过); works on many.

        :raises UserError: for whoever carried the change out, and when nothing is open
        """
        changes = self._entry()
        changes.check_access("write")
        checks = changes.check_ids.filtered(lambda check: not check.verdict)
        if not checks:
            raise UserError(self.env._("Nothing is left to check."))
        checks.write({"verdict": "pass"})
        return True
