from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.canonical import decimal

SCHEMA = "cd.standard/1"
HTML_FIELDS = ("reason", "content")


class ProjectChangeTemplate(models.Model):
    """Having a standard change approved by the customer, once for all that are made from it."""

    _inherit = "project.change.template"

    can_send = fields.Boolean(compute="_compute_can_send", export_string_translation=False)

    @api.depends("signoff_state", "active")
    @api.depends_context("uid")
    def _compute_can_send(self):
        manages = {project: project._may_manage_delivery() for project in self.project_id}
        for template in self:
            template.can_send = (
                template.active
                and template.signoff_state not in ("running", "approved", "rejected")
                and bool(manages.get(template.project_id))
            )

    # === ACTION METHODS === #

    def action_send(self):
        """Send these standard changes to the customer, by the flow of the delivery mode."""
        self.action_send_signoff()
        return True

    def action_open_revoke(self):
        """Open the dialog that asks why the approval is revoked."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_delivery.signoff_void_reason_action"
        )
        row = self.signoff_round_id
        return {
            **action,
            "context": {"default_res_model": row._name, "default_res_id": row.id},
        }

    def action_revoke(self, reason):
        """Revoke the customer's approval of these (作废); works on many.

        It stays readable. Changes that were made and sent before stay as they were decided.

        :param str reason: why
        :raises AccessError: for others than delivery managers
        """
        templates = self._entry()
        templates.check_access("read")
        for template in templates:
            template.signoff_round_id.action_void(reason)
        return True

    # === HOOKS OF ROUNDS === #

    def _signoff_check_may_send(self):
        self.check_access("write")
        for project in self.project_id:
            project._check_may_manage_delivery()

    def _signoff_check_start(self):
        problems = []
        for template in self:
            name = template.display_name
            if template.signoff_state == "approved":
                problems.append(self.env._("%(template)s has been approved.", template=name))
            if not template.content or not template.valid_until:
                problems.append(
                    self.env._(
                        "Please say what %(template)s changes, and until when it holds.",
                        template=name,
                    )
                )
            elif template.valid_until < fields.Date.context_today(template):
                problems.append(
                    self.env._("%(template)s ends before it is approved.", template=name)
                )
        if problems:
            raise UserError("\n".join(problems))

    def _signoff_get_amount(self):
        self.ensure_one()
        return (self.max_amount, self.currency_id) if self.max_amount else None

    @api.model
    def _signoff_verb(self):
        return self.env._("Approve")

    def _signoff_title(self):
        self.ensure_one()
        return self.env._(
            "Standard change %(name)s of %(project)s (%(number)s)",
            name=self.name,
            project=self.sudo().project_id.name,
            number=self.number,
        )

    def _get_content_files(self):
        requirements = self.env["project.requirement"]
        files = {}
        for template in self:
            named = set().union(
                *(requirements._find_named_files(template[name]) for name in HTML_FIELDS)
            )
            # what the texts show is part of what is signed, when it was put there
            found_sudo = self.env["ir.attachment"].sudo().browse(sorted(named)).exists()
            files[template.id] = found_sudo.filtered(
                lambda file, template=template: (
                    (file.res_model, file.res_id) == (template._name, template.id)
                )
            )
        return files

    def _signoff_payload(self):
        """Return what the customer approves: what is changed each time, and how far it goes."""
        return [
            template.sudo().with_context({"lang": template._signoff_get_lang()})._get_payload()
            for template in self
        ]

    def _get_payload(self):
        self.ensure_one()
        requirements = self.env["project.requirement"]
        digests = requirements._digest_files(self._get_content_files()[self.id])
        lines = self.line_ids.grouped("kind")
        none = self.line_ids.browse()
        payload = {
            "schema": SCHEMA,
            "lang": self.env.lang,
            "number": self.number,
            "title": self.name,
            "project": self.project_id.name,
            "customer": self.commercial_partner_ref_id.name or None,
            "reach": requirements._line_choice(self, "reach"),
            "contract": requirements._line_choice(self, "contract_scope"),
            "billing": requirements._line_choice(self, "billing"),
            "days": decimal(self.agreed_days, 1),
            "days_at_most": decimal(self.max_days, 1),
            "amount": decimal(self.agreed_amount, 2),
            "amount_at_most": decimal(self.max_amount, 2),
            "currency": self.currency_id.name,
            "valid_until": self.valid_until or None,
            "times_at_most": self.max_count or None,
            "requirements": [line._get_payload() for line in lines.get("requirement", none)],
            "tasks": [line._get_payload() for line in lines.get("task", none)],
            "impact": [row._get_payload() for row in self.impact_ids if not row.is_internal],
        }
        for name in HTML_FIELDS:
            payload[name] = requirements._as_canonical_html(self[name], digests)
        return payload

    def _signoff_render(self, snapshot):
        """Return what changes each time and how far the approval goes, from the snapshot."""
        self.ensure_one()
        versions = self.env["project.requirement.version"]
        content = snapshot._get_content()
        addresses = {
            file.description: f"/web/image/{file.id}?access_token={file.access_token}"
            for file in snapshot.sudo().attachment_ids
        }
        texts = {
            # canonical texts have a closed list of tags and attributes
            name: Markup(versions._replace_pictures(content.get(name) or "", addresses))
            for name in HTML_FIELDS
        }
        return self.env["ir.qweb"]._render(
            "customer_delivery.signoff_document_change_template",
            {"content": content, "texts": texts},
        )
