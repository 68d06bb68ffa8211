"""The life of a refund as one table, from which payments it is taken, and when to try again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from steward.kernel import lifecycles

TRANSITIONS: dict[tuple[str, str], str] = {
    ("awaiting_approval", "approve"): "waiting",
    ("awaiting_approval", "refuse"): "refused",
    ("awaiting_approval", "withdraw"): "withdrawn",
    ("awaiting_approval", "lapse"): "withdrawn",
    ("awaiting_approval", "settle"): "succeeded",
    ("waiting", "send"): "sending",
    ("waiting", "hand_over"): "by_hand",
    ("waiting", "void"): "failed",
    ("waiting", "withdraw"): "withdrawn",
    ("waiting", "succeed"): "succeeded",
    ("waiting", "settle"): "succeeded",
    ("by_hand", "settle"): "succeeded",
    ("by_hand", "withdraw"): "withdrawn",
    ("sending", "succeed"): "succeeded",
    ("sending", "accept"): "pending",
    ("sending", "fail"): "failed",
    ("sending", "lose"): "unknown",
    ("sending", "disagree"): "disputed",
    ("unknown", "succeed"): "succeeded",
    ("unknown", "accept"): "pending",
    ("unknown", "fail"): "failed",
    ("unknown", "lose"): "unknown",
    ("unknown", "resend"): "waiting",
    ("unknown", "disagree"): "disputed",
    ("pending", "succeed"): "succeeded",
    ("pending", "accept"): "pending",
    ("pending", "fail"): "failed",
    ("pending", "lose"): "unknown",
    ("pending", "disagree"): "disputed",
    ("waiting", "disagree"): "disputed",
    ("disputed", "settle"): "succeeded",
    ("disputed", "close"): "failed",
}
STATES = (
    "awaiting_approval",
    "waiting",
    "sending",
    "unknown",
    "pending",
    "by_hand",
    "disputed",
    "succeeded",
    "failed",
    "refused",
    "withdrawn",
)
OPEN = ("awaiting_approval", "waiting", "sending", "unknown", "pending", "by_hand", "disputed")
MACHINE = ("waiting", "sending", "unknown", "pending")
FOR_A_PERSON = ("awaiting_approval", "by_hand", "disputed", "failed")
ADOPTING = ("by_hand", "waiting", "awaiting_approval")
APPROVALS = ("not_needed", "awaiting", "approved", "refused", "lapsed", "withdrawn")
OUTCOMES = {"granted": "approved", "refused": "refused", "expired": "lapsed"}
ASKED_FOR = ("overpaid", "return", "goodwill", "mistake", "other")
OWED = ("cancelled", "late_payment")
CAUSES = (*OWED, *ASKED_FOR)


class Payable(msgspec.Struct, frozen=True):
    """A payment and what of it may still go back. Units: minor currency units."""

    entry_id: int
    provider: str
    left_minor: int
    method: str = ""


class Share(msgspec.Struct, frozen=True):
    """What goes back for one payment. Units: minor currency units."""

    entry_id: int
    provider: str
    amount_minor: int


def can(state: str, verb: str) -> bool:
    """Tell whether the transition exists."""
    return (state, verb) in TRANSITIONS


def next_state(state: str, verb: str) -> str:
    """Return the state after a transition. Raises: NotPossible."""
    return lifecycles.reached(TRANSITIONS, state, verb)


def can_withdraw(state: str, tries: int) -> bool:
    """Tell whether a refund can be called off: never once it was sent, whatever became of that."""
    return can(state, "withdraw") and tries == 0


def after_outside(payments: Sequence[Payable], outside: Iterable[tuple[str, int]]) -> list[Payable]:
    """Take refunds made elsewhere (provider, amount) off the payments: the same provider's first, the newest first.

    What the payments do not cover is left out. Units: minor currency units.
    """
    left = {one.entry_id: one.left_minor for one in payments}
    for provider, amount_minor in outside:
        rest = amount_minor
        for one in sorted(payments, key=lambda one: (one.provider != provider, -one.entry_id)):
            taken = min(rest, left[one.entry_id])
            left[one.entry_id] -= taken
            rest -= taken
    return [msgspec.structs.replace(one, left_minor=left[one.entry_id]) for one in payments]


def allocate(payments: Sequence[Payable], amount_minor: int) -> list[Share]:
    """Share a refund over payments: all from one that fits exactly, else the last money in goes out first.

    The shares sum to the amount, or to all that is left where that is less. Units: minor currency units.
    Source: RET-4 (original means).
    """
    exact = [one for one in payments if one.left_minor == amount_minor > 0]
    shares = []
    for one in exact[-1:] or sorted(payments, key=lambda one: -one.entry_id):
        taken = min(amount_minor, one.left_minor)
        if taken > 0:
            shares.append(Share(one.entry_id, one.provider, taken))
            amount_minor -= taken
    return shares


def is_asked_anew(cause: str) -> bool:
    """Tell whether a refund nobody decided in time is asked for again: what is owed to the customer is never dropped.

    What a person wished for is called off instead, and they are told.
    """
    return cause in OWED


def pause_s(tries: int, *, first_s: int, cap_s: int) -> int:
    """Compute the pause before the next try: doubled each time, up to a cap."""
    return int(min(cap_s, first_s * 2 ** min(max(tries - 1, 0), 30)))


def verb_of(fate: str, state: str) -> str:
    """Name the transition that an answer of the provider, other than a success, means for a refund in `state`.

    A refund the provider does not know may be sent again, under its key, only after its fate was unknown.
    """
    if fate == "absent":
        return "resend" if state == "unknown" else "lose"
    return {"pending": "accept", "refused": "fail", "unclear": "lose"}[fate]
