"""Evidence that is there already gets the check code that each row now carries of itself."""

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

MODELS = (
    "project.acceptance.deemed",
    "project.acceptance.verdict",
    "project.milestone.override",
    "project.requirement.version",
    "signoff.round",
    "signoff.round.step",
    "signoff.slot",
    "signoff.snapshot",
    "signoff.void",
)
BATCH = 1000


def migrate(cr, version):
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    cr.execute("SELECT set_config('customer_delivery.maintenance', 'on', true)")
    for name in MODELS:
        rows = env[name]
        names = rows._get_coded_fields()
        while batch := rows.search([("row_sha256", "=", False)], order="id", limit=BATCH):
            codes = [rows._get_row_code(names, row) for row in batch]
            cr.execute(
                SQL(
                    "UPDATE %s AS row SET row_sha256 = code.sha256"
                    " FROM unnest(%s::int[], %s::text[]) AS code (id, sha256)"
                    " WHERE row.id = code.id",
                    SQL.identifier(rows._table),
                    batch.ids,
                    codes,
                )
            )
            env.invalidate_all()
    cr.execute("SELECT set_config('customer_delivery.maintenance', 'off', true)")
