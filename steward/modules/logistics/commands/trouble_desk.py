"""Bring shipments in trouble to the desk of exceptions, and close what is over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.logistics.events import ShipmentEased, ShipmentTroubled
from steward.modules.orders.commands.exceptions_detecting import close_facts, note_facts
from steward.modules.orders.commands.exceptions_opening import Fact


@command(needs="logistics.ship")
def open_troubles(actor: Actor, *, heard: Sequence[ShipmentTroubled], now: datetime) -> int:
    """Open an exception per shipment and trouble; a second run opens none. Returns how many. Emits: ExceptionOpened."""
    facts: dict[str, list[Fact]] = defaultdict(list)
    for event in heard:
        seen = {"shipment": event.number, "direction": event.direction}
        facts[event.trouble].append(
            Fact(event.order_id, fact_key(event.shipment_id), event.order_id, seen, event.simulated)
        )
    return sum(note_facts(actor, code=code, facts=found, now=now) for code, found in sorted(facts.items()))


@command(needs="logistics.ship")
def close_troubles(actor: Actor, *, heard: Sequence[ShipmentEased], now: datetime) -> int:
    """Close the exceptions of what is no longer wrong. Returns how many. Emits: ExceptionClosed."""
    keys: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for event in heard:
        keys[event.trouble].append((event.order_id, fact_key(event.shipment_id)))
    return sum(close_facts(actor, code=code, keys=found, now=now) for code, found in sorted(keys.items()))


def fact_key(shipment_id: int) -> str:
    """Name a shipment's trouble so that the same one is the same fact."""
    return f"shipment:{shipment_id}"
