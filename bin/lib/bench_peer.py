"""The peer of approvals: OCA's base_tier_validation, from its published package.

It is no dependency: ``bin/bench`` fetches it into its own cache, for a database of its own.
"""

import shutil
import subprocess
import sys

from places import home
from say import note, step

PACKAGE = "odoo-addon-base-tier-validation"
SERIES = "19.0.*"


def peer_addons():
    """The folder that holds the peer's addon, or nothing when it cannot be fetched."""
    folder = home() / "bench-peer"
    found = folder / "odoo" / "addons"
    if (folder / ".complete").exists():
        return found
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    command += ["--no-deps", "--target", folder, f"{PACKAGE}=={SERIES}"]
    with step(f"fetch {PACKAGE}"):
        done = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
    if done.returncode or not (found / "base_tier_validation").exists():
        note(
            f"{PACKAGE} {SERIES} cannot be fetched, approvals are measured without a peer: "
            + (done.stderr.strip().splitlines() or ["it holds no addon"])[-1]
        )
        return None
    (folder / ".complete").touch()
    return found


def peer_version():
    """The version of the peer that was fetched."""
    names = [path.name for path in (home() / "bench-peer").glob("*.dist-info")]
    return names[0].removesuffix(".dist-info").rpartition("-")[2] if names else ""
