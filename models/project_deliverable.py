from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..core.grant import Granted

KINDS = [
    ("document", "Documentation"),
    ("software", "Software"),
    ("equipment", "Equipment"),
    ("data", "Data"),
    ("training", "Training"),
    ("service", "Service"),
    ("other", "Other"),
]
STATES = [
    ("planned", "Planned"),
    ("delivered", "Delivered"),
    ("received", "Received"),
    ("accepted", "Accepted"),
    ("waived", "Waived"),
]
CONTENT = ("name", "kind", "version", "url", "attachment_ids")


class ProjectDeliverable(models.Model):
    """Something that is handed over: what, which version, to whom, accepted or not."""

    _name = "project.deliverable"
    _description = "Deliverable"
    _inherit = ["project.acceptance.worded.mixin", "delivery.guarded.mixin"]
    _order = "project_id, sequence, id"
    _check_company_auto = True
    _control_fields = (
        "company_id",
        "state",
        "received_on",
        "received_by_id",
        "received_by_name",
        "accepted_on",
        "waive_reason",
        "waived_by_id",
    )

    project_id = fields.Many2one(
        "project.project",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('delivery_mode_id', '!=', False), ('is_template', '=', False)]",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, copy=False, index=True
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, index="trigram")
    kind = fields.Selection(KINDS, required=True, default="document")
    version = fields.Char()
    milestone_id = fields.Many2one(
        "project.milestone",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('project_id', '=', project_id)]",
    )
    requirement_ids = fields.Many2many(
        "project.requirement",
        "project_deliverable_requirement_rel",
        string="Fulfils",
        domain="[('project_id', '=', project_id)]",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        domain=[("share", "=", False)],
        check_company=True,
        index="btree_not_null",
    )
    date_deadline = fields.Date(string="Due")
    # the thing itself
    url = fields.Char(string="Link")
    attachment_ids = fields.Many2many(
        "ir.attachment",
        "project_deliverable_attachment_rel",
        string="Files",
        copy=False,
        bypass_search_access=True,
    )
    # where it is
    state = fields.Selection(
        STATES, string="Status", required=True, readonly=True, default="planned", copy=False
    )
    delivered_on = fields.Date(copy=False)
    received_on = fields.Date(readonly=True, copy=False)
    received_by_id = fields.Many2one(
        "res.partner",
        string="Receiver",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
    )
    received_by_name = fields.Char(string="Received By", readonly=True, copy=False)
    accepted_on = fields.Date(readonly=True, copy=False)
    waive_reason = fields.Char(readonly=True, copy=False)
    waived_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")
    acceptance_ids = fields.Many2many(
        "project.acceptance",
        "project_acceptance_deliverable_rel",
        string="Acceptances",
        readonly=True,
        copy=False,
    )

    _project_state_idx = models.Index("(project_id, state)")

    # === COMPUTE METHODS === #

    @api.depends("name", "version")
    def _compute_display_name(self):
        for deliverable in self:
            deliverable.display_name = (
                f"{deliverable.name or ''} {deliverable.version or ''}".strip()
            )

    # === CONSTRAINT METHODS === #

    @api.constrains("project_id", "milestone_id", "requirement_ids")
    def _check_same_project(self):
        for deliverable in self:
            # who edits the register names things of its project, visible to him or not
            parts = deliverable.sudo()
            others = parts.milestone_id.project_id | parts.requirement_ids.project_id
            if others - deliverable.project_id:
                raise ValidationError(
                    self.env._(
                        "%(deliverable)s names something of another project.",
                        deliverable=deliverable.display_name,
                    )
                )

    @api.constrains("project_id")
    def _check_project_uses_delivery(self):
        self.env["project.requirement"]._check_uses_delivery(self.project_id)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        deliverables = super().create(vals_list)
        deliverables._adopt_attachments("attachment_ids")
        return deliverables

    def write(self, vals):
        if "project_id" in vals and any(
            deliverable.project_id.id != vals["project_id"] for deliverable in self
        ):
            raise UserError(self.env._("A deliverable stays in its project."))
        names = [name for name in CONTENT if name in vals]
        if not names:
            return super().write(vals)
        before = {deliverable.id: deliverable._get_content_state(names) for deliverable in self}
        with self.env.cr.savepoint():
            result = super().write(vals)
            changed = self.filtered(lambda d: d._get_content_state(names) != before[d.id])
            changed._check_not_accepted()
            changed._touch_acceptances()
        if "attachment_ids" in vals:
            self._adopt_attachments("attachment_ids")
        return result

    @api.model
    def _get_control_values(self, vals_list):
        default = self.default_get(["project_id"])
        values = []
        for vals in vals_list:
            project_id = self._entry_id({**default, **vals}.get("project_id"))
            if not project_id:
                raise ValidationError(self.env._("A deliverable needs a project."))
            project_sudo = self.env["project.project"].sudo().browse(project_id)
            values.append({"company_id": project_sudo._get_delivery_company().id})
        return values

    @api.ondelete(at_uninstall=False)
    def _unlink_except_handed_over(self):
        for deliverable in self:
            used = deliverable.state != "planned" or deliverable.acceptance_ids
            if used and not deliverable.project_id.delivery_practice:
                raise UserError(
                    self.env._(
                        "%(deliverable)s was handed over or stands in an acceptance. "
                        "Waive it instead of deleting it.",
                        deliverable=deliverable.display_name,
                    )
                )

    # === ACTION METHODS === #

    def action_deliver(self):
        """Note that these were handed over today; works on many."""
        deliverables = self._entry()
        deliverables.check_access("write")
        deliverables._check_state("planned")
        for deliverable in deliverables:
            deliverable.write(
                Granted(
                    state="delivered",
                    delivered_on=deliverable.delivered_on or fields.Date.context_today(self),
                )
            )
        return True

    def action_receive(self, person_id=False, person_name=""):
        """Note who of the customer has received these; works on many.

        :param int person_id: the customer's person
        :param str person_name: his name, when he is no contact
        """
        deliverables = self._entry()
        deliverables.check_access("write")
        person = self.env["res.partner"].browse(self._entry_id(person_id) or 0).exists()
        person.check_access("read")
        name = self._entry_text(person_name) or person.name
        if not name:
            raise UserError(self.env._("Please say who received it."))
        deliverables._check_state("planned", "delivered")
        today = fields.Date.context_today(self)
        for deliverable in deliverables:
            deliverable.write(
                Granted(
                    state="received",
                    delivered_on=deliverable.delivered_on or today,
                    received_on=today,
                    received_by_id=person.id,
                    received_by_name=name,
                )
            )
        return True

    def action_waive(self, reason):
        """Let these count as delivered without them (豁免); works on many.

        :param str reason: why; it becomes part of the final acceptance that is signed
        """
        deliverables = self._entry()
        deliverables.check_access("write")
        if not self.env.user.has_group("customer_delivery.group_delivery_manager"):
            raise AccessError(self.env._("Only a delivery manager may waive a deliverable."))
        reason = self._entry_text(reason)
        if not reason:
            raise UserError(self.env._("Please say why the deliverable is waived."))
        deliverables._check_not_accepted()
        deliverables._touch_acceptances()
        deliverables.write(Granted(state="waived", waive_reason=reason, waived_by_id=self.env.uid))
        return True

    def action_reset(self):
        """Take these back to planned: handed over by mistake, or no longer waived."""
        deliverables = self._entry()
        deliverables.check_access("write")
        deliverables._check_not_accepted()
        deliverables._touch_acceptances()
        deliverables.write(
            Granted(
                state="planned",
                delivered_on=False,
                received_on=False,
                received_by_id=False,
                received_by_name=False,
                waive_reason=False,
                waived_by_id=False,
            )
        )
        return True

    @api.model
    def _get_worded_actions(self):
        return {
            "action_receive": (
                self.env._("Received"),
                self.env._("Who of the customer has received it?"),
                "person_name",
            ),
            "action_waive": (
                self.env._("Waive"),
                self.env._(
                    "Why is it not delivered, and who agreed? The customer signs it with the "
                    "final acceptance."
                ),
                "reason",
            ),
        }

    # === BUSINESS METHODS === #

    def _check_state(self, *states):
        for deliverable in self:
            if deliverable.state not in states:
                labels = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "%(deliverable)s is “%(state)s”: this step is not possible now.",
                        deliverable=deliverable.display_name,
                        state=labels[deliverable.state],
                    )
                )

    def _check_not_accepted(self):
        for deliverable in self.filtered(lambda d: d.state == "accepted"):
            raise UserError(
                self.env._(
                    "%(deliverable)s has been accepted as it is. "
                    "Add the new version as another deliverable.",
                    deliverable=deliverable.display_name,
                )
            )

    def _touch_acceptances(self):
        """A deliverable is part of the acceptances that list it, under their lock."""
        # also those of colleagues: what is being signed must not change under the signature
        acceptances_sudo = self.sudo().acceptance_ids.filtered(
            lambda acceptance: acceptance.state != "revoked"
        )
        if acceptances_sudo:
            acceptances_sudo._signoff_touch(["deliverable_ids"])

    def _get_content_state(self, names):
        self.ensure_one()
        return [self[name].ids if self._fields[name].relational else self[name] for name in names]

    def _accept(self, day):
        """Note that the customer has accepted these; called by a signed acceptance."""
        parts = self.filtered(lambda deliverable: deliverable.state != "waived")
        parts.write(Granted(state="accepted", accepted_on=day))

    def _release(self):
        """An acceptance was revoked: these are what they were before."""
        for deliverable in self.filtered(lambda d: d.state == "accepted"):
            state = "received" if deliverable.received_on else "delivered"
            deliverable.write(
                Granted(state=state if deliverable.delivered_on else "planned", accepted_on=False)
            )

    def _delete_practice(self):
        """Delete deliverables of practice projects, in whatever state they are."""
        self.filtered("project_id.delivery_practice").unlink()

    def _get_payload(self, choice, files=()):
        """Return the canonical content of this deliverable, see the items of an acceptance."""
        self.ensure_one()
        return {
            "name": self.name,
            "version": self.version or None,
            "kind": choice(self, "kind"),
            "link": self.url or None,
            "files": files,
            "delivered": self.delivered_on or None,
            "received_by": self.received_by_name or None,
            "waived": self.waive_reason or None,
        }
