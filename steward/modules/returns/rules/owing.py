"""What a refund owes besides money, and where it stands. Source: RET-4; docs/decisions/0033, 0038."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from steward.kernel import lifecycles
from steward.modules.orders.rules.adjusting import Adjustment
from steward.modules.returns.rules.quote import Quote

KINDS = ("points", "points_earned", "card", "coupon")
STATES = ("owed", "to_hand_over", "carried_out", "nobody", "refused", "dropped")
# What became of it where it is kept. `short`: the points were spent already, so there was nothing to take.
REACHED = {
    "posted": "carry_out",
    "again": "carry_out",
    "short": "carry_out",
    "issued": "carry_out",
    "given_back": "carry_out",
    "to_hand_over": "ask",
    "nobody": "give_up",
}
TRANSITIONS = {
    ("owed", "carry_out"): "carried_out",
    ("owed", "ask"): "to_hand_over",
    ("owed", "give_up"): "nobody",
    ("owed", "drop"): "dropped",
    ("to_hand_over", "carry_out"): "carried_out",
    ("to_hand_over", "refuse"): "refused",
}


class Owed(Struct, frozen=True, kw_only=True):
    """One thing owed besides money: points (below 0: earned ones that lapse), card money, or a coupon.

    Units: points, or minor units of the order's currency.
    """

    kind: str
    amount: int
    code: str = ""
    threshold_minor: int = 0


def owed_of(quote: Quote, adjustments: Iterable[Adjustment]) -> list[Owed]:
    """Name what a quote gives back besides money; a coupon is worth what the order's terms say."""
    coupons: Mapping[str, Adjustment] = {one.code: one for one in adjustments if one.kind == "coupon"}
    found = []
    if quote.points_back > 0:
        found.append(Owed(kind="points", amount=quote.points_back))
    if quote.points_taken > 0:
        found.append(Owed(kind="points_earned", amount=-quote.points_taken))
    found += [Owed(kind="card", amount=minor, code=code) for code, minor in quote.gift_cards_back if minor > 0]
    for code in quote.coupons_back:
        terms = coupons[code]
        found.append(Owed(kind="coupon", amount=terms.amount_minor, code=code, threshold_minor=terms.threshold_minor))
    return found


def next_state(state: str, verb: str) -> str:
    """Return where what is owed stands after a transition. Raises: NotPossible."""
    return lifecycles.reached(TRANSITIONS, state, verb)
