from odoo import api, models
from odoo.exceptions import UserError

from ..core.grant import Granted

CRITERION_FIELDS = ("name", "kind", "verification", "target", "sequence")


class ProjectRequirement(models.Model):
    """How decided content comes into requirements: the only way past the lock.

    Whoever calls these methods has checked that the decision exists. The number of queries does
    not depend on the number of requirements.
    """

    _inherit = "project.requirement"

    def _amend(self, contents, reason, note="", confirm=True, **pointers):
        """Put decided content into these requirements and cut a version of each.

        :param dict contents: {id: values}; ``criteria`` among the values is the whole new list
            of criteria, dictionaries of which those that are kept have their ``id``
        :param str reason: reason of the versions
        :param bool confirm: agreed requirements stay confirmed, at the new version; otherwise
            they show that they were changed after the confirmation
        :param pointers: further columns of the versions
        :return: those whose content really changed
        """
        if not self:
            return self
        names = sorted({name for values in contents.values() for name in values} - {"criteria"})
        self._lock_for_version()
        before = self._signoff_content_state(names)
        rewritten = self._amend_criteria(contents)
        for requirement in self:
            values = dict(contents[requirement.id])
            values.pop("criteria", None)
            if values:
                requirement._signoff_write_decided(values)
        changed = self.filtered(
            lambda requirement: (
                requirement in rewritten
                or requirement._signoff_differs(before[requirement.id], names)
            )
        )
        agreed = changed.filtered(lambda requirement: requirement.content_lock == "agreed")
        changed._signoff_count(agreed.browse() if confirm else agreed)
        self.env["project.requirement.link"]._flag_changed(changed)
        self.env["project.requirement.version"]._cut(changed, reason, note, **pointers)
        if confirm:
            agreed._confirm_as_it_stands()
        return changed

    def _amend_criteria(self, contents):
        """Make the criteria those that were decided; return requirements of which any changed."""
        lines = self.env["project.requirement.criterion"]
        touched, added, gone = set(), [], lines
        for requirement in self:
            if "criteria" not in contents[requirement.id]:
                continue
            kept = lines
            for values in contents[requirement.id]["criteria"]:
                line = requirement.criterion_ids & lines.browse(values.get("id") or 0)
                wanted = {name: values.get(name) or False for name in CRITERION_FIELDS}
                if not line:
                    added.append({**wanted, "requirement_id": requirement.id})
                    touched.add(requirement.id)
                elif {name: line[name] or False for name in CRITERION_FIELDS} != wanted:
                    line._signoff_write_decided(wanted)
                    touched.add(requirement.id)
                kept |= line
            if requirement.criterion_ids - kept:
                gone |= requirement.criterion_ids - kept
                touched.add(requirement.id)
        if gone:
            gone._signoff_unlink_decided()
        if added:
            lines._signoff_create_decided(added)
        return self.browse(touched)

    def _confirm_as_it_stands(self):
        """Note that the last version of these agreed requirements is the one that counts."""
        self.write(Granted(changed_after_agreement=False))
        for requirement in self:
            requirement._set_confirmed_version(requirement.current_version_id)

    @api.model
    def _add_decided(self, vals_list, reason, note="", confirm=True, **pointers):
        """Create requirements that a decision has added, with their first version.

        :param bool confirm: the customer has decided, so they begin as confirmed
        """
        requirements = self.create(vals_list)
        self.env["project.requirement.version"]._cut(requirements, reason, note, **pointers)
        if confirm:
            for mode, documents in requirements.grouped("mode_id").items():
                documents._enter_decided(mode, "confirmed")
        return requirements

    def _remove_decided(self):
        """Cancel requirements that a decision has taken out; their links ask for a review."""
        if not self:
            return
        for mode, documents in self.grouped("mode_id").items():
            documents._enter_decided(mode, "cancelled")
        links_sudo = self.env["project.requirement.link"].sudo()
        links_sudo.search(
            [
                "|",
                ("requirement_id", "in", self.ids),
                ("target_requirement_id", "in", self.ids),
            ]
        ).write(Granted(changed_since=True))

    def _enter_decided(self, mode, kind):
        """Move these requirements to the mode's stage of this kind, whatever lies between."""
        stages = mode.requirement_stage_ids.filtered(lambda s: s.active and s.kind == kind)
        if not stages:
            raise UserError(
                self.env._(
                    "Delivery mode %(mode)s has no requirement stage of the kind %(kind)s.",
                    mode=mode.name,
                    kind=dict(stages._fields["kind"]._description_selection(self.env))[kind],
                )
            )
        self.write(Granted(stage_id=stages.sorted()[0].id))
