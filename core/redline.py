"""What changed between two texts in canonical HTML (see html_canon): <ins> and <del>.

The texts are cut into runs, what stands between two structural tags. Runs are aligned first;
only those that are versions of each other are compared word by word. The structure shown is that
of the new text: what was lost is put where its kind may stand, a list entry among list entries, a
row in its table.
"""

import re
from collections import Counter
from itertools import groupby
from typing import NamedTuple

from .align import opcodes, pair

__all__ = ["has_changes", "redline", "sides"]

STRUCTURE = "p|h[1-6]|pre|blockquote|ul|ol|li|table|caption|tbody|thead|tr|th|td|hr|div"
UNIT = re.compile(rf"(</?(?:{STRUCTURE})(?: [^>]*)?>)")
TAG = re.compile(r"<(/?)(\w+)")
WORD = re.compile(
    r"<[^>]*>"  # an inline tag
    r"|&[#\w]+;"  # an entity
    r"|[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"  # one CJK character
    r"|\s+|\w+|."
)
# Which open element may hold what was lost; None is the text itself.
PLACES = {
    "li": ("ul", "ol"),
    "tr": ("table", "tbody", "thead"),
    "p": ("li", "td", "th", "blockquote", "div", None),
}
# A run of which less than one part in so many stayed was written anew.
KEPT = 3


class Run(NamedTuple):
    """A run of text, with the structural tags open around it from the outside in."""

    text: str
    path: tuple
    row: int  # the number of the table row that it is in, 0 for none


class Lost(NamedTuple):
    """Something that the new text has no more."""

    kind: str  # where it may stand, a key of PLACES, or "" for beside the last run
    html: str
    depth: int
    wrapper: str  # what holds it where its kind may not stand


def redline(old, new):
    """Return HTML of ``new`` in which what ``old`` lacks is <ins> and what it lost is <del>.

    :param str old: canonical HTML, "" for nothing
    :param str new: canonical HTML
    """
    return new if old == new else _Redline(old, new).printed()


def sides(old, new):
    """Return both texts: ``old`` with what was lost as <del>, ``new`` with what came as <ins>."""
    if old == new:
        return old, new
    lost = _Redline(new, old, with_lost=False).printed()
    came = _Redline(old, new, with_lost=False).printed()
    return re.sub(r"(</?)ins>", r"\1del>", lost), came


def has_changes(text):
    """Tell whether a redline shows any change."""
    return "<ins>" in text or "<del>" in text


class _Redline:
    def __init__(self, old, new, with_lost=True):
        self.with_lost = with_lost
        self.before = [unit for unit in _units(old) if isinstance(unit, Run)]
        self.units = _units(new)
        self.after = [unit for unit in self.units if isinstance(unit, Run)]
        self.row_sizes = Counter(run.row for run in self.before)
        self.texts = {}  # number of a new run: what is shown for it
        self.lost = {}  # number of a new run: the old runs that stood before it
        self._align()

    def printed(self):
        result, tags, number = [], [], 0
        for unit in self.units:
            if isinstance(unit, Run):
                result += [*self._with_lost_runs(number, tags), self.texts[number]]
                tags, number = [], number + 1
            else:
                tags.append(unit)
        return "".join([*result, *self._with_lost_runs(number, tags)])

    # === ALIGNING === #

    def _align(self):
        keys = [[(run.path[-1:], run.text) for run in side] for side in (self.before, self.after)]
        for tag, i1, i2, j1, j2 in opcodes(*keys):
            if tag == "equal":
                self.texts.update((j, self.after[j].text) for j in range(j1, j2))
            else:
                self._replace(i1, i2, j1, j2)

    def _replace(self, i1, i2, j1, j2):
        before = [_tokens(run.text) for run in self.before[i1:i2]]
        after = [_tokens(run.text) for run in self.after[j1:j2]]
        for j, tokens in enumerate(after, j1):
            self.texts[j] = _printed(_marked("ins", tokens))
        known, place = i1, j1
        words = [[_words(tokens) for tokens in side] for side in (before, after)]

        def fits(i, j):
            return self.before[i1 + i].path[-1:] == self.after[j1 + j].path[-1:]

        for i, j in pair(*words, fits):
            self.lost[place] = self.before[known : i1 + i]
            self.texts[j1 + j] = self._compare(before[i], after[j])
            known, place = i1 + i + 1, j1 + j + 1
        self.lost[place] = self.before[known:i2]

    def _compare(self, before, after):
        steps = _steps(before, after)
        kept = sum(
            len(text)
            for tag, _i1, _i2, j1, j2 in steps
            for text, _marks in after[j1:j2]
            if tag == "equal" and not text.isspace()
        )
        least = min(len("".join(_words(tokens))) for tokens in (before, after))
        # one that reads the same here was made a heading, or an entry of a list
        if kept * KEPT < least or before == after:
            steps = [("replace", 0, len(before), 0, len(after))]
        pieces = []
        for tag, i1, i2, j1, j2 in steps:
            if tag != "equal" and self.with_lost:
                pieces += _marked("del", before[i1:i2])
            pieces += _marked("" if tag == "equal" else "ins", after[j1:j2])
        return _printed(pieces)

    # === WHAT WAS LOST === #

    def _with_lost_runs(self, number, tags):
        """Return ``tags``, which stand before the run ``number``, with what was lost there."""
        runs = self.lost.get(number)
        if not runs or not self.with_lost:
            return tags
        paths = self._get_paths(number, tags)
        found = [[] for _path in paths]
        least = 0
        for lost in self._lost_things(runs):
            lost, place = _placed(lost, paths, least)
            found[place].append(lost)
            least = max(least, place)
        result = []
        for things, tag in zip(found, [*tags, ""], strict=True):
            for wrapper, group in groupby(things, key=lambda lost: lost.wrapper):
                html = "".join(lost.html for lost in group)
                result.append(f"<{wrapper}>{html}</{wrapper}>" if wrapper else html)
            result.append(tag)
        return result

    def _get_paths(self, number, tags):
        """Return the open elements before, between and after the tags before a run."""
        path = self.after[number - 1].path if number else ()
        paths = [path]
        for tag in tags:
            end, name = TAG.match(tag).groups()
            if name != "hr":
                path = path[:-1] if end else (*path, name)
            paths.append(path)
        # beside a text there is no room for a paragraph
        if number:
            paths[0] = (*paths[0], "text")
        if number < len(self.after):
            paths[-1] = (*paths[-1], "text")
        return paths

    def _lost_things(self, runs):
        for row, group in groupby(runs, key=lambda run: run.row):
            cells = list(group)
            if row and len(cells) == self.row_sizes[row]:
                html = "".join(f"<td>{_deleted(run)}</td>" for run in cells)
                path = cells[0].path
                depth = len(path) - path[::-1].index("tr") - 1
                yield Lost("tr", f"<tr>{html}</tr>", depth, "table")
            else:
                yield from map(_lost_run, cells)


