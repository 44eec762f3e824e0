"""The wheel: it builds, holds the whole addon and no development file."""

import shutil
import subprocess
import zipfile

from lint import lint_environment
from places import ADDON, REPOSITORY, checkout_home, is_development, repository_files

# What belongs into an installed addon; a new folder is either added here or development.
ADDON_PARTS = {
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "__init__.py",
    "__manifest__.py",
    "controllers",
    "core",
    "data",
    "demo",
    "hooks.py",
    "i18n",
    "migrations",
    "models",
    "report",
    "security",
    "static",
    "tests",
    "views",
    "wizard",
}


class Wheel:
    title = "wheel"

    def run(self, options, tally):
        tally.check("wheel", self._complaint())

    def _complaint(self):
        folder = checkout_home() / "wheel"
        shutil.rmtree(folder, ignore_errors=True)
        python = lint_environment() / "bin/python"
        built = subprocess.run(
            [python, "-m", "build", "--no-isolation", "--wheel", "-o", folder, REPOSITORY],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if built.returncode:
            return built.stdout
        [wheel] = folder.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            inside = {name for name in archive.namelist() if ".dist-info/" not in name}
        root = f"odoo/addons/{ADDON}/"
        parts = {name.removeprefix(root).split("/")[0] for name in inside}
        wanted = {root + name for name in repository_files() if not is_development(name)}
        lines = [f"missing: {name}" for name in sorted(wanted - inside)]
        lines += [f"not wanted: {name}" for name in sorted(inside - wanted)]
        lines += [f"neither addon nor development: {part}" for part in sorted(parts - ADDON_PARTS)]
        return "\n".join(lines)
