from odoo.tools import SQL

from .models.signoff_evidence_mixin import FUNCTION


def uninstall_hook(env):
    """Remove what the database itself does to keep evidence from changing."""
    env.cr.execute(SQL("DROP FUNCTION IF EXISTS %s() CASCADE", SQL.identifier(FUNCTION)))
    _drop_references(env)
    # Odoo removes the rest record by record; evidence would keep projects from being deleted.
    evidence = env.registry["signoff.evidence.mixin"]
    for model in map(env.get, env.registry):
        if isinstance(model, evidence) and model._auto and not model._abstract:
            env.cr.execute(SQL("DELETE FROM %s", SQL.identifier(model._table)))


def _drop_references(env):
    """Drop the foreign keys of our own tables, and those that point at them.

    All these rows and columns go with the addon, but Odoo removes them record by record, in an
    order in which evidence, which nothing may be deleted from under, would hold the rest.
    """
    module = __name__.split(".")[-2]
    tables = [
        model._table
        for model in map(env.get, env.registry)
        if model._original_module == module and model._auto and not model._abstract
    ]
    env.cr.execute(
        SQL(
            """
            SELECT key.conrelid::regclass::text, key.conname
              FROM pg_constraint AS key
              JOIN pg_class AS own ON own.oid IN (key.conrelid, key.confrelid)
             WHERE key.contype = 'f'
               AND own.relname = ANY(%s)
          GROUP BY key.conrelid, key.conname
            """,
            tables,
        )
    )
    for table, name in env.cr.fetchall():
        env.cr.execute(
            SQL(
                "ALTER TABLE %s DROP CONSTRAINT IF EXISTS %s",
                SQL.identifier(table.strip('"')),
                SQL.identifier(name),
            )
        )
