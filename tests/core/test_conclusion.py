import pytest
from customer_delivery.core.conclusion import Issue, Result, Rule, propose, score

RULE = Rule(max_serious=0, max_minor=2)


def results(*verdicts, weight=1.0):
    return [Result(1, 1.0, weight, verdict) for verdict in verdicts]


def issues(severity, count, dated=True):
    return [Issue(severity, dated)] * count


@pytest.mark.parametrize(
    ("found", "open_issues", "parts", "verdict", "codes"),
    [
        (results("pass", "na"), [], 0, "pass", []),
        (results("pass", None), [], 0, "fail", ["unanswered"]),
        (results("pass", "fail"), issues("minor", 1), 0, "conditional", ["open"]),
        (results("pass"), issues("minor", 2, dated=False), 0, "conditional", ["undated", "open"]),
        (results("pass"), issues("minor", 3), 0, "fail", ["minor", "open"]),
        (results("pass"), issues("serious", 1), 0, "fail", ["serious", "open"]),
        (results("pass"), issues("fatal", 1), 0, "fail", ["serious", "open"]),
        (results("pass"), issues("suggestion", 9), 0, "conditional", ["open"]),
        (results("pass"), [], 2, "fail", ["parts"]),
    ],
)
def test_the_proposal_follows_what_is_open(found, open_issues, parts, verdict, codes):
    proposal = propose(RULE, found, open_issues, parts)
    assert proposal.verdict == verdict
    assert [code for code, _payload in proposal.reasons] == codes


def test_a_waived_item_needs_no_verdict():
    waived = Result(1, 1.0, 1.0, None, waived=True)
    assert propose(RULE, [*results("pass"), waived], []).verdict == "pass"


def test_a_person_may_decide_worse_but_not_past_what_is_open():
    minor = propose(RULE, results("fail"), issues("minor", 1))
    assert not minor.forbids("conditional")
    assert not minor.forbids("fail")
    assert [code for code, _payload in minor.forbids("pass")] == ["open"]
    undated = propose(RULE, results("fail"), issues("minor", 1, dated=False))
    assert [code for code, _payload in undated.forbids("conditional")] == ["undated"]
    earlier = propose(RULE, results("pass"), [], earlier=2)
    assert (earlier.verdict, earlier.reasons) == ("conditional", (("earlier", 2),))
    assert [code for code, _payload in earlier.forbids("pass")] == ["earlier"]
    assert not earlier.forbids("conditional")
    serious = propose(RULE, results("fail"), issues("fatal", 1))
    assert [code for code, _payload in serious.forbids("conditional")] == ["serious"]
    assert not serious.forbids("fail")


def test_families_count_by_their_weight_not_by_their_size():
    found = [Result(1, 3.0, 1.0, "pass")] + [Result(2, 1.0, 1.0, "fail")] * 10
    assert score(found) == 75.0
    heavy = [Result(1, 1.0, 3.0, "pass"), Result(1, 1.0, 1.0, "fail")]
    assert score(heavy) == 75.0
    assert score([Result(1, 1.0, 1.0, "na")]) is None
    assert score([Result(1, 1.0, 1.0, "pass", credit=0.8)]) == 80.0


def test_a_demanded_score_can_be_missed():
    proposal = propose(Rule(min_score=90), results("pass", "fail"), [])
    assert proposal.reasons == (("score", (50.0, 90)),)
    assert proposal.verdict == "fail"


def test_a_trial_run_that_is_not_over_is_not_accepted():
    passed = [Result(1, 1.0, 1.0, "pass")]
    for problem in ("2026-10-30", True):
        proposal = propose(Rule(), passed, [], trial=problem)
        assert proposal.verdict == "fail"
        assert proposal.forbids("pass") == [("trial", problem)]
        assert proposal.forbids("conditional") == [("trial", problem)]
        assert proposal.forbids("fail") == []
    assert propose(Rule(), passed, [], trial=None).verdict == "pass"
