"""Every tests/test_*.py, so that Odoo's own runner finds them too."""

from importlib import import_module
from pkgutil import iter_modules

for _module in iter_modules(__path__):
    if _module.name.startswith("test_"):
        import_module(f".{_module.name}", __name__)
