from odoo import api, fields, models
from odoo.exceptions import UserError


class ProjectAcceptanceWords(models.TransientModel):
    """Ask for the words that an action needs: a reason, a name, what was done.

    A document offers the actions in ``_get_worded_actions``: ``{method: (title, question, name of
    the argument)}``. Nothing else can be called from here.
    """

    _name = "project.acceptance.words"
    _description = "Words for an Action"

    res_model = fields.Char(required=True)
    res_ids = fields.Char(required=True)
    method = fields.Char(required=True)
    question = fields.Char(compute="_compute_question")
    words = fields.Text(required=True)

    @api.depends("res_model", "method")
    @api.depends_context("lang")
    def _compute_question(self):
        for wizard in self:
            wizard.question = wizard._get_worded_action()[1]

    @api.model
    def _open(self, records, method):
        """Return the action that opens the dialog for ``method`` of ``records``."""
        title = records._get_worded_actions()[method][0]
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": self._name,
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_res_model": records._name,
                "default_res_ids": ",".join(map(str, records.ids)),
                "default_method": method,
                "dialog_size": "medium",
            },
        }

    def _get_worded_action(self):
        self.ensure_one()
        model = self.env.get(self.res_model)
        offered = getattr(model, "_get_worded_actions", dict)()
        if self.method not in offered:
            raise UserError(self.env._("This is not possible here."))
        return offered[self.method]

    def action_apply(self):
        """Carry out the action with the words given."""
        self.ensure_one()
        _title, _question, argument = self._get_worded_action()
        ids = [int(each) for each in (self.res_ids or "").split(",") if each.isdecimal()]
        records = self.env[self.res_model].browse(ids)
        getattr(records, self.method)(**{argument: self.words})
        return {"type": "ir.actions.act_window_close"}
