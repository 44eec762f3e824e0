from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..core import verdict as judge
from ..core.canonical import digest, loads
from ..core.grant import Granted

KEY_LENGTH = 40


class ProjectAcceptance(models.Model):
    """The checklist made of what was promised.

    Criteria and indicators come from the versions that the customer's last baseline keeps, word
    for word as they stood there; without a baseline from the requirements as they stand.
    An item is known by what it says, so that generating again adds what is missing only.
    """

    _inherit = "project.acceptance"

    def action_generate(self):
        """Make the checklist, or add what is missing; works on one acceptance.

        :return: dictionary with ``added`` and ``outdated`` (items whose criterion has changed)
        """
        acceptance = self._entry()
        acceptance.ensure_one()
        acceptance.check_access("write")
        acceptance._check_open()
        return acceptance._generate()

    def action_generate_and_tell(self):
        """Make the checklist and tell what was added; works on one acceptance."""
        outcome = self.action_generate()
        parts = [self.env._("%s items added.", outcome["added"])]
        if outcome["outdated"]:
            parts.append(
                self.env._("%s items check something that was changed since.", outcome["outdated"])
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if outcome["added"] else "info",
                "message": " ".join(parts),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _generate(self):
        self.ensure_one()
        lang = self._get_document_lang()
        acceptance = self.with_context(lang=lang)
        wanted = [
            *acceptance._get_requirement_items(),
            *acceptance._get_deliverable_items(),
            *acceptance._get_template_items(),
        ]
        if not wanted and not self.item_ids:
            raise UserError(self._get_nothing_to_check())
        items = self.env["project.acceptance.item"]
        known = {
            item.source_key: item
            for item in items.search_fetch(
                [("acceptance_id", "=", self.id), ("source_key", "!=", False)],
                ["source_key", "outdated", "source", "superseded"],
            )
        }
        fresh = [vals for vals in wanted if vals["source_key"] not in known]
        fresh = self._in_order(fresh)
        evidence = self.project_id.sudo().delivery_mode_id.acceptance_evidence
        start = max(self.item_ids.mapped("sequence"), default=0)
        items.create(
            [
                Granted(
                    vals,
                    acceptance_id=self.id,
                    sequence=start + place,
                    evidence_required=vals.get("evidence_required") or evidence,
                )
                for place, vals in enumerate(fresh, 1)
            ]
        )
        outdated = self._flag_outdated(known, {vals["source_key"] for vals in wanted})
        return {"added": len(fresh), "outdated": outdated}

    def _in_order(self, vals_list):
        """Return new items family by family, each family in the order of its source."""
        families = self.env["project.acceptance.family"].with_context(active_test=False).search([])
        place = {family.id: index for index, family in enumerate(families)}
        unique = {}
        for vals in vals_list:
            unique.setdefault(vals["source_key"], vals)
        return sorted(unique.values(), key=lambda vals: place.get(vals["family_id"], len(place)))

    def _flag_outdated(self, known, wanted):
        """Mark items whose criterion is no longer what was promised; return their number."""
        items = self.env["project.acceptance.item"]
        promised = [item for item in known.values() if item.source in ("criterion", "indicator")]
        stale = items.browse(
            [i.id for i in promised if i.source_key not in wanted and not i.superseded]
        )
        current = items.browse([i.id for i in promised if i.source_key in wanted])
        changed = stale.filtered(lambda item: not item.outdated)
        if changed:
            changed.write(Granted(outdated=True))
        again = current.filtered("outdated")
        if again:
            again.write(Granted(outdated=False))
        return len(stale)

    def _get_nothing_to_check(self):
        return self.env._(
            "There is nothing to check yet: no confirmed requirement in scope, no deliverable "
            "listed, and %(kind)s has no template.",
            kind=self.kind_id.name,
        )

    # === REQUIREMENTS === #

    def _get_requirement_items(self):
        """Return the values of the items that the promised requirements give."""
        self.ensure_one()
        if not self.kind_id.uses_requirements or self.scope == "deliverables":
            return []
        baseline_sudo = self._get_baseline()
        if baseline_sudo:
            sources = self._read_baseline(baseline_sudo)
        else:
            sources = self._read_requirements()
        families = self.env["project.acceptance.family"]._get_by_criterion_kind()
        if not any(families.values()):
            raise UserError(self.env._("There is no checklist family. Ask your administrator."))
        criteria = self._get_criteria([requirement_id for requirement_id, *_rest in sources])
        found = []
        for requirement_id, version_id, number, content in sources:
            base = {
                "requirement_id": requirement_id,
                "version_id": version_id,
                "requirement_version": number,
            }
            lines = [
                *(
                    {
                        **self._prepare_criterion_vals(line, families),
                        "criterion_id": criteria.get((requirement_id, line["text"]), False),
                    }
                    for line in content.get("criteria", [])
                ),
                *(
                    self._prepare_indicator_vals(line, families)
                    for line in content.get("indicators", [])
                ),
            ]
            if not lines and self.kind_id.uses_titles:
                lines = [
                    {
                        "name": content["title"],
                        "family_id": families["function"].id,
                        "source": "requirement",
                    }
                ]
            for vals in lines:
                vals["source_key"] = self._get_source_key(
                    vals["source"], requirement_id, vals["name"], vals.get("target_key", "")
                )
                vals.pop("target_key", None)
                found.append({**base, **vals})
        return found

    def _get_requirement_scope(self):
        """Return the domain of the requirements that this acceptance is about."""
        self.ensure_one()
        domain = Domain("project_id", "=", self.project_id.id) & Domain(
            "stage_id.kind", "!=", "cancelled"
        )
        if self.scope == "milestone":
            links = Domain("milestone_id", "=", self.milestone_id.id) | Domain(
                "task_id.milestone_id", "=", self.milestone_id.id
            )
            domain &= Domain("link_ids", "any", links)
        return domain

    def _read_baseline(self, baseline_sudo):
        """Return [(requirement id, version id, number, content)] of what the customer confirmed.

        That is the baseline, and over it what he has confirmed since: a change in effect, or what
        a change has added.
        """
        # what was promised is what the acceptance is about, seen by its makers or not
        requirements_sudo = self.env["project.requirement"].sudo()
        living = requirements_sudo.search(self._get_requirement_scope(), order="outline_key, id")
        versions = {line.requirement_id: line.version_id for line in baseline_sudo.line_ids}
        for requirement in living:
            confirmed = requirement.confirmed_version_id
            known = versions.get(requirement)
            if confirmed and (not known or confirmed.number > known.number):
                versions[requirement] = confirmed
        alive, left_out = set(living.ids), self._get_left_out_classes()
        found = []
        for requirement, version in versions.items():
            content = loads(version.snapshot_id.canonical)
            if requirement.id in alive and (content.get("class") or {}).get("ref") not in left_out:
                found.append((requirement.id, version.id, version.number, content))
        return found

    def _read_requirements(self):
        """Return [(requirement id, version id, number, content)] of requirements as they stand."""
        # the whole project, whoever prepares the acceptance
        requirements_sudo = self.env["project.requirement"].sudo()
        found = requirements_sudo.search(self._get_requirement_scope(), order="outline_key, id")
        left_out = self._get_left_out_classes()
        return [
            (
                requirement.id,
                False,
                requirement.version_number,
                {
                    "title": requirement.name,
                    "criteria": [line._get_payload() for line in requirement.criterion_ids],
                    "indicators": [line._get_payload() for line in requirement.indicator_ids],
                },
            )
            for requirement in found
            if requirement.priority_id.id not in left_out
        ]

    def _get_left_out_classes(self):
        """Return the ids of the classes that are no part of the delivery (later, won't)."""
        priorities = self.env["project.requirement.priority"].with_context(active_test=False)
        return set(priorities.search([("in_scope", "=", False)]).ids)

    def _get_criteria(self, requirement_ids):
        """Return {(requirement id, text): criterion id} of the criteria as they stand."""
        criteria_sudo = self.env["project.requirement.criterion"].sudo()
        return {
            (criterion.requirement_id.id, criterion.name): criterion.id
            for criterion in criteria_sudo.search_fetch(
                [("requirement_id", "in", requirement_ids)], ["requirement_id", "name"]
            )
        }

    def _prepare_criterion_vals(self, line, families):
        kind = (line.get("kind") or {}).get("code") or "function"
        vals = {
            "name": line["text"],
            "family_id": families[kind].id,
            "method": (line.get("verification") or {}).get("code") or False,
            "source": "criterion",
            "target_key": line.get("target") or "",
        }
        target = judge.read_target(line.get("target"))
        if target:
            return {
                **vals,
                "kind": "measure",
                "operator": target.operator,
                "target": target.target,
                "target_max": target.target_max,
                "unit": target.unit or False,
            }
        if line.get("target"):
            vals["condition"] = line["target"]
        return vals

    def _prepare_indicator_vals(self, line, families):
        return {
            "name": line["metric"],
            "family_id": families["performance"].id,
            "source": "indicator",
            "kind": "measure",
            "operator": line["operator"],
            "target": float(line["target"]),
            "target_max": float(line.get("target_max") or 0),
            "unit": line.get("unit") or False,
            "condition": line.get("condition") or False,
            "target_key": f"{line['operator']}{line['target']}{line.get('target_max') or ''}",
        }

    # === DELIVERABLES AND TEMPLATES === #

    def _get_deliverable_items(self):
        self.ensure_one()
        family = self.env["project.acceptance.family"]._get_by_criterion_kind()["documents"]
        return [
            {
                "name": self.env._("Handed over and complete: %s", deliverable.display_name),
                "family_id": family.id,
                "deliverable_id": deliverable.id,
                "source": "deliverable",
                "source_key": self._get_source_key(
                    "deliverable", deliverable.id, deliverable.version or ""
                ),
            }
            for deliverable in self.deliverable_ids
            if deliverable.state != "waived"
        ]

    def _get_template_items(self):
        self.ensure_one()
        templates = self.kind_id.template_ids.filtered("active")
        items = templates.with_context(lang=self.env.lang).item_ids
        return [
            {
                **item._prepare_item_vals(),
                # by its record: a corrected word in a template makes no second item
                "source_key": self._get_source_key("template", item.id),
            }
            for item in items
        ]

    def _get_source_key(self, *parts):
        """Return the key by which an item is known when the checklist is made again."""
        return digest("\n".join(str(part).strip() for part in parts))[:KEY_LENGTH]
