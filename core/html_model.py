"""The model of rich text behind its canonical form: blocks that hold runs with marks.

In: HTML, well-formed or not. Out: a tree of `Node` (lists, tables, quotations) and `Text` (a
paragraph, heading or preformatted block), without empty lines, superfluous white space and
attributes that say nothing. Printing it is the work of html_canon.
"""

import html as html_module
import re
import unicodedata
from typing import NamedTuple
from urllib.parse import parse_qs, quote, urlsplit

RENAMED = {"b": "strong", "i": "em", "strike": "s", "del": "s", "ins": "u"}
FLAGS = ("strong", "em", "u", "s", "code")
SCRIPTS = ("sub", "sup")
TEXT_BLOCKS = ("p", "h1", "h2", "h3", "h4", "h5", "h6", "pre")
# What a container may hold; anything else is wrapped in the first of them. No entry: everything.
ONLY = {"ul": ("li",), "ol": ("li",), "table": ("tr", "caption"), "tr": ("td", "th")}
PARENTS = {"li": ("ul", "ol"), "tr": ("table",), "caption": ("table",), "td": ("tr",)}
PARENTS["th"] = PARENTS["td"]
OPENERS = ("ul", "ol", "table", "blockquote")
TRANSPARENT_BLOCKS = frozenset(
    str.split(
        "address article aside body center dd details div dl dt fieldset figcaption figure footer "
        "form header html main nav section summary tbody tfoot thead"
    )
)
BLOCKS = TRANSPARENT_BLOCKS.union(TEXT_BLOCKS, OPENERS, PARENTS)
VOID = frozenset(str.split("area base br col embed hr img input link meta param source track wbr"))
DROPPED = frozenset(
    str.split(
        "audio canvas head iframe math noscript object script select style svg template textarea "
        "title video"
    )
)
MAX_DEPTH = 60
OL_TYPES = ("a", "A", "i", "I")
URL_SAFE = "".join(map(chr, range(0x21, 0x7F)))
BAD_SCHEMES = ("javascript", "vbscript", "data")

TOKEN = re.compile(
    r"<!--.*?-->|<[!?][^>]*>"
    r"|<(?P<end>/?)(?P<tag>[a-zA-Z][^\s/<>\"']*)(?P<attrs>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>",
    re.DOTALL,
)
ATTRIBUTE = re.compile(r"([^\s=/<>\"']+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?")
DECORATION = re.compile(r"text-decoration(?:-line)?\s*:([^;]*)")
# Invisible characters that editors leave behind, and what no database stores.
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200b\ufeff\ufffe\uffff\ud800-\udfff]"
)
ODD_SPACE = re.compile("[\x0b\x0c\x1c-\x1f\x85\xa0\u2028\u2029]")
STORED_FILE = re.compile(
    r"/web/(image|content)(?:/ir\.attachment)?/([1-9][0-9]{0,15})(?:-[^/]*)?(?:/.*)?", re.DOTALL
)


class ForeignImage(ValueError):
    """An image that is not stored with us cannot be part of what somebody signs."""

    def __init__(self, url):
        self.url = url
        super().__init__(f"image from elsewhere: {url[:100]}")


class Marks(NamedTuple):
    """The marks of a run of characters: link, set of flags, nested sub- and superscripts."""

    href: str = ""
    flags: frozenset = frozenset()
    scripts: tuple = ()

    def common(self, other):
        """Return what both have: the marks of a space or line break between the two."""
        scripts = []
        for mine, theirs in zip(self.scripts, other.scripts, strict=False):
            if mine != theirs:
                break
            scripts.append(mine)
        href = self.href if self.href == other.href else ""
        return Marks(href, self.flags & other.flags, tuple(scripts))


class Break(str):
    """A line break among the pieces of a paragraph."""


class Image(NamedTuple):
    src: str
    alt: str


class Text(NamedTuple):
    """A block of text: tag and [(piece, marks)], a piece being text, Break or Image."""

    tag: str
    runs: list


class Node:
    """A block that holds blocks."""

    def __init__(self, tag, attrs="", depth=0, source=None):
        self.tag = tag
        self.attrs = attrs
        self.depth = depth
        self.source = source or {}
        self.children = []


class _Open(NamedTuple):
    """An open element, with the state to return to when it is closed."""

    tag: str
    marks: Marks
    kind: str
    container: Node


# === READING === #


def read(html, resolve=None, strict=True):
    """Return the root `Node` of `html`; None and False have no children.

    :param resolve: see html_canon.canonical
    :raise ForeignImage: `strict`, and an image does not lie with us
    """
    reader = _Reader(resolve, strict)
    if html:
        reader.feed(str(html))
    return reader.root


