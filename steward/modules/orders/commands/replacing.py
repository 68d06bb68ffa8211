"""Orders that stand for goods of others: made with goods promised, kept until these are back, paid by credit."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db.models import F
from django.db.models.functions import Least
from msgspec import Struct

from steward.kernel import events, numbering
from steward.kernel.actor import Actor, system
from steward.modules.catalog import queries as catalog
from steward.modules.catalog.rules import units_on_shelf
from steward.modules.inventory.commands.promising import Want, lower_promises, promise_stock
from steward.modules.orders.commands.cancel import cancel_locked
from steward.modules.orders.commands.families import lock_families
from steward.modules.orders.commands.moving import Move, lock_orders
from steward.modules.orders.commands.progress import advance_orders, follow_payments
from steward.modules.orders.commands.waiting import units_wanted
from steward.modules.orders.events import OrderReceived, OrderReplaced
from steward.modules.orders.models import Line, Order
from steward.modules.orders.queries.money import facts_of
from steward.modules.orders.rules.cancelling import can_cancel
from steward.modules.payments import commands as payments
from steward.modules.payments import queries as ledger
from steward.modules.payments.rules import payment_state

SYSTEM = system("orders")
SEQUENCE, SOURCE = "orders_order_id_seq", "exchange"
CAUSE = "other"
# What concerns buyer and address is the order's whose goods are replaced.
TAKEN_OVER = (
    "shop_id",
    "customer_id",
    "currency",
    "country",
    "province",
    "district_code",
    "sealed",
    "phone_index",
    "not_supplied",
    "simulated",
    "priority",
)


class Goods(Struct, frozen=True):
    """So many pieces at one price. Units: minor units of the order's currency."""

    item_id: int
    quantity: int
    unit_price_minor: int


class Replacement(Struct, frozen=True, kw_only=True):
    """What is sent in the place of goods of an order; `credit_minor` of it those goods will pay.

    `number` is what the shop calls it, once per shop. Units: minor units of the order's currency.
    """

    order_id: int
    number: str
    goods: Sequence[Goods]
    shipping_minor: int = 0
    credit_minor: int = 0


class Opened(Struct, frozen=True, kw_only=True):
    """The order that was made, or what of its goods is not there: item → units."""

    order_id: int = 0
    number: str = ""
    missing: Mapping[int, int] = {}


def open_replacements(actor: Actor, *, wants: Sequence[Replacement], now: datetime) -> list[Opened]:
    """Make an order for each replacement whose goods can be promised for good, in the order given.

    A step of the caller's command: a constant number of statements. Each waits for the goods it replaces until it is
    let go. What is short is answered and nothing of it written. Emits: OrderReceived, OrderReplaced.
    Locks: promises in id order.
    """
    orders = Order.objects.select_related("shop").in_bulk({one.order_id for one in wants})
    items = catalog.items_by_id({goods.item_id for one in wants for goods in one.goods})
    ids = numbering.next_ids(SEQUENCE, len(wants)) if wants else []
    asked = [
        Want(id_, orders[one.order_id].shop.pool, _units(one.goods, items), None)
        for id_, one in zip(ids, wants, strict=True)
    ]
    short = {one.order_id: one.missing for one in promise_stock([want for want in asked if want.units]) if one.missing}
    made = [
        (_row(actor, id_, one, orders[one.order_id], stocked=bool(want.units), now=now), one)
        for id_, one, want in zip(ids, wants, asked, strict=True)
        if id_ not in short
    ]
    Order.objects.bulk_create([row for row, _one in made])
    Line.objects.bulk_create(
        _line(row.id, position, goods, items) for row, one in made for position, goods in enumerate(one.goods, 1)
    )
    _announce_new(actor, [row for row, _one in made], {one.order_id: orders[one.order_id] for one in wants})
    numbers = {row.id: row.number for row, _one in made}
    return [Opened(order_id=id_, number=numbers[id_]) if id_ in numbers else Opened(missing=short[id_]) for id_ in ids]


def _units(goods: Sequence[Goods], items: Mapping[int, catalog.ItemFacts]) -> dict[int, int]:
    """Add up what replacements take from the shelf, of bundles their components."""
    units: dict[int, int] = {}
    for one in goods:
        if items[one.item_id].stocked:
            units[one.item_id] = units.get(one.item_id, 0) + one.quantity
    parts = {id_: dict(items[id_].components) for id_ in units if items[id_].components}
    return units_on_shelf(units, parts) if parts else units


def _row(actor: Actor, id_: int, one: Replacement, replaced: Order, *, stocked: bool, now: datetime) -> Order:
    lines_minor = sum(goods.quantity * goods.unit_price_minor for goods in one.goods)
    total_minor = lines_minor + one.shipping_minor
    return Order(
        id=id_,
        number=numbering.number("SO", id_, now),
        external_number=one.number,
        state="checked",  # it waits for what pays it
        payment_state=payment_state(total_minor=total_minor, paid_minor=0, refunded_minor=0),
        fulfilment_state="promised" if stocked else "none",
        state_since=now,
        lines_minor=lines_minor,
        shipping_minor=one.shipping_minor,
        total_minor=total_minor,
        placed_at=now,
        received_at=now,
        payload_hash=hashlib.sha256(one.number.encode()).digest(),
        source=SOURCE,
        entered_by=actor.id,
        replaces_id=replaced.id,
        credit_minor=min(one.credit_minor, total_minor),
        awaits_goods=True,
        **{name: getattr(replaced, name) for name in TAKEN_OVER},
    )


