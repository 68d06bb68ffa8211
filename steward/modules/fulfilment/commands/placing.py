"""Write choices down: lock, check again, set aside, explain, plan the shipments; all in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from steward.kernel import events
from steward.kernel.actor import Actor, system
from steward.kernel.command import command
from steward.modules.fulfilment.commands.choosing import Choice
from steward.modules.fulfilment.events import OrderAllocated, OrderNotAllocated
from steward.modules.fulfilment.models import Allocation
from steward.modules.inventory import queries as inventory
from steward.modules.inventory.commands.reserving import reserve_stock
from steward.modules.logistics.commands.shipments import ShipmentPlan, plan_shipments
from steward.modules.orders.commands.exceptions_closing import close_heard
from steward.modules.orders.commands.exceptions_detecting import note_facts
from steward.modules.orders.commands.exceptions_opening import Fact
from steward.modules.orders.commands.fulfilment import follow_fulfilment
from steward.modules.orders.commands.moving import lock_orders

SYSTEM = system("fulfilment")
DETECTOR = "not_allocated"
LIVE = ("placed", "nothing")


class Made(Struct, frozen=True):
    """By which policy, in which mode and wave choices were made."""

    mode: str
    policy_version: int
    wave_id: int | None = None


class Placed(Struct):
    """What became of choices: placed, no longer fitting (stock moved meanwhile), found nothing, or not to allocate."""

    placed: list[int] = []
    changed: list[int] = []
    nothing: list[int] = []
    passed: list[int] = []


@command(needs="fulfilment.allocate")
def place_choices(actor: Actor, *, choices: Sequence[Choice], made: Made, now: datetime) -> Placed:
    """Set aside what was chosen, as far as it is still there, and plan the shipments.

    Orders that are allocated, cancelled or no longer promised meanwhile are passed over; a second run places none.
    Emits: OrderAllocated, OrderNotAllocated, and what orders, logistics and the desk of exceptions announce.
    Locks: orders, holds, promises, stock rows and reservations, each by id.
    """
    standing = lock_orders(one.order_id for one in choices)
    done = Placed()
    open_ = []
    for one in choices:
        order = standing.get(one.order_id)
        if order and order.state == "approved" and order.fulfilment_state == "promised" and not order.historic:
            open_.append(one)
        else:
            done.passed.append(one.order_id)
    found = [one for one in open_ if one.placements]
    missing = reserve_stock([placement for one in found for placement in one.placements])
    done.changed = [one.order_id for one in found if one.order_id in missing]
    placed = [one for one in found if one.order_id not in missing]
    done.placed = [one.order_id for one in placed]
    _write_placed(actor, placed, made, now)
    nothing = [one for one in open_ if not one.placements]
    done.nothing = [one.order_id for one in nothing]
    _write_nothing(actor, nothing, made, now)
    return done


def _write_placed(actor: Actor, placed: Sequence[Choice], made: Made, now: datetime) -> None:
    """Note the choices, let the orders follow, and plan one shipment per order and warehouse."""
    if not placed:
        return
    ids = [one.order_id for one in placed]
    Allocation.objects.filter(order_id__in=ids, state__in=LIVE).update(
        state="ended", ended_at=now, ended_because="placed anew"
    )
    rows = Allocation.objects.bulk_create(_row(actor, one, made, "placed", now) for one in placed)
    follow_fulfilment(SYSTEM, states=dict.fromkeys(ids, "allocated"), now=now)
    _plan_shipments({one.order_id: one for one in placed}, now)
    close_heard(SYSTEM, code=DETECTOR, order_ids=ids, now=now)
    events.record(
        actor,
        [
            OrderAllocated(
                order_id=one.order_id,
                allocation_id=row.id,
                warehouses=one.warehouses,
                mode=made.mode,
                cost_minor=one.cost_minor,
                currency=one.currency,
            )
            for one, row in zip(placed, rows, strict=True)
        ],
    )


def _row(actor: Actor, one: Choice, made: Made, state: str, now: datetime) -> Allocation:
    return Allocation(
        order_id=one.order_id,
        wave_id=made.wave_id,
        policy_version=made.policy_version,
        mode=made.mode,
        state=state,
        cost_minor=one.cost_minor,
        currency=one.currency,
        shipments=one.shipments if state == "placed" else 0,
        why=one.why,
        made_at=now,
        made_by=actor.id,
        tried_at=now,
    )


def _plan_shipments(placed: dict[int, Choice], now: datetime) -> None:
    lines: dict[tuple[int, int], list[tuple[int, int, int]]] = defaultdict(list)
    for one in inventory.reservations_of_orders(sorted(placed)):
        if one.state == "open":
            lines[one.order_id, one.warehouse_id].append((one.id, one.item_id, one.quantity))
    plans = [
        ShipmentPlan(
            order_id=order_id,
            warehouse_id=warehouse_id,
            lines=wanted,
            service_id=placed[order_id].services.get(warehouse_id),
        )
        for (order_id, warehouse_id), wanted in sorted(lines.items())
    ]
    plan_shipments(SYSTEM, plans=plans, now=now)


def _write_nothing(actor: Actor, nothing: Sequence[Choice], made: Made, now: datetime) -> None:
    """Note that nothing was found, once per order; the desk of exceptions hears of it the first time."""
    if not nothing:
        return
    by_order = {one.order_id: one for one in nothing}
    known = list(Allocation.objects.filter(order_id__in=by_order, state="nothing").order_by("id"))
    for row in known:
        row.why, row.tried_at = by_order[row.order_id].why, now
    Allocation.objects.bulk_update(known, ["why", "tried_at"])
    fresh = [by_order[id_] for id_ in sorted(set(by_order) - {row.order_id for row in known})]
    rows = Allocation.objects.bulk_create(_row(actor, one, made, "nothing", now) for one in fresh)
    facts = [Fact(one.order_id, f"allocation:{row.id}", one.order_id) for one, row in zip(fresh, rows, strict=True)]
    note_facts(SYSTEM, code=DETECTOR, facts=facts, now=now)
    events.record(
        actor,
        [
            OrderNotAllocated(
                order_id=one.order_id,
                allocation_id=row.id,
                reasons=sorted({rejected["reason"] for rejected in one.why["rejected"]}),
            )
            for one, row in zip(fresh, rows, strict=True)
        ],
    )
