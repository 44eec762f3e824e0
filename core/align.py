"""Align two sequences in a time that grows with their length, not with its square.

What is equal at both ends is set aside. In what remains, runs of items that occur once on either
side are anchors (as in patience diff); between anchors the search goes on with shorter runs, and
only small pieces are compared item by item. Pieces without an anchor have hardly anything in
common and count as replaced.
"""

from bisect import bisect_left
from collections import Counter
from difflib import SequenceMatcher

__all__ = ["opcodes", "pair"]

# Up to this product of lengths, two pieces are compared item by item.
SMALL = 4_000
# Lengths of the runs that are tried as anchors, one after the other.
ANCHORS = (12, 4, 1)
# The least share of common words for two texts to count as versions of each other.
ALIKE = 0.3
# A pair of words that stands in more texts than this says nothing about which is which.
COMMON = 8


def opcodes(before, after):
    """Return [(tag, i1, i2, j1, j2)] as ``difflib`` does: equal, replace, delete or insert."""
    # numbers are quicker to compare than what they stand for
    numbers = {}
    before = [numbers.setdefault(item, len(numbers)) for item in before]
    after = [numbers.setdefault(item, len(numbers)) for item in after]
    result, i, j = [], 0, 0
    for i1, j1, size in [*_merged(_blocks(before, after)), (len(before), len(after), 0)]:
        if i < i1 or j < j1:
            tag = "replace" if i < i1 and j < j1 else "delete" if i < i1 else "insert"
            result.append((tag, i, i1, j, j1))
        i, j = i1 + size, j1 + size
        if size:
            result.append(("equal", i1, i, j1, j))
    return result


def pair(before, after, fits):
    """Return [(i, j)], rising in both, of texts that are versions of each other.

    Texts with many pairs of words in common come first, then those that stand against each other
    between them.

    :param before: list of texts, each a list of words
    :param after: the same
    :param fits: fits(i, j) tells whether two may take each other's place without common words
    """
    result, i, j = [], 0, 0
    for i1, j1 in [*_rising(_votes(before, after)), (len(before), len(after))]:
        against = zip(range(i, i1), range(j, j1), strict=False)
        result += [found for found in against if fits(*found)]
        result.append((i1, j1))
        i, j = i1 + 1, j1 + 1
    return result[:-1]


def _blocks(before, after):
    """Return equal pieces (i, j, size), rising in both."""
    found = []
    stack = [(0, len(before), 0, len(after), ANCHORS)]
    while stack:
        i1, i2, j1, j2, lengths = stack.pop()
        start = _common_start(before, i1, i2, after, j1, j2)
        found.append((i1, j1, start))
        i1, j1 = i1 + start, j1 + start
        end = _common_end(before, i1, i2, after, j1, j2)
        i2, j2 = i2 - end, j2 - end
        found.append((i2, j2, end))
        if i1 == i2 or j1 == j2:
            continue
        if (i2 - i1) * (j2 - j1) <= SMALL:
            matcher = SequenceMatcher(None, before[i1:i2], after[j1:j2], autojunk=False)
            found += [(i1 + i, j1 + j, size) for i, j, size in matcher.get_matching_blocks()]
            continue
        for place, length in enumerate(lengths):
            anchors = _anchors(before, i1, i2, after, j1, j2, length)
            if anchors:
                stack += _between(anchors, i1, i2, j1, j2, length, lengths[place:])
                found += [(i, j, length) for i, j in anchors]
                break
    return sorted(block for block in found if block[2])


def _between(anchors, i1, i2, j1, j2, length, lengths):
    """Yield the pieces between anchors; the same length is tried again only in smaller ones."""
    whole = (i2 - i1, j2 - j1)
    for i, j in [*anchors, (i2, j2)]:
        if i > i1 or j > j1:
            same = (i - i1, j - j1) == whole
            yield (min(i1, i), i, min(j1, j), j, lengths[1:] if same else lengths)
        i1, j1 = i + length, j + length


def _anchors(before, i1, i2, after, j1, j2, length):
    """Return [(i, j)], rising in both, of runs that occur once in either piece."""
    left, right = _runs(before, i1, i2, length), _runs(after, j1, j2, length)
    shared = left.keys() & right.keys()
    common = sorted(
        (left[run], right[run])
        for run in shared
        if left[run] is not None and right[run] is not None
    )
    result = []
    for i, j in _rising(common):
        # runs overlap: the next one begins where the last one ends, or goes on with it
        if not result or (i >= result[-1][0] + length and j >= result[-1][1] + length):
            result.append((i, j))
    return result


def _runs(items, start, end, length):
    """Return {run of items: where it begins, None when it occurs again}."""
    if length == 1:
        runs = items[start:end]
    else:
        runs = zip(*(items[start + shift : end] for shift in range(length)), strict=False)
    found = {}
    for place, run in enumerate(runs, start):
        found[run] = None if run in found else place
    return found


def _rising(pairs):
    """Return the longest part of ``pairs``, sorted by their first, that rises in the second."""
    ends, places, before = [], [], [None] * len(pairs)
    for place, (_i, j) in enumerate(pairs):
        at = bisect_left(ends, j)
        ends[at : at + 1] = [j]
        places[at : at + 1] = [place]
        before[place] = places[at - 1] if at else None
    result, place = [], places[-1] if places else None
    while place is not None:
        result.append(pairs[place])
        place = before[place]
    return result[::-1]


def _merged(blocks):
    """Join pieces that touch, and cut those that overlap."""
    result = []
    for i, j, size in blocks:
        if result:
            i0, j0, size0 = result[-1]
            over = max(i0 + size0 - i, j0 + size0 - j, 0)
            i, j, size = i + over, j + over, size - over
            if size <= 0:
                continue
            if (i, j) == (i0 + size0, j0 + size0):
                result[-1] = (i0, j0, size0 + size)
                continue
        result.append((i, j, size))
    return result


def _common_start(before, i1, i2, after, j1, j2):
    size, limit = 0, min(i2 - i1, j2 - j1)
    while size < limit and before[i1 + size] == after[j1 + size]:
        size += 1
    return size


def _common_end(before, i1, i2, after, j1, j2):
    size, limit = 0, min(i2 - i1, j2 - j1)
    while size < limit and before[i2 - 1 - size] == after[j2 - 1 - size]:
        size += 1
    return size


def _votes(before, after):
    """Return [(i, j)] of the texts that have most pairs of words in common, sorted."""
    left, right = [_word_pairs(text) for text in before], [_word_pairs(text) for text in after]
    where = {}
    for i, pairs in enumerate(left):
        for item in pairs:
            where.setdefault(item, []).append(i)
    where = {item: texts for item, texts in where.items() if len(texts) <= COMMON}
    best = {}
    for j, pairs in enumerate(right):
        votes = Counter()
        for item in pairs & where.keys():
            votes.update(where[item])
        if not votes:
            continue
        i = max(votes, key=lambda text: (votes[text], -text))
        share = votes[i] / min(len(left[i]), len(pairs))
        if share >= ALIKE and share > best.get(i, (0, 0))[0]:
            best[i] = (share, j)
    return sorted((i, j) for i, (_share, j) in best.items())


def _word_pairs(words):
    return set(zip(words, words[1:], strict=False)) or set(words)
