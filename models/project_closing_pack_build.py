import tempfile
import time
from urllib.parse import quote

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date, format_datetime

from ..core.acceptance_state import SHOWN_TO_CUSTOMER
from ..core.bundle import Archive
from ..core.canonical import digest
from ..core.grant import Granted
from .project_closing_pack import REQUESTED

# A turn of the outbox prints for so long; what is left waits for the next turn.
TURN_SECONDS = 20
INDEX = "index.html"


class ProjectClosingPack(models.Model):
    """What belongs into a close-out pack, and how it is made."""

    _inherit = "project.closing.pack"

    # === WHAT BELONGS IN === #

    def _plan(self):
        """Note the documents of the project as rows of the index, in its order."""
        self.ensure_one()
        rows = [
            *self._plan_requirements(),
            *self._plan_changes(),
            *self._plan_acceptances(),
            *self._plan_rounds(),
            *self._plan_minutes(),
        ]
        # nobody may write rows of packs: this method is their only door
        self.env["project.closing.pack.line"].sudo().create(
            [
                Granted(row, pack_id=self.id, sequence=sequence)
                for sequence, row in enumerate(rows, 1)
            ]
        )

    def _plan_requirements(self):
        """Return the row of the requirement document, as the mode calls it."""
        project = self.project_id
        if not self.env["project.requirement"].search_count(
            [("project_id", "=", project.id), ("stage_id.kind", "!=", "cancelled")], limit=1
        ):
            return []
        light = project.delivery_mode_id.code == "light"
        baseline = self.env["project.baseline"].search(
            [
                ("project_id", "=", project.id),
                ("kind", "=", "customer"),
                ("state", "=", "frozen"),
            ],
            limit=1,
        )
        row = self.env["signoff.round"]._get_last(baseline).get(baseline.id)
        report = "confirmation_slip" if light else "specification"
        return [
            {
                "section": "requirement",
                "number": project.delivery_code or "",
                "name": self.env._("Requirement Confirmation")
                if light
                else self.env._("Requirement Specification"),
                "version": baseline.name or "",
                "date": fields.Date.context_today(self),
                "signed_how": self._get_signed_how(row),
                **self._as_report(f"action_report_{report}", project, "both"),
            },
            {
                # it names tasks, which are how we split our work up
                **self._as_report("", project),
                "section": "requirement",
                "number": project.delivery_code or "",
                "name": self.env._("Traceability Matrix"),
                "date": fields.Date.context_today(self),
                "source": "matrix",
                "report": False,
            },
        ]

    def _plan_changes(self):
        """Return the change log and the forms of changes: for us, and without what is internal."""
        project = self.project_id
        changes = self.env["project.change"]._search_log(project)
        if not changes:
            return []
        outside = self.env["project.change"]._search_log(project, outside=True)
        last = self.env["signoff.round"]._get_last(changes)
        rows = []
        for audience, shown in (("internal", changes), ("customer", outside)):
            if shown:
                rows.append(
                    {
                        "section": "change",
                        "number": project.delivery_code or "",
                        "name": self.env._("Change Log"),
                        "date": fields.Date.context_today(self),
                        **self._as_report("action_report_change_log", project, audience),
                    }
                )
        for change in changes:
            common = {
                "section": "change",
                "number": change._get_full_number(),
                "date": self._day(change.date_decided or change.requested_at),
                "signed_how": self._get_signed_how(last.get(change.id)),
            }
            form = {**common, "name": self.env._("Change Request Form: %s", change.name)}
            rows.append({**form, **self._as_report("action_report_change_request", change)})
            if change in outside:
                rows.append(
                    {
                        **form,
                        **self._as_report("action_report_change_request", change, "customer"),
                    }
                )
            if change.impact_ids:
                report = "action_report_change_assessment_internal"
                rows.append(
                    {
                        **common,
                        "name": self.env._("Impact Assessment: %s", change.name),
                        "signed_how": "",
                        **self._as_report(report, change),
                    }
                )
        return rows

    def _plan_acceptances(self):
        """Return the acceptance reports and, where there are any, the remaining issues."""
        acceptances = (
            self.env["project.acceptance"]
            .with_context(active_test=False)
            .search([("project_id", "=", self.project_id.id)], order="id")
        )
        rows = []
        for acceptance in acceptances:
            shown = acceptance.active and acceptance.state in SHOWN_TO_CUSTOMER
            audience = "both" if shown else "internal"
            common = {
                "section": "acceptance",
                "number": acceptance._get_full_number(),
                "date": acceptance.signed_on
                or self._day(acceptance.concluded_on or acceptance.create_date),
            }
            rows.append(
                {
                    **common,
                    "name": self.env._("Acceptance Report: %s", acceptance.name),
                    "version": self.env._("Round %s", acceptance.round),
                    "signed_how": self.env._("Deemed accepted")
                    if acceptance.deemed
                    else self._get_signed_how(acceptance.signoff_round_id),
                    **self._as_report("action_report_acceptance", acceptance, audience),
                }
            )
            if acceptance.issue_ids | acceptance.later_issue_ids:
                report = "action_report_issue_list_acceptance"
                rows.append(
                    {
                        **common,
                        "name": self.env._("Remaining Issues: %s", acceptance.name),
                        **self._as_report(report, acceptance, audience),
                    }
                )
        return rows

    def _plan_rounds(self):
        """Return what the customer's side has signed, each with its proof.

        What our people decided among themselves stands on the forms of changes.
        """
        rounds = self.env["signoff.round"].search(
            [("project_id", "=", self.project_id.id), ("state", "=", "approved")], order="id"
        )
        rows = []
        for row in rounds:
            # who reads the round reads who decided
            if not row.sudo().decision_ids.filtered(lambda d: d.step_id.side != "supplier"):
                continue
            document = row._get_document().exists()
            common = {
                "section": "signed",
                "number": document._get_full_number()
                if hasattr(document, "_get_full_number")
                else "",
                "version": document.sudo()._signoff_paper_version(row) if document else "",
                "date": self._day(row.ended_at),
                "signed_how": self._get_signed_how(row),
                "audience": "both",
                "res_model": row._name,
                "res_ids": row.ids,
            }
            rows.append({**common, "name": row.name, "source": "round"})
            rows.append(
                {
                    **common,
                    "name": self.env._("Proof: %s", row.name),
                    "source": "bundle",
                }
            )
        return rows

    def _plan_minutes(self):
        """Return the minutes of reviews; what our people remarked in them stays with us."""
        rounds = self.env["signoff.round"].search(
            [("project_id", "=", self.project_id.id), ("state", "!=", "running")], order="id"
        )
        # who reads the round reads its minutes
        remarks_sudo = self.env["signoff.remark"].sudo()
        discussed = remarks_sudo._read_group([("round_id", "in", rounds.ids)], ["round_id"])
        kept = {row_sudo.id for (row_sudo,) in discussed}
        return [
            {
                "section": "minutes",
                "name": self.env._("Review Minutes: %s", row.name),
                "version": self.env._("Round %s", row.number),
                "date": self._day(row.ended_at),
                **self._as_report("signoff_round_report_minutes", row),
            }
            for row in rounds
            if row.id in kept
        ]

    @api.model
    def _as_report(self, report, records, audience="internal"):
        """Return how a row is printed."""
        return {
            "audience": audience,
            "source": "report",
            "report": f"customer_delivery.{report}",
            "res_model": records._name,
            "res_ids": records.ids,
            "outside": audience == "customer",
        }

    @api.model
    def _day(self, moment):
        """Return the day of a stored moment or day, in the zone of who asks."""
        if not moment or not hasattr(moment, "hour"):
            return moment or False
        return fields.Datetime.context_timestamp(self, moment).date()

    @api.model
    def _get_signed_how(self, row):
        """Return how a round was signed and by whom, in words; empty when it was not."""
        if not row or row.state != "approved":
            return ""
        papers = self.env["signoff.paper"]
        signed = papers._get_signed(row, outside=True)[row.id]
        return "; ".join(
            dict.fromkeys(
                f"{papers._get_proof_label(each.method)}: {each.name}"
                for each in signed
                if not each.void_reason
            )
        )

    # === MAKING === #

    @api.model
    def _get_event_names(self):
        return {REQUESTED: self.env._("Close-out pack asked for")}

    def _on_delivery_event(self, name, payload):
        """Print what is still missing, then write the archives; the outbox calls it.

        Each turn is a transaction of its own: one that is killed loses what it printed, not what
        others printed before.
        """
        self.ensure_one()
        if name != REQUESTED or self.state == "ready":
            return
        env = self._get_builder_env()
        until = time.monotonic() + TURN_SECONDS
        for line in self.line_ids.filtered(lambda line: not line.sha256):
            line.with_context(lang=self.lang)._make(env)
            if time.monotonic() > until:
                break
        if all(self.line_ids.mapped("sha256")):
            self._finish()
        else:
            self.env["delivery.event"]._emit(REQUESTED, self)

    def _get_builder_env(self):
        """Return the environment of who asked: nothing is printed that he may not read."""
        context = {
            "lang": self.lang,
            "tz": self.requested_by_id.tz,
            "allowed_company_ids": self.company_id.ids,
            **{
                key: value
                for key, value in self.env.context.items()
                if key == "force_report_rendering"
            },
        }
        return self.env(user=self.requested_by_id.id, su=False, context=context)

    def _finish(self):
        """Write both archives, let the single files go and tell who asked."""
        pack = self.with_context(lang=self.lang)
        lines = pack.line_ids
        ours, our_code = pack._write_archive(
            lines.filtered(lambda line: line.audience != "customer"), customer=False
        )
        theirs, their_code = pack._write_archive(
            lines.filtered(lambda line: line.audience != "internal"), customer=True
        )
        lines.sudo().file_id.unlink()
        self.sudo().write(
            Granted(
                state="ready",
                ready_at=fields.Datetime.now(),
                archive_id=ours.id,
                archive_sha256=our_code,
                customer_archive_id=theirs.id,
                customer_archive_sha256=their_code,
            )
        )
        self._tell_ready()

    def _write_archive(self, lines, customer):
        """Return (file, check code) of an archive of ``lines`` with its index.

        The archive grows on disk: but for the document at hand, it is in memory once, at its end.
        """
        with tempfile.TemporaryFile() as target:
            archive = Archive(target)
            archive.add(INDEX, self._render_index(lines, customer).encode())
            for number, line in enumerate(lines, 1):
                archive.add(line._get_path(number), line.sudo().file_id.raw or b"")
            archive.close()
            target.seek(0)
            content = target.read()
        suffix = f" ({self.env._('customer')})" if customer else ""
        # whoever reads the pack reads its archive
        file_sudo = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": f"{self.name}{suffix}.zip",
                    "raw": content,
                    "mimetype": "application/zip",
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
        )
        return file_sudo, digest(content)

    def _render_index(self, lines, customer):
        """Return the index page (结项归档目录) as HTML that needs nothing else."""
        labels = lines._get_section_labels()
        project_sudo, company_sudo = self.project_id.sudo(), self.company_id.sudo()
        page = self.env["ir.qweb"]._render(
            "customer_delivery.closing_pack_index",
            {
                "html_lang": self.lang.replace("_", "-"),
                "title": self.env._("Close-Out Archive Index"),
                "project": project_sudo.name,
                "references": self._get_references(project_sudo),
                "customer_name": project_sudo.partner_id.commercial_partner_id.name or "",
                "supplier": company_sudo.name,
                "for_customer": customer,
                "practice": project_sudo.delivery_practice,
                "made_on": format_datetime(self.env, fields.Datetime.now(), dt_format="long"),
                "sections": [
                    (label, rows)
                    for key, label in labels.items()
                    if (rows := self._prepare_rows(lines, key))
                ],
                "count": len(lines),
            },
        )
        return Markup("<!DOCTYPE html>\n") + page

    @api.model
    def _get_references(self, project_sudo):
        return [
            (project_sudo._fields[name]._description_string(self.env), project_sudo[name])
            for name in ("delivery_contract_no", "delivery_customer_project_no")
            if project_sudo[name]
        ]

    @api.model
    def _prepare_rows(self, lines, section):
        """Return the rows of a section; each copy counts its own documents."""
        return [
            {
                "no": number,
                "number": line.number or "",
                "name": line.name,
                "version": line.version or "",
                "date": format_date(self.env, line.date) if line.date else "",
                "signed_how": line.signed_how or "",
                "href": quote(line._get_path(number)),
                "sha256": line.sha256,
            }
            for number, line in enumerate(lines, 1)
            if line.section == section
        ]

    def _tell_ready(self):
        """Tell who asked for the pack, on the project that it belongs to."""
        user = self.requested_by_id
        if not user.active:
            return
        told = self.with_context(lang=user.lang)
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(
            {
                "activity_type_id": self.env.ref(
                    "customer_delivery.mail_activity_type_closing_pack"
                ).id,
                "user_id": user.id,
                "res_model_id": self.env["ir.model"]._get_id("project.project"),
                "res_id": self.project_id.id,
                "summary": told.env._("Close-out pack is ready: %s", self.name),
            }
        )
        user._bus_send(
            "simple_notification",
            {
                "type": "success",
                "title": told.env._("Close-out pack is ready"),
                "message": self.name,
            },
        )