class _Reader:
    """Turns a stream of tags and text into the model."""

    def __init__(self, resolve, strict):
        self.resolve = resolve
        self.strict = strict
        self.root = self.container = Node("")
        self.kind = "p"
        self.marks = Marks()
        self.runs = []
        self.stack = []
        self.dropping = []

    def feed(self, source):
        position = 0
        for token in TOKEN.finditer(source):
            self.text(source[position : token.start()])
            position = token.end()
            tag = (token["tag"] or "").lower()
            if self.dropping:
                self._drop(tag, token)
            elif tag and token["end"]:
                self.end(tag)
            elif tag:
                self.start(tag, _attributes(token["attrs"]))
                if token["attrs"].endswith("/") and tag not in VOID:
                    self._end_self_closed(tag)
        self.text(source[position:])
        self.flush()

    def _drop(self, tag, token):
        if tag == self.dropping[0]:
            if token["end"]:
                self.dropping.pop()
            elif not token["attrs"].endswith("/"):
                self.dropping.append(tag)

    def text(self, source):
        if source and not self.dropping:
            self.runs.append((html_module.unescape(source), self.marks))

    def _end_self_closed(self, tag):
        # Only the XML flavour of the sanitiser prints <i/>, and means an empty element.
        if self.dropping:
            self.dropping.pop()
        else:
            self.end(tag)

    def start(self, tag, attrs):
        tag = RENAMED.get(tag, tag)
        if tag in DROPPED:
            self.dropping.append(tag)
            return
        if tag in VOID:
            self._void(tag, attrs)
            return
        if tag in PARENTS:
            self._close_siblings(tag)
        self.stack.append(_Open(tag, self.marks, self.kind, self.container))
        self._decorate(tag, attrs)
        if tag in PARENTS or tag in OPENERS:
            self._open_container(tag, attrs)
        elif tag in TEXT_BLOCKS:
            self.flush()
            self.kind = tag
        elif tag in TRANSPARENT_BLOCKS:
            self.flush()

    def end(self, tag):
        tag = RENAMED.get(tag, tag)
        for place in range(len(self.stack) - 1, -1, -1):
            if self.stack[place].tag == tag:
                self._close(place)
                return

    def flush(self):
        """End the current block of text, if there is any."""
        runs, self.runs = self.runs, []
        runs = (_preformatted if self.kind == "pre" else _flowing)(runs)
        if runs:
            self._place(Text(self.kind, runs))

    def _close(self, place):
        closed = self.stack[place:]
        if any(each.tag in BLOCKS for each in closed):
            self.flush()
        _tag, self.marks, self.kind, self.container = closed[0]
        del self.stack[place:]

    def _close_siblings(self, tag):
        """Close what an omitted end tag left open: <li> ends the <li> before it, not its list."""
        siblings = {"td": ("td", "th"), "th": ("td", "th"), "tr": ("td", "th", "tr")}
        limit = PARENTS[tag] + (("table",) if tag in ("td", "th") else ())
        found = None
        for place in range(len(self.stack) - 1, -1, -1):
            if self.stack[place].tag in limit:
                break
            if self.stack[place].tag in siblings.get(tag, (tag,)):
                found = place
        if found is not None:
            self._close(found)

    def _decorate(self, tag, attrs):
        href, flags, scripts = self.marks
        if tag == "a":
            href = self._href(attrs.get("href")) or href
        flags |= {tag} & set(FLAGS)
        if tag in SCRIPTS:
            scripts = (*scripts[:MAX_DEPTH], tag)
        for value in DECORATION.findall(attrs.get("style", "").lower()):
            flags |= {"u"} if "underline" in value else set()
            flags |= {"s"} if "line-through" in value else set()
        self.marks = Marks(href, flags, scripts)

    def _void(self, tag, attrs):
        if tag == "br":
            self.runs.append((Break("\n"), self.marks))
        elif tag == "img":
            src = self._src(attrs.get("src"))
            if src:
                alt = _one_line(attrs.get("alt"))
                self.runs.append((Image(src, alt), self.marks))
        elif tag == "hr":
            self.flush()
            self._place(Node("hr"))

    def _open_container(self, tag, attrs):
        self.flush()
        if tag in PARENTS:
            if self.container.tag not in PARENTS[tag]:
                return  # out of place: only a boundary
        elif self.container.depth >= MAX_DEPTH:
            return
        node = Node(tag, _container_attributes(tag, attrs), source=attrs)
        self._place(node)
        checklist = "o_checklist" in self.container.source.get("class", "").split()
        self.container = node
        self.kind = "p"
        classes = attrs.get("class", "").split()
        if tag == "li" and checklist and "oe-nested" not in classes:
            self.runs.append(("☑ " if "o_checked" in classes else "☐ ", Marks()))

    def _place(self, node):
        parent = self.container
        while parent.tag in ONLY and node.tag not in ONLY[parent.tag]:
            wrapper = Node(ONLY[parent.tag][0], depth=parent.depth + 1)
            parent.children.append(wrapper)
            parent = wrapper
        parent.children.append(node)
        if isinstance(node, Node):
            node.depth = parent.depth + 1

    def _href(self, url):
        url = encoded(url)
        stored = self._stored_file(url)
        if stored:
            return stored
        scheme, colon, _rest = url.partition(":")
        scheme = re.sub("%20| ", "", scheme).lower()
        return "" if colon and scheme in BAD_SCHEMES else url

    def _src(self, url):
        url = _one_line(url)
        stored = self._stored_file(url)
        if stored or not url or url.startswith("sha256:"):
            return stored or url
        if url.startswith(("//", "\\", "/\\")) or ":" in url.partition("/")[0]:
            if self.strict:
                raise ForeignImage(url)
            return url
        return encoded(re.split("[?#]", url, maxsplit=1)[0])

    def _stored_file(self, url):
        """Return what stands for one of our own files, "" when `url` is not one."""
        if not url.startswith("/web/"):
            return ""
        parts = urlsplit(url)
        path = parts.path
        query = parse_qs(parts.query)
        if "id" in query and query.get("model", ["ir.attachment"]) == ["ir.attachment"]:
            path = f"{path.rstrip('/')}/{query['id'][0]}"
        match = STORED_FILE.fullmatch(path)
        if not match:
            return ""
        kind, file_id = match.groups()
        found = self.resolve and self.resolve(kind, int(file_id))
        return found or f"/web/{kind}/{file_id}"


