"""The quick way to plain text says what the thorough one says."""

import random

import pytest
from customer_delivery.core import html_plain
from customer_delivery.core.html_canon import plain
from customer_delivery.core.html_plain import plain_text, rich_text

TEXTS = [
    "<p>One line</p>",
    "<p>A</p><p>B 中文。</p>",
    "<ul><li>a</li><li>b</li></ul><p>c</p><ol><li>d</li><li>e</li></ol><ol><li>f</li></ol>",
    "<p>two  spaces</p>",
    "<p> padded </p>",
    "<p></p>",
    "<p>e\u0301 not composed</p>",
    "<p>a&amp;b</p>",
    "<p>zero\u200bwidth and no\xa0break</p>",
    "<p>line\nbreak</p>",
    "<p class='x'>attribute</p>",
    "<p>bold <b>word</b></p>",
    "<ul><li><p>wrapped</p></li></ul>",
    "plain",
    "",
]


@pytest.mark.parametrize("html", TEXTS)
def test_the_quick_way_agrees_with_the_thorough_one(html):
    assert plain_text(html) == plain(html)


def test_random_simple_texts_agree_and_take_the_quick_way(monkeypatch):
    chance = random.Random(7)
    words = ["需求", "shall", "print", "≤", "2", "s", "；", "x|y", "\\n", "'", '"', "é", "①"]

    def text():
        return " ".join(chance.choices(words, k=chance.randint(1, 6)))

    def block():
        tag = chance.choice(["p", "ul", "ol"])
        if tag == "p":
            return f"<p>{text()}</p>"
        entries = "".join(f"<li>{text()}</li>" for _ in range(chance.randint(1, 3)))
        return f"<{tag}>{entries}</{tag}>"

    samples = ["".join(block() for _ in range(chance.randint(1, 4))) for _ in range(300)]
    expected = [plain(sample) for sample in samples]
    monkeypatch.setattr(html_plain, "plain", lambda html: pytest.fail(f"slow way: {html}"))
    assert [plain_text(sample) for sample in samples] == expected


def test_nothing_is_the_empty_text():
    assert plain_text(None) == plain_text(False) == ""


@pytest.mark.parametrize("text", ["one", "a\nb", "• a\n• b\nc\n• d", "x < y & z\n1. first"])
def test_plain_text_made_rich_reads_the_same(text):
    assert plain(rich_text(text)) == text


def test_markup_typed_into_a_cell_stays_text():
    assert rich_text("<script>alert(1)</script>") == "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"
