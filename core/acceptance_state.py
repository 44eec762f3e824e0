"""Which step leads an acceptance where.

One table, read by the buttons and by the methods behind them, so that they cannot disagree.
"""

DRAFT, SELF_CHECK, CUSTOMER = "draft", "self_check", "customer"
CONCLUDED, SIGNED, FAILED, REVOKED = "concluded", "signed", "failed", "revoked"

# (state, event) -> state
STEPS = {
    (DRAFT, "check"): SELF_CHECK,
    (DRAFT, "submit"): CUSTOMER,
    (SELF_CHECK, "submit"): CUSTOMER,
    (SELF_CHECK, "take_back"): DRAFT,
    (CUSTOMER, "take_back"): SELF_CHECK,
    (CUSTOMER, "round"): SELF_CHECK,
    (CUSTOMER, "conclude"): CONCLUDED,
    (CONCLUDED, "reopen"): CUSTOMER,
    (CONCLUDED, "sign"): SIGNED,
    # signed by both sides and not passed, or refused for good: it is checked once more
    (CONCLUDED, "fail"): FAILED,
    # the refusal was voided
    (FAILED, "restore"): CONCLUDED,
    (FAILED, "round"): SELF_CHECK,
    (CUSTOMER, "deem"): SIGNED,
    (CONCLUDED, "deem"): SIGNED,
    (SIGNED, "revoke"): REVOKED,
}
# where each side may answer items
ANSWERED_BY = {
    "check": (DRAFT, SELF_CHECK, CUSTOMER),
    "customer": (CUSTOMER,),
}
# what counts as accepted, and what the customer sees
ACCEPTED = (SIGNED,)
SHOWN_TO_CUSTOMER = (CUSTOMER, CONCLUDED, SIGNED, FAILED, REVOKED)


def after(state, event):
    """Return the state to which ``event`` leads, or None when it is not possible."""
    return STEPS.get((state, event))


def possible(state):
    """Return the events that are possible in ``state``."""
    return {event for (start, event) in STEPS if start == state}
