"""Bring shipments in trouble to the desk of exceptions, and close what is over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.logistics.events import ShipmentEased, ShipmentTroubled
from steward.modules.logistics.models import Shipment
from steward.modules.orders.commands.exceptions_detecting import close_facts, note_facts
from steward.modules.orders.commands.exceptions_opening import Fact


@command(needs="logistics.ship")
def open_troubles(actor: Actor, *, heard: Sequence[ShipmentTroubled], now: datetime) -> int:
    """Open an exception per shipment and trouble that stands; a second run opens none. Returns how many.

    What was eased meanwhile is left out: nobody would close it any more.
    Emits: ExceptionOpened. Locks: shipments in id order.
    """
    standing = _standing({event.shipment_id for event in heard})
    facts: dict[str, list[Fact]] = defaultdict(list)
    for event in heard:
        if standing.get(event.shipment_id) != event.trouble:
            continue
        seen = {"shipment": event.number, "direction": event.direction}
        facts[event.trouble].append(
            Fact(event.order_id, fact_key(event.shipment_id), event.order_id, seen, event.simulated)
        )
    return sum(note_facts(actor, code=code, facts=found, now=now) for code, found in sorted(facts.items()))


@command(needs="logistics.ship")
def close_troubles(actor: Actor, *, heard: Sequence[ShipmentEased], now: datetime) -> int:
    """Close the exceptions of what is no longer wrong. Returns how many.

    What came back meanwhile stays open. Emits: ExceptionClosed. Locks: shipments, then exceptions, in id order.
    """
    standing = _standing({event.shipment_id for event in heard})
    keys: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for event in heard:
        if standing.get(event.shipment_id) == event.trouble:
            continue
        keys[event.trouble].append((event.order_id, fact_key(event.shipment_id)))
    return sum(close_facts(actor, code=code, keys=found, now=now) for code, found in sorted(keys.items()))


def _standing(shipment_ids: Collection[int]) -> dict[int, str]:
    """Read what is wrong with shipments now: events are heard in any order. Locks: shipments in id order."""
    locked = Shipment.objects.select_for_update(no_key=True).filter(id__in=shipment_ids).order_by("id")
    return dict(locked.values_list("id", "trouble"))


def fact_key(shipment_id: int) -> str:
    """Name a shipment's trouble so that the same one is the same fact."""
    return f"shipment:{shipment_id}"
