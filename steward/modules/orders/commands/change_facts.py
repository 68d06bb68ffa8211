"""Read what a change of an order is computed from, under the locks of whoever asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from steward.kernel import personal
from steward.modules.customers.commands.matching import open_key
from steward.modules.orders.commands.families import lock_families
from steward.modules.orders.commands.moving import Standing
from steward.modules.orders.models import Line as LineRow
from steward.modules.orders.models import Order, Verification
from steward.modules.orders.rules import adjusting
from steward.modules.orders.rules.change_effects import Line
from steward.modules.orders.rules.change_plan import Facts
from steward.modules.orders.rules.changes import Looks
from steward.modules.payments import queries as payments
from steward.modules.payments.rules import payment_state

ADDRESS = ("name", "phone", "country", "province", "city", "district", "street", "postcode")
BEING_REFUNDED = ("refunding", "partly_refunded", "refunded")


def read_facts(standings: Sequence[Standing]) -> dict[int, Facts]:
    """Read the facts of locked orders; their money is locked too, and asked of the ledger, not of the order.

    Locks: the money of the orders' families, in id order.
    """
    ids = sorted(one.id for one in standings)
    lock_families(ids)
    currencies = {one.id: one.currency for one in standings}
    sums, claims = payments.paid_and_refunded(currencies), payments.claimed(currencies)
    rows = Order.objects.in_bulk(ids)
    lines: dict[int, list[Line]] = {id_: [] for id_ in ids}
    for row in LineRow.objects.filter(order_id__in=ids).select_related("item").order_by("order_id", "position"):
        lines[row.order_id].append(_line(row))
    checked = set(Verification.objects.filter(order_id__in=ids, state="open").values_list("order_id", flat=True))
    return {
        one.id: _facts(one, rows[one.id], lines[one.id], sums[one.id], claims[one.id], awaits=one.id in checked)
        for one in standings
    }


def _line(row: LineRow) -> Line:
    return Line(
        row.id,
        row.item_id,
        row.quantity,
        row.unit_price_minor,
        row.discount_minor,
        row.cancelled_quantity,
        row.item.stocked,
        row.position,
    )


def _facts(
    one: Standing, row: Order, lines: Sequence[Line], sums: tuple[int, int], claimed_minor: int, *, awaits: bool
) -> Facts:
    paid_minor, refunded_minor = sums
    state = payment_state(
        total_minor=row.total_minor,
        paid_minor=paid_minor,
        refunded_minor=refunded_minor,
        claimed_minor=claimed_minor,
    )
    return Facts(
        order_id=one.id,
        number=row.number,
        state=one.state,
        payment_state=state,
        fulfilment_state=one.fulfilment_state,
        currency=one.currency,
        lines=tuple(lines),
        shipping_minor=row.shipping_minor,
        discount_minor=row.discount_minor,
        adjustments=adjusting.read(row.adjustments),
        total_minor=row.total_minor,
        paid_minor=paid_minor,
        refunded_minor=refunded_minor,
        claimed_minor=claimed_minor,
        address=address_mark(row),
        service=row.service,
        looks=Looks(
            historic=one.historic,
            is_held=one.is_held,
            has_conflict=one.has_conflict,
            has_errors=one.has_errors,
            awaits_verification=awaits,
            is_being_refunded=bool(claimed_minor) or state in BEING_REFUNDED,
            is_paid_by_goods=one.awaits_goods or one.credit_minor > 0,
        ),
    )


def address_mark(row: Order) -> str:
    """Mark where an order goes: two with the same mark go to the same person at the same door; "" names nobody."""
    if row.sealed is None or row.customer_id is None:
        return ""
    recipient: Mapping[str, Any] = personal.unseal(open_key(row.customer_id), row.sealed).get("recipient") or {}
    parts = [str(recipient.get(name) or "").strip().casefold() for name in ADDRESS]
    return personal.blind_index("change:address", "\n".join([row.district_code, *parts])).hex()
