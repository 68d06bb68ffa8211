"""Write choices down: lock, check again, set aside, explain, plan the shipments; all in one transaction."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct, structs

from steward.kernel import events
from steward.kernel.actor import Actor, system
from steward.kernel.command import command
from steward.modules.fulfilment.commands.choosing import Choice
from steward.modules.fulfilment.events import OrderAllocated, OrderNotAllocated
from steward.modules.fulfilment.models import Allocation
from steward.modules.inventory import queries as inventory
from steward.modules.inventory.commands.reserving import owed_units, reserve_stock
from steward.modules.logistics.commands.shipments import ShipmentPlan, cancel_shipments, plan_shipments
from steward.modules.logistics.queries.reserved import reservations_in_house
from steward.modules.orders.commands.exceptions_closing import close_heard
from steward.modules.orders.commands.exceptions_detecting import note_facts
from steward.modules.orders.commands.exceptions_opening import Fact
from steward.modules.orders.commands.fulfilment import follow_fulfilment
from steward.modules.orders.commands.moving import Standing, lock_orders

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

    Orders that are allocated, cancelled or no longer promised meanwhile are passed over; a second run places none. An
    order gets all it is promised or nothing: a choice made of other lines than it has now fits no longer.
    Emits: OrderAllocated, OrderNotAllocated, and what orders, logistics and the desk of exceptions announce.
    Locks: orders, shipments, holds, promises, stock rows and reservations, each by id.
    """
    standing = {id_: one for id_, one in lock_orders(one.order_id for one in choices).items() if _may_be_placed(one)}
    # They hold nothing: what waits for them holds goods that were given back. Shipments are locked before goods.
    stale = [id_ for id_, one in standing.items() if one.fulfilment_state == "promised"]
    cancel_shipments(SYSTEM, order_ids=stale, reason="", now=now)
    owed = owed_units(standing)
    open_ = [one for one in choices if owed.get(one.order_id)]
    done = Placed(passed=[one.order_id for one in choices if not owed.get(one.order_id)])
    chosen = [one for one in open_ if one.placements]
    found = [one for one in chosen if _is_whole(one, owed[one.order_id])]
    missing = reserve_stock([placement for one in found for placement in one.placements])
    fits = {one.order_id for one in found} - missing.keys()
    done.changed = [one.order_id for one in chosen if one.order_id not in fits]
    placed = [one for one in found if one.order_id not in missing]
    done.placed = [one.order_id for one in placed]
    _write_placed(actor, placed, made, now)
    nothing = [one for one in open_ if not one.placements]
    done.nothing = [one.order_id for one in nothing]
    _write_nothing(actor, nothing, made, now)
    return done


def _may_be_placed(order: Standing) -> bool:
    """Tell whether goods may be set aside: an approved order holds none yet, or lacks some of what has not left."""
    is_live = order.state == "approved" and not order.historic
    return is_live and order.fulfilment_state in ("promised", "partly_shipped")


def _is_whole(one: Choice, owed: Mapping[int, int]) -> bool:
    """Tell whether a choice gives an order just what it is promised and has not set aside yet."""
    units: Counter[int] = Counter()
    for placement in one.placements:
        units[placement.item_id] += placement.quantity
    return units == Counter(owed)


@command(needs="fulfilment.allocate")
def note_unsettled(actor: Actor, *, choices: Sequence[Choice], made: Made, now: datetime) -> list[int]:
    """Note orders for which goods were found that had gone by the time they were to be set aside, again and again.

    They wait like those that found nothing: somebody hears of them, and they are tried again later. Returns which.
    Emits: OrderNotAllocated, ExceptionOpened. Locks: orders by id.
    """
    standing = lock_orders(one.order_id for one in choices)
    lost = [_lost(one) for one in choices if one.order_id in standing and _may_be_placed(standing[one.order_id])]
    _write_nothing(actor, lost, made, now)
    return [one.order_id for one in lost]


def _lost(one: Choice) -> Choice:
    """Say of a choice that others took its goods."""
    taken = [
        {name: site[name] for name in ("warehouse_id", "code", "name")}
        | {"reason": "taken", "item_ids": sorted({each["item_id"] for each in site["goods"]}), "dearer_minor": 0}
        for site in one.why["chosen"]
    ]
    why = one.why | {"chosen": [], "rejected": [*taken, *one.why["rejected"]], "total_minor": 0}
    return structs.replace(one, placements=[], cost_minor=0, shipments=0, why=why)


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
    plan_reserved(ids, {one.order_id: one.services for one in placed}, now)
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


def plan_reserved(order_ids: Sequence[int], services: Mapping[int, Mapping[int, int | None]], now: datetime) -> None:
    """Plan one shipment per order and warehouse of what is set aside and waits in no shipment yet.

    A step of commands that hold the orders. `services`: order → warehouse → service. Emits: ShipmentPlanned.
    """
    held = reservations_in_house(order_ids)
    lines: dict[tuple[int, int], list[tuple[int, int, int]]] = defaultdict(list)
    for one in inventory.reservations_of_orders(sorted(order_ids)):
        if one.state == "open" and one.id not in held.get(one.order_id, ()):
            lines[one.order_id, one.warehouse_id].append((one.id, one.item_id, one.quantity))
    plans = [
        ShipmentPlan(
            order_id=order_id,
            warehouse_id=warehouse_id,
            lines=wanted,
            service_id=services.get(order_id, {}).get(warehouse_id),
        )
        for (order_id, warehouse_id), wanted in sorted(lines.items())
    ]
    plan_shipments(SYSTEM, plans=plans, now=now)


def _write_nothing(actor: Actor, nothing: Sequence[Choice], made: Made, now: datetime) -> None:
    """Note that nothing was found, once per order; the desk of exceptions hears of it the first time."""
    if not nothing:
        return
    by_order = {one.order_id: one for one in nothing}
    # Of an order of which a part has left, what was placed for the rest was lost.
    Allocation.objects.filter(order_id__in=by_order, state="placed").update(
        state="ended", ended_at=now, ended_because="goods given back"
    )
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
