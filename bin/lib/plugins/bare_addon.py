"""pytest plug-in: `import customer_delivery.core` without Odoo.

Importing the addon runs its __init__, which needs Odoo. Here a bare package of that name
stands in: its modules are found, its __init__ is not run.
"""

import sys
import types
from pathlib import Path

from hypothesis import settings

REPOSITORY = Path(__file__).resolve().parents[3]


def pytest_configure(config):
    package = types.ModuleType("customer_delivery")
    package.__path__ = [str(REPOSITORY)]
    sys.modules["customer_delivery"] = package
    # A busy machine is no reason to fail.
    settings.register_profile("patient", settings.default, deadline=None)
    settings.load_profile("patient")
