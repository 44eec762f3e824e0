from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, split_every

from ..core.canonical import digest, dumps
from ..core.grant import is_granted
from .delivery_guarded_mixin import ENTRY_CONTEXT

# rows that one statement writes
BATCH = 1000
MAINTENANCE = "customer_delivery.maintenance"
FUNCTION = "customer_delivery_append_only"
# Columns that the ORM keeps for itself, or that merges and migrations may move.
UNFROZEN = {"id", "write_uid", "write_date", "create_uid", "create_date"}


class SignoffEvidenceMixin(models.AbstractModel):
    """Rows that are written once by a named method and refuse everything else.

    Layers, from the outside in: no ACL grants more than reading; ``create`` accepts only
    values that a named method made; ``write`` moves pointers alone; deletion is refused; and a
    trigger in the database says the same to plain SQL. Many2one columns are pointers: a merge
    of contacts may move them, so nothing that is proven hangs on them.
    """

    _name = "signoff.evidence.mixin"
    _description = "Evidence"
    _inherit = ["delivery.kept.mixin"]
    _allow_sudo_commands = False

    # columns that named methods may still move, besides many2one pointers
    _movable_fields = ()
    # the model has a method action_void(reason)
    _can_be_voided = False

    def init(self):
        super().init()
        if self._abstract or not self._auto:
            return
        self._install_append_only()

    @api.model_create_multi
    def create(self, vals_list):
        self._check_granted(vals_list)
        # neither ``default_`` keys of the caller nor defaults of users fill what was left open
        context = {
            key: value for key, value in self.env.context.items() if not key.startswith("default_")
        }
        empty = {name: False for name in self._fields if self._is_plain(name)}
        return super(SignoffEvidenceMixin, self.with_context(context)).create(
            self._complete([{**empty, **vals} for vals in vals_list])
        )

    @api.model
    def _complete(self, vals_list):
        """Return the values of new rows with what the model adds to them."""
        return vals_list

    @api.model
    def _check_granted(self, vals_list):
        if not all(is_granted(vals) for vals in vals_list):
            raise AccessError(
                self.env._("Evidence is written only by the step that it proves, never by hand.")
            )

    @api.model
    def _insert(self, vals_list):
        """Write rows as ``create`` does, in one statement for a thousand of them.

        :param vals_list: values of columns that a named method made, complete: no default counts
        """
        ids = []
        for rows in split_every(BATCH, vals_list):
            ids += [res_id for (res_id,) in self.env.execute_query(self._get_insert_sql(rows))]
        records = self.browse(ids)
        if records:
            records._after_insert(vals_list)
        return records

    @api.model
    def _get_insert_sql(self, vals_list):
        """Return the statement of :meth:`_insert`; values may be SQL themselves.

        Whoever executes it calls :meth:`_after_insert` on the new records.
        """
        self._check_granted(vals_list)
        vals_list = self._complete(vals_list)
        now, uid = self.env.cr.now(), self.env.uid
        log = {"create_uid": uid, "create_date": now, "write_uid": uid, "write_date": now}
        names = self._get_insert_names(vals_list)
        rows = [
            SQL(
                "(%s)",
                SQL(", ").join(
                    value
                    if isinstance(value := vals.get(name), SQL)
                    else self._fields[name].convert_to_column_insert(value, self, vals)
                    for name in names
                ),
            )
            for vals in ({**vals, **log} for vals in vals_list)
        ]
        return SQL(
            "INSERT INTO %s (%s) VALUES %s RETURNING id",
            SQL.identifier(self._table),
            SQL(", ").join(map(SQL.identifier, names)),
            SQL(", ").join(rows),
        )

    @api.model
    def _get_insert_names(self, vals_list):
        log = ("create_uid", "create_date", "write_uid", "write_date")
        return sorted({name for vals in vals_list for name in vals}.union(log))

    def _after_insert(self, vals_list):
        """Let the ORM know of these rows, which were just written."""
        names = self._get_insert_names(vals_list)
        written = {self._fields[name]: [vals.get(name) for vals in vals_list] for name in names}
        for field, values in written.items():
            self._keep_inserted(field, values)
        for field in self._fields.values():
            if field.type == "one2many" and not field.compute:
                field._insert_cache(self, [()] * len(self))
            elif field not in written and self._stays_empty(field):
                field._insert_cache(self, [None] * len(self))
        for field, values in written.items():
            if self.pool.field_inverses[field]:
                self._tell_inverses(field, values)
        self.modified(names, create=True)
        self._validate_fields(names)

    @api.model
    def _stays_empty(self, field):
        """Tell whether a column that no value was given for is empty in a new row.

        The model itself may have added to what never moves, see :meth:`_complete`.
        """
        is_movable = field.type == "many2one" or field.name in self._movable_fields
        return is_movable and self._is_plain(field.name)

    def _keep_inserted(self, field, values):
        """Put into the cache what was just written, as far as it is known."""
        if field.name not in UNFROZEN and not any(isinstance(value, SQL) for value in values):
            cached = [field.convert_to_cache(value, self) for value in values]
            field._insert_cache(self, cached)

    def _tell_inverses(self, field, values):
        """Add these rows to the lists of those that they point at."""
        by_value = {}
        for res_id, value in zip(self.ids, values, strict=True):
            if value and not isinstance(value, SQL):
                by_value.setdefault(value, []).append(res_id)
        for value, ids in by_value.items():
            field._update_inverses(self.browse(ids), value)

    def write(self, vals):
        frozen = vals.keys() - set(self._movable_fields)
        if frozen or not is_granted(vals):
            raise AccessError(
                self.env._(
                    "%(records)s is evidence and cannot be changed. "
                    "A wrong one is voided with a reason and stays readable.",
                    records=self[:1].display_name or self._description,
                )
            )
        return super().write(dict(vals))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_practice(self):
        if not self._is_practice():
            raise UserError(
                self.env._(
                    "%(records)s is evidence and cannot be deleted. "
                    "A wrong one is voided with a reason and stays readable.",
                    records=self[:1].display_name or self._description,
                )
            )

    def _entry(self):
        """Return these records with a context in which no key of the caller acts."""
        context = self.env.context
        kept = {key: context[key] for key in ENTRY_CONTEXT if key in context}
        return self.with_context(kept)

    def _delete_practice(self):
        """Delete evidence of practice projects, the only one that may go."""
        self.env.flush_all()
        self.env.cr.execute("SELECT set_config(%s, 'on', true)", [MAINTENANCE])
        try:
            self.unlink()
            self.env.flush_all()
        finally:
            self.env.cr.execute("SELECT set_config(%s, 'off', true)", [MAINTENANCE])

    def _is_practice(self):
        """Tell whether all of these belong to practice projects."""
        return False

    def _find_row_problem(self):
        """Return what is wrong with this row, as far as it shows by itself, or nothing.

        Verify looks at every row of every model of evidence, sealed or not.
        """
        return ""

    def _keep_files(self, files):
        """Pin files to this row of evidence.

        :param files: list of (name, bytes, mimetype)
        """
        self.ensure_one()
        # nobody has a right to files of evidence, and no key of the caller describes them
        self.env["ir.attachment"].sudo().with_context({}).create(
            [
                {
                    "name": name,
                    "raw": data,
                    "mimetype": mimetype,
                    "description": digest(data),
                    "res_model": self._name,
                    "res_id": self.id,
                }
                for name, data, mimetype in files
            ]
        )

    @api.model
    def _list_files(self, files):
        """Return names and check codes of files as canonical text, nothing without files."""
        rows = [{"name": name, "sha256": digest(data)} for name, data, _mimetype in files]
        return dumps(rows) if rows else False

    @api.model
    def _read_file(self, attachment_sudo):
        """Return the bytes of a file, none when it is gone; they do not stay in memory."""
        if attachment_sudo.store_fname:
            return attachment_sudo._file_read(attachment_sudo.store_fname)
        return attachment_sudo.db_datas or b""

    @api.model
    def _find_file_problem(self, attachments_sudo, files):
        """Return what is wrong with the first of ``files`` that is not as it was kept, or nothing.

        :param files: list of (name, check code) as the evidence itself says
        """
        by_code = {}
        for attachment_sudo in attachments_sudo:
            by_code.setdefault(attachment_sudo.description, attachment_sudo)
        loose = None
        for name, sha256 in files:
            data = self._read_file(by_code[sha256]) if sha256 in by_code else b""
            if digest(data) == sha256:
                continue
            if data:
                return self.env._("A file was changed: %s", name)
            # its note may have been lost, not the file
            if loose is None:
                loose = {digest(self._read_file(row)) for row in attachments_sudo}
            if sha256 not in loose:
                return self.env._("A file is missing: %s", name)
        return ""

    @api.model
    def _is_plain(self, name):
        """Tell whether a field is one that a default could fill."""
        field = self._fields[name]
        return bool(
            name not in UNFROZEN and field.store and field.column_type and not field.compute
        )

    @api.model
    def _get_frozen_columns(self):
        """Return the columns that a trigger keeps from changing."""
        return sorted(
            name
            for name, field in self._fields.items()
            if field.store
            and field.column_type
            and field.type != "many2one"
            and name not in UNFROZEN
            and name not in self._movable_fields
        )

    @api.model
    def _install_append_only(self):
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS $body$
                BEGIN
                    IF current_setting(%s, true) = 'on' THEN
                        IF TG_OP = 'UPDATE' THEN RETURN NEW; END IF;
                        RETURN OLD;
                    END IF;
                    RAISE EXCEPTION 'customer_delivery: rows of %% are append-only', TG_TABLE_NAME
                        USING ERRCODE = 'restrict_violation';
                END $body$
                """,
                SQL.identifier(FUNCTION),
                MAINTENANCE,
            )
        )
        table, name = SQL.identifier(self._table), SQL.identifier(f"{self._table}_append_only")
        update = SQL(", ").join(SQL.identifier(column) for column in self._get_frozen_columns())
        self.env.cr.execute(SQL("DROP TRIGGER IF EXISTS %s ON %s", name, table))
        function = SQL.identifier(FUNCTION)
        self.env.cr.execute(
            SQL(
                "CREATE TRIGGER %s BEFORE DELETE OR UPDATE OF %s ON %s"
                " FOR EACH ROW EXECUTE FUNCTION %s()",
                name,
                update,
                table,
                function,
            )
        )
        # row triggers do not see TRUNCATE
        truncate = SQL.identifier(f"{self._table}_no_truncate")
        self.env.cr.execute(SQL("DROP TRIGGER IF EXISTS %s ON %s", truncate, table))
        self.env.cr.execute(
            SQL(
                "CREATE TRIGGER %s BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION %s()",
                truncate,
                table,
                function,
            )
        )
