from odoo import api, fields, models

from ..core.canonical import digest, dumps

SCHEMA = "cd.row/1"


class SignoffCodedMixin(models.AbstractModel):
    """Evidence that proves itself row by row: each carries a check code of its own columns.

    Pointers are not covered, as a merge of contacts may move them; neither is what named methods
    move. An empty column adds nothing to the code, so that later columns break no earlier row.
    """

    _name = "signoff.coded.mixin"
    _description = "Evidence With a Check Code of Its Own"
    _inherit = ["signoff.evidence.mixin"]

    # covered already by a column that is
    _uncoded_fields = ()

    row_sha256 = fields.Char(
        string="Check Code of the Row", readonly=True, export_string_translation=False
    )

    @api.model
    def _complete(self, vals_list):
        names = self._get_coded_fields()
        return [
            {**vals, "row_sha256": self._get_row_code(names, self._as_read(names, vals))}
            for vals in super()._complete(vals_list)
        ]

    @api.model
    def _get_coded_fields(self):
        """Return the names of the columns that the check code of a row covers."""
        left_out = {"row_sha256", *self._uncoded_fields}
        return [
            name
            for name in self._get_frozen_columns()
            if name not in left_out and self._fields[name]._module == "customer_delivery"
        ]

    @api.model
    def _as_read(self, names, vals):
        """Return values of a new row as they will be read."""
        fields_by_name = {name: self._fields[name] for name in names}
        return {
            name: field.convert_to_record(field.convert_to_cache(vals.get(name), self), self)
            for name, field in fields_by_name.items()
        }

    @api.model
    def _get_row_code(self, names, row):
        content = {name: row[name] or None for name in names}
        return digest(dumps({"schema": SCHEMA, "model": self._name, **content}))

    def _find_row_problem(self):
        self.ensure_one()
        if self._get_row_code(self._get_coded_fields(), self) != self.row_sha256:
            return self.env._("The row was changed.")
        return super()._find_row_problem()
