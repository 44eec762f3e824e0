"""What ships with types of changes and modes, for those that were there before these columns."""

from odoo import SUPERUSER_ID, api

# of each shipped record, what its new columns say; whatever somebody has set already stays
DEFAULTS = {
    "project_change_type_erratum": {"decide_days": (10, 5)},
    "project_change_type_internal": {"decide_days": (10, 5)},
    "project_change_type_major": {"decide_days": (10, 15)},
    "project_change_type_urgent": {"decide_days": (10, 0)},
    "delivery_mode_standard": {"free_days_limit": (0, 5), "customer_free_days_limit": (0, 15)},
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
