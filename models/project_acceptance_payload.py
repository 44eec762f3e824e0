from odoo import api, models
from odoo.tools import format_date, format_datetime

from ..core.canonical import decimal, digest

SCHEMA = "cd.acceptance/1"
SIGNS = {"pass": "✓", "fail": "✗", "na": "–"}


class ProjectAcceptance(models.Model):
    """What an acceptance says, as plain data that is signed, and how that is read."""

    _inherit = "project.acceptance"

    # === CANONICAL FORM === #

    def _signoff_payload(self):
        """Return the canonical content of each acceptance, in the language of its project.

        Whoever asks gets the same: neither his rights nor his language count.
        """
        payloads = []
        for acceptance in self:
            lang = acceptance._get_document_lang()
            # the document's content, whoever sends it
            acceptance_sudo = acceptance.sudo().with_context({"lang": lang})
            payloads.append(acceptance_sudo._get_payload(lang))
        return payloads

    def _get_payload(self, lang):
        self.ensure_one()
        digests = self._get_file_digests()
        project = self.project_id
        items = self.item_ids.filtered(lambda item: not item.superseded)
        issues = self.issue_ids.sorted(lambda issue: (issue.item_number, issue.id))
        return {
            "schema": SCHEMA,
            "lang": lang,
            "number": self._get_full_number(),
            "title": self.name,
            "kind": self.kind_id.name,
            "final": self.kind_id.is_final,
            "copies": self.kind_id.copies,
            "round": self.round,
            "project": {
                "name": project.name,
                "code": project.delivery_code or None,
                "contract": project.delivery_contract_no or None,
                "contract_date": project.delivery_contract_date or None,
                "customer_no": project.delivery_customer_project_no or None,
                "practice": project.delivery_practice or None,
            },
            "customer": self.commercial_partner_ref_id.name or None,
            "supplier": self.company_id.name,
            "milestone": self.milestone_id.name or None,
            "place": self.place or None,
            "from": self.date_from or None,
            "to": self.date_to or None,
            "team": [self._get_member_payload(party) for party in self.team_ids.sorted()],
            "basis": self.basis or None,
            "method": self.method or None,
            "scope": self._choice(self, "scope"),
            "deliverables": [
                part._get_payload(self._choice, self._get_named(part.attachment_ids, digests))
                for part in self._get_listed_deliverables()
            ],
            "rounds": [
                {key: value or None for key, value in row.items()} for row in self._get_rounds()
            ],
            "items": [
                item._get_payload(self._choice, self._get_named(item.attachment_ids, digests))
                for item in items.sorted(lambda item: (item.sequence, item.id))
            ],
            "families": [
                {
                    "name": row["name"],
                    "total": row["total"],
                    "pass": row["pass"],
                    "fail": row["fail"],
                    "na": row["na"],
                    # how much it counts in the result; said where it is not what all count
                    "weight": decimal(row["weight"], 2) if row["weight"] != 1 else None,
                }
                # without any item there is none
                for row in self.family_progress or ()
            ],
            "changes": project._get_delivery_change_rows(),
            "issues": [issue._get_payload(self._choice) for issue in issues],
            "trial": self._get_trial_payload(),
            "result": decimal(self.score, 1) if self.score else None,
            "conclusion": self._choice(self, "conclusion"),
            "conclusion_note": self.conclusion_note or None,
            "concluded_by": self.concluded_by_id.name or None,
            "payment": {
                "name": self.payment_name or None,
                "percent": decimal(self.payment_percent, 2) if self.payment_name else None,
            },
            "warranty": {
                "from": self.warranty_from or None,
                "to": self.warranty_to or None,
                "note": self.warranty_note or None,
            },
            "files": self._get_named(self._get_all_files(), digests),
        }

    @api.model
    def _get_member_payload(self, party):
        return {
            "name": party.partner_id.name,
            "company": party.commercial_partner_ref_id.name or None,
            "post": party.title or party.role_id.name or None,
            "side": self._choice(party, "side"),
        }

    @api.model
    def _choice(self, record, name):
        value = record[name]
        labels = dict(record._fields[name]._description_selection(record.env))
        return {"code": value, "label": labels[value]} if value else None

    def _get_listed_deliverables(self):
        """Return the deliverables of this acceptance; a final one also names those waived."""
        self.ensure_one()
        listed = self.deliverable_ids
        if self.kind_id.is_final:
            listed |= self.env["project.deliverable"].search(
                [("project_id", "=", self.project_id.id), ("state", "=", "waived")]
            )
        return listed.sorted()

    def _get_all_files(self):
        """Return the files that are part of what is signed."""
        self.ensure_one()
        # what is part of the acceptance everybody gets who signs it
        acceptance_sudo = self.sudo()
        return (
            acceptance_sudo.content_attachment_ids
            | acceptance_sudo.item_ids.attachment_ids
            | acceptance_sudo.issue_ids.before_attachment_ids
            | acceptance_sudo._get_listed_deliverables().attachment_ids
        )

    def _get_content_files(self):
        return {acceptance.id: acceptance._get_all_files() for acceptance in self}

    def _get_file_digests(self):
        return {file.id: digest(file.raw or b"") for file in self._get_all_files()}

    @api.model
    def _get_named(self, files, digests):
        return sorted(
            ({"name": file.name, "sha256": digests[file.id]} for file in files),
            key=lambda file: (file["name"], file["sha256"]),
        )

    # === READABLE FORM === #

    def _signoff_render(self, snapshot):
        """Return what is read before signing, made of the snapshot alone."""
        self.ensure_one()
        return self.env["ir.qweb"]._render(
            "customer_delivery.signoff_document_acceptance",
            {"paper": self._prepare_paper(snapshot._get_content())},
        )

    @api.model
    def _prepare_paper(self, content):
        """Return the content as the papers show it: nothing but the content counts.

        :param dict content: canonical content of an acceptance
        """
        items = content.get("items", [])
        families = {}
        for item in items:
            families.setdefault(item["family"], []).append(self._prepare_item(item))
        issues = content.get("issues", [])
        open_codes = ("open", "fixed")
        return {
            "content": content,
            "day": lambda value: format_date(self.env, value) if value else "",
            "families": families,
            "summary": content.get("families", []),
            "waived": [item for item in items if item.get("waived")],
            "open_issues": [i for i in issues if i["status"]["code"] in open_codes],
            "closed_issues": [i for i in issues if i["status"]["code"] not in open_codes],
            "facts": self._prepare_facts(content),
            "team": content.get("team", []),
        }

    @api.model
    def _prepare_facts(self, content):
        """Return [(label, text)] of who accepts what, where and when."""
        project = content.get("project", {})
        day = [format_date(self.env, content[key]) for key in ("from", "to") if content.get(key)]
        rows = [
            (self.env._("Project"), project.get("name")),
            (self.env._("Contract No."), project.get("contract")),
            (self.env._("Customer's Project No."), project.get("customer_no")),
            (self.env._("Customer"), content.get("customer")),
            (self.env._("Supplier"), content.get("supplier")),
            (self.env._("Kind of acceptance"), content.get("kind")),
            (self.env._("Milestone"), content.get("milestone")),
            (self.env._("Place"), content.get("place")),
            (self.env._("Date"), " – ".join(dict.fromkeys(day))),
        ]
        return [(label, text) for label, text in rows if text]

    @api.model
    def _prepare_item(self, item):
        def told(side):
            answer = item.get(side)
            if not answer:
                return {"sign": "", "text": "", "by": "", "note": ""}
            code = answer["verdict"]["code"]
            words = (answer["verdict"]["label"], answer.get("value"))
            when = format_datetime(self.env, answer["on"].replace("T", " ").rstrip("Z"))
            return {
                "sign": SIGNS[code],
                "code": code,
                "text": " ".join(word for word in words if word),
                "by": " · ".join(part for part in (answer.get("by"), when) if part),
                "way": (answer.get("way") or {}).get("label", ""),
                "recorded_by": answer.get("recorded_by", ""),
                "note": answer.get("note", ""),
            }

        return {**item, "check": told("check"), "customer": told("customer")}
