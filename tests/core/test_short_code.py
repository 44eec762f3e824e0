import random

import pytest
from customer_delivery.core import short_code

CODES = [short_code.make(random.Random(seed).choice) for seed in range(30)]


def test_codes_differ_and_read_back():
    codes = {short_code.make() for _count in range(2000)}
    assert len(codes) == 2000
    assert all(short_code.read(short_code.show(code)) == code for code in codes)


@pytest.mark.parametrize("code", CODES)
def test_however_it_is_typed_it_is_the_same_code(code):
    wide = "".join(chr(ord(character) + 0xFEE0) for character in code)
    for typed in (
        code.lower(),
        f"  {code[:2]} {code[2:5]}–{code[5:]}\n",
        short_code.show(code),
        wide,
        code.replace("0", "O").replace("1", "I"),
        code.replace("0", "o").replace("1", "l"),
        code.replace("0", "Q").replace("V", "U"),
    ):
        assert short_code.same(typed, code)


@pytest.mark.parametrize("code", CODES)
def test_every_wrong_character_is_noticed(code):
    for place, right in enumerate(code):
        for wrong in short_code.ALPHABET.replace(right, ""):
            assert not short_code.read(code[:place] + wrong + code[place + 1 :])


@pytest.mark.parametrize("code", CODES)
def test_two_characters_that_changed_places_are_noticed(code):
    for one in range(short_code.LENGTH):
        for other in range(one):
            typed = list(code)
            typed[one], typed[other] = typed[other], typed[one]
            if typed[one] != typed[other]:
                assert not short_code.read("".join(typed))


@pytest.mark.parametrize("typed", ["", None, "1234", CODES[0] + "0", "盖章处盖章处盖章", "!" * 8])
def test_what_cannot_be_a_code_is_none(typed):
    assert short_code.read(typed) == ""
    assert not short_code.same(typed, CODES[0])


def test_no_code_matches_a_paper_without_one():
    assert not short_code.same("", "")
    assert not short_code.same(CODES[0], "")


def test_letters_that_look_like_digits_do_not_occur():
    assert len(short_code.ALPHABET) == 31 == len(set(short_code.ALPHABET))
    assert not set("OQILU") & set(short_code.ALPHABET)
