"""Where an order stands, as its buyer reads it: one sentence, the goods, what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from msgspec import Struct

from steward.interfaces.portal.tracking import Shown, ways_of
from steward.modules.messaging.rules.signed_links import SignedLink
from steward.modules.orders import queries as orders
from steward.modules.orders.queries.buyers_order import buyers_order

PAID = frozenset({"paid", "overpaid", "partly_refunded", "refunded"})
# What a buyer is told of what happened; everything else is the house's own business.
STORY: Mapping[str, Any] = {
    "orders.order_received": gettext_lazy("We received your order."),
    "payments.payment_recorded": gettext_lazy("Your payment arrived."),
    "orders.order_promised": gettext_lazy("The goods are set aside for you."),
    "orders.order_approved": gettext_lazy("Your order was checked and is being prepared."),
    "logistics.shipment_handed_over": gettext_lazy("Goods of yours were handed to the carrier."),
    "logistics.shipment_delivered": gettext_lazy("A parcel was delivered."),
    "orders.line_cancelled": gettext_lazy("A part of the order was cancelled."),
    "orders.order_cancelled": gettext_lazy("The order was cancelled."),
}
REFUNDED = gettext_lazy("We sent money back to you.")


class Standing(Struct, frozen=True):
    """The one sentence a buyer came for, with its colour, and what they can expect or do."""

    tone: str
    sentence: str
    more: str = ""


class Step(Struct, frozen=True):
    """One thing that happened."""

    at: datetime
    text: str


def order_page(request: HttpRequest, link: SignedLink) -> HttpResponse:
    """Show one order to who holds its link: no name, no address, nothing of other orders."""
    return render(request, "portal/order.html", order_facts(link.subject_id))


def order_facts(order_id: int) -> dict[str, Any]:
    """Gather what a page shows of one order; a constant number of statements."""
    detail = buyers_order(order_id)
    ways = ways_of(order_id)
    return {
        "detail": detail,
        "order": detail.order,
        "standing": standing(detail.order, ways),
        "ways": ways,
        "lines": [line for line in detail.lines if line.quantity > line.cancelled_quantity],
        "pay_before": detail.hold_until if detail.order.payment_state == "unpaid" else None,
        "pay_until": timezone.localtime(detail.hold_until).strftime("%Y-%m-%d %H:%M") if detail.hold_until else "",
        "story": story(order_id),
    }


def standing(order: orders.OrderRow, ways: Sequence[Shown] = ()) -> Standing:
    """Say where the order stands in one sentence; of states nobody wrote one for: that we are at it."""
    if order.state == "cancelled":
        more = _("What you paid goes back the way it came.") if order.payment_state in PAID else ""
        return Standing("grey", _("Your order is cancelled."), more)
    on_way = [way for way in ways if way.journey.handed_over_at and way.journey.direction == "outbound"]
    if order.fulfilment_state in ("partly_shipped", "shipped") and len(on_way) == 1:
        more = _("The rest follows.") if order.fulfilment_state == "partly_shipped" else on_way[0].trouble
        return Standing("amber" if on_way[0].trouble else "blue", on_way[0].sentence, more)
    if order.fulfilment_state == "delivered" and len(on_way) == 1:
        return Standing("green", on_way[0].sentence)
    if order.state == "completed":
        return Standing("green", _("Your order is complete. Thank you!"))
    if order.fulfilment_state == "short":
        more = _("It moves on by itself as soon as the goods are here.")
        return Standing("amber", _("Something you ordered is out of stock."), more)
    if order.source == "exchange" and order.state == "checked":
        return Standing(
            "blue", _("It is set aside for you."), _("We send it once it is paid, by your goods or by you.")
        )
    if order.payment_state in ("unpaid", "partly_paid") and order.state == "checked":
        return Standing("amber", _("We are waiting for your payment."))
    if order.fulfilment_state == "delivered":
        return Standing("green", _("Your goods were delivered."))
    if order.fulfilment_state == "shipped":
        return Standing("blue", _("Your goods are on their way."))
    if order.fulfilment_state == "partly_shipped":
        return Standing("blue", _("A part of your goods is on its way, the rest follows."))
    if order.state == "approved":
        return Standing("green", _("Your order is being prepared for shipping."))
    return Standing("blue", _("We are checking your order."), _("You need not do anything."))


def story(order_id: int) -> list[Step]:
    """Tell what happened, newest first, in a buyer's words; the same thing on the same minute once."""
    steps: list[Step] = []
    seen: set[tuple[str, str]] = set()
    for entry in orders.timeline(order_id, limit=200).entries:
        if entry.kind not in STORY:
            continue
        is_refund = entry.kind == "payments.payment_recorded" and entry.data.get("direction") == "refund"
        text = str(REFUNDED if is_refund else STORY[entry.kind])
        key = (text, entry.at.strftime("%Y%m%d%H%M"))
        if key not in seen:
            seen.add(key)
            steps.append(Step(entry.at, text))
    return steps
