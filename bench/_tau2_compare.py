"""Lay out what a task left, on their side and on ours, in the same words, and name every difference."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from bench._tau2_load import COUNTRIES, Loaded, Row, street_of
from bench._tau2_model import MODIFIED, cents, net
from steward.kernel.actor import system
from steward.modules.customers.queries.own import own_data
from steward.modules.orders.commands.reveal import reveal_order
from steward.modules.orders.models import Line, Order, OrderChange
from steward.modules.payments.models import Entry, Refund
from steward.modules.payments.queries.cards import card_balance
from steward.modules.returns.models import Case, Exchange, Piece, Swap
from steward.modules.returns.rules.states import WITHOUT_RESULT

BENCH = system("bench")
NOT_PAID = ("refused", "withdrawn", "failed")
REQUESTED = {"return_refund": "return requested", "exchange": "exchange requested"}
# What a task that changes nothing must leave as it was, row by row.
TABLES = (
    "orders_order",
    "orders_line",
    "orders_change",
    "returns_case",
    "returns_exchange",
    "payments_entry",
    "payments_refund_request",
    "payments_wallet_account",
    "customers_customer",
    "inventory_promise",
)
Facts = dict[str, Any]


def theirs(world: Row) -> dict[str, Facts]:
    """Lay out orders and users as the model left them."""
    found: dict[str, Facts] = {id_: _their_order(row) for id_, row in world["orders"].items()}
    for id_, user in world["users"].items():
        cards = {
            means: cents(row["balance"])
            for means, row in user["payment_methods"].items()
            if row["source"] == "gift_card"
        }
        found[id_] = {"address": _their_address(user["address"]), "cards": cards}
    return found


def _their_address(address: Row) -> tuple[str, ...]:
    return street_of(address), address["city"], address["state"], COUNTRIES[address["country"]], address["zip"]


def _their_order(order: Row) -> Facts:
    items = Counter((item["item_id"], cents(item["price"])) for item in order["items"])
    return {
        "status": order["status"],
        "address": _their_address(order["address"]),
        "items": dict(items),
        "money": net(order),
        "case": order.get("case"),
    }


def ours(world: Row, loaded: Loaded, now: datetime) -> dict[str, Facts]:
    """Lay out what Steward's tables say of the same orders and users."""
    found = {id_: _our_order(loaded.orders[id_][0]) for id_ in world["orders"]}
    people = {one.customer_id: one for one in own_data([loaded.users[id_] for id_ in world["users"]])}
    for id_, user in world["users"].items():
        kept = people[loaded.users[id_]].address
        address = (kept.street, kept.city, kept.province, kept.country, kept.postcode) if kept else ()
        cards = {
            means: card_balance(means, "USD", now=now)
            for means, row in user["payment_methods"].items()
            if row["source"] == "gift_card"
        }
        found[id_] = {"address": address, "cards": cards}
    return found


def _our_order(order_id: int) -> Facts:
    row = Order.objects.get(id=order_id)
    recipient = reveal_order(BENCH, order_id=order_id, reason="bench")["recipient"]
    items: Counter[tuple[str, int]] = Counter()
    for sku, price, quantity in Line.objects.filter(order=row).values_list("item__sku", "unit_price_minor", "quantity"):
        items[sku, price] += quantity
    case = Case.objects.filter(order_id=order_id).exclude(state__in=WITHOUT_RESULT).first()
    return {
        "status": _status(row, case),
        "address": tuple(recipient.get(name, "") for name in ("street", "city", "province", "country", "postcode")),
        "items": dict(items),
        "money": _money(order_id),
        "case": _case(case) if case else None,
    }


def _status(row: Order, case: Case | None) -> str:
    """Name where an order stands in their words."""
    if row.state == "cancelled":
        return "cancelled"
    if case is not None and case.state == "approved":
        return REQUESTED[case.kind]
    if row.fulfilment_state in ("delivered", "shipped"):
        return "delivered" if row.fulfilment_state == "delivered" else "processed"
    is_changed = OrderChange.objects.filter(order=row, kind="lines", state="confirmed").exists()
    return MODIFIED if is_changed else "pending"


def _money(order_id: int) -> dict[str, int]:
    """Sum what was paid and is neither given back nor on its way back, by means. Units: cents."""
    found: Counter[str] = Counter()
    refunds = list(Refund.objects.filter(order_id=order_id).exclude(state__in=NOT_PAID).select_related("payment"))
    booked = {refund.entry_id for refund in refunds}
    for entry in Entry.objects.filter(order_id=order_id):
        if entry.id not in booked:
            found[entry.method] += entry.amount_minor if entry.direction == "payment" else -entry.amount_minor
    for refund in refunds:
        found[refund.payment.method] -= refund.amount_minor
    return {means: minor for means, minor in found.items() if minor}


def _case(case: Case) -> Facts:
    pieces = Piece.objects.filter(case=case, live=True).values_list("item__sku", flat=True)
    found: Facts = {"kind": case.kind, "items": dict(Counter(pieces))}
    if case.kind == "return_refund":
        # Money goes back the way it came; every one of their orders was paid by one means.
        means = Entry.objects.filter(order_id=case.order_id, direction="payment").values_list("method", flat=True)
        return found | {"back": dict.fromkeys(means[:1], case.quoted_minor)}
    exchange = Exchange.objects.get(case=case)
    new = Swap.objects.filter(exchange=exchange, kept=True).values_list("item__sku", flat=True)
    return found | {"new": dict(Counter(new)), "difference": exchange.total_minor - exchange.worth_minor}


def differences(expected: Mapping[str, Facts], found: Mapping[str, Facts]) -> list[str]:
    """Name every fact in which the two sides differ."""
    return [
        f"{id_} {name}: {facts[name]} there, {found[id_][name]} here"
        for id_, facts in expected.items()
        for name in facts
        if facts[name] != found[id_][name]
    ]


def marks(tables: Iterable[str] = TABLES) -> dict[str, tuple[Any, ...]]:
    """Mark what tables hold, so that a changed row shows."""
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT count(*), sum(hashtextextended(t::text, 0)) FROM {table} AS t")
            found[table] = tuple(cursor.fetchone())
    return found
