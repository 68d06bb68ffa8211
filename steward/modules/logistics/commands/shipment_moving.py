"""Move shipments from state to state: locked in id order, by the table, compare and set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from steward.kernel import errors
from steward.modules.logistics.models import Shipment
from steward.modules.logistics.rules import shipments as rules


def lock_shipments(ids: Iterable[int]) -> dict[int, Shipment]:
    """Lock shipments in id order; those that do not exist are left out."""
    rows = Shipment.objects.select_for_update(of=("self",), no_key=True).filter(id__in=set(ids))
    return {row.id: row for row in rows.select_related("service__carrier").order_by("id")}


def lock_shipment(number: str) -> Shipment:
    """Lock one shipment by its number. Raises: NotFound."""
    id_ = Shipment.objects.filter(number=number.strip().upper()).values_list("id", flat=True).first()
    if id_ is None:
        raise errors.NotFound(key=number)
    return lock_shipments([id_])[id_]


def lock_outbound(number: str, verb: str) -> Shipment:
    """Lock one shipment we send; what a customer sends back is nothing to pick or pack.

    Raises: NotFound, NotPossible.
    """
    found = lock_shipment(number)
    if found.direction != "outbound":
        raise errors.NotPossible(state=found.direction, verb=verb)
    return found


def move_shipment(shipment: Shipment, verb: str, now: datetime, **changes: Any) -> None:
    """Carry out one transition of a locked shipment. Raises: NotPossible, Stale."""
    move_shipments([shipment], verb, now, **changes)


def move_shipments(shipments: Iterable[Shipment], verb: str, now: datetime, **changes: Any) -> None:
    """Carry out one transition of locked shipments, one statement per state they come from.

    Raises: NotPossible, Stale, nothing moved.
    """
    groups: dict[str, list[Shipment]] = defaultdict(list)
    for one in shipments:
        groups[one.state].append(one)
    for before, group in sorted(groups.items()):
        made = changes | {"state": rules.next_state(before, verb), "state_since": now}
        found = Shipment.objects.filter(id__in=[one.id for one in group], state=before)
        if found.update(**made) != len(group):
            raise errors.Stale
        for one in group:
            for name, value in made.items():
                setattr(one, name, value)