def _attributes(source):
    """Return the attributes as a dict; the first of a name counts, as in browsers."""
    attrs = {}
    for name, value in ATTRIBUTE.findall(source):
        bare = value[1:-1] if value[:1] in ("'", '"') else value
        attrs.setdefault(name.lower(), html_module.unescape(bare))
    return attrs


def _container_attributes(tag, attrs):
    """Return the attributes worth keeping as text, in a fixed order, without the defaults."""
    kept = []
    if tag in ("td", "th"):
        kept = [(name, _integer(attrs.get(name), 2)) for name in ("colspan", "rowspan")]
    elif tag == "ol":
        start = _integer(attrs.get("start"), 0)
        style = (attrs.get("type") or "").strip()
        kept = [("start", start if start != "1" else ""), ("type", style)]
        kept = kept if style in OL_TYPES else kept[:1]
    return "".join(f' {name}="{value}"' for name, value in kept if value)


def encoded(url):
    """Return the address with all but plain characters as %XX, as some sanitisers store it."""
    return quote(_one_line(url), safe=URL_SAFE)


def _integer(text, least):
    text = (text or "").strip()
    if not re.fullmatch("[0-9]{1,5}", text) or int(text) < least:
        return ""
    return str(int(text))


def _clean(text):
    return ODD_SPACE.sub(" ", INVISIBLE.sub("", text))


def _one_line(text):
    return unicodedata.normalize("NFC", " ".join(_clean(text or "").split()))


def _flowing(runs):
    """Merge the white space of a paragraph and cut it at the ends.

    A space or a line break has the marks that both its neighbours share, so that
    `<b>a </b>b` and `<b>a</b> b` are the same text.
    """
    result = []
    space, breaks = False, 0

    def add(piece, marks):
        if result and (space or breaks):
            shared = marks.common(result[-1][1])
            result.extend([(Break("\n"), shared)] * breaks or [(" ", shared)])
        result.append((piece, marks))

    for piece, marks in runs:
        if isinstance(piece, Break):
            breaks += 1
        elif isinstance(piece, Image):
            add(piece, marks)
            space, breaks = False, 0
        else:
            text = _clean(piece)
            space = space or text[:1].isspace()
            if not text.isspace() and text:
                add(" ".join(text.split()), marks)
                space, breaks = text[-1].isspace(), 0
    return _merge(result)


def _preformatted(runs):
    """Keep white space; cut empty lines before and all white space after the text."""
    result = [
        (_clean(piece.replace("\r\n", "\n").replace("\r", "\n")), marks)
        if isinstance(piece, str)
        else (piece, marks)
        for piece, marks in runs
    ]
    for end, strip in ((0, lambda text: text.lstrip("\n")), (-1, str.rstrip)):
        while result and isinstance(result[end][0], str):
            piece, marks = result[end]
            result[end] = (strip(piece), marks)
            if result[end][0]:
                break
            del result[end]
    return _merge(result)


def _merge(runs):
    """Join neighbouring texts of the same marks, in Unicode normal form C."""
    result = []
    for piece, marks in runs:
        if not piece:
            continue
        last = result[-1] if result else ("", None)
        if last[1] == marks and type(piece) is type(last[0]) is str:
            result[-1] = (last[0] + piece, marks)
        else:
            result.append((piece, marks))
    return [
        (unicodedata.normalize("NFC", piece) if type(piece) is str else piece, marks)
        for piece, marks in result
    ]
