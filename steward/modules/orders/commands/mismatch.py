"""Money that is not what an order expects: a finding for a person to look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from steward.kernel import money
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.orders.commands.moving import lock_orders
from steward.modules.orders.commands.progress import MISMATCH, advance_orders
from steward.modules.orders.models import OrderFinding
from steward.modules.payments.events import PaymentMismatched


@command(needs="orders.advance")
def note_mismatches(actor: Actor, *, mismatches: Sequence[PaymentMismatched], now: datetime) -> int:
    """Open one finding per movement of money that differs from what its order expects; a second run opens none.

    Returns how many were opened. Emits: what advance_orders emits. Locks: orders in id order.
    """
    orders = lock_orders(one.order_id for one in mismatches)
    known = OrderFinding.objects.filter(order_id__in=list(orders), code=MISMATCH)
    seen = set(known.values_list("params__entry", flat=True))
    fresh = {str(one.entry_id): one for one in mismatches if one.order_id in orders and str(one.entry_id) not in seen}
    OrderFinding.objects.bulk_create(
        OrderFinding(
            order_id=one.order_id,
            field="payments",
            code=MISMATCH,
            severity="warning",
            params={
                "entry": entry,
                "reason": one.reason,
                "amount": _written(one.amount_minor, one.currency),
                "expected": _written(max(one.expected_minor, 0), one.expected_currency),
            },
        )
        for entry, one in fresh.items()
    )
    advance_orders(actor, order_ids=list(orders), now=now)
    return len(fresh)


def _written(amount_minor: int, currency: str) -> str:
    return f"{money.to_decimal(amount_minor, currency)} {currency}"
