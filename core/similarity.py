"""Likeness of short texts, Chinese and Latin mixed."""

import unicodedata


def trigrams(text):
    """Return the set of character bigrams of the folded text."""
    folded = unicodedata.normalize("NFKC", text or "").casefold()
    return {folded[i : i + 2] for i in range(len(folded) - 1)}


def similarity(a, b):
    """Return the Jaccard likeness of two texts, 0 to 1."""
    left, right = trigrams(a), trigrams(b)
    return len(left & right) / len(left | right) if left | right else 0.0


def most_similar(text, candidates, limit=5, threshold=0.35):
    """Return [(id, score)] of the candidates (id, text) that read alike, closest first."""
    scored = [(similarity(text, other), res_id) for res_id, other in candidates]
    best = sorted((pair for pair in scored if pair[0] >= threshold), key=lambda p: (-p[0], p[1]))
    return [(res_id, score) for score, res_id in best[:limit]]
