"""The linters, each one a check that passes or fails."""

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from odoo_source import odoo_path
from places import (
    LIBRARY,
    REPOSITORY,
    addons_folder,
    checkout_home,
    copy_addon,
    repository_files,
)
from say import CannotGoOn

# Faults that Odoo's own checkers know and pylint's general ones that matter in an addon.
ODOO_CHECKS = (
    "used-before-assignment",
    "undefined-variable",
    "eval-used",
    "unreachable",
    "function-redefined",
    "sql-injection",
    "missing-gettext",
    "gettext-variable",
    "gettext-placeholders",
    "gettext-repr",
    "raise-unlink-override",
)
ODOO_CHECKERS = (
    "_pylint_path_setup",
    "pylint.extensions.bad_builtin",
    "_odoo_checker_sql_injection",
    "_odoo_checker_gettext",
    "_odoo_checker_unlink_override",
)
NOT_OURS = (
    # labels are written out for those who translate them
    "attribute-string-redundant",
    # a model may be extended in several files, one per subject
    "consider-merging-classes-inherited",
    # replacing the whole context is what a guard at an entry point is for
    "context-overridden",
    # the addon is not one of the OCA's, whose author and README these want
    "manifest-required-author",
    "missing-readme",
    # taken for faults in methods that return nothing, or that write to the record itself
    "missing-return",
    "super-method-mismatch",
    # tables of configuration are small
    "no-search-all",
    # controllers have no environment of their own
    "prefer-env-translation",
)
NOT_A_FAULT = (
    # the forges show Markdown as well
    "prefer-readme-rst",
    # records that refer to each other in a circle need two passes
    "xml-duplicate-record-id",
    # Odoo converts numbers itself
    "xml-field-numeric-without-eval",
    # a matter of taste, and not the house's
    "xml-tag-position",
    # the addon's views extend each other, one file per subject
    "xml-view-dangerous-replace-low-priority",
)


def lint_environment():
    """The folder of the virtual environment of the linters."""
    python = os.environ["CUSTOMER_DELIVERY_PYTHON"]
    made = subprocess.run(
        [python, LIBRARY / "environment.py", "lint"], stdout=subprocess.PIPE, text=True
    )
    if made.returncode:
        sys.exit(made.returncode)
    return Path(made.stdout.strip())


def _call(check):
    return check()


class Lint:
    title = "lint"

    def run(self, options, tally):
        self.programs = lint_environment() / "bin"
        # Linters that take the addon's name from its folder, or stop below the top level of
        # git, see a copy under the technical name.
        folder = checkout_home() / "lint"
        shutil.rmtree(folder, ignore_errors=True)
        (folder / ".git").mkdir(parents=True)
        self.copy = copy_addon(folder)
        if options.fix:
            self._program("ruff", "check", "--quiet", "--no-cache", "--fix", ".")
            self._program("ruff", "format", "--quiet", "--no-cache", ".")
        checks = (
            self.odoo_checkers,
            self.pylint_odoo,
            self.oca_module,
            self.oca_translations,
            self.ruff,
            self.ruff_format,
            self.shell,
        )
        with ThreadPoolExecutor(2) as pool:
            for check, complaint in zip(checks, pool.map(_call, checks), strict=True):
                tally.check(check.__name__.replace("_", " "), complaint)

    def _program(self, program, *arguments, cwd=REPOSITORY, **environ):
        """The output of a linter that found something, else nothing."""
        done = subprocess.run(
            [self.programs / program, *map(str, arguments)],
            cwd=cwd,
            env={**os.environ, **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode:
            return done.stdout.replace(f"{self.copy}/", "").strip() or f"ended {done.returncode}"
        return ""

    def ruff(self):
        return self._program("ruff", "check", "--quiet", "--no-cache", ".")

    def ruff_format(self):
        return self._program("ruff", "format", "--quiet", "--no-cache", "--check", ".")

    def shell(self):
        scripts = [name for name in repository_files() if self._is_shell(name)]
        return self._program("shellcheck", *scripts) if scripts else ""

    def _is_shell(self, name):
        if not name.startswith(("bin/", ".ci/", "bench/")):
            return False
        with open(REPOSITORY / name, "rb") as file:
            return re.match(rb"#!.*\b(ba)?sh\b", file.readline()) is not None

    def pylint_odoo(self):
        return self._program(
            "pylint",
            *("--rcfile=/dev/null", "--load-plugins=pylint_odoo", "--disable=all"),
            *("--enable=odoolint", f"--disable={','.join(NOT_OURS)}"),
            # Methods of plain Python and of tests only look like a model's.
            *("--valid-odoo-versions=19.0", "--ignore=core,tests", "--score=n", self.copy),
            cwd=self.copy.parent,
        )

    def odoo_checkers(self):
        checkers = odoo_path() / "odoo/addons/test_lint/tests"
        if not checkers.is_dir():
            checkers = odoo_path() / "addons/test_lint/tests"
        if not checkers.is_dir():
            raise CannotGoOn(f"{odoo_path()} has no module test_lint: use a complete Odoo 19.0.")
        return self._program(
            "pylint",
            *("--rcfile=/dev/null", "--disable=all", f"--enable={','.join(ODOO_CHECKS)}"),
            *(f"--load-plugins={','.join(ODOO_CHECKERS)}", "--bad-functions=input"),
            *("--reports=n", "--score=n", self.copy),
            cwd=self.copy.parent,
            PYTHONPATH=os.pathsep.join([str(checkers), str(odoo_path())]),
            ADDONS_PATH=str(addons_folder()),
        )

    def oca_module(self):
        disabled = f"--disable={','.join(NOT_A_FAULT)}"
        return self._program("oca-checks-odoo-module", disabled, self.copy, cwd=self.copy)

    def oca_translations(self):
        files = sorted(self.copy.glob("i18n/*.po*"))
        # Odoo's export breaks lines differently.
        disabled = "--disable=po-pretty-format"
        return self._program("oca-checks-po", disabled, *files, cwd=self.copy) if files else ""
