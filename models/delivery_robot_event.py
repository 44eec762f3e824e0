from odoo import api, fields, models


class DeliveryRobotEvent(models.Model):
    """An event of which a group robot tells."""

    _name = "delivery.robot.event"
    _description = "Event of a Group Robot"
    _order = "id"

    robot_id = fields.Many2one("delivery.robot", required=True, index=True, ondelete="cascade")
    name = fields.Selection("_select_name", string="Event", required=True, index=True)

    _once = models.Constraint("UNIQUE(robot_id, name)", "This event is in the list already.")

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    @api.model
    def _select_name(self):
        names = self.env["delivery.event"]._get_known_names()
        return sorted(names.items(), key=lambda item: item[1])
