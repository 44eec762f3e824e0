"""What changed between two texts in canonical HTML (see html_canon): <ins> and <del>.

The texts are cut into units, structural tags and runs of text, and the units are aligned
first; only runs that stand against each other are compared word by word. So the work grows
with the size of what changed, not with the square of the text.
"""

import re
from difflib import SequenceMatcher

__all__ = ["has_changes", "redline", "words"]

STRUCTURE = "p|h[1-6]|pre|blockquote|ul|ol|li|table|caption|tbody|thead|tr|th|td|hr|div"
UNIT = re.compile(rf"(</?(?:{STRUCTURE})(?: [^>]*)?>)")
WORD = re.compile(
    r"<[^>]*>"  # an inline tag
    r"|&[#\w]+;"  # an entity
    r"|[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"  # one CJK character
    r"|\s+|\w+|."
)
# Above this product of lengths, two runs are shown as replaced whole.
LIMIT = 4_000_000


def redline(old, new):
    """Return HTML of ``new`` in which what ``old`` lacks is <ins> and what it lost is <del>.

    :param str old: canonical HTML, "" for nothing
    :param str new: canonical HTML
    """
    if old == new:
        return new
    before, after = _units(old), _units(new)
    result = []
    for tag, i1, i2, j1, j2 in _opcodes(before, after):
        if tag == "equal":
            result += after[j1:j2]
        else:
            result += _replace(before[i1:i2], after[j1:j2])
    return "".join(result)


def has_changes(text):
    """Tell whether a redline shows any change."""
    return "<ins>" in text or "<del>" in text


def words(html):
    """Return the words, tags and spaces of one run of text."""
    return WORD.findall(html.replace("\n", " "))


def _units(html):
    return [unit for unit in UNIT.split(html or "") if unit]


def _opcodes(before, after):
    return SequenceMatcher(None, before, after, autojunk=False).get_opcodes()


def _is_structure(unit):
    return UNIT.fullmatch(unit) is not None


def _replace(before, after):
    """Return the units ``after`` with the runs of ``before`` compared or shown as deleted."""
    lost = [unit for unit in before if not _is_structure(unit)]
    result = []
    for unit in after:
        if _is_structure(unit):
            result.append(unit)
        elif lost:
            result.append(_compare_runs(lost.pop(0), unit))
        else:
            result.append(_mark("ins", words(unit)))
    if not lost:
        return result
    gone = [_mark("del", words(run)) for run in lost]
    if not after and _is_balanced(before):
        return _mark_all(before)
    return [*result, *gone]


def _mark_all(units):
    return [unit if _is_structure(unit) else _mark("del", words(unit)) for unit in units]


def _is_balanced(units):
    depth = 0
    for unit in units:
        if unit.startswith("</"):
            depth -= 1
        elif _is_structure(unit) and unit != "<hr>":
            depth += 1
        if depth < 0:
            return False
    return depth == 0


def _compare_runs(old, new):
    before, after = words(old), words(new)
    if len(before) * len(after) > LIMIT:
        return _mark("del", before) + _mark("ins", after)
    result = []
    for tag, i1, i2, j1, j2 in _opcodes(before, after):
        if tag == "equal":
            result += after[j1:j2]
            continue
        result.append(_mark("del", before[i1:i2], keep_tags=False))
        result.append(_mark("ins", after[j1:j2]))
    return "".join(result)


def _mark(name, pieces, keep_tags=True):
    """Return ``pieces`` with their text inside <name>, tags outside so that all stays nested."""
    result, text = [], []

    def close():
        if text:
            result.append(f"<{name}>{''.join(text)}</{name}>")
            text.clear()

    for piece in pieces:
        if piece.startswith("<") and not piece.startswith("<img"):
            if keep_tags and name == "ins":
                close()
                result.append(piece)
        else:
            text.append(piece)
    close()
    return "".join(result)
