from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# items that count: the last round of each, of an acceptance that was not revoked
COUNTING = Domain("superseded", "=", False) & Domain("acceptance_id.state", "!=", "revoked")
RESULTS = [
    ("none", "Not checked"),
    ("open", "Being checked"),
    ("failed", "Failed"),
    ("passed", "Passed"),
]


class ProjectRequirement(models.Model):
    """What acceptance says of a requirement."""

    _inherit = "project.requirement"

    acceptance_item_ids = fields.One2many(
        "project.acceptance.item",
        "requirement_id",
        string="Checklist Items",
        groups="project.group_project_user,customer_delivery.group_delivery_auditor",
    )
    acceptance_result = fields.Selection(
        RESULTS,
        string="Acceptance Result",
        compute="_compute_acceptance_result",
        search="_search_acceptance_result",
    )

    def _compute_acceptance_result(self):
        results = self._get_acceptance_results(self.ids)
        for requirement in self:
            requirement.acceptance_result = results.get(requirement.id, "none")

    @api.model
    def _get_acceptance_results(self, ids):
        """Return {requirement id: result} of those that a checklist item checks."""
        # a figure of the requirement, whoever may read it
        items_sudo = self.env["project.acceptance.item"].sudo()
        items_sudo.flush_model(["requirement_id", "customer_verdict"])
        query = items_sudo._search(COUNTING & Domain("requirement_id", "in", list(ids)))
        columns = (
            SQL.identifier(query.table, name) for name in ("requirement_id", "customer_verdict")
        )
        verdicts = {}
        for requirement_id, verdict in self.env.execute_query(query.select(*columns)):
            verdicts.setdefault(requirement_id, set()).add(verdict or False)
        return {
            requirement_id: self._get_acceptance_result(found)
            for requirement_id, found in verdicts.items()
        }

    @api.model
    def _get_acceptance_result(self, verdicts):
        """Return the result of a requirement with items of these verdicts."""
        if not verdicts:
            return "none"
        if "fail" in verdicts:
            return "failed"
        if False in verdicts:
            return "open"
        return "passed" if "pass" in verdicts else "none"

    def _search_acceptance_result(self, operator, value):
        if operator != "in":
            return NotImplemented

        domains = {name: self._get_result_domain(name) for name in ("failed", "open", "passed")}
        domains["none"] = ~self._get_result_domain("checked")
        return Domain.OR([domains[result] for result in value if result in domains])

    @api.model
    def _get_result_domain(self, name):
        """Return the domain of the requirements whose items say ``name`` together.

        The items of each requirement that is looked at are read by their index, once: what it
        costs grows with the project, not with all that was ever checked.

        :param str name: failed, open, passed, or ``checked``: any of these
        """

        def to_sql(_model, alias, _query):
            # a figure of the requirement, whoever may read it
            items_sudo = self.env["project.acceptance.item"].sudo()
            items_sudo.flush_model(["requirement_id", "customer_verdict"])
            query = items_sudo._search(COUNTING)
            query.add_where(
                SQL(
                    "%s = %s",
                    SQL.identifier(query.table, "requirement_id"),
                    SQL.identifier(alias, "id"),
                )
            )
            verdict = SQL.identifier(query.table, "customer_verdict")
            condition = self._get_result_conditions(verdict)[name]
            return SQL("COALESCE((%s), FALSE)", query.select(condition))

        return Domain.custom(to_sql=to_sql)

    @api.model
    def _get_result_conditions(self, verdict):
        """Return what verdicts say together, as ``_get_acceptance_result`` says it, in SQL."""
        failed = SQL("COALESCE(bool_or(%s = 'fail'), FALSE)", verdict)
        unanswered = SQL("bool_or(%s IS NULL)", verdict)
        passed = SQL("COALESCE(bool_or(%s = 'pass'), FALSE)", verdict)
        return {
            "failed": failed,
            "open": SQL("NOT %s AND %s", failed, unanswered),
            "passed": SQL("NOT %s AND NOT %s AND %s", failed, unanswered, passed),
            "checked": SQL("%s OR %s OR %s", failed, unanswered, passed),
        }

    @api.model
    def _get_must_domain(self):
        """Return the domain of what must be delivered."""
        return Domain("priority_id.is_mandatory", "=", True) & Domain(
            "stage_id.kind", "!=", "cancelled"
        )

    def action_view_acceptance_items(self):
        """Open the checklist items that check these requirements."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_delivery.project_acceptance_item_action"
        )
        return {
            **action,
            "domain": [("requirement_id", "in", self.ids)],
            "context": {"search_default_current": 1, "create": False},
        }
