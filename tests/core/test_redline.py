import re

from customer_delivery.core.html_canon import canonical, plain
from customer_delivery.core.redline import has_changes, redline, sides
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


def _nested(drawn):
    shape, inner = drawn
    if "ul" in shape:
        return shape.format("".join(f"<li>{item}</li>" for item in inner))
    if "table" in shape:
        return shape.format("".join(f"<tr><td>{item}</td><td>x</td></tr>" for item in inner))
    return shape.format("".join(inner))


documents = st.recursive(
    st.sampled_from(
        [
            "<p>alpha beta</p>",
            "<p>gamma <strong>delta</strong> epsilon</p>",
            "<h2>Scope</h2>",
            "<p>三秒内<s>打印</s>标签</p>",
            '<p>see <a href="/x">there</a></p>',
            "<hr>",
        ]
    ),
    lambda inner: st.tuples(
        st.sampled_from(["<ul>{}</ul>", "<table>{}</table>", "<blockquote>{}</blockquote>"]),
        st.lists(inner, min_size=1, max_size=3),
    ).map(_nested),
    max_leaves=8,
)
texts = st.lists(documents, max_size=5).map("".join)


def assert_well_formed(html):
    """Each tag is closed in order, and stands where its kind may stand."""
    inside = {"li": ("ul", "ol"), "tr": ("table",), "td": ("tr",)}
    only = {"ul": ("li",), "ol": ("li",), "table": ("tr",), "tr": ("td",)}
    texts_only = ("p", "h2", "ins", "del")
    opened = []
    for end, name, text in re.findall(r"<(/?)(\w+)[^>]*>|([^<]+)", html):
        parent = opened[-1] if opened else None
        if text:
            assert parent not in only, html
        elif end:
            assert opened.pop() == name, html
        else:
            assert parent in inside.get(name, (parent,)), html
            assert name in only.get(parent, (name,)), html
            if name in ("p", "h2", "ul", "table", "blockquote", "hr"):
                assert not set(texts_only) & set(opened), html
            if name != "hr":
                opened.append(name)
    assert not opened, html


@settings(max_examples=300)
@given(texts, texts)
def test_a_redline_is_well_formed_and_loses_nothing(old, new):
    old, new = canonical(old), canonical(new)
    marked = redline(old, new)
    assert_well_formed(marked)
    assert plain_words(accepted(marked)) == plain_words(new)
    shown = re.sub("<[^>]*>", " ", marked)
    for run in re.findall(r">([^<>]+)<", old):
        assert all(word in shown for word in run.split())


@settings(max_examples=200)
@given(texts, texts)
def test_both_sides_are_the_texts_themselves(old, new):
    old, new = canonical(old), canonical(new)
    left, right = sides(old, new)
    assert re.sub("</?del>", "", left) == old
    assert re.sub("</?ins>", "", right) == new


def plain_words(html):
    return re.sub("<[^>]*>", " ", html).split()


def test_a_word_made_bold_or_struck_is_a_change():
    assert redline("<p>a b</p>", "<p>a <strong>b</strong></p>") == (
        "<p>a <del>b</del><strong><ins>b</ins></strong></p>"
    )
    assert has_changes(redline("<p>with a door</p>", "<p>with a <s>door</s></p>"))


def test_a_paragraph_made_a_heading_is_a_change():
    assert redline("<p>Scope</p>", "<h2>Scope</h2>") == "<h2><del>Scope</del><ins>Scope</ins></h2>"


def test_a_changed_paragraph_behind_a_new_one_is_compared_with_its_own():
    old = "<p>The printer prints one label a second.</p>"
    new = f"<p>All times hold at 20 degrees.</p>{old.replace('one label', 'two labels')}"
    assert redline(old, new) == (
        "<p><ins>All times hold at 20 degrees.</ins></p>"
        "<p>The printer prints <del>one label</del><ins>two labels</ins> a second.</p>"
    )


def test_a_paragraph_written_anew_is_replaced_whole():
    assert redline("<p>Print a label in red.</p>", "<p>Stop the line when a door opens.</p>") == (
        "<p><del>Print a label in red.</del><ins>Stop the line when a door opens.</ins></p>"
    )


def test_what_was_lost_stands_where_its_kind_may_stand():
    row = "<tr><td>{}</td><td>1 s</td></tr>"
    assert redline(
        f"<table>{row.format('print')}{row.format('stop')}</table>",
        f"<table>{row.format('print')}</table><p>end</p>",
    ) == (
        f"<table>{row.format('print')}"
        "<tr><td><del>stop</del></td><td><del>1 s</del></td></tr></table><p><ins>end</ins></p>"
    )
    assert redline("<ol><li>a</li><li>b</li></ol><p>c</p>", "<p>c</p>") == (
        "<ol><li><del>a</del></li><li><del>b</del></li></ol><p>c</p>"
    )
    assert redline("<ul><li>a</li></ul><p>b</p><p>c</p>", "<ul><li>a</li></ul><p>c</p>") == (
        "<ul><li>a</li></ul><p><del>b</del></p><p>c</p>"
    )


def test_one_long_paragraph_is_compared_word_by_word():
    words = [f"word{number * 7919 % 997}" for number in range(8000)]
    new = [*words[:4000], "other", *words[4001:]]
    marked = redline(f"<p>{' '.join(words)}</p>", f"<p>{' '.join(new)}</p>")
    assert marked.count("<ins>") == marked.count("<del>") == 1
