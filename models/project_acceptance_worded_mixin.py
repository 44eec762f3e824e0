from odoo import api, models
from odoo.exceptions import UserError


class ProjectAcceptanceWordedMixin(models.AbstractModel):
    """A document with actions that need words: the dialog asks for them."""

    _name = "project.acceptance.worded.mixin"
    _description = "Document With Actions That Need Words"

    @api.model
    def _get_worded_actions(self):
        """Return {method: (title, question, name of its argument)} of the actions offered."""
        return {}

    def action_ask_words(self):
        """Open the dialog for the action that the pressed button names; works on many."""
        method = self.env.context.get("words_for")
        if method not in self._get_worded_actions():
            raise UserError(self.env._("This is not possible here."))
        return self.env["project.acceptance.words"]._open(self, method)
