"""The register of everything as XLSX, against the least that writes the same rows."""

import tempfile
import time
from pathlib import Path

import xlsxwriter

from odoo.api import Environment

# The register's columns, as one who knows this database would read them for himself.
ROWS = """
SELECT r.number, r.outline, r.name, t.name->>'en_US', p.name->>'en_US', w.name->>'en_US',
       s.name->>'en_US', c.name, r.description, r.background, r.constraints, r.out_of_scope,
       r.rationale, r.verification, op.name, COALESCE(rp.name, r.requester_name),
       r.requested_on, r.date_deadline, r.effort, r.importance, r.urgency, r.customer_ref,
       r.content_rev, r.write_date::date,
       (SELECT string_agg(k.name, E'\\n') FROM project_requirement_criterion k
         WHERE k.requirement_id = r.id),
       (SELECT string_agg(i.name, E'\\n') FROM project_requirement_indicator i
         WHERE i.requirement_id = r.id),
       (SELECT string_agg(g.name->>'en_US', ', ') FROM project_requirement_tag_rel x
          JOIN project_requirement_tag g ON g.id = x.project_requirement_tag_id
         WHERE x.project_requirement_id = r.id)
  FROM project_requirement r
  LEFT JOIN project_requirement_type t ON t.id = r.type_id
  LEFT JOIN project_requirement_priority p ON p.id = r.priority_id
  LEFT JOIN project_requirement_priority w ON w.id = r.wish_priority_id
  LEFT JOIN project_requirement_stage s ON s.id = r.stage_id
  LEFT JOIN project_requirement_section c ON c.id = r.section_id
  LEFT JOIN res_users u ON u.id = r.user_id
  LEFT JOIN res_partner op ON op.id = u.partner_id
  LEFT JOIN res_partner rp ON rp.id = r.requester_id
 WHERE r.active
 ORDER BY r.project_id, r.outline_key, r.id
"""


def export(env):
    """The register as the download button makes it."""
    requirements = env["project.requirement"]

    def call():
        with tempfile.TemporaryFile() as file:
            assert requirements._write_register(file, [])

    return call


def bare_loop(env):
    def call():
        with tempfile.TemporaryFile() as file, _workbook(file) as workbook:
            sheet = workbook.add_worksheet()
            dated = workbook.add_format({"num_format": "yyyy-mm-dd"})
            env.cr.execute(ROWS)
            row = 0
            while batch := env.cr.fetchmany(2000):
                for values in batch:
                    row += 1
                    for place, value in enumerate(values):
                        if value is None:
                            continue
                        if isinstance(value, str):
                            sheet.write_string(row, place, value)
                        elif hasattr(value, "year"):
                            sheet.write_datetime(row, place, value, dated)
                        else:
                            sheet.write_number(row, place, value)

    return call


def _workbook(file):
    return xlsxwriter.Workbook(file, {"constant_memory": True})


def memory(registry, uid):
    """MiB of resident memory that an export needs above those of the idle process."""
    with registry.cursor() as cr:
        requirements = Environment(cr, uid, {})["project.requirement"]
        with tempfile.TemporaryFile() as file:
            requirements._write_register(file, [("number", "=like", "%01")])
        cr.rollback()
        idle = _resident("VmRSS")
        with tempfile.TemporaryFile() as file:
            requirements._write_register(file, [])
        cr.rollback()
    return (_resident("VmHWM") - idle) / 1024


def _resident(name):
    """KiB of a line of the process's own statistics (Linux)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise RuntimeError(f"/proc/self/status has no {name}")


def measure(report, pair, rounds, memory_used):
    """Add the rows of the register."""
    report.compare(
        "register of all rows as XLSX, against a bare loop",
        *pair(export, bare_loop),
        rounds,
        "<= 1.5",
        time.perf_counter,
        warm=False,
    )
    report.add(
        name=f"register of all rows: memory above idle, {memory_used:.0f} MiB",
        ours_s=None,
        peer_s=None,
        ratio=None,
        ours_queries=None,
        peer_queries=None,
        aim="under 300 MiB",
    )
