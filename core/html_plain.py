"""Plain text of rich text, quickly.

Most descriptions are a few paragraphs or a list without any formatting. Those are read by two
patterns here, all others by `html_canon.plain`; the result is the same in every case. A register
of a hundred thousand requirements is written in half the time.
"""

import re
import unicodedata
from html import escape

from .html_canon import plain

# No markup, no entity, no white space but single spaces inside: nothing that plain() would change.
# The last ranges are invisible or odd characters, which it drops or replaces.
ODD = "\x00-\x1f\x7f-\xa0\u200b\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff"
WORDS = rf"[^\s<>&{ODD}]+(?: [^\s<>&{ODD}]+)*"
BLOCK = rf"<p>{WORDS}</p>|<ul>(?:<li>{WORDS}</li>)+</ul>|<ol>(?:<li>{WORDS}</li>)+</ol>"
SIMPLE = re.compile(rf"(?:{BLOCK})+")
PIECE = re.compile(r"<(p|li|ul|ol)>([^<]*)")


def plain_text(html):
    """Return what `html_canon.plain` returns; "" for an empty field."""
    if not html:
        return ""
    if not SIMPLE.fullmatch(html) or not unicodedata.is_normalized("NFC", html):
        return plain(html)
    lines = []
    ordered = place = 0
    for tag, text in PIECE.findall(html):
        if tag == "p":
            lines.append(text)
        elif tag == "li":
            place += 1
            lines.append(f"{place}. {text}" if ordered else f"• {text}")
        else:
            ordered, place = tag == "ol", 0
    return "\n".join(lines)


def rich_text(text):
    """Return simple rich text of plain text: paragraphs, and lists of what starts with "• "."""
    blocks = []
    for line in (text or "").splitlines():
        line = line.strip()
        if not line:
            continue
        if line.startswith("• "):
            entry = f"<li>{escape(line[2:].strip(), quote=False)}</li>"
            if blocks and blocks[-1].endswith("</ul>"):
                blocks[-1] = f"{blocks[-1][: -len('</ul>')]}{entry}</ul>"
            else:
                blocks.append(f"<ul>{entry}</ul>")
        else:
            blocks.append(f"<p>{escape(line, quote=False)}</p>")
    return "".join(blocks)
