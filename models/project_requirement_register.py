import json
from datetime import datetime
from urllib.parse import urlencode

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..core import register
from ..core.html_plain import plain_text

BATCH = 2000
# What a spreadsheet holds: characters in a cell, rows in a sheet.
CELL_LIMIT = 32767
ROW_LIMIT = 1_000_000
HTML_COLUMNS = ("description", "background", "constraints", "out_of_scope", "rationale")
# longest list of ids that every web server takes in an address
URL_LIMIT = 6000


class ProjectRequirement(models.Model):
    """The requirement register: every requirement a row, written as it is read.

    Rows come by SQL in batches over the ids that the user's own search gives, so that access
    rights and rules apply as in the list, and a hundred thousand of them need little memory.
    """

    _inherit = "project.requirement"

    # === ACTION METHODS === #

    def action_export_register(self):
        """Download the register of these requirements; works on many.

        Called on everything that a list's filter found, it exports that filter.
        """
        domain = self.env.context.get("active_domain")
        if domain and len(self) > 1:
            return self._get_register_action(domain)
        return self._get_register_action([("id", "in", self.ids)])

    @api.model
    def _get_register_action(self, domain):
        text = json.dumps(list(Domain(domain)), default=list, separators=(",", ":"))
        if len(text) > URL_LIMIT:
            raise UserError(
                self.env._(
                    "Too many requirements are selected one by one. "
                    "Filter the list and select everything, or export the whole project."
                )
            )
        return {
            "type": "ir.actions.act_url",
            "url": f"/delivery/register.xlsx?{urlencode({'domain': text})}",
            "target": "download",
        }

    # === WRITING === #

    @api.model
    def _get_register_columns(self):
        """Return the columns of the exported register, in their order."""
        return register.COLUMNS

    @api.model
    def _get_register_lang(self):
        lang = self.env.lang or "en_US"
        return lang if lang in register.LANGUAGES else "en_US"

    @api.model
    def _write_register(self, file, domain):
        """Write the register of all requirements in ``domain`` that the user may read.

        :param file: binary file to write the workbook to
        :param domain: domain as from a client
        :return: number of requirements
        """
        import xlsxwriter  # noqa: PLC0415 (only exports need it)

        if not self.env.user._is_internal():
            raise AccessError(self.env._("Please ask your contact person for this document."))
        ids = self._get_register_ids(domain)
        columns = self._get_register_columns()
        lang = self._get_register_lang()
        # Cells are texts: what a customer typed never becomes a formula or a link.
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        with xlsxwriter.Workbook(file, options) as workbook:
            sheet = workbook.add_worksheet(self.env._("Requirements")[:31])
            self._write_register_head(workbook, sheet, columns, lang, len(ids))
            self._write_register_rows(workbook, sheet, columns, lang, ids)
        return len(ids)

    @api.model
    def _get_register_ids(self, domain):
        query = self._search(Domain(domain), order="project_id, outline_key, id")
        ids = list(query.get_result_ids())
        if len(ids) > ROW_LIMIT:
            raise UserError(self.env._("A sheet holds at most %s requirements.", ROW_LIMIT))
        return ids

    @api.model
    def _write_register_head(self, workbook, sheet, columns, lang, count):
        head = workbook.add_format(
            {"bold": True, "bg_color": "#E8EEF4", "bottom": 1, "text_wrap": True, "valign": "top"}
        )
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
            sheet.write_string(0, place, column.headers[lang], head)
        sheet.freeze_panes(1, 3)
        sheet.autofilter(0, 0, max(count, 1), len(columns) - 1)

    @api.model
    def _write_register_rows(self, workbook, sheet, columns, lang, ids):
        wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
        dated = workbook.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
        # formats cost time and size: only what runs over several lines is wrapped
        formats = {"text": None, "choice": None, "html": wrapped, "lines": wrapped}
        cells = [
            (
                place,
                column.key,
                column.kind,
                wrapped if column.key == "title" else formats.get(column.kind),
            )
            for place, column in enumerate(columns)
        ]
        row = 0
        for values in self._iter_register(ids, lang):
            row += 1
            for place, key, kind, cell_format in cells:
                value = values.get(key)
                if value is None or value == "" or value is False:
                    continue
                if kind == "date":
                    moment = datetime(value.year, value.month, value.day)
                    sheet.write_datetime(row, place, moment, dated)
                elif kind == "number":
                    sheet.write_number(row, place, value)
                else:
                    sheet.write_string(row, place, value[:CELL_LIMIT], cell_format)

    # === READING === #

    @api.model
    def _iter_register(self, ids, lang):
        """Yield one dictionary from column key to cell value for each of ``ids``, in order.

        :param list ids: ids that the user may read
        :param str lang: language of the words inside of cells
        """
        self.env.flush_all()
        labels = self._get_register_labels()
        for start in range(0, len(ids), BATCH):
            batch = ids[start : start + BATCH]
            rows = {row["id"]: row for row in self._read_register_rows(batch)}
            criteria = self._read_register_criteria(batch)
            indicators = self._read_register_indicators(batch)
            tags = self._read_register_tags(batch)
            for res_id in batch:
                # a row deleted by somebody else meanwhile is no longer in the register
                values = rows.get(res_id)
                if values is None:
                    continue
                for key in HTML_COLUMNS:
                    values[key] = plain_text(values[key])
                for key, words in labels.items():
                    values[key] = words.get(values[key], "")
                values["criteria"] = register.write_criteria(criteria.get(res_id, ()), lang)
                values["indicators"] = register.write_indicators(indicators.get(res_id, ()), lang)
                values["tags"] = ", ".join(tags.get(res_id, ()))
                yield values

    @api.model
    def _get_register_labels(self):
        return {
            key: dict(self._fields[key]._description_selection(self.env))
            for key in ("verification", "importance", "urgency")
        }

    @api.model
    def _read_register_rows(self, ids):
        """Return the plain columns of ``ids`` as dictionaries; names in the user's language."""
        lang = self.env.lang or "en_US"

        def name(alias, field_name):
            column = SQL.identifier(alias, "name")
            comodel = self.env[self._fields[field_name].comodel_name]
            if not comodel._fields["name"].translate:
                return column
            return SQL("COALESCE(%s->>%s, %s->>'en_US')", column, lang, column)

        return self.env.execute_query_dict(
            SQL(
                """
                SELECT r.id, r.number, r.outline, r.name AS title, %(type)s AS type,
                       %(class)s AS class, %(wish)s AS wish_class, %(stage)s AS stage,
                       %(section)s AS section, r.description, r.background, r.constraints,
                       r.out_of_scope, r.rationale, r.verification, op.name AS owner,
                       COALESCE(rp.name, r.requester_name) AS requester,
                       r.requested_on, r.date_deadline AS deadline,
                       NULLIF(r.effort, 0)::float8 AS effort, r.importance, r.urgency,
                       r.customer_ref, r.version_number AS version,
                       (r.write_date AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS updated
                  FROM project_requirement r
             LEFT JOIN project_requirement_type t ON t.id = r.type_id
             LEFT JOIN project_requirement_priority p ON p.id = r.priority_id
             LEFT JOIN project_requirement_priority w ON w.id = r.wish_priority_id
             LEFT JOIN project_requirement_stage s ON s.id = r.stage_id
             LEFT JOIN project_requirement_section c ON c.id = r.section_id
             LEFT JOIN res_users u ON u.id = r.user_id
             LEFT JOIN res_partner op ON op.id = u.partner_id
             LEFT JOIN res_partner rp ON rp.id = r.requester_id
                 WHERE r.id IN %(ids)s
                """,
                **{
                    "type": name("t", "type_id"),
                    "class": name("p", "priority_id"),
                    "wish": name("w", "wish_priority_id"),
                    "stage": name("s", "stage_id"),
                    "section": name("c", "section_id"),
                    "tz": str(self.env.tz),
                    "ids": tuple(ids),
                },
            )
        )

    @api.model
    def _read_register_criteria(self, ids):
        rows = self.env.execute_query_dict(
            SQL(
                "SELECT requirement_id, kind, name, verification, target"
                " FROM project_requirement_criterion WHERE requirement_id IN %s"
                " ORDER BY requirement_id, sequence, id",
                tuple(ids),
            )
        )
        return self._group_by_requirement(rows)

    @api.model
    def _read_register_indicators(self, ids):
        rows = self.env.execute_query_dict(
            SQL(
                "SELECT requirement_id, name AS metric, operator, target::float8,"
                " CASE WHEN operator = 'between' OR target_max <> 0 THEN target_max::float8 END"
                " AS target_max, unit, condition"
                " FROM project_requirement_indicator WHERE requirement_id IN %s"
                " ORDER BY requirement_id, sequence, id",
                tuple(ids),
            )
        )
        return self._group_by_requirement(rows)

    @api.model
    def _group_by_requirement(self, rows):
        grouped = {}
        for row in rows:
            grouped.setdefault(row["requirement_id"], []).append(row)
        return grouped

    @api.model
    def _read_register_tags(self, ids):
        field = self._fields["tag_ids"]
        rows = self.env.execute_query(
            SQL(
                "SELECT x.%s, COALESCE(t.name->>%s, t.name->>'en_US') FROM %s x"
                " JOIN project_requirement_tag t ON t.id = x.%s"
                " WHERE x.%s IN %s ORDER BY t.id",
                SQL.identifier(field.column1),
                self.env.lang or "en_US",
                SQL.identifier(field.relation),
                SQL.identifier(field.column2),
                SQL.identifier(field.column1),
                tuple(ids),
            )
        )
        grouped = {}
        for res_id, tag in rows:
            grouped.setdefault(res_id, []).append(tag)
        return grouped
