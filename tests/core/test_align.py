from customer_delivery.core import align
from hypothesis import given
from hypothesis import strategies as st

items = st.lists(st.sampled_from("abcdefgh"), max_size=60)


def fits(_i, _j):
    return True


class Counting(align.SequenceMatcher):
    """Notes how much is compared item by item."""

    work = 0

    def __init__(self, junk, a, b, autojunk=True):
        Counting.work += len(a) * len(b)
        super().__init__(junk, a, b, autojunk)


@given(items, items)
def test_the_steps_lead_from_one_to_the_other(before, after):
    i, j, last = 0, 0, None
    for tag, i1, i2, j1, j2 in align.opcodes(before, after):
        assert (i1, j1) == (i, j)
        assert (tag == "equal") == (before[i1:i2] == after[j1:j2])
        assert tag != last
        i, j, last = i2, j2, tag
    assert (i, j) == (len(before), len(after))


@given(items, items, st.lists(st.integers(0, 400), max_size=12))
def test_long_sequences_too(before, after, changes):
    words = (
        [f"{number * 7919 % 1000}{before[number % len(before)]}" for number in range(400)]
        if (before)
        else []
    )
    changed = list(words)
    for place in changes:
        changed[place : place + 1] = after[:3]
    steps = align.opcodes(words, changed)
    assert [item for tag, _i1, _i2, j1, j2 in steps for item in changed[j1:j2]] == changed
    assert [item for tag, i1, i2, _j1, _j2 in steps for item in words[i1:i2]] == words
    lost = sum(i2 - i1 for tag, i1, i2, _j1, _j2 in steps if tag != "equal")
    assert lost <= 3 * len(changes)


def test_equal_ends_are_set_aside():
    assert align.opcodes("aab", "ab") == [
        ("equal", 0, 1, 0, 1),
        ("delete", 1, 2, 1, 1),
        ("equal", 2, 3, 1, 2),
    ]


@given(st.lists(st.lists(st.sampled_from("abcdef"), max_size=8), max_size=12), st.randoms())
def test_pairs_rise_on_both_sides(texts, random):
    other = [[*text] for text in texts]
    random.shuffle(other)
    pairs = align.pair(texts, other, fits)
    assert all(a < c and b < d for (a, b), (c, d) in zip(pairs, pairs[1:], strict=False))
    assert all(0 <= i < len(texts) and 0 <= j < len(other) for i, j in pairs)


def test_a_text_finds_its_earlier_version_behind_one_that_came():
    old = [
        ["print", "the", "label", "in", "two", "seconds"],
        ["stop", "when", "the", "door", "opens"],
    ]
    new = [
        ["count", "the", "parts", "of", "a", "shift"],
        ["stop", "at", "once", "when", "the", "door", "opens"],
    ]
    assert align.pair(old, new, fits) == [(0, 0), (1, 1)]
    assert align.pair(old[1:], new, fits) == [(0, 1)]


def test_the_work_grows_with_the_length(monkeypatch):
    """However much changed, twice the text is about twice the work."""
    monkeypatch.setattr(align, "SequenceMatcher", Counting)

    def work(length, every):
        words = [f"w{number * 7919 % 997}" for number in range(length)]
        changed = [word if number % every else "x" for number, word in enumerate(words)]
        Counting.work = 0
        align.opcodes(words, changed)
        align.opcodes(words, words[::-1])
        return Counting.work

    for every in (2, 5, 40):
        assert work(8000, every) <= 3 * max(work(4000, every), align.SMALL)
