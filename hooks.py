from odoo.tools import SQL

from .models.signoff_evidence_mixin import FUNCTION


def uninstall_hook(env):
    """Remove what the database itself does to keep evidence from changing."""
    env.cr.execute(SQL("DROP FUNCTION IF EXISTS %s() CASCADE", SQL.identifier(FUNCTION)))
