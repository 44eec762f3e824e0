"""Changes for the tests: made, submitted, assessed, approved."""

from datetime import timedelta

from odoo.fields import Command

from .common import DeliveryCase

COMPLETE = {
    "reason": "<p>The line runs two products.</p>",
    "content": "<p>Two labels instead of one.</p>",
    "contract_scope": "in",
}


class ChangeCase(DeliveryCase):
    """A project in standard mode, run by the delivery user, with a confirmed requirement."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls.project_standard
        cls.project.user_id = cls.delivery_user
        cls.confirmed = cls._create_agreed_requirement(
            project_id=cls.project.id, name="Print one label"
        )
        cls.changes = cls.env["project.change"].with_user(cls.delivery_user)

    @classmethod
    def _change_type(cls, code):
        return cls.env.ref(f"customer_delivery.project_change_type_{code}")

    @classmethod
    def _change_stage(cls, code):
        return cls.env.ref(f"customer_delivery.project_change_stage_{code}")

    @classmethod
    def _create_change(cls, *requirements, kind=None, **values):
        """Create a change as the delivery user, with a line for each of ``requirements``."""
        values.setdefault("project_id", cls.project.id)
        if kind:
            values["type_id"] = cls._change_type(kind).id
        if requirements:
            values["line_ids"] = [
                Command.create({"requirement_id": requirement.id}) for requirement in requirements
            ]
        changes = cls.env["project.change"].with_user(cls.delivery_user)
        return changes.create({"name": "Two labels", **COMPLETE, **values})

    @classmethod
    def _assess(cls, change):
        """Submit the change and fill its assessment as those who are asked."""
        change.action_submit()
        for row in change.impact_ids:
            row.with_user(row.assessor_id).rating = "low"
        return change

    @classmethod
    def _approve(cls, change, decision="approved"):
        """Decide on the change as a round would."""
        change.sudo()._decide(decision)
        return change

    @classmethod
    def _approve_earlier(cls, change):
        """Approve it a minute before what is approved next: here both may fall into one second."""
        cls._approve(change)
        change.flush_recordset()
        cls.env.cr.execute(
            "UPDATE project_change SET date_decided = %s WHERE id = %s",
            [change.date_decided - timedelta(minutes=1), change.id],
        )
        change.invalidate_recordset()
        return change

    @classmethod
    def _apply_earlier(cls, change):
        """Let a change have come into effect a minute ago."""
        change.flush_recordset()
        cls.env.cr.execute(
            "UPDATE project_change SET date_applied = %s WHERE id = %s",
            [change.date_applied - timedelta(minutes=1), change.id],
        )
        change.invalidate_recordset()

    @classmethod
    def _assess_later(cls, impact):
        """Let an assessment lie a minute after the round that it follows."""
        impact.flush_recordset()
        cls.env.cr.execute(
            "UPDATE project_change_impact SET assessed_at = %s WHERE id = %s",
            [impact.assessed_at + timedelta(minutes=1), impact.id],
        )
        impact.invalidate_recordset()

    def _assert_versions(self, requirement, *reasons):
        self.assertEqual(requirement.version_ids.sorted("number").mapped("reason"), list(reasons))
