"""What ships with modes and classes, for those that were there before these columns."""

from odoo import SUPERUSER_ID, api

# of each shipped record, what its new columns say; whatever somebody has set already stays
DEFAULTS = {
    "project_requirement_priority_must": {"weight": (1, 3)},
    "project_requirement_priority_should": {"weight": (1, 2)},
    "project_requirement_priority_wont": {"weight": (1, 0)},
}


def migrate(cr, version):
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name, columns in DEFAULTS.items():
        record = env.ref(f"customer_delivery.{name}", raise_if_not_found=False)
        if record:
            record.write(
                {
                    column: value
                    for column, (untouched, value) in columns.items()
                    if record[column] == untouched
                }
            )
