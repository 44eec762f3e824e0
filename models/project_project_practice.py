from odoo import models


class ProjectProject(models.Model):
    """Practice projects go whole: with what was sent, decided and signed in them.

    Nothing of them is sealed, see ``signoff.seal``, so no chain misses it. A project becomes
    practice before its first document only, and evidence of others refuses every deletion.
    """

    _inherit = "project.project"

    def _get_projects_with_documents(self):
        # what was sent is evidence, whatever became of its document
        rounds_sudo = self.env["signoff.round"].sudo()
        groups = rounds_sudo._read_group([("project_id", "in", self.ids)], ["project_id"])
        projects = super()._get_projects_with_documents()
        for (project,) in groups:
            projects |= project.with_env(self.env)
        return projects

    def _delete_practice_documents(self):
        # who may delete the project may delete all of it; before the documents, for rounds hold
        # what they were about
        self.check_access("unlink")
        practice = self.filtered("delivery_practice")
        rounds_sudo = self.env["signoff.round"].sudo().search([("project_id", "in", practice.ids)])
        rounds_sudo._delete_practice()
        return super()._delete_practice_documents()


class SignoffRound(models.Model):
    """Rounds of practice projects are the only ones that may go."""

    _inherit = "signoff.round"

    def _delete_practice(self):
        """Delete rounds of practice projects with all that hangs on them."""
        practice = self.filtered(lambda row: row._is_practice())
        slots, decisions = practice.slot_ids, practice.decision_ids
        slots.activity_id.unlink()
        identities = decisions.identity_id
        for model, inside in (
            ("signoff.void", [("res_model", "=", "signoff.round"), ("res_id", "in", practice.ids)]),
            ("signoff.signature", [("decision_id", "in", decisions.ids)]),
            ("signoff.remark", [("round_id", "in", practice.ids)]),
            ("signoff.rendition", [("round_id", "in", practice.ids)]),
        ):
            self.env[model].search(inside)._delete_practice()
        # later ones name those that they replace
        decisions.sorted("id", reverse=True)._delete_practice()
        slots.sorted("id", reverse=True)._delete_practice()
        practice.step_ids._delete_practice()
        super(SignoffRound, practice)._delete_practice()
        identities._delete_practice()
