from odoo import SUPERUSER_ID, models

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG


def is_uninstalling(env):
    """Tell whether an addon is being removed, which asks nothing before it deletes.

    Odoo says so by a key of the context, which any caller can send as well. Only the system
    itself removes addons; a user whose rights are raised is still that user.
    """
    return env.uid == SUPERUSER_ID and bool(env.context.get(MODULE_UNINSTALL_FLAG))


def ask_before_deleting(records):
    """Return ``records`` such that deleting them asks all that it should."""
    if is_uninstalling(records.env) or not records.env.context.get(MODULE_UNINSTALL_FLAG):
        return records
    return records.with_context(**{MODULE_UNINSTALL_FLAG: False})


class DeliveryKeptMixin(models.AbstractModel):
    """Records that are kept while they are needed, whatever context their deletion comes with.

    Every model that refuses deletions (``@api.ondelete``) inherits it.
    """

    _name = "delivery.kept.mixin"
    _description = "Kept While It Is Needed"

    def unlink(self):
        return super(DeliveryKeptMixin, ask_before_deleting(self)).unlink()
