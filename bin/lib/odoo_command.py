"""bin/odoo: an Odoo command on the database of bin/serve.

bin/odoo shell
bin/odoo -u customer_delivery --stop-after-init --no-http
"""

import subprocess
import sys

from databases import Databases
from postgres import server
from say import CannotGoOn, run
from serving import serve_database


def main():
    with server() as postgres:
        databases = Databases(postgres)
        database = serve_database()
        if not databases.exists(database):
            raise CannotGoOn("There is no database yet: run bin/serve first.")
        arguments = sys.argv[1:] or ["shell"]
        if "-d" not in arguments:
            arguments += ["-d", database]
        if arguments[0] == "shell" and "--no-http" not in arguments:
            arguments.append("--no-http")
        command = databases.odoo.command(*arguments)
        return subprocess.run(command, env=databases.odoo.environ).returncode


if __name__ == "__main__":
    run(main)
