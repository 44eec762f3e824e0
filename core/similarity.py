"""Likeness of short texts, Chinese and Latin mixed: candidates for the same wish.

In: two titles. Out: a number from 0 (nothing in common) to 1 (the same but for case, width and
punctuation). Chinese and Japanese runs are cut into pairs of characters, since they have no
spaces; other words into triples with padding, as PostgreSQL's pg_trgm does, so that beginnings
weigh more. Simplified and traditional characters count as different.
"""

import heapq
import re
import unicodedata

_CJK = (
    "\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN = re.compile(rf"([{_CJK}]+)|[^\W_{_CJK}]+")


def trigrams(text):
    """Return the set of pieces of `text` that likeness is counted in; empty for no letters."""
    pieces = set()
    for run in _RUN.finditer(_folded(text)):
        word, size = (run[0], 2) if run[1] else (f"  {run[0]} ", 3)
        pieces.update(word[place : place + size] for place in range(max(len(word) - size + 1, 1)))
    return pieces


def similarity(a, b):
    """Return the share of common pieces among all pieces (Jaccard), 0.0 to 1.0."""
    return _jaccard(trigrams(a), trigrams(b))


def most_similar(text, candidates, limit=5, threshold=0.35):
    """Return [(id, score)], at most `limit`, the closest first, equal scores by id.

    :param candidates: iterable of (id, text)
    :param threshold: the least score that is worth a look
    """
    wanted = trigrams(text)
    scores = ((each_id, _jaccard(wanted, trigrams(each))) for each_id, each in candidates)
    alike = (pair for pair in scores if pair[1] >= threshold)
    return heapq.nsmallest(limit, alike, key=lambda pair: (-pair[1], pair[0]))


def _folded(text):
    # Folding case may undo the normal form, hence twice.
    folded = unicodedata.normalize("NFKC", text or "").casefold()
    return unicodedata.normalize("NFKC", folded)


def _jaccard(left, right):
    common = len(left & right)
    return common / (len(left) + len(right) - common) if common else 0.0
