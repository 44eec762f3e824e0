import unicodedata

import pytest
from customer_delivery.core import html_canon, html_model
from customer_delivery.core.html_canon import canonical, plain
from hypothesis import example, given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    "nothing",
    [
        None,
        False,
        "",
        " \n ",
        "<p><br></p>",
        "<p>&nbsp;</p><p> \u200b</p>",
        "<div><span></span></div>",
        "<ul><li><br></li></ul>",
        "<table><tbody><tr><td></td></tr></tbody></table>",
        "<blockquote><p></p></blockquote>",
        "<!-- note --><?php x ?><script>alert(1)</script><style>p{}</style>",
        "<p><strong> </strong></p>",
        "<pre>\n \n</pre>",
        "<img>",
    ],
)
def test_nothing_is_the_empty_text(nothing):
    assert canonical(nothing) == ""
    assert plain(nothing) == ""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("plain", "<p>plain</p>"),
        ('<p class="x" id="y" data-a="1" style="color:red">a</p>', "<p>a</p>"),
        ("<p>a  b\n c&nbsp;d</p>\n<p> e </p>", "<p>a b c d</p><p>e</p>"),
        ("<p>a<br/></p>", "<p>a</p>"),
        ("<p>a <br>\n b</p>", "<p>a<br>b</p>"),
        ("<div>a<div>b</div>c</div>", "<p>a</p><p>b</p><p>c</p>"),
        ("<p>one<p>two", "<p>one</p><p>two</p>"),
        ("<p>a\ufeffb<!-- x -->c</p>", "<p>abc</p>"),
        ("<p>e\u0301</p>", "<p>\u00e9</p>"),
        ('<p>1 &lt; 2 &amp; 3 > 2 "q"</p>', "<p>1 &lt; 2 &amp; 3 &gt; 2 &quot;q&quot;</p>"),
        ("<h1>t</h1><p>x</p>", "<h1>t</h1><p>x</p>"),
        ("<h2>a<p>b</p>c</h2>", "<h2>a</h2><p>b</p><h2>c</h2>"),
        ("a<hr/>b", "<p>a</p><hr><p>b</p>"),
        ("<blockquote>q</blockquote>", "<blockquote><p>q</p></blockquote>"),
        ("<pre>\n a\r\n  b<br>c\n</pre>", "<pre> a\n  b\nc</pre>"),
        ("<P>X</P>", "<p>X</p>"),
        ("a < b and <3", "<p>a &lt; b and &lt;3</p>"),
        ("<p>x<i class='fa'/>y</p>", "<p>xy</p>"),
    ],
)
def test_blocks(source, expected):
    assert canonical(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<b>a</b><i>b</i>", "<p><strong>a</strong><em>b</em></p>"),
        ("<em><b>a</b></em>", "<p><strong><em>a</em></strong></p>"),
        ("<b>a</b><strong>b</strong>", "<p><strong>ab</strong></p>"),
        ("<b>a </b>b", "<p><strong>a</strong> b</p>"),
        ("<b>a</b> <b>b</b>", "<p><strong>a b</strong></p>"),
        ("<del>a</del><strike>b</strike><ins>c</ins>", "<p><s>ab</s><u>c</u></p>"),
        ('<span style="text-decoration: line-through">a</span>', "<p><s>a</s></p>"),
        (
            '<span style="text-decoration-line:underline line-through;color:red">a</span>',
            "<p><u><s>a</s></u></p>",
        ),
        ('<p style="TEXT-DECORATION:underline">a</p>', "<p><u>a</u></p>"),
        ("<font color=red>a</font><mark>b</mark>", "<p>ab</p>"),
        ("<b><p>a</p><p>b</p></b>c", "<p><strong>a</strong></p><p><strong>b</strong></p><p>c</p>"),
        ("2<sup>3<sup>4</sup></sup>", "<p>2<sup>3<sup>4</sup></sup></p>"),
        ("H<sub>2</sub>O", "<p>H<sub>2</sub>O</p>"),
        (
            '<a target="_blank" href=" https://x.cn/?a=1&amp;b=2 "><b>x</b></a>',
            '<p><a href="https://x.cn/?a=1&amp;b=2"><strong>x</strong></a></p>',
        ),
        ('<a href="java\nscript:x()">x</a><a>y</a>', "<p>xy</p>"),
    ],
)
def test_marks(source, expected):
    assert canonical(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<ul><li><p>a</p></li><li>b</li></ul>", "<ul><li>a</li><li>b</li></ul>"),
        ("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"),
        (
            "<ul><li>a<ul><li>b</li></ul></li><li><p>c</p><p>d</p></li></ul>",
            "<ul><li>a<ul><li>b</li></ul></li><li><p>c</p><p>d</p></li></ul>",
        ),
        (
            "<ul>a<ul><li>b</li></ul></ul>",
            "<ul><li>a</li><li><ul><li>b</li></ul></li></ul>",
        ),
        ("<li>stray</li>", "<p>stray</p>"),
        ("<ol><li></li><li>b</li></ol>", "<ol><li></li><li>b</li></ol>"),
        (
            '<ol start="03" type="a" class="x"><li>x</li></ol>',
            '<ol start="3" type="a"><li>x</li></ol>',
        ),
        ('<ol start="1" type="1"><li>x</li></ol>', "<ol><li>x</li></ol>"),
        (
            '<table class="t"><colgroup><col></colgroup><thead><tr><th>h</th></tr></thead>'
            '<tbody><tr><td colspan="2" rowspan="1"><p>x</p></td><td></td></tr></tbody></table>',
            '<table><tr><th>h</th></tr><tr><td colspan="2">x</td><td></td></tr></table>',
        ),
        (
            "<table><tr><td></td><td></td></tr><tr><td>a<td>b</table>",
            "<table><tr><td></td><td></td></tr><tr><td>a</td><td>b</td></tr></table>",
        ),
        (
            "<table><caption>c</caption>x</table>",
            "<table><caption>c</caption><tr><td>x</td></tr></table>",
        ),
    ],
)
def test_lists_and_tables(source, expected):
    assert canonical(source) == expected


