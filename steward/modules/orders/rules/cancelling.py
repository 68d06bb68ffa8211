"""Decide whether an order can be cancelled, and which earlier line a cancellation of a source belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from steward.modules.orders.rules import transitions
from steward.modules.orders.rules.fulfilment import is_handed_over


class Pending(Struct):
    """A cancellation without a line; those of one customer and item compete."""

    id: int
    customer_id: int
    item_id: int
    quantity: int
    cancelled_at: datetime


class Candidate(Struct):
    """A line that may be cancelled. `left` is the quantity not yet cancelled."""

    line_id: int
    customer_id: int
    item_id: int
    left: int
    placed_at: datetime


class Decision(Struct, frozen=True):
    """What becomes of a cancellation: a line, or the reason why there is none."""

    cancellation_id: int
    line_id: int | None
    reason: str = ""


def can_cancel(state: str, fulfilment_state: str) -> bool:
    """Tell whether an order can be called off: its state allows it and no goods of it have left the house."""
    return transitions.can(state, "cancel") and not is_handed_over(fulfilment_state)


def decided(pending: Iterable[Pending], candidates: Sequence[Candidate]) -> list[Decision]:
    """Give each cancellation, oldest first, the latest earlier line that has enough left.

    What one takes is gone for the next. Reasons: `no_earlier_order`, `quantity_exceeds`.
    Source: ORD-1.
    """
    by_goods: dict[tuple[int, int], list[Candidate]] = {}
    for line in sorted(candidates, key=lambda line: (line.placed_at, line.line_id), reverse=True):
        by_goods.setdefault((line.customer_id, line.item_id), []).append(line)
    decisions = []
    for one in sorted(pending, key=lambda one: (one.cancelled_at, one.id)):
        earlier = [
            line for line in by_goods.get((one.customer_id, one.item_id), ()) if line.placed_at <= one.cancelled_at
        ]
        fitting = next((line for line in earlier if line.left >= one.quantity), None)
        if fitting is None:
            decisions.append(Decision(one.id, None, "quantity_exceeds" if earlier else "no_earlier_order"))
        else:
            fitting.left -= one.quantity
            decisions.append(Decision(one.id, fitting.line_id))
    return decisions
