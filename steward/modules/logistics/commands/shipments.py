"""Plan what leaves which warehouse for which order, and call off what has not left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events, numbering
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.catalog import queries as catalog
from steward.modules.inventory import queries as inventory
from steward.modules.logistics.commands.shipment_moving import lock_shipment, lock_shipments, move_shipments
from steward.modules.logistics.commands.shipment_services import choose_for
from steward.modules.logistics.events import ShipmentCancelled, ShipmentPlanned
from steward.modules.logistics.models import Parcel, Shipment, ShipmentLine
from steward.modules.logistics.rules import shipments as rules
from steward.modules.orders.queries.shipping import ToShip, orders_to_ship

SEQUENCE, PREFIX = "logistics_shipment_id_seq", "SH"
CAREFUL = ("hazardous", "frozen", "chilled", "ambient")
PlannedLine = tuple[int, int, int]


class ShipmentPlan(Struct, frozen=True, kw_only=True):
    """What is to leave one warehouse for one order; lines are (reservation_id, item_id, quantity).

    `promised_date` None takes the day the order was promised for.
    """

    order_id: int
    warehouse_id: int
    lines: list[PlannedLine]
    service_id: int | None = None
    promised_date: date | None = None


class NotToShip(errors.Refusal):
    """Refuse to plan a shipment of an order that may not be shipped."""

    code = "not_to_ship"
    status = 409
    message = _("Order %(number)s cannot be shipped: it is not approved, or past.")


class NothingToShip(errors.Refusal):
    """Refuse a shipment without goods."""

    code = "nothing_to_ship"
    status = 422
    message = _("A shipment needs lines, each of at least one piece.")


@command(needs="logistics.ship")
def plan_shipments(actor: Actor, *, plans: Sequence[ShipmentPlan], now: datetime) -> list[str]:
    """Write shipments that can be picked, one per plan; return their numbers in the order given.

    Where a plan names no service the rule chooses one. What a live shipment holds already is planned no second time:
    the plan then gets that shipment's number.
    Raises: NotFound, NotToShip, NothingToShip. Emits: ShipmentPlanned.
    """
    if any(not plan.lines or any(units < 1 for *_ids, units in plan.lines) for plan in plans):
        raise NothingToShip
    orders = orders_to_ship(plan.order_id for plan in plans)
    _all_may_ship(plans, orders)
    standing = _standing(plans)
    fresh = [(index, plan) for index, plan in enumerate(plans) if plan.lines[0][0] not in standing]
    numbers = {index: standing[plan.lines[0][0]] for index, plan in enumerate(plans) if plan.lines[0][0] in standing}
    made = _write(fresh, orders, now)
    events.record(
        actor,
        [
            ShipmentPlanned(
                order_id=one.order_id,
                shipment_id=one.id,
                number=one.number,
                warehouse_id=one.warehouse_id,
                simulated=one.simulated,
            )
            for one in made
        ],
    )
    numbers |= {index: one.number for (index, _plan), one in zip(fresh, made, strict=True)}
    return [numbers[index] for index in range(len(plans))]


def _all_may_ship(plans: Sequence[ShipmentPlan], orders: Mapping[int, ToShip]) -> None:
    for plan in plans:
        one = orders.get(plan.order_id)
        if one is None:
            raise errors.NotFound(key=plan.order_id)
        if one.state != "approved" or one.historic:
            raise NotToShip(number=one.number)


def _standing(plans: Sequence[ShipmentPlan]) -> dict[int, str]:
    """Find which reservations a shipment holds already that was not called off."""
    wanted = {line[0] for plan in plans for line in plan.lines}
    held = ShipmentLine.objects.filter(reservation_id__in=wanted).exclude(shipment__state="cancelled")
    return {id_: number for id_, number in held.values_list("reservation_id", "shipment__number") if id_ is not None}


def _write(fresh: Sequence[tuple[int, ShipmentPlan]], orders: Mapping[int, ToShip], now: datetime) -> list[Shipment]:
    if not fresh:
        return []
    ids = numbering.next_ids(SEQUENCE, len(fresh))
    goods = catalog.items_by_id({line[1] for _index, plan in fresh for line in plan.lines})
    lots = {one.id: one.lot_code for one in inventory.reservations_of_orders([plan.order_id for _index, plan in fresh])}
    shipments, lines = [], []
    for id_, (_index, plan) in zip(ids, fresh, strict=True):
        order = orders[plan.order_id]
        classes = {goods[item_id].storage_class for _reservation, item_id, _units in plan.lines}
        promised = plan.promised_date or _promised(order)
        shipments.append(
            Shipment(
                id=id_,
                number=numbering.number(PREFIX, id_, now),
                order_id=order.id,
                order_number=order.number,
                warehouse_id=plan.warehouse_id,
                service_id=plan.service_id,
                state="planned",
                state_since=now,
                district_code=order.district_code,
                storage_class=next(one for one in CAREFUL if one in classes),
                promised_date=promised,
                expected_date=promised,
                planned_at=now,
                currency=order.currency,
                simulated=order.simulated,
            )
        )
        lines += [
            ShipmentLine(
                shipment_id=id_,
                reservation_id=reservation,
                item_id=item_id,
                quantity=units,
                lot_code=lots.get(reservation, ""),
            )
            for reservation, item_id, units in plan.lines
        ]
    Shipment.objects.bulk_create(shipments)
    ShipmentLine.objects.bulk_create(lines)
    choose_for(shipments, now)
    return shipments


def _promised(order: ToShip) -> date | None:
    due = order.delivery_due_at
    return timezone.localdate(due, timezone.get_default_timezone()) if due else None


@command(needs="logistics.ship")
def cancel_shipments(actor: Actor, *, order_ids: Sequence[int], reason: str, now: datetime) -> int:
    """Call off the shipments of orders that have not left; those handed over go on. Returns how many.

    What they held stays reserved as long as the order holds it. A second run is harmless.
    Emits: ShipmentCancelled. Locks: shipments in id order.
    """
    waiting = Shipment.objects.filter(order_id__in=order_ids, state__in=rules.IN_HOUSE, direction="outbound")
    found = [
        one for one in lock_shipments(waiting.values_list("id", flat=True)).values() if one.state in rules.IN_HOUSE
    ]
    call_off(actor, found, reason, now)
    return len(found)


@command(needs="logistics.ship")
def cancel_shipment(actor: Actor, *, number: str, reason: str, now: datetime) -> None:
    """Call off one shipment that has not left, so that its goods can be planned anew.

    Raises: NotFound, NotPossible. Emits: ShipmentCancelled. Locks: the shipment.
    """
    call_off(actor, [lock_shipment(number)], reason, now)


def call_off(actor: Actor, shipments: Sequence[Shipment], reason: str, now: datetime) -> None:
    """Call locked shipments off; their parcels' numbers are free again. Emits: ShipmentCancelled."""
    if not shipments:
        return
    move_shipments(shipments, "cancel", now)
    Parcel.objects.filter(shipment__in=shipments).delete()
    events.record(
        actor,
        [
            ShipmentCancelled(
                order_id=one.order_id,
                shipment_id=one.id,
                number=one.number,
                reason=reason[:200],
                simulated=one.simulated,
            )
            for one in shipments
        ],
    )
