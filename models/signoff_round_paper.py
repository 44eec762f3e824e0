from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core import short_code
from ..core.grant import Granted


class SignoffRound(models.Model):
    """A round that is signed on paper, or told us by the customer."""

    _inherit = "signoff.round"

    accepts_paper = fields.Boolean(
        compute="_compute_accepts", compute_sudo=True, export_string_translation=False
    )
    accepts_record = fields.Boolean(
        compute="_compute_accepts", compute_sudo=True, export_string_translation=False
    )

    _paper_code_uniq = models.UniqueIndex("(paper_code) WHERE paper_code IS NOT NULL")

    @api.depends("state", "slot_ids.state")
    def _compute_accepts(self):
        for row in self:
            steps = row.slot_ids.filtered(lambda slot: slot.state == "pending").step_id
            methods = {method for step in steps for method in step._get_methods()}
            running = row.state == "running"
            row.accepts_paper = running and "paper" in methods
            row.accepts_record = running and "record" in methods

    # === ACTION METHODS === #

    def action_print_for_stamping(self):
        """Print what is asked for, to be signed and stamped by hand; works on one round."""
        row = self._entry()
        row.ensure_one()
        row._check_may_manage()
        row._check_running()
        if not row._get_paper_signers():
            raise UserError(self.env._("No step of this round accepts a stamped paper."))
        row._draw_paper_code()
        report = self.env.ref("customer_delivery.signoff_round_report_to_stamp")
        return report.report_action(row, config=False)

    def action_print_signed(self):
        """Print the document with the signatures that it has; works on one round."""
        row = self._entry()
        row.ensure_one()
        row.check_access("read")
        report = self.env.ref("customer_delivery.signoff_round_report_as_signed")
        return report.report_action(row, config=False)

    def action_upload_stamped(self):
        """Open the dialog that takes in the stamped copy; works on one round."""
        return self._open_dialog("customer_delivery.signoff_paper_upload_action")

    def action_record_decision(self):
        """Open the dialog that records what the customer said; works on one round."""
        return self._open_dialog("customer_delivery.signoff_record_action")

    def _open_dialog(self, action):
        row = self._entry()
        row.ensure_one()
        row._check_may_manage()
        row._check_running()
        return {
            **self.env["ir.actions.actions"]._for_xml_id(action),
            "context": {"default_round_id": row.id},
        }

    # === PAPER === #

    def _check_may_manage(self):
        """Allow who may send the document: papers come from them and go back to them."""
        self.check_access("read")
        for row in self:
            row._get_document()._signoff_check_may_send()

    def _check_running(self):
        for row in self:
            if row.state != "running":
                raise UserError(
                    self.env._(
                        "“%(document)s” does not wait for a decision any more (%(state)s).",
                        document=row.name,
                        state=dict(row._fields["state"]._description_selection(self.env))[
                            row.state
                        ],
                    )
                )

    def _draw_paper_code(self):
        """Give the round the code that stands on its paper; it keeps the one it has."""
        self.ensure_one()
        row_sudo = self.sudo()
        # two who print at once must not draw two codes
        row_sudo._lock()
        row_sudo.invalidate_recordset(["paper_code"], flush=False)
        while not row_sudo.paper_code:
            code = short_code.make()
            if not row_sudo._find_by_code(code):
                row_sudo.write(Granted(paper_code=code))
        return row_sudo.paper_code

    @api.model
    def _find_by_code(self, typed):
        """Return the round whose paper carries the code that somebody typed, or an empty one."""
        code = short_code.read(typed)
        return self.search([("paper_code", "=", code)], limit=1) if code else self.browse()

    def _get_paper_signers(self):
        """Return who may still sign on paper, in the order of the steps.

        Of open steps these are the people who are asked, of later ones those of the plan.

        :return: list of dictionaries with ``ref`` (names the person within this round),
            ``step_key``, ``step_name``, ``meaning``, ``rule``, ``side``, ``name``, ``post``,
            ``company`` and ``slot`` (superuser, empty when the step has not opened)
        """
        self.ensure_one()
        row_sudo = self.sudo()
        steps_sudo = row_sudo.step_ids.filtered(lambda step: step.state != "void")
        opened = {step.key: step for step in steps_sudo}
        plan = row_sudo._get_plan()
        signers = []
        for step in plan["steps"]:
            if step.get("skipped") or "paper" not in step["methods"]:
                continue
            if step["key"] in plan["carried"]:
                continue
            if step["key"] in opened:
                people = self._get_asked_people(opened[step["key"]])
            else:
                people = [(person, row_sudo.slot_ids.browse()) for person in step["people"]]
            signers += [self._as_signer(step, person, slot) for person, slot in people]
        self._name_companies(signers)
        return signers

    @api.model
    def _get_asked_people(self, step_sudo):
        slots_sudo = step_sudo.slot_ids.filtered(lambda slot: slot.state == "pending")
        return [
            (
                {
                    "user": slot.user_id.id or None,
                    "partner": slot.partner_id.id or None,
                    "name": slot.person_name,
                    "post": slot.person_post or None,
                },
                slot,
            )
            for slot in slots_sudo.sorted("id")
        ]

    @api.model
    def _as_signer(self, step, person, slot_sudo):
        return {
            "ref": f"{step['key']}/{person['partner'] or 0}/{person['user'] or 0}",
            "step_key": step["key"],
            "step_name": step["name"],
            "meaning": step["meaning"],
            "rule": step["rule"],
            "side": step["side"],
            "name": person["name"],
            "post": person["post"] or "",
            "partner": person["partner"],
            "slot": slot_sudo,
        }

    def _name_companies(self, signers):
        """Fill in for whom each signer speaks, as the paper names it."""
        ids = [signer["partner"] for signer in signers if signer["partner"]]
        # whoever may print the paper may read the names on it
        partners_sudo = self.env["res.partner"].sudo().browse(ids)
        names = {partner.id: partner.commercial_partner_id.name for partner in partners_sudo}
        for signer in signers:
            company = names.get(signer["partner"])
            if signer["side"] == "supplier":
                company = self.sudo().company_id.name
            signer["company"] = company or ""

    def _find_paper_slot(self, ref):
        """Return the open slot that ``ref`` of a signer names, or an empty one."""
        self.ensure_one()
        found = [signer["slot"] for signer in self._get_paper_signers() if signer["ref"] == ref]
        slot_sudo = found[0] if found else self.env["signoff.slot"]
        return slot_sudo.with_env(self.env)

    def _is_step_over(self, key):
        """Tell whether a step was decided or given up."""
        self.ensure_one()
        steps_sudo = self.sudo().step_ids.filtered(lambda step: step.key == key)
        return self.state != "running" or any(
            step.state in ("done", "refused") for step in steps_sudo
        )
