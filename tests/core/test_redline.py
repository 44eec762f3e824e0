import re
import time

from customer_delivery.core.html_canon import canonical, plain
from customer_delivery.core.redline import has_changes, redline
from hypothesis import given, settings
from hypothesis import strategies as st


def accepted(marked):
    """Return what remains when all changes are accepted."""
    return re.sub(r"</?ins>", "", re.sub(r"<del>.*?</del>", "", marked, flags=re.S))


def lost(marked):
    return "".join(re.findall(r"<del>(.*?)</del>", marked, flags=re.S))


def test_equal_texts_show_no_change():
    text = "<p>Print the label.</p>"
    assert redline(text, text) == text
    assert not has_changes(redline(text, text))


def test_a_word_is_replaced():
    assert redline("<p>within 3 s</p>", "<p>within 2 s</p>") == (
        "<p>within <del>3</del><ins>2</ins> s</p>"
    )


def test_chinese_changes_by_character():
    assert redline("<p>三秒内打印标签</p>", "<p>两秒内打印标签</p>") == (
        "<p><del>三</del><ins>两</ins>秒内打印标签</p>"
    )


def test_an_added_list_item_is_inserted():
    assert redline("<ul><li>a</li></ul>", "<ul><li>a</li><li>b</li></ul>") == (
        "<ul><li>a</li><li><ins>b</ins></li></ul>"
    )


def test_a_removed_paragraph_is_shown_struck():
    assert redline("<p>a</p><p>b</p>", "<p>a</p>") == "<p>a</p><p><del>b</del></p>"


def test_bold_is_kept_outside_the_mark():
    assert redline("<p>a</p>", "<p>a <strong>b</strong></p>") == (
        "<p>a<ins> </ins><strong><ins>b</ins></strong></p>"
    )


def test_entities_are_not_cut():
    assert "&<ins>" not in redline("<p>a &amp; b</p>", "<p>a &lt; b</p>")


def test_everything_is_new_or_gone():
    assert redline("", "<p>a</p>") == "<p><ins>a</ins></p>"
    assert redline("<p>a</p>", "") == "<p><del>a</del></p>"


blocks = st.lists(
    st.sampled_from(["alpha", "beta 2", "三秒内", "x < y & z", "打印 label", ""]).flatmap(
        lambda text: st.sampled_from(
            [f"<p>{text}</p>", f"<ul><li>{text}</li><li>end</li></ul>", f"<h2>{text}</h2>"]
        )
    ),
    max_size=6,
).map("".join)


@settings(max_examples=200)
@given(blocks, blocks)
def test_accepting_all_changes_gives_the_new_text(old, new):
    old, new = canonical(old), canonical(new)
    assert (
        accepted(redline(old, new))
        .replace("<p></p>", "")
        .replace("<ul><li></li></ul>", "")
        .count("<ins>")
        == 0
    )
    assert plain(accepted(redline(old, new))) == plain(new)


@given(blocks, blocks)
def test_every_lost_run_is_shown(old, new):
    old, new = canonical(old), canonical(new)
    shown = re.sub(r"\s|<[^>]*>", "", redline(old, new))
    for run in re.findall(r">([^<>]+)<", old):
        for char in re.sub(r"\s", "", run):
            assert char in shown


def test_two_long_texts_are_compared_quickly():
    # a guard against quadratic work, not a measurement
    old = "".join(f"<p>Paragraph {i} 说明 of a long specification text.</p>" for i in range(900))
    new = old.replace("Paragraph 40 ", "Paragraph forty ").replace("<p>Paragraph 7 ", "<p>New 7 ")
    started = time.process_time()
    marked = redline(old, new)
    assert has_changes(marked)
    assert time.process_time() - started < 5
