"""The database of bin/serve: made once, updated when the checkout changed."""

import unicodedata

from places import ADDON, REPOSITORY, checkout_home, digest, installed_key
from say import note, step

# The demo data's people; the password of each is the login.
LOGINS = {
    "admin": "administrator",
    "manager": "delivery manager",
    "pm": "delivery user",
    "zhou": "stands in for the manager",
    "liwei": "customer's contact (portal)",
    "anna": "customer's contact (portal)",
}
PEOPLE = """
SELECT u.login, p.name, p.lang, c.name
  FROM res_users u
  JOIN res_partner p ON p.id = u.partner_id
  LEFT JOIN res_partner c ON c.id = p.commercial_partner_id AND c.id != p.id
 WHERE u.active AND u.login = ANY(%s)
"""


def serve_database():
    return f"cd_serve_{digest(REPOSITORY)}"


def _stamp(databases):
    return checkout_home() / f"served-{databases.server.state.name}"


def prepare(databases, reset=False):
    """The name of the database, with the addon as it is in the checkout."""
    database = serve_database()
    stamp = _stamp(databases)
    if reset:
        with step("remove the old database", quiet_below=1):
            databases.drop(database)
    if not databases.exists(database):
        stamp.unlink(missing_ok=True)
        databases.clone(databases.installed(demo=True), database)
        with step("asset bundles, so that the first click is quick"):
            databases.pregenerate_assets(database)
    elif not stamp.exists() or stamp.read_text() != installed_key():
        with step(f"update {ADDON}: the checkout changed"):
            databases.odoo.run(database, "-u", ADDON)
    stamp.write_text(installed_key())
    return database


def tell_address(databases, database, address):
    """Let links, QR codes and printed papers name the address that is served."""
    for key in ("web.base.url", "report.url"):
        databases.sql(
            "INSERT INTO ir_config_parameter (key, value) VALUES (%s, %s)"
            " ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value",
            key,
            address,
            database=database,
        )


def print_logins(databases, database, address):
    found = {row[0]: row for row in databases.sql(PEOPLE, list(LOGINS), database=database)}
    rows = [("login = password", "who", "name", "language")]
    for login, who in LOGINS.items():
        if login in found:
            _login, name, language, company = found[login]
            whose = f"{name}, {company}" if company and "portal" in who else name
            rows.append((login, who, whose, language or ""))
    columns = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    lines = ["", f"Odoo is ready at {address}", ""]
    for row in rows:
        cells = zip(row, columns, strict=True)
        lines.append("  " + "  ".join(cell + " " * (wide - _width(cell)) for cell, wide in cells))
    note("\n".join([*lines, "", "Ctrl-C stops it. bin/serve --reset starts anew.", ""]))


def _width(text):
    """Columns on the screen: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
