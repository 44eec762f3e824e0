"""Checks a downloaded bundle: python3 verify.py bundle.zip

Needs nothing but Python. It recomputes every check code, and that each signature stands under its
decision, each decision on the content, and each seal on its decision. Compare the check code that
it prints with the one on the screen or on the paper.

A close-out pack holds many documents: its check codes are recomputed, and each bundle in it is
checked as above.
"""

import hashlib
import io
import json
import sys
import zipfile


def sha256(data):
    """Return the check code of bytes."""
    return hashlib.sha256(data).hexdigest()


def folder(files, name):
    """Return {check code: plain content} of the texts in one folder."""
    return {
        sha256(data): json.loads(data)
        for path, data in files.items()
        if path.startswith(f"evidence/{name}/")
    }


def check(path):
    """Return what the bundle proves; raise AssertionError when something does not fit.

    :param path: path of the ZIP, or a binary file
    """
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    for line in files.pop("SHA256SUMS").decode().splitlines():
        code, _, name = line.partition("  ")
        assert name in files and sha256(files[name]) == code, f"{name} was changed"
    if "evidence/content.json" not in files:
        bundles = sorted(name for name in files if name.endswith(".zip"))
        proofs = [f"{name}: {check(io.BytesIO(files[name]))}" for name in bundles]
        return "\n".join([f"{len(files)} files as they were packed", *proofs])
    content = sha256(files["evidence/content.json"])
    shown = {sha256(data) for name, data in files.items() if name.startswith("evidence/shown/")}
    decisions, signatures = folder(files, "decisions"), folder(files, "signatures")
    for decision in decisions.values():
        assert decision["snapshot_sha256"] == content, "a decision is on other content"
    for code, signature in signatures.items():
        assert signature["decision_sha256"] in decisions, f"signature {code} has no decision"
        assert signature["snapshot_sha256"] == content, f"signature {code} is on other content"
        assert signature.get("rendition_sha256", next(iter(shown), None)) in shown, (
            f"what signature {code} was shown is missing"
        )
    seals = folder(files, "seals")
    for code, seal in seals.items():
        assert seal["decision"] in decisions, f"seal {code} has no decision"
    kept = {sha256(data) for data in files.values()}
    missing = {
        code for text in files if text.startswith("evidence/") for code in named(files[text])
    }
    assert missing <= kept, f"files are missing: {sorted(missing - kept)}"
    return f"{len(decisions)} decisions, {len(signatures)} signatures, check code {content}"


def named(data):
    """Return the check codes of files that a canonical text names."""
    found = set()
    try:
        todo = [json.loads(data)]
    except ValueError:
        return found
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            found |= codes(value.get("files"))
            if value.get("schema", "").startswith("cd.baseline/"):
                found |= codes(value.get("lines"))
            todo += value.values()
        elif isinstance(value, list):
            todo += value
    return found


def codes(rows):
    """Return the check codes in a list of plain contents."""
    return {row["sha256"] for row in rows or [] if isinstance(row, dict) and "sha256" in row}


if __name__ == "__main__":
    print(check(sys.argv[1]))
