from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import date_utils

TROUBLED = ("off_track", "at_risk")
# what is shown in amber when there is any
ALARMS = ("troubled", "late", "issues")


class DeliveryBoard(models.Model):
    """The tiles above the board: what needs attention today, each opening what it counts."""

    _inherit = "delivery.board"

    @api.model
    @api.readonly
    def get_tiles(self):
        """Return the tiles above the board, for the projects that the user may see.

        :return: list of dictionaries with ``key``, ``label``, ``value``, ``note`` and ``alarm``
        """
        tiles = []
        for key, label, model, domain in self._get_tile_definitions():
            records = self.env[model]
            if records.has_access("read"):
                value, note = self._get_tile_value(key, records, domain)
                tiles.append(
                    {
                        "key": key,
                        "label": label,
                        "value": value,
                        "note": note,
                        "alarm": bool(value) and key in ALARMS,
                    }
                )
        return tiles

    @api.model
    def _get_tile_value(self, key, records, domain):
        """Return (figure, what is said beside it) of a tile."""
        if key == "free":
            ((days,),) = records._read_group(domain, [], ["free_days:sum"])
            return f"{days or 0:g}", ""
        count = records.search_count(domain)
        if key == "signing" and count:
            paid = records.search_count(domain & Domain("payment_name", "!=", False))
            return count, self.env._("%s with a payment", paid) if paid else ""
        return count, ""

    @api.model
    def action_open_tile(self, key):
        """Open the list that a tile counts.

        :param str key: key of a tile as given by :meth:`get_tiles`
        """
        for tile_key, label, model, domain in self._get_tile_definitions():
            if tile_key == key:
                return self._get_list_action(label, model, domain)
        raise UserError(self.env._("This tile does not exist any more. Reload the page."))

    @api.model
    def _get_tile_definitions(self):
        """Return (key, label, model, domain) of each tile; extend it to add tiles."""
        late_milestones = (
            Domain("is_reached", "=", False)
            & Domain("deadline", "<", "today")
            & Domain("project_id.delivery_mode_id", "!=", False)
            & Domain("project_id.is_template", "=", False)
        )
        unclassified = Domain("priority_id", "=", False) & Domain(
            "stage_id.kind", "!=", "cancelled"
        )
        return [
            (
                "troubled",
                self.env._("Projects at risk or late"),
                "delivery.board",
                Domain("status", "in", TROUBLED),
            ),
            ("late", self.env._("Milestones late"), "project.milestone", late_milestones),
            (
                "ahead",
                self.env._("Working ahead of signature"),
                "delivery.board",
                Domain("ahead_days", ">", 0),
            ),
            (
                "unclassified",
                self.env._("Wishes to classify"),
                "project.requirement",
                unclassified,
            ),
            (
                "customer",
                self.env._("Requirements with the customer"),
                "project.requirement",
                Domain("stage_id.kind", "=", "customer"),
            ),
            (
                "changes",
                self.env._("Changes waiting for us"),
                "project.change",
                self.env["project.change"]._get_open_domain()
                & Domain("signoff_state", "!=", "running"),
            ),
            (
                "changes_sent",
                self.env._("Changes waiting for decisions"),
                "project.change",
                Domain("signoff_state", "=", "running"),
            ),
            (
                "free",
                self.env._("Days given free this quarter"),
                "project.change",
                Domain("free_days", ">", 0) & Domain("date_decided", ">=", self._get_quarter()),
            ),
            (
                "signing",
                self.env._("Acceptances waiting for signature"),
                "project.acceptance",
                Domain("state", "=", "concluded"),
            ),
            (
                "issues",
                self.env._("Remaining issues overdue"),
                "project.acceptance.issue",
                Domain("is_overdue", "=", True),
            ),
            (
                "mine",
                self.env._("Waiting for my decision"),
                "signoff.slot",
                Domain("user_id", "=", self.env.uid) & Domain("state", "=", "pending"),
            ),
        ]

    @api.model
    def _get_quarter(self):
        """Return the first day of the quarter, where the user is."""
        return date_utils.start_of(fields.Date.context_today(self), "quarter")

    @api.model
    def _get_list_action(self, label, model, domain):
        actions = {
            "delivery.board": "customer_delivery.delivery_board_action",
            "project.acceptance": "customer_delivery.project_acceptance_action",
            "project.acceptance.issue": "customer_delivery.project_acceptance_issue_action",
            "project.change": "customer_delivery.project_change_action",
            "project.requirement": "customer_delivery.project_requirement_action",
            "signoff.slot": "customer_delivery.signoff_slot_action",
        }
        base = {
            "type": "ir.actions.act_window",
            "res_model": model,
            "views": [(False, "list"), (False, "form")],
            "target": "current",
        }
        if model in actions:
            base = self.env["ir.actions.actions"]._for_xml_id(actions[model])
            base.pop("path", None)
        return {
            **base,
            "name": label,
            "display_name": label,
            "domain": list(domain),
            "context": {"create": False} if model == "project.milestone" else {},
        }
