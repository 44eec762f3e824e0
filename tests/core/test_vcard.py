import pytest
from customer_delivery.core.vcard import vcard
from hypothesis import given
from hypothesis import strategies as st


def test_what_a_phone_reads():
    assert vcard("王芳", "Northlight", "Account manager", "+86 138 0013 8000", "w@example.com") == (
        "BEGIN:VCARD\r\nVERSION:3.0\r\nN:王芳;;;;\r\nFN:王芳\r\nORG:Northlight\r\n"
        "TITLE:Account manager\r\nTEL;TYPE=WORK,VOICE:+86 138 0013 8000\r\n"
        "EMAIL;TYPE=WORK:w@example.com\r\nEND:VCARD\r\n"
    )


def test_what_is_empty_is_left_out():
    assert vcard("Ann", phone=None, email=" ").count("\r\n") == 5
    with pytest.raises(ValueError, match="name"):
        vcard(" ")


@given(st.text(min_size=1).filter(str.strip), st.text())
def test_no_text_begins_a_line_of_its_own(name, company):
    lines = vcard(name, company).split("\r\n")
    keys = [line.split(":")[0].split(";")[0] for line in lines if line]
    assert set(keys) <= {"BEGIN", "VERSION", "N", "FN", "ORG", "END"}
    assert not any("\n" in line or "\r" in line for line in lines)
