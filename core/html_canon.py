"""Canonical form and plain text of sanitised rich text.

In: the HTML of a field as stored (sanitised: comments, scripts and event attributes are gone or
harmless). Out: a string that is equal for two texts exactly when they say the same: the editor's
no-op saves, a library that prints `<br/>` for `<br>`, a class or an id change nothing; a struck
word does. Approvals and signatures are bound to this form, so tokenizer and serializer are our
own and no upgrade of a parser can change its bytes.

The text is read into a small model, blocks that hold runs of characters with marks, and printed
from it. What remains:

* blocks p, h1-h6, pre, blockquote, hr, ul, ol, li, table, caption, tr, th, td; every other
  element is transparent (a div is a paragraph boundary); empty blocks and lists vanish;
* marks a, strong, em, u, s, code, sub, sup in one fixed nesting; underline and strike given as
  style become marks; b, i, strike, del, ins are renamed;
* attributes href, src, alt, colspan, rowspan, start, type; nothing else;
* one space for any run of white space, none at the ends of a block, empty lines dropped;
* a tick box of the editor's checklist becomes a character, because the tick is content.
"""

import re

from .html_model import FLAGS, ONLY, Break, ForeignImage, Image, Text, encoded, read

__all__ = ["ForeignImage", "canonical", "plain"]

# These print their only paragraph without <p>, as editors do or do not, at their whim.
BARE = ("li", "td", "th", "caption")
OUTWARD = re.compile("(https?|mailto|tel):", re.IGNORECASE)


def canonical(html, resolve=None):
    """Return the canonical form of `html`; "" for None, False and text without content.

    :param resolve: called as resolve("image" | "content", attachment id) for addresses of our
        own files; what it returns (a digest) takes the place of the address. Without it, or when
        it returns nothing, a short address without name and query stays.
    :raise ForeignImage: an image lies at http(s), in a data: URL or on any other foreign address
    """
    return _print_blocks(read(html, resolve).children)


def plain(html):
    """Return readable plain text: a line for a paragraph, bullets for lists, for cells and mails.

    Foreign images are shown by their alternative text like all others, and refused never.
    """
    return "\n".join(_plain_blocks(read(html, strict=False).children))


# === PRINTING === #


def _print_blocks(blocks, bare=False):
    printed = [(block, _print_block(block)) for block in blocks]
    printed = [(block, text) for block, text in printed if text]
    paragraphs = [block for block, _text in printed if block.tag == "p"]
    if bare and len(paragraphs) == 1 and printed[0][0].tag == "p":
        printed[0] = (printed[0][0], _print_runs(printed[0][0].runs))
    return "".join(text for _block, text in printed)


def _print_block(block, keep=False):
    """Print one block; `keep` prints empty entries and cells too, which hold their place."""
    if isinstance(block, Text):
        return f"<{block.tag}>{_print_runs(block.runs)}</{block.tag}>"
    if block.tag == "hr":
        return "<hr>"
    if not _filled(block) and (not keep or block.tag == "caption"):
        return ""
    if block.tag in ONLY:
        content = "".join(_print_block(child, keep=True) for child in block.children)
    else:
        content = _print_blocks(block.children, bare=block.tag in BARE)
    return f"<{block.tag}{block.attrs}>{content}</{block.tag}>"


def _filled(block):
    """Tell whether there is any content in `block`: texts are only made when there is."""
    if isinstance(block, Text) or block.tag == "hr":
        return True
    return any(map(_filled, block.children))


def _print_runs(runs):
    """Print pieces with the fewest tags: a tag stays open as long as the pieces share it."""
    result, opened, closers = [], [], []
    for piece, marks in runs:
        opening, closing = _tags(marks)
        shared = 0
        while shared < min(len(opened), len(opening)) and opened[shared] == opening[shared]:
            shared += 1
        result.extend(reversed(closers[shared:]))
        result.extend(opening[shared:])
        opened, closers = opening, closing
        result.append(_print_piece(piece))
    return "".join(result + closers[::-1])


def _tags(marks):
    """Return the opening tags of `marks` from the outside in, and the closing ones."""
    names = [flag for flag in FLAGS if flag in marks.flags] + list(marks.scripts)
    opening = [f"<{name}>" for name in names]
    if marks.href:
        names.insert(0, "a")
        opening.insert(0, f'<a href="{_escape(marks.href)}">')
    return opening, [f"</{name}>" for name in names]


def _print_piece(piece):
    if isinstance(piece, Image):
        alt = f' alt="{_escape(piece.alt)}"' if piece.alt else ""
        return f'<img src="{_escape(piece.src)}"{alt}>'
    if isinstance(piece, Break):
        return "<br>"
    # This one would melt with the ">" of a tag before it when the whole is normalised.
    if piece.startswith("\u0338"):
        return f"&#824;{_escape(piece[1:])}"
    return _escape(piece)


def _escape(text):
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(character, entity)
    return text


# === PLAIN TEXT === #


def _plain_blocks(blocks):
    lines = []
    for block in blocks:
        lines += _plain_block(block)
    return lines


def _plain_block(block):
    if isinstance(block, Text):
        return "".join(_plain_pieces(block.runs)).split("\n")
    if block.tag == "hr":
        return ["---"]
    if block.tag == "tr":
        cells = [" ".join(_plain_blocks(cell.children)) for cell in block.children]
        return [" | ".join(cells)] if any(cells) else []
    if block.tag in ("ul", "ol"):
        return _plain_list(block)
    return _plain_blocks(block.children)


def _plain_list(block):
    start = re.search('start="([0-9]+)"', block.attrs)
    letters = re.search('type="([aA])"', block.attrs)
    lines = []
    for place, entry in enumerate(block.children, int(start[1]) if start else 1):
        content = _plain_blocks(entry.children)
        bullet = "• "
        if block.tag == "ol":
            lettered = letters and 1 <= place <= 26
            bullet = f"{chr(ord(letters[1]) + place - 1)}. " if lettered else f"{place}. "
        if content and isinstance(entry.children[0], Text):
            lines.append(bullet + content.pop(0))
        lines += [f"  {line}" for line in content]
    return lines


def _plain_pieces(runs):
    for place, (piece, marks) in enumerate(runs):
        yield f"[{piece.alt or 'img'}]" if isinstance(piece, Image) else piece
        # A printed or mailed text shows where its links lead.
        after = runs[place + 1][1].href if place + 1 < len(runs) else ""
        if marks.href and marks.href != after and OUTWARD.match(marks.href):
            label = "".join(
                each for each, its in runs if isinstance(each, str) and its.href == marks.href
            )
            if encoded(label) not in (marks.href, marks.href.partition(":")[2].lstrip("/")):
                yield f" ({marks.href})"
