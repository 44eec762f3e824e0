"""Outline numbers of a requirement document.

In: plain rows of sections and requirements with their parents and sequences, as read from the
database. Out: the numbers "1", "2.1", "2.1.3" that the screen, the print and the baseline
manifest show. Nothing is stored here: the number belongs to the order of the document, not to
the requirement (dragging a row must not change what was confirmed).

Order, at every level: by (sequence, id). Below a section first its items, then its sub-sections
continue the count. Items without a section stand after the last top section and count on.
"""

NO_PARENT = (None, False)
LEVEL_WIDTH = 4


def number(sections, items):
    """Return the pair of dicts (section_numbers, item_numbers), each from id to number.

    :param sections: iterable of (id, parent_id | None, sequence)
    :param items: iterable of (id, parent_id | None, section_id | None, sequence)
    :raise ValueError: rows that contain each other, or an id given twice
    """
    numbers = {"section": {}, "item": {}}
    for kind, row_id, label, _depth in walk(sections, items):
        numbers[kind][row_id] = label
    return numbers["section"], numbers["item"]


def walk(sections, items):
    """Yield ("section" | "item", id, number, depth) in document order; depth 0 is the top level.

    A parent or section that is not among the rows counts as absent: its child moves to the top
    (a filtered list still gets sensible numbers). A child item lives under its parent, whatever
    section it names. All rows are checked before the first one is yielded.

    :raise ValueError: rows that contain each other, or an id given twice
    """
    below = _children(list(sections), list(items))
    return _visit(below)


def sort_key(label):
    """Return a string that sorts like the document: "2.10.1" gives "000200100001".

    Four digits a level; a level beyond 9999 gets a letter in front that says how many digits
    follow ("a10000"), so that plain string comparison still holds. "" gives "".

    :raise ValueError: the text is not an outline number
    """
    if not label:
        return ""
    return "".join(_level_key(level, label) for level in label.split("."))


def _level_key(level, label):
    if not (level.isascii() and level.isdigit()):
        raise ValueError(f"not an outline number: {label!r}")
    digits = level.lstrip("0").rjust(LEVEL_WIDTH, "0")
    extra = len(digits) - LEVEL_WIDTH
    return chr(ord("a") + extra - 1) + digits if extra else digits


def _children(sections, items):
    """Return {node: [child nodes in order]}, the top level under None; refuse cycles."""
    parents = {}
    rows = []
    section_ids = {row[0] for row in sections}
    item_ids = {row[0] for row in items}
    for row_id, parent_id, sequence in sections:
        parent = _reference("section", parent_id, section_ids)
        rows.append((1, sequence or 0, row_id, "section", parent))
    for row_id, parent_id, section_id, sequence in items:
        parent = _reference("item", parent_id, item_ids) or _reference(
            "section", section_id, section_ids
        )
        # Below a section its own items come first; at the top they follow the sections.
        rows.append((0 if parent else 2, sequence or 0, row_id, "item", parent))
    below = {}
    for _rank, _sequence, row_id, kind, parent in sorted(rows, key=lambda row: row[:3]):
        node = (kind, row_id)
        if node in parents:
            raise ValueError(f"{kind} {row_id} is given twice")
        parents[node] = parent
        below.setdefault(parent, []).append(node)
    _refuse_cycles(parents)
    return below


def _reference(kind, row_id, known_ids):
    if any(row_id is nothing for nothing in NO_PARENT) or row_id not in known_ids:
        return None
    return kind, row_id


def _refuse_cycles(parents):
    """Follow each chain of parents once; a chain that meets itself is a cycle."""
    settled = {None}
    for start in parents:
        chain = {}
        node = start
        while node not in settled:
            if node in chain:
                cycle = [each for each, place in chain.items() if place >= chain[node]]
                ids = ", ".join(str(row_id) for _kind, row_id in sorted(cycle))
                raise ValueError(f"{cycle[0][0]}s contain each other: {ids}")
            chain[node] = len(chain)
            node = parents[node]
        settled.update(chain)


def _visit(below):
    # A stack of its own instead of recursion: depth is set by the data.
    stack = [(node, str(place), 0) for place, node in enumerate(below.get(None, ()), 1)][::-1]
    while stack:
        node, label, depth = stack.pop()
        yield *node, label, depth
        children = below.get(node, ())
        stack.extend(
            (child, f"{label}.{place}", depth + 1)
            for place, child in reversed(list(enumerate(children, 1)))
        )
