from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

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
    _inherit = ["delivery.kept.mixin"]

    _control_fields = ()

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not is_granted(vals):
                self._refuse_control_fields(vals)
        # A caller may set ``default_<field>`` for anything left out: fill control columns here.
        stored = [name for name in self._control_fields if self._fields[name].store]
        defaults = {name: self._control_default(name) for name in stored}
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

    def _adopt_attachments(self, name):
        """Tie files just uploaded into the field ``name`` to the documents they are shown on.

        The web client uploads them before it saves: without a document only their author could
        open them.
        """
        for document in self:
            fresh_sudo = document.sudo()[name].filtered(
                lambda file: (
                    file.res_model == self._name
                    and not file.res_id
                    and file.create_uid == self.env.user
                )
            )
            fresh_sudo.write({"res_id": document.id})

    @api.model
    def _entry_id(self, value):
        """Return an id that came from outside, or False; anything but a whole number is refused."""
        if not value:
            return False
        if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**31:
            raise UserError(self.env._("This is not the number of a record."))
        return value

    @api.model
    def _entry_text(self, value):
        """Return a text that came from outside, stripped; anything but text is refused."""
        # the database keeps no zero character
        if value and (not isinstance(value, str) or "\0" in value):
            raise UserError(self.env._("Please send plain text."))
        return (value or "").strip()

    @api.model
    def _entry_date(self, value):
        """Return a date that came from outside, or False; anything but a date is refused."""
        try:
            return fields.Date.to_date(value) if value else False
        except (TypeError, ValueError):
            raise UserError(self.env._("This is not a date: %s", value)) from None

    @api.model
    def _entry_choice(self, name, value):
        """Return a key of the selection field ``name``, or False; anything else is refused."""
        if not value:
            return False
        if value not in self._fields[name].get_values(self.env):
            raise UserError(
                self.env._(
                    "%(value)s is not possible for %(field)s.",
                    value=value,
                    field=self._fields[name]._description_string(self.env),
                )
            )
        return value

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
