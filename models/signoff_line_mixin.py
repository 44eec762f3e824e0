from odoo import api, models


class SignoffLineMixin(models.AbstractModel):
    """A line that is part of its document's content, under the document's lock.

    The model names its document in ``_signoff_parent`` and the fields that count in
    ``_signoff_content_fields``. A line that moves touches its old and its new document.
    """

    _name = "signoff.line.mixin"
    _description = "Line of a Document Whose Content Can Be Agreed"

    _signoff_parent = None
    _signoff_content_fields = ()

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._get_signoff_documents()._signoff_touch(self._signoff_label())
        return lines

    def write(self, vals):
        names = [name for name in self._signoff_content_fields if name in vals]
        if not names and self._signoff_parent not in vals:
            return super().write(vals)
        documents = self._get_signoff_documents()
        with self.env.cr.savepoint(flush=any(documents.mapped("content_locked"))):
            before = {line.id: line._signoff_values(names) for line in self}
            result = super().write(vals)
            if self._signoff_parent in vals:
                documents |= self._get_signoff_documents()
                documents._signoff_touch(self._signoff_label())
            else:
                changed = self.filtered(lambda line: line._signoff_values(names) != before[line.id])
                changed._get_signoff_documents()._signoff_touch(self._signoff_label())
        return result

    def unlink(self):
        documents = self._get_signoff_documents()
        result = super().unlink()
        documents._signoff_touch(self._signoff_label())
        return result

    def _signoff_values(self, names):
        return [self[name].ids if self._fields[name].relational else self[name] for name in names]

    def _get_signoff_documents(self):
        return self[self._signoff_parent]

    @api.model
    def _signoff_label(self):
        """Return the document's field that holds these lines, for the refusal message."""
        parent = self.env[self._fields[self._signoff_parent].comodel_name]
        return [
            name
            for name, field in parent._fields.items()
            if field.type == "one2many" and field.comodel_name == self._name
        ][:1]
