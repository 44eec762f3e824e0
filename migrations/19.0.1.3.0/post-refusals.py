"""Refused documents can be for good now, or back with their author; so far all could be sent again.

Shipped flows of changes say of the customer's step what it has always meant: his refusal ends it.
"""

from odoo.tools import SQL

TABLES = ("project_acceptance", "project_baseline", "project_change", "project_change_template")


def migrate(cr, version):
    if not version:
        return
    for table in TABLES:
        cr.execute(
            SQL(
                "UPDATE %s SET signoff_state = 'returned' WHERE signoff_state = 'rejected'",
                SQL.identifier(table),
            )
        )
    cr.execute(
        """
        UPDATE signoff_flow_step step
           SET reject_policy = 'end'
          FROM signoff_flow flow, ir_model_data data
         WHERE flow.id = step.flow_id
           AND flow.res_model = 'project.change'
           AND step.side = 'customer'
           AND step.reject_policy = 'author'
           AND data.model = 'signoff.flow.step'
           AND data.res_id = step.id
           AND data.module = 'customer_delivery'
        """
    )
