from odoo import api, models
from odoo.exceptions import AccessError

from ..core.grant import is_granted

# What an entry point keeps of the caller's context: who reads, not how we behave.
ENTRY_CONTEXT = ("lang", "tz", "uid", "allowed_company_ids")


class DeliveryGuardedMixin(models.AbstractModel):
    """Columns that move only inside named methods.

    A model lists them in ``_control_fields``. ``create`` and ``write`` refuse them from
    everybody, superuser included, unless the values are :class:`Granted <..core.grant>`.
    """

    _name = "delivery.guarded.mixin"
    _description = "Columns That Only Named Methods Move"

    _control_fields = ()

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not is_granted(vals):
                self._refuse_control_fields(vals)
        # A caller may set ``default_<field>`` for anything left out: fill control columns here.
        defaults = {name: self._control_default(name) for name in self._control_fields}
        controls = self._get_control_values(vals_list)
        return super().create(
            [
                {**defaults, **control, **vals}
                for control, vals in zip(controls, vals_list, strict=True)
            ]
        )

    def write(self, vals):
        if not is_granted(vals):
            self._refuse_control_fields(vals)
        return super().write(dict(vals))

    def _entry(self):
        """Return these records with a context in which no key of the caller acts.

        Every public method that changes something starts with it.
        """
        context = self.env.context
        return self.with_context({key: context[key] for key in ENTRY_CONTEXT if key in context})

    @api.model
    def _get_control_values(self, vals_list):
        """Return the control values of new records, one dictionary for each of ``vals_list``."""
        return [{} for _vals in vals_list]

    @api.model
    def _control_default(self, name):
        default = self._fields[name].default
        return default(self) if callable(default) else False

    @api.model
    def _refuse_control_fields(self, vals):
        refused = [name for name in self._control_fields if name in vals]
        if refused:
            labels = ", ".join(self._fields[name]._description_string(self.env) for name in refused)
            raise AccessError(
                self.env._(
                    "%(fields)s cannot be set directly. Use the buttons on the document.",
                    fields=labels,
                )
            )
