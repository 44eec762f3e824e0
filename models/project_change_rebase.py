from odoo import models
from odoo.fields import Domain

from ..core.canonical import dumps, loads

# what those who decide on the terms have agreed to; the wording of requirements is not part of it
TERMS = (
    "type",
    "contract",
    "billing",
    "days",
    "amount",
    "currency",
    "supplement",
    "impact",
)


class ProjectChange(models.Model):
    """Who is asked again when an approved change was brought up to date with its requirements."""

    _inherit = "project.change"

    def _before_rebase(self):
        super()._before_rebase()
        if self.signoff_state == "approved":
            # the round stays as it was signed; the change has no answer any more
            self._signoff_set_state("none")

    def _signoff_get_carried(self, plan):
        carried = super()._signoff_get_carried(plan)
        before = self.env["signoff.round"].sudo()._get_last(self).get(self.id)
        if not before or before.state != "approved" or not self._keeps_terms(before):
            return carried
        passed = self._get_passed_flow_steps(before)
        # configuration, whatever the sender may read
        steps_sudo = self.env["signoff.flow.step"].sudo().browse(passed).exists()
        kept = set(steps_sudo.filtered("decides_on_terms").ids)
        return sorted({*carried, *(step["key"] for step in plan["steps"] if step["step"] in kept)})

    def _keeps_terms(self, row_sudo):
        """Tell whether what the round ``row_sudo`` agreed to differs in wording alone."""
        self.ensure_one()
        before = row_sudo.snapshot_id._get_content()
        # in the form that is kept, which leaves out what is empty
        now = loads(dumps(self._signoff_payload()[0]))
        if any(before.get(name) != now.get(name) for name in TERMS):
            return False
        # dates of milestones follow from other changes; which ones are moved is what was agreed
        if [row["name"] for row in before.get("milestones", ())] != [
            row["name"] for row in now.get("milestones", ())
        ]:
            return False
        since = row_sudo.started_at
        judged = self.sudo().impact_ids.filtered(
            lambda row: not row.assessed_at or row.assessed_at > since
        )
        return not judged and not self.answer_ids.filtered(lambda row: row.write_date > since)

    def _get_passed_flow_steps(self, row_sudo):
        """Return the ids of the steps of the flow that agreed in the round ``row_sudo``."""
        plan = row_sudo._get_plan()
        passed, _opened = row_sudo._get_progress(plan)
        return [step["step"] for step in plan["steps"] if step["key"] in passed]

    def _get_carried_decisions(self, row):
        """Return the decisions (superuser) of earlier rounds that hold in the round ``row``."""
        self.ensure_one()
        row_sudo = row.sudo()
        plan = row_sudo._get_plan()
        wanted = {step["step"] for step in plan["steps"] if step["key"] in plan["carried"]}
        found = row_sudo.decision_ids.browse()
        if not wanted:
            return found
        earlier_sudo = row_sudo.search(
            Domain("res_model", "=", self._name)
            & Domain("res_id", "=", self.id)
            & Domain("number", "<", row_sudo.number),
            order="number desc",
        )
        for each_sudo in earlier_sudo:
            keys = {step["key"]: step["step"] for step in each_sudo._get_plan()["steps"]}
            for decision in each_sudo.decision_ids:
                if decision.step_id.state == "done" and keys.get(decision.step_id.key) in wanted:
                    found |= decision
            wanted -= {keys[decision.step_id.key] for decision in found & each_sudo.decision_ids}
        return found.sorted("id")
