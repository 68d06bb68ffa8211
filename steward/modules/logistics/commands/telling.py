"""Tell buyers where their goods are: shipped, in part, out for delivery, delayed, delivered. Each is said once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils import formats
from django.utils.translation import gettext, gettext_lazy

from steward.kernel import languages
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.logistics.events import ShipmentDelivered, ShipmentHandedOver, ShipmentMoved, ShipmentTroubled
from steward.modules.logistics.models import Shipment
from steward.modules.logistics.rules.watch import TOLD
from steward.modules.messaging.commands import Outgoing, send_messages
from steward.modules.orders.queries.addressing import Addressed, addressed

CAUSES: Mapping[str, Any] = {
    "parcel_lost": gettext_lazy("the carrier cannot find the parcel; we are seeing to it"),
    "parcel_damaged": gettext_lazy("the parcel was damaged on its way; we are seeing to it"),
    "delivery_failed": gettext_lazy("the courier could not deliver it"),
    "delivery_late": gettext_lazy("the carrier takes longer than promised"),
    "parcel_stuck": gettext_lazy("the parcel rests longer than usual on its way"),
}
UNNUMBERED = "–"


@command(needs="logistics.ship")
def tell_shipped(actor: Actor, *, handed: Sequence[ShipmentHandedOver], now: datetime) -> int:
    """Say that goods left: with the last shipment that the order is on its way, before that that a part is."""
    orders = addressed({one.order_id for one in handed})
    carriers = _carriers(one.shipment_id for one in handed)
    messages = []
    for one in handed:
        if one.order_id not in orders:
            continue
        template = "order_shipped" if one.whole else "order_partly_shipped"
        number = one.tracking_numbers[0] if one.tracking_numbers else UNNUMBERED
        facts: dict[str, Any] = {"carrier": carriers[one.shipment_id], "tracking_number": number}
        messages.append(_about(orders[one.order_id], template, one.shipment_id, **facts))
    return _send(actor, messages, now)


@command(needs="logistics.ship")
def tell_out_for_delivery(actor: Actor, *, moved: Sequence[ShipmentMoved], now: datetime) -> int:
    """Say that goods come today; once per shipment, however often the courier sets out."""
    out = [one for one in moved if one.after == "out_for_delivery" and one.direction == "outbound"]
    still = set(
        Shipment.objects.filter(id__in=[one.shipment_id for one in out], state="out_for_delivery").values_list(
            "id", flat=True
        )
    )
    orders = addressed({one.order_id for one in out})
    carriers = _carriers(still)
    messages = [
        _about(orders[one.order_id], "order_out_for_delivery", one.shipment_id, carrier=carriers[one.shipment_id])
        for one in out
        if one.shipment_id in still and one.order_id in orders
    ]
    return _send(actor, messages, now)


@command(needs="logistics.ship")
def tell_delivered(actor: Actor, *, delivered: Sequence[ShipmentDelivered], now: datetime) -> int:
    """Say that an order was delivered, once the last of its shipments was."""
    ids = {one.order_id for one in delivered if one.direction == "outbound"}
    waiting = Shipment.objects.filter(order_id__in=ids, direction="outbound").exclude(
        state__in=("delivered", "cancelled")
    )
    whole = addressed(ids - set(waiting.values_list("order_id", flat=True)))
    return _send(actor, [_about(one, "order_delivered", 0) for one in whole.values()], now)


@command(needs="logistics.ship")
def tell_delayed(actor: Actor, *, troubled: Sequence[ShipmentTroubled], now: datetime) -> int:
    """Say that goods come later than promised, and why, before the buyer asks; once per shipment and trouble."""
    told = [one for one in troubled if one.trouble in TOLD and one.direction == "outbound"]
    orders = addressed({one.order_id for one in told})
    later = Shipment.objects.filter(id__in=[one.shipment_id for one in told], expected_date__gte=now.date())
    days = {id_: day for id_, day in later.values_list("id", "expected_date") if day is not None}
    messages = []
    for one in told:
        if one.order_id not in orders:
            continue
        facts: dict[str, Any] = {"cause": _cause(one.trouble)}
        if one.trouble in ("delivery_late", "parcel_stuck") and one.shipment_id in days:
            facts["expected"] = _expected(days[one.shipment_id])
        messages.append(_about(orders[one.order_id], "order_delayed", one.shipment_id, again=one.trouble, **facts))
    return _send(actor, messages, now)


def _cause(trouble: str) -> dict[str, str]:
    return languages.in_each(lambda: CAUSES[trouble])


def _expected(day: date) -> dict[str, str]:
    return languages.in_each(
        lambda: gettext("It should arrive on %(day)s.") % {"day": formats.date_format(day, "MONTH_DAY_FORMAT")}
    )


def _carriers(shipment_ids: Any) -> dict[int, dict[str, str]]:
    """Name the carriers of shipments in every language."""
    rows = Shipment.objects.filter(id__in=list(shipment_ids)).values_list(
        "id", "service__carrier__name", "service__carrier__name_en"
    )
    return {
        id_: {"zh-hans": name or UNNUMBERED, "zh-hant": name or UNNUMBERED, "en": english or name or UNNUMBERED}
        for id_, name, english in rows
    }


def _send(actor: Actor, messages: Sequence[Outgoing], now: datetime) -> int:
    return len(send_messages(actor, messages=messages, now=now)) if messages else 0


def _about(one: Addressed, template: str, shipment_id: int, *, again: str = "", **params: Any) -> Outgoing:
    """Write a message about an order; its key names order, template and shipment, so that it is said once."""
    parts = [f"order:{one.id}:{template}", str(shipment_id) if shipment_id else "", again]
    return Outgoing(
        template=template,
        customer_id=one.customer_id,
        subject_kind="order",
        subject_id=one.id,
        params={"order_number": one.number, **params},
        dedupe_key=":".join(part for part in parts if part),
        simulated=one.simulated,
    )
