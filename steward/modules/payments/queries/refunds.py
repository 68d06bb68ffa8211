"""Refunds: the queue, one with its steps, those of an order, and what may still be refunded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from msgspec import Struct

from steward.kernel import errors
from steward.modules.approvals import queries as approvals
from steward.modules.approvals.queries import DecisionView
from steward.modules.payments.models import Entry, OrderBalance, PaymentBalance, Refund, RefundStep
from steward.modules.payments.queries.ledger import paid_back_and_credited
from steward.modules.payments.rules import refunds as rules


class RefundRow(Struct, frozen=True, kw_only=True):
    """One refund as lists show it. Units: minor currency units."""

    id: int
    number: str
    request_id: int
    order_id: int
    order_number: str
    shop: str
    provider: str
    payment_transaction: str
    amount_minor: int
    paid_minor: int
    currency: str
    state: str
    state_since: datetime
    cause: str
    reason: str
    requested_by: str
    requested_at: datetime
    failure: str
    transaction: str
    tries: int
    next_try_at: datetime | None
    alerted_at: datetime | None
    simulated: bool


class StepView(Struct, frozen=True, kw_only=True):
    """One step of a refund."""

    at: datetime
    verb: str
    before: str
    after: str
    actor: str
    note: str


class RefundView(Struct, frozen=True, kw_only=True):
    """One refund with the request it belongs to, the verdicts about it and every step. Units: minor currency units.

    `approval_id` names the approval it waits or waited for; None where nobody had to agree.
    """

    refund: RefundRow
    approval: str
    approval_id: int | None
    settled_at: datetime | None
    verdicts: list[DecisionView]
    requested_minor: int
    siblings: list[str]
    steps: list[StepView]


class RefundFilters(Struct, frozen=True, kw_only=True):
    """How the list is narrowed; no shops means every shop."""

    states: tuple[str, ...] = ()
    stuck: bool = False
    shops: Collection[str] = ()
    text: str = ""
    order_ids: Collection[int] | None = None


class RequestEnd(Struct, frozen=True, kw_only=True):
    """How far a request has got: open while money may still go back; `why` is what a person said who ended it.

    Units: minor currency units.
    """

    request_id: int
    is_open: bool
    paid_minor: int
    why: str


FIELDS: dict[str, Any] = {
    "order_number": F("request__order_number"),
    "shop": F("request__shop"),
    "payment_transaction": Coalesce("payment__origin__transaction", "payment__transaction"),
    "cause": F("request__cause"),
    "reason": F("request__reason"),
    "requested_by": F("request__requested_by"),
    "requested_at": F("request__requested_at"),
}
PLAIN = [name for name in RefundRow.__struct_fields__ if name not in FIELDS]


def _rows(found: Any) -> list[RefundRow]:
    return [RefundRow(**row) for row in found.values(*PLAIN, **FIELDS)]


def _unanswered(rows: Any) -> Any:
    """Leave out failures whose payment was asked for again since: somebody has dealt with them."""
    again = Refund.objects.filter(payment_id=OuterRef("payment_id"), id__gt=OuterRef("id"))
    return rows.exclude(Q(state="failed") & Exists(again))


def refunds_page(filters: RefundFilters, *, before_id: int | None = None, limit: int = 50) -> list[RefundRow]:
    """List refunds, newest first, one page of them."""
    rows: Any = Refund.objects.order_by("-id")
    if filters.states:
        rows = _unanswered(rows.filter(state__in=filters.states))
    if filters.stuck:
        rows = rows.filter(alerted_at__isnull=False, state__in=rules.OPEN)
    if filters.shops:
        rows = rows.filter(request__shop__in=list(filters.shops))
    if filters.text:
        text = filters.text.upper()
        rows = rows.filter(number=text) if text.startswith("RF-") else rows.filter(request__order_number=text)
    if filters.order_ids is not None:
        rows = rows.filter(order_id__in=list(filters.order_ids))
    if before_id is not None:
        rows = rows.filter(id__lt=before_id)
    return _rows(rows[:limit])


def order_of_refund(number: str) -> int | None:
    """Find the order of a refund by its number."""
    return Refund.objects.filter(number=number).values_list("order_id", flat=True).first()


def refund(number: str) -> RefundView:
    """Read one refund with every step. Raises: NotFound."""
    rows = _rows(Refund.objects.filter(number=number.upper()))
    if not rows:
        raise errors.NotFound(key=number)
    row = rows[0]
    request = Refund.objects.select_related("request").get(id=row.id).request
    steps = RefundStep.objects.filter(refund_id=row.id).order_by("id").values(*StepView.__struct_fields__)
    asked = approvals.approval(request.approval_request_id) if request.approval_request_id else None
    siblings = Refund.objects.filter(request_id=request.id).exclude(id=row.id).order_by("id")
    return RefundView(
        refund=row,
        approval=request.approval,
        approval_id=request.approval_request_id,
        settled_at=request.settled_at,
        verdicts=asked.decisions if asked else [],
        requested_minor=request.amount_minor,
        siblings=list(siblings.values_list("number", flat=True)),
        steps=[StepView(**step) for step in steps],
    )


def refunds_of_order(order_id: int) -> list[RefundRow]:
    """List the refunds of one order, oldest first."""
    return _rows(Refund.objects.filter(order_id=order_id).order_by("id"))


def request_ends(*, refund_ids: Collection[int] = (), request_ids: Collection[int] = ()) -> list[RequestEnd]:
    """Tell how far requests have got, named by themselves or by refunds of theirs."""
    wanted = set(request_ids) | set(Refund.objects.filter(id__in=refund_ids).values_list("request_id", flat=True))
    found = Refund.objects.filter(request__in=wanted).order_by("request_id", "id")
    rows: dict[int, list[tuple[int, str, int]]] = {}
    for request_id, id_, state, paid_minor in found.values_list("request_id", "id", "state", "paid_minor"):
        rows.setdefault(request_id, []).append((id_, state, paid_minor))
    ended_by = RefundStep.objects.filter(refund__request__in=wanted, verb__in=("refuse", "withdraw"))
    whys = dict(ended_by.order_by("id").values_list("refund__request_id", "note"))
    return [
        RequestEnd(
            request_id=request_id,
            is_open=any(state in rules.OPEN for _id, state, _paid in refunds),
            paid_minor=sum(paid for *_rest, paid in refunds),
            why=whys.get(request_id, ""),
        )
        for request_id, refunds in sorted(rows.items())
    ]


def refund_counts() -> dict[str, int]:
    """Count the open refunds, and the failed ones nobody asked for again, by state; `stuck` are among the open."""
    wanted = _unanswered(Refund.objects.filter(state__in=[*rules.OPEN, "failed"]))
    counts = dict(wanted.values_list("state").annotate(Count("id")))
    counts["stuck"] = Refund.objects.filter(alerted_at__isnull=False, state__in=rules.OPEN).count()
    return counts


def left_to_refund(order_id: int, currency: str) -> int:
    """Tell what of an order may still be refunded in a currency. Units: minor currency units."""
    paid_minor, gone_minor = paid_and_gone({order_id: currency})[order_id]
    return max(0, paid_minor - gone_minor)


def paid_and_gone(currency_by_order: dict[int, str]) -> dict[int, tuple[int, int]]:
    """Sum per order, in its own currency, what was paid, and what went back, is on its way back, or pays for others.

    Units: minor currency units. Two statements for all.
    """
    sums = paid_back_and_credited(currency_by_order)
    rows = OrderBalance.objects.filter(order_id__in=list(currency_by_order))
    fields = ("order_id", "currency", "refunded_minor", "claimed_minor")
    balances = {(row[0], row[1]): (row[2], row[3]) for row in rows.values_list(*fields)}
    found = {}
    for id_, currency in currency_by_order.items():
        paid_minor, booked_minor, credit_minor = sums[id_]
        refunded_minor, claimed_minor = balances.get((id_, currency), (0, 0))
        found[id_] = paid_minor, max(booked_minor, refunded_minor) + claimed_minor + credit_minor
    return found


def payables(order_id: int, currency: str) -> list[rules.Payable]:
    """List the payments of an order with what of each may still go back, oldest first.

    Units: minor currency units. Callers that write hold the order's money lock.
    """
    entries = list(
        Entry.objects.filter(order_id=order_id, currency=currency, amount_minor__gt=0)
        .order_by("happened_at", "id")
        .values_list("id", "direction", "provider", "amount_minor", "origin_id", "method")
    )
    taken: Counter[int] = Counter()
    for id_, claimed, refunded in PaymentBalance.objects.filter(payment__order_id=order_id).values_list(
        "payment_id", "claimed_minor", "refunded_minor"
    ):
        taken[id_] += claimed + refunded
    for _id, direction, _provider, amount, origin_id, _method in entries:
        if direction == "refund" and origin_id is not None:
            taken[origin_id] += amount
    ours = set(Refund.objects.filter(order_id=order_id, entry__isnull=False).values_list("entry_id", flat=True))
    paid = [
        rules.Payable(id_, provider, amount - taken[id_], method)
        for id_, direction, provider, amount, _origin, method in entries
        if direction == "payment"
    ]
    outside = [(row[2], row[3]) for row in entries if row[1] == "refund" and row[0] not in ours and not row[4]]
    return rules.after_outside(paid, outside)


def orders_of_fresh_payments(entry_ids: Sequence[int]) -> list[int]:
    """List the orders of those payments of which nothing was ever asked back."""
    rows = Entry.objects.filter(id__in=list(entry_ids), direction="payment", balance=None)
    return sorted(set(rows.values_list("order_id", flat=True)))
