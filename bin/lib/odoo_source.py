"""Odoo 19 itself: a checkout named by the user, else Debian's package in a private folder.

Nothing is installed: the package is downloaded with an apt configuration of its own, its
signature is checked, and it is unpacked below the home folder.
"""

import functools
import os
import platform
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from places import home, lock
from say import CannotGoOn, step

SUITE = "sid"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
# The web client's libraries and fonts are links into the other packages.
PACKAGES = (
    "odoo-19",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-roboto-unhinted",
    "fonts-font-awesome",
    "fonts-montserrat",
    "fonts-inconsolata",
)
INSTEAD = "name a checkout of Odoo 19.0 in ODOO_HOME"


@functools.cache
def odoo_path():
    """The folder that makes `import odoo` work."""
    chosen = os.environ.get("ODOO_HOME")
    if chosen:
        folder = Path(chosen).expanduser().absolute()
        release = folder / "odoo" / "release.py"
        if not release.is_file() or not re.search(r"version_info = \(19, 0", release.read_text()):
            raise CannotGoOn(f"ODOO_HOME ({folder}) holds no Odoo 19.0: name one that does.")
        return folder
    target = home() / "odoo19"
    site = target / "usr/lib/python3/dist-packages"
    if not (target / ".complete").exists():
        with lock("odoo19"):
            if not (target / ".complete").exists():
                with step("Odoo 19 from Debian's package (130 MB)"):
                    _fetch(target, site)
                (target / ".complete").touch()
    return site


def addons_paths():
    """Addons folders that Odoo does not find by itself."""
    path = odoo_path() / "addons"
    return [path] if (odoo_path() / "odoo-bin").exists() and path.is_dir() else []


def version_key():
    return f"{odoo_path()}|{(odoo_path() / 'odoo/release.py').read_text()}"


def _fetch(target, site):
    mirror = os.environ.get("ODOO_DEB_MIRROR") or _mirror()
    keyring = os.environ.get("ODOO_DEB_KEYRING") or KEYRING
    if not os.access(keyring, os.R_OK):
        raise CannotGoOn(
            f"Debian's keys are not at {keyring}: install debian-archive-keyring or {INSTEAD}."
        )
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target, prefix=".apt-") as work:
        work = Path(work)
        options = _private_apt(work, mirror, keyring)
        log = home() / "odoo19.log"
        _apt([*options, "update"], work, log)
        _apt([*options, "download", *PACKAGES], work, log)
        for package in sorted(work.glob("*.deb")):
            subprocess.run(["dpkg-deb", "-x", package, target], check=True)
    _repair(site)


def _mirror():
    """The machine's own Debian mirror: the first archive that apt would ask."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise CannotGoOn(f"This system has no apt to fetch Odoo with: {INSTEAD}.")
    try:
        system = platform.freedesktop_os_release().get("ID", "")
    except OSError:
        system = ""
    if system != "debian":
        raise CannotGoOn(
            f"This system ({system or 'unknown'}) is not Debian, whose package of Odoo is used: "
            f"{INSTEAD}, or a Debian mirror in ODOO_DEB_MIRROR and its keys in ODOO_DEB_KEYRING."
        )
    # Needs neither root nor lists nor the network.
    asked = subprocess.run(
        ["apt-get", "update", "--print-uris"], capture_output=True, text=True
    ).stdout
    for uri in re.findall(r"^'(\S+)/dists/[^/']+/InRelease'", asked, re.MULTILINE):
        if "security" not in uri and "debian-ports" not in uri:
            return uri
    raise CannotGoOn(f"apt's sources name no Debian mirror: add one or {INSTEAD}.")


def _private_apt(work, mirror, keyring):
    for folder in ("lists/partial", "cache/archives/partial"):
        (work / folder).mkdir(parents=True)
    (work / "status").touch()
    (work / "sources.list").write_text(f"deb [signed-by={keyring}] {mirror} {SUITE} main\n")
    settings = {
        "Dir::Etc::sourcelist": work / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::preferences": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "Dir::State": work,
        "Dir::State::lists": work / "lists",
        "Dir::State::status": work / "status",
        "Dir::Cache": work / "cache",
        "Acquire::Languages": "none",
        "Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled": "false",
        "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
        "Acquire::Retries": "3",
        "Acquire::AllowInsecureRepositories": "false",
        "APT::Get::AllowUnauthenticated": "false",
        "APT::Update::Error-Mode": "any",
        "APT::Sandbox::User": "root",
    }
    options = ["-q"]
    for name, value in settings.items():
        options += ["-o", f"{name}={value}"]
    return options


def _apt(arguments, work, log):
    with open(log, "a") as output:
        done = subprocess.run(
            ["apt-get", *arguments],
            cwd=work,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    if done.returncode:
        raise CannotGoOn(
            "Odoo's package could not be downloaded with a valid signature: check the network "
            f"and apt's sources, or {INSTEAD} (log: {log})."
        )


def _repair(site):
    # The package repeats all addons without views or static files in a second tree, and adds
    # importable folders with common names: none of them may be found.
    for name in ("addons", "doc", "setup"):
        shutil.rmtree(site / name, ignore_errors=True)
    # mail's manifest names a file that the package leaves out; the browser console reports it
    # as an error, which fails every tour.
    mail = site / "odoo/addons/mail"
    stub = mail / "static/lib/selfie_segmentation/selfie_segmentation.js"
    if not stub.exists():
        stub.parent.mkdir(parents=True, exist_ok=True)
        stub.write_text("/* not part of Debian's package: no background blur */\n")
        # A fixed date: the checksums of the asset bundles include it.
        dated = (mail / "__manifest__.py").stat()
        os.utime(stub, ns=(dated.st_mtime_ns, dated.st_mtime_ns))
