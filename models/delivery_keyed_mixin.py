from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.exceptions import ConcurrencyError, UserError

from ..core.grant import Granted


class DeliveryKeyedMixin(models.AbstractModel):
    """What a phone or a form sends is filed once, however often it comes.

    The models that inherit it store ``client_key``, made by the sender, and hold it unique.
    """

    _name = "delivery.keyed.mixin"
    _description = "Filed Once Under the Sender's Key"

    @api.model
    def _check_client_key(self, client_key):
        """Refuse a key that nobody's page has made."""
        if not isinstance(client_key, str) or not 16 <= len(client_key) <= 64:
            raise UserError(
                self.env._("The entry has no valid key. Reload the page and try again.")
            )

    @api.model
    def _find_by_client_key(self, client_key):
        """Return what this user has sent under the key, if anything.

        :raises UserError: the key is none, or that of another person
        """
        self._check_client_key(client_key)
        # rows that the user may not read are not told apart from none
        found_sudo = self.sudo().search([("client_key", "=", client_key)], limit=1)
        if found_sudo and found_sudo.create_uid != self.env.user:
            raise UserError(self.env._("Another person has used this key. Reload the page."))
        return found_sudo.with_env(self.env)

    @api.model
    def _file_once(self, vals, client_key, **control):
        """Create one record with control values that a named method has checked.

        :param dict vals: values of the sender
        :raises ConcurrencyError: the same came at this moment; tried again, the first is found
        """
        try:
            return self.create([Granted(vals, client_key=client_key, **control)])
        except UniqueViolation as error:
            raise ConcurrencyError(str(error)) from error
