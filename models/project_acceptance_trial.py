from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ProjectAcceptance(models.Model):
    """The trial run (试运行) of an acceptance: its days, its extension, the log of its faults."""

    _inherit = "project.acceptance"

    trial_from = fields.Date(string="Trial Run From", copy=False, tracking=True)
    trial_to = fields.Date(string="Trial Run Until", copy=False, tracking=True)
    trial_extended_to = fields.Date(string="Extended Until", copy=False, tracking=True)
    trial_extension_reason = fields.Text(string="Why Extended", copy=False, tracking=True)
    trial_note = fields.Text(string="Course of the Trial Run", copy=False)

    _trial_order = models.Constraint(
        "CHECK(trial_from IS NULL OR trial_to IS NULL OR trial_to >= trial_from)",
        "A trial run cannot end before it begins.",
    )

    @api.constrains("trial_to", "trial_extended_to", "trial_extension_reason")
    def _check_trial_extension(self):
        for acceptance in self.filtered("trial_extended_to"):
            if not acceptance.trial_to or acceptance.trial_extended_to <= acceptance.trial_to:
                raise ValidationError(
                    self.env._("A trial run is extended beyond the day on which it was to end.")
                )
            if not (acceptance.trial_extension_reason or "").strip():
                raise ValidationError(self.env._("Please say why the trial run is extended."))

    def _get_trial_problem(self):
        """Return what keeps the trial run from being accepted: its last day, ``True``, or None.

        ``True``: nobody has written from when until when it lasted.
        """
        self.ensure_one()
        if not self.kind_id.has_trial_run:
            return None
        last = self.trial_extended_to or self.trial_to
        if not (self.trial_from and last):
            return True
        return last if last >= fields.Date.context_today(self) else None

    def _get_trial_payload(self):
        """Return the canonical content of the trial run, with each fault in it."""
        self.ensure_one()
        faults = self.issue_ids.filtered(lambda issue: issue.origin == "trial")
        return {
            "from": self.trial_from or None,
            "to": self.trial_to or None,
            "extended": self.trial_extended_to or None,
            "extension_reason": self.trial_extension_reason or None,
            "note": self.trial_note or None,
            "faults": [
                {
                    "number": issue.number,
                    "found": issue.found_on or None,
                    "text": issue.name,
                    "severity": self._choice(issue, "severity"),
                    "status": self._choice(issue, "state"),
                    "settled": issue.fixed_on or None,
                }
                for issue in faults.sorted(lambda issue: (str(issue.found_on or ""), issue.id))
            ],
        }