def _announce_new(actor: Actor, rows: Sequence[Order], replaced: Mapping[int, Order]) -> None:
    received = [
        OrderReceived(
            order_id=row.id,
            number=row.number,
            shop=replaced[row.replaces_id or 0].shop.code,
            external_number=row.external_number,
            state=row.state,
            total_minor=row.total_minor,
            currency=row.currency,
            source=row.source,
            simulated=row.simulated,
        )
        for row in rows
    ]
    events.record(actor, received)
    _announce(actor, rows, "open")


def _announce(actor: Actor, rows: Collection[Order], verb: str) -> None:
    numbers = dict(Order.objects.filter(id__in=[row.replaces_id for row in rows]).values_list("id", "number"))
    told = [
        OrderReplaced(
            order_id=row.id,
            replaces_id=row.replaces_id or 0,
            replaces_number=numbers.get(row.replaces_id or 0, ""),
            verb=verb,
            total_minor=row.total_minor,
            credit_minor=row.credit_minor,
            currency=row.currency,
            simulated=row.simulated,
        )
        for row in rows
    ]
    events.record(actor, told)


def change_goods(actor: Actor, *, order_id: int, goods: Sequence[Goods], now: datetime) -> None:
    """Put these goods, no more than it holds, in the place of those of a locked replacement that still waits.

    A step of the caller's command: what is not sent any more is free for others; goods pay no more of it than it costs.
    Emits: OrderReplaced, OrderPaymentChanged. Locks: as lower_promises.
    """
    items = catalog.items_by_id({one.item_id for one in goods})
    Line.objects.filter(order_id=order_id).delete()
    Line.objects.bulk_create(_line(order_id, place, one, items) for place, one in enumerate(goods, 1))
    lower_promises(still_wanted={order_id: units_wanted([order_id]).get(order_id, {})})
    row = Order.objects.get(id=order_id)
    row.lines_minor = sum(one.quantity * one.unit_price_minor for one in goods)
    row.total_minor = row.lines_minor + row.shipping_minor
    row.credit_minor = min(row.credit_minor, row.total_minor)
    row.save(update_fields=["lines_minor", "total_minor", "credit_minor"])
    _announce(actor, [row], "shrink")
    follow_payments(SYSTEM, order_ids=[order_id], now=now)


def _line(order_id: int, position: int, goods: Goods, items: Mapping[int, catalog.ItemFacts]) -> Line:
    return Line(
        order_id=order_id,
        position=position,
        item_id=goods.item_id,
        title=items[goods.item_id].name_zh,
        quantity=goods.quantity,
        unit_price_minor=goods.unit_price_minor,
    )


def credit_replacement(actor: Actor, *, order_id: int, amount_minor: int, label: str, now: datetime) -> None:
    """Let what came back pay for its replacement: money of the replaced order counts for this one from now on.

    A step of the caller's command, who has locked both orders. `label` names the step, once. What is still open is the
    buyer's to pay. Units: minor currency units. Raises: NotThere. Emits: MoneyMoved, OrderPaymentChanged.
    Locks: the money of both orders' families.
    """
    row = Order.objects.get(id=order_id)
    assert row.replaces_id is not None
    lock_families([row.replaces_id, order_id])
    source, target = facts_of([row.replaces_id])[0], facts_of([order_id])[0]
    payments.transfer_money(
        actor, source=source, target=target, amount_minor=amount_minor, label=label, now=now, is_credit=True
    )
    Order.objects.filter(id=order_id).update(credit_minor=0)
    follow_payments(SYSTEM, order_ids=[row.replaces_id, order_id], now=now)


def let_go(actor: Actor, *, order_ids: Collection[int], now: datetime) -> None:
    """Let replacements go their way like any order: screened, audited, set aside, sent. Again is harmless.

    A step of the caller's command. Emits: OrderReplaced and what advance_orders emits. Locks: orders in id order.
    """
    lock_orders(order_ids)
    rows = list(Order.objects.filter(id__in=order_ids, awaits_goods=True))
    Order.objects.filter(id__in=[row.id for row in rows]).update(awaits_goods=False)
    _announce(actor, rows, "let_go")
    advance_orders(SYSTEM, order_ids=[row.id for row in rows], now=now)


def charge_replacement(actor: Actor, *, order_id: int, now: datetime) -> int:
    """Let the buyer owe what goods should have paid, as these did not come. Returns what is open.

    A step of the caller's command. Units: minor currency units. Emits: OrderReplaced. Locks: the order.
    """
    lock_orders([order_id])
    Order.objects.filter(id=order_id).update(credit_minor=0)
    row = Order.objects.get(id=order_id)
    _announce(actor, [row], "charge")
    return row.total_minor - row.paid_minor


def expect_credit(*, order_id: int, credit_minor: int) -> None:
    """Set how much of a locked replacement goods will pay, as a step of the caller's command. Units: minor."""
    Order.objects.filter(id=order_id).update(credit_minor=Least(credit_minor, F("total_minor")))


def open_money(*, order_id: int) -> int:
    """Return what a buyer still has to pay of a replacement, by the ledger. Units: minor currency units."""
    row = Order.objects.get(id=order_id)
    paid_minor, refunded_minor = ledger.paid_and_refunded({order_id: row.currency})[order_id]
    return row.total_minor - row.credit_minor - (paid_minor - refunded_minor)


def call_off_replacements(actor: Actor, *, order_ids: Collection[int], reason: str, now: datetime) -> list[int]:
    """Cancel replacements that have not left: goods are free for others, what was paid goes back. Again is harmless.

    A step of the caller's command. Returns those it cancelled. Emits and locks as cancel_locked.
    """
    found = [one for one in lock_orders(order_ids).values() if can_cancel(one.state, one.fulfilment_state)]
    Order.objects.filter(id__in=[one.id for one in found]).update(credit_minor=0, awaits_goods=False)
    cancel_locked(actor, [Move(one, "cancel", reason, CAUSE) for one in found], now)
    return [one.id for one in found]
