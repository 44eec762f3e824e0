from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    delivery_requirement_count = fields.Integer(
        string="Requirements", compute="_compute_delivery_requirement_count"
    )
    delivery_requirement_ids = fields.One2many(
        "project.requirement",
        "commercial_partner_ref_id",
        string="Delivery Requirements",
        groups="project.group_project_user,customer_delivery.group_delivery_auditor",
    )

    def _compute_delivery_requirement_count(self):
        requirements = self.env["project.requirement"]
        counts = {}
        if requirements.has_access("read"):
            counts = dict(
                requirements._read_group(
                    [("commercial_partner_ref_id", "in", self.commercial_partner_id.ids)],
                    ["commercial_partner_ref_id"],
                    ["__count"],
                )
            )
        for partner in self:
            partner.delivery_requirement_count = counts.get(partner.commercial_partner_id, 0)

    def action_view_delivery_requirements(self):
        """Open the requirements of this customer, whichever of its contacts asked."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_delivery.project_requirement_action"
        )
        company = self.commercial_partner_id
        return {
            **action,
            "domain": [("commercial_partner_ref_id", "=", company.id)],
            "context": {"default_partner_id": company.id},
        }
