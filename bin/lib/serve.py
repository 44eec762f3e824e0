"""bin/serve: Odoo 19 with the addon and its demo data."""

import argparse
import os
import subprocess
import time
import urllib.error
import urllib.request

import serving
from databases import Databases
from odoo_process import end, free_port, require_free_port
from postgres import server
from say import CannotGoOn, run, step

DESCRIPTION = """
Serve Odoo 19 with this addon, demo data and the languages English, 简体中文 and 繁體中文. The
first start downloads Odoo and makes the database; the next ones reuse both. State is kept in
$CUSTOMER_DELIVERY_HOME (default: the user's cache folder).
"""


def arguments():
    parser = argparse.ArgumentParser(prog="bin/serve", description=DESCRIPTION)
    parser.add_argument("--port", type=int, default=8069, help="port (default: 8069)")
    parser.add_argument("--reset", action="store_true", help="start with a new database")
    parser.add_argument(
        "--dev", action="store_true", help="reload Python and XML files when they change"
    )
    return parser.parse_args()


def wait_until_ready(child, address):
    """Wait for the login page; its first call also makes its asset bundles."""
    while child.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/web/login", timeout=120):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise CannotGoOn("Odoo ended while it started: what it logged above says why.")


def main():
    options = arguments()
    if not 1 <= options.port <= 65535:
        raise CannotGoOn("A port is a number from 1 to 65535: choose another with --port N.")
    require_free_port(options.port)
    address = f"http://127.0.0.1:{options.port}"
    with server() as postgres:
        databases = Databases(postgres)
        database = serving.prepare(databases, options.reset)
        serving.tell_address(databases, database, address)
        command = databases.odoo.command(
            *("-d", database, "--gevent-port", free_port(), "--log-level=warn"),
            # Deprecated calls between Odoo and its libraries would fill the screen.
            "--log-handler=py.warnings:ERROR",
            *(["--dev=xml,reload"] if options.dev else []),
            port=options.port,
        )
        child = subprocess.Popen(
            command,
            env={**os.environ, **databases.odoo.environ},
            stdin=subprocess.DEVNULL,
            # Ctrl-C reaches this command alone, which then ends Odoo in good order.
            start_new_session=True,
        )
        try:
            with step("Odoo starts", quiet_below=1):
                wait_until_ready(child, address)
            serving.print_logins(databases, database, address)
            return child.wait()
        finally:
            end(child)


if __name__ == "__main__":
    run(main)
