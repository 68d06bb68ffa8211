"""Allocate orders at once, give back what was set aside, and choose anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from steward.kernel import events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.fulfilment.commands.choosing import Choice, choices_of
from steward.modules.fulfilment.commands.placing import LIVE, SYSTEM, Made, Placed, note_unsettled, place_choices
from steward.modules.fulfilment.events import OrderDeallocated
from steward.modules.fulfilment.models import Allocation
from steward.modules.fulfilment.queries.policies import policy_in_force
from steward.modules.fulfilment.queries.snapshots import snapshots
from steward.modules.fulfilment.rules import single
from steward.modules.inventory.commands.reserving import release_reservations
from steward.modules.logistics.commands.shipments import cancel_shipments
from steward.modules.orders.commands.audit import ReasonMissing
from steward.modules.orders.commands.fulfilment import follow_fulfilment
from steward.modules.orders.commands.moving import lock_orders

TRIES = 3
AT_ONCE = 500


def allocate_orders(actor: Actor, *, order_ids: Sequence[int], now: datetime) -> Placed:
    """Allocate approved orders one after the other, by rank, promise and arrival; one order is a batch of one.

    Reads a snapshot and chooses outside of any transaction, then one transaction per batch locks, checks again and
    writes. Who lost its goods to somebody else in between chooses again, and after some tries waits for somebody. A
    second run allocates none.
    Raises: NotPermitted. Emits: OrderAllocated, OrderNotAllocated.
    """
    actor.require("fulfilment.allocate")
    done = Placed()
    wanted = sorted(set(order_ids))
    for start in range(0, len(wanted), AT_ONCE):
        _allocate(actor, wanted[start : start + AT_ONCE], done, now)
    return done


def _allocate(actor: Actor, order_ids: Sequence[int], done: Placed, now: datetime) -> None:
    open_, policy = list(order_ids), policy_in_force()
    made = Made("single", policy.version)
    tried: dict[int, Choice] = {}
    for _try in range(TRIES):
        changed: list[int] = []
        for snapshot in snapshots(open_, policy.weights, now=now):
            choices = choices_of(snapshot, single.serve_all(snapshot.problem))
            tried |= {one.order_id: one for one in choices}
            placed = place_choices(actor, choices=choices, made=made, now=now)
            done.placed += placed.placed
            done.nothing += placed.nothing
            done.passed += placed.passed
            changed += placed.changed
        open_ = changed
        if not open_:
            break
    if open_:
        note_unsettled(actor, choices=[tried[id_] for id_ in open_], made=made, now=now)
    done.changed += open_
    done.passed += sorted(set(order_ids) - tried.keys())


@command(needs="fulfilment.allocate")
def deallocate_orders(actor: Actor, *, order_ids: Sequence[int], reason: str, now: datetime) -> list[int]:
    """Give back what is set aside for orders; their promises stay, and their shipments that have not left are off.

    Returns the orders that gave something back; a second run gives back nothing. Raises: ReasonMissing.
    Emits: OrderDeallocated. Locks: orders, shipments, holds, stock rows and reservations, each by id.
    """
    if not reason.strip():
        raise ReasonMissing
    standing = lock_orders(order_ids)
    held = [id_ for id_, one in standing.items() if one.fulfilment_state == "allocated" and one.state == "approved"]
    if not held:
        return []
    cancel_shipments(SYSTEM, order_ids=held, reason=reason, now=now)
    release_reservations(order_ids=held)
    follow_fulfilment(SYSTEM, states=dict.fromkeys(held, "promised"), now=now)
    rows = dict(Allocation.objects.filter(order_id__in=held, state="placed").values_list("order_id", "id"))
    _end(held, reason, now)
    events.record(
        actor,
        [OrderDeallocated(order_id=id_, allocation_id=rows.get(id_, 0), reason=reason.strip()) for id_ in held],
    )
    return held


def reallocate_orders(actor: Actor, *, order_ids: Sequence[int], reason: str, now: datetime) -> Placed:
    """Give back what is set aside for orders and choose anew at once, with their own goods free again.

    Raises: ReasonMissing, NotPermitted. Emits: OrderDeallocated, OrderAllocated, OrderNotAllocated.
    """
    given = deallocate_orders(actor, order_ids=order_ids, reason=reason, now=now)
    return allocate_orders(actor, order_ids=given, now=now)


@command(needs="fulfilment.allocate")
def end_allocations(actor: Actor, *, order_ids: Sequence[int], because: str, now: datetime) -> int:
    """Note that allocations of orders count no longer; their goods were given back elsewhere. Returns how many."""
    return _end(order_ids, because, now)


def _end(order_ids: Sequence[int], because: str, now: datetime) -> int:
    live = Allocation.objects.filter(order_id__in=list(order_ids), state__in=LIVE)
    return live.update(state="ended", ended_at=now, ended_because=because.strip()[:200])
