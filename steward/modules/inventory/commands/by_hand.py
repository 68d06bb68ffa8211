"""Let pieces that somebody books away by hand leave at once, or wait for another person, as the limit says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, parameters
from steward.kernel.actor import Actor
from steward.modules.catalog import queries as catalog
from steward.modules.inventory.commands.holding import lock_for_holding
from steward.modules.inventory.commands.wishes import Wish, ask_for, being_counted
from steward.modules.inventory.commands.writing import Move, NotThere, PromisedAlready
from steward.modules.inventory.models import HandBooking, Stock, Warehouse
from steward.modules.inventory.queries import by_hand
from steward.modules.inventory.queries.write_offs import Value, unit_values
from steward.modules.inventory.rules import by_hand as rules
from steward.modules.people import queries as people

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('inventory.by_hand ' || %s, 0))"
MOST_WAITING = 200
Place = tuple[int, int, str, str]


class TooManyWait(errors.Refusal):
    """Refuse to put more questions before people at once than anybody reads."""

    code = "too_many_wait"
    status = 422
    message = _(
        "%(count)s of these bookings would wait for another person; %(most)s at most can. Plan a stocktake, or send "
        "fewer."
    )


class BeingCounted(errors.Refusal):
    """Refuse to let pieces wait that a stocktake will book as missing."""

    code = "being_counted"
    message = _("%(number)s counts %(sku)s in %(warehouse)s now and books what is missing there.")


class Weighed(Struct, frozen=True):
    """A movement with what its pieces are worth, and whether it waits. Units: minor units of the currency."""

    move: Move
    value: Value | None = None
    waits: bool = False
    is_known: bool = True


def weigh(actor: Actor, moves: Sequence[Move], now: datetime) -> list[Weighed]:
    """Tell which movements by hand wait for another person; those that bring goods never do.

    A step of `record_movements`. A program books with the hands of who owns its key; a cost the same person has set is
    as good as none. Locks: where something leaves, the person's other bookings by hand, before all else.
    """
    going = [move for move in moves if rules.leaves(move.kind, move.quantity)]
    if not going:
        return [Weighed(move) for move in moves]
    person = people.person_behind(actor.id)
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME, [person])
    values = unit_values({move.item_id for move in going})
    behind = people.persons_behind(value.set_by for value in values.values())
    known = {item: one.basis == "cost" and behind[one.set_by] != person for item, one in values.items()}
    lines = [
        rules.Line(values[one.item_id].unit_minor * -one.quantity, values[one.item_id].currency, known[one.item_id])
        for one in going
    ]
    spent = by_hand.gone_at_once(person, now=now)
    waits = iter(rules.waiting(lines, spent=spent, limits=parameters.value(by_hand.LIMITS)))
    return [
        Weighed(move, values[move.item_id], next(waits), known[move.item_id])
        if rules.leaves(move.kind, move.quantity)
        else Weighed(move)
        for move in moves
    ]


def note_gone(actor: Actor, weighed: Sequence[Weighed], now: datetime) -> None:
    """Write down what left by hand at once, so that it counts towards the limit. A step of `record_movements`."""
    person = people.person_behind(actor.id)
    HandBooking.objects.bulk_create(
        HandBooking(
            person=person,
            at=now,
            item_id=one.move.item_id,
            warehouse_id=one.move.warehouse_id,
            kind=one.move.kind,
            quantity=-one.move.quantity,
            value_minor=one.value.unit_minor * -one.move.quantity,
            currency=one.value.currency,
        )
        for one in weighed
        if one.value is not None and not one.waits
    )


def lock_places(moves: Sequence[Move]) -> None:
    """Lock every promise and stock row the movements touch, each in id order, so that no later step locks out of order.

    A step of `record_movements`.
    """
    pools = dict(Warehouse.objects.values_list("id", "pool"))
    also = {(move.item_id, pools[move.warehouse_id]) for move in moves}
    lock_for_holding([row.id for row in _places(moves).values()], also=also)


def _places(moves: Sequence[Move]) -> dict[Place, Stock]:
    """Find the stock rows of movements, as far as there are any."""
    wanted = {(move.warehouse_id, move.item_id, move.lot, move.condition) for move in moves}
    rows = Stock.objects.select_related("item", "lot", "warehouse").filter(
        item_id__in={move.item_id for move in moves}, warehouse_id__in={move.warehouse_id for move in moves}
    )
    found = {(row.warehouse_id, row.item_id, row.lot.code, row.condition): row for row in rows}
    return {place: row for place, row in found.items() if place in wanted}


def ask(actor: Actor, waiting: Sequence[Weighed], now: datetime) -> list[str]:
    """Hold what may not leave at once and ask another person; it is booked as it was meant when they agree.

    A step of `record_movements`, which has locked the places. Returns the numbers that wait; what nobody has to agree
    to is booked. Raises: TooManyWait, NotThere, PromisedAlready, BeingCounted. Emits: as `ask_for`.
    """
    if len(waiting) > MOST_WAITING:
        raise TooManyWait(count=len(waiting), most=MOST_WAITING)
    places = _places([one.move for one in waiting])
    room = lock_for_holding(row.id for row in places.values())
    wishes = []
    for one in waiting:
        move, units = one.move, -one.move.quantity
        row = places.get((move.warehouse_id, move.item_id, move.lot, move.condition))
        if row is None or units > room.rows[row.id]:
            raise NotThere(**_place(move, row), free=max(room.rows[row.id], 0) if row else 0)
        if units > room.free(row.id):
            raise PromisedAlready
        room.take(row.id, units)
        note = " · ".join(part for part in (move.reference.strip(), move.reason.strip()) if part)
        wishes.append(Wish(row, units, move.kind, note, strictest=not one.is_known))
    _refuse_counted([wish.stock for wish in wishes if wish.cause == "adjusted"])
    return [row.number for row in ask_for(actor, wishes, now) if row.state == "waiting"]


def _refuse_counted(rows: Sequence[Stock]) -> None:
    """Let nothing wait as missing that a stocktake under way finds missing too: it would be booked twice."""
    counted = being_counted(rows)
    for row in rows:
        if row.id in counted:
            raise BeingCounted(number=counted[row.id], sku=row.item.sku, warehouse=row.warehouse.name)


def _place(move: Move, row: Stock | None) -> dict[str, str]:
    """Name a place for a person, be there a stock row or not."""
    if row is not None:
        return {"sku": row.item.sku, "warehouse": row.warehouse.name, "lot": row.lot.code}
    sku = catalog.items_by_id([move.item_id])[move.item_id].sku
    return {"sku": sku, "warehouse": Warehouse.objects.get(id=move.warehouse_id).name, "lot": move.lot}
