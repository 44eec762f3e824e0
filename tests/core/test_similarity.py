import pytest
from customer_delivery.core.similarity import most_similar, similarity, trigrams
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", set()),
        (None, set()),
        ("—!? _", set()),
        ("标签打印", {"标签", "签打", "打印"}),
        ("标", {"标"}),
        ("Ab", {"  a", " ab", "ab "}),
        ("ＡＢ标签", {"  a", " ab", "ab ", "标签"}),
        ("标签，打印", {"标签", "打印"}),
        ("5", {"  5", " 5 "}),
        ("𠮷野家", {"𠮷野", "野家"}),
    ],
)
def test_pieces(text, pieces):
    assert trigrams(text) == pieces


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("打印标签", "标签打印", 0.4, 0.6),
        ("支持标签打印", "支持标签批量打印", 0.5, 0.8),
        ("Print label", "print labels", 0.7, 0.99),
        ("支持 Excel 导出", "导出EXCEL", 0.5, 0.9),
        ("打印标签", "库存盘点", 0, 0),
        ("標籤", "标签", 0, 0),
        ("打印标签", "打印标签。", 1, 1),
        ("", "", 0, 0),
    ],
)
def test_likeness(one, other, least, most):
    assert least <= similarity(one, other) <= most


def test_the_closest_come_first_and_equal_ones_by_id():
    candidates = [(3, "标签打印"), (2, "打印标签"), (1, "标签打印"), (4, "库存盘点"), (5, None)]
    assert most_similar("标签打印", iter(candidates)) == [(1, 1.0), (3, 1.0), (2, 0.5)]
    assert most_similar("标签打印", candidates, limit=1) == [(1, 1.0)]
    assert most_similar("标签打印", candidates, threshold=0.6) == [(1, 1.0), (3, 1.0)]
    assert most_similar("", candidates) == []


@given(st.text(), st.text())
def test_likeness_is_symmetric_and_between_zero_and_one(one, other):
    score = similarity(one, other)
    assert 0 <= score <= 1
    assert score == similarity(other, one)
    assert similarity(one, one) == (1 if trigrams(one) else 0)
    assert (score == 1) == (trigrams(one) == trigrams(other) != set())


@given(st.text())
def test_case_and_punctuation_do_not_count(text):
    assert trigrams(f"…{text.casefold()}！") == trigrams(text)


@given(st.lists(st.text(st.sampled_from("标签打印ab "), max_size=6)), st.integers(0, 4))
def test_no_candidate_left_out_is_closer(texts, limit):
    candidates = list(enumerate(texts))
    chosen = most_similar("标签打印", candidates, limit=limit, threshold=0.2)
    ranked = sorted(
        ((each, similarity("标签打印", text)) for each, text in candidates),
        key=lambda pair: (-pair[1], pair[0]),
    )
    assert chosen == [pair for pair in ranked if pair[1] >= 0.2][:limit]