def test_the_tick_of_a_checklist_is_content():
    source = '<ul class="o_checklist"><li class="o_checked">a</li><li>b</li></ul>'
    assert canonical(source) == "<ul><li>☑ a</li><li>☐ b</li></ul>"
    assert canonical(source) != canonical(source.replace("o_checked", ""))


@pytest.mark.parametrize(
    "change",
    [
        ("within 2 s", "within 3 s"),
        ("<em>ms</em>", "ms"),
        ("<em>ms</em>", '<em style="text-decoration:line-through">ms</em>'),
        ("<li>two</li>", ""),
        ('colspan="2"', 'colspan="3"'),
        ('alt="plan"', 'alt="map"'),
        ("/web/image/7", "/web/image/8"),
        ("https://a.example", "https://b.example"),
    ],
)
def test_a_change_of_content_changes_the_form(change):
    source = (
        "<p>within 2 s <em>ms</em></p><ol><li>one</li><li>two</li></ol>"
        '<table><tr><td colspan="2">x</td></tr></table><img src="/web/image/7" alt="plan">'
        '<a href="https://a.example">a</a>'
    )
    assert source.replace(*change) != source
    assert canonical(source.replace(*change)) != canonical(source)


@pytest.mark.parametrize(
    "url",
    [
        "/web/image/12",
        "/web/image/12-abc123/plan.png?access_token=x&amp;unique=1",
        "/web/image/12/300x200/plan.png",
        "/web/image/ir.attachment/12/datas",
        "/web/image?model=ir.attachment&amp;id=12",
    ],
)
def test_addresses_of_our_own_images(url):
    source = f'<img class="img" src="{url}" alt=" a  b ">'
    assert canonical(source) == '<p><img src="/web/image/12" alt="a b"></p>'
    resolved = canonical(source, lambda kind, file_id: f"sha256:{kind}{file_id}")
    assert resolved == '<p><img src="sha256:image12" alt="a b"></p>'
    assert canonical(resolved) == resolved
    assert canonical(source, lambda kind, file_id: None) == canonical(source)


def test_links_to_our_own_files_are_resolved_too():
    source = '<a href="/web/content/5?download=true">f</a>'
    assert canonical(source) == '<p><a href="/web/content/5">f</a></p>'
    assert (
        canonical(source, lambda kind, file_id: f"sha256:{kind}-{file_id}")
        == '<p><a href="sha256:content-5">f</a></p>'
    )


def test_addresses_are_the_same_with_and_without_percent_signs():
    source = '<a href="https://x.cn/中 文?q=1%25">x</a><img src="/a b.png">'
    stored = '<a href="https://x.cn/%E4%B8%AD%20%E6%96%87?q=1%25">x</a><img src="/a%20b.png">'
    assert canonical(source) == canonical(stored) == f"<p>{stored}</p>"
    assert plain('<a href="https://x.cn/中">https://x.cn/中</a>') == "https://x.cn/中"


