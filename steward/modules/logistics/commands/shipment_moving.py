"""Move shipments from state to state: locked in id order, by the table, compare and set."""

from __future__ import annotations

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


def move_shipment(shipment: Shipment, verb: str, now: datetime, **changes: Any) -> None:
    """Carry out one transition of a locked shipment. Raises: NotPossible, Stale."""
    before, after = shipment.state, rules.next_state(shipment.state, verb)
    changes |= {"state": after, "state_since": now}
    if Shipment.objects.filter(id=shipment.id, state=before).update(**changes) != 1:
        raise errors.Stale
    for name, value in changes.items():
        setattr(shipment, name, value)
