"""Which layers a call of bin/test asks for."""

from pathlib import Path
from types import SimpleNamespace

from lint import Lint
from odoo_layers import JavaScript, LifeCycle, OdooLint, WithSales
from places import REPOSITORY
from pytest_layers import CORE, TOOLS, WITH_SALE, OdooTests, PlainTests, database_tests
from say import CannotGoOn
from wheel_check import Wheel


def chosen(options):
    """The layers of a call: those that need no database, and those that do."""
    without_odoo, in_odoo = [], []
    if options.lint or options.fix:
        without_odoo = [Lint()]
    elif options.database_only:
        in_odoo = [OdooTests(database_tests())]
    elif options.paths or options.name:
        paths = [_relative(path) for path in options.paths]
        plain = [path for path in paths if path.startswith((CORE, TOOLS))]
        script = [path for path in paths if path.startswith("static/")]
        with_sale = [path for path in paths if path.startswith(WITH_SALE)]
        others = [path for path in paths if path not in plain + script + with_sale]
        if plain or not paths:
            without_odoo = [PlainTests(plain)]
        if others or not paths:
            in_odoo.append(OdooTests(others))
        if script:
            in_odoo.append(JavaScript())
        if with_sale:
            in_odoo.append(WithSales())
    else:
        without_odoo = [PlainTests([]), Lint(), Wheel()]
        in_odoo = [OdooTests([])]
        if not options.fast:
            if JavaScript.exist():
                in_odoo.append(JavaScript())
            in_odoo += [LifeCycle(), WithSales(), OdooLint()]
    return SimpleNamespace(without_odoo=without_odoo, in_odoo=in_odoo)


def _relative(argument):
    """A path as given, relative to the repository; a node id keeps its tail."""
    path, colons, tail = argument.partition("::")
    for base in (Path.cwd(), REPOSITORY):
        full = (base / path).resolve()
        if full.exists() and full.is_relative_to(REPOSITORY):
            return str(full.relative_to(REPOSITORY)) + colons + tail
    raise CannotGoOn(f"{path} does not exist in this checkout: name a test file or folder.")
