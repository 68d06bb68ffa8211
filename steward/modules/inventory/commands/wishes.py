"""Write wishes to take goods away, hold the goods, and ask whoever has to agree: write-offs, and bookings by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Q, Sum
from msgspec import Struct

from steward.kernel import events, numbering, parameters
from steward.kernel.actor import Actor
from steward.modules.approvals.commands import Ask, ask_approvals
from steward.modules.inventory.commands.ending_write_offs import KIND, end_write_offs
from steward.modules.inventory.commands.holding import hold_stock
from steward.modules.inventory.events import WriteOffAsked
from steward.modules.inventory.models import Stock, StocktakeLine, WriteOff
from steward.modules.inventory.queries import by_hand, thresholds
from steward.modules.inventory.queries.write_offs import Value, unit_values
from steward.modules.inventory.rules import write_offs as rules
from steward.modules.people import queries as people

SUBJECT = "write_off"
SEQUENCE, PREFIX = "inventory_write_off_id_seq", "WO"
COUNTING = ("waiting", "written_off")


class Wish(Struct, frozen=True):
    """So many pieces of a stock row that somebody wants to leave, and why; `strictest` asks by the strictest limit."""

    stock: Stock
    quantity: int
    cause: str
    note: str = ""
    strictest: bool = False


def ask_for(actor: Actor, wishes: Sequence[Wish], now: datetime) -> list[WriteOff]:
    """Hold the goods of wishes that are fit, write them, and let the limits of kind `write_off` say who has to agree.

    A step of commands, which have locked the goods and looked what is free. What nobody has to agree to is ended at
    once. Emits: WriteOffAsked, ApprovalAsked; where nobody has to agree, what `end_write_offs` emits.
    """
    held: Counter[int] = Counter()
    for one in wishes:
        held[one.stock.id] += one.quantity
    hold_stock(held)
    values = unit_values({one.stock.item_id for one in wishes})
    made = _write(actor, wishes, values, now)
    events.record(actor, [_asked(row) for row in made])
    asks = [
        _question(row, values[row.stock.item_id], wish.strictest, now) for row, wish in zip(made, wishes, strict=True)
    ]
    agreed = []
    for row, answer in zip(made, ask_approvals(actor, asks=asks, now=now), strict=True):
        if answer.outcome == "not_needed":
            agreed.append(row)
        else:
            row.approval_request_id = answer.approval_id
            row.save(update_fields=["approval_request"])
    end_write_offs(actor, ends=[(row, "grant", "") for row in agreed], now=now)
    return made


def being_counted(rows: Sequence[Stock]) -> dict[int, str]:
    """Name the stocktakes under way that count these places, by stock row: they find themselves what is lost there.

    A step of commands.
    """
    live = StocktakeLine.objects.filter(is_live=True, item_id__in={row.item_id for row in rows})
    numbers = {
        (item, warehouse, lot, condition): number
        for item, warehouse, lot, condition, number in live.values_list(
            "item_id", "warehouse_id", "lot", "condition", "stocktake__number"
        )
    }
    places = {row.id: (row.item_id, row.warehouse_id, row.lot.code, row.condition) for row in rows}
    return {id_: numbers[place] for id_, place in places.items() if place in numbers}


def _write(actor: Actor, wishes: Sequence[Wish], values: Mapping[int, Value], now: datetime) -> list[WriteOff]:
    person = people.person_behind(actor.id)
    rows = []
    for id_, one in zip(numbering.next_ids(SEQUENCE, len(wishes)), wishes, strict=True):
        value = values[one.stock.item_id]
        row = WriteOff(
            id=id_,
            number=numbering.number(PREFIX, id_, now),
            stock=one.stock,
            quantity=one.quantity,
            cause=one.cause,
            note=one.note.strip()[:200],
            unit_minor=value.unit_minor,
            value_minor=value.unit_minor * one.quantity,
            currency=value.currency,
            basis=value.basis,
            state="waiting",
            asked_by=actor.id,
            person=person,
            asked_at=now,
        )
        rows.append(row)
    return WriteOff.objects.bulk_create(rows)


def _asked(row: WriteOff) -> WriteOffAsked:
    return WriteOffAsked(
        write_off_id=row.id,
        number=row.number,
        item_id=row.stock.item_id,
        warehouse_id=row.stock.warehouse_id,
        lot=row.stock.lot.code,
        condition=row.stock.condition,
        quantity=row.quantity,
        cause=row.cause,
        value_minor=row.value_minor,
        currency=row.currency,
    )


def _question(row: WriteOff, value: Value, strictest: bool, now: datetime) -> Ask:
    stock, earlier = row.stock, _earlier_minor(row, now)
    earlier_minor = earlier.pop(row.currency, 0)
    facts: dict[str, object] = {
        "cause": row.cause,
        "sku": f"{stock.item.sku} {stock.item.name_zh}",
        "quantity": row.quantity,
        "warehouse": stock.warehouse.name,
        "lot": stock.lot.code,
        "condition": stock.condition,
        "valued_at": row.basis,
    }
    if earlier_minor:
        facts["given_up_before_minor"] = earlier_minor
    return Ask(
        kind=KIND,
        subject_kind=SUBJECT,
        subject_id=row.id,
        number=row.number,
        involved=(value.set_by,) if value.set_by else (),
        amount_minor=row.value_minor,
        earlier_minor=earlier_minor,
        currency=row.currency,
        strictest=strictest or bool(earlier),
        facts={name: fact for name, fact in facts.items() if fact != ""},
        reason=row.note,
    )


def _earlier_minor(row: WriteOff, now: datetime) -> Counter[str]:
    """Sum what was given up lately, or is to be, of the same item and warehouse, by currency. Units: minor units.

    With a booking by hand, so does what the same person booked away by hand anywhere.
    """
    place = Q(
        stock__item_id=row.stock.item_id,
        stock__warehouse_id=row.stock.warehouse_id,
        asked_at__gt=now - timedelta(days=parameters.value(thresholds.SLICES_DAYS)),
    )
    found: Counter[str] = Counter()
    if row.cause in rules.BY_HAND:
        place |= Q(person=row.person, cause__in=rules.BY_HAND, asked_at__gt=by_hand.since(now))
        found.update(by_hand.gone_at_once(row.person, now=now))
    rows = WriteOff.objects.filter(place, state__in=COUNTING, id__lt=row.id)
    found.update(dict(rows.order_by("currency").values_list("currency").annotate(Sum("value_minor"))))
    return found
