from customer_delivery.core.acceptance_state import ANSWERED_BY, STEPS, after, possible


def test_an_acceptance_is_walked_concluded_and_signed():
    state = "draft"
    for event in ("check", "submit", "round", "submit", "conclude", "sign", "revoke"):
        state = after(state, event)
    assert state == "revoked"


def test_nothing_leaves_a_signed_acceptance_but_its_revocation():
    assert possible("signed") == {"revoke"}
    assert possible("revoked") == set()


def test_what_is_not_in_the_table_is_not_possible():
    assert after("draft", "sign") is None
    assert after("draft", "conclude") is None
    assert after("signed", "reopen") is None


def test_every_state_can_be_reached():
    states = {state for state, _event in STEPS} | set(STEPS.values())
    reached, todo = {"draft"}, ["draft"]
    while todo:
        state = todo.pop()
        for event in possible(state):
            if after(state, event) not in reached:
                reached.add(after(state, event))
                todo.append(after(state, event))
    assert reached == states


def test_only_an_open_acceptance_is_answered():
    assert not set(ANSWERED_BY["check"]) & {"concluded", "signed", "revoked"}
    assert ANSWERED_BY["customer"] == ("customer",)
