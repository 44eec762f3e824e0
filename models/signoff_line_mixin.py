from odoo import api, models


class SignoffLineMixin(models.AbstractModel):
    """A line that is part of its document's content, under the document's lock.

    The model names its document in ``_signoff_parent`` and the fields that count in
    ``_signoff_content_fields``. A line that moves touches its old and its new document.

    A change that the lock forbids is refused before it is made, so that nothing of it stays
    when the caller catches the error; only a write that may turn out to change nothing is made
    first, inside a savepoint.
    """

    _name = "signoff.line.mixin"
    _description = "Line of a Document Whose Content Can Be Agreed"

    _signoff_parent = None
    _signoff_content_fields = ()

    @api.model_create_multi
    def create(self, vals_list):
        names = self._signoff_label()
        default = self.default_get([self._signoff_parent])
        parents = [{**default, **vals}.get(self._signoff_parent) for vals in vals_list]
        self._signoff_browse(parents)._signoff_check_open(names)
        lines = super().create(vals_list)
        lines._get_signoff_documents()._signoff_touch(names)
        return lines

    def write(self, vals):
        fields_written = [name for name in self._signoff_content_fields if name in vals]
        if not fields_written and self._signoff_parent not in vals:
            return super().write(vals)
        documents = self._get_signoff_documents()
        if self._signoff_parent in vals and documents.ids != [vals[self._signoff_parent]]:
            return self._signoff_move(documents, vals)
        if any(documents.mapped("content_locked")):
            with self.env.cr.savepoint():
                return self._signoff_write(fields_written, vals)
        return self._signoff_write(fields_written, vals)

    def _signoff_write(self, names, vals):
        before = {line.id: line._signoff_values(names) for line in self}
        super().write(vals)
        changed = self.filtered(lambda line: line._signoff_values(names) != before[line.id])
        changed._get_signoff_documents()._signoff_touch(self._signoff_label())
        return True

    def _signoff_move(self, documents, vals):
        documents |= self._signoff_browse([vals[self._signoff_parent]])
        documents._signoff_check_open(self._signoff_label())
        super().write(vals)
        documents._signoff_touch(self._signoff_label())
        return True

    def unlink(self):
        documents = self._get_signoff_documents()
        documents._signoff_check_open(self._signoff_label())
        result = super().unlink()
        documents._signoff_touch(self._signoff_label())
        return result

    # what a decision has changed, past the lock of the document; the caller counts it

    @api.model
    def _signoff_create_decided(self, vals_list):
        return super().create(vals_list)

    def _signoff_write_decided(self, vals):
        return super().write(vals)

    def _signoff_unlink_decided(self):
        return super().unlink()

    def _signoff_values(self, names):
        return [self[name].ids if self._fields[name].relational else self[name] for name in names]

    def _get_signoff_documents(self):
        return self[self._signoff_parent]

    @api.model
    def _signoff_browse(self, ids):
        """Return the documents of these ids; what is no id is left to the ORM to refuse."""
        documents = self.env[self._fields[self._signoff_parent].comodel_name]
        return documents.browse(
            dict.fromkeys(res_id for res_id in ids if res_id and isinstance(res_id, int))
        )

    @api.model
    def _signoff_label(self):
        """Return the document's field that holds these lines, for the refusal message."""
        parent = self.env[self._fields[self._signoff_parent].comodel_name]
        return [
            name
            for name, field in parent._fields.items()
            if field.type == "one2many" and field.comodel_name == self._name
        ][:1]
