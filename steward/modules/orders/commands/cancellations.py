"""Take in the cancellation documents of a source, and match each to the order line it cancels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog
from django.db import DatabaseError, connection
from msgspec import Struct

from steward.kernel import arrays, events, sql
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.catalog import queries as catalog
from steward.modules.customers.commands.matching import match_customers
from steward.modules.customers.rules.buyers import Buyer, Profile
from steward.modules.orders.commands.cancelled_lines import take_from_live
from steward.modules.orders.commands.moving import lock_orders
from steward.modules.orders.events import LineCancelled
from steward.modules.orders.rules.cancelling import Candidate, Decision, Pending, decided
from steward.modules.orders.rules.mapping_outcome import CancelledLine

PACKAGE = "steward.modules.orders"
CUSTOMERS_AT_ONCE = 200
TRIES = 5
RACES = ("23505", "40001", "40P01", "55P03")  # unique violation, serialization, deadlock, lock not available
log = structlog.get_logger(__name__)


class LostRace(RuntimeError):
    """Report that another process recorded one of these documents at the same moment."""


class DocumentReceipt(Struct, frozen=True):
    """What became of one cancellation document: created, duplicate, or conflict (other content than before)."""

    external_number: str
    outcome: str


@command(needs="orders.import")
def record_cancellations(
    actor: Actor, *, shop: catalog.ShopFacts, documents: Sequence[Sequence[CancelledLine]], simulated: bool = False
) -> list[DocumentReceipt]:
    """Keep cancellation documents, unmatched for now; what is there already stays as it is.

    Raises: KeyError for an item that does not exist; LostRace. Locks: identities.
    """
    fresh: dict[str, Sequence[CancelledLine]] = {}
    for document in documents:
        fresh.setdefault(document[0].external_number, document)
    items = catalog.item_ids_by_sku({line.sku for document in documents for line in document})
    known = _known(shop.id, list(fresh))
    lines = [line for number, document in fresh.items() if number not in known for line in document]
    buyers = [Buyer([(f"shop:{shop.code}", line.buyer_id)], Profile()) if line.buyer_id else None for line in lines]
    matches = match_customers(buyers, simulated=[simulated] * len(lines))
    columns: dict[str, Any] = {
        "shop_id": shop.id,
        "externals": arrays.texts([line.external_number for line in lines]),
        "positions": arrays.integers([line.position for line in lines]),
        "customer_ids": arrays.integers([match.customer_id if match else None for match in matches]),
        "item_ids": arrays.integers([items[line.sku] for line in lines]),
        "quantities": arrays.integers([line.quantity for line in lines]),
        "amounts": arrays.integers([line.amount_minor for line in lines]),
        "cancelled": arrays.instants([line.cancelled_at for line in lines]),
    }
    if len(_rows("insert_cancellations", columns)) != len(lines):
        raise LostRace
    return _receipts(documents, fresh, known, items)


def record_resilient(
    actor: Actor, *, shop: catalog.ShopFacts, documents: Sequence[Sequence[CancelledLine]]
) -> list[DocumentReceipt]:
    """Record cancellation documents; a race with another process (same document, same new buyer) is run again.

    The replay finds what the other one wrote. Raises: what the database raises otherwise, or each time.
    """
    for _ in range(TRIES - 1):
        try:
            return record_cancellations(actor, shop=shop, documents=documents)
        except LostRace:
            log.info("cancellations_recorded_meanwhile", documents=len(documents))
        except DatabaseError as error:
            state = getattr(error.__cause__, "sqlstate", None) or ""
            if state not in RACES:
                raise
            log.info("cancellations_tried_again", documents=len(documents), sqlstate=state)
    return record_cancellations(actor, shop=shop, documents=documents)


def _known(shop_id: int, numbers: Sequence[str]) -> dict[str, list[tuple[int, ...]]]:
    """Return the content of the documents that exist already."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql.load(PACKAGE, "find_cancellations"), {"shop_id": shop_id, "externals": arrays.texts(numbers)}
        )
        known: dict[str, list[tuple[int, ...]]] = {}
        for number, *content in cursor.fetchall():
            known.setdefault(number, []).append(tuple(content))
    return known


