from odoo import models
from odoo.tools import SQL


class SignoffRound(models.Model):
    """How those who decide at the same time are kept apart, in few statements."""

    _inherit = "signoff.round"

    def _lock(self):
        """Make decisions on this round one after the other: the second one starts again.

        The statement that locks also reads the round, and the revision of what is decided on.
        Requests that were read before it are as true: a transaction sees the data as of its
        first statement, and whoever walked on since then makes this statement fail.

        :return: the state of the round
        """
        self.ensure_one()
        self.env.flush_all()
        columns = self._get_columns()
        (row,) = self.env.execute_query(
            SQL(
                """
                UPDATE signoff_round SET rev = rev + 1 WHERE id = %s
             RETURNING (SELECT s.content_rev FROM signoff_snapshot s WHERE s.id = snapshot_id), %s
                """,
                self.id,
                SQL(", ").join(SQL.identifier(field.name) for field in columns),
            )
        )
        self.invalidate_recordset(["rev", "state"], flush=False)
        content_rev, *values = row
        for field, value in zip(columns, values, strict=True):
            field._insert_cache(self, [value])
        snapshot = self.snapshot_id
        snapshot._fields["content_rev"]._insert_cache(snapshot, [content_rev])
        self._load_walk()
        return self.state

    def _get_columns(self):
        return [
            field
            for field in self._fields.values()
            if field.store and field.column_type and field.prefetch is True and field.name != "id"
        ]

    def _load_walk(self, slots_sudo=None):
        """Read all steps and requests of these rounds, one statement each, unless they are known.

        :param slots_sudo: requests (superuser) whose rounds are read, instead of these
        """
        slots_sudo = self.env["signoff.slot"].sudo() if slots_sudo is None else slots_sudo
        missing = self.filtered(lambda row: "slot_ids" not in row._cache)
        if not missing and not slots_sudo:
            return
        domain = (
            [("round_id.slot_ids", "in", slots_sudo.ids)]
            if slots_sudo
            else [("round_id", "in", missing.ids)]
        )
        slots_sudo = slots_sudo.search_fetch(domain, order="id")
        rounds = missing or slots_sudo.round_id
        steps_sudo = self.env["signoff.round.step"].sudo()
        steps_sudo = steps_sudo.search_fetch([("round_id", "in", rounds.ids)], order="sequence, id")
        self._keep_lines(rounds, "step_ids", steps_sudo.grouped("round_id"))
        self._keep_lines(rounds, "slot_ids", slots_sudo.grouped("round_id"))
        self._keep_lines(steps_sudo, "slot_ids", slots_sudo.grouped("step_id"))

    def _keep_lines(self, records, name, lines):
        """Put into the cache which ``lines`` (by record) belong to ``records``."""
        lines = {record.id: found._ids for record, found in lines.items()}
        records._fields[name]._insert_cache(records, [lines.get(row.id, ()) for row in records])
