import io
import zipfile

from customer_delivery.core.bundle import pack, safe_name


def test_names_are_no_paths():
    assert safe_name("../../etc/passwd") == "_.._etc_passwd"
    assert safe_name("a\x00b<c>.pdf") == "a_b_c_.pdf"
    assert safe_name(" . ") == "file"
    assert len(safe_name("ü" * 300)) == 100


def test_the_same_content_is_the_same_archive():
    files = {"b.txt": b"b", "a.txt": b"a"}
    assert pack(files) == pack(dict(reversed(files.items())))
    with zipfile.ZipFile(io.BytesIO(pack(files))) as archive:
        assert sorted(archive.namelist()) == ["SHA256SUMS", "a.txt", "b.txt", "verify.py"]
        assert len(archive.read("SHA256SUMS").splitlines()) == 3
