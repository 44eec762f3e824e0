"""What somebody with the database's password changes: Verify says which row."""

from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .access_matrix_table import TABLE, Row
from .signoff_common import SignoffCase

# columns that prove nothing, each with its reason
FREE = {
    # shown in lists: the lines themselves are proven
    "project.baseline": {"line_count"},
    # proven together with the other lines, whose order it is
    "project.baseline.line": {"sequence"},
    # chooses among those that are proven; the signature has the time
    "signoff.rendition": {"lang", "recorded_at"},
    # whether it was practice is said by the project; an erasure empties the row
    "signoff.identity": {"practice", "erased_at", "erased_by"},
}
OTHER_VALUES = {
    "integer": "COALESCE({name}, 0) + 1",
    # a number that is nowhere: another one may be taken
    "many2one_reference": "{name} + 1000000",
    "boolean": "NOT COALESCE({name}, false)",
    "datetime": "'2001-01-01'",
    "date": "'2001-01-01'",
}


@tagged("post_install", "-at_install")
class TestEvidenceTampering(SignoffCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        evidence = cls.env.registry["signoff.evidence.mixin"]
        cls.rows = {
            name: row.make(cls, "own" if "own" in row.scopes else next(iter(row.scopes)))
            for name, row in TABLE.items()
            if isinstance(row, Row) and issubclass(cls.env.registry[name], evidence)
        }
        cls.env["signoff.seal"]._seal_batch(1000)
        cls.env.flush_all()

    def _tamper(self, row, change):
        """Change a row as the owner of the database can, past every trigger."""
        table = SQL.identifier(row._table)
        self.env.cr.execute(SQL("ALTER TABLE %s DISABLE TRIGGER ALL", table))
        self.env.cr.execute(f'UPDATE "{row._table}" SET {change} WHERE id = {row.id}')
        self.env.invalidate_all()

    def _verify(self):
        found = self.env["signoff.seal"].with_user(self.auditor).action_verify_chain()
        self.assertEqual(found["ok"], not found["problems"])
        return found["problems"]

    def _other_value(self, row, name):
        kind = row._fields[name].type
        return f"{name} = " + OTHER_VALUES.get(kind, "'forged'").format(name=name)

    def test_every_model_of_evidence_is_looked_at(self):
        evidence = self.env.registry["signoff.evidence.mixin"]
        models = {
            name
            for name, model in self.env.registry.items()
            if issubclass(model, evidence) and not model._abstract
        }
        self.assertEqual(set(self.rows), models)

    def test_what_nobody_touched_is_green(self):
        self.assertEqual(self._verify(), [])

    def test_every_column_of_every_row_turns_it_red(self):
        evidence = self.env.registry["signoff.evidence.mixin"]
        for name, row in self.rows.items():
            row = row.sudo()
            by_row = type(row)._find_row_problem is not evidence._find_row_problem
            for column in set(row._get_frozen_columns()) - FREE.get(name, set()):
                with (
                    self.subTest(model=name, column=column),
                    self.env.cr.savepoint() as savepoint,
                ):
                    self._tamper(row, self._other_value(row, column))
                    # the company as a whole is looked at below
                    self.assertTrue(row._find_row_problem() if by_row else self._verify())
                    savepoint.rollback()
                self.env.invalidate_all()

    def test_the_row_is_named(self):
        for name in ("signoff.void", "project.milestone.override", "project.acceptance.verdict"):
            row = self.rows[name].sudo()
            column = row._get_coded_fields()[0]
            with self.subTest(model=name), self.env.cr.savepoint() as savepoint:
                self._tamper(row, self._other_value(row, column))
                (problem,) = self._verify()
                self.assertIn(f"{self.env['ir.model']._get(name).name} {row.id}:", problem)
                self.assertIn("The row was changed", problem)
                savepoint.rollback()
            self.env.invalidate_all()

    def test_a_version_that_was_exchanged_is_named(self):
        line = self.rows["project.baseline.line"]
        other = self.env["project.requirement.version"].search(
            [("sha256", "!=", line.sha256)], limit=1
        )
        self._tamper(line, f"version_id = {other.id}")
        self.assertIn("does not fit its version", "\n".join(self._verify()))

    def test_a_database_without_its_files_says_missing_not_forged(self):
        row = self._send(self._create_package(name="With a scan"))
        slot = self._pending(row)
        self._sign(slot, files=[("scan.pdf", b"%PDF-1.4 a scan", "application/pdf")])
        rounds = self.env.registry["signoff.round"]
        with patch.object(rounds, "_render_signed_pdf", lambda _row: b"%PDF-1.4 as printed"):
            row._print_once()
        self.env["signoff.seal"]._seal_batch(1000)
        self.assertEqual(self._verify(), [])
        attachments = self.env.registry["ir.attachment"]
        with (
            patch.object(attachments, "_file_read", lambda *_args, **_kwargs: b""),
            mute_logger("odoo.addons.base.models.ir_attachment"),
        ):
            problems = self._verify()
        self.assertTrue(problems)
        for problem in problems:
            self.assertIn("A file is missing", problem)

    def test_erasing_everybody_leaves_it_green(self):
        identities = self.env["signoff.identity"].search([])
        identities.with_user(self.delivery_manager).action_erase()
        self.assertEqual(self._verify(), [])