def test_other_images_of_this_server_keep_their_path():
    source = '<img src="/web/image/res.partner/5/avatar_128?unique=1"><img src="/x/static/a.png#b">'
    assert canonical(source) == (
        '<p><img src="/web/image/res.partner/5/avatar_128"><img src="/x/static/a.png"></p>'
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/a.png",
        "HTTP://elsewhere.example/a.png",
        "//elsewhere.example/a.png",
        "data:image/png;base64,AAAA",
        "blob:abc",
        "cid:part1",
        "\\\\server\\share.png",
    ],
)
def test_foreign_images_are_refused_by_name(url):
    with pytest.raises(html_canon.ForeignImage) as caught:
        canonical(f'<p>x<img src="{url}"></p>')
    assert caught.value.url == url
    assert isinstance(caught.value, ValueError)
    assert plain(f'<p>x<img src="{url}" alt="logo"></p>') == "x[logo]"


def test_subclasses_of_str_with_their_own_escaping_are_read_as_text():
    class Markup(str):
        def __add__(self, other):
            raise AssertionError

        __radd__ = __mod__ = join = replace = split = __add__

    assert canonical(Markup("<p>a &amp; b</p>")) == "<p>a &amp; b</p>"


def test_depth_is_limited_without_losing_text():
    source = "<ul><li>x" * 3000 + "<b>" * 3000 + "end"
    once = canonical(source)
    assert once.count("x") == 3000
    assert "end" in once
    assert canonical(once) == once


TAGS = str.split("p div b i u s sub sup ul ol li table tr td th pre h1 blockquote caption a tbody")
FRAGMENTS = [
    *(f"<{tag}>" for tag in TAGS),
    *(f"</{tag}>" for tag in TAGS),
    "<br>",
    "<hr>",
    "<img src='/web/image/3-x?a=1' alt='a'>",
    "<img src='/x ?y'>",
    "<a href='https://x.cn/'>",
    "<a href='/web/content/4?x'>",
    "<span style='text-decoration:line-through'>",
    "</span>",
    "<ul class='o_checklist'>",
    "<li class='o_checked'>",
    "<td colspan=2>",
    "<ol start=4 type=i>",
    "<b/>",
    "<p/>",
    "&lt;",
    "&amp;nbsp;",
    "&#824;",
    "&#13;",
    "&nbsp;",
    " ",
    "\n",
    "\t",
    "\u3000",
    "\u2000",
    "\u0301",
    "\u0338",
    "\u200b",
    "e",
    "中文",
]
BROKEN = ["<script>", "</script>", "<!--", "-->", "<", ">", "=", '"', "'"]


def soups(pieces):
    return st.lists(pieces, max_size=40).map("".join)


soup = soups(st.sampled_from(FRAGMENTS + BROKEN) | st.text(max_size=4))


@given(soup)
@example("<b>x</b>\u0338")
@example("<ul>x<table>y<ul>z")
def test_the_form_is_its_own_form(source):
    once = canonical(source)
    assert canonical(once) == once
    assert unicodedata.normalize("NFC", once) == once
    once.encode()


@given(soups(st.sampled_from(FRAGMENTS)))
def test_no_letter_is_lost(source):
    assert canonical(source).count("中文") == source.count("中文")
    assert plain(source).count("中文") == source.count("中文")


@given(soup)
def test_plain_text_says_the_same_as_the_form(source):
    assert plain(canonical(source)) == plain(source)


@given(st.text())
def test_escaped_text_survives(text):
    source = text.replace("&", "&amp;").replace("<", "&lt;")
    words = html_model.INVISIBLE.sub("", text).replace("\x00", "").split()
    assert plain(f"<p>{source}</p>") == unicodedata.normalize("NFC", " ".join(words))


def test_plain_text():
    source = (
        "<h2>Label</h2><p>Print<br><b>fast</b>, see <a href='https://x.cn/a'>here</a> or "
        "<a href='https://x.cn'>x.cn</a></p>"
        "<ol start='2'><li>one<ul><li>deep</li></ul></li><li></li><li>two</li></ol>"
        "<ol type='a'><li>alpha</li></ol>"
        "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td></td></tr></table>"
        "<hr><pre>x\n y</pre><p>&lt;&amp;</p>"
    )
    assert plain(source).split("\n") == [
        "Label",
        "Print",
        "fast, see here (https://x.cn/a) or x.cn",
        "2. one",
        "  • deep",
        "4. two",
        "a. alpha",
        "a | b",
        "1 | ",
        "---",
        "x",
        " y",
        "<&",
    ]