def _lost_run(run):
    leaf = run.path[-1] if run.path else None
    if leaf in ("td", "th", "caption", None):
        return Lost("", _deleted(run), 0, "p")
    if leaf == "li":
        return Lost("li", f"<li>{_deleted(run)}</li>", len(run.path) - 1, run.path[-2])
    return Lost("p", f"<{leaf}>{_deleted(run)}</{leaf}>", len(run.path) - 1, "")


def _placed(lost, paths, least):
    """Return ``lost`` as it is to be shown, and the number of the path where it stands."""

    def best(kind):
        return min(
            (
                (abs(len(path) - lost.depth), place)
                for place, path in enumerate(paths)
                if place >= least and (path[-1] if path else None) in PLACES[kind]
            ),
            default=None,
        )

    if lost.kind and (found := best(lost.kind)):
        return lost._replace(wrapper=""), found[1]
    if lost.kind == "p" and (found := best("li")):
        return lost._replace(wrapper="li"), found[1]
    if (lost.kind or not paths[0]) and (found := best("p")):
        return lost, found[1]
    # only the text beside it has room
    place = 0 if paths[0] else len(paths) - 1
    return lost._replace(html=f"<del>{_texts(lost.html)}</del>", wrapper=""), place


def _deleted(run):
    return _printed(_marked("del", _tokens(run.text)))


def _texts(html):
    return re.sub("<[^>]*>", "", html)


# === READING AND PRINTING === #


def _units(html):
    """Return the runs and structural tags of a text."""
    units, path, rows, count = [], [], [0], 0
    for place, piece in enumerate(UNIT.split(html or "")):
        if not piece:
            continue
        if place % 2 == 0:
            units.append(Run(piece, tuple(path), rows[-1]))
            continue
        units.append(piece)
        end, name = TAG.match(piece).groups()
        if end:
            del path[-1:]
            if name == "tr" and len(rows) > 1:
                rows.pop()
        elif name != "hr":
            path.append(name)
            if name == "tr":
                count += 1
                rows.append(count)
    return units


def _tokens(text):
    """Return [(word, space or sign, the inline tags open around it)] of a run."""
    result, marks = [], ()
    for piece in WORD.findall(text):
        if piece.startswith("</"):
            marks = marks[:-1]
        elif piece.startswith("<") and not piece.startswith(("<img", "<br")):
            marks = (*marks, piece)
        else:
            result.append((piece, marks))
    return result


def _words(tokens):
    return [text for text, _marks in tokens if not text.isspace()]


def _steps(before, after):
    """Return the opcodes, without single spaces that stayed between words that did not."""
    steps = opcodes(before, after)
    result = []
    for place, (tag, i1, i2, j1, j2) in enumerate(steps):
        around = {step[0] for step in (*steps[place - 1 : place], *steps[place + 1 : place + 2])}
        if tag == "equal" and around == {"replace"} and not _words(after[j1:j2]):
            if 0 < place < len(steps) - 1:
                tag = "replace"
        if tag != "equal" and result and result[-1][0] != "equal":
            _tag, i1, _i2, j1, _j2 = result.pop()
            tag = "replace"
        result.append((tag, i1, i2, j1, j2))
    return result


def _marked(kind, tokens):
    return [(text, (*marks, f"<{kind}>") if kind else marks) for text, marks in tokens]


def _printed(pieces):
    """Print [(text, tags around it)]; a tag stays open as long as the pieces share it."""
    result, opened = [], ()
    for text, tags in [*pieces, ("", ())]:
        if tags != opened:
            shared = 0
            while shared < min(len(opened), len(tags)) and opened[shared] == tags[shared]:
                shared += 1
            result += [f"</{TAG.match(tag)[2]}>" for tag in reversed(opened[shared:])]
            result += tags[shared:]
            opened = tags
        result.append(text)
    return "".join(result)