def _receipts(
    documents: Sequence[Sequence[CancelledLine]],
    fresh: dict[str, Sequence[CancelledLine]],
    known: dict[str, list[tuple[int, ...]]],
    items: dict[str, int],
) -> list[DocumentReceipt]:
    """Tell new documents from those that came again, with the same or other content."""
    receipts = []
    for document in documents:
        number = document[0].external_number
        if number not in known and fresh[number] is document:
            receipts.append(DocumentReceipt(number, "created"))
            continue
        before = known.get(number) or _content(fresh[number], items)
        same = before == _content(document, items)
        receipts.append(DocumentReceipt(number, "duplicate" if same else "conflict"))
    return receipts


def _content(document: Sequence[CancelledLine], items: dict[str, int]) -> list[tuple[int, ...]]:
    return [(line.position, items[line.sku], line.quantity, line.amount_minor) for line in document]


def match_cancellations(actor: Actor, *, shop_id: int, now: datetime) -> int:
    """Match what is unmatched in a shop, some customers at a time, each part in a transaction of its own.

    Returns how many were matched; running again changes nothing more. Emits: LineCancelled.
    """
    total, after = 0, 0
    while customers := _next_customers(shop_id, after):
        total += match_customers_cancellations(actor, shop_id=shop_id, customer_ids=customers, now=now)
        after = customers[-1]
    return total


@command(needs="orders.import")
def match_customers_cancellations(actor: Actor, *, shop_id: int, customer_ids: Sequence[int], now: datetime) -> int:
    """Match the unmatched cancellations of some customers, oldest first, to the latest earlier line with enough left.

    A live order gives back what it was promised of the line, and is cancelled when no line is left of it.
    Returns how many were matched. Emits: LineCancelled and what cancelling emits.
    Locks: the cancellations, the live orders, the lines, the promises, each in id order.
    """
    chosen = {"shop_id": shop_id, "customer_ids": arrays.integers(customer_ids)}
    pending = [Pending(*row) for row in _rows("lock_cancellations", chosen)]
    goods = arrays.integers(sorted({one.item_id for one in pending}))
    live = lock_orders(row[0] for row in _rows("find_live_orders", {**chosen, "item_ids": goods}))
    pairs = {
        "buyers": arrays.integers([one.customer_id for one in pending]),
        "goods": arrays.integers([one.item_id for one in pending]),
    }
    lines = [Candidate(*row) for row in _rows("lock_cancellable_lines", {**chosen, "item_ids": goods, **pairs})]
    decisions = decided(pending, lines)
    _park([decision for decision in decisions if decision.line_id is None])
    matched = [decision for decision in decisions if decision.line_id is not None]
    if matched:
        rows = _rows(
            "match_cancellations",
            {
                "ids": arrays.integers([decision.cancellation_id for decision in matched]),
                "line_ids": arrays.integers([decision.line_id for decision in matched]),
            },
        )
        events.record(
            actor,
            [
                LineCancelled(
                    order_id=order_id, position=position, quantity=quantity, document=document, simulated=drill
                )
                for order_id, position, quantity, document, drill in rows
            ],
        )
        documents: dict[int, set[str]] = {}
        for order_id, _position, _quantity, document, _drill in rows:
            documents.setdefault(order_id, set()).add(document)
        take_from_live(actor, [live[id_] for id_ in sorted(documents) if id_ in live], documents, now)
    return len(matched)


def _park(parked: Sequence[Decision]) -> None:
    """Note why these found no line."""
    if parked:
        columns = {
            "ids": arrays.integers([decision.cancellation_id for decision in parked]),
            "reasons": arrays.texts([decision.reason for decision in parked]),
        }
        with connection.cursor() as cursor:
            cursor.execute(sql.load(PACKAGE, "park_cancellations"), columns)


def _next_customers(shop_id: int, after: int) -> list[int]:
    rows = _rows("next_cancelling_customers", {"shop_id": shop_id, "after": after, "limit": CUSTOMERS_AT_ONCE})
    return [row[0] for row in rows]


def _rows(statement: str, values: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, statement), values)
        return list(cursor.fetchall())
