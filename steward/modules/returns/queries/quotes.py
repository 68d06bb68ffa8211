"""What goes back for pieces of orders: read what they cost, what was paid and what went back before, and reckon.

Source: RET-4; docs/decisions/0033.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext_lazy
from msgspec import Struct, structs

from steward.kernel import errors
from steward.modules.orders.queries.worth import OrderWorth, orders_worth
from steward.modules.payments import queries as payments
from steward.modules.returns.models import Case, Inspection, Piece, RefundDue
from steward.modules.returns.models import QuotePart as PartRow
from steward.modules.returns.rules import quote as rules
from steward.modules.returns.rules.quote import LineMoney, OrderMoney, Quote, QuotePart, Taken, Terms

__all__ = [
    "MoreThanKept",
    "OrderUnknown",
    "Quote",
    "QuoteAsk",
    "QuotePart",
    "Taken",
    "Terms",
    "quote_case",
    "quote_of",
    "quotes_of",
    "terms_of",
    "tried_quotes",
]
COUNTING = ("asked", "paid")
NOT_BACK = ("short", "wrong_item", "expired", "cancelled")


class MoreThanKept(errors.Refusal):
    """Refuse to count back more pieces of a line than are left of it."""

    code = "more_than_kept"
    status = 409
    message = gettext_lazy(
        "Of line %(position)s only %(kept)s pieces are left to return, not %(quantity)s. Lower the number."
    )


class OrderUnknown(errors.NotFound):
    """Refuse a quote for lines that no order has."""


class QuoteAsk(Struct, frozen=True):
    """What goes back of one order, and on what terms."""

    order_id: int
    taken: Sequence[Taken]
    terms: Terms = Terms()


def quote_of(order_id: int, taken: Sequence[Taken], terms: Terms = Terms()) -> Quote:  # noqa: B008
    """Quote what goes back for pieces of one order as things stand.

    Units: minor units of the order's currency. Raises: NotFound, MoreThanKept. Source: RET-4.
    """
    return quotes_of([QuoteAsk(order_id, taken, terms)])[0]


def quotes_of(asks: Sequence[QuoteAsk]) -> list[Quote]:
    """Quote many, in the order asked; each as if it were the next return of its order. Six statements for all.

    Units: minor units of each order's currency. Raises: NotFound, MoreThanKept. Source: RET-4.
    """
    found = []
    for one in tried_quotes(asks):
        if isinstance(one, errors.Refusal):
            raise one
        found.append(one)
    return found


def tried_quotes(asks: Sequence[QuoteAsk]) -> list[Quote | errors.Refusal]:
    """Quote many, as quotes_of does; what cannot be is its own answer (OrderUnknown, MoreThanKept), the rest go on."""
    ids = {ask.order_id for ask in asks}
    worths = orders_worth(ids)
    sums = payments.paid_and_gone({one.id: one.currency for one in worths.values()})
    before, unasked = _before(ids), _unasked(ids)
    found: list[Quote | errors.Refusal] = []
    for ask in asks:
        if (worth := worths.get(ask.order_id)) is None:
            found.append(OrderUnknown(key=ask.order_id))
            continue
        paid, gone = sums[ask.order_id]
        earlier = _earlier(worth, before.get(worth.id, ()))
        if fault := _fault(worth, earlier, ask.taken):
            found.append(fault)
            continue
        found.append(
            rules.quote(
                money_of(worth, paid),
                taken=ask.taken,
                before=earlier,
                terms=ask.terms,
                refunded_minor=gone + unasked.get(worth.id, 0),
            )
        )
    return found


def quote_case(case_id: int, *, terms: Terms | None = None) -> Quote:
    """Quote what a case gives back for its pieces that count and are not settled yet, by the newest inspection of each.

    Without terms those hold that the policy named when the case was opened. Raises: NotFound, MoreThanKept.
    """
    case = Case.objects.select_related("reason").filter(id=case_id).first()
    if case is None:
        raise errors.NotFound(key=case_id)
    rows = Piece.objects.filter(case=case, live=True, settled_at=None).exclude(acceptance="rejected")
    pieces = dict(rows.exclude(reception__in=NOT_BACK).order_by("position").values_list("id", "line_id"))
    shares: dict[int, int] = {}
    looks = Inspection.objects.filter(piece__in=pieces).order_by("id")
    for piece_id, share in looks.values_list("piece_id", "share_permille"):
        shares[piece_id] = share
    counted = Counter((line_id, shares.get(id_, 1000)) for id_, line_id in pieces.items())
    blameless = case.reason.fault != "customer"
    taken = [
        Taken(line_id, units, share_permille=share, blameless=blameless)
        for (line_id, share), units in sorted(counted.items())
    ]
    return quote_of(case.order_id, taken, terms or terms_of(case.verdict, case.reason.fault))


def terms_of(verdict: Mapping[str, Any], fault: str) -> Terms:
    """Read the terms of a refund off what the policy answered: who is not at fault gets the way there back, too."""
    return Terms(
        restocking_permille=int(verdict.get("restocking_permille", 0)),
        freight_back=fault != "customer" or bool(verdict.get("freight_back", False)),
    )


def money_of(worth: OrderWorth, paid_minor: int) -> OrderMoney:
    """Say what an order cost. What its total differs from its parts counts as discount, or as shipping.

    Units: minor units of the order's currency.
    """
    lines_minor = sum(one.quantity * one.unit_price_minor - one.discount_minor for one in worth.lines)
    beyond = worth.total_minor - (lines_minor + worth.shipping_minor - worth.discount_minor)
    return OrderMoney(
        currency=worth.currency,
        lines=tuple(
            LineMoney(
                line_id=one.id,
                position=one.position,
                quantity=one.quantity,
                unit_price_minor=one.unit_price_minor,
                discount_minor=one.discount_minor,
            )
            for one in worth.lines
        ),
        shipping_minor=worth.shipping_minor + max(0, beyond),
        discount_minor=worth.discount_minor + max(0, -beyond),
        adjustments=worth.adjustments,
        paid_minor=paid_minor,
    )


def _earlier(worth: OrderWorth, before: Sequence[Taken]) -> list[Taken]:
    """Count as gone what cases gave back, and of what the source took back only what is not the same pieces again."""
    left = {one.id: one.quantity for one in worth.lines}
    cancelled = [Taken(one.id, one.cancelled) for one in worth.lines if one.cancelled]
    earlier = []
    for one in (*before, *cancelled):
        if quantity := min(one.quantity, left.get(one.line_id, 0)):
            left[one.line_id] -= quantity
            earlier.append(structs.replace(one, quantity=quantity))
    return earlier


def _fault(worth: OrderWorth, earlier: Sequence[Taken], taken: Sequence[Taken]) -> errors.Refusal | None:
    """Say why pieces cannot go back: they are not of the order, or more than is left."""
    left = {one.id: one.quantity for one in worth.lines}
    places = {one.id: one.position for one in worth.lines}
    for one in earlier:
        left[one.line_id] -= one.quantity
    for one in taken:
        if one.line_id not in left:
            return OrderUnknown(key=one.line_id)
        if one.quantity > left[one.line_id]:
            return MoreThanKept(position=places[one.line_id], kept=left[one.line_id], quantity=one.quantity)
        left[one.line_id] -= one.quantity
    return None


def _before(order_ids: Collection[int]) -> dict[int, list[Taken]]:
    """Read what earlier refunds of these orders were for, in the order in which they were asked."""
    rows: Any = PartRow.objects.filter(
        refund__case__order_id__in=list(order_ids), refund__state__in=COUNTING, kind="goods"
    ).order_by("refund_id", "position")
    found: dict[int, list[Taken]] = {}
    for order_id, line_id, quantity, facts in rows.values_list(
        "refund__case__order_id", "line_id", "quantity", "facts"
    ):
        pieces = facts.get("pieces", [[quantity, 1000, False]])
        taken = [Taken(line_id, units, share, blameless=blameless) for units, share, blameless in pieces]
        found.setdefault(order_id, []).extend(taken)
    return found


def _unasked(order_ids: Collection[int]) -> dict[int, int]:
    """Sum what cases ask for and payments does not know of yet. Units: minor currency units."""
    rows = RefundDue.objects.filter(case__order_id__in=list(order_ids), state="asked", request_id=None)
    sums = rows.values_list("case__order_id").annotate(Sum("amount_minor"))
    return {order_id: amount for order_id, amount in sums if amount is not None}
