"""What both sides keep of a signed document: one archive that anybody can check."""

import io
import re
import zipfile
from pathlib import Path

from .canonical import digest

SUMS = "SHA256SUMS"
VERIFIER = "verify.py"
# no file of a fixed content differs between two downloads
EPOCH = (1980, 1, 1, 0, 0, 0)


def safe_name(name, fallback="file"):
    """Return a file name that no system reads as a path or a command."""
    name = re.sub(r'[\x00-\x1f<>:"/\\|?*]+', "_", name or "").strip(" .")
    return name[-100:] or fallback


class Archive:
    """A ZIP written file by file, with the check codes of all of them and the verifier.

    Nothing but the file at hand is in memory. The same files in the same order make the same
    bytes.
    """

    def __init__(self, target):
        """Write to ``target``, a path or a binary file."""
        self._package = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED)
        self._sums = {}

    def add(self, path, data):
        """Add one file; return its check code."""
        self._sums[path] = digest(data)
        self._write(path, data)
        return self._sums[path]

    def close(self):
        """Add verifier and check codes, and end the archive."""
        self.add(VERIFIER, Path(__file__).with_name("bundle_verifier.py").read_bytes())
        sums = "".join(f"{self._sums[path]}  {path}\n" for path in sorted(self._sums))
        self._write(SUMS, sums.encode())
        self._package.close()

    def _write(self, path, data):
        entry = zipfile.ZipInfo(path, EPOCH)
        entry.compress_type = zipfile.ZIP_DEFLATED
        self._package.writestr(entry, data)


def pack(files):
    """Return a ZIP of ``{path: bytes}`` with the check codes of all of them and the verifier."""
    target = io.BytesIO()
    archive = Archive(target)
    for path, data in sorted(files.items()):
        archive.add(path, data)
    archive.close()
    return target.getvalue()
