from odoo import api, models

from ..core.grant import like


class ProjectAcceptance(models.Model):
    """What the kind, the contract and the milestone suggest for a new acceptance."""

    _inherit = "project.acceptance"

    # === ONCHANGE METHODS === #

    @api.onchange("kind_id", "project_id")
    def _onchange_kind_id(self):
        for name, value in self._get_kind_defaults().items():
            if not self[name]:
                self[name] = value

    @api.onchange("milestone_id")
    def _onchange_milestone_id(self):
        milestone = self.milestone_id
        if milestone.delivery_payment_name and not self.payment_name:
            self.payment_name = milestone.delivery_payment_name
            self.payment_percent = milestone.delivery_payment_percent
        if milestone.deadline and not self.date_planned:
            self.date_planned = milestone.deadline

    def _get_kind_defaults(self):
        """Return {field: value} of what the kind and the contract suggest."""
        self.ensure_one()
        values = {}
        if self.kind_id:
            values["name"] = self.kind_id.with_context(lang=self._get_document_lang()).name
        if self.project_id:
            values["basis"] = self._get_default_basis()
        return values

    def _get_default_basis(self):
        """Return contract and confirmed requirements as the lines people expect as basis."""
        self.ensure_one()
        # names of papers that whoever prepares the acceptance prints on it
        project_sudo = self.project_id.sudo()
        lines = []
        if project_sudo.delivery_contract_no:
            lines.append(
                self.env._("Contract %(number)s", number=project_sudo.delivery_contract_no)
            )
        baseline = self._get_baseline()
        if baseline and baseline.signoff_state == "approved":
            lines.append(
                self.env._(
                    "Confirmed requirements %(name)s (%(count)s)",
                    name=baseline.name,
                    count=baseline.line_count,
                )
            )
        elif baseline:
            lines.append(
                self.env._(
                    "Requirements %(name)s (%(count)s), not confirmed by the customer yet",
                    name=baseline.name,
                    count=baseline.line_count,
                )
            )
        return "\n".join(lines)

    # === CREATION === #

    def _fill_kind_defaults(self):
        """Give new acceptances the basis that nobody wrote, in the language of the document."""
        for acceptance in self.filtered(lambda a: not a.basis and a.content_lock == "none"):
            in_its_language = acceptance.with_context(lang=acceptance._get_document_lang())
            basis = in_its_language._get_default_basis()
            if basis:
                acceptance.basis = basis

    @api.model
    def _prepare_create_vals(self, vals):
        """Give an acceptance that nobody named the name of its kind."""
        values = {**self.default_get(["kind_id", "project_id", "milestone_id"]), **vals}
        vals = like(vals, {**self._get_milestone_payment(values), **vals})
        if vals.get("name") or not values.get("kind_id"):
            return vals
        kind = self.env["project.acceptance.kind"].browse(self._entry_id(values["kind_id"]) or 0)
        project_sudo = (
            self.env["project.project"].sudo().browse(self._entry_id(values.get("project_id")) or 0)
        )
        lang = project_sudo.delivery_lang or self.env.lang
        return like(vals, {**vals, "name": kind.with_context(lang=lang).name})

    @api.model
    def _get_milestone_payment(self, values):
        """Return the payment that hangs on the milestone of a new acceptance."""
        # the payment is printed on the acceptance that its maker prepares
        milestones_sudo = self.env["project.milestone"].sudo()
        milestone_sudo = milestones_sudo.browse(self._entry_id(values.get("milestone_id")) or 0)
        if not milestone_sudo.exists().delivery_payment_name:
            return {}
        return {
            "payment_name": milestone_sudo.delivery_payment_name,
            "payment_percent": milestone_sudo.delivery_payment_percent,
        }

    def _mark_milestones(self):
        """A milestone without a kind is from now on reached with this kind of acceptance.

        So a final acceptance cannot be slipped by taking it off its milestone again.
        """
        for acceptance in self:
            # who prepares an acceptance needs no right to edit milestones
            milestone_sudo = acceptance.sudo().milestone_id
            if milestone_sudo and not milestone_sudo.delivery_acceptance_kind_id:
                milestone_sudo.delivery_acceptance_kind_id = acceptance.kind_id
