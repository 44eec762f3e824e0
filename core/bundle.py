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


def pack(files):
    """Return a ZIP of ``{path: bytes}`` with the check codes of all of them and the verifier."""
    files = {**files, VERIFIER: Path(__file__).with_name("bundle_verifier.py").read_bytes()}
    sums = "".join(f"{digest(files[path])}  {path}\n" for path in sorted(files))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as package:
        for path, data in sorted({**files, SUMS: sums.encode()}.items()):
            entry = zipfile.ZipInfo(path, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(entry, data)
    return archive.getvalue()
