from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..core.grant import Granted


class SignoffVoid(models.Model):
    """Why a piece of evidence does not count any more (作废); the piece stays readable."""

    _name = "signoff.void"
    _description = "Voiding"
    _inherit = ["signoff.coded.mixin"]
    _order = "id desc"

    res_model = fields.Char(string="Document Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Document", model_field="res_model", required=True, readonly=True
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True, ondelete="restrict")
    document_name = fields.Char(required=True, readonly=True)
    reason = fields.Text(required=True, readonly=True)
    author_id = fields.Many2one(
        "res.users", string="Recorded By", readonly=True, ondelete="restrict"
    )
    author_name = fields.Char(readonly=True)
    recorded_at = fields.Datetime(required=True, readonly=True)

    _document_uniq = models.UniqueIndex("(res_model, res_id)", "This has been voided already.")

    @api.depends("document_name")
    def _compute_display_name(self):
        for void in self:
            void.display_name = self.env._("Void: %s", void.document_name)

    def _is_practice(self):
        return all(
            self.env[model].browse(voids.mapped("res_id")).exists()._is_practice()
            for model, voids in self.grouped("res_model").items()
        )

    @api.model
    def _get_reasons(self, documents):
        """Return {id: reason} of those of ``documents`` that are void."""
        # whoever reads a document reads why it is void
        voids_sudo = self.sudo().search(
            [("res_model", "=", documents._name), ("res_id", "in", documents.ids)]
        )
        return {void_sudo.res_id: void_sudo.reason for void_sudo in voids_sudo}

    @api.model
    def _check_may_void(self):
        if not (self.env.su or self.env.user.has_group("customer_delivery.group_delivery_manager")):
            raise AccessError(self.env._("Only a delivery manager may void."))

    @api.model
    def _void(self, documents, reason):
        """Void evidence; only a delivery manager may, and only with a reason.

        :return: the new rows (superuser), in the order of ``documents``
        """
        self._check_may_void()
        if not isinstance(reason, str) or not reason.strip():
            raise UserError(self.env._("Please say why it is void."))
        documents.check_access("read")
        now = fields.Datetime.now()
        # evidence has no ACL for anybody: this method is its only door
        return self.sudo().create(
            [
                Granted(
                    res_model=documents._name,
                    res_id=document.id,
                    company_id=document.company_id.id,
                    document_name=document.display_name,
                    reason=reason.strip(),
                    author_id=self.env.uid,
                    author_name=self.env.user.name,
                    recorded_at=now,
                )
                for document in documents
            ]
        )
