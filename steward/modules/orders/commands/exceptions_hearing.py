"""Read facts that need somebody out of what was announced."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from steward.kernel.actor import Actor
from steward.modules.deadlines import queries as deadlines
from steward.modules.deadlines.events import ClockBreached
from steward.modules.orders.commands.exceptions_detecting import limits_of, note_facts
from steward.modules.orders.commands.exceptions_opening import Fact
from steward.modules.orders.events import LineCancelled, OrderConflicted, OrderMended
from steward.modules.orders.models import Order
from steward.modules.orders.rules.detectors import price_changed_enough
from steward.modules.payments.events import PaymentMismatched, RefundDisputed, RefundFailed, RefundStuck

RefundTrouble = RefundFailed | RefundStuck | RefundDisputed
PRICES = frozenset({"lines", "total_minor", "shipping_minor", "discount_minor"})
OPEN_STATES = ("received", "checked", "audit")


def hear_mismatches(actor: Actor, *, heard: Sequence[PaymentMismatched], now: datetime) -> int:
    """Open an exception per movement of money that is not what its order expects."""
    facts = [
        Fact(
            event.order_id,
            f"mismatch:{event.entry_id}",
            event.order_id,
            {"trouble": "mismatch", "entry_id": event.entry_id, "reason": event.reason, "currency": event.currency},
        )
        for event in heard
    ]
    return note_facts(actor, code="payment_trouble", facts=facts, now=now)


def hear_refunds(actor: Actor, *, heard: Sequence[RefundTrouble], now: datetime) -> int:
    """Open an exception per refund that failed, is stuck or disputed."""
    facts = []
    for event in heard:
        trouble = event.KIND.partition(".")[2]
        seen = {"trouble": trouble, "refund_id": event.refund_id, "number": event.number}
        facts.append(Fact(event.order_id, f"{trouble}:{event.refund_id}", event.order_id, seen))
    return note_facts(actor, code="payment_trouble", facts=facts, now=now)


def hear_mended(actor: Actor, *, heard: Sequence[OrderMended], now: datetime) -> int:
    """Open an exception where somebody changed the total of an order by more than the limit."""
    limits, facts = limits_of("price_changed"), []
    for event in heard:
        was, is_now = event.before.get("total_minor"), event.after.get("total_minor")
        if not limits or not isinstance(was, int) or not isinstance(is_now, int):
            continue
        if price_changed_enough(was, is_now, limits["percent"]):
            percent = round(abs(is_now - was) * 100 / was) if was else 100
            seen = {"percent": percent, "before_minor": was, "after_minor": is_now, "currency": event.currency}
            facts.append(Fact(event.order_id, f"total:{was}>{is_now}", event.order_id, seen))
    return note_facts(actor, code="price_changed", facts=facts, now=now)


def hear_conflicts(actor: Actor, *, heard: Sequence[OrderConflicted], now: datetime) -> int:
    """Open an exception where an order came again with other prices; one per order and set of differences."""
    facts = [
        Fact(
            event.order_id,
            "again:" + ",".join(sorted(PRICES & set(event.differing))),
            event.order_id,
            {"differing": sorted(event.differing), "source": event.source},
        )
        for event in heard
        if "total_minor" in event.differing
    ]
    return note_facts(actor, code="price_changed", facts=facts, now=now)


def hear_cancelled_lines(actor: Actor, *, heard: Sequence[LineCancelled], now: datetime) -> int:
    """Open an exception where the channel cancelled lines of an order that was approved already."""
    approved = set(
        Order.objects.filter(id__in={event.order_id for event in heard}, state="approved").values_list("id", flat=True)
    )
    facts = [
        Fact(
            event.order_id,
            f"line:{event.position}:{event.document}"[:120],
            event.order_id,
            {"position": event.position, "quantity": event.quantity, "document": event.document},
        )
        for event in heard
        if event.order_id in approved
    ]
    return note_facts(actor, code="cancelled_late", facts=facts, now=now)


def hear_breaches(actor: Actor, *, heard: Sequence[ClockBreached], now: datetime) -> int:
    """Open an exception for orders that missed time limits again; one per order."""
    limits = limits_of("late_twice")
    if not limits:
        return 0
    late = sorted({event.about_id for event in heard if event.about_kind == "order"})
    live = Order.objects.filter(id__in=late, state__in=(*OPEN_STATES, "approved")).values_list("id", flat=True)
    facts = []
    for order_id in live:
        missed = sum(1 for clock in deadlines.clocks_of("order", order_id) if clock.breached_at is not None)
        if missed >= limits["times"]:
            facts.append(Fact(order_id, "late", order_id, {"count": missed}))
    return note_facts(actor, code="late_twice", facts=facts, now=now)
