"""Make a virtual environment (odoo, or the one named) and print its folder.

Runs in any accepted Python with the standard library alone.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from places import LIBRARY, digest, home, lock
from say import CannotGoOn, run, step

VERSION = "{}.{}".format(*sys.version_info[:2])


def environment(name):
    """The folder of a virtual environment with the pinned requirements of a name."""
    requirements = LIBRARY / f"requirements-{name}.txt"
    key = digest(requirements.read_text(), sys.executable, VERSION)
    folder = home() / "venvs" / f"{name}-py{VERSION}-{key}"
    if not (folder / ".complete").exists():
        with lock(f"venv-{folder.name}"):
            if not (folder / ".complete").exists():
                with step(f"Python environment for {name} (Python {VERSION})"):
                    _create(folder)
                    _install(folder, requirements)
                (folder / ".complete").touch()
    return folder


def _create(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(exist_ok=True)
    if _has("ensurepip") and _has("venv"):
        command = [sys.executable, "-m", "venv", folder]
    elif _has("virtualenv"):
        command = [sys.executable, "-m", "virtualenv", "-q", folder]
    elif shutil.which("uv"):
        command = ["uv", "venv", "-q", "--seed", "--python", sys.executable, folder]
    elif os.geteuid() == 0 and shutil.which("apt-get"):
        _install_venv_package()
        command = [sys.executable, "-m", "venv", folder]
    else:
        raise CannotGoOn(
            f"Python {VERSION} cannot make virtual environments: install its venv package "
            "(Debian: apt-get install python3-venv), virtualenv or uv."
        )
    _logged(
        command,
        _log(folder),
        "The virtual environment could not be made: see {log} and mend what it names.",
    )


def _log(folder):
    return folder.parent / f"{folder.name}.log"


def _has(module):
    return importlib.util.find_spec(module) is not None


def _install_venv_package():
    log = home() / "venvs" / "apt.log"
    refusal = "python3-venv could not be installed: run apt-get install python3-venv (log: {log})."
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    _logged(["apt-get", "-q", "update"], log, refusal, quiet)
    package = f"python{VERSION}-venv" if Path(sys.executable).parent == Path("/usr/bin") else ""
    _logged(["apt-get", "-qy", "install", package or "python3-venv"], log, refusal, quiet)


def _install(folder, requirements):
    _logged(
        [folder / "bin/python", "-m", "pip", "install", "-q", "-r", requirements],
        _log(folder),
        "The Python packages could not be installed: check the network and the pip "
        "configuration, then run this again (log: {log}).",
    )


def _logged(command, log, refusal, environ=None):
    with open(log, "a") as output:
        done = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environ or os.environ,
        )
    if done.returncode:
        raise CannotGoOn(refusal.format(log=log))


def main():
    print(environment(sys.argv[1] if len(sys.argv) > 1 else "odoo"))


if __name__ == "__main__":
    run(main)
