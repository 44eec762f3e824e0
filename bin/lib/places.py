"""Where things are: the checkout, the state outside of it, and the keys that tie them."""

import contextlib
import fcntl
import functools
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from say import CannotGoOn

ADDON = "customer_delivery"
REPOSITORY = Path(__file__).resolve().parents[2]
LIBRARY = Path(__file__).resolve().parent

# Folders and files of the checkout that no installed addon needs.
DEVELOPMENT = (
    ".ci",
    ".editorconfig",
    ".gitattributes",
    ".github",
    ".gitignore",
    "bench",
    "bin",
    "compose.yaml",
    "docs",
    "pyproject.toml",
)


def digest(*parts):
    """A short key of texts, the same on every machine."""
    joined = "\0".join(str(part) for part in parts)
    return hashlib.sha256(joined.encode()).hexdigest()[:10]


@functools.cache
def home():
    """The folder of all state; by default in the user's cache folder."""
    chosen = os.environ.get("CUSTOMER_DELIVERY_HOME")
    if chosen:
        folder = Path(chosen).expanduser().absolute()
    elif os.geteuid() == 0:
        # PostgreSQL does not run as root, and its own user cannot enter root's folders.
        folder = Path("/var/tmp/customer-delivery")
    else:
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        folder = Path(cache) / "customer-delivery"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "locks").mkdir(exist_ok=True)
    except OSError as error:
        raise CannotGoOn(
            f"{folder} cannot be written ({error.strerror}): name another folder in "
            "CUSTOMER_DELIVERY_HOME."
        ) from error
    return folder


@functools.cache
def checkout_home():
    """State of this checkout alone: several checkouts share one home."""
    folder = home() / "checkouts" / f"{REPOSITORY.name}-{digest(REPOSITORY)}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@functools.cache
def addons_folder():
    """A folder that holds the addon under its technical name and nothing else."""
    folder = checkout_home() / "addons"
    folder.mkdir(exist_ok=True)
    link = folder / ADDON
    if not link.is_symlink() or link.resolve() != REPOSITORY:
        link.unlink(missing_ok=True)
        link.symlink_to(REPOSITORY, target_is_directory=True)
    return folder


@contextlib.contextmanager
def lock(name, shared=False):
    """Hold a lock that all checkouts and runs of this home respect."""
    mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    with open(home() / "locks" / name, "w") as handle:
        fcntl.flock(handle, mode)
        yield handle


@functools.cache
def repository_files():
    """The checkout's files, tracked or new, as sorted relative paths."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=True).stdout
        names = [name for name in listed.decode().split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        # No git, or an unpacked archive: all but what a run leaves behind.
        names = [
            str(path.relative_to(REPOSITORY))
            for path in REPOSITORY.rglob("*")
            if not {"__pycache__", ".git", "build", "node_modules"} & set(path.parts)
        ]
    return sorted(name for name in set(names) if (REPOSITORY / name).is_file())


def is_development(name):
    return name.split("/")[0] in DEVELOPMENT


def copy_addon(target):
    """Copy the addon without development files to a folder of its technical name."""
    folder = Path(target) / ADDON
    for name in repository_files():
        if not is_development(name):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / name, folder / name)
    return folder


def _is_installed(name):
    """Whether a file can change what an installation writes into the database."""
    if is_development(name) or name.startswith(("tests/", "static/")):
        # An icon is stored with the menu; all other static files are read from the disk.
        return name.startswith("static/description/icon")
    return not name.endswith(".md")


@functools.cache
def installed_key():
    """A key of all that an installation reads."""
    parts = []
    for name in repository_files():
        if _is_installed(name):
            parts += [name, hashlib.sha256((REPOSITORY / name).read_bytes()).hexdigest()]
    return digest(*parts)


@functools.cache
def assets_key():
    """A key of the static files as the asset bundles see them: by path and date."""
    parts = [REPOSITORY]
    for name in repository_files():
        if name.startswith("static/"):
            parts += [name, (REPOSITORY / name).stat().st_mtime_ns]
    return digest(*parts)
