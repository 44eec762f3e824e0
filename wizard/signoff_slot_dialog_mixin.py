from odoo import api, fields, models


class SignoffSlotDialogMixin(models.AbstractModel):
    """A dialog about one request: only for those who may read the request.

    What dialogs show of it is read past the rights of the user, so they are asked here, whoever
    makes the dialog and however its request is set.
    """

    _name = "signoff.slot.dialog.mixin"
    _description = "Dialog About a Request"

    slot_id = fields.Many2one("signoff.slot", required=True, ondelete="cascade")

    @api.constrains("slot_id")
    def _check_slot_readable(self):
        # constraints run as superuser: the user counts
        self.slot_id.sudo(False).check_access("read")
