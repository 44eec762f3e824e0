from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..core.canonical import decimal
from ..core.grant import Granted
from .project_change_line import PARTS, SHOWN_PARTS

SCHEMA = "cd.change/1"
HTML_FIELDS = ("reason", "content", "expected_impact")
OUTCOMES = {"rejected": "rejected", "deferred": "deferred"}
# after which it is written and assessed again
BACK = ("returned", "asked", "withdrawn", "expired")


class ProjectChange(models.Model):
    """Sending a change to those who decide on it, the customer among them."""

    _name = "project.change"
    _inherit = ["project.change", "signoff.document.mixin"]

    can_send = fields.Boolean(compute="_compute_can", export_string_translation=False)
    asks_me = fields.Boolean(compute="_compute_asks_me", export_string_translation=False)

    @api.depends_context("uid")
    def _compute_asks_me(self):
        found = self.env["signoff.slot"].search(self._get_my_slot_domain())
        asked = set(found.mapped("res_id"))
        for change in self:
            change.asks_me = change.id in asked

    def _get_my_slot_domain(self):
        return (
            Domain("user_id", "=", self.env.uid)
            & Domain("state", "=", "pending")
            & Domain("res_model", "=", self._name)
            & Domain("res_id", "in", self.ids)
        )

    def action_open_decision(self):
        """Open what the current user is asked about this change, to read it and to decide."""
        self.ensure_one()
        slot = self.env["signoff.slot"].search(self._get_my_slot_domain(), limit=1)
        if not slot:
            raise UserError(self.env._("You are not asked to decide on this."))
        return slot.action_open_answer()

    def _compute_can(self):
        super()._compute_can()
        for change in self:
            kind = change.stage_id.kind
            waits = kind == "assess" or (kind == "new" and not change._get_stage_of("assess"))
            change.can_send = (
                change.decision == "none"
                and change.signoff_state not in ("running", "rejected")
                and (waits or kind == "approve" or change.is_unratified)
            )

    def action_send_signoff(self, *args, **kwargs):
        """Send these changes for approval; the rows of the assessment must be filled."""
        changes = self._signoff_entry()
        for change in changes:
            change._note_submitted()
            change._note_freeze_when_sent()
        return super(ProjectChange, changes).action_send_signoff(*args, **kwargs)

    def action_send_for_approval(self):
        """Send these changes by the flow of their delivery mode; works on many."""
        self.action_send_signoff()
        return True

    # === HOOKS OF ROUNDS === #

    def _signoff_check_start(self):
        problems = []
        for change in self:
            problems += change._get_request_problems() + change._get_assessment_problems()
            if not change.contract_scope:
                problems.append(
                    self.env._(
                        "Please say whether %(change)s is in or out of the contract.",
                        change=change.display_name,
                    )
                )
            if not change.can_send:
                problems.append(
                    self.env._(
                        "%(change)s cannot be sent for approval in stage %(stage)s.",
                        change=change.display_name,
                        stage=change.stage_id.name,
                    )
                )
            if change.stale_count:
                problems.append(
                    self.env._("%(change)s is not up to date.", change=change.display_name)
                )
        if problems:
            raise UserError("\n".join(dict.fromkeys(problems)))

    def _signoff_get_own_flow(self):
        """Return the flow of the type, where it has one and the company may use it."""
        self.ensure_one()
        # configuration, whatever the sender may read
        flow_sudo = self.type_id.sudo().flow_id
        if flow_sudo.company_id and flow_sudo.company_id != self.company_id:
            return super()._signoff_get_own_flow()
        return flow_sudo

    def _signoff_get_authors(self):
        return super()._signoff_get_authors() | self.user_id

    def _signoff_get_assessors(self):
        return super()._signoff_get_assessors() | self.impact_ids.assessed_by_id

    def _signoff_get_amount(self):
        self.ensure_one()
        return (self.agreed_amount, self.currency_id) if self.agreed_amount else None

    @api.model
    def _signoff_verb(self):
        return self.env._("Decide")

    def _signoff_payload(self):
        """Return what is decided on: never a cost of ours, nor a note for us only."""
        # the caller's rights, language and other keys of the context change no content
        return [
            change.sudo().with_context({"lang": change._get_document_lang()})._get_payload()
            for change in self
        ]

    def _get_payload(self):
        self.ensure_one()
        requirements = self.env["project.requirement"]
        digests = requirements._digest_files(self._get_content_files()[self.id])
        rows = self.impact_ids.filtered(lambda row: row.rating and not row.is_internal)
        payload = {
            "schema": SCHEMA,
            "lang": self.env.lang,
            "number": self.number,
            "title": self.name,
            "project": self.project_id.name,
            "type": requirements._reference(self.type_id),
            "please_assess": self.please_assess,
            "contract": requirements._line_choice(self, "contract_scope"),
            "billing": requirements._line_choice(self, "billing"),
            "days": decimal(self.agreed_days, 1),
            "amount": decimal(self.agreed_amount, 2) if self.agreed_amount else None,
            "currency": self.currency_id.name if self.agreed_amount else None,
            "supplement": self.supplement_no or None,
            "milestones": [
                {"name": row.name, "deadline": row.deadline or None} for row in self.milestone_ids
            ],
            "impact": [row._get_payload() for row in rows],
            "lines": [
                {
                    "action": requirements._line_choice(line, "action"),
                    "number": line.requirement_id.number or None,
                    "base_version": line.base_number or None,
                    "before": line._get_base(),
                    "after": proposal,
                }
                for line, proposal in self.line_ids._get_proposals().items()
            ],
            "files": sorted(
                (
                    {"name": file.name, "sha256": digests[file.id]}
                    for file in self.content_attachment_ids
                ),
                key=lambda file: (file["name"], file["sha256"]),
            ),
        }
        for name in HTML_FIELDS:
            payload[name] = requirements._as_canonical_html(self[name], digests)
        return payload

    def _get_content_files(self):
        requirements = self.env["project.requirement"]
        files = {}
        for change in self:
            # the list was checked when it was written; everybody who decides gets what is part
            found_sudo = change.sudo().content_attachment_ids
            named = set().union(
                *(requirements._find_named_files(change[name]) for name in HTML_FIELDS)
            )
            shown_sudo = self.env["ir.attachment"].sudo().browse(sorted(named)).exists()
            found_sudo |= shown_sudo.filtered(
                lambda file, change=change: (
                    (file.res_model, file.res_id) == (change._name, change.id)
                )
            )
            for line_files_sudo in change.line_ids._get_shown_files().values():
                found_sudo |= line_files_sudo
            files[change.id] = found_sudo
        return files

    def _signoff_render(self, snapshot):
        """Return the request with before and after of each requirement, from the snapshot."""
        self.ensure_one()
        compare = self.env["project.requirement.compare"]
        content = snapshot._get_content()
        versions = self.env["project.requirement.version"]
        # what is decided on is for whoever decides, its pictures too
        addresses = {
            file.description: f"/web/image/{file.id}?access_token={file.access_token}"
            for file in snapshot.sudo().attachment_ids
        }
        lines = []
        for line in content.get("lines", []):
            before, after = line.get("before") or {}, line.get("after") or {}
            names = PARTS if before and after else SHOWN_PARTS
            html = compare._render(before, after, names)
            lines.append({**line, "html": Markup(versions._replace_pictures(html, addresses))})
        texts = {
            # canonical texts have a closed list of tags and attributes
            name: Markup(versions._replace_pictures(content.get(name) or "", addresses))
            for name in HTML_FIELDS
        }
        return self.env["ir.qweb"]._render(
            "customer_delivery.signoff_document_change",
            {"content": content, "lines": lines, "texts": texts},
        )

    def _signoff_get_summary(self):
        # a figure that the reader may not see is not shown
        shown = {
            name: self._has_field_access(self._fields[name], "read")
            for name in ("estimated_cost", "estimated_hours")
        }
        return self.env["ir.qweb"]._render(
            "customer_delivery.project_change_summary", {"change": self, "shown": shown}
        )

    def _signoff_on_event(self, name, row):
        super()._signoff_on_event(name, row)
        # whoever decides needs no right to edit the change
        change_sudo = self.sudo()
        if name == "started":
            change_sudo.filtered(lambda change: not change.date_done_first)._enter("approve")
        elif name == "approved":
            conditions = change_sudo._note_conditions(row)
            change_sudo._decide("conditional" if conditions else "approved")
        elif name in OUTCOMES:
            last_sudo = row.sudo().slot_ids.decision_ids.filtered("defer_until")[-1:]
            change_sudo._decide(OUTCOMES[name], until=last_sudo.defer_until)
        elif name == "voided":
            change_sudo.write(Granted(decision="none", date_decided=False))
        elif name in BACK:
            waiting = change_sudo.filtered(lambda change: change.stage_id.kind == "approve")
            waiting._enter("assess", "new")
            if name == "returned":
                change_sudo._tell_sent_back(row)

    def _signoff_touch(self, names=()):
        super()._signoff_touch(names)
        self._signoff_reset_running(
            self.env._("%s changed after it had been sent.", self[:1].display_name)
        )

    def _tell_sent_back(self, row):
        """Ask who is responsible to work on what was refused, and to send it again."""
        for change in self:
            change._remind(
                "mail.mail_activity_data_todo",
                change.user_id or change.project_id.user_id or row.author_id,
                lambda env: env._("Refused: work on it, then send it again"),
                note=row.end_reason or False,
            )

    def _note_conditions(self, row):
        """Keep what was asked for with the approvals as rows that somebody has to meet."""
        decisions_sudo = row.sudo().slot_ids.decision_ids.filtered("conditions")
        return self.env["project.change.condition"].create(
            [
                Granted(
                    change_id=self.id,
                    name=decision_sudo.conditions,
                    asked_by=decision_sudo.display_name,
                    user_id=(self.user_id or self.project_id.user_id).id,
                )
                for decision_sudo in decisions_sudo
            ]
        )

    def _stop_asking(self, reason):
        super()._stop_asking(reason)
        running = self.filtered(lambda change: change.signoff_state == "running")
        if running:
            running.action_withdraw_signoff(reason)
