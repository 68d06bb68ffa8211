"""Watch what is on its way: name what is wrong before the customer asks. Source: LOG-6."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Max

from steward.kernel import events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.logistics.events import ShipmentEased, ShipmentTroubled
from steward.modules.logistics.models import Shipment
from steward.modules.logistics.queries.days import house_day
from steward.modules.logistics.rules import shipments as lives
from steward.modules.logistics.rules import watch as rules
from steward.modules.orders.queries.exceptions import detectors

BATCH = 1_000
# A delivery may fail, or a parcel be lost, after which it is no longer on its way.
LOOKED_AT = (*lives.LIVE, "lost", "damaged")


def watch_all(actor: Actor, *, now: datetime) -> int:
    """Look at everything that is on its way, a transaction per batch. Returns how many came into trouble."""
    after, troubled = 0, 0
    while True:
        rest = Shipment.objects.filter(id__gt=after, state__in=LOOKED_AT).order_by("id")
        ids = list(rest.values_list("id", flat=True)[:BATCH])
        if not ids:
            return troubled
        troubled += watch_shipments(actor, shipment_ids=ids, now=now)
        after = ids[-1]


@command(needs="logistics.ship")
def watch_shipments(actor: Actor, *, shipment_ids: Sequence[int], now: datetime) -> int:
    """Note what is wrong with these shipments, and what is no longer. Returns how many came into trouble.

    A second run changes nothing. The limits are those of the detectors on the desk of exceptions.
    Emits: ShipmentTroubled, ShipmentEased. Locks: shipments in id order.
    """
    limits_s = limits()
    locked = Shipment.objects.select_for_update(no_key=True).filter(id__in=shipment_ids).order_by("id")
    rows = list(locked)
    seen = dict(
        Shipment.objects.filter(id__in=shipment_ids)
        .annotate(last=Max("parcels__last_event_at"))
        .values_list("id", "last")
    )
    today = house_day(now)
    found = {one.id: rules.trouble_of(_watched(one, seen.get(one.id)), limits_s, now=now, today=today) for one in rows}
    changed = [one for one in rows if one.trouble != found[one.id]]
    eased = [one for one in changed if one.trouble]
    said: list[events.Event] = [
        ShipmentEased(
            order_id=one.order_id,
            shipment_id=one.id,
            number=one.number,
            trouble=one.trouble,
            simulated=one.simulated,
        )
        for one in eased
    ]
    _write(changed, found, now)
    said += [
        ShipmentTroubled(
            order_id=one.order_id,
            shipment_id=one.id,
            number=one.number,
            direction=one.direction,
            trouble=one.trouble,
            since=now,
            simulated=one.simulated,
        )
        for one in changed
        if one.trouble
    ]
    events.record(actor, said)
    return sum(1 for one in changed if one.trouble)


def limits() -> dict[str, int]:
    """Read what is watched for, and after how many seconds; what is switched off is not in it."""
    return {one.code: one.limits.get("after_s", 0) for one in detectors() if one.active and one.code in rules.TROUBLES}


def _watched(one: Shipment, last_event_at: datetime | None) -> rules.Watched:
    return rules.Watched(
        state=one.state,
        direction=one.direction,
        packed_at=one.packed_at,
        handed_over_at=one.handed_over_at,
        last_event_at=last_event_at,
        promised_date=one.promised_date,
        expected_date=one.expected_date,
    )


def _write(changed: Iterable[Shipment], found: Mapping[int, str], now: datetime) -> None:
    rows = list(changed)
    for one in rows:
        one.trouble = found[one.id]
        one.troubled_at = now if one.trouble else None
    Shipment.objects.bulk_update(rows, ["trouble", "troubled_at"])
