"""The same order again: with the same content a duplicate, with other content a visible conflict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from django.db import connection

from steward.kernel import arrays, events, personal, sql
from steward.kernel.actor import Actor
from steward.kernel.bundle import flush
from steward.modules.customers.commands.matching import match_customers
from steward.modules.orders.commands.intake import Prepared, Receipt
from steward.modules.orders.commands.known import Known
from steward.modules.orders.events import OrderConflicted
from steward.modules.orders.models import Line, Order

PACKAGE = "steward.modules.orders"
Double = tuple[Prepared, Known]


def record_conflicts(actor: Actor, doubles: Sequence[Double]) -> list[Receipt]:
    """Answer what came again; a content that differs is kept beside the order, and nothing is overwritten.

    Emits: OrderConflicted, once per new content.
    """
    answers = []
    conflicting: dict[tuple[int, bytes], Double] = {}
    for one, known in doubles:
        if one.content_hash == known.payload_hash:
            answers.append(Receipt("duplicate", known.number, known.order_id, known.state))
        else:
            conflicting[known.order_id, one.content_hash] = (one, known)
            answers.append(Receipt("conflict", known.number, known.order_id, known.state, "content_differs"))
    if conflicting:
        _keep(actor, list(conflicting.values()))
    return answers


def _keep(actor: Actor, doubles: Sequence[Double]) -> None:
    flush()  # a conflict may be with an order, and its buyer with a customer, of this very batch
    drafts = [one for one, _known in doubles]
    ids = [known.order_id for _one, known in doubles]
    matches = match_customers([one.buyer for one in drafts], simulated=[one.intake.simulated for one in drafts])
    orders = {order.id: order for order in Order.objects.filter(id__in=ids)}
    lines: dict[int, list[Line]] = {}
    for line in Line.objects.filter(order_id__in=ids).select_related("item").order_by("order_id", "position"):
        lines.setdefault(line.order_id, []).append(line)
    differences = [differing(orders[id_], lines.get(id_, []), one) for id_, one in zip(ids, drafts, strict=True)]
    packed = [msgspec.msgpack.encode(one.intake.draft) for one in drafts]
    columns = {
        "order_ids": arrays.integers(ids),
        "hashes": arrays.octets([one.content_hash for one in drafts]),
        "customer_ids": arrays.integers([match.customer_id if match else None for match in matches]),
        "drafts": arrays.octets(
            [personal.seal(match.key, raw) if match else raw for match, raw in zip(matches, packed, strict=True)]
        ),
        "differences": arrays.texts([msgspec.json.encode(one).decode() for one in differences]),
        "sources": arrays.texts([one.intake.source for one in drafts]),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "insert_conflicts"), columns)
        seen = dict(cursor.fetchall())
    events.record(
        actor,
        [
            OrderConflicted(order_id=id_, differing=sorted(difference), source=one.intake.source)
            for id_, difference, one in zip(ids, differences, drafts, strict=True)
            if seen.get(id_) == 1
        ],
    )


def differing(order: Order, lines: Sequence[Line], one: Prepared) -> dict[str, Any]:
    """Name the plain fields that differ, as {field: [stands, came]}; personal ones only by name.

    Units: minor currency units.
    """
    draft, checked = one.intake.draft, one.checked
    pairs: dict[str, list[Any]] = {
        "currency": [order.currency, draft.currency],
        "total_minor": [order.total_minor, checked.total_minor],
        "shipping_minor": [order.shipping_minor, draft.shipping_minor],
        "discount_minor": [order.discount_minor, draft.discount_minor],
        "paid_minor": [order.paid_minor, sum(entry.amount_minor for entry in draft.payments)],
        "refunded_minor": [order.refunded_minor, sum(entry.amount_minor for entry in draft.refunds)],
        "placed_at": [order.placed_at.isoformat(), draft.placed_at.astimezone(order.placed_at.tzinfo).isoformat()],
        "province": [order.province, checked.place.province],
        "lines": [
            [f"{line.quantity} × {line.item.sku} @ {line.unit_price_minor}" for line in lines],
            [f"{line.quantity} × {line.sku or line.title} @ {line.unit_price_minor}" for line in draft.lines],
        ],
    }
    if lines and lines[0].item.sku == "NOT-SUPPLIED":
        del pairs["lines"]
    different = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    if (bytes(order.phone_index) if order.phone_index else None) != one.phone_index:
        different["recipient.phone"] = ["***", "***"]
    return different or {"recipient": ["***", "***"]}
