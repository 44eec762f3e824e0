"""What decides whether a run has failed is tested too."""

import pytest
import serving
from odoo_process import complaints
from places import ADDON, is_development
from pytest_layers import _counts, _dotted

STAMP = "2026-01-02 03:04:05,678 4711"


def test_warnings_of_other_addons_count_only_where_all_count():
    log = f"{STAMP} WARNING db odoo.addons.mail.models: slow\n"
    assert complaints(log) == []
    assert len(complaints(log, everything=True)) == 1


@pytest.mark.parametrize("level", ["WARNING", "ERROR", "CRITICAL"])
def test_complaints_of_the_addon_are_found_by_logger(level):
    log = f"{STAMP} {level} db odoo.addons.{ADDON}.models.x: wrong\n"
    assert complaints(log) == [log.strip()]


def test_an_error_is_the_addons_if_its_traceback_is():
    log = (
        f"{STAMP} ERROR db odoo.http: Exception\n"
        f'  File "/addons/{ADDON}/models/x.py", line 1\n'
        f"{STAMP} INFO db odoo.http: {ADDON} served\n"
    )
    [found] = complaints(log)
    assert found.count("\n") == 1


def test_deprecated_calls_count_only_if_they_are_the_addons():
    log = f"{STAMP} WARNING db py.warnings: werkzeug is old\n  File odoo/http.py\n"
    assert complaints(log, everything=True) == []
    assert complaints(log + f"  File {ADDON}/models/x.py\n", everything=True)


def test_information_is_no_complaint():
    assert complaints(f"{STAMP} INFO db odoo.addons.{ADDON}: loaded\n", everything=True) == []


def test_development_files_are_told_from_the_addons():
    assert is_development("bin/test") and is_development("pyproject.toml")
    assert not is_development("models/bin.py")


def test_a_node_id_keeps_its_tail():
    expected = f"odoo.addons.{ADDON}.tests.test_x::TestX::test_y"
    assert _dotted("tests/test_x.py::TestX::test_y") == expected


def test_errors_are_counted_as_failures(tmp_path):
    results = tmp_path / "results.xml"
    results.write_text('<s><testsuite tests="9" failures="1" errors="2" skipped="3"/></s>')
    assert _counts(results) == (3, 3, 3)


def test_chinese_characters_take_two_columns():
    assert serving._width("李伟 x") == 6
