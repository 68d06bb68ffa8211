"""What of an order can still be changed, as one table; pages, the API, docs and tests read it. Source: ORD-9."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

from msgspec import Struct

from steward.modules.orders.rules.fulfilment import HANDED_OVER_STATES

Kind = Literal["address", "lines", "cancel_lines", "service", "cancel", "split", "merge", "unmerge", "means"]
KINDS: tuple[Kind, ...] = (
    "address",
    "lines",
    "cancel_lines",
    "service",
    "cancel",
    "split",
    "merge",
    "unmerge",
    "means",
)
STATES = ("draft", "confirmed", "declined", "lapsed")
# What ends a draft by itself: another preview took its place, its order moved on, nobody decided in time.
LAPSES = ("replaced", "moved_on", "too_old")
PHASES = ("open", "approved", "set_aside", "leaving", "gone", "ended")

Phase = Literal["open", "approved", "set_aside", "leaving", "gone", "ended"]
EVERYTHING = frozenset(KINDS)
# As long as no goods have left the house all can be changed: what was set aside is given back and set aside anew.
# Part of the goods away: what is still here can be called off. All away, or all over: a return is the way.
POSSIBLE: Mapping[Phase, frozenset[Kind]] = {
    "open": EVERYTHING,
    "approved": EVERYTHING,
    "set_aside": EVERYTHING,
    "leaving": frozenset({"cancel_lines"}),
    "gone": frozenset(),
    "ended": frozenset(),
}
# These change what somebody agreed to: they are checked, screened and verified like any mended entry, and an order
# that was approved is audited again.
CHECKED_AGAIN = frozenset({"address", "lines", "cancel_lines"})
# These move goods and money between two orders; nobody may use them to get past a look that is still to come.
TWO_ORDERS = frozenset({"split", "merge", "unmerge"})
# What stands in the place of goods that are to come back holds just these; after-sales chooses others.
FOR_REPLACEMENTS = frozenset({"address", "service", "cancel"})

Hindrance = Literal[
    "",
    "past_order",
    "goods_left",
    "order_over",
    "part_left",
    "held",
    "conflict",
    "open_errors",
    "awaits_verification",
    "money_on_its_way_back",
    "after_sales",
]


class Looks(Struct, frozen=True, kw_only=True):
    """What stands between an order and its next step, as far as changes care."""

    historic: bool = False
    is_held: bool = False
    has_conflict: bool = False
    has_errors: bool = False
    awaits_verification: bool = False
    is_being_refunded: bool = False
    is_paid_by_goods: bool = False


def phase(state: str, fulfilment_state: str) -> Phase:
    """Name the part of its life an order is in, from its two axes."""
    if state == "cancelled":
        return "ended"
    if fulfilment_state == "partly_shipped":
        return "leaving"
    if fulfilment_state in HANDED_OVER_STATES or state == "completed":
        return "gone"
    if fulfilment_state == "allocated":
        return "set_aside"
    return "approved" if state == "approved" else "open"


def hindrance(kind: str, state: str, fulfilment_state: str, looks: Looks) -> Hindrance:
    """Name why a change of this kind cannot be made now; empty: it can."""
    if looks.historic:
        return "past_order"
    now = phase(state, fulfilment_state)
    if kind not in POSSIBLE[now]:
        reasons: Mapping[Phase, Hindrance] = {"ended": "order_over", "leaving": "part_left"}
        return reasons.get(now, "goods_left")
    if looks.is_paid_by_goods and kind not in FOR_REPLACEMENTS:
        return "after_sales"
    if kind == "means":
        return "money_on_its_way_back" if looks.is_being_refunded else ""
    if kind not in TWO_ORDERS:
        return ""
    found: Mapping[Hindrance, bool] = {
        "held": looks.is_held,
        "conflict": looks.has_conflict,
        "open_errors": looks.has_errors,
        "awaits_verification": looks.awaits_verification,
        "money_on_its_way_back": looks.is_being_refunded,
    }
    return next((why for why, holds in found.items() if holds), "")


def possible(state: str, fulfilment_state: str, looks: Looks) -> dict[Kind, Hindrance]:
    """Name for every kind of change why it cannot be made now, in the order people think of them."""
    return {kind: hindrance(kind, state, fulfilment_state, looks) for kind in KINDS}


MergeHindrance = Literal[
    "", "same_order", "other_buyer", "other_shop", "other_currency", "other_address", "one_is_paid"
]


class Party(Struct, frozen=True, kw_only=True):
    """What two orders must share to become one. `is_settled`: paid, or bought on account."""

    order_id: int
    customer_id: int | None
    shop_id: int
    currency: str
    simulated: bool
    address: str
    is_settled: bool


def merge_hindrance(one: Party, other: Party) -> MergeHindrance:
    """Name why two orders cannot become one; empty: they can. Unpaid goes with unpaid, paid with paid."""
    checks: tuple[tuple[MergeHindrance, bool], ...] = (
        ("same_order", one.order_id == other.order_id),
        ("other_buyer", one.customer_id is None or one.customer_id != other.customer_id),
        ("other_shop", (one.shop_id, one.simulated) != (other.shop_id, other.simulated)),
        ("other_currency", one.currency != other.currency),
        ("other_address", one.address != other.address),
        ("one_is_paid", one.is_settled != other.is_settled),
    )
    return next((why for why, holds in checks if holds), "")


def differences(
    before: Mapping[str, object], after: Mapping[str, object], silent: Collection[str] = ()
) -> dict[str, tuple[object, object]]:
    """Lay out where two states of facts differ: field → (as it was previewed, as it is now)."""
    names = [name for name in dict.fromkeys([*before, *after]) if name not in silent]
    return {name: (before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)}
